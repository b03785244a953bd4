//! Proves each recipe of the command `cors`: a real server with a fault, the recipe printed for it,
//! and the same server with the recipe.

pub mod case;
pub mod explain;
pub mod hosts;
pub mod install;
pub mod proof;
