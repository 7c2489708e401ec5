//! A row of a sweep: a run and what came of it.

use std::fmt::Write;

use super::study::Study;
use crate::json::Real;
use crate::solve::{Outcome, WORDS};

/// A run and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The place of its optimizer.
    pub part: usize,
    /// How it ended, in one word.
    pub status: &'static str,
    /// The last iteration.
    pub iterations: usize,
    /// The iteration from which on the loss was within a thousandth of its way from where it ended.
    pub settled: Option<usize>,
    /// Where it ended.
    pub x: Vec<Real>,
    /// The loss there.
    pub loss: Real,
    /// Of value, gradient and Hessian.
    pub evaluations: [usize; 3],
}

impl Row {
    /// From what came of a run; one that did not begin ends at its start.
    pub(super) fn new(part: usize, start: Vec<Real>, outcome: &Outcome) -> Self {
        let last = outcome.points.last();
        let e = outcome.evaluations;
        Row {
            part,
            status: outcome.word(),
            iterations: last.map_or(0, |last| last.iteration),
            settled: outcome.settled,
            x: last.map_or(start, |last| last.x.clone()),
            loss: last.map_or(Real::Double(f64::NAN), |last| last.loss),
            evaluations: [e.value, e.gradient, e.hessian],
        }
    }

    /// Writes the row of a run as comma-separated values.
    pub fn write(&self, study: &Study, run: u64, out: &mut String) {
        study.beginning(run, out);
        let _ = write!(out, "{},{},", self.status, self.iterations);
        if let Some(settled) = self.settled {
            let _ = write!(out, "{settled}");
        }
        out.push(',');
        for x in &self.x {
            let _ = write!(out, "{x},");
        }
        let [value, gradient, hessian] = self.evaluations;
        let _ = writeln!(out, "{},{value},{gradient},{hessian}", self.loss);
    }

    /// Reads the row that a run must have, without its line end; `None` if it is not that.
    pub fn read(line: &str, study: &Study, run: u64) -> Option<Row> {
        let mut beginning = String::new();
        let planned = study.beginning(run, &mut beginning);
        let mut cells = line.strip_prefix(&beginning)?.split(',');
        let word = cells.next()?;
        let status = WORDS.into_iter().find(|known| *known == word)?;
        let iterations = cells.next()?.parse().ok()?;
        let settled = match cells.next()? {
            "" => None,
            text => Some(text.parse().ok()?),
        };
        let mut number = || cells.next()?.parse::<f64>().ok().map(Real::Double);
        let x = planned.start.iter().map(|_| number()).collect::<Option<_>>()?;
        let loss = number()?;
        let mut count = || cells.next()?.parse().ok();
        let evaluations = [count()?, count()?, count()?];
        if cells.next().is_some() {
            return None;
        }
        Some(Row { part: planned.part, status, iterations, settled, x, loss, evaluations })
    }
}
