//! What two of the examples share; each of the others is one file of `src/bin`.

pub mod tenants;
