//! A policy from environment variables.

use std::ffi::OsString;

use crate::config::Config;
use crate::config::compile::compile;
use crate::config::read::{Fault, read_vars, variable};
use crate::error::{Capped, ConfigError, ConfigErrors, ErrorKind, Finding};
use crate::key::Key;
use crate::origin::pattern::{Meant, PatternFault};

impl Config {
    /// Reads and checks a policy in the environment variables whose names start with `prefix`.
    ///
    /// Each key of a policy file has a variable: its name in upper case, with `_` for the dot.
    ///
    /// ```sh
    /// CORS_ALLOW_ORIGINS='https://app.example.com, https://*.example.dev'
    /// CORS_ALLOW_METHODS=PUT,DELETE
    /// CORS_MAX_AGE=600
    /// CORS_DISALLOWED_ORIGIN=forbid
    /// CORS_DANGER_ALLOW_NULL_ORIGIN=true
    /// ```
    ///
    /// Commas separate the entries of a list, and white space around entries is ignored. An empty
    /// variable is an empty list, and an error if its key takes one value. A key without a variable has
    /// its default, except `allow_origins`, which every policy needs. Regular expressions need a policy
    /// file. Every other variable under the prefix is an error, so choose one that nothing else uses.
    ///
    /// ```no_run
    /// use cors_core::{Config, ConfigErrors, Policy};
    ///
    /// # fn main() -> Result<(), ConfigErrors> {
    /// let policy = Policy::new(&Config::from_vars("CORS_")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Lists every problem at once, with all that [`Policy::new`](crate::Policy::new) would find. Each
    /// names its [variable](ConfigError::variable), and prints as `VARIABLE: key = value: reason; fix`.
    pub fn from_vars(prefix: &str) -> Result<Self, ConfigErrors> {
        Self::from_given_vars(prefix, std::env::vars_os())
    }

    /// Like [`from_vars`](Self::from_vars), with these variables instead of the environment's: for
    /// tests, and for values from elsewhere.
    ///
    /// ```
    /// use cors_core::Config;
    ///
    /// let vars = [("CORS_ALLOW_ORIGINS", "https://app.example.com"), ("CORS_MAX_AGE", "600")];
    /// let config = Config::from_given_vars("CORS_", vars)?;
    /// assert_eq!(config.max_age.unwrap().as_secs(), 600);
    ///
    /// let vars = [("CORS_ALLOW_ORIGIN", "https://app.example.com"), ("CORS_MAX_AGE", "10m")];
    /// let errors = Config::from_given_vars("CORS_", vars).unwrap_err();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     "CORS_MAX_AGE: max_age = \"10m\": the key takes whole seconds, 0 to 86400; write 600\n\
    ///      CORS_ALLOW_ORIGIN = \"https://app.example.com\": no key has this variable; \
    ///      write CORS_ALLOW_ORIGINS",
    /// );
    /// # Ok::<(), cors_core::ConfigErrors>(())
    /// ```
    ///
    /// # Errors
    /// As for [`from_vars`](Self::from_vars).
    pub fn from_given_vars<N: Into<OsString>, V: Into<OsString>>(
        prefix: &str,
        vars: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, ConfigErrors> {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into()));
        let mut reading = read_vars(prefix, vars);
        let config = std::mem::take(&mut reading.config);
        let faults = std::mem::replace(&mut reading.faults, Capped::new());
        let mut errors = compile(&config, None, None).errors;
        errors.drop_of(Key::AllowOrigins, |error| reading.explains(error));
        let mut errors = errors.map(|error| without_regex(reading.locate(&error).1));
        errors.append(faults.map(|Fault { error, .. }| error));
        if errors.total() == 0 {
            return Ok(config);
        }
        errors.sort_by_key(Finding::position);
        Err(ConfigErrors::new(errors.map(|error| match error.known_key() {
            Some(key) => error.with_variable(variable(prefix, key)),
            None => error,
        })))
    }
}

/// What a regular expression would mend needs a file.
fn without_regex(error: ConfigError) -> ConfigError {
    let needs_regex = match error.kind() {
        ErrorKind::InvalidOrigin { meant: Some(meant), .. } => matches!(meant, Meant::Regex { .. }),
        ErrorKind::InvalidOrigin { fault: PatternFault::Regex, meant: None } => true,
        // `{ regex = … }`, as in a file.
        ErrorKind::InvalidOrigin { .. } => error.value().contains("regex ="),
        _ => false,
    };
    if needs_regex { error.with_kind(ErrorKind::RegexInVariable) } else { error }
}
