//! The names of functions and constants.

use autodiff::{Float, Ordered};

macro_rules! unary {
    ($($function:ident: $($name:literal)*),* $(,)?) => {
        /// A function of one argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, missing_docs, reason = "each is named as the number's method that it calls")]
        pub enum Unary { $($function),* }

        /// Every function of one argument by its names, the first of each being Rust's.
        pub const UNARY: &[(&str, Unary)] = &[$((stringify!($function), Unary::$function), $(($name, Unary::$function),)*)*];

        impl Unary {
            pub(super) fn apply<F: Float, T: Ordered<F>>(self, x: T) -> T {
                match self { $(Unary::$function => x.$function()),* }
            }
        }
    };
}

unary! {
    recip:, sqrt:, cbrt:,
    exp:, exp2:, exp_m1: "expm1",
    ln: "log", log2:, log10:, ln_1p: "log1p",
    sin:, cos:, tan:,
    asin: "arcsin", acos: "arccos", atan: "arctan",
    sinh:, cosh:, tanh:,
    asinh: "arcsinh", acosh: "arccosh", atanh: "arctanh",
    to_degrees: "degrees", to_radians: "radians",
    abs:, signum: "sign", floor:, ceil:, round:, trunc:, fract:,
}

macro_rules! binary {
    ($($function:ident: $($name:literal)*),* $(,)?) => {
        /// A function of two arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, missing_docs, reason = "each is named as the number's method that it calls")]
        pub enum Binary { $($function),* }

        /// Every function of two arguments by its names, the first of each being Rust's.
        pub const BINARY: &[(&str, Binary)] = &[$((stringify!($function), Binary::$function), $(($name, Binary::$function),)*)*];

        impl Binary {
            pub(super) fn apply<F: Float, T: Ordered<F>>(self, x: T, y: T) -> T {
                match self { $(Binary::$function => x.$function(y)),* }
            }
        }
    };
}

binary! { min: "minimum", max: "maximum", hypot:, atan2: "arctan2", pow: "power" }

/// The constants by name.
pub(super) const CONSTANTS: &[(&str, f64)] = &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];
