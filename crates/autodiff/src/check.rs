//! Derivatives checked against differences and against other number types.

use core::array;
use core::fmt::{self, Display};

use crate::bounded::Bounded;
use crate::function::{Filled, Function, ScalarFn, Several, Shape, Single};
use crate::linear_solve::rounding;
use crate::number::{Float, Number, Ordered};
use crate::own::CustomRule;
use crate::{Dual, HyperDual, Taylor};

/// The number of [`check_closure`]: three derivatives in one direction each.
pub type Nested<F> = Dual<Dual<Dual<F, 1>, 1>, 1>;

/// What a check says of one derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Differences and all number types agree with it.
    Agrees,
    /// It is wrong, or so are the lower derivatives.
    Differs,
    /// The function has a kink or a jump here, or the derivative is not finite.
    NotDifferentiable,
    /// Differences tell nothing: they are too inexact, contradict each other, or leave the domain.
    Inconclusive,
}

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Agrees => "agrees",
            Verdict::Differs => "DIFFERS",
            Verdict::NotDifferentiable => "not differentiable here",
            Verdict::Inconclusive => "inconclusive",
        })
    }
}

/// One derivative at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The point.
    pub point: Vec<f64>,
    /// Which of the function's results, counted from 0.
    pub output: usize,
    /// By which variables: `[0, 0, 1]` is ∂³/∂x₀²∂x₁.
    pub variables: Vec<usize>,
    /// The derivative by nested dual numbers.
    pub found: f64,
    /// What differences of the derivative of the order below give; NaN if they give nothing.
    pub expected: f64,
    /// The estimated error of `expected`.
    pub error: f64,
    /// The derivative by another number type, or through the plain body of a rule: the one that is farthest away.
    pub other: f64,
    /// What that means.
    pub verdict: Verdict,
}

/// The derivatives of a function at one or more points, entry by entry, as a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The entries: by point, order, variables and output.
    pub entries: Vec<Entry>,
}

impl Report {
    /// Whether every entry agrees.
    pub fn is_ok(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The entries that do not agree.
    pub fn failures(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.verdict != Verdict::Agrees)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outputs = self.entries.iter().map(|entry| entry.output + 1).max().unwrap_or(0);
        let name = |entry: &Entry| {
            let indices: String = entry.variables.iter().map(|i| format!("[{i}]")).collect();
            if outputs > 1 { format!("f{}: {indices}", entry.output) } else { indices }
        };
        let width = self.entries.iter().map(|entry| name(entry).len()).max().unwrap_or(0).max(10);
        let mut point: Option<&[f64]> = None;
        for entry in &self.entries {
            if point != Some(&entry.point) {
                let separator = if point.is_some() { "\n" } else { "" };
                writeln!(f, "{separator}at {:?}", entry.point)?;
                write!(
                    f,
                    "{:width$}  {:>16}  {:>16}  {:>7}  {:>16}  verdict",
                    "derivative", "ours", "differences", "±", "other types"
                )?;
                point = Some(&entry.point);
            }
            let Entry { found, expected, error, other, verdict, .. } = entry;
            write!(
                f,
                "\n{:width$}  {found:>16.9e}  {expected:>16.9e}  {error:>7.0e}  {other:>16.9e}  {verdict}",
                name(entry)
            )?;
        }
        Ok(())
    }
}

/// Shapes whose numbers can be listed: [`Single`], [`Several`].
pub trait Listed: Shape {
    /// The numbers, one after the other.
    fn list<T>(x: Self::Of<T>) -> Vec<T>;
}

impl Listed for Single {
    fn list<T>(x: T) -> Vec<T> {
        vec![x]
    }
}

impl<const M: usize, S: Listed> Listed for Several<M, S> {
    fn list<T>(x: [S::Of<T>; M]) -> Vec<T> {
        x.into_iter().flat_map(S::list).collect()
    }
}

/// What a closure may return to [`check_closure`].
pub trait IntoList<T> {
    /// The numbers, one after the other.
    fn into_list(self) -> Vec<T>;
}

impl<F: Float> IntoList<Nested<F>> for Nested<F> {
    fn into_list(self) -> Vec<Nested<F>> {
        vec![self]
    }
}

impl<T, const M: usize> IntoList<T> for [T; M] {
    fn into_list(self) -> Vec<T> {
        self.into()
    }
}

impl<T> IntoList<T> for Vec<T> {
    fn into_list(self) -> Vec<T> {
        self
    }
}

