use super::*;

#[test]
fn well_formed() {
    for (text, host, port) in [
        ("https://app.example.com", "app.example.com", None),
        ("https://app.example.com.", "app.example.com.", None),
        ("http://localhost:3000", "localhost", Some(3000)),
        ("http://a.test:443", "a.test", Some(443)),
        ("https://a.test:80", "a.test", Some(80)),
        ("https://a.test:0", "a.test", Some(0)),
        ("https://a.test:65535", "a.test", Some(65535)),
        ("https://a_b.test", "a_b.test", None),
        ("https://a..test", "a..test", None),
        ("https://xn--mnchen-3ya.example", "xn--mnchen-3ya.example", None),
        ("http://127.0.0.1:8080", "127.0.0.1", Some(8080)),
        ("http://[::1]", "[::1]", None),
        ("http://[::]", "[::]", None),
        ("http://[1::8]:81", "[1::8]", Some(81)),
        ("http://[1:0:3::8]", "[1:0:3::8]", None),
        ("http://[::ffff:7f00:1]", "[::ffff:7f00:1]", None),
        ("http://[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", None),
        ("https://1.2.3.0x1g", "1.2.3.0x1g", None),
        ("tauri://localhost", "localhost", None),
        ("chrome-extension://abcdefghijklmnop", "abcdefghijklmnop", None),
        ("app://.", ".", None),
        ("app://My%20App!", "My%20App!", None),
        ("app://1.2.3:80", "1.2.3", Some(80)),
        ("app://[::1]", "[::1]", None),
    ] {
        let origin =
            Origin::parse(text.as_bytes()).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        assert_eq!((origin.host(), origin.port(), origin.as_str()), (host, port, text));
        assert_eq!(origin.to_string(), text);
    }
}

#[test]
fn malformed() {
    use OriginFault::*;
    for (text, fault) in [
        ("", NoScheme),
        ("null", NoScheme),
        ("a.test", NoScheme),
        ("https:/a.test", NoScheme),
        ("://a.test", BadScheme),
        ("HTTPS://a.test", BadScheme),
        ("1http://a.test", BadScheme),
        ("file://a.test", FileScheme),
        ("https://", NoHost),
        ("https://:8080", NoHost),
        ("https://a.test/", Path),
        ("https://a/b:8/c", Path),
        ("https://u@a.test:b@c", UserInfo),
        ("https://a.test?q", Path),
        ("https://a.test#f", Path),
        ("https://user@a.test", UserInfo),
        ("https://A.test", UpperCase),
        ("https://a b.test", BadHost),
        ("https://a%20b.test", BadHost),
        ("https://A b.test", BadHost),
        ("app://", NoHost),
        ("app://a|b", BadHost),
        ("app://a b", BadHost),
        ("app://[::01]", BadIpv6),
        ("app://a:080", BadPort),
        ("https://a.test, https://b.test", Path),
        ("https://a.1", BadIpv4),
        ("https://1.2.3", BadIpv4),
        ("https://1.2.3.4.", BadIpv4),
        ("https://01.2.3.4", BadIpv4),
        ("https://1.2.3.0x4", BadIpv4),
        ("https://256.1.1.1", BadIpv4),
        ("http://[::1", BadIpv6),
        ("http://[::1]x", BadIpv6),
        ("http://[0:0:0:0:0:0:0:1]", BadIpv6),
        ("http://[::FFFF:7f00:1]", BadIpv6),
        ("http://[::ffff:127.0.0.1]", BadIpv6),
        ("http://[1::0:8]", BadIpv6),
        ("http://[0001::8]", BadIpv6),
        ("http://[1:2:3:4:5:6::8]", BadIpv6),
        ("https://a.test:", BadPort),
        ("https://a.test:+1", BadPort),
        ("https://a.test:080", BadPort),
        ("https://a.test:65536", BadPort),
        ("https://a.test:*", BadPort),
        ("https://a.test:443", DefaultPort),
        ("http://a.test:80", DefaultPort),
        ("wss://a.test:443", DefaultPort),
    ] {
        assert_eq!(Origin::parse(text.as_bytes()), Err(fault), "{text}");
    }
    assert_eq!(Origin::parse("https://ü.test".as_bytes()), Err(NotAscii));
    let long = format!("https://{}.test", "a".repeat(MAX_LEN));
    assert_eq!(Origin::parse(long.as_bytes()), Err(TooLong));
}

#[test]
fn insecure() {
    for (text, insecure) in [
        ("http://a.test", true),
        ("https://a.test", false),
        ("http://localhost:3000", false),
        ("http://app.localhost", false),
        ("http://localhost.a.test", true),
        ("http://xlocalhost", true),
        ("http://127.9.9.9", false),
        ("http://128.0.0.1", true),
        ("http://[::1]", false),
        ("http://[::2]", true),
        ("tauri://a", false),
    ] {
        assert_eq!(Origin::parse(text.as_bytes()).unwrap().is_insecure(), insecure, "{text}");
    }
}
