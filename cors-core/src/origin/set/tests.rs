//! Compiled sets with their matches and near misses.

use super::*;

fn set(patterns: &[&str]) -> Patterns {
    let mut builder = PatternsBuilder::default();
    for text in patterns {
        builder.add(text, &Pattern::parse(text).unwrap());
    }
    builder.build().0
}

#[test]
fn accepts_and_rejects() {
    let rows: &[(&[&str], &[&str], &[&str])] = &[
        (
            &["https://example.com"],
            &["https://example.com"],
            &[
                "http://example.com",
                "https://example.com:8443",
                "https://example.com:443",
                "https://example.com.",
                "https://example.com/",
                "https://xample.com",
                "https://example.co",
                "https://evilexample.com",
                "https://www.example.com",
                "https://EXAMPLE.com",
                " https://example.com",
                "null",
                "",
            ],
        ),
        (
            &["https://*.example.com"],
            &["https://a.example.com", "https://b.a.example.com", "https://a-b_c.example.com"],
            &[
                "https://example.com",
                "https://.example.com",
                "https://a..example.com",
                "https://..example.com",
                "https://evilexample.com",
                "https://a.evilexample.com",
                "https://a.example.com.",
                "https://a.example.com.evil.com",
                "https://a.example.com:8443",
                "http://a.example.com",
                "https://A.example.com",
                "https://a b.example.com",
                "https://evil.com/.example.com",
                "https://evil.com#.example.com",
                "https://evil.com:80.example.com",
                "https://u@a.example.com",
            ],
        ),
        (
            &["https://*.example.com:8443", "https://*.a.b.c.test"],
            &["https://x.example.com:8443", "https://x.a.b.c.test", "https://y.x.a.b.c.test"],
            &[
                "https://x.example.com",
                "https://x.example.com:844",
                "https://x.b.c.test",
                "https://a.b.c.test",
            ],
        ),
        (
            &["http://localhost:*", "http://[::1]:*"],
            &["http://localhost", "http://localhost:3000", "http://[::1]:81", "http://[::1]"],
            &[
                "https://localhost:3000",
                "http://localhost:",
                "http://localhost:*",
                "http://localhost:80",
                "http://localhost:99999",
                "http://localhost:3000/",
                "http://localhost.evil.com",
                "http://a.localhost",
            ],
        ),
        (
            &["https://*.a.test:*"],
            &["https://x.a.test", "https://x.a.test:81"],
            &["https://a.test", "https://a.test:81", "https://x.a.test:443", "https://x.a.test:x"],
        ),
        (
            &["app://*.a.test", "https://*.b.test"],
            &["app://x.a.test", "app://X.a.test", "app://x%41.a.test", "https://x~.b.test"],
            &[
                "app://a.test",
                "app://.a.test",
                "app://x..a.test",
                "app://x/.a.test",
                "app://[x.a.test",
                "https://x%41.b.test",
                "https://é.b.test",
            ],
        ),
        (&["null"], &["null"], &["", "NULL", "nul", "null ", "https://null"]),
        (
            &["tauri://localhost"],
            &["tauri://localhost"],
            &["http://localhost", "tauri://localhost:1"],
        ),
        (&["app://."], &["app://."], &["app://", "app://..", "app://a", "app://.:1", "xapp://."]),
        (
            &["app://*", "https://a.test"],
            &["app://.", "app://a", "app://A.b..c", "app://[::1]", "app://*", "https://a.test"],
            &["app://", "app://a:1", "app://a/", "xapp://a", "app", "https://b.test", "null"],
        ),
        (&[], &[], &["", "null", "https://a.test"]),
    ];
    for (patterns, accepted, rejected) in rows {
        let set = set(patterns);
        for origin in *accepted {
            assert!(set.contains(origin.as_bytes()), "{patterns:?} must allow {origin}");
        }
        for origin in *rejected {
            assert!(!set.contains(origin.as_bytes()), "{patterns:?} must not allow {origin}");
        }
    }
}

#[test]
fn repeated_patterns_leave_no_trace() {
    let mut builder = PatternsBuilder::default();
    for text in
        ["https://a.test", "https://bb.test", "https://a.test", "https://c.test", "https://c.test"]
    {
        builder.add(text, &Pattern::parse(text).unwrap());
    }
    let (built, repeated) = builder.build();
    assert_eq!(repeated, [2, 4]);
    assert_eq!(built, set(&["https://a.test", "https://bb.test", "https://c.test"]));
    assert!(built.contains(b"https://c.test"));
    assert_eq!(
        built.iter().collect::<Vec<_>>(),
        ["https://a.test", "https://bb.test", "https://c.test"]
    );
}

/// An equal hash does not mean an equal text.
#[test]
fn what_hashes_alike_is_compared() {
    for (held, other) in [
        ("https://a.test", "https://b.test"),
        ("http://a.test:*", "http://b.test:*"),
        ("https://*.a.test", "https://*.b.test"),
        ("https://*.a.test", "http://*.a.test"),
        ("https://*.a.test:*", "https://*.b.test:*"),
        ("app://*", "apq://*"),
    ] {
        let mut patterns = set(&[held]);
        let key = Key::of(other);
        let (hash, slot) = (key.hash(patterns.seed), home(key.hash(patterns.seed), 3));
        patterns.table = [0; 3].into();
        patterns.table[slot] = key.tag(hash) | 1;
        assert!(!patterns.find(key), "{held} is no {other}");
        let mut three = set(&[held, "https://c.test", other]);
        three.seed = patterns.seed;
        let (home, tag) = (home(hash, 5), key.tag(hash));
        let mut after_home = |slots: [Slot; 4]| {
            three.table = [0; 5].into();
            for (after, slot) in slots.into_iter().enumerate() {
                three.table[(home + after) % 5] = slot;
            }
            three.find(key)
        };
        // Whatever the home is, one of these runs goes on at the start of the table.
        assert!(after_home([tag | 1, tag | 3, 0, 0]), "{other} follows {held}");
        assert!(after_home([tag | 1, tag | 2, !tag & !INDEX_MASK | 2, tag | 3]), "{other} is last");
        assert!(!after_home([tag | 1, tag | 2, 0, tag | 3]), "an empty slot ends a run");
        assert!(!after_home([tag | 1, tag | 2, tag | 1, 0]), "{held} is no {other}");
        assert!(!after_home([tag | 1, !tag & !INDEX_MASK | 3, 0, 0]), "another tag, another text");
        let free = |is_same| free_slot(&patterns.table, hash, key.tag(hash), |_| is_same);
        assert_eq!(free(false), Some((slot + 1) % 3), "{held} leaves room for {other}");
        assert_eq!(free(true), None);
    }
}

#[test]
fn many() {
    let names: Vec<String> = (0..10_000).map(|i| format!("https://site-{i}.example")).collect();
    let set = set(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(names.iter().all(|name| set.contains(name.as_bytes())));
    assert!(!set.contains(b"https://site-10000.example"));
}
