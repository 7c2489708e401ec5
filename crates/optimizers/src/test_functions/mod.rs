//! Test functions of optimization: a row each, with dimension, start, known minima and source.
//!
//! ```
//! use optimizers::test_functions::{Problem, find};
//!
//! let row = find("rosenbrock").unwrap();
//! assert_eq!((row.start)(2), [-1.2, 1.0]);
//! let Problem::LeastSquares(problem) = row.problem(2)? else { unreachable!("it is a sum of squares") };
//! let residuals = optimizers::LeastSquares::<f64>::residuals(&*problem);
//! assert_eq!(residuals.value(&vec![2.0, 5.0].into()).as_slice(), [10.0, -1.0]);
//! # Ok::<(), optimizers::Error>(())
//! ```

mod classical;
mod formula;
mod more_garbow_hillstrom;

use std::f64::consts::PI;
use std::fmt;

use self::classical as c;
use self::formula::{Formula, Residuals, Value};
use self::more_garbow_hillstrom as mgh;
use crate::error::Error;
use crate::least_squares::{LeastSquares, SumOfSquares};
use crate::problem::TwiceDifferentiable;

/// A sum of squares in both precisions, with its residuals and their Jacobian.
pub trait SquaresProblem:
    LeastSquares<f32> + LeastSquares<f64> + TwiceDifferentiable<f32> + TwiceDifferentiable<f64> + Send + Sync
{
}
impl<P> SquaresProblem for P where
    P: LeastSquares<f32> + LeastSquares<f64> + TwiceDifferentiable<f32> + TwiceDifferentiable<f64> + Send + Sync
{
}

/// An objective in both precisions.
pub trait PlainProblem: TwiceDifferentiable<f32> + TwiceDifferentiable<f64> + Send + Sync {}
impl<P: TwiceDifferentiable<f32> + TwiceDifferentiable<f64> + Send + Sync> PlainProblem for P {}

/// A test function for a number of variables.
pub enum Problem {
    /// L(x) = Σ rᵢ(x)².
    LeastSquares(Box<dyn SquaresProblem>),
    /// A function that is not given as a sum of squares.
    Plain(Box<dyn PlainProblem>),
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::LeastSquares(_) => "LeastSquares",
            Problem::Plain(_) => "Plain",
        })
    }
}

/// How many variables a test function may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// This many.
    Fixed(usize),
    /// Any multiple of a number; the usual choice is `usual`, and the minima are those of it.
    Free {
        /// The number of variables that is taken where none is given.
        usual: usize,
        /// What the number must be a multiple of, and its least.
        multiple_of: usize,
    },
    /// Any number in a range; the minima are those of `usual`.
    Between {
        /// The number of variables that is taken where none is given.
        usual: usize,
        /// The least number.
        least: usize,
        /// The largest number.
        most: usize,
    },
}

/// A known minimum, local or global.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// L there, to the digits of the source.
    pub value: f64,
    /// Where, if the source says: to six digits or more.
    pub at: Option<&'static [f64]>,
}

/// A row of the table [`TEST_FUNCTIONS`].
#[derive(Debug)]
pub struct TestFunction {
    /// Its name.
    pub name: &'static str,
    /// The formula.
    pub summary: &'static str,
    /// Where it is from.
    pub source: &'static str,
    /// The number of variables.
    pub dimension: Dimension,
    /// The usual start for a number of variables.
    pub start: fn(usize) -> Vec<f64>,
    /// Minima that are known for the usual number of variables; a minimum that is only reached at infinity has no place.
    pub minima: &'static [Minimum],
    make: fn(usize) -> Problem,
}

impl TestFunction {
    /// The usual number of variables.
    pub fn usual_dimension(&self) -> usize {
        match self.dimension {
            Dimension::Fixed(n) | Dimension::Free { usual: n, .. } | Dimension::Between { usual: n, .. } => n,
        }
    }

    /// Its number in the paper of Moré, Garbow and Hillstrom, if it is from there.
    pub fn more_garbow_hillstrom(&self) -> Option<usize> {
        TEST_FUNCTIONS[..35].iter().position(|row| std::ptr::eq(row, self)).map(|i| i + 1)
    }

