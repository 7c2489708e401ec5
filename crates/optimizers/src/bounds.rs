//! Lower and upper bounds of variables.

use nalgebra::{DVector, RealField, convert, try_convert};

use crate::error::{Error, fits};

/// Bounds lᵢ ≤ xᵢ ≤ uᵢ; an infinite one is none.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        into = "Written<T>",
        try_from = "Written<T>",
        bound(
            serialize = "T: RealField + Copy + serde::Serialize",
            deserialize = "T: RealField + Copy + serde::de::DeserializeOwned"
        )
    )
)]
pub struct Bounds<T> {
    lower: Vec<T>,
    upper: Vec<T>,
}

/// Bounds as they are written: not every format has infinities.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Written<T> {
    lower: Vec<Option<T>>,
    upper: Vec<Option<T>>,
}

#[cfg(feature = "serde")]
impl<T: RealField + Copy> From<Bounds<T>> for Written<T> {
    fn from(bounds: Bounds<T>) -> Self {
        let n = bounds.dimension();
        Written { lower: (0..n).map(|i| bounds.lower(i)).collect(), upper: (0..n).map(|i| bounds.upper(i)).collect() }
    }
}

#[cfg(feature = "serde")]
impl<T: RealField + Copy> TryFrom<Written<T>> for Bounds<T> {
    type Error = Error;

    fn try_from(written: Written<T>) -> Result<Self, Error> {
        let infinity: T = T::one() / T::zero();
        let side = |side: Vec<Option<T>>, none| side.into_iter().map(|bound| bound.unwrap_or(none)).collect();
        Bounds::new(side(written.lower, -infinity), side(written.upper, infinity))
    }
}

impl<T: RealField + Copy> Bounds<T> {
    /// With one lower and one upper bound a variable.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the lengths differ, [`Error::BoundIsNan`] and [`Error::BoundsCross`] with the first index.
    pub fn new(lower: Vec<T>, upper: Vec<T>) -> Result<Self, Error> {
        fits("upper", upper.len(), lower.len())?;
        for (index, (&l, &u)) in lower.iter().zip(&upper).enumerate() {
            for (name, bound) in [("lower", l), ("upper", u)] {
                // only NaN differs from itself
                if bound.partial_cmp(&bound).is_none() {
                    return Err(Error::BoundIsNan { name, index });
                }
            }
            let wrong_infinity = !l.is_finite() && l > T::zero() || !u.is_finite() && u < T::zero();
            if l > u || wrong_infinity {
                return Err(Error::BoundsCross { index, lower: double(l), upper: double(u) });
            }
        }
        Ok(Bounds { lower, upper })
    }

    /// No bounds for `n` variables.
    pub fn none(n: usize) -> Self {
        let infinity: T = T::one() / T::zero();
        Bounds { lower: vec![-infinity; n], upper: vec![infinity; n] }
    }

    /// The number of variables.
    pub fn dimension(&self) -> usize {
        self.lower.len()
    }

    /// The lower bound of a variable, if it has one.
    pub fn lower(&self, i: usize) -> Option<T> {
        self.lower.get(i).copied().filter(|l| l.is_finite())
    }

    /// The upper bound of a variable, if it has one.
    pub fn upper(&self, i: usize) -> Option<T> {
        self.upper.get(i).copied().filter(|u| u.is_finite())
    }

    /// Whether a variable has a bound.
    pub fn constrains_any(&self) -> bool {
        (0..self.dimension()).any(|i| self.lower(i).is_some() || self.upper(i).is_some())
    }

    /// Whether every variable has both bounds.
    pub fn is_box(&self) -> bool {
        (0..self.dimension()).all(|i| self.lower(i).is_some() && self.upper(i).is_some())
    }

    /// The nearest point within the bounds.
    pub fn project(&self, x: &DVector<T>) -> DVector<T> {
        DVector::from_fn(x.len(), |i, _| self.clamp(i, x[i]))
    }

    /// The nearest value within the bounds of a variable; NaN has none, and stays.
    pub(crate) fn clamp(&self, i: usize, x: T) -> T {
        match (self.lower(i), self.upper(i)) {
            (Some(l), _) if x < l => l,
            (_, Some(u)) if x > u => u,
            _ => x,
        }
    }

