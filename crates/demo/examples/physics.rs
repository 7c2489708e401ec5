// What the methods that know the process do on the notebook's problem: the tables of docs/physics.md on standard
// output, and its figures into the folder that is named, `docs/figures`.

use std::error::Error;
use std::fmt::Write;

use demo::figures::{Chart, Scene, Series, marker, palette, svg};
use demo::notebook::{inverse_physics, loss, physics, problem};
use optimizers::nalgebra::DVector;
use optimizers::*;

const START: [f64; 2] = [3.0, 3.0];
const STEPS: usize = 10;
/// Behind a first stage.
const MORE_STEPS: usize = 40;

autodiff::function! {
    // the notebook's process with x1 in another unit: x1 = s ξ
    fn in_units { s }([x0, xi]) -> [2] { [x0, (xi * s).powi(2)] }
    fn out_of_units { s }([y0, y1]) -> [2] { [y0, y1.sqrt() / s] }
    // what leads to x: a turn, a bend and a bad scale
    fn network([t0, t1]) -> [2] { [t0 * 30.0 + t1, (t1 * 0.5).sinh() * 2.0 - t0] }
}

/// A method by name, with its step size.
type Row = (&'static str, f64);
type Runs = Vec<(Row, Report<f64>)>;
type NamedRuns = Vec<(&'static str, Report<f64>)>;
type Figures = Vec<(&'static str, Scene)>;
/// The notebook's settings for its three, and for the others a step size that serves them.
const METHODS: [Row; 9] = [
    ("GD", 0.01),
    ("Newton", 1.0 / 3.0),
    ("PG", 0.3),
    ("PG, search", 0.3),
    ("PG, linearized", 0.3),
    ("GD in y", 0.3),
    ("Adam in y", 1.0),
    ("HIG", 0.1),
    ("SIP, Adam", 0.3),
];

fn finish<P: Objective<f64>, O: Optimizer<f64, P>>(
    problem: &P,
    method: &O,
    start: &[f64],
    steps: usize,
) -> Result<Report<f64>, optimizers::Error> {
    Ok(Run::new(problem, method, start)?.iterations(steps).finish())
}

/// A run of a method that is named, on a problem of two stages with the inverse of its process.
fn run<P, I>(name: &str, step: f64, problem: &P, inverse: I, start: &[f64]) -> Result<Report<f64>, optimizers::Error>
where
    P: Staged<f64> + TwiceDifferentiable<f64>,
    I: Inverse<f64> + Copy,
{
    match name {
        "GD" => finish(problem, &GradientDescent::new(step)?, start, STEPS),
        "Newton" => finish(problem, &Newton::new(step)?, start, STEPS),
        "PG" => finish(problem, &InverseSimulator::new(step, inverse)?, start, STEPS),
        "PG, search" => finish(problem, &InverseSimulator::new(step, NewtonInverse::new())?, start, STEPS),
        "PG, linearized" => finish(problem, &InverseSimulator::new(step, LinearizedInverse)?, start, STEPS),
        "GD in y" => finish(problem, &LatentOptimizer::new(GradientDescent::new(step)?, inverse), start, STEPS),
        "Adam in y" => finish(problem, &LatentOptimizer::new(Adam::new(step)?, inverse), start, STEPS),
        "HIG" => finish(problem, &HalfInverse::new(step)?, start, STEPS),
        _ => finish(problem, &ScaleInvariant::new(1.0, inverse, Adam::new(step)?)?, start, STEPS),
    }
}

fn all_runs() -> Result<Runs, optimizers::Error> {
    let inverse = AnalyticInverse::<_, 2, 2>::new(inverse_physics);
    METHODS.into_iter().map(|row| Ok((row, run(row.0, row.1, &problem(), inverse, &START)?))).collect()
}

/// Ten steps of each method on the notebook's problem.
fn ten_steps(runs: &[(Row, Report<f64>)]) -> String {
    let mut out = "method          step size          x0          x1     last loss\n".to_owned();
    for ((name, step), report) in runs {
        let last = &report.trajectory[report.trajectory.len() - 1];
        let _ = writeln!(out, "{name:15} {step:9.4} {:11.6} {:11.6} {:13.6e}", last.x[0], last.x[1], last.loss);
    }
    out
}

/// y aimed at beside y reached, of an inverse that is exact and of one that is linearized.
fn aimed_and_reached(runs: &[(Row, Report<f64>)]) -> String {
    let mut out = "              exact inverse             linearized inverse\n\
                   step     aimed y1  reached y1     aimed y1  reached y1   (Δy1 / 2 x1)²\n"
        .to_owned();
    let of = |name: &str| runs.iter().find(|((other, _), _)| *other == name).map(|(_, report)| &report.trajectory);
    let (Some(exact), Some(linear)) = (of("PG"), of("PG, linearized")) else { return out };
    for k in 1..=STEPS {
        let y1 = |v: &Option<DVector<f64>>| v.as_ref().map_or(f64::NAN, |v| v[1]);
        let before = &linear[k - 1];
        let miss = ((y1(&linear[k].y_target) - y1(&before.y)) / (2.0 * before.x[1])).powi(2);
        let [aimed, reached, to, at] =
            [y1(&exact[k].y_target), y1(&exact[k].y), y1(&linear[k].y_target), y1(&linear[k].y)];
        let _ = writeln!(out, "{k:4} {aimed:12.6} {reached:11.6} {to:12.6} {at:11.6} {miss:15.6}");
    }
    out
}

/// The loss after ten steps if x1 is measured in other units.
fn units() -> Result<String, optimizers::Error> {
    let mut out = "method           s = 1/10        s = 1       s = 10\n".to_owned();
    for (name, step) in METHODS {
        let _ = write!(out, "{name:13}");
        for s in [0.1, 1.0, 10.0] {
            let problem = Composite::new(in_units { s }, loss);
            let inverse = AnalyticInverse::<_, 2, 2>::new(out_of_units { s });
            let report = run(name, step, &problem, inverse, &[3.0, 3.0 / s])?;
            let last = report.trajectory.last().map(|last| last.loss).filter(|last| last.is_finite());
            let _ = match last {
                Some(last) => write!(out, " {last:12.4e}"),
                None => write!(out, " {:>12}", "not finite"),
            };
        }
        out.push('\n');
    }
    Ok(out)
}

/// The notebook's problem behind a first stage θ ↦ x, by the scale-invariant update and by gradients alone.
fn behind_a_first_stage() -> Result<(String, NamedRuns), optimizers::Error> {
    let chain = Chain::<f64>::new(Physics::<_, 2, 2>::new(network)).then(Physics::<_, 2, 2>::new(physics))?;
    let problem = Pipeline::new(chain, Loss::new(loss))?;
    // x = (3, 3)
    let start = NewtonInverse::new().find(
        &Physics::<_, 2, 2>::new(network),
        &DVector::from_column_slice(&START),
        &DVector::from_element(2, 1.0),
    )?;
    let start = start.x.as_slice();
    let inverse = AnalyticInverse::<_, 2, 2>::new(inverse_physics);
    let (gd, adam) = (GradientDescent::new(3e-4)?, || Adam::new(0.1));
    let runs = vec![
        ("GD", finish(&problem, &gd, start, MORE_STEPS)?),
        ("Adam", finish(&problem, &adam()?, start, MORE_STEPS)?),
        ("HIG", finish(&problem, &HalfInverse::new(0.1)?, start, MORE_STEPS)?),
        (
            "SIP, GD",
            finish(&problem, &ScaleInvariant::new(1.0, inverse, GradientDescent::new(2e-3)?)?, start, MORE_STEPS)?,
        ),
        ("SIP, Adam", finish(&problem, &ScaleInvariant::new(1.0, inverse, adam()?)?, start, MORE_STEPS)?),
    ];
    let mut out = "method            t0          t1          x0          x1     last loss\n".to_owned();
    for (name, report) in &runs {
        let last = &report.trajectory[report.trajectory.len() - 1];
        let x = Map::<f64>::value(&Physics::<_, 2, 2>::new(network), &last.x);
        let (t, end) = (&last.x, last.loss);
        let _ = writeln!(out, "{name:9} {:11.6} {:11.6} {:11.6} {:11.6} {end:13.6e}", t[0], t[1], x[0], x[1]);
    }
    Ok((out, runs))
}

fn chart(description: &str, labels: [&str; 2], series: Vec<Series>, logarithmic: bool) -> Chart {
    Chart {
        description: description.to_owned(),
        title: None,
        labels: labels.map(str::to_owned),
        series,
        target: None,
        legend: true,
        logarithmic,
    }
}

fn series(n: usize, label: &str, points: impl Iterator<Item = [f64; 2]>) -> Series {
    let points = points.map(|p| p.map(Into::into)).collect();
    Series { label: label.to_owned(), color: palette(n), marker: marker(n), points, first: 0 }
}

fn losses(n: usize, label: &str, report: &Report<f64>) -> Series {
    series(n, label, report.trajectory.iter().map(|now| [now.iteration as f64, now.loss]))
}

/// The figures by name.
fn figures(runs: &[(Row, Report<f64>)], staged: &[(&str, Report<f64>)]) -> Figures {
    let shown = ["GD", "Newton", "PG", "PG, linearized", "HIG", "SIP, Adam"];
    let some: Vec<_> = runs.iter().filter(|((name, _), _)| shown.contains(name)).collect();
    let in_x = some
        .iter()
        .enumerate()
        .map(|(n, ((name, _), report))| series(n, name, report.trajectory.iter().map(|now| [now.x[0], now.x[1]])));
    let in_y = some.iter().enumerate().map(|(n, ((name, _), report))| {
        series(n, name, report.trajectory.iter().filter_map(|now| now.y.as_ref().map(|y| [y[0], y[1]])))
    });
    // the legend beside it says what is what
    let x = chart("Points in x space on the notebook's problem", ["x0", "x1"], in_x.collect(), false);
    let x = Chart { legend: false, ..x };
    let y = chart("Points in y space on the notebook's problem", ["y0", "y1"], in_y.collect(), false);
    let loss_x = |x: [f64; 2]| Objective::<f64>::value(&problem(), &DVector::from_column_slice(&x));
    let curves = some.iter().enumerate().map(|(n, ((name, _), report))| losses(n, name, report));
    let curves = chart("Loss on the notebook's problem", ["iteration", "loss"], curves.collect(), true);
    let behind = staged.iter().enumerate().map(|(n, (name, report))| losses(n, name, report));
    let behind = chart("Loss behind a first stage", ["iteration", "loss"], behind.collect(), true);
    let through = staged.iter().enumerate().map(|(n, (name, report))| {
        let first = report.trajectory.iter().map(|now| Map::<f64>::value(&Physics::<_, 2, 2>::new(network), &now.x));
        series(n, name, first.map(|x| [x[0], x[1]]))
    });
    let through = chart("Points in x space behind a first stage", ["x0", "x1"], through.collect(), false);
    vec![
        ("physics_spaces", x.over(Some(&loss_x)).beside(y.scene())),
        ("physics_losses", curves.scene().beside(behind.scene())),
        ("physics_first_stage", through.over(Some(&loss_x))),
    ]
}

/// The tables in the order of the document, and the figures.
fn results() -> Result<(Vec<String>, Figures), optimizers::Error> {
    let runs = all_runs()?;
    let (table, staged) = behind_a_first_stage()?;
    Ok((vec![ten_steps(&runs), aimed_and_reached(&runs), units()?, table], figures(&runs, &staged)))
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1);
    let (tables, figures) = results()?;
    for table in tables {
        println!("{table}");
    }
    if let Some(folder) = folder {
        for (name, scene) in figures {
            std::fs::write(format!("{folder}/{name}.svg"), svg(&scene))?;
        }
    }
    Ok(())
}
