//! What can be named on the command line: a row a problem, a row an optimizer.

use std::fmt;

use optimizers::test_functions::{PlainProblem, SquaresProblem, TEST_FUNCTIONS};
use optimizers::{
    AdaDeltaRule, AdaGradRule, AdamRule, AdamWRule, AnalyticInverse, Inverse, LionRule, Loss, MomentumRule, Physics,
    RmsPropRule, Staged, SumOfSquares, TwiceDifferentiable,
};

use crate::expression::nearest;
use crate::notebook;

/// A problem in both precisions, with its stages.
pub trait Problem:
    Staged<f32> + Staged<f64> + TwiceDifferentiable<f32> + TwiceDifferentiable<f64> + Send + Sync
{
}
impl<P: Staged<f32> + Staged<f64> + TwiceDifferentiable<f32> + TwiceDifferentiable<f64> + Send + Sync> Problem for P {}

/// An inverse in both precisions.
pub trait BothInverse: Inverse<f32> + Inverse<f64> + Send + Sync {}
impl<I: Inverse<f32> + Inverse<f64> + Send + Sync> BothInverse for I {}

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
    /// It as one function of x, which has a finite value only where y has.
    pub whole: fn() -> Box<dyn PlainProblem>,
}

/// The problems.
pub const PROBLEMS: &[ProblemRow] = &[ProblemRow {
    name: "notebook",
    summary: "L(y) = y0² + y1² with y(x) = [x0, x1²]",
    dimension: 2,
    problem: || Box::new(notebook::problem()),
    inverse: || Box::new(AnalyticInverse::<_, 2, 2>::new(notebook::inverse_physics)),
    squares: || Box::new(SumOfSquares::new(Physics::new(notebook::physics))),
    whole: || Box::new(Loss::new(notebook::loss_x)),
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
    pub default: DefaultValue,
}

/// The default of an option.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// A word, or a number as it is best read.
    Text(&'static str),
    /// A number that the library has as a constant.
    Number(f64),
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DefaultValue::Text(text) => f.write_str(text),
            DefaultValue::Number(number) => write!(f, "{number:?}"),
        }
    }
}

/// An option that is a number.
const fn number(name: &'static str, summary: &'static str, default: f64) -> OptionRow {
    OptionRow { name, summary, default: DefaultValue::Number(default) }
}

const BETA1: OptionRow = number("beta1", "decay rate of the mean of gradients, in [0, 1)", AdamRule::BETA1);
const BETA2: OptionRow = number("beta2", "decay rate of the mean of squares, in [0, 1)", AdamRule::BETA2);
const EPS: OptionRow = number("eps", "added to the root in the denominator, not negative", AdamRule::EPS);
const EPS_ROOT: OptionRow = number("eps_root", "added within the root, not negative", AdamRule::EPS_ROOT);
const MOMENTUM: OptionRow = number("decay", "how much of the last update is kept, in [0, 1)", MomentumRule::DECAY);

/// How the gradient of a search is had.
pub const GRADIENT: OptionRow = OptionRow {
    name: "gradient",
    summary: "of the search: `exact` or `finite-difference` (forward, step 1e-8, as scipy)",
    default: DefaultValue::Text("exact"),
};
const UNCONVERGED: OptionRow = OptionRow {
    name: "unconverged",
    summary: "when the search does not arrive: `continue` from its best point or `stop`",
    default: DefaultValue::Text("continue"),
};
const MEMORY: OptionRow = OptionRow {
    name: "memory",
    summary: "correction pairs that are kept, 1 to 1000",
    default: DefaultValue::Text("10"),
};
const FACTR: OptionRow = OptionRow {
    name: "factr",
    summary: "converged when the loss falls by less than this times the machine's precision, not negative",
    default: DefaultValue::Text("1e7"),
};
const PGTOL: OptionRow = OptionRow {
    name: "pgtol",
    summary: "converged when no component of the projected gradient is larger, not negative",
    default: DefaultValue::Text("1e-5"),
};
const LOWER: OptionRow =
    OptionRow { name: "lower", summary: "lower bounds A,B,…; -inf for none", default: DefaultValue::Text("none") };
