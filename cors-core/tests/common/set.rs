/// A config or another value with some fields set, since none of these can be written as a literal.
macro_rules! set {
    ($value:expr, $($field:ident $(.$nested:ident)? = $to:expr),+ $(,)?) => {{
        let mut value = $value;
        $(value.$field $(.$nested)? = $to;)+
        value
    }};
}
