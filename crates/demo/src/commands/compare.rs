//! `demo compare`: several optimizers on one problem.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::run::{self, Document, solve};
use super::{Refusal, deliver, plot, say, whole};
use crate::cli::{Names, Shared};
use crate::json::to_text;
use crate::output::Prepared;
use crate::registry::{OPTIMIZERS, find, listed, optimizer_names};
use crate::solve::ProblemArguments;

/// What `demo compare` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  demo compare --problem notebook --optimizers gd,newton,pg --start 3,3\n  \
                        demo compare --loss \"x0^2 + 10*x1^2\" --optimizers gd,newton --start 3,1 --step gd=0.05 --plot both.svg\n  \
                        demo compare --problem notebook --optimizers gd,lbfgsb --start 3,3 --set lbfgsb.memory=5 --json -")]
pub struct Arguments {
    /// What is minimized.
    #[command(flatten)]
    of: ProblemArguments,
    /// The optimizers, by name (`demo list` tells what each is), separated by commas
    #[arg(long, value_name = "NAME,NAME[,…]", value_delimiter = ',', value_parser = Names(optimizer_names), required = true)]
    optimizers: Vec<String>,
    /// The start, a number a variable
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    start: String,
    /// The step size of an optimizer; each has its own default. May be given for several optimizers
    #[arg(long = "step", value_name = "NAME=H", allow_hyphen_values = true)]
    steps: Vec<String>,
    /// How many steps at most, for all of them; each has its own default
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>)]
    iterations: Option<usize>,
    /// An option of an optimizer (`demo list` has them, with ranges and defaults); may be given for several
    #[arg(long = "set", value_name = "NAME.OPTION=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Draw the trajectories over level sets, if there are two variables, and the losses: FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    plot: Option<String>,
}

#[derive(Serialize)]
struct Comparison {
    runs: Vec<Document>,
}

/// Runs them one after another. Exit status 1 if one fails numerically.
///
/// # Errors
///
/// [`Refusal`] if an argument is not right or the output cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    let plot = arguments.plot.as_deref().map(|path| plot::Target::new(path, shared)).transpose()?;
    let mut runs = Vec::new();
    let mut subject = None;
    for arguments in arguments.each()? {
        let (document, of) = solve(&arguments, shared)?;
        runs.push(document);
        subject = Some(of);
    }
    let picture = match (plot, &subject) {
        (Some(plot), Some(subject)) => Some(plot.draw(&runs, subject)?),
        _ => None,
    };
    let comparison = Comparison { runs };
    let title = subject.map(|subject| subject.name).unwrap_or_default();
    deliver(shared, || comparison.text(&title), || to_text(&comparison), || comparison.csv())?;
    picture.map(Prepared::commit).transpose()?;
    let mut failed = false;
    for run in comparison.runs.iter().filter(|run| run.fails()) {
        failed = true;
        say(shared, &format!("{}: {}: {}", run.optimizer, run.status, run.message));
    }
    Ok(if failed { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

impl Arguments {
    /// What `demo run` would take for each optimizer.
    fn each(&self) -> Result<Vec<run::Arguments>, Refusal> {
        let mut all: Vec<run::Arguments> = Vec::new();
        for name in self.optimizers.iter().map(|name| name.trim()) {
            find("optimizer", name, OPTIMIZERS, |row| row.name)?;
            if all.iter().any(|other| other.optimizer == name) {
                return Err(format!("optimizer '{name}' is given twice").into());
            }
            all.push(run::Arguments {
                of: self.of.clone(),
                optimizer: name.to_owned(),
                start: self.start.clone(),
                step: None,
                iterations: self.iterations,
                set: Vec::new(),
                plot: None,
            });
        }
        for item in &self.steps {
            let Some((name, value)) = item.split_once('=') else {
                return Err(format!("--step {item}: NAME=H is needed").into());
            };
            let run = whose(&mut all, "--step", name)?;
            if run.step.is_some() {
                return Err(format!("--step {name} is given twice").into());
            }
            run.step = match value.parse() {
                Ok(step) => Some(step),
                Err(_) => return Err(format!("--step {name} is '{value}': a number is needed").into()),
            };
        }
        for item in &self.set {
            let Some((name, option)) = item.split_once('.').filter(|(_, option)| option.contains('=')) else {
                return Err(format!("--set {item}: NAME.OPTION=VALUE is needed").into());
            };
            whose(&mut all, "--set", name)?.set.push(option.to_owned());
        }
        Ok(all)
    }
}

/// The run of the optimizer of this name.
fn whose<'a>(all: &'a mut [run::Arguments], option: &str, name: &str) -> Result<&'a mut run::Arguments, Refusal> {
    listed(option, name, &all.iter().map(|run| run.optimizer.as_str()).collect::<Vec<_>>())?;
    let found = all.iter_mut().find(|run| run.optimizer == name);
    found.ok_or_else(|| format!("{option}: '{name}' is not known").into())
}

impl Comparison {
    fn text(&self, title: &str) -> String {
        let mut rows = vec![["optimizer", "iterations", "loss", "evaluations", "status"].map(str::to_owned)];
        for run in &self.runs {
            let e = &run.evaluations;
            let loss = run.iterations.last().map(|row| row.loss.to_string()).unwrap_or_default();
            rows.push([
                run.optimizer.to_owned(),
                run.iterations.len().saturating_sub(1).to_string(),
                loss,
                format!("{} + {} + {}", e.value, e.gradient, e.hessian),
                run.status.to_owned(),
            ]);
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        let mut out = format!("{title}; evaluations of value + gradient + Hessian\n");
        for row in &rows {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        out
    }

    /// A row a point.
    fn csv(&self) -> String {
        let rows = || self.runs.iter().flat_map(|run| run.iterations.iter().map(move |row| (run.optimizer, row)));
        let columns = rows().map(|(_, row)| row.x.len()).max().unwrap_or(0);
        let names: String = (0..columns).map(|i| format!("x{i},")).collect();
        let mut out = format!("optimizer,iteration,{names}loss\n");
        for (optimizer, row) in rows() {
            let x: String = row.x.iter().map(|x| format!("{x},")).collect();
            let _ = writeln!(out, "{optimizer},{},{x}{}", row.iteration, row.loss);
        }
        out
    }
}
