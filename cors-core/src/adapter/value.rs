//! Header values of any library.

/// A header value that can be made from bytes and is cheap to clone, such as [`http::HeaderValue`] of
/// either version of `http`. You need not implement this trait. The conversion must accept all visible
/// ASCII and spaces, and whatever bytes another value holds; otherwise preparing a policy panics.
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
    fn of_text(text: &str) -> Self {
        Self::of_bytes(text.into())
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
