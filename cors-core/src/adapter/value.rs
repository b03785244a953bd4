//! Header values of any library.

use http::HeaderValue;
use std::any::Any;

/// What the headers of many policies say.
const COMMON: [&str; 6] = [
    "true",
    "*",
    "GET,HEAD,POST",
    "Origin",
    "Origin, Access-Control-Request-Method",
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
];

/// A static value, if the text is common. It has no reference count, for which all cores would contend.
fn common<V: 'static>(text: &[u8]) -> Option<V> {
    let text = COMMON.into_iter().find(|common| common.as_bytes() == text)?;
    // Only the core's own version of `http` is known here.
    let value: Box<dyn Any> = Box::new(HeaderValue::from_static(text));
    value.downcast().ok().map(|value| *value)
}

/// A header value that can be made from bytes and is cheap to clone, such as [`http::HeaderValue`] of
/// either version of `http`. You need not implement this trait. The conversion must accept all visible
/// ASCII and spaces, and whatever bytes another value holds; otherwise preparing a policy
/// or answering a request panics.
///
/// ```
/// use cors_core::Policy;
/// use cors_core::adapter::{FieldValue, Prepared};
///
/// /// Works for every library.
/// fn prepared<V: FieldValue>(policy: &Policy) -> Prepared<V> {
///     Prepared::new(policy.clone())
/// }
/// let policy = Policy::for_origins("https://app.example.com").build()?;
/// assert_eq!(prepared::<http::HeaderValue>(&policy).policy(), &policy);
/// assert_eq!(prepared::<Vec<u8>>(&policy).policy(), &policy);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
pub trait FieldValue: Clone + AsRef<[u8]> + TryFrom<Vec<u8>> + Send + Sync + 'static {
    /// Makes a value from the policy's text: tokens, commas, spaces and origins. All of it is visible
    /// ASCII, which every library accepts.
    #[doc(hidden)]
    fn of_text<T: AsRef<[u8]> + Into<Vec<u8>>>(text: T) -> Self {
        common(text.as_ref()).unwrap_or_else(|| Self::of_bytes(text.into()))
    }

    /// Makes a value from bytes of other values, commas and spaces.
    #[doc(hidden)]
    fn of_bytes(bytes: Vec<u8>) -> Self {
        match Self::try_from(bytes) {
            Ok(value) => value,
            Err(_) => unreachable!("a header value of bytes that others hold was refused"),
        }
    }
}

impl<T: Clone + AsRef<[u8]> + TryFrom<Vec<u8>> + Send + Sync + 'static> FieldValue for T {}

#[cfg(test)]
mod tests {
    use super::FieldValue;
    use http::HeaderValue;

    #[test]
    fn what_is_common_is_one_static_value() {
        let of = |text: &str| <HeaderValue as FieldValue>::of_text(text);
        for text in super::COMMON {
            assert_eq!(of(text), text);
            assert_eq!(of(text).as_bytes().as_ptr(), of(text).as_bytes().as_ptr(), "{text}");
        }
        let (rare, again) = (of("PUT"), of("PUT"));
        assert_eq!(rare, "PUT");
        assert_ne!(rare.as_bytes().as_ptr(), again.as_bytes().as_ptr());
        assert_eq!(<Vec<u8> as FieldValue>::of_text("true"), b"true");
    }
}