    /// The problem for `n` variables.
    ///
    /// # Errors
    ///
    /// [`Error::Dimension`], [`Error::DimensionMultiple`] or [`Error::DimensionRange`] if it does not exist for this
    /// number of variables.
    pub fn problem(&self, n: usize) -> Result<Problem, Error> {
        match self.dimension {
            Dimension::Fixed(expected) if n != expected => Err(Error::Dimension { given: n, expected }),
            Dimension::Free { multiple_of, .. } if n == 0 || !n.is_multiple_of(multiple_of) => {
                Err(Error::DimensionMultiple { given: n, multiple_of })
            }
            Dimension::Between { least, most, .. } if !(least..=most).contains(&n) => {
                Err(Error::DimensionRange { given: n, least, most })
            }
            _ => Ok((self.make)(n)),
        }
    }
}

/// The test function of a name.
pub fn find(name: &str) -> Option<&'static TestFunction> {
    TEST_FUNCTIONS.iter().find(|row| row.name == name)
}

fn squares<R>(formula: R, n: usize) -> Problem
where
    R: Formula<f32> + Formula<f64> + Send + Sync + 'static,
{
    Problem::LeastSquares(Box::new(SumOfSquares::new(Residuals::new(formula, n))))
}

fn plain<R>(formula: R, n: usize) -> Problem
where
    R: Formula<f32> + Formula<f64> + Send + Sync + 'static,
{
    Problem::Plain(Box::new(Value::new(formula, n)))
}

const fn fixed(n: usize) -> Dimension {
    Dimension::Fixed(n)
}
const fn free(usual: usize, multiple_of: usize) -> Dimension {
    Dimension::Free { usual, multiple_of }
}
const fn between(usual: usize, least: usize, most: usize) -> Dimension {
    Dimension::Between { usual, least, most }
}
const fn at(value: f64, place: &'static [f64]) -> Minimum {
    Minimum { value, at: Some(place) }
}
const fn worth(value: f64) -> Minimum {
    Minimum { value, at: None }
}

/// A pattern repeated to n numbers.
fn repeat(pattern: &[f64], n: usize) -> Vec<f64> {
    pattern.iter().copied().cycle().take(n).collect()
}

/// The zeros of the discretized differential and integral equation start at tᵢ(tᵢ − 1), tᵢ = i/(n + 1).
fn discrete_start(n: usize) -> Vec<f64> {
    (1..=n).map(|i| i as f64 / (n + 1) as f64).map(|t| t * (t - 1.0)).collect()
}

const MGH: &str = "Moré, Garbow, Hillstrom, ACM TOMS 7 (1981)";
const SURJANOVIC: &str = "Surjanovic, Bingham, Virtual Library of Simulation Experiments (2013)";

macro_rules! table {
    ($($source:ident: $name:literal $kind:ident($formula:expr) $dimension:expr, $start:expr, $minima:expr, $summary:literal;)*) => {
        &[$(TestFunction {
            name: $name,
            summary: $summary,
            source: $source,
            dimension: $dimension,
            start: $start,
            minima: $minima,
            make: |n| $kind($formula, n),
        }),*]
    };
}

