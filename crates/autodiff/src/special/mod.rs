//! The table of special functions: the gamma family, the error functions and the Bessel functions with all their derivatives.
//!
//! A row reads `name(x, order[, n: type]) { f, f', …, f⁽ᵒʳᵈᵉʳ⁾ at x }`. Unlike the rows of `rules.rs` these hand out as many
//! derivatives as are asked for, because each costs much. All is computed in double precision, and rounded once for `f32`.
//! The values are libm's, but for `digamma` and `trigamma`, which it lacks, and `bessel_jn` of orders beyond ±1.
//!
//! `special_functions!(consumer)` hands the rows to another macro, as `unary_rules!` does.

mod bessel;
mod error_function;
mod gamma;

use crate::elementary::Elementary;
use crate::rules::MAX_ORDER;

/// A function and its derivatives at a point; what lies beyond the order asked for is not used.
pub(crate) type Derivatives = [f64; MAX_ORDER + 1];

macro_rules! special_functions {
    ($consumer:ident) => {
        $consumer! {
            /// The gamma function Γ(x). Feature `special`; the value is libm's.
            ///
            /// At its poles −1, −2, … the derivatives of odd order are ±∞, those of even order NaN; at 0 the sign bit decides.
            ///
            /// ```
            /// // Γ'(1) is Euler's constant with the other sign
            /// assert_eq!(autodiff::derivative(|x| x.gamma(), 1.0), -0.5772156649015329);
            /// ```
            gamma(x, order) { gamma::gamma(x, order) }

            /// ln |Γ(x)|. Feature `special`; the value is libm's.
            ///
            /// Its slope is [`digamma`](Self::digamma).
            ln_gamma(x, order) { gamma::ln_gamma(x, order) }

            /// The digamma function ψ(x) = (ln |Γ(x)|)'. Feature `special`.
            ///
            /// At its poles −1, −2, … it is NaN and its derivatives of odd order are +∞; at 0 the sign bit decides.
            digamma(x, order) { gamma::polygamma(0, x, order) }

            /// The trigamma function ψ'(x). Feature `special`.
            ///
            /// At its poles −1, −2, … it is +∞, and so are its derivatives of even order; at 0 the sign bit decides.
            trigamma(x, order) { gamma::polygamma(1, x, order) }

            /// The error function 2/√π ∫₀ˣ exp(−t²) dt. Feature `special`; the value is libm's.
            ///
            /// ```
            /// assert_eq!(autodiff::derivative(|x| x.erf(), 0.0), 2.0 / std::f64::consts::PI.sqrt());
            /// ```
            erf(x, order) { error_function::erf(x, order) }

            /// The complementary error function 1 − erf(x), with all its digits. Feature `special`; the value is libm's.
            erfc(x, order) { error_function::erfc(x, order) }

            /// The Bessel function J₀(x). Feature `special`; the value is libm's.
            ///
            /// ```
            /// use autodiff::Taylor;
            /// // 1 − x²/4 + x⁴/64 − …
            /// let y = Taylor::<f64, 4>::variable(0.0).bessel_j0();
            /// assert_eq!((y.re, y.coefficients), (1.0, [0.0, -0.25, 0.0, 1.0 / 64.0]));
            /// ```
            bessel_j0(x, order) { bessel::first_kind(0, x, order) }

            /// The Bessel function J₁(x). Feature `special`; the value is libm's.
            bessel_j1(x, order) { bessel::first_kind(1, x, order) }

            /// The Bessel function Jₙ(x) of an integer order. Feature `special`. Time and rounding grow with |n|.
            bessel_jn(x, order, n: i32) { bessel::first_kind(n, x, order) }

            /// The Bessel function Y₀(x) of the second kind, for x ≥ 0. Feature `special`; the value is libm's.
            bessel_y0(x, order) { bessel::second_kind(0, x, order) }

            /// The Bessel function Y₁(x) of the second kind, for x ≥ 0. Feature `special`; the value is libm's.
            bessel_y1(x, order) { bessel::second_kind(1, x, order) }

            /// The Bessel function Yₙ(x) of the second kind of an integer order, for x ≥ 0. Feature `special`; the value is libm's.
            /// Time and rounding grow with |n|.
            bessel_yn(x, order, n: i32) { bessel::second_kind(n, x, order) }
        }
    };
}
pub(crate) use special_functions;

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident($x:ident, $order:ident $(, $n:ident: $type:ty)?) $body:block)*) => {
        $(
            pub(crate) fn $name<P: Elementary>(x: P, $order: usize $(, $n: $type)?) -> Derivatives {
                let $x = x.to_f64();
                $body
            }
        )*
    };
}
special_functions!(define);

macro_rules! export_names {
    ($($(#[$doc:meta])* $name:ident($x:ident, $order:ident $(, $n:ident: $type:ty)?) $body:block)*) => {
        /// Hands the names of the special functions to another macro, each with its parameter if it has one: the tests loop over them.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! special_names {
            ($consumer:ident) => { $consumer! { $($name($($n: $type)?))* } };
        }
    };
}
special_functions!(export_names);

/// 1 for an even n, −1 for an odd one.
fn alternating(n: usize) -> f64 {
    if n.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// x y and what its rounding takes away (Veltkamp's splitting and Dekker's product), for factors far below the largest number.
fn exact_product(x: f64, y: f64) -> (f64, f64) {
    let split = |x: f64| {
        let c = 134_217_729.0 * x;
        let high = c - (c - x);
        (high, x - high)
    };
    let product = x * y;
    let ((a, b), (c, d)) = (split(x), split(y));
    (product, ((a * c - product) + a * d + b * c) + b * d)
}
