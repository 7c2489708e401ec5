//! What is refused before a run, and what can end one.

use nalgebra::DMatrix;
use thiserror::Error;

/// By this name serde's derive does not take it for a part of the text that is read.
type Word = &'static str;

/// An argument that is refused, with its value and what was wanted. Nothing has been computed.
#[derive(Clone, Debug, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Error {
    /// The start has another length than the problem.
    #[error("the start has {given}, but the problem has {expected}", given = counted(*given, "component"), expected = counted(*expected, "variable"))]
    StartLength {
        /// The length of the start.
        given: usize,
        /// The number of the problem's variables.
        expected: usize,
    },
    /// The problem has no variables.
    #[error("the start is empty: at least one component is needed")]
    Empty,
    /// A component is NaN or infinite.
    #[error("{name}[{index}] is {value}: a finite number is needed")]
    NotFiniteComponent {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// The index of its component.
        index: usize,
        /// The component.
        value: f64,
    },
    /// A number that must be finite is not.
    #[error("{name} is {value}: a finite number is needed")]
    NotFinite {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// Its value.
        value: f64,
    },
    /// A number that must be positive, finite and not subnormal is not.
    #[error("{name} is {value}: a positive, finite number that is not subnormal is needed")]
    NotPositive {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// Its value.
        value: f64,
    },
    /// A number that must be finite and not negative is not.
    #[error("{name} is {value}: a finite number that is not negative is needed")]
    Negative {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// Its value.
        value: f64,
    },
    /// A number that must lie in [0, 1) does not.
    #[error("{name} is {value}: a number from 0 up to, but not including, 1 is needed")]
    NotFraction {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// Its value.
        value: f64,
    },
    /// A number that must lie between two others does not.
    #[error("{name} is {value}: a number above {low} and below {high} is needed")]
    NotBetween {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// Its value.
        value: f64,
        /// What it must be above.
        low: f64,
        /// What it must be below.
        high: f64,
    },
    /// The exponent of a Jacobian is not in [−1, 1].
    #[error("exponent is {value}: a number from -1 to 1 is needed")]
    Exponent {
        /// Its value.
        value: f64,
    },
    /// A bound is NaN.
    #[error("{name}[{index}] is NaN: a bound is a number, or infinite for none")]
    BoundIsNan {
        /// "lower" or "upper".
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// The index of the variable.
        index: usize,
    },
    /// A lower bound is above the upper one.
    #[error("the bounds of variable {index} leave it no place: lower {lower}, upper {upper}")]
    BoundsCross {
        /// The index of the variable.
        index: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A test function exists for another number of variables only.
    #[error("a problem of {variables} is asked for, but it has {expected}", variables = counted(*given, "variable"))]
    Dimension {
        /// The number asked for.
        given: usize,
        /// The number it has.
        expected: usize,
    },
    /// A test function exists for multiples of a number of variables only.
    #[error("a problem of {variables} is asked for, but a positive multiple of {multiple_of} is needed", variables = counted(*given, "variable"))]
    DimensionMultiple {
        /// The number asked for.
        given: usize,
        /// What it must be a multiple of.
        multiple_of: usize,
    },
    /// A test function exists for a range of numbers of variables only.
    #[error("a problem of {variables} is asked for, but it has {least} to {most}", variables = counted(*given, "variable"))]
    DimensionRange {
        /// The number asked for.
        given: usize,
        /// The least number.
        least: usize,
        /// The largest number.
        most: usize,
    },
    /// A stage of a process takes another number of components than the stage before gives.
    #[error("stage {stage} takes {expected} numbers, but the stage before it gives {given}")]
    Stage {
        /// The stage, counted from 0.
        stage: usize,
        /// What the stage before gives.
        given: usize,
        /// What it takes.
        expected: usize,
    },
    /// A count is larger than it can be.
    #[error("{name} is {given}, but {most} is the most")]
    TooMany {
        /// What is counted.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// The count.
        given: usize,
        /// The largest that can be.
        most: usize,
    },
    /// An order of variables leaves one out, names one twice, or one that is not there.
    #[error("{name}[{index}] is {given}: each number below {n} is needed once")]
    NotOrder {
        /// The order.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// The index of its component.
        index: usize,
        /// The component.
        given: usize,
        /// The number of variables.
        n: usize,
    },
    /// Two arguments have different lengths.
    #[error("{name} has {components}, but {expected} {are} needed", components = counted(*given, "component"), are = are(*expected))]
    Length {
        /// The argument.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        name: Word,
        /// Its length.
        given: usize,
        /// The length needed.
        expected: usize,
    },
}