/// Checks the first to third derivatives of a function at a point.
///
/// Each derivative by nested dual numbers is compared with
///
/// - central differences of the derivative of the order below, extrapolated to step zero (Richardson; Ridders, "Accurate
///   computation of F′(x) and F′(x)F″(x)", 1982), where steps of all sizes compete: of those that agree with all smaller ones,
///   the one with the smallest estimate of its error wins;
/// - hyper-dual numbers; and, where all variables are one, power series.
///
/// A derivative is wrong if it is farther away than ten times the estimate. The first order that is wrong is named: higher
/// ones are compared with differences of it. At kinks, where one-sided slopes differ, the verdict is "not differentiable".
/// f is called some 200 times a derivative.
///
/// ```
/// use autodiff::{check_derivatives, function};
///
/// function! { fn wave([x, t]) { (x - t * 2.0).sin() * (t * -0.1).exp() } }
///
/// let report = check_derivatives(&wave, [0.3, 1e-3]);
/// assert!(report.is_ok(), "{report}");
/// assert_eq!(report.entries.len(), 2 + 3 + 4);
/// ```
pub fn check_derivatives<const N: usize, F: Float, Fun: Function<N, F>>(f: &Fun, x: [F; N]) -> Report
where
    Fun::Output: Listed,
{
    let mut report = Report::default();
    let nested = |x| Fun::Output::list(f.call(x));
    let others: [&Along<'_, F>; 2] = [&|path| by_hyper_dual(f, x, path), &|path| by_taylor(f, x, path)];
    Check { nested: &nested, others: &others, bounds: &|path| rounding_bounds(f, x, path), x }.run(&mut report);
    report
}

/// [`check_derivatives`] for a closure, which has one number type: there is no other to compare with.
///
/// ```
/// use autodiff::check_closure;
///
/// assert!(check_closure(|[x, y]| [x * y, x / y], [3.0_f64, 2.0]).is_ok());
/// ```
pub fn check_closure<F: Float, R: IntoList<Nested<F>>, const N: usize>(
    f: impl Fn([Nested<F>; N]) -> R,
    x: [F; N],
) -> Report {
    let mut report = Report::default();
    Check { nested: &|x| f(x).into_list(), others: &[], bounds: &|_| vec![], x }.run(&mut report);
    report
}

/// [`check_derivatives`] for an own rule at several points: the first order against differences of its value, the second
/// and third against differences of its gradient and of that's derivatives. So that these are those of the value too, the
/// gradient is compared with it at points beside as well, a sixteenth away in each variable; a finding there has its point.
///
/// ```
/// use autodiff::{CustomRule, Ordered, Verdict, check_rule};
///
/// /// Its gradient leaves the numbers, so its second derivative is lost.
/// struct Square;
/// impl CustomRule<1> for Square {
///     fn value(&self, [x]: [f64; 1]) -> f64 { x * x }
///     fn gradient<T: Ordered>(&self, [x]: [T; 1]) -> [T; 1] { [T::constant(2.0 * x.value())] }
/// }
/// let report = check_rule(&Square, &[[1.0], [2.0]]);
/// let wrong = report.failures().next().unwrap();
/// assert_eq!((&wrong.variables[..], wrong.found, wrong.verdict), (&[0, 0][..], 0.0, Verdict::Differs));
/// assert!((wrong.expected - 2.0).abs() < 1e-9);
/// ```
pub fn check_rule<const N: usize, F: Float>(rule: &impl CustomRule<N, F>, points: &[[F; N]]) -> Report {
    let mut report = Report::default();
    for x in points {
        let f = RuleAsFunction(rule);
        let (hyper, taylor) = (|path: &[usize]| by_hyper_dual(&f, *x, path), |path: &[usize]| by_taylor(&f, *x, path));
        let bounds = |path: &[usize]| rounding_bounds(&f, *x, path);
        Check { nested: &|x| vec![rule.apply(x)], others: &[&hyper, &taylor], bounds: &bounds, x: *x }.run(&mut report);
        check_gradient_beside(rule, *x, &mut report);
    }
    report
}

/// Beside the point as well, a gradient must be that of the value: one that is right at the point alone has wrong derivatives.
fn check_gradient_beside<const N: usize, F: Float>(rule: &impl CustomRule<N, F>, x: [F; N], report: &mut Report) {
    for k in 0..N {
        let apart = if x[k] == F::ZERO { F::ONE } else { x[k] } * F::of(0.0625);
        for near in [x[k] - apart, x[k] + apart] {
            let mut x = x;
            x[k] = near;
            let mut beside = Report::default();
            let bounds = |path: &[usize]| rounding_bounds(&RuleAsFunction(rule), x, path);
            Check { nested: &|x| vec![rule.apply(x)], others: &[], bounds: &bounds, x }.run_to(1, &mut beside);
            // there may be no derivative there: only what is wrong counts
            report.entries.extend(beside.entries.into_iter().filter(|entry| entry.verdict == Verdict::Differs));
        }
    }
}

/// [`check_rule`] that also compares with differentiation through a plain body of the same function.
///
/// ```
/// use autodiff::{check_rule_against, custom_rule, function};
///
/// custom_rule! { fn cubed([x]) { x.powi(3) } gradient { [x.powi(2) * 3.0] } }
/// function! { fn plain_cubed([x]) { x * x * x } }
///
/// assert!(check_rule_against(&cubed, &plain_cubed, &[[-1.0], [0.5]]).is_ok());
/// ```
pub fn check_rule_against<const N: usize, F: Float>(
    rule: &impl CustomRule<N, F>,
    body: &impl ScalarFn<N, F>,
    points: &[[F; N]],
) -> Report {
    let mut report = Report::default();
    for x in points {
        let through = |path: &[usize]| vec![partial(&body.call(seeded(*x, path)), path.len())];
        let bounds = |path: &[usize]| rounding_bounds(&RuleAsFunction(rule), *x, path);
        Check { nested: &|x| vec![rule.apply(x)], others: &[&through], bounds: &bounds, x: *x }.run(&mut report);
    }
    report
}

/// A rule as the function that it stands for.
struct RuleAsFunction<'a, R>(&'a R);

