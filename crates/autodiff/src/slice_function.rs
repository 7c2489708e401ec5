//! Functions of any number of variables, written once for every number type.

use alloc::vec;
use alloc::vec::Vec;

use crate::drivers::chunks;
use crate::number::{Float, Ordered};
use crate::reverse;
use crate::{Dual, HyperDual, LengthError};

// What is quickest depends on the function and on the registers; the figures behind these constants are those of
// `cargo run --release -p benches --bin crossovers`, and stand in docs/performance.md.

/// How many doubles a vector register holds.
const LANES: usize = if cfg!(target_feature = "avx512f") {
    8
} else if cfg!(target_feature = "avx") {
    4
} else {
    2
};

/// The most variables that move in one pass: of more partials a number no longer fits the registers, and a reverse sweep is quicker than
/// two passes.
const WIDEST: usize = if LANES > 2 { 32 } else { 24 };

/// The same of a Hessian times a vector.
const WIDEST_ALONG: usize = 8;

/// Up to so many variables, four passes for a gradient, derivatives are computed forward where a sweep's may not stay: a slope may have lost digits,
/// or an infinity was met that forward a zero keeps away. Of more, that would take too long.
pub(crate) const FORWARD_TO: usize = 4 * WIDEST;

/// Up to so many variables one pass of hyper-dual numbers is quicker than reverse sweeps that are differentiated forward.
pub(crate) const HYPER_DUAL_TO: usize = 12;

/// The width of the passes for n variables: as few passes as possible, all of about the same width, which is a multiple of
/// four beyond the smallest; in registers of eight the widest is better than one between 16 and it.
fn width(n: usize) -> usize {
    let even = n.max(1).div_ceil(n.div_ceil(WIDEST).max(1));
    match even {
        0..=2 => even,
        17.. if LANES == 8 => WIDEST,
        _ => even.next_multiple_of(4),
    }
}

/// Runs a body with the constant `W` for the number of variables in a pass: the first of those listed, ascending, that is
/// large enough, else the last.
macro_rules! with_width {
    ($width:expr, $W:ident of $($listed:literal)* or $widest:ident => $body:expr) => {
        match $width {
            $(..=$listed => { const $W: usize = $listed; $body })*
            _ => { const $W: usize = $widest; $body }
        }
    };
    ($n:expr, $W:ident => $body:expr) => {
        with_width!(width($n), $W of 1 2 4 8 12 16 20 or WIDEST => $body)
    };
}

/// The Hessian by one pass, on numbers of at least as many variables as there are.
fn hessian_by_one_pass<F: Float, const W: usize>(
    x: &[F],
    f: impl FnOnce(&[HyperDual<F, W>]) -> HyperDual<F, W>,
) -> Vec<Vec<F>> {
    let numbers: Vec<_> = x.iter().enumerate().map(|(i, x)| HyperDual::variable(*x, i)).collect();
    let h = f(&numbers).hessian();
    h.iter().take(x.len()).map(|row| row[..x.len()].to_vec()).collect()
}

/// A function of any number of variables that computes with any number type of precision `F`, and returns one number.
///
/// As it is not bound to one number type, it chooses how it is differentiated: by one forward pass for a few variables, by a reverse sweep for
/// many. Of up to 96 variables, in a build with AVX 128, the derivatives are computed again by forward passes where an operation's slope may
/// have lost digits on the tape (1/x² where −2/x³ does not fit the floats), or one is NaN beside a value that is not; of any number, where the record
/// does not fit the memory. That takes more calls of the function: ⌈n/24⌉ for a gradient (with AVX ⌈n/32⌉), ⌈n/8⌉ for a product with the Hessian, one for
/// each pair of blocks of four variables for a Hessian. [`function!`](crate::function) writes the implementation:
///
/// ```
/// use autodiff::{SliceFn, function};
///
/// function! { fn sum_of_squares(x: []) { x.iter().map(|&x| x * x).sum() } }
///
/// let x = [1.0, 2.0, 3.0];
/// assert_eq!(sum_of_squares.at(&x), 14.0);
/// assert_eq!(sum_of_squares.gradient(&x), [2.0, 4.0, 6.0]);
/// assert_eq!(sum_of_squares.hessian(&x)[2], [0.0, 0.0, 2.0]);
/// let long = vec![1.0_f32; 10_000];
/// assert_eq!(sum_of_squares.gradient(&long)[9_999], 2.0);
/// ```
pub trait SliceFn<F: Float = f64>: Sized {
    /// The function.
    fn call<T: Ordered<F>>(&self, x: &[T]) -> T;

    /// The value at a point of plain floats. One call of the function.
    fn at(&self, x: &[F]) -> F {
        self.call(x)
    }

