//! One module a command, and what they share: refusals, messages, arguments that are numbers.

use std::io::{self, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::CommandFactory;
use optimizers::NumericInverse;
use thiserror::Error;

use crate::cli::{Cli, Color, Precision, Shared};
use crate::json::Real;
use crate::numpy_text::vector;
use crate::output::{Destination, WriteError, print};

pub mod check;
pub mod compare;
pub mod completions;
pub mod derive;
pub mod figures;
pub mod invert;
pub mod list;
pub mod notebook;
mod plot;
mod progress;
pub mod report;
pub mod run;
pub mod sweep;

/// A command line or an input that is refused: one line for the user, exit status 2.
#[derive(Debug, Error)]
pub enum Refusal {
    /// What the libraries refuse.
    #[error(transparent)]
    Optimizer(#[from] optimizers::Error),
    /// A formula that cannot be read.
    #[error(transparent)]
    Formula(#[from] crate::expression::ExpressionError),
    /// A file that could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A reference file that cannot be read.
    #[error(transparent)]
    Reference(#[from] crate::reference::ReferenceError),
    /// Anything else that was typed.
    #[error("{0}")]
    Argument(String),
}

impl From<String> for Refusal {
    fn from(line: String) -> Self {
        Refusal::Argument(line)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::Argument(format!("cannot write standard output: {error}"))
    }
}

impl Refusal {
    /// The exit status: 2 for what was typed, 1 for a reference that cannot be what it should.
    pub fn status(&self) -> u8 {
        if matches!(self, Refusal::Reference(_)) { 1 } else { 2 }
    }
}

/// Says why something is refused, in one line, where numbers of many digits are as short as they can be.
pub fn refuse(line: &str, status: u8) -> ExitCode {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let line = line.replace('\n', " ");
    let words: Vec<String> = line.split(' ').map(short).collect();
    whisper(&format!("{style}error:{style:#} {}", words.join(" ")));
    ExitCode::from(status)
}

/// The word, with an exponent if it is a number with many zeros, such as the 310 of 1e-310.
fn short(word: &str) -> String {
    const LONG: usize = 25;
    let number = word.trim_end_matches([':', ',', ';', ')']);
    match number.parse::<f64>() {
        Ok(value) if number.len() > LONG => format!("{}{}", Real::from(value), &word[number.len()..]),
        _ => word.to_owned(),
    }
}

/// A whole number as it is typed.
pub(crate) fn whole<N: std::str::FromStr>(text: &str) -> Result<N, &'static str> {
    text.parse().map_err(|_| "a whole number is needed, from 0 up to what 64 bits hold")
}

/// A number as it is typed; its range is the library's affair.
pub(crate) fn real(text: &str) -> Result<f64, &'static str> {
    text.trim().parse().map_err(|_| "a number is needed")
}

/// What the command-line reader has to say: help and version as they are, errors in one line.
pub fn usage(error: &clap::Error) -> ExitCode {
    set_color(Color::typed(std::env::args_os().skip(1)));
    if !error.use_stderr() {
        let text = match AutoStream::choice(&io::stdout()) {
            ColorChoice::Never => error.render().to_string(),
            _ => error.render().ansi().to_string(),
        };
        return match print(text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => refuse(&Refusal::from(error).to_string(), 2),
        };
    }
    let text = error.render().to_string();
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    // the first word that is a command is the one whose help is wanted
    let program = Cli::command();
    let mut words = std::env::args_os().skip(1);
    let command = words.find_map(|word| program.find_subcommand(&word)).map(|found| format!("{} ", found.get_name()));
    let help = format!("demo {}--help", command.unwrap_or_default());
    refuse(&format!("{} (try `{help}`)", line.strip_prefix("error: ").unwrap_or(&line)), 2)
}

/// Sets when messages have colours.
pub fn set_color(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// How many there are of what is named in the singular: `1 run`, `2 runs`.
pub(crate) fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    // what does not fit is many
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A message on standard error, unless the user wants quiet.
pub(crate) fn say(shared: &Shared, line: &str) {
    if !shared.quiet {
        whisper(line);
    }
}

/// A line on standard error; one that cannot be written is lost, for there is nowhere to say so.
fn whisper(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Sends a result where the options say; as text to standard output if nothing else goes there.
pub(crate) fn deliver(
    shared: &Shared,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> String,
    csv: impl FnOnce() -> String,
) -> Result<(), Refusal> {
    let json_to = shared.json.as_deref().map(Destination::from);
    let csv_to = shared.csv.as_deref().map(Destination::from);
    if let (Some(json_to), Some(csv_to)) = (&json_to, &csv_to)
        && json_to.is_same(csv_to)
    {
        return Err("--json and --csv name the same destination".to_owned().into());
    }
    let stdout_taken = [&json_to, &csv_to].into_iter().flatten().any(|to| *to == Destination::Stdout);
    // both are made ready before either takes its place
    let json = json_to.map(|to| to.prepare(json())).transpose()?;
    let csv = csv_to.map(|to| to.prepare(csv())).transpose()?;
    for prepared in [json, csv].into_iter().flatten() {
        prepared.commit()?;
    }
    if !stdout_taken {
        print(text())?;
    }
    Ok(())
}

/// A list of numbers as it is typed: `-2,1.25`.
pub(crate) fn numbers(name: &str, text: &str) -> Result<Vec<f64>, Refusal> {
    if text.trim().is_empty() {
        return Err(format!("{name} is empty: numbers separated by commas are needed").into());
    }
    let parse = |(index, item): (usize, &str)| match item.trim().parse::<f64>() {
        Ok(value) => Ok(value),
        Err(_) => Err(format!("{name}[{index}] is '{}': a number is needed", item.trim()).into()),
    };
    text.split(',').enumerate().map(parse).collect()
}

/// The numbers if each is finite in the precision.
pub(crate) fn finite(name: &str, typed: Vec<f64>, precision: Precision) -> Result<Vec<f64>, Refusal> {
    let is_finite = |x: f64| match precision {
        Precision::F32 => (x as f32).is_finite(),
        Precision::F64 => x.is_finite(),
    };
    match typed.iter().position(|&x| !is_finite(x)) {
        Some(i) => {
            let (value, wanted) = (Real::from(typed[i]), precision.name());
            Err(format!("{name}[{i}] is {value}: a number that is finite in {wanted} is needed").into())
        }
        None => Ok(typed),
    }
}

/// The numeric inverse with the gradient that was asked for.
pub(crate) fn numeric_inverse(gradient: &str) -> Result<NumericInverse, Refusal> {
    Ok(if differences(gradient)? { NumericInverse::with_differences() } else { NumericInverse::new() })
}

/// Whether `gradient` asks for differences.
pub(crate) fn differences(value: &str) -> Result<bool, Refusal> {
    match value {
        "exact" => Ok(false),
        "finite-difference" => Ok(true),
        other => Err(format!("gradient is '{other}': exact or finite-difference is needed").into()),
    }
}

/// The options of `--set` that the row has, each as name and value.
pub(crate) fn settings<'a>(
    owner: &str,
    rows: &[crate::registry::OptionRow],
    typed: &'a [String],
) -> Result<Vec<(&'a str, &'a str)>, Refusal> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for item in typed {
        let Some((name, value)) = item.split_once('=') else {
            return Err(format!("--set {item}: OPTION=VALUE is needed").into());
        };
        if rows.is_empty() {
            return Err(format!("--set {name}: {owner} has no options (`demo list` shows all)").into());
        }
        crate::registry::find(&format!("option of {owner}"), name, rows, |row| row.name)?;
        if found.iter().any(|(other, _)| *other == name) {
            return Err(format!("--set {name} is given twice").into());
        }
        found.push((name, value));
    }
    Ok(found)
}

/// A point as numpy prints it, in its own precision.
pub(crate) fn point(x: &[Real]) -> String {
    let singles: Option<Vec<f32>> = x
        .iter()
        .map(|x| match x {
            Real::Single(x) => Some(*x),
            Real::Double(_) => None,
        })
        .collect();
    match singles {
        Some(x) => vector(&x),
        None => vector(&x.iter().map(|x| x.to_f64()).collect::<Vec<_>>()),
    }
}
