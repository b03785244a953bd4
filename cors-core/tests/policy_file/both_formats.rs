//! The same errors in both formats, on the same lines.

use super::expect;
use cors_core::file::Format;

/// A description, the same policy in both formats with every error on the same line, and the
/// findings.
const ROWS: &[(&str, &str, &str, &[&str])] = &[
    (
        "no findings",
        "allow_origins = ['https://app.example.com', 'http://localhost:*']",
        r#"{ "allow_origins": ["https://app.example.com", "http://localhost:*"] }"#,
        &[],
    ),
    (
        "a missing key is reported on line 1",
        "\n\nmax_age = 60",
        "{\n\n\"max_age\": 60 }",
        &["1: allow_origins = [] NoOrigins"],
    ),
    (
        "a wrong host beside one of another type",
        "allow_origins = '*'\nown_hosts = ['a b', 1]",
        "{ \"allow_origins\": \"*\",\n\"own_hosts\": [\"a b\", 1] }",
        &["2: own_hosts[0] = \"a b\" InvalidHost", "2: own_hosts[1] = 1 WrongType"],
    ),
    (
        "true in quotes counts as true for other keys",
        "allow_origins = '*'\nallow_credentials = 'yes'",
        "{ \"allow_origins\": \"*\",\n\"allow_credentials\": \"yes\" }",
        &[
            "2: allow_credentials = \"yes\" WrongType",
            "2: allow_credentials = true with allow_origins = \"*\" AnyOriginWithCredentials",
        ],
    ),
    (
        "an empty list is reported on its line",
        "\nallow_origins = []",
        "{\n\"allow_origins\": [] }",
        &["2: allow_origins = [] NoOrigins"],
    ),
    (
        "each entry on its own line, counted as in the file",
        "allow_origins = [
            'https://a.test/',
            'https://b.test', 5,
            { regexp = 'x' },
            'https://C.test',
            [], 'https://b.test',
         ]",
        r#"{ "allow_origins": [
            "https://a.test/",
            "https://b.test", 5,
            { "regexp": "x" },
            "https://C.test",
            [], "https://b.test"
         ] }"#,
        &[
            "2: allow_origins[0] = \"https://a.test/\" InvalidOrigin",
            "3: allow_origins[2] = 5 WrongType",
            "4: allow_origins[3].regexp = \"x\" UnknownKey",
            "5: allow_origins[4] = \"https://C.test\" InvalidOrigin",
            "6: allow_origins[5] = [] WrongType",
            "6: allow_origins[6] = \"https://b.test\" Duplicate",
        ],
    ),
    (
        "the only entry has its line too, but no index",
        "allow_methods = [
            'trace' ]
         allow_headers = [
            'a b' ]
         expose_headers = [
            'c d' ]
         allow_origins = [

            'null' ]",
        r#"{ "allow_methods": [
            "trace" ],
          "allow_headers": [
            "a b" ],
          "expose_headers": [
            "c d" ],
          "allow_origins": [

            "null" ] }"#,
        &[
            "2: allow_methods = \"trace\" ForbiddenMethod",
            "4: allow_headers = \"a b\" InvalidHeaderName",
            "6: expose_headers = \"c d\" InvalidHeaderName",
            "9: allow_origins = \"null\" NullOrigin",
        ],
    ),
    (
        "the only valid entry keeps its place",
        "allow_origins = [\n 1,\n 'https://a.test/' ]",
        "{\"allow_origins\": [\n 1,\n \"https://a.test/\" ] }",
        &[
            "2: allow_origins[0] = 1 WrongType",
            "3: allow_origins[1] = \"https://a.test/\" InvalidOrigin",
        ],
    ),
    (
        "a bare value is on the line of its key",
        "allow_origins = 'https://a.test/'\nallow_headers = 'a b'",
        "{\"allow_origins\": \"https://a.test/\",\n\"allow_headers\": \"a b\"}",
        &[
            "1: allow_origins = \"https://a.test/\" InvalidOrigin",
            "2: allow_headers = \"a b\" InvalidHeaderName",
        ],
    ),
    (
        "a star among others has its line and index",
        "allow_origins = 'https://a.test'\nallow_credentials = true\nexpose_headers = [\n'x',\n'*',\n]",
        "{\"allow_origins\": \"https://a.test\",\n\"allow_credentials\": true,\n\"expose_headers\": [\n\"x\",\n\"*\"\n]}",
        &[
            "4: expose_headers[0] = \"x\" CoveredByAny",
            "5: expose_headers[1] = \"*\" with allow_credentials = true AnyExposedWithCredentials",
        ],
    ),
    (
        "and so is the only one",
        "allow_origins = [\n'*',\n]\nallow_credentials = true\nexpose_headers = [\n\n'*',\n]",
        "{\"allow_origins\": [\n\"*\"\n],\n\"allow_credentials\": true,\n\"expose_headers\": [\n\n\"*\"\n]}",
        &[
            "4: allow_credentials = true with allow_origins = \"*\" AnyOriginWithCredentials",
            "7: expose_headers = \"*\" with allow_credentials = true AnyExposedWithCredentials",
        ],
    ),
    (
        "the right one of two similar entries",
        "allow_origins = 'https://a.test'\nallow_methods = [\n3,\n'PUT',\n'PUT' ]",
        "{\"allow_origins\": \"https://a.test\",\n\"allow_methods\": [\n3,\n\"PUT\",\n\"PUT\" ]}",
        &[
            "3: allow_methods[0] = 3 WrongType",
            "4: allow_methods[1] = \"PUT\" BodyMethodWithoutContentType",
            "5: allow_methods[2] = \"PUT\" Duplicate",
        ],
    ),
    (
        "keys of other libraries",
        "origin = 'https://a.test'\nmethods = 'PUT'\ncredentials = true\nMaxAgeSeconds = 5",
        "{\"origin\": \"https://a.test\",\n\"methods\": \"PUT\",\n\"credentials\": true,\n\"MaxAgeSeconds\": 5}",
        &[
            "1: origin = \"https://a.test\" UnknownKey",
            "2: methods = \"PUT\" UnknownKey",
            "3: credentials = true UnknownKey",
            "4: MaxAgeSeconds = 5 UnknownKey",
        ],
    ),
    (
        "a table around the keys, which are still checked",
        "cors.allow_origins = ['https://a.test/']\ncors.max_age = 100000\ncors.danger.x = 1",
        "{\"cors\": {\"allow_origins\": [\"https://a.test/\"],\n\"max_age\": 100000,\n\"danger\": {\"x\": 1}}}",
        &[
            "1: allow_origins = \"https://a.test/\" InvalidOrigin",
            "1: cors = { allow_origins = [\"https://a.test/\"], max_age = 100000, danger = { x = 1 } } WrappedKeys",
            "2: max_age = 100000 MaxAgeTooLarge",
            "3: danger.x = 1 UnknownKey",
        ],
    ),
    (
        "another table around such a table, and a key twice",
        "max_age = 5\nserver = { port = 80, cors = { allow_origins = '*', max_age = 6 } }",
        "{\"max_age\": 5,\n\"server\": {\"port\": 80, \"cors\": {\"allow_origins\": \"*\", \"max_age\": 6}}}",
        &[
            "2: max_age = 6 DuplicateKey",
            "2: server = { port = 80, cors = { allow_origins = \"*\", max_age = 6 } } WrappedKeys",
        ],
    ),
    (
        "a list around it, with the keys of another library",
        "CORSRules = [{ AllowedOrigins = ['*'], MaxAgeSeconds = 5 }]",
        "{\"CORSRules\": [{\"AllowedOrigins\": [\"*\"], \"MaxAgeSeconds\": 5}]}",
        &[
            "1: CORSRules = [{ AllowedOrigins = [\"*\"], MaxAgeSeconds = 5 }] WrappedKeys",
            "1: AllowedOrigins = [\"*\"] UnknownKey",
            "1: MaxAgeSeconds = 5 UnknownKey",
        ],
    ),
    (
        "the first of two such tables is read",
        "test = { allow_origins = '*' }\nlive = { allow_origins = 'https://a.test/' }",
        "{\"test\": {\"allow_origins\": \"*\"},\n\"live\": {\"allow_origins\": \"https://a.test/\"}}",
        &[
            "1: test = { allow_origins = \"*\" } WrappedKeys",
            "2: live = { allow_origins = \"https://a.test/\" } WrappedKeys",
        ],
    ),
    (
        "another table",
        "allow_origins = '*'\nserver = { host = 'a', method = 'b' }",
        "{\"allow_origins\": \"*\",\n\"server\": {\"host\": \"a\", \"method\": \"b\"}}",
        &["2: server = { host = \"a\", method = \"b\" } UnknownKey"],
    ),
    (
        "if two keys conflict, the line of the one named first",
        "allow_origins = '*'\ndisallowed_origin = 'forbid'\nallow_credentials = true\npreflight_continue = true\npreflight_status = 200",
        "{\"allow_origins\": \"*\",\n\"disallowed_origin\": \"forbid\",\n\"allow_credentials\": true,\n\"preflight_continue\": true,\n\"preflight_status\": 200}",
        &[
            "2: disallowed_origin = \"forbid\" with allow_origins = \"*\" AnyOriginForbids",
            "3: allow_credentials = true with allow_origins = \"*\" AnyOriginWithCredentials",
            "5: preflight_status = 200 with preflight_continue = true PreflightStatusWithContinue",
        ],
    ),
    (
        "a method that needs content-type has its line",
        "allow_origins = 'https://a.test'\nallow_methods = [\n 'DELETE',\n 'PUT' ]",
        "{\"allow_origins\": \"https://a.test\",\n\"allow_methods\": [\n \"DELETE\",\n \"PUT\" ]}",
        &["4: allow_methods[1] = \"PUT\" BodyMethodWithoutContentType"],
    ),
    (
        "unknown keys at both levels, and the rest is checked",
        "allow_origin = '*'\nallow_origins = 'x'\ncookies = { a = [1, true] }\n[danger]\n\nreflect_all = 1\nmax_age = 5",
        "{\"allow_origin\": \"*\",\n\"allow_origins\": \"x\",\n\"cookies\": {\"a\": [1, true]},\n\"danger\": {\n\n\"reflect_all\": 1,\n\"max_age\": 5}}",
        &[
            "1: allow_origin = \"*\" UnknownKey",
            "2: allow_origins = \"x\" InvalidOrigin",
            "3: cookies = { a = [1, true] } UnknownKey",
            "6: danger.reflect_all = 1 UnknownKey",
            "7: danger.max_age = 5 UnknownKey",
        ],
    ),
    (
        "a misspelt key is not also missing",
        "\nallow_orgins = '*'",
        "{\n\"allow_orgins\": \"*\"}",
        &["2: allow_orgins = \"*\" UnknownKey"],
    ),
    (
        "a key of the wrong type is not also missing",
        "allow_origins = 7\nallow_credentials = 'yes'\ndanger.allow_insecure_origins = true",
        "{\"allow_origins\": 7,\n\"allow_credentials\": \"yes\",\n\"danger\": {\"allow_insecure_origins\": true}}",
        &["1: allow_origins = 7 WrongType", "2: allow_credentials = \"yes\" WrongType"],
    ),
    (
        "nor is a list without a valid entry",
        "allow_origins = [\n7]\nallow_headers = [8]\nallow_methods = 'PUT'",
        "{\"allow_origins\": [\n7],\n\"allow_headers\": [8],\n\"allow_methods\": \"PUT\"}",
        &["2: allow_origins = 7 WrongType", "3: allow_headers = 8 WrongType"],
    ),
    (
        "a key twice: the first one counts",
        "allow_origins = 'https://a.test'\nmax_age = 9000\nmax_age = 'x'\n[danger]\nallow_null_origin = true\nallow_null_origin = false",
        "{\"allow_origins\": \"https://a.test\",\n\"max_age\": 9000,\n\"max_age\": \"x\",\n\"danger\": {\n\"allow_null_origin\": true,\n\"allow_null_origin\": false}}",
        &[
            "2: max_age = 9000 MaxAgeOverChromium",
            "3: max_age = \"x\" DuplicateKey",
            "5: danger.allow_null_origin = true NeedlessDanger",
            "6: danger.allow_null_origin = false DuplicateKey",
        ],
    ),
    (
        "numbers out of range, whether or not they fit the field",
        "allow_origins = '*'\nmax_age = 86401\npreflight_status = 300",
        "{\"allow_origins\": \"*\",\n\"max_age\": 86401,\n\"preflight_status\": 300}",
        &[
            "2: max_age = 86401 MaxAgeTooLarge",
            "3: preflight_status = 300 PreflightStatusOutOfRange",
        ],
    ),
    (
        "numbers that fit no field",
        "allow_origins = '*'\nmax_age = 99999999999999999999\npreflight_status = 70000\npreflight_continue = true",
        "{\"allow_origins\": \"*\",\n\"max_age\": 99999999999999999999,\n\"preflight_status\": 70000,\n\"preflight_continue\": true}",
        &[
            "2: max_age = 99999999999999999999 MaxAgeTooLarge",
            "3: preflight_status = 70000 PreflightStatusOutOfRange",
            "3: preflight_status = 70000 with preflight_continue = true PreflightStatusWithContinue",
        ],
    ),
    (
        "a negative number",
        "allow_origins = '*'\nmax_age = -1\npreflight_status = -204",
        "{\"allow_origins\": \"*\",\n\"max_age\": -1,\n\"preflight_status\": -204}",
        &["2: max_age = -1 WrongType", "3: preflight_status = -204 PreflightStatusOutOfRange"],
    ),
    (
        "fractions",
        "allow_origins = '*'\nmax_age = 600.0\npreflight_status = 2e2",
        "{\"allow_origins\": \"*\",\n\"max_age\": 600.0,\n\"preflight_status\": 2e2}",
        &["2: max_age = 600.0 WrongType", "3: preflight_status = 2e2 WrongType"],
    ),
    (
        "on one line, in the order of the keys",
        "danger = { x = 1, reflect_any_origin = 2 }\nmax_age = 1.5\nallow_methods = [1, 2]\nallow_origins = 3",
        "{\"danger\": {\"x\": 1, \"reflect_any_origin\": 2},\n\"max_age\": 1.5,\n\"allow_methods\": [1, 2],\n\"allow_origins\": 3}",
        &[
            "1: danger.reflect_any_origin = 2 WrongType",
            "1: danger.x = 1 UnknownKey",
            "2: max_age = 1.5 WrongType",
            "3: allow_methods[0] = 1 WrongType",
            "3: allow_methods[1] = 2 WrongType",
            "4: allow_origins = 3 WrongType",
        ],
    ),
    (
        "a key cannot fake a message",
        "allow_origins = '*'\n\"a\\n9: max_age\" = 1",
        "{\"allow_origins\": \"*\",\n\"a\\n9: max_age\": 1}",
        &["2: \"a\\n9: max_age\" = 1 UnknownKey"],
    ),
    (
        "a warning that depends on an invalid key",
        "allow_origins = ['https://*.github.io', 'https://a.test']\nallow_credentials = 'maybe'",
        "{\"allow_origins\": [\"https://*.github.io\", \"https://a.test\"],\n\"allow_credentials\": \"maybe\"}",
        &["2: allow_credentials = \"maybe\" WrongType"],
    ),
    (
        "a dotted name in quotes is not a key",
        "allow_origins = '*'\n'danger.allow_null_origin' = true",
        "{\"allow_origins\": \"*\",\n\"danger.allow_null_origin\": true}",
        &["2: \"danger.allow_null_origin\" = true UnknownKey"],
    ),
    (
        "tables that are not a regex",
        "allow_origins = [\n {},\n { regex = 5 },\n { regexp = 'x', flags = 'i' },\n 'https://a.test' ]",
        "{\"allow_origins\": [\n {},\n {\"regex\": 5},\n {\"regexp\": \"x\", \"flags\": \"i\"},\n \"https://a.test\" ]}",
        &[
            "2: allow_origins[0] = {} WrongType",
            "3: allow_origins[1].regex = 5 WrongType",
            "4: allow_origins[2].regexp = \"x\" UnknownKey",
            "4: allow_origins[2].flags = \"i\" UnknownKey",
        ],
    ),
    (
        "one table with a key twice",
        "allow_origins = { flags = 1, flags = [2, 'x'] }",
        "{\"allow_origins\": {\"flags\": 1, \"flags\": [2, \"x\"]}}",
        &[
            "1: allow_origins.flags = 1 UnknownKey",
            "1: allow_origins.flags = [2, \"x\"] DuplicateKey",
        ],
    ),
];

#[test]
fn the_same_findings_in_both_formats() {
    for (sentence, toml, json, wanted) in ROWS {
        println!("{sentence}");
        for (text, format) in [(toml, Format::Toml), (json, Format::Json)] {
            expect(text, format, wanted);
            expect(&text.replace('\n', "\r\n"), format, wanted);
            // A byte order mark.
            expect(&format!("\u{feff}{text}"), format, wanted);
        }
    }
}
