//! `demo invert`: x such that y(x) is a given target.

use std::process::ExitCode;

use clap::Args;
use optimizers::nalgebra::DVector;
use optimizers::{Inversion, NumericInverse};
use serde::Serialize;

use super::{Refusal, counted, deliver, numbers, point, say, settings};
use crate::cli::{Precision, Shared};
use crate::expression::FormulaPhysics;
use crate::json::{Real, to_text};
use crate::registry::GRADIENT;

/// What `demo invert` takes.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  demo invert --physics \"x0, x1^2\" --target 2,2 --start 3,3")]
pub struct Arguments {
    /// The process y(x): formulas separated by commas
    #[arg(long, value_name = "FORMULAS", allow_hyphen_values = true)]
    physics: String,
    /// The y that is wanted
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    target: String,
    /// Where the search begins, a number a variable
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    start: String,
    /// gradient=exact (default) or gradient=finite-difference
    #[arg(long = "set", value_name = "OPTION=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
}

#[derive(Serialize)]
struct Document {
    x: Vec<Real>,
    residual: Real,
    iterations: usize,
    evaluations: usize,
    status: &'static str,
    message: String,
}

/// Searches. Exit status 1 if the search does not arrive.
///
/// # Errors
///
/// [`Refusal`] if an argument is not right or the output cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    let start = numbers("start", &arguments.start)?;
    let target = numbers("target", &arguments.target)?;
    let mut inverse = NumericInverse::new();
    for (_, value) in settings("invert", &[GRADIENT], &arguments.set)? {
        inverse = super::numeric_inverse(value)?;
    }
    let physics = FormulaPhysics::new(&arguments.physics, start.len())?;
    // in f32, start and target are f32 numbers, and the search is in f64 as scipy's is
    let given = |v: &f64| match shared.precision {
        Precision::F32 => f64::from(*v as f32),
        Precision::F64 => *v,
    };
    let (start, target): (Vec<f64>, Vec<f64>) = (start.iter().map(given).collect(), target.iter().map(given).collect());
    let document = search(&physics, inverse, &target, &start)?;
    deliver(shared, || document.text(), || to_text(&document), || document.csv())?;
    say(shared, &format!("{}: {}", document.status, document.message));
    Ok(if document.status == "converged" { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn search(
    physics: &FormulaPhysics,
    inverse: NumericInverse,
    target: &[f64],
    start: &[f64],
) -> Result<Document, Refusal> {
    let vector = DVector::from_column_slice;
    let found = inverse.find(physics, &vector(target), &vector(start))?;
    let inversion = found.inversion.unwrap_or_default();
    let message = inversion.reason();
    let Inversion { iterations, evaluations, converged, residual, missed, .. } = inversion;
    Ok(Document {
        x: found.x.iter().map(|&x| x.into()).collect(),
        residual: residual.into(),
        iterations,
        evaluations,
        status: match (converged, missed) {
            (_, Some(_)) => "failed",
            (true, _) => "converged",
            _ => "not_converged",
        },
        message,
    })
}

impl Document {
    fn text(&self) -> String {
        let Document { residual, iterations, evaluations, .. } = self;
        let x = point(&self.x);
        let (iterations, evaluations) = (counted(*iterations, "iteration"), counted(*evaluations, "evaluation"));
        format!("x {x}  residual {residual}  ({iterations}, {evaluations})\n")
    }

    fn csv(&self) -> String {
        let columns: String = (0..self.x.len()).map(|i| format!("x{i},")).collect();
        let cells: String = self.x.iter().map(|x| format!("{x},")).collect();
        let Document { residual, iterations, evaluations, status, .. } = self;
        format!(
            "{columns}residual,iterations,evaluations,status\n{cells}{residual},{iterations},{evaluations},{status}\n"
        )
    }
}