impl<const N: usize, F: Float, R: CustomRule<N, F>> Function<N, F> for RuleAsFunction<'_, R> {
    type Output = Single;
    fn call<T: Ordered<F>>(&self, x: [T; N]) -> Filled<Single, T> {
        self.0.apply(x)
    }
}

/// The variables, moving along up to three directions: the first is the outermost.
fn seeded<T: Number, const N: usize>(x: [T; N], path: &[usize]) -> [Nested<T>; N] {
    let slope = |level: usize, i: usize| if path.get(level) == Some(&i) { T::one() } else { T::zero() };
    array::from_fn(|i| {
        let inner = Dual::new(x[i], [slope(2, i)]);
        let middle = Dual::new(inner, [Dual::constant(slope(1, i))]);
        Dual::new(middle, [Dual::constant(Dual::constant(slope(0, i)))])
    })
}

/// The derivative along the first directions of `seeded`.
fn partial<T: Number>(y: &Nested<T>, order: usize) -> T {
    match order {
        0 => y.re.re.re,
        1 => y.eps[0].re.re,
        2 => y.eps[0].eps[0].re,
        _ => y.eps[0].eps[0].eps[0],
    }
}

/// How far rounding may have moved the derivative along a path, of each output.
fn rounding_bounds<const N: usize, F: Float, Fun: Function<N, F>>(f: &Fun, x: [F; N], path: &[usize]) -> Vec<F>
where
    Fun::Output: Listed,
{
    let y = Fun::Output::list(f.call(seeded(x.map(Bounded::constant), path)));
    y.iter().map(|y| partial(y, path.len()).error).collect()
}

fn by_hyper_dual<const N: usize, F: Float, Fun: Function<N, F>>(f: &Fun, x: [F; N], path: &[usize]) -> Vec<F>
where
    Fun::Output: Listed,
{
    type Third<F> = Dual<HyperDual<F, 2>, 1>;
    let slope = |level: usize, i: usize| if path.get(level) == Some(&i) { F::ONE } else { F::ZERO };
    let at: [Third<F>; N] = array::from_fn(|i| {
        let hyper = HyperDual::new(x[i], [slope(0, i), slope(1, i)], [[F::ZERO; 2]; 2]);
        Dual::new(hyper, [HyperDual::constant(slope(2, i))])
    });
    let take = |y: Third<F>| match path.len() {
        1 => y.re.eps[0],
        2 => y.re.hessian()[0][1],
        _ => y.eps[0].hessian()[0][1],
    };
    Fun::Output::list(f.call(at)).into_iter().map(take).collect()
}

