//! The command line: one struct a command. Names and formats are fixed, for scripts rely on them.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;

/// A published notebook on optimizers, reproduced digit for digit from exact derivatives; and its optimizers, to try.
#[derive(Debug, Parser)]
#[command(name = "demo", version)]
pub struct Cli {
    /// What to do; `notebook` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What all commands share.
    #[command(flatten)]
    pub shared: Shared,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the notebook's text; exit 1 if a value does not agree with the published one
    Notebook,
    /// Compare every published value with ours: expected, computed, difference
    Check,
    /// Draw the notebook's five figures
    Figures(commands::figures::Arguments),
    /// Run one optimizer on one problem
    Run(commands::run::Arguments),
    /// Differentiate formulas at a point, exactly, to third order
    Derive(commands::derive::Arguments),
    /// Find x such that y(x) is a given target
    Invert(commands::invert::Arguments),
    /// List problems, optimizers, their options and defaults
    List,
}

/// What all commands share.
#[derive(Args, Clone, Debug)]
pub struct Shared {
    /// Write the result as JSON to a file, or with `-` to standard output
    #[arg(long, value_name = "FILE|-", global = true)]
    pub json: Option<String>,
    /// Write the result as comma-separated values to a file, or with `-` to standard output
    #[arg(long, value_name = "FILE|-", global = true)]
    pub csv: Option<String>,
    /// The floats to compute with
    #[arg(long, value_enum, default_value_t = Precision::F64, global = true)]
    pub precision: Precision,
    /// Say nothing on standard error but errors
    #[arg(long, global = true)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub color: Color,
}

/// A precision of floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// 32 bits
    F32,
    /// 64 bits
    F64,
}

impl Precision {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        }
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