const UPPER: OptionRow =
    OptionRow { name: "upper", summary: "upper bounds A,B,…; inf for none", default: DefaultValue::Text("none") };

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
        name: "momentum",
        summary: "gradient descent with momentum, m ← g + μ m, x ← x − η m",
        step: Some(0.01),
        iterations: 10,
        options: &[MOMENTUM],
    },
    OptimizerRow {
        name: "nesterov",
        summary: "Nesterov's momentum, m ← g + μ m, x ← x − η (g + μ m)",
        step: Some(0.01),
        iterations: 10,
        options: &[MOMENTUM],
    },
    OptimizerRow {
        name: "adagrad",
        summary: "AdaGrad, steps scaled by the root of the sum of squared gradients",
        step: Some(0.5),
        iterations: 10,
        options: &[
            number("initial_accumulator", "the sum at the start, not negative", AdaGradRule::INITIAL_ACCUMULATOR),
            number("eps", "added within the root, not negative", AdaGradRule::EPS),
        ],
    },
    OptimizerRow {
        name: "rmsprop",
        summary: "RMSProp, steps scaled by the root of the mean of squared gradients",
        step: Some(0.1),
        iterations: 10,
        options: &[
            number("decay", "decay rate of the mean of squares, in [0, 1)", RmsPropRule::DECAY),
            number("eps", "added within the root, not negative", RmsPropRule::EPS),
            number("initial_scale", "the mean of squares at the start, not negative", RmsPropRule::INITIAL_SCALE),
        ],
    },
    OptimizerRow {
        name: "adam",
        summary: "Adam, momentum scaled by the root of the mean of squared gradients",
        step: Some(0.3),
        iterations: 10,
        options: &[BETA1, BETA2, EPS, EPS_ROOT],
    },
    OptimizerRow {
        name: "adamw",
        summary: "Adam with decoupled weight decay",
        step: Some(0.3),
        iterations: 10,
        options: &[
            BETA1,
            BETA2,
            EPS,
            EPS_ROOT,
            number("weight_decay", "λ of the further step −η λ x, not negative", AdamWRule::WEIGHT_DECAY),
        ],
    },
    OptimizerRow {
        name: "amsgrad",
        summary: "Adam with the largest of the means of squares so far",
        step: Some(0.3),
        iterations: 10,
        options: &[BETA1, BETA2, EPS, EPS_ROOT],
    },
    OptimizerRow {
        name: "nadam",
        summary: "Adam with Nesterov's momentum",
        step: Some(0.3),
        iterations: 10,
        options: &[BETA1, BETA2, EPS, EPS_ROOT],
    },
    OptimizerRow {
        name: "adamax",
        summary: "Adam with the largest gradient in place of the root of the mean of squares",
        step: Some(0.3),
        iterations: 10,
        options: &[
            BETA1,
            number("beta2", "decay rate of the largest gradient, in [0, 1)", AdamRule::BETA2),
            number("eps", "added to the size of each gradient, not negative", AdamRule::EPS),
        ],
    },
    OptimizerRow {
        name: "adadelta",
        summary: "AdaDelta, steps scaled by the ratio of the roots of the means of squared updates and gradients",
        step: Some(1.0),
        iterations: 10,
        options: &[
            number("rho", "decay rate of both means, in [0, 1)", AdaDeltaRule::RHO),
            number("eps", "added within both roots, not negative", AdaDeltaRule::EPS),
            number("weight_decay", "λ of the further gradient λ x, not negative", AdaDeltaRule::WEIGHT_DECAY),
        ],
    },
    OptimizerRow {
        name: "lion",
        summary: "Lion, the sign of an interpolated momentum, with decoupled weight decay",
        step: Some(0.1),
        iterations: 10,
        options: &[
            number("beta1", "share of the momentum in the direction, in [0, 1)", LionRule::BETA1),
            number("beta2", "decay rate of the momentum, in [0, 1)", LionRule::BETA2),
            number("weight_decay", "λ of the further step −η λ x, not negative", LionRule::WEIGHT_DECAY),
        ],
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
        name: "pg-linearized",
        summary: "inverse simulator whose inverse is that of the linearized process, x + J⁻¹Δy",
        step: Some(0.3),
        iterations: 10,
        options: &[],
    },
    OptimizerRow {
        name: "hig",
        summary: "half-inverse gradients, x ← x − η J^(−1/2) ∂L/∂y by singular values",
        step: Some(0.1),
        iterations: 10,
        options: &[
            number("exponent", "of J, from -1 (Gauss–Newton) to 1 (gradient descent)", -0.5),
            OptionRow {
                name: "truncation",
                summary: "singular values below this share of the largest count as none, in [0, 1)",
                default: DefaultValue::Text("10 times the longer side of J, in units of the precision"),
            },
        ],
    },
    OptimizerRow {
        name: "sip",
        summary: "scale-invariant physics: Adam towards the x of the inverse simulator",
        step: Some(0.3),
        iterations: 10,
        options: &[number("physics_step", "η of the inverse simulator's step in y, positive", 1.0)],
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

/// The names of all problems.
pub fn problem_names() -> Vec<&'static str> {
    PROBLEMS.iter().map(|row| row.name).chain(TEST_FUNCTIONS.iter().map(|row| row.name)).collect()
}

/// The names of all optimizers.
pub fn optimizer_names() -> Vec<&'static str> {
    OPTIMIZERS.iter().map(|row| row.name).collect()
}

/// Finds a row by name; otherwise says which name is near, if one is, and how to list them.
///
/// # Errors
///
/// A line for the user.
pub fn find<'a, R>(kind: &str, name: &str, rows: &'a [R], name_of: impl Fn(&R) -> &str) -> Result<&'a R, String> {
    if let Some(row) = rows.iter().find(|row| name_of(row) == name) {
        return Ok(row);
    }
    let names: Vec<&str> = rows.iter().map(name_of).collect();
    let hint = nearest(name, names.into_iter()).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    Err(format!("unknown {kind} '{name}'{hint} (`demo list` shows all)"))
}

/// That a name is one of those that are given; otherwise says which these are, and which one is near, if one is.
///
/// # Errors
///
/// A line for the user.
pub fn listed(option: &str, name: &str, list: &[&str]) -> Result<(), String> {
    if list.contains(&name) {
        return Ok(());
    }
    let hint = nearest(name, list.iter().copied()).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
    Err(format!("{option}: '{name}' is not one of --optimizers ({}){hint}", list.join(", ")))
}
