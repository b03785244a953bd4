//! `Config` in any self-describing format, read by the code that reads policy files.

use std::fmt;

use ::serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
};
use ::serde::ser::{Error as _, Serialize, SerializeMap, SerializeStruct, Serializer};

use super::read::read;
use super::tree::{Entry, MAX_DEPTH, Node, Value};
use super::{Config, Danger, DisallowedOrigin, OriginEntry, RefusedPreflight};

/// Reads the keys of a policy file. Reports all unknown keys, wrong types and duplicate keys at once,
/// one per line. [`Policy::new`](crate::Policy::new) checks whether the values make a valid policy.
///
/// ```
/// use cors_core::Config;
///
/// let config: Config = toml::from_str(
///     "allow_origins = 'https://app.example.com'
///      allow_methods = ['PUT', 'DELETE']",
/// )?;
/// assert_eq!(config.allow_methods, ["PUT", "DELETE"]);
///
/// let error = toml::from_str::<Config>("allow_origin = '*'\nmax_age = '600'").unwrap_err();
/// assert!(error.message().starts_with("allow_origin = \"*\": no such key; write allow_origins\n"));
/// # Ok::<(), toml::de::Error>(())
/// ```
impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = match (Depth { left: MAX_DEPTH }).deserialize(deserializer)? {
            Value::Table(entries) => entries,
            other => {
                let message = format!("a policy is a table of keys, not {other}");
                return Err(de::Error::custom(message));
            }
        };
        let reading = read(entries);
        let mut lines: Vec<_> = reading.errors().map(|error| error.to_string()).collect();
        match reading.faults.total() - reading.faults.kept().len() {
            0 => {}
            more => lines.push(format!("and {more} more")),
        }
        if lines.is_empty() { Ok(reading.config) } else { Err(de::Error::custom(lines.join("\n"))) }
    }
}

/// Reads a tree, and refuses one that is too deep for the stack: not every format has its own limit.
#[derive(Clone, Copy)]
struct Depth {
    left: usize,
}

impl Depth {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Self { left }),
            None => Err(E::custom(format!("nested more than {MAX_DEPTH} deep"))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a CORS policy")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(match value.try_into() {
            Ok(value) => Value::Integer(value),
            Err(_) => Value::Other(value.to_string()),
        })
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // `Debug` prints 600.0 with its point, which shows why it is not an integer.
        Ok(Value::Other(format!("{value:?}")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other("null".to_owned()))
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Other("null".to_owned()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deeper()?.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        self.deeper()?.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut list = Vec::new();
        while let Some(value) = items.next_element_seed(deeper)? {
            list.push(Node { line: 0, value });
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut entries = Vec::new();
        while let Some(key) = items.next_key()? {
            let value = items.next_value_seed(deeper)?;
            entries.push(Entry { key, line: 0, node: Node { line: 0, value } });
        }
        Ok(Value::Table(entries))
    }
}

/// Writes the keys whose value is not the default, so that reading them back gives an equal config.
///
/// ```
/// use cors_core::Config;
///
/// let mut config = Config::new(["https://a.test"]);
/// config.allow_methods.push("*".into());
/// let text = serde_json::to_string(&config)?;
/// assert_eq!(text, r#"{"allow_origins":["https://a.test"],"allow_methods":"*"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// Fails if `max_age` is not a whole number of seconds.
impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Destructured, so that you cannot forget a new key.
        let Self {
            allow_origins,
            allow_methods,
            allow_headers,
            expose_headers,
            allow_credentials,
            max_age,
            allow_private_network,
            preflight_status,
            preflight_continue,
            disallowed_origin,
            own_hosts,
            refused_preflight,
            danger,
        } = self;
        if max_age.is_some_and(|age| age.subsec_nanos() != 0) {
            return Err(S::Error::custom("max_age is not a whole number of seconds"));
        }
        let max_age = max_age.map(|age| age.as_secs());
        let disallowed_origin = match disallowed_origin {
            DisallowedOrigin::Forward => None,
            DisallowedOrigin::Forbid => Some("forbid"),
            DisallowedOrigin::ForbidUnsafe => Some("forbid-unsafe"),
        };
        let refused_preflight = match refused_preflight {
            RefusedPreflight::Explain => None,
            RefusedPreflight::Conceal => Some("conceal"),
        };
        let danger = (*danger != Danger::default()).then_some(Table(danger));

        let mut keys = Keys::new(serializer, "Config", 13)?;
        keys.some("allow_origins", list(allow_origins))?;
        keys.some("allow_methods", list(allow_methods))?;
        keys.some("allow_headers", list(allow_headers))?;
        keys.some("expose_headers", list(expose_headers))?;
        keys.flag("allow_credentials", *allow_credentials)?;
        keys.some("max_age", max_age)?;
        keys.flag("allow_private_network", *allow_private_network)?;
        keys.some("preflight_status", *preflight_status)?;
        keys.flag("preflight_continue", *preflight_continue)?;
        keys.some("disallowed_origin", disallowed_origin)?;
        keys.some("own_hosts", own_hosts.as_ref())?;
        keys.some("refused_preflight", refused_preflight)?;
        keys.some("danger", danger)?;
        keys.0.end()
    }
}

