//! What ranges the parameters of methods may have.

use autodiff::{Elementary, Number};

use crate::error::Error;
use crate::problem::Entry;

/// A number that is positive, finite and not subnormal.
pub(crate) fn positive<T: Entry>(name: &'static str, number: T) -> Result<T, Error> {
    let value = number.value();
    if value > T::Precision::ZERO && Elementary::is_normal(value) {
        Ok(number)
    } else {
        Err(Error::NotPositive { name, value: value.to_f64() })
    }
}

/// A number that is 0, or positive, finite and not subnormal.
pub(crate) fn none_or_positive<T: Entry>(name: &'static str, number: T) -> Result<T, Error> {
    let number = not_negative(name, number)?;
    if number.value() == T::Precision::ZERO { Ok(number) } else { positive(name, number) }
}

/// A number that is finite and not negative.
pub(crate) fn not_negative<T: Entry>(name: &'static str, number: T) -> Result<T, Error> {
    let value = number.value();
    if value >= T::Precision::ZERO && Elementary::is_finite(value) {
        Ok(number)
    } else {
        Err(Error::Negative { name, value: value.to_f64() })
    }
}

/// A length, infinite where it has overflowed: neither negative nor NaN.
pub(crate) fn size<T: Entry>(name: &'static str, number: T) -> Result<(), Error> {
    let value = number.value();
    if value >= T::Precision::ZERO { Ok(()) } else { Err(Error::Negative { name, value: value.to_f64() }) }
}

/// A number that is finite.
pub(crate) fn finite<T: Entry>(name: &'static str, number: T) -> Result<T, Error> {
    let value = number.value();
    if Elementary::is_finite(value) { Ok(number) } else { Err(Error::NotFinite { name, value: value.to_f64() }) }
}

/// A number from 0 up to, but not including, 1.
pub(crate) fn fraction<T: Entry>(name: &'static str, number: T) -> Result<T, Error> {
    let value = number.value();
    if value >= T::Precision::ZERO && value < T::Precision::ONE {
        Ok(number)
    } else {
        Err(Error::NotFraction { name, value: value.to_f64() })
    }
}

/// A constant of a formula.
pub(crate) fn plain<T: Number>(value: f64) -> T {
    T::constant(T::Precision::of(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_may_be_infinite() {
        for (value, fits) in [
            (0.0, true),
            (-0.0, true),
            (5e-324, true),
            (f64::INFINITY, true),
            (-5e-324, false),
            (f64::NEG_INFINITY, false),
            (f64::NAN, false),
        ] {
            assert_eq!(size("radius", value).is_ok(), fits, "{value}");
        }
        assert_eq!(size("radius", -1.0), Err(Error::Negative { name: "radius", value: -1.0 }));
    }
}
