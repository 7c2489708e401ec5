//! `demo report`: the lesson as one page that needs nothing else.

use std::path::PathBuf;
use std::process::ExitCode;

use askama::Template;
use autodiff::Operators;
use clap::Args;
use serde::Serialize;

use super::figures::{folder, remove};
use super::notebook::verdict;
use super::{Refusal, say};
use crate::cli::Shared;
use crate::figures::{Chart, Marker, Series, figures, inline, palette};
use crate::json::Real;
use crate::notebook::{MethodRun, Results, loss, loss_x, settings};
use crate::output::Destination;
use crate::reference::compare;

/// What `demo report` takes.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  demo report --out lesson      then open lesson/index.html")]
pub struct Arguments {
    /// The folder to write index.html to, which is made if there is none; `-` writes the page to standard output
    #[arg(long, value_name = "DIR|-")]
    out: PathBuf,
}

/// Writes the page, whole or not at all.
///
/// # Errors
///
/// [`Refusal`] if it cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    if shared.json.is_some() || shared.csv.is_some() {
        return Err("report has no numbers for --json or --csv: `demo check` has".to_owned().into());
    }
    let results = Results::compute(|_| ())?;
    let rows = compare(&results)?;
    let page = Report::new(&results, verdict(&rows))
        .render()
        .map_err(|error| -> Refusal { format!("the page cannot be written: {error}").into() })?;
    if arguments.out.as_os_str() == "-" {
        Destination::Stdout.prepare(page)?.commit()?;
        return Ok(super::notebook::exit(&rows));
    }
    let made = folder(&arguments.out)?;
    let path = arguments.out.join("index.html");
    let written = Destination::File(path.clone()).prepare(page).and_then(|file| file.commit());
    if written.is_err() {
        remove(&made);
    }
    written?;
    say(shared, &path.display().to_string());
    Ok(super::notebook::exit(&rows))
}

