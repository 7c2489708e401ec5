//! What a sweep comes to, in as much memory as it has optimizers.

use std::fmt::Write;

use serde::Serialize;

use super::row::Row;
use super::study::Study;
use crate::commands::point;
use crate::json::{Real, to_text};
use crate::solve::WORDS;

/// Counts of each optimizer's runs, and the best of them.
#[derive(Clone, Debug)]
pub struct Summary(Vec<Tally>);

#[derive(Clone, Debug)]
struct Tally {
    /// In the order of [`WORDS`].
    counts: [u64; WORDS.len()],
    best: Option<(u64, Row)>,
}

impl Summary {
    /// Of no run yet.
    pub fn new(study: &Study) -> Self {
        Summary(study.optimizers().map(|_| Tally { counts: [0; WORDS.len()], best: None }).collect())
    }

    /// Takes a row; they come in the order of their runs.
    pub fn take(&mut self, run: u64, row: &Row) {
        let tally = &mut self.0[row.part];
        if let Some(place) = WORDS.iter().position(|word| *word == row.status) {
            tally.counts[place] += 1;
        }
        let loss = row.loss.to_f64();
        if loss.is_finite() && tally.best.as_ref().is_none_or(|(_, best)| loss < best.loss.to_f64()) {
            tally.best = Some((run, row.clone()));
        }
    }

    /// A line an optimizer.
    pub fn text(&self, study: &Study) -> String {
        let head =
            ["optimizer", "runs", "converged", "max_iterations", "not_finite", "failed", "least loss", "run", "at x"];
        let mut lines = vec![head.map(str::to_owned)];
        for (tally, name) in self.0.iter().zip(study.optimizers()) {
            let [a, b, c, d] = tally.counts.map(|count| count.to_string());
            let runs = tally.counts.iter().sum::<u64>().to_string();
            let [loss, run, x] = match &tally.best {
                Some((run, row)) => [row.loss.to_string(), run.to_string(), point(&row.x)],
                None => [const { String::new() }; 3],
            };
            lines.push([name.to_owned(), runs, a, b, c, d, loss, run, x]);
        }
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 9] = std::array::from_fn(width);
        let mut out = format!("{} ({})\n", study.subject().name, study.description().precision);
        for line in &lines {
            let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            let _ = writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
        }
        out
    }

    /// The same with all numbers.
    pub fn json(&self, study: &Study) -> String {
        let one = |(tally, name): (&Tally, &'static str)| {
            let [converged, max_iterations, not_finite, failed] = tally.counts;
            let best = tally.best.as_ref().map(|(run, row)| {
                let planned = study.plan(*run);
                Best { run: *run, step: planned.step, start: planned.start, x: row.x.clone(), loss: row.loss }
            });
            Line {
                optimizer: name,
                runs: tally.counts.iter().sum(),
                converged,
                max_iterations,
                not_finite,
                failed,
                best,
            }
        };
        to_text(&Document {
            problem: &study.subject().name,
            precision: &study.description().precision,
            shard: study.description().shard,
            optimizers: self.0.iter().zip(study.optimizers()).map(one).collect(),
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    problem: &'a str,
    precision: &'a str,
    shard: [u64; 2],
    optimizers: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    optimizer: &'static str,
    runs: u64,
    converged: u64,
    max_iterations: u64,
    not_finite: u64,
    failed: u64,
    best: Option<Best>,
}

#[derive(Serialize)]
struct Best {
    run: u64,
    step: Option<f64>,
    start: Vec<f64>,
    x: Vec<Real>,
    loss: Real,
}
