//! Whether a search for x has reached its target: a search may end well where y is nearest to a target that no x has.

use optimizers::nalgebra::DVector;
use optimizers::{Error, Failure, Inverse, Inverted, LeastSquaresInverse, Map, NumericInverse};

use crate::json::Real;

/// A search that looks where it has ended. Where it found no x that has the target its inversion did not converge; with `or_fail`
/// that ends the run.
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

    /// An x near `near` with y(x) = `target`; whether none is found.
    ///
    /// # Errors
    ///
    /// [`Error`] as of [`NumericInverse::find`].
    pub fn find(
        &self,
        physics: &dyn Map<f64>,
        target: &DVector<f64>,
        near: &DVector<f64>,
    ) -> Result<(Inverted<f64>, bool), Error> {
        let mut found = self.search.find(physics, target, near)?;
        let missed = looked_at(physics, target, &mut found)?;
        Ok((found, missed))
    }
}

/// Says in the inversion if it has not reached the target; whether that is so.
fn looked_at(physics: &dyn Map<f64>, target: &DVector<f64>, found: &mut Inverted<f64>) -> Result<bool, Error> {
    let Some(inversion) = &mut found.inversion else { return Ok(false) };
    let Some((component, y)) = missed(physics, target, &found.x)? else { return Ok(false) };
    let [y, wanted] = [y, target[component]].map(Real::from);
    let nearest = format!("component {component} of the nearest y is {y}, not {wanted}");
    inversion.message = if inversion.converged {
        let target: Vec<String> = target.iter().map(|&t| Real::from(t).to_string()).collect();
        format!("no x nearby has y = [{}]: {nearest}", target.join(", "))
    } else {
        format!("{}; {nearest}", inversion.message)
    };
    inversion.converged = false;
    Ok(true)
}

/// The component of y(x) that is farthest from the target and its value, if the target is not reached: it is not met to a
/// millionth, |yᵢ − tᵢ| > 1e-6 (Σⱼ |∂yᵢ/∂xⱼ xⱼ| + |tᵢ|), and Levenberg–Marquardt does not come a
/// thousand times as near from there.
fn missed(physics: &dyn Map<f64>, target: &DVector<f64>, x: &DVector<f64>) -> Result<Option<(usize, f64)>, Error> {
    const NEAR: f64 = 1e-6;
    let (y, jacobian) = physics.value_and_jacobian(x);
    let distance = |i: usize| (y[i] - target[i]).abs();
    let size = |i: usize| jacobian.row(i).iter().zip(x).map(|(d, x)| (d * x).abs()).sum::<f64>() + target[i].abs();
    if (0..y.len()).all(|i| distance(i) <= NEAR * size(i)) || !y.iter().all(|y| y.is_finite()) {
        return Ok(None);
    }
    let nearer = LeastSquaresInverse::new().find(physics, target, x)?.inversion.map_or(f64::NAN, |i| i.residual);
    let here: f64 = (0..y.len()).map(|i| distance(i).powi(2)).sum();
    if nearer <= here * NEAR {
        return Ok(None);
    }
    Ok((0..y.len()).max_by(|&i, &j| distance(i).total_cmp(&distance(j))).map(|i| (i, y[i])))
}

impl Inverse<f64> for Reaching {
    fn invert(
        &self,
        physics: &dyn Map<f64>,
        target: &DVector<f64>,
        near: &DVector<f64>,
        iteration: usize,
    ) -> Result<Inverted<f64>, Failure> {
        let mut found = self.search.invert(physics, target, near, iteration)?;
        let missed = looked_at(physics, target, &mut found).map_err(|error| Failure::Refused { error, iteration })?;
        match &found.inversion {
            Some(inversion) if missed && self.or_fail => {
                Err(Failure::NotInverted { iteration, message: inversion.message.clone() })
            }
            _ => Ok(found),
        }
    }
}