/// The test functions; the first 35 are those of Moré, Garbow and Hillstrom in their order.
#[rustfmt::skip]
pub const TEST_FUNCTIONS: &[TestFunction] = table! {
    MGH: "rosenbrock" squares(mgh::rosenbrock) fixed(2), |_| vec![-1.2, 1.0], &[at(0.0, &[1.0, 1.0])], "100 (x1 − x0²)² + (1 − x0)²";
    MGH: "freudenstein-roth" squares(mgh::freudenstein_roth) fixed(2), |_| vec![0.5, -2.0], &[at(0.0, &[5.0, 4.0]), at(48.9842536792, &[11.4127789925, -0.8968052522])], "two cubic residuals";
    MGH: "powell-badly-scaled" squares(mgh::powell_badly_scaled) fixed(2), |_| vec![0.0, 1.0], &[at(0.0, &[1.09815932969975e-5, 9.10614673986700])], "(10⁴ x0 x1 − 1)² + (e^−x0 + e^−x1 − 1.0001)²";
    MGH: "brown-badly-scaled" squares(mgh::brown_badly_scaled) fixed(2), |_| vec![1.0, 1.0], &[at(0.0, &[1e6, 2e-6])], "(x0 − 10⁶)² + (x1 − 2·10⁻⁶)² + (x0 x1 − 2)²";
    MGH: "beale" squares(mgh::beale) fixed(2), |_| vec![1.0, 1.0], &[at(0.0, &[3.0, 0.5])], "Σ (yᵢ − x0 (1 − x1ⁱ))², y = 1.5, 2.25, 2.625";
    MGH: "jennrich-sampson" squares(mgh::jennrich_sampson) fixed(2), |_| vec![0.3, 0.4], &[at(124.362182356, &[0.257825213670, 0.257825213670])], "Σ (2 + 2i − e^(i x0) − e^(i x1))², 10 terms";
    MGH: "helical-valley" squares(mgh::helical_valley) fixed(3), |_| vec![-1.0, 0.0, 0.0], &[at(0.0, &[1.0, 0.0, 0.0])], "100 (x2 − 10 θ)² + 100 (√(x0² + x1²) − 1)² + x2²";
    MGH: "bard" squares(mgh::bard) fixed(3), |_| vec![1.0; 3], &[at(8.21487730658e-3, &[0.0824105597, 1.1330360920, 2.3436951787]), worth(17.4286)], "Σ (yᵢ − x0 − uᵢ/(vᵢ x1 + wᵢ x2))², 15 data";
    MGH: "gaussian" squares(mgh::gaussian) fixed(3), |_| vec![0.4, 1.0, 0.0], &[worth(1.12793e-8)], "Σ (x0 e^(−x1 (tᵢ − x2)²/2) − yᵢ)², 15 data";
    MGH: "meyer" squares(mgh::meyer) fixed(3), |_| vec![0.02, 4000.0, 250.0], &[at(87.9458551709, &[5.60963646991e-3, 6181.34634629, 345.223634624])], "Σ (x0 e^(x1/(tᵢ + x2)) − yᵢ)², 16 data";
    MGH: "gulf" squares(mgh::gulf) fixed(3), |_| vec![5.0, 2.5, 0.15], &[at(0.0, &[50.0, 25.0, 1.5])], "Σ (e^(−|yᵢ − x1|^x2/x0) − tᵢ)², 10 terms";
    MGH: "box-three-dimensional" squares(mgh::box_three_dimensional) fixed(3), |_| vec![0.0, 10.0, 20.0], &[at(0.0, &[1.0, 10.0, 1.0]), at(0.0, &[10.0, 1.0, -1.0])], "Σ (e^(−tᵢ x0) − e^(−tᵢ x1) − x2 (e^−tᵢ − e^−10tᵢ))², 10 terms";
    MGH: "powell-singular" squares(mgh::powell_singular) fixed(4), |_| vec![3.0, -1.0, 0.0, 1.0], &[at(0.0, &[0.0; 4])], "(x0 + 10 x1)² + 5 (x2 − x3)² + (x1 − 2 x2)⁴ + 10 (x0 − x3)⁴";
    MGH: "wood" squares(mgh::wood) fixed(4), |_| vec![-3.0, -1.0, -3.0, -1.0], &[at(0.0, &[1.0; 4])], "two Rosenbrock valleys, coupled";
    MGH: "kowalik-osborne" squares(mgh::kowalik_osborne) fixed(4), |_| vec![0.25, 0.39, 0.415, 0.39], &[at(3.07505603849e-4, &[0.192806934500, 0.191282328580, 0.123056507054, 0.136062329990]), worth(1.02734e-3)], "Σ (yᵢ − x0 (uᵢ² + uᵢ x1)/(uᵢ² + uᵢ x2 + x3))², 11 data";
    MGH: "brown-dennis" squares(mgh::brown_dennis) fixed(4), |_| vec![25.0, 5.0, -5.0, -1.0], &[worth(85822.2016264)], "Σ ((x0 + tᵢ x1 − e^tᵢ)² + (x2 + x3 sin tᵢ − cos tᵢ)²)², 20 terms";
    MGH: "osborne-1" squares(mgh::osborne_1) fixed(5), |_| vec![0.5, 1.5, -1.0, 0.01, 0.02], &[worth(5.46489469748e-5)], "two exponentials and a constant fitted to 33 data";
    MGH: "biggs-exp6" squares(mgh::biggs_exp6) fixed(6), |_| vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0], &[at(0.0, &[1.0, 10.0, 1.0, 5.0, 4.0, 3.0]), worth(5.65565e-3)], "three exponentials fitted to three, 13 terms";
    MGH: "osborne-2" squares(mgh::osborne_2) fixed(11), |_| vec![1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5], &[worth(4.01377362935e-2)], "an exponential and three bells fitted to 65 data";
    MGH: "watson" squares(mgh::watson) between(6, 2, 31), |n| vec![0.0; n], &[worth(2.28767005355e-3)], "polynomial solution of x' − x² = 1, 31 residuals";
    MGH: "extended-rosenbrock" squares(mgh::rosenbrock) free(10, 2), |n| repeat(&[-1.2, 1.0], n), &[at(0.0, &[1.0; 10])], "a Rosenbrock function of each two variables";
    MGH: "extended-powell" squares(mgh::powell_singular) free(12, 4), |n| repeat(&[3.0, -1.0, 0.0, 1.0], n), &[at(0.0, &[0.0; 12])], "Powell's singular function of each four variables";
    MGH: "penalty-1" squares(mgh::penalty_1) free(10, 1), |n| (1..=n).map(|i| i as f64).collect(), &[worth(7.08765e-5)], "10⁻⁵ Σ (xⱼ − 1)² + (Σ xⱼ² − 1/4)²";
    MGH: "penalty-2" squares(mgh::penalty_2) free(10, 1), |n| vec![0.5; n], &[worth(2.93660e-4)], "exponentials and a weighted sphere";
    MGH: "variably-dimensioned" squares(mgh::variably_dimensioned) free(10, 1), |n| (1..=n).map(|j| 1.0 - j as f64 / n as f64).collect(), &[at(0.0, &[1.0; 10])], "Σ (xⱼ − 1)² + s² + s⁴, s = Σ j (xⱼ − 1)";
    MGH: "trigonometric" squares(mgh::trigonometric) free(10, 1), |n| vec![1.0 / n as f64; n], &[at(0.0, &[0.0; 10]), worth(2.79506e-5)], "Σ (n − Σ cos xⱼ + i (1 − cos xᵢ) − sin xᵢ)²";
    MGH: "brown-almost-linear" squares(mgh::brown_almost_linear) free(10, 1), |n| vec![0.5; n], &[at(0.0, &[1.0; 10]), worth(1.0)], "n − 1 linear residuals and Π xⱼ − 1";
    MGH: "discrete-boundary-value" squares(mgh::discrete_boundary_value) free(10, 1), discrete_start, &[worth(0.0)], "x'' = (x + t + 1)³/2 in differences";
    MGH: "discrete-integral-equation" squares(mgh::discrete_integral_equation) free(10, 1), discrete_start, &[worth(0.0)], "the same as an integral equation";
    MGH: "broyden-tridiagonal" squares(mgh::broyden_tridiagonal) free(10, 1), |n| vec![-1.0; n], &[worth(0.0)], "Σ ((3 − 2xᵢ) xᵢ − xᵢ₋₁ − 2xᵢ₊₁ + 1)²";
    MGH: "broyden-banded" squares(mgh::broyden_banded) free(10, 1), |n| vec![-1.0; n], &[worth(0.0)], "Σ (xᵢ (2 + 5xᵢ²) + 1 − Σ xⱼ (1 + xⱼ))², j in the band";
    MGH: "linear-full-rank" squares(mgh::linear_full_rank) free(10, 1), |n| vec![1.0; n], &[at(10.0, &[-1.0; 10])], "a linear function of full rank, 2n residuals";
    MGH: "linear-rank-1" squares(mgh::linear_rank_1) free(10, 1), |n| vec![1.0; n], &[worth(380.0 / 82.0)], "a linear function of rank 1, 2n residuals";
    MGH: "linear-rank-1-zeros" squares(mgh::linear_rank_1_zeros) free(10, 1), |n| vec![1.0; n], &[worth(454.0 / 74.0)], "a linear function of rank 1 with zero columns and rows, 2n residuals";
    MGH: "chebyquad" squares(mgh::chebyquad) free(8, 1), |n| (1..=n).map(|j| j as f64 / (n + 1) as f64).collect(), &[worth(3.51687372568e-3)], "nodes of Chebyshev's quadrature";
    SURJANOVIC: "ackley" plain(c::ackley) free(2, 1), |n| repeat(&[0.6, -0.4], n), &[at(0.0, &[0.0, 0.0])], "20 + e − 20 e^(−0.2 √(Σ xᵢ²/n)) − e^(Σ cos 2πxᵢ/n)";
    SURJANOVIC: "himmelblau" squares(c::himmelblau) fixed(2), |_| vec![0.0, 0.0], &[at(0.0, &[3.0, 2.0]), at(0.0, &[-2.805118086953, 3.131312518250]), at(0.0, &[-3.779310253378, -3.283185991286]), at(0.0, &[3.584428340330, -1.848126526964])], "(x0² + x1 − 11)² + (x0 + x1² − 7)²";
    SURJANOVIC: "booth" squares(c::booth) fixed(2), |_| vec![0.0, 0.0], &[at(0.0, &[1.0, 3.0])], "(x0 + 2 x1 − 7)² + (2 x0 + x1 − 5)²";
    SURJANOVIC: "matyas" plain(c::matyas) fixed(2), |_| vec![5.0, -3.0], &[at(0.0, &[0.0, 0.0])], "0.26 (x0² + x1²) − 0.48 x0 x1";
    SURJANOVIC: "branin" plain(c::branin) fixed(2), |_| vec![1.0, 1.0], &[at(0.397887357729738, &[PI, 2.275]), at(0.397887357729738, &[-PI, 12.275]), at(0.397887357729738, &[3.0 * PI, 2.475])], "(x1 − 5.1 x0²/4π² + 5 x0/π − 6)² + 10 (1 − 1/8π) cos x0 + 10";
    SURJANOVIC: "goldstein-price" plain(c::goldstein_price) fixed(2), |_| vec![0.5, -0.5], &[at(3.0, &[0.0, -1.0]), at(30.0, &[-0.6, -0.4]), at(84.0, &[1.8, 0.2]), at(840.0, &[1.2, 0.8])], "a polynomial of degree 8 with four minima";
    SURJANOVIC: "rastrigin" plain(c::rastrigin) free(2, 1), |n| repeat(&[0.3, -0.2], n), &[at(0.0, &[0.0, 0.0])], "Σ (xᵢ² − 10 cos 2πxᵢ + 10)";
    SURJANOVIC: "styblinski-tang" plain(c::styblinski_tang) free(2, 1), |n| vec![-1.0; n], &[at(-78.332331407545, &[-2.903534027771, -2.903534027771])], "½ Σ (xᵢ⁴ − 16 xᵢ² + 5 xᵢ)";
    SURJANOVIC: "griewank" plain(c::griewank) free(2, 1), |n| vec![1.0; n], &[at(0.0, &[0.0, 0.0])], "Σ xᵢ²/4000 − Π cos(xᵢ/√i) + 1";
    SURJANOVIC: "levy" plain(c::levy) free(2, 1), |n| vec![0.5; n], &[at(0.0, &[1.0, 1.0])], "sin²πw₁ + Σ (wᵢ − 1)² (1 + 10 sin²(πwᵢ + 1)) + (wₙ − 1)² (1 + sin² 2πwₙ), w = 1 + (x − 1)/4";
    SURJANOVIC: "six-hump-camel" plain(c::six_hump_camel) fixed(2), |_| vec![0.5, -0.5], &[at(-1.031628453489877, &[0.089842013100, -0.712656403020]), at(-1.031628453489877, &[-0.089842013100, 0.712656403020])], "(4 − 2.1 x0² + x0⁴/3) x0² + x0 x1 + (4 x1² − 4) x1²";
    SURJANOVIC: "three-hump-camel" plain(c::three_hump_camel) fixed(2), |_| vec![0.5, 0.5], &[at(0.0, &[0.0, 0.0])], "2 x0² − 1.05 x0⁴ + x0⁶/6 + x0 x1 + x1²";
    SURJANOVIC: "mccormick" plain(c::mccormick) fixed(2), |_| vec![0.0, 0.0], &[at(-1.913222954981, &[-0.547197551196, -1.547197551196])], "sin(x0 + x1) + (x0 − x1)² − 1.5 x0 + 2.5 x1 + 1";
    SURJANOVIC: "dixon-price" plain(c::dixon_price) free(2, 1), |n| vec![1.5; n], &[at(0.0, &[1.0, std::f64::consts::FRAC_1_SQRT_2])], "(x0 − 1)² + Σ i (2 xᵢ² − xᵢ₋₁)²";
    SURJANOVIC: "zakharov" plain(c::zakharov) free(2, 1), |n| vec![1.0; n], &[at(0.0, &[0.0, 0.0])], "Σ xᵢ² + s² + s⁴, s = Σ i xᵢ/2";
    SURJANOVIC: "sphere" squares(c::sphere) free(2, 1), |n| vec![1.0; n], &[at(0.0, &[0.0, 0.0])], "Σ xᵢ²";
};