/// The `danger` table, which is only written as part of a `Config`.
struct Table<'a>(&'a Danger);

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Danger {
            allow_insecure_origins,
            allow_public_suffix_subdomains,
            allow_unbounded_regex,
            allow_null_origin,
            reflect_any_origin,
        } = *self.0;
        let mut keys = Keys::new(serializer, "Danger", 5)?;
        keys.flag("allow_insecure_origins", allow_insecure_origins)?;
        keys.flag("allow_public_suffix_subdomains", allow_public_suffix_subdomains)?;
        keys.flag("allow_unbounded_regex", allow_unbounded_regex)?;
        keys.flag("allow_null_origin", allow_null_origin)?;
        keys.flag("reflect_any_origin", reflect_any_origin)?;
        keys.0.end()
    }
}

/// Writes values that are set, and skips the others.
struct Keys<S>(S);

impl<S: SerializeStruct> Keys<S> {
    fn new<R>(serializer: R, name: &'static str, keys: usize) -> Result<Self, R::Error>
    where
        R: Serializer<SerializeStruct = S>,
    {
        Ok(Self(serializer.serialize_struct(name, keys)?))
    }

    fn some<T: Serialize>(&mut self, key: &'static str, value: Option<T>) -> Result<(), S::Error> {
        match value {
            Some(value) => self.0.serialize_field(key, &value),
            None => self.0.skip_field(key),
        }
    }

    fn flag(&mut self, key: &'static str, value: bool) -> Result<(), S::Error> {
        self.some(key, value.then_some(true))
    }
}

/// A list as in a policy file: left out if empty, and `"*"` if that is the only entry.
fn list<T: Text + Serialize>(items: &[T]) -> Option<List<'_, T>> {
    (!items.is_empty()).then_some(List(items))
}

struct List<'a, T>(&'a [T]);

impl<T: Text + Serialize> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [single] if single.is_any() => serializer.serialize_str("*"),
            items => serializer.collect_seq(items),
        }
    }
}

trait Text {
    fn is_any(&self) -> bool;
}

impl Text for String {
    fn is_any(&self) -> bool {
        self == "*"
    }
}

impl Text for OriginEntry {
    fn is_any(&self) -> bool {
        matches!(self, Self::Pattern(pattern) if pattern == "*")
    }
}

impl Serialize for OriginEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pattern(pattern) => serializer.serialize_str(pattern),
            Self::Regex(regex) => {
                let mut table = serializer.serialize_map(Some(1))?;
                table.serialize_entry("regex", regex)?;
                table.end()
            }
        }
    }
}
