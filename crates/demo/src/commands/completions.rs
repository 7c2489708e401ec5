//! `demo completions`: what a shell needs to complete the command line, and the manual page, from the one definition of it.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::{Generator, Shell, generate};
use clap_mangen::Man;

use super::{Refusal, counted, figures, say};
use crate::cli::{Cli, Shared};
use crate::output::{Destination, print};

/// What `demo completions` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  source <(demo completions bash)\n  \
                        demo completions fish --out ~/.config/fish/completions\n  demo completions man | man -l -\n  \
                        demo completions man --out ~/.local/share/man/man1    a page for each command: man demo-run")]
pub struct Arguments {
    /// The shell, or `man` for the manual
    #[arg(value_enum, value_name = "SHELL")]
    target: Target,
    /// In place of standard output (`-`), the folder to write to, which is made if there is none; the manual has a page for each
    /// command there
    #[arg(long, value_name = "DIR|-")]
    out: Option<PathBuf>,
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

/// Writes it.
///
/// # Errors
///
/// [`Refusal`] if that cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    if shared.json.is_some() || shared.csv.is_some() {
        return Err("completions has no numbers for --json or --csv".to_owned().into());
    }
    let shell = match arguments.target {
        Target::Bash => Some(Shell::Bash),
        Target::Elvish => Some(Shell::Elvish),
        Target::Fish => Some(Shell::Fish),
        Target::Powershell => Some(Shell::PowerShell),
        Target::Zsh => Some(Shell::Zsh),
        Target::Man => None,
    };
    let completions = |shell: Shell| {
        let mut out = Vec::new();
        generate(shell, &mut Cli::command(), "demo", &mut out);
        out
    };
    let folder = arguments.out.as_ref().filter(|out| out.as_os_str() != "-");
    let Some(folder) = folder else {
        print(shell.map_or_else(manual, |shell| Ok(completions(shell)))?)?;
        return Ok(ExitCode::SUCCESS);
    };
    let files = shell.map_or_else(pages, |shell| Ok(vec![(shell.file_name("demo"), completions(shell))]))?;
    let count = files.len();
    let made = figures::folder(folder)?;
    let prepare = |(name, content): (String, Vec<u8>)| Destination::File(folder.join(name)).prepare(content);
    let prepared = files.into_iter().map(prepare).collect::<Result<Vec<_>, _>>();
    let written = prepared.and_then(|files| files.into_iter().try_for_each(|file| file.commit()));
    if written.is_err() {
        figures::remove(&made);
    }
    written?;
    say(shared, &format!("{} in {}", counted(count, "file"), folder.display()));
    Ok(ExitCode::SUCCESS)
}

/// The command line as the manual tells it: without the names of all problems and optimizers, for each would be a paragraph.
fn definition() -> clap::Command {
    const MOST: usize = 10;
    let short = |option: clap::Arg| match option.get_possible_values().len() {
        0..=MOST => option,
        _ => option.hide_possible_values(true),
    };
    let mut command = Cli::command().mut_subcommands(|sub| sub.mut_args(short));
    command.build();
    command
}

/// A page for the program and for each command, by the names that `man` looks for.
fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
    let command = definition();
    let page = |command: &clap::Command| {
        let mut page = Vec::new();
        let man = Man::new(command.clone());
        let name = man.get_filename();
        man.render(&mut page).map(|()| (name, page))
    };
    let subs = command.get_subcommands().filter(|sub| sub.get_name() != "help");
    std::iter::once(&command).chain(subs).map(page).collect()
}

/// One page: that of the program, then what each command takes.
fn manual() -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let command = definition();
    Man::new(command.clone()).render(&mut out)?;
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
    Ok(out)
}
