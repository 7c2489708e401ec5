//! Limits, ticks and their labels, as matplotlib chooses them (3.11: `MaxNLocator`, `ScalarFormatter`, margins of 5 %).

/// The limits of an axis for data: 5 % more on both sides, and some width where all data are the same.
pub(super) fn limits(data: impl Iterator<Item = f64>) -> [f64; 2] {
    let (low, high) = data.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    if low > high {
        return [0.0, 1.0];
    }
    const EXPANDER: f64 = 0.05;
    let (low, high) = if high - low > low.abs().max(high.abs()) * 1e-15 {
        (low, high)
    } else if low == 0.0 && high == 0.0 {
        (-EXPANDER, EXPANDER)
    } else {
        (low - EXPANDER * low.abs(), high + EXPANDER * high.abs())
    };
    let margin = 0.05 * (high - low);
    [low - margin, high + margin]
}

/// The ticks within the limits, at multiples of 1, 2, 2.5 or 5 times a power of ten, `bins` intervals at most.
pub(super) fn ticks([low, high]: [f64; 2], bins: usize) -> Vec<f64> {
    const STEPS: [f64; 10] = [0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0];
    const FEWEST: usize = 2;
    let bins = bins.clamp(1, 9) as f64;
    let (width, mean) = (high - low, (high + low) / 2.0);
    let offset = if mean.abs() / width < 100.0 { 0.0 } else { 10f64.powf(mean.abs().log10().floor()).copysign(mean) };
    let scale = 10f64.powf((width / bins).log10().floor());
    let (from, to) = (low - offset, high - offset);
    let first = STEPS.iter().position(|step| step * scale >= width / bins).unwrap_or(STEPS.len() - 1);
    let mut ticks = Vec::new();
    for step in STEPS[..=first].iter().rev().map(|step| step * scale) {
        let best = (from / step).floor() * step;
        let (begin, end) = (below(from - best, step, offset), above(to - best, step, offset));
        ticks = (begin as i64..=end as i64).map(|n| n as f64 * step + best).collect();
        ticks.retain(|tick| (from..=to).contains(tick));
        if ticks.len() >= FEWEST {
            break;
        }
    }
    ticks.iter().map(|tick| tick + offset).collect()
}

/// How near a multiple counts as met: less near where the offset eats digits.
fn tolerance(step: f64, offset: f64) -> f64 {
    if offset == 0.0 { 1e-10 } else { 10f64.powf((offset.abs() / step).log10() - 12.0).clamp(1e-10, 0.4999) }
}

/// The largest n with n·step ≤ x.
fn below(x: f64, step: f64, offset: f64) -> f64 {
    let (n, rest) = ((x / step).floor(), x.rem_euclid(step));
    if (rest / step - 1.0).abs() < tolerance(step, offset) { n + 1.0 } else { n }
}

/// The smallest n with n·step ≥ x.
fn above(x: f64, step: f64, offset: f64) -> f64 {
    let (n, rest) = ((x / step).floor(), x.rem_euclid(step));
    if (rest / step).abs() < tolerance(step, offset) { n } else { n + 1.0 }
}

/// Labels, and what all of them have in common (such as `1e6`), which stands at the axis's end.
pub(super) fn labels(ticks: &[f64], [low, high]: [f64; 2]) -> (Vec<String>, String) {
    let offset = common_offset(ticks);
    let size = |x: f64| if x == 0.0 { 0.0 } else { x.abs().log10().floor() };
    let largest = ticks.iter().fold(0.0_f64, |m, tick| m.max(tick.abs()));
    let power = if offset != 0.0 { size(high - low) } else { size(largest) };
    let power = if power <= -5.0 || power >= 6.0 { power } else { 0.0 };
    let scaled: Vec<f64> = ticks.iter().map(|tick| (tick - offset) / 10f64.powf(power)).collect();
    let range = match (scaled.first(), scaled.last()) {
        (Some(a), Some(b)) if a != b => b - a,
        (Some(&a), _) if a != 0.0 => a.abs(),
        _ => 1.0,
    };
    // as many decimals as tell all ticks to a thousandth of their range
    let threshold = 1e-3 * 10f64.powf(size(range));
    let exact = |decimals: usize| {
        let unit = 10f64.powi(decimals as i32);
        scaled.iter().all(|x| (x - (x * unit).round() / unit).abs() < threshold)
    };
    let most = (3.0 - size(range)).max(0.0) as usize;
    let decimals = (0..=most).find(|&decimals| (decimals..=most).all(exact)).unwrap_or(most + 1);
    let label = |&x: &f64| minus(&format!("{:.decimals$}", if x.abs() < 1e-8 { 0.0 } else { x }));
    let factor = if power == 0.0 { String::new() } else { format!("1e{power}") };
    let shift = if offset == 0.0 {
        String::new()
    } else {
        // without the last digits, which rounding has made
        let short = format!("{offset:.10e}").parse().unwrap_or(offset);
        format!("{}{short:e}", if offset < 0.0 { "" } else { "+" })
    };
    (scaled.iter().map(label).collect(), minus(&(factor + &shift)))
}

