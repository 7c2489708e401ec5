//! Derivatives of random functions by every kind of number.

use autodiff::{Dual, HyperDual, Number, Taylor, reverse};

use crate::input::Input;
use crate::program::{Line, Local, Plain, Program};

/// A number with partial derivatives of two variables.
trait Jet: Number {
    fn along(x: Self::Precision, i: usize) -> Self;
    /// ∂ᵏ/∂xᵢ∂xⱼ…, if the type reaches the order.
    fn partial(&self, path: &[usize]) -> Option<Self::Precision>;
}

macro_rules! float_jet {
    ($($float:ident)*) => {
        $(impl Jet for $float {
            fn along(x: $float, _: usize) -> Self {
                x
            }
            fn partial(&self, path: &[usize]) -> Option<$float> {
                path.is_empty().then_some(*self)
            }
        })*
    };
}
float_jet! { f32 f64 }

impl<T: Jet> Jet for Dual<T, 2> {
    fn along(x: Self::Precision, i: usize) -> Self {
        Dual::variable(T::along(x, i), i)
    }
    fn partial(&self, path: &[usize]) -> Option<Self::Precision> {
        match path {
            [] => self.re.partial(&[]),
            [i, rest @ ..] => self.eps[*i].partial(rest),
        }
    }
}

impl<T: Jet> Jet for HyperDual<T, 2> {
    fn along(x: Self::Precision, i: usize) -> Self {
        HyperDual::variable(T::along(x, i), i)
    }
    fn partial(&self, path: &[usize]) -> Option<Self::Precision> {
        match path {
            [] => self.re.partial(&[]),
            [i] => self.eps[*i].partial(&[]),
            [i, j, rest @ ..] => self.hessian()[*i][*j].partial(rest),
        }
    }
}

/// Every sequence of one to three directions.
const PATHS: [&[usize]; 14] = [
    &[0],
    &[1],
    &[0, 0],
    &[0, 1],
    &[1, 0],
    &[1, 1],
    &[0, 0, 0],
    &[0, 0, 1],
    &[0, 1, 0],
    &[0, 1, 1],
    &[1, 0, 0],
    &[1, 0, 1],
    &[1, 1, 0],
    &[1, 1, 1],
];

/// Sums of the sizes of all terms of the first three derivatives along (1, 1), which bound those of every partial: what the
/// roundings of a computation are in proportion to. `None` where a term leaves the middle of the floats' range, so that it may
/// have lost digits otherwise.
type Sizes = Option<[f64; 3]>;

/// The exponents between which the sizes of a precision are.
trait Middle: Plain + Jet<Precision = Self> {
    const LEAST: f64;
    const EPSILON: f64;
    fn wide(self) -> f64;
}

impl Middle for f32 {
    const LEAST: f64 = 1e-8;
    const EPSILON: f64 = f32::EPSILON as f64;
    fn wide(self) -> f64 {
        self.into()
    }
}

impl Middle for f64 {
    const LEAST: f64 = 1e-60;
    const EPSILON: f64 = f64::EPSILON;
    fn wide(self) -> f64 {
        self
    }
}

fn in_the_middle<P: Middle>(sizes: [f64; 3]) -> Sizes {
    sizes.iter().all(|&x| x == 0.0 || (P::LEAST..=1.0 / P::LEAST).contains(&x)).then_some(sizes)
}