/// Where all variables of the path are one; else nothing.
fn by_taylor<const N: usize, F: Float, Fun: Function<N, F>>(f: &Fun, x: [F; N], path: &[usize]) -> Vec<F>
where
    Fun::Output: Listed,
{
    if path.iter().any(|i| *i != path[0]) {
        return vec![];
    }
    let at = array::from_fn(|i| if i == path[0] { Taylor::<F, 3>::variable(x[i]) } else { Taylor::constant(x[i]) });
    Fun::Output::list(f.call(at)).into_iter().map(|y| y.derivative(path.len())).collect()
}

/// The derivative along a path, of each output.
type Along<'a, F> = dyn Fn(&[usize]) -> Vec<F> + 'a;

/// One function at one point.
struct Check<'a, F, const N: usize> {
    nested: &'a dyn Fn([Nested<F>; N]) -> Vec<Nested<F>>,
    /// The derivative along a path by other ways; empty where there is none.
    others: &'a [&'a Along<'a, F>],
    /// Bounds on the rounding errors of the derivative along a path; empty where they are not known.
    bounds: &'a Along<'a, F>,
    x: [F; N],
}

impl<F: Float, const N: usize> Check<'_, F, N> {
    fn run(&self, report: &mut Report) {
        self.run_to(3, report);
    }

    fn run_to(&self, order: usize, report: &mut Report) {
        let point = self.x.map(F::to_f64).to_vec();
        for path in paths::<N>().into_iter().filter(|path| path.len() <= order) {
            let found: Vec<f64> = self.along(self.x, &path);
            let others: Vec<Vec<f64>> =
                self.others.iter().map(|other| other(&path).into_iter().map(F::to_f64).collect()).collect();
            let samples = self.samples(&path);
            let (bounds, bounds_below) = ((self.bounds)(&path), (self.bounds)(&path[..path.len() - 1]));
            let beside: Vec<Vec<f64>> = self.beside(&path).map(|x| self.along(x, &path)).collect();
            for (output, found) in found.into_iter().enumerate() {
                let far = |other: f64| if other.is_nan() { f64::INFINITY } else { (other - found).abs() };
                let others = others.iter().filter_map(|other| other.get(output).copied());
                let other = others.reduce(|a, b| if far(b) > far(a) { b } else { a }).unwrap_or(f64::NAN);
                let eps = rounding::<F>().to_f64();
                // how much the derivative itself scatters from one float to the next: the rounding of terms that cancel
                let differences = beside.iter().filter_map(|near| near.get(output)).map(|near| (near - found).abs());
                let of_output = |bounds: &[F]| bounds.get(output).map_or(0.0, |bound| bound.to_f64());
                let noise = Noise {
                    eps,
                    found: differences.filter(|d| d.is_finite()).fold(of_output(&bounds), f64::max),
                    below: of_output(&bounds_below),
                    smallest: F::MIN_POSITIVE.to_f64(),
                };
                let judged = Judged::new(&samples, output, found, noise);
                let apart = far(other) > eps.sqrt() * found.abs() + 10.0 * judged.error;
                let contradicted = !other.is_nan() && found.is_finite() && apart;
                report.entries.push(Entry {
                    point: point.clone(),
                    output,
                    variables: path.clone(),
                    found,
                    expected: judged.expected,
                    error: judged.error,
                    other,
                    verdict: if contradicted { Verdict::Differs } else { judged.verdict },
                });
            }
        }
    }

    /// The derivative along a path, of each output.
    fn along(&self, x: [F; N], path: &[usize]) -> Vec<f64> {
        (self.nested)(seeded(x, path)).iter().map(|y| partial(y, path.len()).to_f64()).collect()
    }

    /// The point moved by some units in the last place of the last variable of the path, to either side.
    fn beside(&self, path: &[usize]) -> impl Iterator<Item = [F; N]> {
        let (k, x) = (path[path.len() - 1], self.x);
        [1.0, 2.0, 3.0].into_iter().flat_map(move |ulps| {
            let apart = x[k] * rounding::<F>() * F::of(ulps);
            [x[k] - apart, x[k] + apart].map(|near| array::from_fn(|i| if i == k { near } else { x[i] }))
        })
    }

    /// The derivative of the order below at steps of all sizes, large ones first, to either side in the last variable.
    fn samples(&self, path: &[usize]) -> Samples {
        let (k, below) = (path[path.len() - 1], &path[..path.len() - 1]);
        let x = self.x[k];
        let centre = self.along(self.x, below);
        let at = |x_k: F| {
            let mut x = self.x;
            x[k] = x_k;
            let mut values = self.along(x, below);
            // where f returns fewer, nothing is known
            values.resize(centre.len(), f64::NAN);
            values
        };
        let own = x.to_f64().abs().log2().floor();
        let mut exponents: Vec<i32> = (-50..=2).collect();
        if own.is_finite() {
            exponents.extend(own as i32 - 50..own as i32);
        } else {
            exponents.extend((51..=200).map(|k| -k));
        }
        exponents.sort_unstable_by(|a, b| b.cmp(a));
        exponents.dedup();
        let mut steps = vec![];
        for exponent in exponents {
            let h = F::of(f64::from(exponent).exp2());
            let (right, left) = (x + h, x - h);
            if right != x && left != x && right.is_finite() && left.is_finite() {
                let sides = [(right - x).to_f64(), (x - left).to_f64()];
                steps.push(Step { exponent, sides, right: at(right), left: at(left) });
            }
        }
        Samples { centre, steps }
    }
}

