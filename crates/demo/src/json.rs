//! Numbers in JSON: the shortest decimal that reads back as the same number in its own precision.

use serde::{Serialize, Serializer};

/// A number with its precision. One that is not finite is the string "NaN", "Infinity" or "-Infinity".
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Real {
    /// In f32.
    Single(f32),
    /// In f64.
    Double(f64),
}

impl From<f32> for Real {
    fn from(value: f32) -> Self {
        Real::Single(value)
    }
}

impl From<f64> for Real {
    fn from(value: f64) -> Self {
        Real::Double(value)
    }
}

impl Real {
    /// The number in double precision.
    pub fn to_f64(self) -> f64 {
        match self {
            Real::Single(value) => value.into(),
            Real::Double(value) => value,
        }
    }
}

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Real::Single(value) if value.is_finite() => serializer.serialize_f32(value),
            Real::Double(value) if value.is_finite() => serializer.serialize_f64(value),
            other => serializer.serialize_str(match other.to_f64() {
                value if value.is_nan() => "NaN",
                value if value > 0.0 => "Infinity",
                _ => "-Infinity",
            }),
        }
    }
}

/// The shortest digits, with an exponent where there would be many zeros.
impl std::fmt::Display for Real {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.to_f64().abs();
        let plain = size == 0.0 || !size.is_finite() || (1e-5..1e16).contains(&size);
        match (self, plain) {
            (Real::Single(value), true) => write!(f, "{value}"),
            (Real::Double(value), true) => write!(f, "{value}"),
            (Real::Single(value), false) => write!(f, "{value:e}"),
            (Real::Double(value), false) => write!(f, "{value:e}"),
        }
    }
}

/// A value as indented JSON with a line end.
pub fn to_text(value: &impl Serialize) -> String {
    // only a map with keys that are not strings can fail, and none of ours has such
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_shortest_that_read_back() {
        for (number, json, text) in [
            (Real::Single(0.1), "0.1", "0.1"),
            (Real::Double(f64::from(0.1_f32)), "0.10000000149011612", "0.10000000149011612"),
            (Real::Double(3.0), "3.0", "3"),
            (Real::Double(1e-310), "1e-310", "1e-310"),
            (Real::Single(1.5e20), "1.5e+20", "1.5e20"),
            (Real::Double(-0.0), "-0.0", "-0"),
            (Real::Double(f64::NAN), "\"NaN\"", "NaN"),
            (Real::Single(f32::INFINITY), "\"Infinity\"", "inf"),
            (Real::Double(f64::NEG_INFINITY), "\"-Infinity\"", "-inf"),
        ] {
            assert_eq!(serde_json::to_string(&number).unwrap(), json);
            assert_eq!(number.to_string(), text);
        }
    }
}
