//! Parse, do, report.

use std::process::ExitCode;

use clap::Parser;
use demo::cli::{Cli, Command};
use demo::commands::{self, Refusal};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return commands::usage(&error),
    };
    commands::set_color(cli.shared.color);
    match execute(&cli) {
        Ok(code) => code,
        Err(refusal) => commands::refuse(&refusal.to_string(), refusal.status()),
    }
}

fn execute(cli: &Cli) -> Result<ExitCode, Refusal> {
    let shared = &cli.shared;
    match &cli.command {
        None | Some(Command::Notebook) => commands::notebook::execute(shared),
        Some(Command::Check) => commands::check::execute(shared),
        Some(Command::Figures(arguments)) => commands::figures::execute(arguments, shared),
        Some(Command::Report(arguments)) => commands::report::execute(arguments, shared),
        Some(Command::Run(arguments)) => commands::run::execute(arguments, shared),
        Some(Command::Compare(arguments)) => commands::compare::execute(arguments, shared),
        Some(Command::Derive(arguments)) => commands::derive::execute(arguments, shared),
        Some(Command::Invert(arguments)) => commands::invert::execute(arguments, shared),
        Some(Command::Sweep(arguments)) => commands::sweep::execute(arguments, shared),
        Some(Command::Completions(arguments)) => commands::completions::execute(arguments, shared),
        Some(Command::List) => commands::list::execute(shared),
    }
}