/// Every sequence of one to three variables, each not before the last.
fn paths<const N: usize>() -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![];
    let mut last = vec![vec![]];
    for _ in 0..3 {
        let extended = |path: &Vec<usize>| {
            let from = path.last().copied().unwrap_or(0);
            (from..N).map(|i| [&path[..], &[i]].concat()).collect::<Vec<_>>()
        };
        last = last.iter().flat_map(extended).collect();
        all.extend(last.iter().cloned());
    }
    all
}

struct Samples {
    centre: Vec<f64>,
    steps: Vec<Step>,
}

impl Samples {
    /// How much the values scatter about their line at the smallest steps, where what is smooth has faded: more than their
    /// last digit, if they are small differences of large numbers. NaN, if all scatter alike, and by more than rounding
    /// does: then it is a jump.
    fn scatter(&self, output: usize, Noise { eps, below, .. }: Noise) -> f64 {
        let centre = self.centre[output];
        let smallest = &self.steps[self.steps.len().saturating_sub(SCATTER)..];
        let bend = |step: &Step| step.right[output] - 2.0 * centre + step.left[output];
        let (low, high) = smallest
            .iter()
            .map(bend)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), b| (low.min(b), high.max(b)));
        let size = low.abs().max(high.abs());
        // what is alike on both sides does not bend, but does not double with the step either
        let doubled = smallest.windows(2).filter(|pair| pair[1].exponent == pair[0].exponent - 1);
        let odd = doubled.fold(size, |size, pair| {
            let beside = |side: fn(&Step) -> &Vec<f64>| side(&pair[0])[output] - 2.0 * side(&pair[1])[output] + centre;
            size.max(beside(|step| &step.right).abs()).max(beside(|step| &step.left).abs())
        });
        // the values at two steps and twice the one between are rounded
        let rounded = (1e3 * eps * self.largest(output)).max(4.0 * below);
        // rounding that is alike at the next floats is not so a little farther
        let farther = &self.steps[self.steps.len().saturating_sub(2 * SCATTER)..];
        let stays = farther.iter().all(|step| bend(step) / low > 0.5);
        let jump = low * high > 0.0 && high - low < 0.1 * size && size > rounded && stays;
        if jump { f64::NAN } else { odd }
    }

    /// Whether the values to the left and to the right are equal at every step.
    fn flat(&self, output: usize) -> bool {
        self.steps.iter().all(|step| step.right[output] == step.left[output])
    }

    /// The largest value at the smallest steps.
    fn local(&self, output: usize) -> f64 {
        let smallest = &self.steps[self.steps.len().saturating_sub(SCATTER)..];
        let sizes = smallest.iter().map(|step| step.right[output].abs().max(step.left[output].abs()));
        sizes.fold(self.centre[output].abs(), f64::max)
    }

    /// Whether at one of the smallest steps the values differ by far more than a slope and their last digits explain.
    fn vary_more(&self, output: usize, slope: f64, eps: f64) -> bool {
        let smallest = &self.steps[self.steps.len().saturating_sub(2 * SCATTER)..];
        smallest.iter().any(|step| {
            let (right, left) = (step.right[output], step.left[output]);
            let explained = 10.0 * slope * (step.sides[0] + step.sides[1]) + 1e3 * eps * right.abs().max(left.abs());
            (right - left).abs() > explained
        })
    }

    /// The largest value.
    fn largest(&self, output: usize) -> f64 {
        let sizes = self.steps.iter().flat_map(|step| [step.right[output].abs(), step.left[output].abs()]);
        sizes.filter(|size| size.is_finite()).fold(self.centre[output].abs(), f64::max)
    }
}

