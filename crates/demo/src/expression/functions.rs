//! What a formula computes with: the functions by name, and the operations of a tree.

use autodiff::{Float, Number, Scalar};

// From a table of names: the enum of the functions, the list of their names, and the call. The arguments are given as
// names and as they are passed on, since one list cannot be repeated inside of another.
macro_rules! functions {
    ($(#[$doc:meta])* $kind:ident, $(#[$table_doc:meta])* $table:ident, ($x:ident $(, $y:ident)?) $arguments:tt: $($function:ident $([$($other:literal),+])?)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, missing_docs, reason = "each is named as the number's method that it calls")]
        pub enum $kind { $($function),* }

        $(#[$table_doc])*
        pub const $table: &[(&str, $kind)] = &[$((stringify!($function), $kind::$function), $($(($other, $kind::$function),)+)?)*];

        impl $kind {
            // Out of line, so that the loop over the steps stays small.
            #[inline(never)]
            fn apply<T: Number>(self, $x: &mut T $(, $y: &T)?) {
                *$x = match self { $($kind::$function => Number::$function $arguments),* };
            }
        }
    };
}

functions! {
    /// A function of one argument.
    Unary,
    /// Every function of one argument by its names, Rust's before the others.
    UNARY, (x) (*x):
    recip sqrt cbrt
    exp exp2 exp_m1["expm1"]
    ln["log"] log2 log10 ln_1p["log1p"]
    sin cos tan
    asin["arcsin"] acos["arccos"] atan["arctan"]
    sinh cosh tanh
    asinh["arcsinh", "arsinh"] acosh["arccosh", "arcosh"] atanh["arctanh", "artanh"]
    to_degrees["degrees"] to_radians["radians"]
    abs signum floor ceil round trunc fract
    logistic["sigmoid", "expit"] softplus sinc
    erf erfc gamma ln_gamma["lgamma", "gammaln"] digamma["psi"] trigamma
    bessel_j0 bessel_j1 bessel_y0 bessel_y1
}

functions! {
    /// A function of two arguments.
    Binary,
    /// Every function of two arguments by its names, Rust's before the others.
    BINARY, (x, y) (*x, *y):
    min["minimum"] max["maximum"] hypot atan2["arctan2"] pow["power"] xlogy
}

/// The constants by name.
pub(super) const CONSTANTS: &[(&str, f64)] = &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];

/// A function by its name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    One(Unary),
    Two(Binary),
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Function> {
        let one = UNARY.iter().find(|row| row.0 == name).map(|row| Function::One(row.1));
        one.or_else(|| BINARY.iter().find(|row| row.0 == name).map(|row| Function::Two(row.1)))
    }

    pub(super) fn arguments(self) -> usize {
        match self {
            Function::One(_) => 1,
            Function::Two(_) => 2,
        }
    }
}

/// The name among `known` that is nearest to `name`, if one is near: one that it begins, or one few typing errors away.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    const BEGINNING: usize = 3;
    let name = name.to_lowercase();
    if let Some(whole) = known.clone().find(|known| name.len() >= BEGINNING && known.starts_with(&name)) {
        return Some(whole);
    }
    let errors = |known: &&str| strsim::osa_distance(&name, known);
    let most = name.chars().count().div_ceil(3);
    known.min_by_key(errors).filter(|known| errors(known) <= most && errors(known) < name.chars().count())
}

/// The name of every function.
pub(super) fn function_names() -> impl Iterator<Item = &'static str> + Clone {
    UNARY.iter().map(|row| row.0).chain(BINARY.iter().map(|row| row.0))
}

/// An operation on one number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum One {
    Negate,
    /// A constant integer power.
    Powi(i32),
    Function(Unary),
}

impl One {
    /// Puts the result into `to`, which saves the loop over the steps a copy.
    #[inline(always)]
    pub(super) fn put<T: Number>(self, to: &mut T, x: &T) {
        match self {
            One::Negate => *to = -*x,
            // the same, where the compiler knows the exponent
            One::Powi(2) => *to = x.powi(2),
            One::Powi(3) => *to = x.powi(3),
            One::Powi(n) => *to = x.powi(n),
            One::Function(function) => {
                *to = *x;
                function.apply(to);
            }
        }
    }

    /// In place.
    #[inline(always)]
    pub(super) fn apply<T: Number>(self, x: &mut T) {
        match self {
            One::Function(function) => function.apply(x),
            operation => operation.put(x, &{ *x }),
        }
    }
}

/// An operation on two numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Two {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// A power whose exponent does not move.
    Powf,
    Function(Binary),
}

impl Two {
    /// Puts the result into `to`.
    #[inline(always)]
    pub(super) fn put<T: Number>(self, to: &mut T, x: &T, y: &T) {
        match self {
            Two::Add => *to = *x + *y,
            Two::Subtract => *to = *x - *y,
            Two::Multiply => *to = *x * *y,
            Two::Divide => *to = *x / *y,
            Two::Powf => *to = x.powf(y.value()),
            Two::Function(function) => {
                *to = *x;
                function.apply(to, y);
            }
        }
    }

    /// In place of the left one.
    #[inline(always)]
    pub(super) fn apply<T: Number>(self, x: &mut T, y: &T) {
        match self {
            Two::Function(function) => function.apply(x, y),
            operation => operation.put(x, &{ *x }, y),
        }
    }

    /// With a plain float on the right.
    #[inline(always)]
    pub(super) fn put_constant<F: Float, T: Scalar<F>>(self, to: &mut T, x: &T, c: F) {
        match self {
            Two::Add => *to = *x + c,
            Two::Subtract => *to = *x - c,
            Two::Multiply => *to = *x * c,
            Two::Divide => *to = *x / c,
            Two::Powf => *to = x.powf(c),
            Two::Function(function) => {
                *to = *x;
                function.apply(to, &T::constant(c));
            }
        }
    }

    /// The same in place.
    #[inline(always)]
    pub(super) fn apply_constant<F: Float, T: Scalar<F>>(self, x: &mut T, c: F) {
        self.put_constant(x, &{ *x }, c);
    }

    /// Whether its operands may be exchanged.
    pub(super) fn commutes(self) -> bool {
        matches!(self, Two::Add | Two::Multiply)
    }
}
