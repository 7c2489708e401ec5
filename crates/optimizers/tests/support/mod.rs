//! What several tests share.

use serde_json::Value;

/// A float as Python's `float.hex` writes it.
pub(crate) fn hexadecimal(text: &str) -> f64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (mantissa, exponent) = digits.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let integer = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap();
    let exponent = exponent.parse::<i32>().unwrap() - 4 * fraction.len() as i32;
    // in two steps, so that the power of two does not underflow before the product does
    sign * integer as f64 * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
}

/// A list of them.
pub(crate) fn hexadecimals(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|v| hexadecimal(v.as_str().unwrap())).collect()
}
