//! The browser model, what is built on it, and the policy judged by it.
#![cfg(feature = "browser")]

mod steps;
