//! The parameters that several methods share, each set by one function.

use autodiff::Elementary;

use super::{FirstOrder, UpdateRule};
use crate::error::Error;
use crate::problem::Entry;
use crate::range::{fraction, not_negative};

/// The rate β of an exponential mean, 0 ≤ β < 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decay<T> {
    rate: T,
    complement: T,
}

impl<T: Entry> Decay<T> {
    /// With the rate β.
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ β < 1.
    pub fn new(name: &'static str, rate: T) -> Result<Self, Error> {
        let rate = fraction(name, rate)?;
        Ok(Decay { rate, complement: T::one() - rate })
    }

    /// A default. 1 − β is rounded from double precision, as optax has it.
    pub(super) fn default_of(rate: f64) -> Self {
        let number = |value| T::constant(T::Precision::of(value));
        Decay { rate: number(rate), complement: number(1.0 - rate) }
    }

    /// β
    pub fn rate(self) -> T {
        self.rate
    }

    /// 1 − β
    pub fn complement(self) -> T {
        self.complement
    }

    /// β mean + (1 − β) new
    #[inline]
    pub fn mean(self, mean: T, new: T) -> T {
        self.complement * new + self.rate * mean
    }

    /// 1 − βᵗ: what a mean over t terms that began at zero is to be divided by.
    #[inline]
    pub fn correction(self, t: usize) -> T {
        T::one() - self.rate.powf(T::Precision::count(t))
    }
}

/// A method with the decay rates β₁ and β₂.
pub trait Betas<T> {
    /// β₁ and β₂.
    fn betas(&mut self) -> [&mut Decay<T>; 2];
}

/// A method with an ε that keeps denominators from zero.
pub trait Epsilon<T> {
    /// ε.
    fn epsilon(&mut self) -> &mut T;
}

/// A method with a second ε, inside the square root.
pub trait EpsilonInRoot<T> {
    /// ε̄.
    fn epsilon_in_root(&mut self) -> &mut T;
}

/// A method with weight decay λ.
pub trait WeightDecay<T> {
    /// λ.
    fn weight_decay(&mut self) -> &mut T;
}

impl<T: Entry, R: UpdateRule<T> + Betas<T>> FirstOrder<T, R> {
    /// β₁.
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ β₁ < 1.
    pub fn beta1(mut self, beta1: T) -> Result<Self, Error> {
        let [place, _] = self.rule.betas();
        *place = Decay::new("beta1", beta1)?;
        Ok(self)
    }

    /// β₂.
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ β₂ < 1.
    pub fn beta2(mut self, beta2: T) -> Result<Self, Error> {
        let [_, place] = self.rule.betas();
        *place = Decay::new("beta2", beta2)?;
        Ok(self)
    }
}

impl<T: Entry, R: UpdateRule<T> + Epsilon<T>> FirstOrder<T, R> {
    /// ε. With 0, a variable whose gradients are all zero divides zero by zero, unless the method says otherwise.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn eps(mut self, eps: T) -> Result<Self, Error> {
        *self.rule.epsilon() = not_negative("eps", eps)?;
        Ok(self)
    }
}

impl<T: Entry, R: UpdateRule<T> + EpsilonInRoot<T>> FirstOrder<T, R> {
    /// ε̄, added within the square root.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn eps_root(mut self, eps_root: T) -> Result<Self, Error> {
        *self.rule.epsilon_in_root() = not_negative("eps_root", eps_root)?;
        Ok(self)
    }
}

impl<T: Entry, R: UpdateRule<T> + WeightDecay<T>> FirstOrder<T, R> {
    /// λ.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn weight_decay(mut self, weight_decay: T) -> Result<Self, Error> {
        *self.rule.weight_decay() = not_negative("weight_decay", weight_decay)?;
        Ok(self)
    }
}