/// With the sign for minus in place of hyphens.
fn minus(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

/// The leading digits that all ticks share, if they are four at least.
fn common_offset(ticks: &[f64]) -> f64 {
    let (low, high) = ticks.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
    if ticks.is_empty() || low == high || low <= 0.0 && 0.0 <= high {
        return 0.0;
    }
    let (small, large) = (low.abs().min(high.abs()), low.abs().max(high.abs()));
    let digits = |x: f64, power: f64| (x / 10f64.powf(power)).floor();
    let from = large.log10().ceil();
    let powers = || (0..40).map(move |n| from - f64::from(n));
    let Some(mut power) = powers().find(|&p| digits(small, p) != digits(large, p)).map(|p| p + 1.0) else { return 0.0 };
    if (large - small) / 10f64.powf(power) <= 1e-2 {
        let apart = powers().find(|&p| digits(large, p) - digits(small, p) > 1.0);
        power = apart.map_or(power, |p| p + 1.0);
    }
    if digits(large, power) >= 1e3 { digits(large, power) * 10f64.powf(power) * low.signum() } else { 0.0 }
}

/// Ticks at powers of ten, for limits that are logarithms.
pub(super) fn decades([low, high]: [f64; 2], bins: usize) -> (Vec<f64>, Vec<String>) {
    let (first, last) = (low.ceil() as i64, high.floor() as i64);
    let stride = ((last - first) / bins.max(1) as i64 + 1).max(1) as usize;
    let powers: Vec<i64> = (first..=last).step_by(stride).collect();
    (powers.iter().map(|&p| p as f64).collect(), powers.iter().map(|p| minus(&format!("1e{p}"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with matplotlib 3.11: `MaxNLocator('auto', steps=[1, 2, 2.5, 5, 10])` and `ScalarFormatter`.
    #[test]
    fn ticks_and_labels_are_those_of_matplotlib() {
        let references: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/figures/ticks.json")).unwrap();
        for row in references.as_array().unwrap() {
            let numbers =
                |key: &str| -> Vec<f64> { row[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect() };
            let data = numbers("data");
            let limits = limits(data.into_iter());
            assert_eq!(limits.to_vec(), numbers("limits"), "{row}");
            let ours = ticks(limits, row["bins"].as_u64().unwrap() as usize);
            let expected = numbers("ticks");
            assert_eq!(ours.len(), expected.len(), "{ours:?} {row}");
            for (a, b) in ours.iter().zip(&expected) {
                assert!((a - b).abs() <= 1e-12 * (limits[1] - limits[0]) + 1e-15 * b.abs(), "{ours:?} {row}");
            }
            let (text, common) = labels(&ours, limits);
            assert_eq!(serde_json::to_value(text).unwrap(), row["labels"], "{row}");
            assert_eq!(common, row["common"].as_str().unwrap(), "{row}");
        }
    }

    #[test]
    fn decades_fit() {
        assert_eq!(decades([-3.2, 2.1], 9).1, ["1e\u{2212}3", "1e\u{2212}2", "1e\u{2212}1", "1e0", "1e1", "1e2"]);
        assert!(decades([-300.0, 2.1], 9).0.len() <= 10);
    }
}
