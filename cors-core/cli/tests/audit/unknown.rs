//! What an audit does not know, it says.

use super::*;

fn suffix(request: &Request<()>) -> Response<()> {
    let origin = origin(request);
    let lines = [VARY, (ALLOW, origin), CREDENTIALS];
    let count = if origin.ends_with("example.com") { 3 } else { 1 };
    add(handler(request), &lines[..count])
}

#[test]
fn no_origin_is_known() {
    let is_said = |found: &Audit| {
        let says = "none is known: name one with --allow";
        let said = [found.to_text(), found.to_json(), found.to_sarif()].map(|o| o.contains(says));
        assert!(said == [true; 3] || said == [false; 3], "{}", found.to_text());
        assert_eq!(found.to_json().contains("\"complete\": false"), said[0]);
        assert_eq!(found.to_text().contains("Incomplete: "), said[0]);
        said[0]
    };
    for url in [
        "http://127.0.0.1:3000/items",
        "http://localhost/items",
        "http://[::1]:8080/items",
        "https://api.other.test/items",
    ] {
        let found = run(&target(url, &[]), suffix);
        assert!(found.passes() && is_said(&found), "{}", found.to_text());
        let allow = if url.starts_with("https") { APP } else { "http://app.example.com" };
        let found = run(&target(url, &[allow]), suffix);
        assert!(ids(&found).contains(&Id::SuffixMatch) && !is_said(&found), "{}", found.to_text());
    }
    // The guess is right.
    assert!(!is_said(&run(&target(URL, &[]), suffix)));
    // The server names the origin.
    let names = |request: &Request<()>| add(handler(request), &[(ALLOW, APP), VARY]);
    assert!(!is_said(&run(&target("https://api.other.test/items", &[]), names)));
    // Anyone reads.
    let public = |request: &Request<()>| add(handler(request), &[(ALLOW, "*")]);
    assert!(!is_said(&run(&target("http://127.0.0.1/items", &[]), public)));
}

#[test]
fn one_request() {
    let found = audit(&target(URL, &[]), &mut |_| Err("refused".to_owned()), &mut |_| ());
    assert!(found.to_text().contains("(1 request)"), "{}", found.to_text());
    assert!(found.untried.is_empty());
    assert!(run(&target(URL, &[]), handler).to_text().contains(" requests)"));
}