/// The sizes of a line's terms by the chain rule.
fn chain<P: Middle>(line: Line, values: &[P], sizes: &[Sizes]) -> Sizes {
    if let Line::MulAdd(i, j, k) = line {
        let product = chain::<P>(Line::Mul(i, j), values, sizes)?;
        let other = sizes[k]?;
        return in_the_middle::<P>(std::array::from_fn(|n| product[n] + other[n]));
    }
    let [i, j, _] = line.operands();
    let (Some(i), j) = (i, j.unwrap_or(0)) else { return Some([0.0; 3]) };
    // the line alone, in its operands as variables
    let mut operands: Vec<Local<P>> = values.iter().map(|&v| Local::constant(HyperDual::constant(v))).collect();
    let (x, y) = (sizes[i]?, sizes[j]?);
    let two = line.operands()[1].is_some();
    let moved = |operands: &mut Vec<Local<P>>, at: usize, direction: usize| {
        operands[at] = Local::along(values[at], direction);
    };
    // x ∘ x has both operands in one place: a copy of it comes last
    let line = match (two, i == j) {
        (true, true) => {
            operands.push(operands[i]);
            moved(&mut operands, i, 0);
            let copy = operands.len() - 1;
            operands[copy] = Local::along(values[i], 1);
            line.with_second(copy)
        }
        (true, false) => {
            moved(&mut operands, i, 0);
            moved(&mut operands, j, 1);
            line
        }
        (false, _) => {
            moved(&mut operands, i, 0);
            line
        }
    };
    let jet = line.value(&operands);
    let f = |path: &[usize]| jet.partial(path).map_or(f64::NAN, |p| p.wide().abs());
    let partials = PATHS.iter().map(|path| f(path)).filter(|p| *p != 0.0);
    if !partials.clone().all(|p| (P::LEAST..=1.0 / P::LEAST).contains(&p)) {
        return None;
    }
    let y = if two { y } else { [0.0; 3] };
    let first = |k: usize| f(&[0]) * x[k] + f(&[1]) * y[k];
    let ([x1, x2, _], [y1, y2, _]) = (x, y);
    in_the_middle::<P>([
        first(0),
        f(&[0, 0]) * x1 * x1 + 2.0 * f(&[0, 1]) * x1 * y1 + f(&[1, 1]) * y1 * y1 + first(1),
        f(&[0, 0, 0]) * x1.powi(3)
            + 3.0 * f(&[0, 0, 1]) * x1 * x1 * y1
            + 3.0 * f(&[0, 1, 1]) * x1 * y1 * y1
            + f(&[1, 1, 1]) * y1.powi(3)
            + 3.0 * (f(&[0, 0]) * x1 * x2 + f(&[0, 1]) * (x1 * y2 + x2 * y1) + f(&[1, 1]) * y1 * y2)
            + first(2),
    ])
}

