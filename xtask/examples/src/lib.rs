//! Code that two examples share. Each of the others is one file in `src/bin`.

pub mod tenants;