struct Step {
    exponent: i32,
    /// The distances, which are rounded as x + h and x − h are.
    sides: [f64; 2],
    right: Vec<f64>,
    left: Vec<f64>,
}

/// How many steps, each half of the one before, are extrapolated together.
const WINDOW: usize = 6;

/// How many of the smallest steps show the scatter of the values.
const SCATTER: usize = 8;

/// What is known of rounding errors.
#[derive(Clone, Copy)]
struct Noise {
    /// A unit in the last place of 1.
    eps: f64,
    /// Of the derivative that is checked.
    found: f64,
    /// Of the values that differences are taken of.
    below: f64,
    /// What is lost below the normal numbers, of values by the smallest step.
    smallest: f64,
}

/// What differences say of one number.
struct Judged {
    expected: f64,
    error: f64,
    verdict: Verdict,
}

/// A derivative by differences, its error, and the size of what was subtracted by the step.
#[derive(Clone, Copy)]
struct Estimate {
    value: f64,
    error: f64,
    scale: f64,
    /// Whether the values do not differ.
    flat: bool,
}

/// The estimate with the smallest error. It must agree with all of smaller steps, whose errors are rounding and known: a
/// step that is too large for the function gives anything, now and then with a small error.
fn best(estimates: &[Estimate]) -> Option<usize> {
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let agree = |i: &usize| {
        let e = estimates[*i];
        (low, high) = (low.max(e.value - 4.0 * e.error), high.min(e.value + 4.0 * e.error));
        low <= high
    };
    (0..estimates.len())
        .rev()
        .take_while(agree)
        .reduce(|a, b| if estimates[b].error < estimates[a].error { b } else { a })
}

impl Judged {
    fn new(samples: &Samples, output: usize, found: f64, noise: Noise) -> Self {
        let Noise { eps, .. } = noise;
        // NaN stays
        let scattered = samples.scatter(output, noise);
        let scatter = if scattered < noise.below { noise.below } else { scattered };
        let windows = samples.steps.windows(WINDOW);
        let estimates: Vec<Estimate> = windows.filter_map(|steps| extrapolated(steps, output, eps, scatter)).collect();
        let Some(best) = best(&estimates) else {
            let verdict = if found.is_finite() { Verdict::Inconclusive } else { Verdict::NotDifferentiable };
            return Judged { expected: f64::NAN, error: f64::NAN, verdict };
        };
        let Estimate { value: expected, error, scale, flat } = estimates[best];
        // how large the derivative is near by, at larger steps: beside that, it may be zero here
        let significant = estimates[..best].iter().filter(|e| e.error < 4.0 * e.value.abs());
        let nearby = significant.fold(scale, |size, e| size.max(e.value.abs()));
        let distance = (found - expected).abs();
        // what differences must resolve of zero: in single precision not more than rounding leaves at the narrowest step of
        // the widest window
        let resolution = (4.0 * eps * f64::from(1 << WINDOW)).max(1e-6);
        let sizes = 1e-3 * found.abs().max(expected.abs());
        // only steps larger than those that agree can: where the function is coarse, they may be the better ones
        let contradicts = |e: &Estimate| 10.0 * e.error < distance && (found - e.value).abs() <= 4.0 * e.error;
        let verdict = if !found.is_finite() || scatter.is_nan() || has_kink(samples, output, eps, scatter) {
            Verdict::NotDifferentiable
        } else if distance > 10.0 * error + 64.0 * eps * found.abs() {
            // where values differ at small steps by more than the slope says, or nowhere near, no step resolves the function
            let slope = expected.abs() + 10.0 * error;
            let unresolved = samples.vary_more(output, slope, eps)
                || scatter > 1e-2 * samples.local(output)
                || flat && !samples.flat(output);
            if distance <= 16.0 * noise.found || unresolved || estimates.iter().any(contradicts) {
                Verdict::Inconclusive
            } else {
                Verdict::Differs
            }
        } else if error > sizes.max(resolution * nearby).max(noise.smallest) {
            Verdict::Inconclusive
        } else {
            Verdict::Agrees
        };
        Judged { expected, error, verdict }
    }
}