/// That something kept has the length that it should have.
pub(crate) fn fits(name: &'static str, given: usize, expected: usize) -> Result<(), Error> {
    if given == expected { Ok(()) } else { Err(Error::Length { name, given, expected }) }
}

/// That a matrix kept has the columns and rows of given names and lengths.
pub(crate) fn fits_matrix<T>(
    [column, row]: [&'static str; 2],
    matrix: &DMatrix<T>,
    rows: usize,
    columns: usize,
) -> Result<(), Error> {
    fits(column, matrix.nrows(), rows)?;
    fits(row, matrix.ncols(), columns)
}

/// What the columns and rows of a Hessian are called.
pub(crate) const HESSIAN: [&str; 2] = ["a column of the Hessian", "a row of the Hessian"];

/// What the columns and rows of a Jacobian are called.
pub(crate) const JACOBIAN: [&str; 2] = ["a column of the Jacobian", "a row of the Jacobian"];

/// That each of 0, …, n − 1 is there once.
pub(crate) fn fits_order(name: &'static str, order: &[usize], n: usize) -> Result<(), Error> {
    fits(name, order.len(), n)?;
    let mut seen = vec![false; n];
    for (index, &i) in order.iter().enumerate() {
        match seen.get_mut(i) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(Error::NotOrder { name, index, given: i, n }),
        }
    }
    Ok(())
}

/// That something counted is no more than it can be.
pub(crate) fn at_most(name: &'static str, given: usize, most: usize) -> Result<(), Error> {
    if given <= most { Ok(()) } else { Err(Error::TooMany { name, given, most }) }
}

/// That a vector has the length it should have.
pub(crate) fn check_shape(what: &'static str, given: usize, expected: usize, iteration: usize) -> Result<(), Failure> {
    if given == expected { Ok(()) } else { Err(Failure::Shape { what, given, expected, iteration }) }
}

