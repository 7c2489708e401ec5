//! `demo list`: what can be named.

use std::fmt::Write;
use std::process::ExitCode;

use optimizers::test_functions::{TEST_FUNCTIONS, TestFunction};
use serde::Serialize;

use super::{Refusal, counted, deliver};
use crate::cli::Shared;
use crate::expression::{BINARY, UNARY};
use crate::json::to_text;
use crate::registry::{OPTIMIZERS, PROBLEMS};

/// Lists problems, optimizers, options and defaults.
///
/// # Errors
///
/// [`Refusal`] if the output cannot be written.
pub fn execute(shared: &Shared) -> Result<ExitCode, Refusal> {
    deliver(shared, text, json, csv)?;
    Ok(ExitCode::SUCCESS)
}

fn text() -> String {
    let mut out = "Problems\n".to_owned();
    for row in PROBLEMS {
        let _ = writeln!(out, "  {:<28}{} ({})", row.name, row.summary, counted(row.dimension, "variable"));
    }
    for row in TEST_FUNCTIONS {
        let _ = writeln!(out, "  {:<28}{} ({})", row.name, row.summary, counted(row.usual_dimension(), "variable"));
    }
    out.push_str("\nOptimizers\n");
    for row in OPTIMIZERS {
        let step = row.step.map(|step| format!("step {step}, ")).unwrap_or_default();
        let _ = writeln!(out, "  {:<20}{} ({step}{})", row.name, row.summary, counted(row.iterations, "iteration"));
        for option in row.options {
            let _ = writeln!(out, "      --set {}=…  {} (default {})", option.name, option.summary, option.default);
        }
    }
    let names = |list: Vec<&str>| list.join(" ");
    let _ = writeln!(out, "\nFunctions of formulas\n  of one argument: {}", names(UNARY.iter().map(|f| f.0).collect()));
    let _ = writeln!(out, "  of two arguments: {}", names(BINARY.iter().map(|f| f.0).collect()));
    out
}

#[derive(Serialize)]
struct Document {
    problems: Vec<Named>,
    optimizers: Vec<Optimizer>,
    functions: Functions,
}

#[derive(Serialize)]
struct Functions {
    unary: Vec<&'static str>,
    binary: Vec<&'static str>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    summary: &'static str,
    dimension: usize,
}

#[derive(Serialize)]
struct Optimizer {
    name: &'static str,
    summary: &'static str,
    step: Option<f64>,
    iterations: usize,
    options: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    name: &'static str,
    summary: &'static str,
    default: String,
}

fn json() -> String {
    let choices = |row: &crate::registry::OptimizerRow| {
        row.options
            .iter()
            .map(|o| Choice { name: o.name, summary: o.summary, default: o.default.to_string() })
            .collect()
    };
    let problem =
        |row: &crate::registry::ProblemRow| Named { name: row.name, summary: row.summary, dimension: row.dimension };
    let function =
        |row: &TestFunction| Named { name: row.name, summary: row.summary, dimension: row.usual_dimension() };
    let optimizer = |row: &crate::registry::OptimizerRow| Optimizer {
        name: row.name,
        summary: row.summary,
        step: row.step,
        iterations: row.iterations,
        options: choices(row),
    };
    to_text(&Document {
        problems: PROBLEMS.iter().map(problem).chain(TEST_FUNCTIONS.iter().map(function)).collect(),
        optimizers: OPTIMIZERS.iter().map(optimizer).collect(),
        functions: Functions {
            unary: UNARY.iter().map(|f| f.0).collect(),
            binary: BINARY.iter().map(|f| f.0).collect(),
        },
    })
}

fn csv() -> String {
    let mut out = "kind,name\n".to_owned();
    for name in PROBLEMS.iter().map(|row| row.name).chain(TEST_FUNCTIONS.iter().map(|row| row.name)) {
        let _ = writeln!(out, "problem,{name}");
    }
    for row in OPTIMIZERS {
        let _ = writeln!(out, "optimizer,{}", row.name);
    }
    out
}
