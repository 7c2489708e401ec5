//! What must hold for every input, as one function of bytes a target: it panics where something does not hold.
//!
//! The programs in `targets/` give them to libFuzzer; the tests in `tests/` run them on the kept seeds, on stable Rust.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod command_line;
mod damage;
mod expressions;
mod input;
mod lbfgsb;
mod parser;
mod program;
mod states;
mod sweep_commands;
mod sweep_files;

pub use command_line::command_line;
pub use expressions::expressions;
pub use lbfgsb::lbfgsb;
pub use parser::parser;
pub use states::states;
pub use sweep_commands::sweep_commands;
pub use sweep_files::sweep_files;

/// A target: its name, which is that of its folder of seeds, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("expressions", expressions),
    ("parser", parser),
    ("command_line", command_line),
    ("sweep_commands", sweep_commands),
    ("sweep_files", sweep_files),
    ("lbfgsb", lbfgsb),
    ("states", states),
];
