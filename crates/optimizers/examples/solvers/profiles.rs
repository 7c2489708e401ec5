//! Performance profiles as SVG.

use std::fmt::{Error, Write};

use crate::mgh::{Outcome, Row, Solver};

/// The evaluations of a run on each case; none where it is not solved.
type Cost = Vec<Option<f64>>;

struct Curve {
    name: String,
    cost: Cost,
    color: &'static str,
    dashed: bool,
}

const COLORS: [&str; 6] = ["#1f5fa8", "#c8501e", "#2b8a4b", "#8b3fa0", "#9a7400", "#444444"];
/// The τ of the right edge.
const MOST: f64 = 16.0;
/// A panel and the margins around its axes.
const WIDTH: f64 = 270.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 34.0;
const RIGHT: f64 = 14.0;
const BOTTOM: f64 = 36.0;
const COLUMNS: usize = 3;

fn cost<'a>(rows: &'a [Row], side: impl Fn(&'a Row) -> &'a Outcome) -> Cost {
    let one = |row| {
        let outcome = side(row);
        outcome.solved.then_some(outcome.values as f64)
    };
    rows.iter().map(one).collect()
}

/// ρ(τ): how the share of cases rises with log τ, as a polyline from the left edge to the right.
fn steps(curve: &Curve, best: &Cost) -> Vec<[f64; 2]> {
    let ratio = |(own, best): (&Option<f64>, &Option<f64>)| Some((*own)? / (*best)?);
    let mut ratios: Vec<f64> = curve.cost.iter().zip(best).filter_map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let count = curve.cost.len() as f64;
    let mut line = vec![[0.0, 0.0]];
    for (i, ratio) in ratios.iter().enumerate().filter(|(_, ratio)| **ratio <= MOST) {
        let along = ratio.log2() / MOST.log2();
        line.push([along, i as f64 / count]);
        line.push([along, (i + 1) as f64 / count]);
    }
    let last = line.last().map_or(0.0, |point| point[1]);
    line.push([1.0, last]);
    line
}

fn panel(text: &mut String, title: &str, curves: &[Curve], corner: [f64; 2]) -> Result<(), Error> {
    let least = |i: usize| curves.iter().filter_map(|curve| curve.cost[i]).reduce(f64::min);
    let best: Cost = (0..curves.first().map_or(0, |curve| curve.cost.len())).map(least).collect();
    let [x0, y0] = [corner[0] + LEFT, corner[1] + TOP];
    let [w, h] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
    writeln!(text, r#"<text x="{x0}" y="{}" font-weight="bold">{title}</text>"#, y0 - 10.0)?;
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let y = y0 + h * (1.0 - share);
        writeln!(text, r##"<path d="M{x0} {y:.1}h{w}" stroke="#ddd"/>"##)?;
        writeln!(text, r#"<text x="{}" y="{:.1}" text-anchor="end">{share}</text>"#, x0 - 5.0, y + 4.0)?;
    }
    for tau in [1.0, 2.0, 4.0, 8.0, 16.0_f64] {
        let x = x0 + w * tau.log2() / MOST.log2();
        writeln!(text, r##"<path d="M{x:.1} {y0}v{h}" stroke="#ddd"/>"##)?;
        writeln!(text, r#"<text x="{x:.1}" y="{}" text-anchor="middle">{tau}</text>"#, y0 + h + 15.0)?;
    }
    writeln!(text, r#"<text x="{}" y="{}" text-anchor="end">τ</text>"#, x0 + w, y0 + h + 28.0)?;
    let key = 14.0 * curves.len() as f64;
    let mut legend = format!(
        "<rect x=\"{}\" y=\"{}\" width=\"144\" height=\"{key}\" fill=\"white\" fill-opacity=\"0.8\"/>\n",
        x0 + w - 142.0,
        y0 + h - 4.0 - key
    );
    for (i, curve) in curves.iter().enumerate() {
        let points: Vec<String> = steps(curve, &best)
            .iter()
            .map(|[along, share]| format!("{:.1},{:.1}", x0 + w * along, y0 + h * (1.0 - share)))
            .collect();
        let dash = if curve.dashed { r#" stroke-dasharray="5 3""# } else { "" };
        let style = format!(r#"fill="none" stroke="{}" stroke-width="1.6"{dash}"#, curve.color);
        writeln!(text, r#"<polyline points="{}" {style}/>"#, points.join(" "))?;
        let y = y0 + h - 8.0 - 14.0 * (curves.len() - 1 - i) as f64;
        writeln!(legend, r#"<path d="M{} {}h22" {style}/>"#, x0 + w - 138.0, y - 4.0)?;
        writeln!(legend, r#"<text x="{}" y="{y}">{}</text>"#, x0 + w - 111.0, curve.name)?;
    }
    text.push_str(&legend);
    Ok(())
}

pub(crate) fn svg(tables: &[(&Solver, Vec<Row>)]) -> Result<String, Error> {
    let here = |name: &str, color| {
        let found = tables.iter().find(|(solver, _)| solver.name == name);
        let cost = found.map_or_else(Vec::new, |(_, rows)| cost(rows, |row| &row.ours));
        Curve { name: name.to_owned(), cost, color, dashed: false }
    };
    let scipys = |peer: &str| {
        let found = tables.iter().find(|(solver, _)| solver.peer == peer);
        let cost = found.map_or_else(Vec::new, |(_, rows)| cost(rows, |row| &row.theirs));
        Curve { name: format!("scipy {peer}"), cost, color: COLORS[1], dashed: true }
    };
    let pair = |name: &'static str, peer: &str| (name, vec![here(name, COLORS[0]), scipys(peer)]);
    let mut all: Vec<Curve> =
        ["Levenberg–Marquardt", "trust region", "damped Newton", "BFGS", "L-BFGS-B", "CG (Hager–Zhang)"]
            .into_iter()
            .zip(COLORS)
            .map(|(name, color)| here(name, color))
            .collect();
    all.iter_mut().for_each(|curve| curve.name = curve.name.replace("Levenberg–Marquardt", "Levenberg–M."));
    let panels = [
        pair("Levenberg–Marquardt", "lm"),
        pair("trust region", "trust-exact"),
        pair("trust region (Steihaug)", "trust-ncg"),
        pair("damped Newton", "trust-exact"),
        pair("BFGS", "BFGS"),
        pair("L-BFGS-B", "L-BFGS-B"),
        pair("CG (Polak–Ribière+)", "CG"),
        pair("CG (Hager–Zhang)", "CG"),
        ("those here beside one another", all),
    ];
    let [width, height] = [WIDTH * COLUMNS as f64, HEIGHT * panels.len().div_ceil(COLUMNS) as f64];
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (i, (title, mut curves)) in panels.into_iter().enumerate() {
        if curves.len() == 2 {
            curves[0].name = "here".to_owned();
        }
        let corner = [WIDTH * (i % COLUMNS) as f64, HEIGHT * (i / COLUMNS) as f64];
        panel(&mut text, title, &curves, corner)?;
    }
    text += "</svg>\n";
    Ok(text)
}