/// One way to partial derivatives and what it found.
struct Way<P> {
    name: &'static str,
    value: P,
    partials: Vec<(&'static [usize], P)>,
}

fn by<P: Middle, T: Jet<Precision = P> + autodiff::Ordered<P>>(
    name: &'static str,
    program: &Program,
    x: [P; 2],
) -> Way<P> {
    let jet: T = program.call(std::array::from_fn(|i| T::along(x[i], i)));
    let partials = PATHS.iter().filter_map(|path| Some((*path, jet.partial(path)?))).collect();
    Way { name, value: jet.value(), partials }
}

/// Derivatives of a random function at a random point: the values are those of plain floats bit for bit; the partial
/// derivatives of numbers that nest agree, as do those of reverse sweeps and power series within the roundings of their terms;
/// what does not depend on a variable does not move with it.
pub fn expressions(data: &[u8]) {
    let mut input = Input::new(data);
    let single = input.flag();
    let x = [input.float(), input.float()];
    let program = Program::read(&mut input);
    if single {
        check::<f32>(&program, x.map(|x| x as f32));
    } else {
        check::<f64>(&program, x);
    }
}

fn check<P: Middle>(program: &Program, x: [P; 2]) {
    let values = program.plain(x);
    let plain = values[values.len() - 1];
    if program.takes_the_sign_of_nan(&values) {
        return;
    }
    let mut ways: Vec<Way<P>> = vec![
        by::<P, P>("plain float", program, x),
        by::<P, Dual<P, 2>>("Dual", program, x),
        by::<P, HyperDual<P, 2>>("HyperDual", program, x),
        by::<P, Dual<Dual<P, 2>, 2>>("Dual<Dual>", program, x),
        by::<P, Dual<HyperDual<P, 2>, 2>>("Dual<HyperDual>", program, x),
        by::<P, HyperDual<Dual<P, 2>, 2>>("HyperDual<Dual>", program, x),
    ];
    let rows: [&'static [usize]; 2] = [&[0], &[1]];
    if let Ok((value, g)) = reverse::value_and_gradient(|x| program.call([x[0], x[1]]), &x) {
        ways.push(Way { name: "reverse sweep", value, partials: vec![(rows[0], g[0]), (rows[1], g[1])] });
    }
    let moving = [HyperDual::<P, 2>::along(x[0], 0), HyperDual::along(x[1], 1)];
    if let Ok((value, g)) = reverse::value_and_gradient(|x| program.call([x[0], x[1]]), &moving) {
        let path = |i: usize, rest: &[usize]| PATHS.into_iter().find(|path| path[0] == i && path[1..] == *rest);
        let partials = (0..2).flat_map(|i| {
            let inner = [&[][..]].into_iter().chain(PATHS).filter(|rest| rest.len() < 3);
            inner.map(move |rest| (i, rest)).collect::<Vec<_>>()
        });
        let partials = partials.filter_map(|(i, rest)| Some((path(i, rest)?, g[i].partial(rest)?))).collect();
        ways.push(Way { name: "reverse sweep of HyperDual", value: value.re, partials });
    }
    let series = program.call(x.map(|x| Taylor::<P, 3>::line(x, P::ONE)));
    let context = || format!("{program:?} at {x:?} in {}", std::any::type_name::<P>());

    for way in &ways {
        assert!(
            way.value.bits() == plain.bits(),
            "value by {}: {:?}, not {plain:?}: {}",
            way.name,
            way.value,
            context()
        );
    }
    assert!(series.re.bits() == plain.bits(), "value by Taylor: {:?}, not {plain:?}: {}", series.re, context());

    let dependence = program.dependence();
    let depends = dependence[dependence.len() - 1];
    for way in &ways {
        for (path, partial) in &way.partials {
            let dead = path.iter().any(|i| !depends[*i]);
            assert!(!dead || *partial == P::ZERO, "{path:?} by {} is {partial:?}: {}", way.name, context());
        }
    }
    if depends == [false; 2] {
        assert!(series.coefficients == [P::ZERO; 3], "Taylor moves: {series:?}: {}", context());
    }

    let mut sizes: Vec<Sizes> = vec![Some([1.0, 0.0, 0.0]); 2];
    for (k, &line) in program.0.iter().enumerate() {
        sizes.push(chain::<P>(line, &values[..k + 2], &sizes));
    }
    // only what the result depends on matters, and that is what its sizes are made of
    let Some(sizes) = sizes[sizes.len() - 1] else { return };
    // some roundings a line, and a line passes on those before it
    let roundings = 32.0 * (program.0.len() as f64 + 1.0) * P::EPSILON;
    let near = |found: P, want: P, order: usize| {
        let difference = (found.wide() - want.wide()).abs();
        // a slope below the smallest float may be 0 one way and not another
        difference <= roundings * sizes[order - 1] + P::LEAST.powi(3) || found.bits() == want.bits()
    };
    let reference = |path: &[usize]| {
        let found = ways[4].partials.iter().find(|(other, _)| *other == path);
        found.map_or(P::NAN, |(_, partial)| *partial)
    };
    for way in &ways {
        for (path, partial) in &way.partials {
            let want = reference(path);
            let agree = near(*partial, want, path.len());
            assert!(agree, "{path:?} by {}: {partial:?}, not {want:?} (terms {sizes:?}): {}", way.name, context());
        }
    }
    for order in 1..=3 {
        let all = PATHS.into_iter().filter(|path| path.len() == order);
        let want = all.fold(P::ZERO, |sum, path| sum + reference(path));
        let found = series.derivative(order);
        assert!(
            near(found, want, order),
            "{order} by Taylor: {found:?}, not {want:?} (terms {sizes:?}): {}",
            context()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Unary;

    /// The sizes of the last line of a program at (3, 2).
    fn sizes(lines: &[Line]) -> Sizes {
        let program = Program(lines.to_vec());
        let values = program.plain([3.0, 2.0]);
        let mut sizes = vec![Some([1.0, 0.0, 0.0]); 2];
        for (k, &line) in lines.iter().enumerate() {
            sizes.push(chain::<f64>(line, &values[..k + 2], &sizes));
        }
        sizes[lines.len() + 1]
    }

    #[test]
    fn sizes_are_sums_of_terms() {
        // x y: y + x, 2, 0
        assert_eq!(sizes(&[Line::Mul(0, 1)]), Some([5.0, 2.0, 0.0]));
        // x x: x + x, 2, 0, though both operands stand in one place
        assert_eq!(sizes(&[Line::Mul(0, 0)]), Some([6.0, 2.0, 0.0]));
        // terms do not cancel: x − x
        assert_eq!(sizes(&[Line::Sub(0, 0)]), Some([2.0, 0.0, 0.0]));
        // x y + y: y + x + 1, 2, 0
        assert_eq!(sizes(&[Line::MulAdd(0, 1, 1)]), Some([6.0, 2.0, 0.0]));
        // (x³)³ = x⁹: 9 x⁸, 72 x⁷, 504 x⁶
        assert_eq!(sizes(&[Line::Powi(0, 3), Line::Powi(2, 3)]), Some([59049.0, 157464.0, 367416.0]));
        assert_eq!(sizes(&[Line::Constant(2.5)]), Some([0.0; 3]));
    }

    #[test]
    fn sizes_at_the_ends_of_the_range_are_unknown() {
        assert_eq!(sizes(&[Line::Times(0, 1e200), Line::Mul(2, 2)]), None);
        assert_eq!(sizes(&[Line::Sub(0, 0), Line::Unary(Unary::sqrt, 2)]), None);
    }

    #[test]
    fn what_a_line_depends_on() {
        let program = Program(vec![Line::Constant(1.0), Line::Add(0, 2), Line::Mul(3, 1)]);
        assert_eq!(program.dependence()[2..], [[false, false], [true, false], [true, true]]);
    }
}
