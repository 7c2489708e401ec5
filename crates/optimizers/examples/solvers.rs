//! Writes the tables of `docs/optimizers.md`: each solver on each problem of Moré, Garbow and Hillstrom, beside scipy's.
//!
//! `cargo run --release -p optimizers --example solvers > docs/optimizers.md`

use optimizers::test_functions::{Problem, TestFunction, find};
use optimizers::{
    Bfgs, ConjugateGradient, DampedNewton, Descent, Evaluations, Lbfgsb, LeastSquares, LevenbergMarquardt, Objective,
    Optimizer, Run, Status, TrustRegion, TwiceDifferentiable,
};
use serde_json::Value;

/// How a run went: the least L, the values evaluated, and a letter for its end.
struct Outcome {
    loss: f64,
    evaluations: usize,
    end: &'static str,
}

fn run<P: Objective<f64> + ?Sized, O: Optimizer<f64, P>>(problem: &P, method: &O, start: &[f64]) -> Outcome {
    let Ok(run) = Run::new(problem, method, start) else {
        return Outcome { loss: f64::NAN, evaluations: 0, end: "refused" };
    };
    let mut run = run.iterations(1000);
    let loss = run.by_ref().fold(f64::INFINITY, |best, iterate| best.min(iterate.loss));
    let Evaluations { value, .. } = run.evaluations();
    let end = match run.status() {
        Some(Status::Converged(_)) => "c",
        Some(Status::NotFinite { .. }) => "n",
        Some(Status::Failed(_)) => "f",
        _ => "m",
    };
    Outcome { loss, evaluations: value, end }
}

/// A solver, by the name of its counterpart.
type Solver = (&'static str, &'static str, fn(&Problem, &[f64]) -> Outcome);

fn scalar(problem: &Problem) -> &dyn TwiceDifferentiable<f64> {
    match problem {
        Problem::LeastSquares(problem) => &**problem,
        Problem::Plain(problem) => &**problem,
    }
}

const SOLVERS: [Solver; 7] = [
    ("Levenberg–Marquardt", "lm", |problem, start| match problem {
        Problem::LeastSquares(problem) => {
            let problem: &dyn LeastSquares<f64> = &**problem;
            run(problem, &LevenbergMarquardt::new(), start)
        }
        Problem::Plain(_) => Outcome { loss: f64::NAN, evaluations: 0, end: "refused" },
    }),
    ("trust region", "trust-exact", |problem, start| run(scalar(problem), &TrustRegion::exact(), start)),
    ("damped Newton", "trust-exact", |problem, start| run(scalar(problem), &Descent::new(DampedNewton), start)),
    ("BFGS", "BFGS", |problem, start| run(scalar(problem), &Descent::new(Bfgs), start)),
    ("CG (Polak–Ribière+)", "CG", |problem, start| {
        run(scalar(problem), &Descent::new(ConjugateGradient::polak_ribiere()), start)
    }),
    ("CG (Hager–Zhang)", "CG", |problem, start| {
        run(scalar(problem), &Descent::new(ConjugateGradient::hager_zhang()), start)
    }),
    ("L-BFGS-B", "L-BFGS-B", |problem, start| run(scalar(problem), &Lbfgsb::new(), start)),
];

fn real(v: &Value) -> f64 {
    v.as_f64().or_else(|| v.as_str().and_then(|v| v.parse().ok())).unwrap_or(f64::NAN)
}

/// Whether L is a known minimum, to 1e-4 of it, or to 1e-7 where it is 0.
fn solved(row: &TestFunction, loss: f64) -> bool {
    row.minima.iter().any(|minimum| (loss - minimum.value).abs() <= 1e-4 * minimum.value + 1e-7)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file: Value = serde_json::from_str(include_str!("../tests/mgh/cases.json"))?;
    let cases = file["cases"].as_array().ok_or("no cases")?;
    println!("# Solvers beside scipy's\n");
    println!(
        "The 35 problems of Moré, Garbow and Hillstrom from 1, 10 and 100 times their standard start, {} cases, exact\n\
         derivatives on both sides, each solver's own tolerances, 1000 iterations at most. scipy {}, by\n\
         `crates/optimizers/tests/mgh/generate.py`; this page by `crates/optimizers/examples/solvers.rs`.\n\
         A case is solved where L is a known minimum, local or global, to 1e-4 of its value, or to 1e-7 where it is 0.\n\
         Evaluations are those of L, and their ratio is over the cases that both solve.\n",
        cases.len(),
        file["scipy"].as_str().unwrap_or("?")
    );
    println!("| solver | solved | scipy's | solved | evaluations, ours / scipy's: median | lowest | highest |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut details = String::new();
    for (name, peer, solver) in SOLVERS {
        let (mut ours, mut theirs, mut ratios) = (0, 0, Vec::new());
        details += &format!(
            "\n## {name} and scipy's {peer}\n\nL and evaluations at the end; c converged, m all iterations made, f failed, n \
             not finite. ✓ where solved.\n\n| problem | start | ours | | scipy's | |\n| --- | --- | --- | --- | --- | --- |\n"
        );
        for case in cases {
            let row = case["problem"].as_str().and_then(find).ok_or("an unknown problem")?;
            let scale = real(&case["scale"]);
            let n = row.usual_dimension();
            let start: Vec<f64> = (row.start)(n).iter().map(|x| x * scale).collect();
            let outcome = solver(&row.problem(n)?, &start);
            let scipy = &case["runs"][peer];
            let (loss, evaluations) = (real(&scipy["f"]), real(&scipy["nfev"]));
            let (here, there) = (solved(row, outcome.loss), solved(row, loss));
            ours += usize::from(here);
            theirs += usize::from(there);
            if here && there {
                ratios.push(outcome.evaluations as f64 / evaluations);
            }
            let mark = |solved| if solved { " ✓" } else { "" };
            let end = if scipy["success"] == true { "c" } else { "f" };
            details += &format!(
                "| {} | ×{scale} | {:.5e} | {} {}{} | {loss:.5e} | {evaluations} {end}{} |\n",
                row.name,
                outcome.loss,
                outcome.evaluations,
                outcome.end,
                mark(here),
                mark(there)
            );
        }
        ratios.sort_by(f64::total_cmp);
        let at = |i: usize| ratios.get(i).copied().unwrap_or(f64::NAN);
        let (median, last) = (at(ratios.len() / 2), at(ratios.len().saturating_sub(1)));
        println!("| {name} | {ours} | {peer} | {theirs} | {median:.2} | {:.2} | {last:.2} |", at(0));
    }
    print!("{details}");
    Ok(())
}