/// What the page's template is filled with.
#[derive(Template)]
#[template(path = "report.html")]
struct Report {
    start: String,
    facts: Vec<(&'static str, String)>,
    methods: Vec<Method>,
    lengths: Vec<(&'static str, String, String)>,
    y_space: Vec<(String, &'static str)>,
    replay: Vec<(String, &'static str)>,
    readout: Vec<(&'static str, [String; 3])>,
    last: usize,
    test: String,
    test_iterations: usize,
    test_evaluations: usize,
    mean_error: String,
    searched: Vec<[String; 4]>,
    commands: Vec<&'static str>,
    checked: String,
    runs: String,
}

/// A method's section.
struct Method {
    title: &'static str,
    name: &'static str,
    text: &'static str,
    figure: String,
    caption: &'static str,
    rows: Vec<[String; 5]>,
}

/// A trajectory for the page's script.
#[derive(Serialize)]
struct Trajectory<'a> {
    name: &'a str,
    x: &'a [[f32; 2]],
    y: &'a [[f32; 2]],
    loss: Vec<f32>,
}

const NAMES: [&str; 3] = ["GD", "Newton", "PG"];

const TITLES: [&str; 3] = ["Gradient descent", "Newton’s method", "The inverse simulator"];

const TEXTS: [&str; 3] = [
    "<p>Gradient descent goes against the gradient, x ← x − η ∂L/∂x, here with η = 0.01. Along x<sub>1</sub> the first gradient is eighteen times that along \
     x<sub>0</sub>, so the first step falls almost straight down, and from then on little happens: what was steep has become flat, and a step size that \
     would hurry x<sub>0</sub> along would have thrown x<sub>1</sub> far over the valley at the start. The gradient also has the wrong unit: a small slope makes a \
     short step just where a long one is needed.</p>",
    "<p>Newton’s method looks at the curvature too, x ← x − η H⁻¹ ∂L/∂x with the Hessian H and η = 1/3. Dividing by the curvature mends the unit, and both inputs \
     now move at a pace of their own. For a quadratic function the pace would be the same. For x<sub>1</sub>⁴ it is not: a fourth power is flatter than \
     its curvature says, and a step goes only a third of the way that it would have to go.</p>",
    "<p>The inverse simulator, called PG for physical gradient, makes Newton’s step where the loss is simple, in y, and asks the process backwards which x leads there: \
     y* = y − η H<sub>y</sub>⁻¹ ∂L/∂y, then x ← y⁻¹(y*), with η = 0.3. In y the bowl is round, so the step points straight at the target, and what \
     the process bends, its inverse bends back. For the inverse, x(y) = (y<sub>0</sub>, √y<sub>1</sub>), all orders of derivatives are at work at once, not the first two.</p>",
];

const CAPTIONS: [&str; 3] = [
    "From (3, 3), the first step falls and the others creep. The cross is the optimum.",
    "Newton’s steps beside them.",
    "The inverse simulator comes nearest in both inputs.",
];

impl Report {
    fn new(results: &Results, checked: String) -> Self {
        let runs = [&results.gd, &results.newton, &results.pg];
        let pictures = figures(results).map(|(_, chart)| inline(&chart.scene()));
        let [first, second, third, pg_in_y, all_in_y] = pictures;
        let methods = [first, second, third].into_iter().enumerate().map(|(i, figure)| Method {
            title: TITLES[i],
            name: NAMES[i],
            text: TEXTS[i],
            figure,
            caption: CAPTIONS[i],
            rows: rows(runs[i]),
        });
        let approximation = &results.approximation;
        let searched =
            approximation.iterates.iter().zip(&approximation.inversions).enumerate().map(|(i, (x, inversion))| {
                [(i + 1).to_string(), format!("{:.8}", x[0]), format!("{:.8}", x[1]), inversion.evaluations.to_string()]
            });
        let trajectories: Vec<Trajectory<'_>> = NAMES
            .into_iter()
            .zip(runs)
            .map(|(name, run)| Trajectory { name, x: &run.history, y: &run.y, loss: losses(run) })
            .collect();
        let last = settings::ITERATIONS;
        let end = |run: &Trajectory<'_>| [point(&run.x[last]), point(&run.y[last]), run.loss[last].to_string()];
        Report {
            start: point(&settings::START),
            facts: facts(results),
            methods: methods.collect(),
            lengths: NAMES
                .into_iter()
                .zip(runs)
                .map(|(name, run)| (name, format!("{:.6}", run.diagonal_length()), format!("{:.4}", run.distance())))
                .collect(),
            y_space: vec![
                (pg_in_y, "The inverse simulator in y: a straight line to the target."),
                (all_in_y, "All three in y."),
            ],
            replay: replay(runs),
            readout: NAMES.into_iter().zip(trajectories.iter().map(end)).collect(),
            last,
            test: point(&approximation.test.map(|x| format!("{x:.8}"))),
            test_iterations: approximation.test_inversion.iterations,
            test_evaluations: approximation.test_inversion.evaluations,
            mean_error: format!("{:.6}", approximation.mean_absolute_error),
            searched: searched.collect(),
            commands: vec![
                "demo run --physics \"x0, x1^3\" --loss \"y0^2 + y1^2\" --optimizer pg --start 3,3 --step 0.3",
                "demo compare --problem rosenbrock --optimizers gd,newton,bfgs --start=-1,1 --plot runs.svg",
                "demo derive --function \"x0^2 + x1^4\" --at 3,3 --order 3",
                "demo sweep --problem himmelblau --optimizers gd,newton --start=-5:5:101,-5:5:101 --plot map.png",
            ],
            checked,
            // numbers and three names: nothing that could end the script element
            runs: serde_json::to_string(&trajectories).unwrap_or_default(),
        }
    }
}

fn point<T: std::fmt::Display>([a, b]: &[T; 2]) -> String {
    format!("({a}, {b})")
}

/// A number in a table; the script shows all its digits.
fn short(x: f32) -> String {
    format!("{x:.5}")
}

/// The loss at each point.
fn losses(run: &MethodRun) -> Vec<f32> {
    run.y.iter().map(|&y| loss.at(y)).collect()
}

fn rows(run: &MethodRun) -> Vec<[String; 5]> {
    let losses = losses(run);
    let row = |i: usize| {
        let (x, y) = (run.history[i], run.y[i]);
        [i.to_string(), short(x[0]), short(x[1]), short(y[1]), short(losses[i])]
    };
    (0..losses.len()).map(row).collect()
}

fn facts(r: &Results) -> Vec<(&'static str, String)> {
    let matrix = |m: &[[f32; 2]; 2]| format!("({}, {}; {}, {})", m[0][0], m[0][1], m[1][0], m[1][1]);
    vec![
        ("y(x)", point(&r.y)),
        ("L", r.loss.to_string()),
        ("∂L/∂y", point(&r.loss_gradient_y)),
        ("∂y/∂x, row by row", matrix(&r.physics_jacobian)),
        ("∂L/∂x", point(&r.loss_gradient_x)),
        ("∂²L/∂x², row by row", matrix(&r.loss_hessian_x)),
    ]
}

/// All points over level sets of the loss, and the losses.
fn replay(runs: [&MethodRun; 3]) -> Vec<(String, &'static str)> {
    let series = |points: &dyn Fn(&MethodRun) -> Vec<[Real; 2]>| -> Vec<Series> {
        let one = |(n, (name, run)): (usize, (&str, &MethodRun))| Series {
            label: name.to_owned(),
            color: palette(n),
            marker: Marker::Circle,
            points: points(run),
            first: 0,
        };
        NAMES.into_iter().zip(runs).enumerate().map(one).collect()
    };
    let positions = |run: &MethodRun| run.history.iter().map(|x| x.map(Into::into)).collect();
    let path = Chart {
        description: "All steps in x space over level sets of the loss".to_owned(),
        title: None,
        labels: ["x0".to_owned(), "x1".to_owned()],
        series: series(&positions),
        target: Some(([0.0_f64.into(); 2], Marker::Cross)),
        legend: true,
        logarithmic: false,
    };
    let falls =
        |run: &MethodRun| losses(run).into_iter().enumerate().map(|(i, l)| [(i as f64).into(), l.into()]).collect();
    let fall = Chart {
        description: "The loss at each step on a logarithmic scale".to_owned(),
        labels: ["step".to_owned(), "loss".to_owned()],
        series: series(&falls),
        target: None,
        logarithmic: true,
        ..path.clone()
    };
    vec![
        (inline(&path.over(Some(&|x| loss_x.at(x)))), "x space, with level sets of L."),
        (inline(&fall.scene()), "The loss."),
    ]
}
