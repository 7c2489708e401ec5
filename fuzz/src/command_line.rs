//! Command lines, read and not run.

use clap::Parser;
use clap::error::ErrorKind;
use demo::cli::{Cli, Command};

/// As many arguments as are looked at.
const MOST: usize = 40;

/// Lines as arguments: they are read, or refused with a message; a command line that is read is read as the same once more.
pub fn command_line(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let arguments: Vec<&str> = std::iter::once("demo").chain(text.lines()).take(MOST).collect();
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => {
            let again = Cli::try_parse_from(&arguments).map(|again| format!("{again:?}"));
            assert_eq!(again.ok(), Some(format!("{cli:?}")), "{arguments:?}");
            let named = cli.command.is_some();
            // options that all commands share change nothing else
            let quiet = Cli::try_parse_from(arguments.iter().copied().chain(["--quiet"]));
            assert!(
                !named
                    || cli.shared.quiet
                    || quiet.is_ok_and(|quiet| quiet.shared.quiet)
                    || ends_open(&cli, &arguments)
            );
        }
        Err(error) => {
            let message = error.render().to_string();
            assert!(!message.trim().is_empty(), "{arguments:?}");
            let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            assert_eq!(error.exit_code(), if shown { 0 } else { 2 }, "{arguments:?}");
        }
    }
}

/// Whether what comes behind a command line is not an option: behind `--`.
fn ends_open(cli: &Cli, arguments: &[&str]) -> bool {
    arguments.contains(&"--") || matches!(cli.command, Some(Command::Sweep(_)))
}
