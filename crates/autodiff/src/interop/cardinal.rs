//! sin x / x and sinh x / x with all their derivatives, which a quotient loses at 0.

use crate::elementary::Elementary;
use crate::rules::{MAX_ORDER, Rule};

/// f and its derivatives, two more than a nest asks for: those of the spherical Bessel functions.
pub(super) const LENGTH: usize = MAX_ORDER + 3;

/// f(x) = s(x)/x for s = sin or sinh, with f(0) = 1; `value` is f as plain floats have it.
///
/// x f = s gives x f⁽ᵐ⁾ + m f⁽ᵐ⁻¹⁾ = s⁽ᵐ⁾: upwards from f where m < |x|, and from far above, where f⁽ᵐ⁾ fades, downwards to
/// |x| (Miller's algorithm): each direction where it does not amplify.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cardinal<P> {
    pub(super) value: P,
    pub(super) hyperbolic: bool,
}

impl<P: Elementary> Cardinal<P> {
    pub(super) fn derivatives(&self, x: P) -> [P; LENGTH] {
        let cycle = if self.hyperbolic {
            [x.sinh(), x.cosh(), x.sinh(), x.cosh()]
        } else {
            [x.sin(), x.cos(), -x.sin(), -x.cos()]
        };
        let numerator = |m: usize| cycle[m % 4];
        // the orders below |x|
        let turn = (0..LENGTH).take_while(|&m| P::count(m) < x.abs()).count();
        if numerator(1) == P::INFINITY {
            return core::array::from_fn(|m| numerator(m) / x);
        }
        let mut f = [P::NAN; LENGTH];
        // at 0 it is found below
        f[0] = numerator(0) / x;
        for m in 1..turn {
            f[m] = (numerator(m) - P::count(m) * f[m - 1]) / x;
        }
        // |f⁽ᵐ⁾| is about |s⁽ᵐ⁾|/(m + 1), and each step down divides what is wrong by m/|x|
        let mut above = P::ZERO;
        for m in (turn + 1..=2 * LENGTH + 40).rev() {
            above = (numerator(m) - x * above) / P::count(m);
            if m <= LENGTH {
                f[m - 1] = above;
            }
        }
        f
    }
}

impl<P: Elementary> Rule<P> for Cardinal<P> {
    fn jet(&self, x: P) -> [P; 4] {
        let d = self.derivatives(x);
        [self.value, d[1], d[2], d[3]]
    }
    fn next(&self, x: P, n: usize, _: &[P]) -> P {
        self.derivatives(x)[n]
    }
}
