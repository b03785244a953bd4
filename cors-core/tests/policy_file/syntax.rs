//! Files that are not valid TOML or JSON.

use super::expect;
use cors_core::file::{Format, check};

#[test]
fn toml_goes_on_after_an_error_of_syntax() {
    let rows: &[(&str, &[&str])] = &[
        // An invalid value counts as one of the wrong type, as long as its end is clear.
        (
            "allow_origins = '*'\nallow_credentials = yes\nmax_age = 5x\nmax_aeg = 1h",
            &[
                "2: allow_credentials = yes WrongType",
                "2: allow_credentials = true with allow_origins = \"*\" AnyOriginWithCredentials",
                "3: max_age = 5x WrongType",
                "4: max_aeg = 1h UnknownKey",
            ],
        ),
        (
            "allow_origins = [\n'https://a.test/',\nhttps://b.test,\n'https://c.test/']",
            &[
                "2: allow_origins[0] = \"https://a.test/\" InvalidOrigin",
                "3: allow_origins[1] = https://b.test WrongType",
                "4: allow_origins[2] = \"https://c.test/\" InvalidOrigin",
            ],
        ),
        (
            "allow_origins = '*'\nallow_credentials = True\nmax_age =\nallow_methods = [PUT, TRACE]",
            &[
                "2: allow_credentials = True WrongType",
                "2: allow_credentials = true with allow_origins = \"*\" AnyOriginWithCredentials",
                "3: max_age = nothing WrongType",
                "4: allow_methods[0] = PUT WrongType",
                "4: allow_methods[1] = TRACE WrongType",
            ],
        ),
        // One message for one value, and nothing more about that key.
        (
            "allow_origins = ['https://a.test/\nmax_age = 100000",
            &["1: allow_origins = ['https://a.test/ Syntax"],
        ),
        (
            "allow_origins = [\n'https://a.test/',\n'x' 'y' 'z',\n'*',,\n]\nmax_age = 100000",
            &["3: allow_origins = 'x' 'y' 'z', Syntax", "6: max_age = 100000 MaxAgeTooLarge"],
        ),
        (
            "max_age = 100000\nallow_origins = [\n'https://a.test/',\n",
            &["1: max_age = 100000 MaxAgeTooLarge", "2: allow_origins = [ Syntax"],
        ),
        (
            "max_age = 100000\nallow_origins = \"\"\"\n\nx = 1\n",
            &["1: max_age = 100000 MaxAgeTooLarge", "2: allow_origins = \"\"\" Syntax"],
        ),
        // Lines that are not a key and a value.
        (
            "max_age = 100000\nallow_origins: '*'\n",
            &["1: max_age = 100000 MaxAgeTooLarge", "2: toml = \"allow_origins: '*'\" Syntax"],
        ),
        (
            "max_age = 100000\nallow_credentials\nallow_origins '*'\n[danger]\nallow_null_origin = 2",
            &[
                "1: max_age = 100000 MaxAgeTooLarge",
                "2: toml = \"allow_credentials\" Syntax",
                "3: toml = \"allow_origins '*'\" Syntax",
                "5: danger.allow_null_origin = 2 WrongType",
            ],
        ),
        (
            "allow_origins = '*'\nmax_age = 1\nmax_age = 2 max_age = 3",
            &[
                "3: max_age = 2 max_age = 3 DuplicateKey",
                "3: toml = \"max_age = 2 max_age = 3\" Syntax",
            ],
        ),
        (
            "allow_origins = '*'\n[danger\nallow_null_origin = 5\nallow_insecure_origins = 5",
            &["2: toml = \"[danger\" Syntax"],
        ),
        (
            "allow_origins = '*'\ndanger = { allow_null_origin = 2 }\ndanger.reflect_any_origin = 2",
            &[
                "2: danger.allow_null_origin = 2 WrongType",
                "3: toml = \"danger.reflect_any_origin = 2\" Syntax",
            ],
        ),
        (
            "allow_origins = '*'\n[danger]\n[danger]\nallow_null_origin = 2",
            &["3: danger = { … } DuplicateKey", "4: danger.allow_null_origin = 2 WrongType"],
        ),
        (
            "allow_origins = '*'\nmax_age = 1\nmax_age = 2 # '#'\nmax_age = 'x # y' # z\nmax_age = [\n1]",
            &[
                "3: max_age = 2 DuplicateKey",
                "4: max_age = \"x # y\" DuplicateKey",
                "5: max_age = [ DuplicateKey",
            ],
        ),
        (
            "[[allow_origins]]\nregex = 'x\n[[allow_origins]]\nregexp = 'x'",
            &[
                "2: allow_origins[0].regex = 'x Syntax",
                "4: allow_origins[1].regexp = \"x\" UnknownKey",
            ],
        ),
        (
            "[[allow_origins]]\nregex = 'https://x'\nregex = 'y'",
            &["3: allow_origins[0].regex = \"y\" DuplicateKey"],
        ),
        (
            "allow_origins = '*'\ndanger . allow_null_origin = false\ndanger.allow_null_origin = 5",
            &["3: danger.allow_null_origin = 5 DuplicateKey"],
        ),
        // A missing end is more important than errors before it.
        (
            "allow_methods = ['PUT']\nallow_origins = [\n'https://a.test' 'https://b.test',\n",
            &["2: allow_origins = [ Syntax"],
        ),
        ("allow_origins = '*'\ndanger = {\n", &["2: danger = { Syntax"]),
        ("max_age = 0600\n", &["1: max_age = 0600 Syntax"]),
        // A comment before a duplicate key is not part of the key.
        (
            "allow_origins = '*'\nmax_age = 1\n# Again.\nmax_age = 2",
            &["4: max_age = 2 DuplicateKey"],
        ),
        // Another format is reported once.
        ("{\n  \"allow_origins\": \"*\"\n}", &["1: toml = \"{\" OtherFormat"]),
        (
            "# ours\n\nallow_origins:\n  - https://a.test\n  - https://b.test\nmax_age: 600\n",
            &["3: toml = \"allow_origins:\" OtherFormat"],
        ),
        ("---\nallow_origins: '*'\n", &["1: toml = \"---\" OtherFormat"]),
        (": x\n", &["1: toml = \": x\" Syntax"]),
        ("cors:\n  allow_origins: ['*']\n", &["1: toml = \"cors:\" OtherFormat"]),
        ("<CORSConfiguration>\n", &["1: toml = \"<CORSConfiguration>\" OtherFormat"]),
    ];
    for (toml, wanted) in rows {
        expect(toml, Format::Toml, wanted);
    }
}

