//! Code that several examples share. Each of the others is one file in `src/bin`.

pub mod tenants;

/// Where an example listens.
pub fn addr() -> String {
    std::env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned())
}
