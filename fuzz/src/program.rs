//! Functions of two variables at random: straight-line programs, each line an operation on results of lines before it.

use autodiff::{Dual, Float, HyperDual, Ordered};

use crate::input::Input;

/// As many lines as a program may have.
const MOST_LINES: usize = 24;

/// Rows of operations; the text of each stands for plain floats, with the functions of `std`, and for all numbers.
macro_rules! operations {
    (
        unary { $($unary:ident)* }
        unary_of_ours { $($ours:ident)* }
        binary { $($binary:ident)* }
        binary_of_ours { $($pair:ident)* }
    ) => {
        /// An operation of one number.
        #[allow(non_camel_case_types, reason = "named as the functions")]
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Unary { $($unary,)* $($ours,)* }
        impl Unary {
            const ALL: &[Unary] = &[$(Unary::$unary,)* $(Unary::$ours,)*];
        }
        /// An operation of two numbers.
        #[allow(non_camel_case_types, reason = "named as the functions")]
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Binary { $($binary,)* $($pair,)* }
        impl Binary {
            const ALL: &[Binary] = &[$(Binary::$binary,)* $(Binary::$pair,)*];
        }

        fn unary<T: Ordered<F>, F: Float>(operation: Unary, x: T) -> T {
            match operation {
                $(Unary::$unary => x.$unary(),)*
                $(Unary::$ours => x.$ours(),)*
            }
        }
        fn binary<T: Ordered<F>, F: Float>(operation: Binary, x: T, y: T) -> T {
            match operation {
                $(Binary::$binary => x.$binary(y),)*
                $(Binary::$pair => x.$pair(y),)*
            }
        }

        macro_rules! of_std {
            ($float:ident) => {
                impl Plain for $float {
                    fn unary(operation: Unary, x: $float) -> $float {
                        match operation {
                            $(Unary::$unary => $float::$unary(x),)*
                            $(Unary::$ours => autodiff::Number::$ours(x),)*
                        }
                    }
                    fn binary(operation: Binary, x: $float, y: $float) -> $float {
                        match operation {
                            $(Binary::$binary => $float::$binary(x, y),)*
                            $(Binary::$pair => autodiff::Number::$pair(x, y),)*
                        }
                    }
                    fn other(operation: Line, values: &[$float]) -> $float {
                        match operation {
                            Line::Powi(i, n) => values[i].powi(n),
                            Line::Powf(i, c) => values[i].powf(c as $float),
                            Line::MulAdd(i, j, k) => values[i].mul_add(values[j], values[k]),
                            Line::Log(i, c) => values[i].log(c as $float),
                            _ => Line::value(operation, values),
                        }
                    }
                    fn bits(self) -> u64 {
                        if self.is_nan() { u64::MAX } else { self.to_bits().into() }
                    }
                }
            };
        }
    };
}

operations! {
    unary {
        recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
        abs signum floor ceil round trunc fract to_degrees to_radians
    }
    unary_of_ours { logistic softplus sinc erf gamma ln_gamma digamma bessel_j0 bessel_y1 }
    binary { hypot atan2 max min copysign rem_euclid }
    binary_of_ours { pow xlogy }
}

/// A float with the functions of `std`.
pub(crate) trait Plain: Float {
    fn unary(operation: Unary, x: Self) -> Self;
    fn binary(operation: Binary, x: Self, y: Self) -> Self;
    fn other(operation: Line, values: &[Self]) -> Self;
    /// The bits, with one NaN for all.
    fn bits(self) -> u64;
}
of_std!(f32);
of_std!(f64);

/// An operation on results of lines before it, by their places; the first two are the variables.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Line {
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
    Add(usize, usize),
    Sub(usize, usize),
    Mul(usize, usize),
    Div(usize, usize),
    Rem(usize, usize),
    Neg(usize),
    Plus(usize, f64),
    Times(usize, f64),
    Over(usize, f64),
    Constant(f64),
    Powi(usize, i32),
    Powf(usize, f64),
    Log(usize, f64),
    Clamp(usize, f64, f64),
    MulAdd(usize, usize, usize),
    Branch(usize, usize),
}

impl Line {
    fn read(input: &mut Input<'_>, lines: usize) -> Self {
        let kind = input.below(40);
        let i = input.below(lines);
        let j = |input: &mut Input<'_>| input.below(lines);
        match kind {
            0..14 => Line::Unary(Unary::ALL[input.below(Unary::ALL.len())], i),
            14..18 => Line::Binary(Binary::ALL[input.below(Binary::ALL.len())], i, j(input)),
            18..20 => Line::Add(i, j(input)),
            20..22 => Line::Sub(i, j(input)),
            22..26 => Line::Mul(i, j(input)),
            26..29 => Line::Div(i, j(input)),
            29 => Line::Rem(i, j(input)),
            30 => Line::Neg(i),
            31 => Line::Plus(i, input.float()),
            32 => Line::Times(i, input.float()),
            33 => Line::Over(i, input.float()),
            34 => Line::Constant(input.float()),
            35 => Line::Powi(i, [2, 3, -1, 0, 1, -2, 4, 7, i32::MIN, 1000][input.below(10)]),
            36 => Line::Powf(i, input.float()),
            37 => Line::Log(i, input.float()),
            38 => Line::Clamp(i, input.float(), input.float()),
            _ if input.flag() => Line::MulAdd(i, j(input), j(input)),
            _ => Line::Branch(i, j(input)),
        }
    }

