//! What is minimized, by a name or by formulas.

use std::fmt;

use clap::Args;
use optimizers::TwiceDifferentiable;
use optimizers::nalgebra::DVector;
use optimizers::test_functions::{self, PlainProblem, SquaresProblem};

use crate::cli::Names;
use crate::commands::Refusal;
use crate::expression::{FormulaLoss, FormulaProblem, FormulaSquares, Variables};
use crate::registry::{BothInverse, PROBLEMS, Problem, find, problem_names};

/// The problem as it is typed.
#[derive(Args, Clone, Debug)]
pub struct ProblemArguments {
    /// The problem, by name (`demo list` tells what each is)
    #[arg(long, value_name = "NAME", value_parser = Names(problem_names), conflicts_with_all = ["physics", "loss"])]
    pub problem: Option<String>,
    /// In place of a named problem: the process y(x), formulas of x0, x1, … separated by commas
    #[arg(long, value_name = "FORMULAS", requires = "loss", allow_hyphen_values = true)]
    pub physics: Option<String>,
    /// In place of a named problem: the loss, a formula of y0, y1, … if there is a process, of x0, x1, … if not
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub loss: Option<String>,
}

/// What is minimized.
pub struct Subject {
    /// Its name, or its formulas.
    pub name: String,
    pub(super) kind: Kind,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("name", &self.name).finish_non_exhaustive()
    }
}

pub(super) enum Kind {
    Staged(Stages),
    /// A loss alone, and the same as a sum of squares, if it is one.
    Plain(FormulaLoss, Option<Box<dyn SquaresProblem>>),
    /// A test function.
    Function(test_functions::Problem),
}

/// A loss behind a process.
pub(super) struct Stages {
    pub(super) problem: Box<dyn Problem>,
    /// The inverse of the process, if it is known as a formula.
    inverse: Option<Box<dyn BothInverse>>,
    /// The same as a sum of squares, if it is one.
    squares: Option<Box<dyn SquaresProblem>>,
    /// The same as one function of x, where that has a finite value only if y has.
    pub(super) whole: Option<Box<dyn PlainProblem>>,
}

/// A loss as a function of x: as one that passes y only if somebody looks at y.
macro_rules! smooth {
    ($name:ident, $float:ty) => {
        pub(super) fn $name(&self, nobody_looks: bool) -> &dyn TwiceDifferentiable<$float> {
            match &self.kind {
                Kind::Staged(Stages { whole: Some(whole), .. }) if nobody_looks => &**whole,
                Kind::Staged(stages) => &*stages.problem,
                Kind::Plain(loss, _) => loss,
                Kind::Function(test_functions::Problem::LeastSquares(f)) => &**f,
                Kind::Function(test_functions::Problem::Plain(f)) => &**f,
            }
        }
    };
}

impl Subject {
    smooth!(single, f32);
    smooth!(double, f64);

    /// From what is typed, with so many variables.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of a name or formula that is not right, or a problem that has another number of variables.
    pub fn new(arguments: &ProblemArguments, variables: usize) -> Result<Self, Refusal> {
        let ProblemArguments { problem, physics, loss } = arguments;
        Ok(match (problem, physics, loss) {
            (Some(name), ..) => {
                let name = *find("problem", name, &problem_names(), |name| name)?;
                let kind = match test_functions::find(name) {
                    Some(row) => Kind::Function(row.problem(variables)?),
                    None => {
                        let row = find("problem", name, PROBLEMS, |row| row.name)?;
                        Kind::Staged(Stages {
                            problem: (row.problem)(),
                            inverse: Some((row.inverse)()),
                            squares: Some((row.squares)()),
                            whole: Some((row.whole)()),
                        })
                    }
                };
                Subject { name: name.to_owned(), kind }
            }
            (None, Some(physics), Some(loss)) => {
                let problem = Box::new(FormulaProblem::new(physics, loss, variables)?);
                let squares = FormulaSquares::of_problem(&problem).map(boxed);
                let kind = Kind::Staged(Stages { problem, inverse: None, squares, whole: None });
                Subject { name: format!("{loss} of y = {physics}"), kind }
            }
            (None, _, Some(loss)) => {
                let problem = FormulaLoss::new(loss, Variables::x(variables))?;
                let squares = FormulaSquares::of_loss(&problem).map(boxed);
                Subject { name: loss.clone(), kind: Kind::Plain(problem, squares) }
            }
            (None, _, None) => return Err("--problem or --loss is needed".to_owned().into()),
        })
    }

    /// L(x) in double precision.
    pub fn loss(&self, x: &[f64]) -> f64 {
        self.double(true).value(&DVector::from_column_slice(x))
    }

    /// The staged problem, for an optimizer that needs one.
    pub(super) fn staged(&self, optimizer: &str) -> Result<(&dyn Problem, Option<&dyn BothInverse>), Refusal> {
        match &self.kind {
            Kind::Staged(stages) => Ok((&*stages.problem, stages.inverse.as_deref())),
            Kind::Plain(..) => Err(format!("{optimizer} steps in y: it needs --physics beside --loss").into()),
            Kind::Function(_) => {
                Err(format!("{optimizer} steps in y: it needs a problem of two stages, and {} has one", self.name)
                    .into())
            }
        }
    }

    /// The problem as a sum of squares, for an optimizer that looks at residuals.
    pub(super) fn squares(&self, optimizer: &str) -> Result<&(dyn SquaresProblem + 'static), Refusal> {
        match &self.kind {
            Kind::Staged(Stages { squares: Some(problem), .. })
            | Kind::Plain(_, Some(problem))
            | Kind::Function(test_functions::Problem::LeastSquares(problem)) => Ok(&**problem),
            _ => Err(format!(
                "{optimizer} needs a sum of squares, as in --loss \"(y0 - 2)^2 + 3*y1^2\"; {} is not written as one",
                self.name
            )
            .into()),
        }
    }
}

fn boxed<P: SquaresProblem + 'static>(problem: P) -> Box<dyn SquaresProblem> {
    Box::new(problem)
}
