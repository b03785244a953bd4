//! Header values of whichever library.

/// A header value that is made from bytes and cheap to clone: [`http::HeaderValue`] of either
/// version of `http` is one. Nothing need be implemented.
pub trait FieldValue:
    Clone + AsRef<[u8]> + for<'a> TryFrom<&'a [u8]> + Send + Sync + 'static
{
    /// A value from a text of the policy's: tokens, commas, spaces, and origins that a pattern
    /// named. Those are visible ASCII, which is what every library takes.
    #[doc(hidden)]
    fn of_text(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// A value from bytes of other values, commas and spaces.
    #[doc(hidden)]
    fn of_bytes(bytes: &[u8]) -> Self {
        match Self::try_from(bytes) {
            Ok(value) => value,
            Err(_) => unreachable!("a header value of bytes that others hold was refused"),
        }
    }
}

impl<T: Clone + AsRef<[u8]> + for<'a> TryFrom<&'a [u8]> + Send + Sync + 'static> FieldValue for T {}
