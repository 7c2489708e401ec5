//! The demo: a published notebook reproduced digit for digit, and its optimizers as a program.
//!
//! `main.rs` is a page; [`cli`] has the command line, one module of [`commands`] a command.

pub mod cli;
pub mod commands;
pub mod expression;
pub mod figures;
pub mod json;
pub mod notebook;
pub mod numpy_text;
pub mod output;
pub mod reference;
pub mod registry;
pub mod solve;
pub mod sweep;

/// The Rust blocks of README and docs, as doctests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/architecture.md")]
    struct Architecture;
}
