//! The README's programs, each in a file. `cargo run -p examples --bin hello -- axum` runs the first.
//!
//! They listen on 127.0.0.1:3000, unless the environment variable `ADDR` says otherwise.

type Outcome = Result<(), Box<dyn std::error::Error>>;

macro_rules! programs {
    ($($name:literal = $module:ident, $file:literal;)+) => {
        $(
            mod $module {
                include!($file);

                pub fn run() -> super::Outcome {
                    main()
                }
            }
        )+

        fn main() -> Outcome {
            match std::env::args().nth(1).as_deref() {
                $(Some($name) => $module::run(),)+
                _ => Err(concat!("write one of:" $(, " ", $name)+).into()),
            }
        }
    };
}

programs! {
    "axum" = with_axum, "axum.rs";
    "actix" = with_actix, "actix.rs";
    "warp" = with_warp, "warp.rs";
    "std" = with_std, "std.rs";
    "file" = with_file, "file.rs";
}