/// Central differences (f(x + h) − f(x − h)) / 2h at halving steps, extrapolated to h = 0 by their even powers; the entry of
/// the scheme that differs least from those that it was made of, which is its error, with the rounding of f.
fn extrapolated(steps: &[Step], output: usize, eps: f64, scatter: f64) -> Option<Estimate> {
    let halving = steps.windows(2).all(|pair| pair[1].exponent == pair[0].exponent - 1);
    let finite = steps.iter().all(|step| step.right[output].is_finite() && step.left[output].is_finite());
    if !(halving && finite) {
        return None;
    }
    let mut row: Vec<f64> =
        steps.iter().map(|step| (step.right[output] - step.left[output]) / (step.sides[0] + step.sides[1])).collect();
    let size = steps.iter().fold(0.0_f64, |a, step| a.max(step.right[output].abs()).max(step.left[output].abs()));
    let flat = steps.iter().all(|step| step.right[output] == step.left[output]);
    let width = |i: usize| 0.5 * (steps[i].sides[0] + steps[i].sides[1]);
    let mut best: Option<Estimate> = None;
    let mut power = 1.0;
    for column in 1..steps.len() {
        power *= 4.0;
        let next: Vec<f64> = row.windows(2).map(|pair| pair[1] + (pair[1] - pair[0]) / (power - 1.0)).collect();
        for (i, value) in next.iter().enumerate() {
            // from the other entry, which is extrapolated, it differs less
            let spread = (value - row[i]).abs();
            let error = spread + (2.0 * eps * size).max(scatter) / width(i + column);
            if error.is_finite() && best.is_none_or(|best| error < best.error) {
                best = Some(Estimate { value: *value, error, scale: size / width(0), flat });
            }
        }
        row = next;
    }
    best
}

