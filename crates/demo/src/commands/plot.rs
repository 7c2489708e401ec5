//! Pictures of runs: trajectories over level sets of the loss, and the loss against the iteration.

use super::Refusal;
use super::run::Document;
use crate::cli::Shared;
use crate::figures::{Chart, DOTS_PER_INCH, Scene, Series, marker, palette, png, svg};
use crate::json::Real;
use crate::output::{Destination, Prepared};
use crate::solve::Subject;

/// Where a picture goes, and in which format.
pub(super) struct Target {
    destination: Destination,
    vector: bool,
}

impl Target {
    /// From the path, whose ending tells the format.
    pub(super) fn new(path: &str, shared: &Shared) -> Result<Target, Refusal> {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let vector = match ending.as_deref() {
            Some("svg") => true,
            Some("png") => false,
            _ => return Err(format!("--plot {path}: a file that ends in .svg or .png is needed").into()),
        };
        let destination = Destination::from(path);
        let others = [&shared.json, &shared.csv];
        if others.into_iter().flatten().any(|other| destination.is_same(&Destination::from(other.as_str()))) {
            return Err(format!("--plot {path}: --json or --csv names the same destination").into());
        }
        Ok(Target { destination, vector })
    }

    /// Where it goes.
    pub(super) fn destination(&self) -> &Destination {
        &self.destination
    }

    /// The picture of runs on one problem, made ready.
    pub(super) fn draw(self, runs: &[Document], subject: &Subject) -> Result<Prepared, Refusal> {
        self.prepare(&scene(runs, subject))
    }

    /// A picture, made ready.
    pub(super) fn prepare(self, scene: &Scene) -> Result<Prepared, Refusal> {
        let content = match self.vector {
            true => svg(scene).into_bytes(),
            false => png(scene, DOTS_PER_INCH)?,
        };
        Ok(self.destination.prepare(content)?)
    }
}

/// The loss; of two variables, the trajectories beside it.
fn scene(runs: &[Document], subject: &Subject) -> Scene {
    let rows = || runs.iter().flat_map(|run| &run.iterations);
    // a logarithm needs positive numbers; a loss of exactly 0 has none
    let logarithmic = !rows().any(|row| row.loss.to_f64() < 0.0) && rows().any(|row| row.loss.to_f64() > 0.0);
    let series = |points: &dyn Fn(&Document) -> Vec<[Real; 2]>| -> Vec<Series> {
        let one = |(n, run): (usize, &Document)| Series {
            label: run.optimizer.to_owned(),
            color: palette(n),
            marker: marker(n),
            points: points(run),
            first: 0,
        };
        runs.iter().enumerate().map(one).collect()
    };
    let losses = |run: &Document| run.iterations.iter().map(|r| [Real::Double(r.iteration as f64), r.loss]).collect();
    let loss = Chart {
        description: format!("Loss of {} against the iteration", subject.name),
        title: None,
        labels: ["iteration".to_owned(), "loss".to_owned()],
        series: series(&losses),
        target: None,
        legend: true,
        logarithmic,
    };
    if rows().any(|row| row.x.len() != 2) {
        return loss.scene();
    }
    let points = |run: &Document| run.iterations.iter().filter_map(|r| Some([*r.x.first()?, *r.x.get(1)?])).collect();
    let path = Chart {
        description: format!("Trajectories over level sets of {}", subject.name),
        labels: ["x0".to_owned(), "x1".to_owned()],
        series: series(&points),
        // that of the losses beside it says the same
        legend: false,
        logarithmic: false,
        ..loss.clone()
    };
    path.over(Some(&|x| subject.loss(&x))).beside(loss.scene())
}
