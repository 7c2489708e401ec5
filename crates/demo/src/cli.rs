//! The command line: one struct a command. Names and formats are fixed, for scripts rely on them.

use std::ffi::{OsStr, OsString};

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands;

/// A published notebook on optimizers, reproduced digit for digit from exact derivatives; and its optimizers, to try.
#[derive(Debug, Parser)]
#[command(
    name = "demo",
    version,
    after_help = "Examples:\n  demo                                   the notebook\n  \
          demo derive --function \"x0^2 + x1^4\" --at 3,3\n  \
          demo run --problem notebook --optimizer pg --start 3,3 --step 0.3\n  \
          demo help run                          what a command takes, with examples"
)]
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
    #[command(after_help = "Examples:\n  demo notebook\n  demo notebook --quiet > notebook.txt")]
    /// Print the notebook's text; exit 1 if a value does not agree with the published one
    Notebook,
    #[command(after_help = "Examples:\n  demo check\n  demo check --json - | jq .agrees")]
    /// Compare every published value with ours: expected, computed, difference
    Check,
    /// Draw the notebook's five figures
    Figures(commands::figures::Arguments),
    /// Write the lesson as one page: text, tables, figures, and a replay of the steps
    Report(commands::report::Arguments),
    /// Run one optimizer on one problem
    Run(commands::run::Arguments),
    /// Run several optimizers on one problem
    Compare(commands::compare::Arguments),
    /// Differentiate formulas at a point, exactly, to third order
    Derive(commands::derive::Arguments),
    /// Find x such that y(x) is a given target
    Invert(commands::invert::Arguments),
    /// Run optimizers from many starts with many step sizes, in parallel and resumable
    Sweep(commands::sweep::Arguments),
    #[command(after_help = "Examples:\n  demo list\n  demo list --json -")]
    /// List problems, optimizers, their options and defaults
    List,
    /// Write completions for a shell, or the manual page, to standard output
    Completions(commands::completions::Arguments),
}

/// The heading of the options that all commands share, which would stand between a command's own.
const SHARED: &str = "Shared options";

/// What all commands share.
#[derive(Args, Clone, Debug)]
pub struct Shared {
    /// Write the result as JSON to a file, or with `-` to standard output
    #[arg(long, value_name = "FILE|-", global = true, help_heading = SHARED)]
    pub json: Option<String>,
    /// Write the result as comma-separated values to a file, or with `-` to standard output
    #[arg(long, value_name = "FILE|-", global = true, help_heading = SHARED)]
    pub csv: Option<String>,
    /// The floats to compute with
    #[arg(long, value_enum, default_value_t = Precision::F64, global = true, help_heading = SHARED)]
    pub precision: Precision,
    /// Say nothing on standard error but errors
    #[arg(long, global = true, help_heading = SHARED)]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, help_heading = SHARED)]
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

impl Color {
    /// What a command line asks for that is not read, for it asks for help or is wrong: the last `--color` that has a value.
    pub fn typed(arguments: impl IntoIterator<Item = OsString>) -> Color {
        let words: Vec<String> = arguments.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let options = words.split(|word| word == "--").next().unwrap_or_default();
        let value = |(i, word): (usize, &String)| match word.strip_prefix("--color")? {
            "" => Color::from_str(options.get(i + 1)?, false).ok(),
            value => Color::from_str(value.strip_prefix('=')?, false).ok(),
        };
        options.iter().enumerate().filter_map(value).next_back().unwrap_or(Color::Auto)
    }
}

/// Names that the help shows and a shell completes; whether a typed one is among them is asked where its errors are told.
#[derive(Clone, Copy, Debug)]
pub struct Names(pub fn() -> Vec<&'static str>);

impl TypedValueParser for Names {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}
