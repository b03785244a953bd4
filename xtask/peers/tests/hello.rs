//! Hello world in each framework, with its own CORS layer and with ours: ours is no longer, and refuses what
//! theirs accepts.

#[path = "hello/actix_ours.rs"]
mod actix_ours;
#[path = "hello/actix_theirs.rs"]
mod actix_theirs;
#[path = "hello/axum_ours.rs"]
mod axum_ours;
#[path = "hello/axum_theirs.rs"]
mod axum_theirs;
#[path = "hello/warp_ours.rs"]
mod warp_ours;
#[path = "hello/warp_theirs.rs"]
mod warp_theirs;

/// No origin ends with a slash, so a layer that accepts this allows nothing.
const TYPO: &str = "https://app.example.com/";

#[test]
fn ours_is_no_longer() {
    for (ours, theirs) in [
        (include_str!("hello/axum_ours.rs"), include_str!("hello/axum_theirs.rs")),
        (include_str!("hello/actix_ours.rs"), include_str!("hello/actix_theirs.rs")),
        (include_str!("hello/warp_ours.rs"), include_str!("hello/warp_theirs.rs")),
    ] {
        assert!(body(ours) <= body(theirs), "{ours}\n{theirs}");
    }
}

/// The lines between the braces of the function.
fn body(text: &str) -> usize {
    text.lines().skip_while(|line| !line.starts_with("pub fn")).count() - 2
}

#[test]
fn ours_refuses_what_theirs_accepts() {
    drop(axum_theirs::app(TYPO).unwrap());
    drop(actix_theirs::cors(TYPO));
    drop(warp_theirs::routes(TYPO));
    let wanted = r#"allow_origins = "https://app.example.com/": an origin ends with its host or port; write "https://app.example.com""#;
    for error in [
        axum_ours::app(TYPO).err().unwrap(),
        actix_ours::cors(TYPO).err().unwrap(),
        warp_ours::routes(TYPO).err().unwrap(),
    ] {
        assert_eq!(error.to_string(), wanted);
    }
}
