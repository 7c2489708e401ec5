//! Writes the generated part of `docs/optimizers.md`, below its mark, and `docs/profiles.svg`: each solver on each problem of Moré,
//! Garbow and Hillstrom beside scipy's.
//!
//! `cargo run --release -p optimizers --example solvers -- docs`

#[path = "../../tests/support/mgh.rs"]
mod mgh;
mod profiles;

use std::fmt::Write;
use std::path::Path;

use mgh::{Outcome, Row, SOLVERS, Solver, median, solved};

/// What stands above this line of the page is written by hand.
const MARK: &str = "<!-- Written by `just solvers` from here on. -->\n";

const SCALES: [f64; 3] = [1.0, 10.0, 100.0];

fn names<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let names: Vec<String> = rows.map(|row| format!("{} ×{}", row.problem, row.scale)).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn summary(tables: &[(&Solver, Vec<Row>)]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let cell = |row: &Row| row.ours.solved && row.theirs.solved;
    text += "| solver | solved | scipy's | solved | values, ours / scipy's: median | ×1 | ×10 | ×100 | lowest | highest | gradients: median |\n";
    text += "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (solver, rows) in tables {
        let [ours, theirs] = solved(rows);
        let values: fn(&Outcome) -> usize = |outcome| outcome.values;
        let at = |scale: f64| median(rows.iter().filter(|row| row.scale == scale), values);
        let ratios = rows.iter().filter(|row| cell(row)).map(|row| row.ours.values as f64 / row.theirs.values as f64);
        let [lowest, highest] = ratios.fold([f64::INFINITY, 0.0], |[a, b], r: f64| [a.min(r), b.max(r)]);
        let [one, ten, hundred] = SCALES.map(at);
        writeln!(
            text,
            "| {} | {ours} | {} | {theirs} | {:.2} | {one:.2} | {ten:.2} | {hundred:.2} | {lowest:.2} | {highest:.2} | {:.2} |",
            solver.name,
            solver.peer,
            median(rows.iter(), values),
            median(rows.iter(), |outcome| outcome.gradients),
        )?;
    }
    text += "\n![Performance profiles](profiles.svg)\n\n";
    text += "Performance profiles (Dolan, Moré, \"Benchmarking optimization software with performance profiles\", 2002): the share of \
             the cases that\na solver solves with at most τ times the values of the best of its panel.\n\n";
    text += "## Which cases\n\n| solver | solved by scipy's alone | solved here alone |\n| --- | --- | --- |\n";
    for (solver, rows) in tables {
        let theirs = names(rows.iter().filter(|row| row.theirs.solved && !row.ours.solved));
        let ours = names(rows.iter().filter(|row| row.ours.solved && !row.theirs.solved));
        writeln!(text, "| {} | {theirs} | {ours} |", solver.name)?;
    }
    Ok(text)
}

fn details(tables: &[(&Solver, Vec<Row>)]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for (solver, rows) in tables {
        write!(
            text,
            "\n## {} and scipy's {}\n\nL and values evaluated at the end; c converged, m all iterations made, f failed or \
             stopped by rounding, n not finite. ✓ where solved.\n\n| problem | start | ours | | scipy's | |\n| --- | --- | --- | --- | --- | --- |\n",
            solver.name, solver.peer
        )?;
        for row in rows {
            let cells = |outcome: &Outcome| {
                let mark = if outcome.solved { " ✓" } else { "" };
                format!("{:.5e} | {} {}{mark}", outcome.loss, outcome.values, outcome.end)
            };
            writeln!(text, "| {} | ×{} | {} | {} |", row.problem, row.scale, cells(&row.ours), cells(&row.theirs))?;
        }
    }
    Ok(text)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder takes optimizers.md and profiles.svg?")?;
    let page = Path::new(&folder).join("optimizers.md");
    let old = std::fs::read_to_string(&page)?;
    let (by_hand, _) = old.split_once(MARK).ok_or("optimizers.md has no mark")?;
    let file = mgh::file();
    let tables: Vec<(&Solver, Vec<Row>)> = SOLVERS.iter().map(|solver| (solver, solver.compare(&file))).collect();
    let text = format!("{by_hand}{MARK}\n{}{}", summary(&tables)?, details(&tables)?);
    std::fs::write(page, text)?;
    std::fs::write(Path::new(&folder).join("profiles.svg"), profiles::svg(&tables)?)?;
    Ok(())
}
