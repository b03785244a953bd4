//! What the builder takes as a list: one entry, or several.

use crate::config::OriginEntry;

/// One origin or several: what [`Builder::allow_origins`](crate::Builder::allow_origins) takes.
///
/// One is anything that converts into an [`OriginEntry`]; several is an iterator over these. The
/// compiler infers `Count`, which distinguishes the two.
///
/// ```
/// use cors_core::{OriginEntry, Policy};
/// use std::borrow::Cow;
///
/// let slice: &[&str] = &["https://app.example.com"];
/// let expected = Policy::builder().allow_origins(["https://app.example.com"]).build()?;
/// for policy in [
///     Policy::builder().allow_origins("https://app.example.com"),
///     Policy::builder().allow_origins(Cow::from("https://app.example.com")),
///     Policy::builder().allow_origins(OriginEntry::from("https://app.example.com")),
///     Policy::builder().allow_origins(slice),
///     Policy::builder().allow_origins(vec![String::from("https://app.example.com")]),
/// ] {
///     assert_eq!(policy.build()?, expected);
/// }
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an origin nor a list of origins",
    label = "not an origin, nor a list of origins",
    note = "write origins as text: `[\"https://app.example.com\", \"https://*.example.dev\"]`"
)]
pub trait OriginList<Count> {
    /// Converts into entries, in order.
    ///
    /// ```
    /// use cors_core::OriginList;
    ///
    /// /// Takes what `allow_origins` takes.
    /// fn count<Count>(origins: impl OriginList<Count>) -> usize {
    ///     origins.into_entries().len()
    /// }
    /// assert_eq!(count("https://app.example.com"), 1);
    /// assert_eq!(count(["https://app.example.com", "https://*.example.dev"]), 2);
    /// ```
    fn into_entries(self) -> Vec<OriginEntry>;
}

/// One name of a method or header, or several: what
/// [`Builder::allow_methods`](crate::Builder::allow_methods) and similar methods take.
///
/// One is anything that implements `AsRef<str>`, such as `http`'s `Method` and `HeaderName`; several is
/// an iterator over these. The compiler infers `Count`, which distinguishes the two.
///
/// ```
/// use cors_core::Policy;
/// use http::Method;
///
/// let policy = Policy::builder().allow_origins("*");
/// let expected = policy.clone().allow_methods(["PUT"]).build()?;
/// assert_eq!(policy.clone().allow_methods("PUT").build()?, expected);
/// assert_eq!(policy.clone().allow_methods(Method::PUT).build()?, expected);
/// assert_eq!(policy.allow_methods(&[Method::PUT]).build()?, expected);
/// # Ok::<(), cors_core::ConfigErrors>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a name nor a list of names",
    label = "not a name, nor a list of names",
    note = "write names as text or in the types of `http`: `[\"PUT\"]`, `[Method::PUT]`, `[CONTENT_TYPE]`"
)]
pub trait NameList<Count> {
    /// Converts into names, in order.
    ///
    /// ```
    /// use cors_core::{NameList, One, Several};
    /// use http::Method;
    ///
    /// fn one(name: impl NameList<One>) -> Vec<String> {
    ///     name.into_names()
    /// }
    /// fn several(names: impl NameList<Several>) -> Vec<String> {
    ///     names.into_names()
    /// }
    /// assert_eq!(one("PUT"), ["PUT"]);
    /// assert_eq!(several([Method::PUT, Method::PATCH]), ["PUT", "PATCH"]);
    /// ```
    fn into_names(self) -> Vec<String>;
}

/// The `Count` of a single entry.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "has no values")]
pub enum One {}

/// The `Count` of a list.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "has no values")]
pub enum Several {}

impl<T: Into<OriginEntry>> OriginList<One> for T {
    fn into_entries(self) -> Vec<OriginEntry> {
        vec![self.into()]
    }
}

impl<I: IntoIterator<Item: Into<OriginEntry>>> OriginList<Several> for I {
    fn into_entries(self) -> Vec<OriginEntry> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: AsRef<str>> NameList<One> for T {
    fn into_names(self) -> Vec<String> {
        vec![self.as_ref().to_owned()]
    }
}

impl<I: IntoIterator<Item: AsRef<str>>> NameList<Several> for I {
    fn into_names(self) -> Vec<String> {
        self.into_iter().map(|name| name.as_ref().to_owned()).collect()
    }
}