/// Whether the one-sided slopes differ by something that does not fade as the step is halved, at the smallest steps where it
/// is not rounding: at a kink it stays, at a jump it doubles; where f is smooth it halves, once the steps are small. At large
/// ones it may do anything, but not the same from step to step.
fn has_kink(samples: &Samples, output: usize, eps: f64, scatter: f64) -> bool {
    let centre = samples.centre[output];
    let gaps = samples.steps.iter().map(|step| {
        let (right, left) = (step.right[output], step.left[output]);
        let gap = (right - centre) / step.sides[0] - (centre - left) / step.sides[1];
        let size = right.abs().max(left.abs()).max(centre.abs());
        let noise = (eps * size).max(scatter) / step.sides[0].min(step.sides[1]);
        (step.exponent, gap, 200.0 * noise)
    });
    let gaps: Vec<(i32, f64, f64)> = gaps.collect();
    let Some(last) = gaps.iter().rposition(|(_, gap, noise)| gap.abs() > *noise && gap.is_finite()) else {
        return false;
    };
    // at a smaller step it would still be there
    let vanished = gaps.get(last + 1).is_some_and(|(_, _, noise)| *noise < 0.8 * gaps[last].1.abs());
    let tail = &gaps[last.saturating_sub(3)..=last];
    let halved = |pair: &[(i32, f64, f64)]| pair[1].0 == pair[0].0 - 1 && pair[0].1.abs() > pair[0].2;
    let ratios: Vec<f64> = tail.windows(2).filter(|pair| halved(pair)).map(|pair| pair[0].1 / pair[1].1).collect();
    let stays = ratios.len() == 3 && ratios.iter().all(|ratio| (0.4..1.2).contains(ratio));
    !vanished && stays && ratios.windows(2).all(|pair| (0.8..1.25).contains(&(pair[0] / pair[1])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPS: f64 = f64::EPSILON;

    /// Values at x and at x ± h, where h is 2 to each of the exponents.
    fn samples(f: impl Fn(f64) -> f64, x: f64, exponents: impl IntoIterator<Item = i32>) -> Samples {
        let step = |exponent| {
            let h = f64::from(exponent).exp2();
            Step { exponent, sides: [h, h], right: vec![f(x + h)], left: vec![f(x - h)] }
        };
        Samples { centre: vec![f(x)], steps: exponents.into_iter().map(step).collect() }
    }

    fn halving(last: i32) -> impl Iterator<Item = i32> {
        (1..=last).map(|k| -k)
    }

    #[test]
    fn extrapolation_removes_the_even_powers_of_the_step() {
        let odd = samples(|x| x + x.powi(3) + x.powi(5) + x.powi(7), 0.0, halving(6));
        let found = extrapolated(&odd.steps, 0, EPS, 0.0).unwrap();
        assert!((found.value - 1.0).abs() <= found.error && found.error < 1e-13, "{} ± {}", found.value, found.error);
        assert_eq!((found.scale, found.flat), (odd.steps[0].right[0] / 0.5, false));
        // of a line, the rounding over the second of the steps is left
        let line = samples(|x| x, 0.0, halving(6)).steps;
        for (scatter, error) in [(0.0, 2.0 * EPS * 0.5 / 0.25), (1e-3, 1e-3 / 0.25)] {
            let found = extrapolated(&line, 0, EPS, scatter).unwrap();
            assert_eq!((found.value, found.error), (1.0, error));
        }
        assert!(extrapolated(&samples(|_| 2.0, 0.0, halving(6)).steps, 0, EPS, 0.0).unwrap().flat);
    }

    #[test]
    fn steps_that_do_not_halve_or_leave_the_domain_are_not_extrapolated() {
        let found = |steps: &[Step]| extrapolated(steps, 0, EPS, 0.0).map(|found| found.value);
        assert_eq!(found(&samples(|x| x, 0.0, [-1, -2, -4, -5, -6, -7]).steps), None);
        for (from, to) in [(-2.0, 0.4), (-0.4, 2.0)] {
            let inside = |x: f64| if from < x && x < to { x } else { f64::NAN };
            assert_eq!(found(&samples(inside, 0.0, halving(6)).steps), None);
            assert_eq!(found(&samples(inside, 0.0, halving(6)).steps[1..]), Some(1.0));
        }
    }

    #[test]
    fn one_sided_slopes_differ_at_kinks_and_jumps() {
        let kink = |f: fn(f64) -> f64| has_kink(&samples(f, 0.0, halving(40)), 0, EPS, 0.0);
        assert!(kink(f64::abs) && kink(|x| x.max(0.0) * 1e-9 + 2.0 * x));
        assert!(kink(|x| if x < 0.0 { 0.0 } else { 1.0 }) && kink(|x| if x > 0.0 { 1e-9 } else { 0.0 }));
        assert!(!kink(f64::sin) && !kink(|x| x * x) && !kink(|x| x * x.abs()) && !kink(|_| 3.0));
    }

    #[test]
    fn jumps_do_not_scatter() {
        let scatter = |f: fn(f64) -> f64| {
            samples(f, 0.0, halving(40)).scatter(0, Noise { eps: EPS, found: 0.0, below: 0.0, smallest: 0.0 })
        };
        assert!(scatter(|x| if x > 0.0 { 1e-3 } else { 0.0 }).is_nan());
        assert!(scatter(|x| if x < 0.0 { -1e-3 } else { 0.0 }).is_nan());
        assert_eq!(scatter(|x| 3.0 * x + 1.0), 0.0);
        // a bound of the rounding of each value: four are added
        let jump = samples(|x| if x > 0.0 { 1e-3 } else { 0.0 }, 0.0, halving(40));
        for (below, is_jump) in [(2.4e-4, true), (2.6e-4, false)] {
            let noise = Noise { eps: EPS, found: 0.0, below, smallest: 0.0 };
            assert_eq!(jump.scatter(0, noise).is_nan(), is_jump, "{below}");
        }
        // bends at 2⁻³³, the largest of the smallest steps
        assert_eq!(scatter(|x| x * x), 2.0 * 2.0_f64.powi(-66));
    }

    #[test]
    fn sizes_are_those_of_all_or_of_the_smallest_steps() {
        let line = samples(|x| if x > 0.4 { f64::INFINITY } else { x }, 0.0, halving(20));
        assert_eq!((line.largest(0), line.local(0)), (0.5, 2.0_f64.powi(-13)));
    }

    #[test]
    fn values_vary_more_than_ten_slopes_and_their_last_digits_explain() {
        let line = samples(|x| 2.0 * x, 0.0, halving(30));
        assert!(line.vary_more(0, 0.19, EPS) && !line.vary_more(0, 0.21, EPS));
        assert!(!samples(|_| 0.0, 0.0, halving(30)).vary_more(0, 0.0, EPS));
        let digits = |ulps: f64| samples(move |x| if x > 0.0 { 8.0 + 8.0 * ulps * EPS } else { 8.0 }, 0.0, halving(30));
        assert!(digits(1100.0).vary_more(0, 0.0, EPS) && !digits(900.0).vary_more(0, 0.0, EPS));
        // at one of the sixteen smallest steps, not at one before
        let at = |k: i32| samples(move |x| if x == f64::from(-k).exp2() { 1.0 } else { 0.0 }, 0.0, halving(30));
        assert!(at(15).vary_more(0, 0.0, EPS) && !at(14).vary_more(0, 0.0, EPS));
    }
}