    /// The gradient ∂f/∂xᵢ. One call of the function, and a reverse sweep if there are more than 24 variables, in a build with AVX 32; more calls
    /// where that does not serve ([`SliceFn`]).
    fn gradient(&self, x: &[F]) -> Vec<F> {
        self.value_and_gradient(x).1
    }

    /// The value and the gradient ∂f/∂xᵢ. Calls as [`gradient`](SliceFn::gradient).
    fn value_and_gradient(&self, x: &[F]) -> (F, Vec<F>) {
        let mut gradient = vec![F::ZERO; x.len()];
        if x.len() > WIDEST
            && let Ok((value, exact)) = reverse::swept_gradient(|x| self.call(x), x, &mut gradient)
            && (exact || x.len() > FORWARD_TO)
        {
            return (value, gradient);
        }
        let value =
            with_width!(x.len(), W => chunks::gradient::<F, W>(x, &mut Vec::new(), &mut gradient, |x| self.call(x)));
        (value, gradient)
    }

    /// The Hessian ∂²f/∂xᵢ∂xⱼ. Up to 12 variables one call of the function on hyper-dual numbers, for more ⌈n/8⌉ calls
    /// and reverse sweeps that are differentiated forward, 8 columns at a time.
    fn hessian(&self, x: &[F]) -> Vec<Vec<F>> {
        if x.len() <= HYPER_DUAL_TO {
            return with_width!(
                x.len(), W of 1 2 4 8 10 or HYPER_DUAL_TO => hessian_by_one_pass::<F, W>(x, |x| self.call(x))
            );
        }
        let may_go_forward = x.len() <= FORWARD_TO;
        match reverse::swept_hessian(|x| self.call(x), x, may_go_forward) {
            Ok((h, exact)) if exact || !may_go_forward => h,
            _ => crate::hessian(|x: &[_]| self.call(x), x),
        }
    }

    /// The Hessian times v. One call of the function, and a reverse sweep if there are more than 8 variables; more calls where that does not
    /// serve ([`SliceFn`]).
    ///
    /// # Errors
    /// If v has another length than x.
    fn hvp(&self, x: &[F], v: &[F]) -> Result<Vec<F>, LengthError> {
        LengthError::check("the direction v", v.len(), x.len())?;
        if x.len() > WIDEST_ALONG
            && let Ok((product, exact)) = reverse::swept_product(|x| self.call(x), x, v)
            && (exact || x.len() > FORWARD_TO)
        {
            return Ok(product);
        }
        crate::hvp(|x: &[_]| self.call(x), x, v)
    }
}

/// A function of any number of variables that computes with any number type of precision `F`, and returns any number of
/// numbers.
///
/// ```
/// use autodiff::{SliceMap, function};
///
/// function! { fn differences(x: []) -> [] { x.windows(2).map(|x| x[1] - x[0]).collect() } }
///
/// assert_eq!(differences.jacobian(&[1.0, 4.0, 9.0]), [[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]]);
/// ```
pub trait SliceMap<F: Float = f64>: Sized {
    /// The function.
    fn call<T: Ordered<F>>(&self, x: &[T]) -> Vec<T>;

    /// The values at a point of plain floats. One call of the function.
    fn at(&self, x: &[F]) -> Vec<F> {
        self.call(x)
    }

    /// The Jacobian ∂fᵢ/∂xⱼ, a row an output. ⌈n/24⌉ calls of the function for n variables, ⌈n/32⌉ in a
    /// build with AVX.
    fn jacobian(&self, x: &[F]) -> Vec<Vec<F>> {
        self.value_and_jacobian(x).1
    }

    /// The values and the Jacobian. ⌈n/24⌉ calls of the function for n variables, ⌈n/32⌉ in a
    /// build with AVX.
    #[allow(clippy::type_complexity, reason = "values and rows, as the documentation says")]
    fn value_and_jacobian(&self, x: &[F]) -> (Vec<F>, Vec<Vec<F>>) {
        with_width!(x.len(), W => chunks::jacobian::<F, Vec<Dual<F, W>>, W>(x, |x| self.call(x)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest of 1, 2, 4, 8, … with which the passes are as few as with the widest.
    #[test]
    fn passes_are_few_and_no_wider_than_they_must_be() {
        let widths = || [1, 2].into_iter().chain((4..=WIDEST).step_by(4));
        for n in 1_usize..300 {
            let passes = n.div_ceil(WIDEST);
            let smallest = widths().find(|width| n.div_ceil(*width) == passes).unwrap();
            let want = if LANES == 8 && smallest > 16 { WIDEST } else { smallest };
            assert_eq!(width(n), want, "{n} variables");
        }
        assert_eq!(width(0), 1);
    }
}