    /// The projected gradient's largest component: how far x is from satisfying the first-order conditions.
    pub(crate) fn projected_gradient_norm(&self, x: &DVector<T>, gradient: &DVector<T>) -> T {
        let component = |i: usize| {
            let g = gradient[i];
            if g < T::zero() {
                self.upper(i).map_or(g, |u| g.max(x[i] - u))
            } else {
                self.lower(i).map_or(g, |l| g.min(x[i] - l))
            }
        };
        (0..x.len()).map(|i| component(i).abs()).fold(T::zero(), |a, b| a.max(b))
    }

    /// The largest step ≤ `most` along `direction` that stays within the bounds.
    pub(crate) fn largest_step(&self, x: &DVector<T>, direction: &DVector<T>, most: T) -> T {
        (0..x.len()).fold(most, |step, i| self.meets(i, x[i], direction[i], step).map_or(step, |(shorter, _)| shorter))
    }

    /// The step shorter than `most` with which variable `i`, from `x` along `d`, meets its bound, and that bound; none if it stays within.
    pub(crate) fn meets(&self, i: usize, x: T, d: T, most: T) -> Option<(T, T)> {
        let bound = if d < T::zero() { self.lower(i) } else { self.upper(i) };
        let bound = bound.filter(|_| d != T::zero())?;
        let room = bound - x;
        // a product of both could underflow
        let step = if room / d <= T::zero() {
            T::zero()
        } else if (d * most).abs() > room.abs() {
            room / d
        } else {
            return None;
        };
        (step < most).then_some((step, bound))
    }
}

/// A number as it is named in a message.
pub(crate) fn double<T: RealField + Copy>(value: T) -> f64 {
    try_convert(value).unwrap_or(f64::NAN)
}

/// A constant of a formula.
pub(crate) fn constant<T: RealField + Copy>(value: f64) -> T {
    convert(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NaN is on no side of a bound; infinity on one.
    #[test]
    fn the_nearest_value_within() {
        let infinity = f64::INFINITY;
        let bounds = Bounds::new(vec![-1.0, -infinity, 2.0], vec![3.0, 1.0, 2.0]).unwrap();
        for (x, wanted) in [
            ([0.5, 0.5, 0.5], [0.5, 0.5, 2.0]),
            ([-infinity, -infinity, -infinity], [-1.0, -infinity, 2.0]),
            ([infinity, infinity, infinity], [3.0, 1.0, 2.0]),
        ] {
            assert_eq!(bounds.project(&x.to_vec().into()).as_slice(), wanted);
        }
        assert!((0..3).all(|i| bounds.clamp(i, f64::NAN).is_nan()));
    }

    /// A step up to the nearest bound, or none where the point stands at it; the room may be too small for products.
    #[test]
    fn the_largest_step() {
        let infinity = f64::INFINITY;
        let bounds = Bounds::new(vec![-1.0, -infinity, 0.0], vec![3.0, 1.0, infinity]).unwrap();
        for (x, direction, wanted) in [
            ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0], 3.0),
            ([0.0, 0.0, 1.0], [-0.5, 0.0, 0.0], 2.0),
            ([0.0, 0.0, 1.0], [-0.5, 4.0, -2.0], 0.25),
            ([0.0, 0.0, 1.0], [-0.5, -4.0, -2.0], 0.5),
            ([0.0, 0.0, 1.0], [0.125, -1.0, 1.0], 10.0),
            ([3.0, 0.0, 1.0], [1.0, 0.0, 0.0], 0.0),
            ([3.0, 0.0, 1.0], [-1.0, 0.0, 0.0], 4.0),
            ([0.0, 0.0, 1e-200], [0.0, 0.0, -4e-200], 0.25),
        ] {
            let step = bounds.largest_step(&x.to_vec().into(), &direction.to_vec().into(), 10.0);
            assert_eq!(step, wanted, "{x:?} along {direction:?}");
        }
        // two bounds that are met at the same step but for its rounding: the first one's
        let (room, direction) = ([0.1814987910657947, 0.0690347556039843], [0.36828669773733935, 0.1400812755897589]);
        let bounds = Bounds::new(vec![-1.0; 2], room.to_vec()).unwrap();
        let step = bounds.largest_step(&vec![0.0; 2].into(), &direction.to_vec().into(), 10.0);
        assert_eq!(step, room[0] / direction[0]);
        assert!(step != room[1] / direction[1]);
    }
}
