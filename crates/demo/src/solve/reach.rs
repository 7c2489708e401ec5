//! A search for x in place of an inverse that is not known: it fails where that would have no value.

use optimizers::nalgebra::DVector;
use optimizers::{Failure, Inverse, Inverted, Map, NumericInverse};

/// A search. Where it found no x that has the target its inversion did not converge; with `or_fail` that ends the run.
#[derive(Clone, Copy, Debug)]
pub struct Reaching {
    search: NumericInverse,
    or_fail: bool,
}

impl Reaching {
    /// By this search.
    pub fn new(search: NumericInverse) -> Self {
        Reaching { search, or_fail: false }
    }

    /// Ends the run where no x is found that has the target.
    #[must_use]
    pub fn or_fail(self, or_fail: bool) -> Self {
        Reaching { or_fail, ..self }
    }
}

impl Inverse<f64> for Reaching {
    fn invert(
        &self,
        physics: &dyn Map<f64>,
        target: &DVector<f64>,
        near: &DVector<f64>,
        iteration: usize,
    ) -> Result<Inverted<f64>, Failure> {
        let found = self.search.invert(physics, target, near, iteration)?;
        match &found.inversion {
            Some(inversion) if self.or_fail && inversion.missed.is_some() => {
                Err(Failure::NotInverted { iteration, message: inversion.reason() })
            }
            _ => Ok(found),
        }
    }
}