/// That a matrix has the columns and rows of given names and lengths.
pub(crate) fn check_matrix<T>(
    [column, row]: [&'static str; 2],
    matrix: &DMatrix<T>,
    rows: usize,
    columns: usize,
    iteration: usize,
) -> Result<(), Failure> {
    check_shape(column, matrix.nrows(), rows, iteration)?;
    check_shape(row, matrix.ncols(), columns, iteration)
}

/// That a Hessian of n variables is n × n.
pub(crate) fn check_hessian<T>(hessian: &DMatrix<T>, n: usize, iteration: usize) -> Result<(), Failure> {
    check_matrix(HESSIAN, hessian, n, n, iteration)
}

/// That a Jacobian has a row an output and a column a variable.
pub(crate) fn check_jacobian<T>(
    jacobian: &DMatrix<T>,
    outputs: usize,
    variables: usize,
    iteration: usize,
) -> Result<(), Failure> {
    check_matrix(JACOBIAN, jacobian, outputs, variables, iteration)
}

/// What ends a run that cannot go on.
#[derive(Clone, Debug, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Failure {
    /// A quantity is NaN or infinite.
    #[error("{quantity} is not finite at iteration {iteration}")]
    NotFinite {
        /// The quantity: "loss", "gradient", …
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        quantity: Word,
        /// The iteration at which it was met first.
        iteration: usize,
    },
    /// Newton's linear system has no solution.
    #[error("Hessian is singular at iteration {iteration}")]
    SingularHessian {
        /// The iteration whose step was wanted.
        iteration: usize,
    },
    /// The Gauss–Newton step is not determined.
    #[error("Jacobian has no full rank at iteration {iteration}")]
    SingularJacobian {
        /// The iteration whose step was wanted.
        iteration: usize,
    },
    /// A point at which the gradient vanishes is no minimum.
    #[error("no minimum: the Hessian of iteration {iteration} is not positive definite")]
    NotMinimum {
        /// The iteration.
        iteration: usize,
    },
    /// Iterations did not come to rest.
    #[error("not converged in {iteration} iterations")]
    NotConverged {
        /// How many were made.
        iteration: usize,
    },
    /// The direction of a line search does not lead downhill.
    #[error("the direction of iteration {iteration} is not a descent direction")]
    NotDescent {
        /// The iteration whose step was wanted.
        iteration: usize,
    },
    /// The bounds are of another dimension than the problem.
    #[error("the bounds have {given}, but the problem has {expected}", given = counted(*given, "component"), expected = counted(*expected, "variable"))]
    BoundsLength {
        /// The dimension of the bounds.
        given: usize,
        /// The number of the problem's variables.
        expected: usize,
    },
    /// A line search found no step, even along the gradient.
    #[error("the line search of iteration {iteration} finds no acceptable step")]
    LineSearch {
        /// The iteration whose step was wanted.
        iteration: usize,
    },
    /// Rounding hides what a further step would gain, though no test of the method says that it has arrived.
    #[error("no further progress in this precision at iteration {iteration}: {reason}")]
    NoProgress {
        /// What is hidden.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        reason: Word,
        /// The iteration that gained nothing, or whose step was wanted.
        iteration: usize,
    },
    /// A numeric inversion did not arrive, and the method was told to stop then.
    #[error("the inversion of iteration {iteration} did not converge: {message}")]
    NotInverted {
        /// The iteration whose step was wanted.
        iteration: usize,
        /// How the search ended.
        message: String,
    },
    /// A function returned another number of components than it should.
    #[error("{what} has {components} at iteration {iteration}, but {expected} {are} needed", components = counted(*given, "component"), are = are(*expected))]
    Shape {
        /// What was returned.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "crate::saved::word"))]
        what: Word,
        /// Its number of components.
        given: usize,
        /// The number needed.
        expected: usize,
        /// The iteration.
        iteration: usize,
    },
    /// An argument that the method passes on is refused.
    #[error("{error} (iteration {iteration})")]
    Refused {
        /// What is refused.
        error: Error,
        /// The iteration.
        iteration: usize,
    },
    /// No x has the y that was aimed at.
    #[error("no x has y = {target:?}: component {component} of the inverse is {value} (iteration {iteration})")]
    NoPreimage {
        /// The y that was aimed at.
        target: Vec<f64>,
        /// The component of the inverse that does not exist.
        component: usize,
        /// What the inverse gave for it.
        value: f64,
        /// The iteration whose step was wanted.
        iteration: usize,
    },
}

impl Failure {
    /// The same, met at another iteration.
    pub(crate) fn at(mut self, at: usize) -> Self {
        match &mut self {
            Failure::NotFinite { iteration, .. }
            | Failure::SingularHessian { iteration }
            | Failure::SingularJacobian { iteration }
            | Failure::NotDescent { iteration }
            | Failure::NotMinimum { iteration }
            | Failure::NotConverged { iteration }
            | Failure::LineSearch { iteration }
            | Failure::NoProgress { iteration, .. }
            | Failure::NotInverted { iteration, .. }
            | Failure::Shape { iteration, .. }
            | Failure::Refused { iteration, .. }
            | Failure::NoPreimage { iteration, .. } => *iteration = at,
            Failure::BoundsLength { .. } => {}
        }
        self
    }
}

/// A number of things, one of them in the singular.
fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

fn counted(n: usize, thing: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_each_number_once() {
        let not = |index, given| Err(Error::NotOrder { name: "order", index, given, n: 3 });
        for (order, expected) in [
            (&[2, 0, 1][..], Ok(())),
            (&[0, 1, 0], not(2, 0)),
            (&[1, 1, 2], not(1, 1)),
            (&[0, 3, 1], not(1, 3)),
            (&[0, 1], Err(Error::Length { name: "order", given: 2, expected: 3 })),
        ] {
            assert_eq!(fits_order("order", order, 3), expected);
        }
    }
}