    /// What it makes of the results before it.
    pub(crate) fn value<F: Float, T: Ordered<F>>(self, values: &[T]) -> T {
        let c = |c: f64| F::of(c);
        match self {
            Line::Unary(operation, i) => unary(operation, values[i]),
            Line::Binary(operation, i, j) => binary(operation, values[i], values[j]),
            Line::Add(i, j) => values[i] + values[j],
            Line::Sub(i, j) => values[i] - values[j],
            Line::Mul(i, j) => values[i] * values[j],
            Line::Div(i, j) => values[i] / values[j],
            Line::Rem(i, j) => values[i] % values[j],
            Line::Neg(i) => -values[i],
            Line::Plus(i, k) => values[i] + c(k),
            Line::Times(i, k) => values[i] * c(k),
            Line::Over(i, k) => values[i] / c(k),
            Line::Constant(k) => T::constant(c(k)),
            Line::Powi(i, n) => values[i].powi(n),
            Line::Powf(i, k) => values[i].powf(c(k)),
            Line::Log(i, k) => values[i].log(c(k)),
            Line::Clamp(i, low, high) => values[i].clamp(c(low), c(high)),
            Line::MulAdd(i, j, k) => values[i].mul_add(values[j], values[k]),
            Line::Branch(i, j) => {
                if values[i] > values[j] {
                    values[i]
                } else {
                    values[j]
                }
            }
        }
    }

    /// The same with another second operand.
    pub(crate) fn with_second(self, j: usize) -> Self {
        match self {
            Line::Binary(operation, i, _) => Line::Binary(operation, i, j),
            Line::Add(i, _) => Line::Add(i, j),
            Line::Sub(i, _) => Line::Sub(i, j),
            Line::Mul(i, _) => Line::Mul(i, j),
            Line::Div(i, _) => Line::Div(i, j),
            Line::Rem(i, _) => Line::Rem(i, j),
            Line::Branch(i, _) => Line::Branch(i, j),
            other => other,
        }
    }

    /// The places of what it takes.
    pub(crate) fn operands(self) -> [Option<usize>; 3] {
        match self {
            Line::Constant(_) => [None; 3],
            Line::Unary(_, i)
            | Line::Neg(i)
            | Line::Plus(i, _)
            | Line::Times(i, _)
            | Line::Over(i, _)
            | Line::Powi(i, _)
            | Line::Powf(i, _)
            | Line::Log(i, _)
            | Line::Clamp(i, ..) => [Some(i), None, None],
            Line::Binary(_, i, j)
            | Line::Add(i, j)
            | Line::Sub(i, j)
            | Line::Mul(i, j)
            | Line::Div(i, j)
            | Line::Rem(i, j)
            | Line::Branch(i, j) => [Some(i), Some(j), None],
            Line::MulAdd(i, j, k) => [Some(i), Some(j), Some(k)],
        }
    }
}

/// A function of two variables.
#[derive(Clone, Debug)]
pub(crate) struct Program(pub(crate) Vec<Line>);

impl Program {
    /// The bytes up to the most lines.
    pub(crate) fn read(input: &mut Input<'_>) -> Self {
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES && !input.is_empty() {
            lines.push(Line::read(input, lines.len() + 2));
        }
        Program(lines)
    }

    /// The results of all lines, the variables first.
    fn values<F: Float, T: Ordered<F>>(&self, x: [T; 2]) -> Vec<T> {
        let mut values = Vec::with_capacity(self.0.len() + 2);
        values.extend(x);
        self.0.iter().for_each(|line| values.push(line.value(&values)));
        values
    }

    /// The last result.
    pub(crate) fn call<F: Float, T: Ordered<F>>(&self, x: [T; 2]) -> T {
        let values = self.values(x);
        values[values.len() - 1]
    }

    /// The last result by the functions of `std`.
    pub(crate) fn plain<P: Plain>(&self, x: [P; 2]) -> Vec<P> {
        let mut values = Vec::with_capacity(self.0.len() + 2);
        values.extend(x);
        for &line in &self.0 {
            let value = match line {
                Line::Unary(operation, i) => P::unary(operation, values[i]),
                Line::Binary(operation, i, j) => P::binary(operation, values[i], values[j]),
                other => P::other(other, &values),
            };
            values.push(value);
        }
        values
    }

    /// Whether a line looks at the sign of a NaN, which Rust leaves open.
    pub(crate) fn takes_the_sign_of_nan<P: Plain>(&self, values: &[P]) -> bool {
        let takes = |line: &Line| matches!(*line, Line::Binary(Binary::copysign, _, j) if values[j].is_nan());
        self.0.iter().any(takes)
    }

    /// Whether a line has jumps, beside poles.
    pub(crate) fn jumps(&self) -> bool {
        use Binary::{atan2, copysign, rem_euclid};
        use Unary::{ceil, floor, fract, round, signum, trunc};
        self.0.iter().any(|line| {
            matches!(
                line,
                Line::Unary(ceil | floor | fract | round | signum | trunc, _)
                    | Line::Binary(atan2 | copysign | rem_euclid, ..)
                    | Line::Rem(..)
            )
        })
    }

    /// Which of the variables each line depends on.
    pub(crate) fn dependence(&self) -> Vec<[bool; 2]> {
        let mut dependence = vec![[true, false], [false, true]];
        for line in &self.0 {
            let mut of = [false; 2];
            for i in line.operands().into_iter().flatten() {
                of = [of[0] || dependence[i][0], of[1] || dependence[i][1]];
            }
            dependence.push(of);
        }
        dependence
    }
}

/// The partial derivatives of a line to third order in its first operands: every operation of two, whatever it is.
pub(crate) type Local<P> = Dual<HyperDual<P, 2>, 2>;