#[test]
fn errors_of_syntax_have_a_column() {
    for (text, format, wanted) in [
        (r#"{"allow_origins": "*", "max_age": 5,}"#, Format::Json, "at column 36; "),
        ("{\"allow_origins\": \"*\",\n  \"é\": ü}", Format::Json, "at column 8; "),
        ("\u{feff}{\"a\" 1}", Format::Json, "at column 6; "),
        ("allow_origins = ['é' ü]", Format::Toml, "at column 22; "),
    ] {
        let report = check(text, format);
        assert!(report.to_string().contains(wanted), "{report}");
    }
}

#[test]
fn toml_by_the_name_of_json() {
    for text in ["allow_origins = \"*\"\n", "# all\n[danger]\nallow_null_origin = true"] {
        let report = check(text, Format::Json);
        let [found] = report.findings() else { panic!("{report}") };
        assert!(found.to_string().contains("this looks like TOML; rename the file"), "{found}");
    }
}

#[test]
fn json_ends_at_the_first_error_of_syntax() {
    let rows: &[(&str, &str)] = &[
        ("", "1: json = \"\""),
        (" \n\t\n", "1: json = \"\""),
        ("\n[\"allow_origins\"]", "2: json = \"[\\\"allow_origins\\\"]\""),
        ("null", "1: json = \"null\""),
        ("{\n\n", "1: json = \"{\""),
        ("{\"allow_origins\": [\n\"*\"", "1: json = \"{\\\"allow_origins\\\": [\""),
        ("{\n\"max_age\": 5,\n}", "2: max_age = 5"),
        ("{\n\"max_age\": 5\n\"allow_origins\": \"*\"}", "2: max_age = 5"),
        ("{\n\"allow_origins\": ['*']\n}", "2: allow_origins = ['*']"),
        ("{\n// all\n\"allow_origins\": \"*\"}", "2: json = \"// all\""),
        ("{\n/* all */\n\"allow_origins\": \"*\"}", "2: json = \"/* all */\""),
        ("{\nallow_origins: \"*\"}", "2: json = \"allow_origins: \\\"*\\\"}\""),
        ("{\n\"max_age\": 0x10\n}", "2: max_age = 0x10"),
        ("{\n\"max_age\": 007\n}", "2: max_age = 007"),
        ("{\n\"max_age\": +7\n}", "2: max_age = +7"),
        ("{\n\"max_age\": .7\n}", "2: max_age = .7"),
        ("{\n\"max_age\": 7.\n}", "2: max_age = 7."),
        ("{\n\"max_age\": -\n}", "2: max_age = -"),
        ("{\n\"max_age\": NaN\n}", "2: max_age = NaN"),
        ("{\n\"max_age\": Infinity\n}", "2: max_age = Infinity"),
        ("{\n\"max_age\": True\n}", "2: max_age = True"),
        ("{\n\"max_age\":}", "2: max_age = }"),
        ("{\"max_age\": 5,,\n\"a\": 1}", "1: json = \"{\\\"max_age\\\": 5,,\""),
        ("{\n\"allow_origins\": \"\\x41\"\n}", "2: allow_origins = \"\\x41\""),
        ("{\n\"allow_origins\": \"\\ud800\"\n}", "2: allow_origins = \"\\ud800\""),
        ("{\n\"allow_origins\": \"a\tb\"\n}", "2: allow_origins = \"a\\tb\""),
        ("{\n\"allow_origins\": \"a\n\"}", "2: allow_origins = \"a"),
        ("{\n\"max age\": 007\n}", "2: json = \"\\\"max age\\\": 007\""),
        ("{\n\"\": 007\n}", "2: json = \"\\\"\\\": 007\""),
        ("{\\\"a\":\n\"b\tc\"}", "2: json = \"\\\"b\\tc\\\"}\""),
        ("{}\n{}", "2: json = \"{}\""),
        ("{}\u{a0}", "1: json = \"{}\""),
        ("{}\u{c}", "1: json = \"{}\""),
        ("\u{feff}\u{feff}{}", "1: json = \"\\u{feff}{}\""),
    ];
    for (json, wanted) in rows {
        expect(json, Format::Json, &[&format!("{wanted} Syntax")]);
    }
}
