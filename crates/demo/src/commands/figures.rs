//! `demo figures`: the notebook's five figures as files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Refusal, say};
use crate::cli::Shared;
use crate::figures::{DOTS_PER_INCH, figures, png, svg};
use crate::notebook::Results;
use crate::output::Destination;

/// What `demo figures` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  demo figures --out pictures\n  demo figures --out pictures --format png")]
pub struct Arguments {
    /// The folder to write to; it is made if there is none
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The files' formats
    #[arg(long, value_enum, default_value_t = Format::Both)]
    format: Format,
}

/// A format of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Vector graphics, with the data of each mark
    Svg,
    /// Pixels
    Png,
    /// A file of each
    Both,
}

/// Draws them. All files are made ready before one takes its place.
///
/// # Errors
///
/// [`Refusal`] if a file cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    if shared.json.is_some() || shared.csv.is_some() {
        return Err("figures has no numbers for --json or --csv: `demo check` has".to_owned().into());
    }
    if arguments.out.as_os_str() == "-" {
        let hint = "several files do not fit standard output: a folder is needed (./- is one of that name)";
        return Err(format!("--out is -: {hint}").into());
    }
    let results = Results::compute(|_| ())?;
    let made = folder(&arguments.out)?;
    let outcome = write(&results, arguments);
    match &outcome {
        Ok(count) => say(shared, &format!("{count} files in {}", arguments.out.display())),
        Err(_) => remove(&made),
    }
    outcome.map(|_| ExitCode::SUCCESS)
}

fn write(results: &Results, arguments: &Arguments) -> Result<usize, Refusal> {
    let mut files = Vec::new();
    for (name, chart) in figures(results) {
        let scene = chart.scene();
        let mut file = |extension: &str, content: Vec<u8>| {
            let path = arguments.out.join(format!("{name}.{extension}"));
            Destination::File(path).prepare(content).map(|file| files.push(file))
        };
        if arguments.format != Format::Png {
            file("svg", svg(&scene).into_bytes())?;
        }
        if arguments.format != Format::Svg {
            file("png", png(&scene, DOTS_PER_INCH)?)?;
        }
    }
    let count = files.len();
    files.into_iter().try_for_each(|file| file.commit())?;
    Ok(count)
}

/// Makes the folder and those it is in, as far as there are none; which it made, the innermost first.
pub(super) fn folder(path: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let missing = path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    match fs::create_dir_all(path) {
        Ok(()) => Ok(missing),
        Err(error) => {
            let reason = if error.kind() == io::ErrorKind::AlreadyExists {
                "it is not a folder".into()
            } else {
                error.to_string()
            };
            remove(&missing);
            Err(format!("cannot write to {}: {reason}", path.display()).into())
        }
    }
}

/// Removes folders that were made, if they stayed empty.
pub(super) fn remove(made: &[PathBuf]) {
    for path in made {
        drop(fs::remove_dir(path));
    }
}
