//! What can be named on the command line: a row a problem, a row an optimizer.

use optimizers::test_functions::SquaresProblem;
use optimizers::{AnalyticInverse, Inverse, Physics, Staged, SumOfSquares};

use crate::notebook;

/// A problem in both precisions, with its stages.
pub trait Problem: Staged<f32> + Staged<f64> {}
impl<P: Staged<f32> + Staged<f64>> Problem for P {}

/// An inverse in both precisions.
pub trait BothInverse: Inverse<f32> + Inverse<f64> {}
impl<I: Inverse<f32> + Inverse<f64>> BothInverse for I {}

/// A problem that has a name.
#[derive(Debug)]
pub struct ProblemRow {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// The number of its variables.
    pub dimension: usize,
    /// It.
    pub problem: fn() -> Box<dyn Problem>,
    /// The inverse of its process as a formula.
    pub inverse: fn() -> Box<dyn BothInverse>,
    /// It as a sum of squares.
    pub squares: fn() -> Box<dyn SquaresProblem>,
}

/// The problems.
pub const PROBLEMS: &[ProblemRow] = &[ProblemRow {
    name: "notebook",
    summary: "L(y) = y0² + y1² with y(x) = [x0, x1²]",
    dimension: 2,
    problem: || Box::new(notebook::problem()),
    inverse: || Box::new(AnalyticInverse::<_, 2, 2>::new(notebook::inverse_physics)),
    squares: || Box::new(SumOfSquares::new(Physics::new(notebook::physics))),
}];

/// An optimizer that has a name.
#[derive(Debug)]
pub struct OptimizerRow {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Its step size if none is given; `None` if it has no fixed step.
    pub step: Option<f64>,
    /// Its iterations if none are given.
    pub iterations: usize,
    /// Its options.
    pub options: &'static [OptionRow],
}

/// An option of an optimizer, `--set NAME=VALUE`.
#[derive(Debug)]
pub struct OptionRow {
    /// Its name.
    pub name: &'static str,
    /// What it means, and its range.
    pub summary: &'static str,
    /// Its default.
    pub default: &'static str,
}

/// How the gradient of a search is had.
pub const GRADIENT: OptionRow = OptionRow {
    name: "gradient",
    summary: "of the search: `exact` or `finite-difference` (forward, step 1e-8, as scipy)",
    default: "exact",
};
const UNCONVERGED: OptionRow = OptionRow {
    name: "unconverged",
    summary: "when the search does not arrive: `continue` from its best point or `stop`",
    default: "continue",
};
const MEMORY: OptionRow =
    OptionRow { name: "memory", summary: "correction pairs that are kept, 1 to 1000", default: "10" };
const FACTR: OptionRow = OptionRow {
    name: "factr",
    summary: "converged when the loss falls by less than this times the machine's precision, not negative",
    default: "1e7",
};
const PGTOL: OptionRow = OptionRow {
    name: "pgtol",
    summary: "converged when no component of the projected gradient is larger, not negative",
    default: "1e-5",
};
const LOWER: OptionRow = OptionRow { name: "lower", summary: "lower bounds A,B,…; -inf for none", default: "none" };
const UPPER: OptionRow = OptionRow { name: "upper", summary: "upper bounds A,B,…; inf for none", default: "none" };

/// The optimizers.
pub const OPTIMIZERS: &[OptimizerRow] = &[
    OptimizerRow {
        name: "gd",
        summary: "gradient descent, x ← x − η g",
        step: Some(0.01),
        iterations: 10,
        options: &[],
    },
    OptimizerRow {
        name: "newton",
        summary: "Newton with a fixed step, x ← x − η H⁻¹ g",
        step: Some(1.0 / 3.0),
        iterations: 10,
        options: &[],
    },
    OptimizerRow {
        name: "pg",
        summary: "inverse simulator: Newton's step in y, then x = y⁻¹(y)",
        step: Some(0.3),
        iterations: 10,
        options: &[],
    },
    OptimizerRow {
        name: "pg-numeric",
        summary: "inverse simulator whose inverse is a search by L-BFGS-B",
        step: Some(0.3),
        iterations: 10,
        options: &[GRADIENT, UNCONVERGED],
    },
    OptimizerRow {
        name: "lbfgsb",
        summary: "L-BFGS-B, quasi-Newton with bounds; scipy's defaults",
        step: None,
        iterations: 15_000,
        options: &[GRADIENT, MEMORY, FACTR, PGTOL, LOWER, UPPER],
    },
    OptimizerRow {
        name: "lbfgs",
        summary: "L-BFGS, quasi-Newton of ten pairs, without bounds",
        step: None,
        iterations: 15000,
        options: &[],
    },
    OptimizerRow {
        name: "bfgs",
        summary: "BFGS, quasi-Newton with an inverse Hessian; strong Wolfe steps",
        step: None,
        iterations: 1000,
        options: &[],
    },
    OptimizerRow {
        name: "cg",
        summary: "conjugate gradients by Polak–Ribière+; strong Wolfe steps",
        step: None,
        iterations: 1000,
        options: &[],
    },
    OptimizerRow {
        name: "cg-hager-zhang",
        summary: "conjugate gradients by Hager and Zhang, with their line search",
        step: None,
        iterations: 1000,
        options: &[],
    },
    OptimizerRow {
        name: "newton-damped",
        summary: "Newton with a modified Cholesky factorization; strong Wolfe steps",
        step: None,
        iterations: 1000,
        options: &[],
    },
    OptimizerRow {
        name: "trust-region",
        summary: "Newton within a trust region, its model minimized exactly",
        step: None,
        iterations: 1000,
        options: &[],
    },
    OptimizerRow {
        name: "gauss-newton",
        summary: "Gauss–Newton with a fixed step, for sums of squares",
        step: Some(1.0),
        iterations: 10,
        options: &[],
    },
    OptimizerRow {
        name: "levenberg-marquardt",
        summary: "Levenberg–Marquardt as MINPACK has it, for sums of squares",
        step: None,
        iterations: 1000,
        options: &[],
    },
];

/// Finds a row by name; otherwise says what the nearest name is and how to list them.
///
/// # Errors
///
/// A line for the user.
pub fn find<'a, R>(kind: &str, name: &str, rows: &'a [R], name_of: impl Fn(&R) -> &str) -> Result<&'a R, String> {
    if let Some(row) = rows.iter().find(|row| name_of(row) == name) {
        return Ok(row);
    }
    let nearest = rows
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(name_of(a), name).total_cmp(&strsim::jaro_winkler(name_of(b), name)));
    let hint = nearest.map(|row| format!("; did you mean '{}'?", name_of(row))).unwrap_or_default();
    Err(format!("unknown {kind} '{name}'{hint} (`demo list` shows all)"))
}
