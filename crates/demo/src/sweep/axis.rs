//! Numbers in a row, as they are typed: `0.1`, `-3:3:61`, `0.001:1:7:log`.

use crate::commands::Refusal;
use crate::json::Real;

/// Evenly spaced numbers, in their logarithms if that is said. One that is alone is `low`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The first.
    pub low: f64,
    /// The last.
    pub high: f64,
    /// How many; none was said of a range that is sampled.
    pub count: Option<u64>,
    logarithmic: bool,
}

impl Axis {
    /// From what is typed; `name` is whose numbers they are.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of what is no number, no range, or has no count that is needed.
    pub fn new(name: &str, text: &str, sampled: bool) -> Result<Self, Refusal> {
        let text = text.trim();
        let wanted = if sampled { "a number or LOW:HIGH" } else { "a number or LOW:HIGH:COUNT" };
        let refused = |why: &str| -> Refusal { format!("{name} is '{text}': {why}").into() };
        let number = |part: &str| match part.trim().parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(x),
            Ok(x) => Err(refused(&format!("{} is not finite", Real::from(x)))),
            Err(_) => Err(refused(&format!("{wanted} is needed"))),
        };
        let (text, logarithmic) = match text.strip_suffix(":log") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let parts: Vec<&str> = text.split(':').collect();
        let (low, high, count) = match parts[..] {
            [low] if !logarithmic => {
                return Ok(Axis { low: number(low)?, high: number(low)?, count: Some(1), logarithmic });
            }
            [low, high] if sampled && !logarithmic => (number(low)?, number(high)?, None),
            [low, high, count] if !sampled => match count.trim().parse() {
                Ok(count @ 2..) => (number(low)?, number(high)?, Some(count)),
                _ => return Err(refused("the count of a range is a whole number from 2 up")),
            },
            _ => return Err(refused(&format!("{wanted} is needed"))),
        };
        if low >= high || !(high - low).is_finite() {
            return Err(refused(
                "a range goes from a smaller number to a larger one, not farther than a float reaches",
            ));
        }
        if logarithmic && low <= 0.0 {
            return Err(refused("a logarithmic range is of positive numbers"));
        }
        Ok(Axis { low, high, count, logarithmic })
    }

    /// Whether it is a range.
    pub fn is_range(&self) -> bool {
        self.count != Some(1)
    }

    /// Whether it is evenly spaced in logarithms.
    pub fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// How many numbers.
    pub fn count(&self) -> u64 {
        self.count.unwrap_or(1)
    }

    /// The i-th number, as numpy's `linspace` and `geomspace` have it.
    pub fn at(&self, i: u64) -> f64 {
        let last = self.count().saturating_sub(1);
        match i {
            0 => self.low,
            i if i >= last => self.high,
            i if self.logarithmic => {
                let (low, high) = (self.low.log10(), self.high.log10());
                10f64.powf(low + i as f64 * ((high - low) / last as f64))
            }
            i => self.low + i as f64 * ((self.high - self.low) / last as f64),
        }
    }

    /// The number at a share of the way, from 0 to 1.
    pub fn within(&self, share: f64) -> f64 {
        if self.is_range() { self.low + share * (self.high - self.low) } else { self.low }
    }
}

/// The numbers of several axes, one after another: `0.01,0.1:1:10`.
#[derive(Clone, Debug, PartialEq)]
pub struct Values(pub Vec<Axis>);

impl Values {
    /// From what is typed.
    ///
    /// # Errors
    ///
    /// [`Refusal`] as of [`Axis::new`], with the place.
    pub fn new(name: &str, text: &str) -> Result<Self, Refusal> {
        let axis = |(i, part): (usize, &str)| Axis::new(&format!("{name}[{i}]"), part, false);
        Ok(Values(text.split(',').enumerate().map(axis).collect::<Result<_, _>>()?))
    }

    /// How many; `None` if that is beyond counting.
    pub fn count(&self) -> Option<u64> {
        self.0.iter().try_fold(0_u64, |sum, axis| sum.checked_add(axis.count()))
    }

    /// The i-th number.
    pub fn at(&self, mut i: u64) -> f64 {
        for axis in &self.0 {
            if i < axis.count() {
                return axis.at(i);
            }
            i -= axis.count();
        }
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<f64> {
        let values = Values::new("step", text).unwrap();
        (0..values.count().unwrap()).map(|i| values.at(i)).collect()
    }

    #[test]
    fn ranges_are_those_of_numpy() {
        assert_eq!(all("0.5"), [0.5]);
        assert_eq!(all("-1:1:5, 7"), [-1.0, -0.5, 0.0, 0.5, 1.0, 7.0]);
        // numpy.linspace(0, 0.3, 4), whose third number is 0.1 + 0.1
        assert_eq!(all("0:0.3:4"), [0.0, 0.3 / 3.0, 2.0 * (0.3 / 3.0), 0.3]);
        // numpy.geomspace(1e-3, 1, 4)
        assert_eq!(all("1e-3:1:4:log"), [1e-3, 1e-2, 1e-1, 1.0]);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "x", "1:2", "1:2:1", "1:2:0", "1:2:-3", "1:2:1.5", "2:1:3", "1:1:3", "1:2:3:4", "1:2:3:lin"] {
            assert!(Axis::new("a", text, false).is_err(), "{text}");
        }
        for text in [
            "nan",
            "inf",
            "0:inf:3",
            "-1e308:1e308:3",
            "0:1:3:log",
            "-1:1:3:log",
            "1:log",
            ":log",
            "1:2:99999999999999999999",
        ] {
            assert!(Axis::new("a", text, false).is_err(), "{text}");
        }
        assert!(Axis::new("a", "1:2:3", true).is_err() && Axis::new("a", "1:2", true).is_ok());
    }
}
