//! Level sets of a function of two variables, by marching squares.

/// Cells along each side.
const CELLS: usize = 120;
/// How many levels.
const LEVELS: usize = 12;

/// Pieces of the level sets of `f` within the limits. The levels part the grid's values into equal shares, so they show
/// its shape whatever its scale; where `f` is not finite there are none.
pub(super) fn level_sets(f: &dyn Fn([f64; 2]) -> f64, x: [f64; 2], y: [f64; 2]) -> Vec<[[f64; 2]; 2]> {
    let at = |[from, to]: [f64; 2], i: usize| from + (to - from) * i as f64 / CELLS as f64;
    let values: Vec<Vec<f64>> = (0..=CELLS).map(|j| (0..=CELLS).map(|i| f([at(x, i), at(y, j)])).collect()).collect();
    let mut sorted: Vec<f64> = values.iter().flatten().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut levels: Vec<f64> =
        (1..=LEVELS).filter_map(|k| sorted.get(sorted.len() * k / (LEVELS + 1)).copied()).collect();
    levels.dedup();
    let mut lines = Vec::new();
    for (j, i) in (0..CELLS).flat_map(|j| (0..CELLS).map(move |i| (j, i))) {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        let corner = corners.map(|(i, j)| ([at(x, i), at(y, j)], values[j][i]));
        if corner.iter().all(|(_, value)| value.is_finite()) {
            levels.iter().for_each(|&level| cell(&corner, level, &mut lines));
        }
    }
    lines
}

/// The pieces within a cell whose corners go around it: they join the edges that the level crosses.
fn cell(corner: &[([f64; 2], f64); 4], level: f64, lines: &mut Vec<[[f64; 2]; 2]>) {
    let mut crossings = Vec::new();
    for k in 0..4 {
        let ((a, fa), (b, fb)) = (corner[k], corner[(k + 1) % 4]);
        if (fa < level) != (fb < level) {
            let t = (level - fa) / (fb - fa);
            crossings.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
        }
    }
    match crossings[..] {
        [a, b] => lines.push([a, b]),
        // a saddle: the mean tells which corners belong together
        [a, b, c, d] => {
            let center = corner.iter().map(|(_, value)| value).sum::<f64>() / 4.0;
            let first_apart = (corner[0].1 < level) != (center < level);
            lines.extend(if first_apart { [[a, d], [b, c]] } else { [[a, b], [c, d]] });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_sets_of_a_distance_are_circles() {
        let lines = level_sets(&|[x, y]| x.hypot(y), [-1.0, 1.0], [-1.0, 1.0]);
        let radii = lines.iter().flatten().map(|[x, y]| x.hypot(*y));
        let mut radii: Vec<f64> = radii.collect();
        radii.sort_unstable_by(f64::total_cmp);
        // every point is on one of twelve circles
        radii.dedup_by(|a, b| (*a - *b).abs() < 1e-3);
        assert_eq!(radii.len(), LEVELS, "{radii:?}");
    }

    #[test]
    fn where_there_is_no_value_there_are_no_lines() {
        let lines = level_sets(&|[x, y]| x.ln() + y, [-1.0, 1.0], [-1.0, 1.0]);
        assert!(!lines.is_empty() && lines.iter().flatten().all(|[x, _]| *x > 0.0));
        assert!(level_sets(&|_| f64::NAN, [0.0, 1.0], [0.0, 1.0]).is_empty());
        assert!(level_sets(&|_| 1.0, [0.0, 1.0], [0.0, 1.0]).is_empty());
    }
}
