//! `demo completions`: what a shell needs to complete the command line, and the manual page, from the one definition of it.

use std::process::ExitCode;

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use super::Refusal;
use crate::cli::{Cli, Shared};
use crate::output::print;

/// What `demo completions` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  demo completions bash > ~/.local/share/bash-completion/completions/demo\n  \
                        demo completions zsh > ~/.zfunc/_demo\n  demo completions man | man -l -")]
pub struct Arguments {
    /// The shell, or `man` for the manual page
    #[arg(value_enum, value_name = "SHELL")]
    target: Target,
}

/// Whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the shell of its name")]
pub enum Target {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
    /// The manual page
    Man,
}

/// Writes it to standard output.
///
/// # Errors
///
/// [`Refusal`] if that cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    if shared.json.is_some() || shared.csv.is_some() {
        return Err("completions has no numbers for --json or --csv".to_owned().into());
    }
    let mut out = Vec::new();
    let shell = match arguments.target {
        Target::Bash => Some(Shell::Bash),
        Target::Elvish => Some(Shell::Elvish),
        Target::Fish => Some(Shell::Fish),
        Target::Powershell => Some(Shell::PowerShell),
        Target::Zsh => Some(Shell::Zsh),
        Target::Man => None,
    };
    match shell {
        Some(shell) => generate(shell, &mut Cli::command(), "demo", &mut out),
        None => manual(&mut out)?,
    }
    print(out)?;
    Ok(ExitCode::SUCCESS)
}

/// The page of the program, then what each command takes.
fn manual(out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = Cli::command();
    command.build();
    Man::new(command.clone()).render(out)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let page = Man::new(sub.clone());
        out.extend_from_slice(format!(".SH \"DEMO {}\"\n", sub.get_name().to_uppercase()).as_bytes());
        // its parts become paragraphs of the one page
        let mut part = Vec::new();
        page.render_description_section(&mut part)?;
        page.render_synopsis_section(&mut part)?;
        page.render_options_section(&mut part)?;
        page.render_extra_section(&mut part)?;
        out.extend_from_slice(String::from_utf8_lossy(&part).replace(".SH ", ".SS ").as_bytes());
    }
    Ok(())
}
