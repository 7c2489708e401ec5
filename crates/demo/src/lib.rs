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
