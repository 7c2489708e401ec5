//! Which runs a sweep consists of: optimizers × step sizes × starts, numbered from 0, the starts fastest.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Values};
use super::row::Row;
use crate::cli::Precision;
use crate::commands::{Refusal, finite};
use crate::json::Real;
use crate::registry::{OPTIMIZERS, find, listed};
use crate::solve::{Method, ProblemArguments, Setup, Subject, Until};

/// Above this the numbers of runs are no longer exact in the floats of whoever reads them.
const MOST_RUNS: u64 = 1 << 53;
/// A number is kept of each iteration of a run, until it ends.
const MOST_ITERATIONS: usize = 500_000;

/// What is typed of a sweep; two that are equal have the same rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are those of the options")]
pub struct Description {
    /// The version of this form.
    pub format: u32,
    /// The version of the program, whose next one may compute other digits.
    pub program: String,
    pub problem: Option<String>,
    pub physics: Option<String>,
    pub loss: Option<String>,
    pub optimizers: Vec<String>,
    pub start: String,
    pub sample: Option<u64>,
    pub seed: u64,
    pub steps: Vec<String>,
    pub iterations: Option<usize>,
    pub set: Vec<String>,
    pub until_gradient: Option<f64>,
    pub until_loss: Option<f64>,
    pub precision: String,
    /// I of N.
    pub shard: [u64; 2],
}

impl Description {
    /// The version of the form.
    pub const FORMAT: u32 = 2;
}

/// An optimizer of a sweep, with its step sizes.
#[derive(Debug)]
struct Part {
    method: Method,
    /// None for one that has no fixed step.
    steps: Option<Values>,
    /// How many steps it has; 1 where there is none.
    count: u64,
}

/// The starts.
#[derive(Debug)]
enum Starts {
    /// Every combination, the last variable fastest.
    Grid(Vec<Axis>),
    /// So many points, drawn evenly from the ranges.
    Sample { axes: Vec<Axis>, count: u64, seed: u64 },
}

/// The runs of a sweep.
#[derive(Debug)]
pub struct Study {
    description: Description,
    subject: Subject,
    parts: Vec<Part>,
    starts: Starts,
    /// The number of starts.
    points: u64,
    /// The number of runs, all shards together.
    all: u64,
    precision: Precision,
}

/// A run of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The place of its optimizer.
    pub part: usize,
    /// Its step size.
    pub step: Option<f64>,
    /// Its start.
    pub start: Vec<f64>,
}

impl Study {
    /// From what is typed. Each optimizer is tried with each end of its steps, without a step being made.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of what is not right.
    pub fn new(description: Description) -> Result<Self, Refusal> {
        let d = &description;
        let precision = if d.precision == "f32" { Precision::F32 } else { Precision::F64 };
        let starts = Starts::new(d, precision)?;
        let Some(points) = starts.count() else { return Err(too_many()) };
        let problem = ProblemArguments { problem: d.problem.clone(), physics: d.physics.clone(), loss: d.loss.clone() };
        let subject = Subject::new(&problem, starts.axes().len())?;
        let parts = parts(d)?;
        let mut all = 0_u64;
        for part in &parts {
            let runs = part.count.checked_mul(points).and_then(|runs| all.checked_add(runs));
            all = runs.filter(|&runs| runs <= MOST_RUNS).ok_or_else(too_many)?;
        }
        let [shard, shards] = d.shard;
        if !(1..=shards).contains(&shard) {
            return Err(format!("--shard {shard}/{shards}: I/N is needed, with I from 1 to N").into());
        }
        if let Some(iterations) = d.iterations.filter(|&n| n > MOST_ITERATIONS) {
            return Err(format!("iterations is {iterations}: at most {MOST_ITERATIONS}").into());
        }
        let study = Study { subject, parts, starts, points, all, precision, description };
        study.check()?;
        Ok(study)
    }

    /// That what can be refused is refused before the first row.
    fn check(&self) -> Result<(), Refusal> {
        let start = self.starts.at(0);
        for part in &self.parts {
            let steps = part.steps.iter().flat_map(|steps| steps.0.iter().flat_map(|axis| [axis.low, axis.high]));
            let steps: Vec<f64> = steps.collect();
            for &step in if steps.is_empty() { &[1.0][..] } else { &steps } {
                self.setup(&part.method, &start, step, 0).solve()?;
            }
        }
        Ok(())
    }

    fn setup<'a>(&'a self, method: &'a Method, start: &'a [f64], step: f64, iterations: usize) -> Setup<'a> {
        let Description { until_gradient: gradient, until_loss: loss, .. } = self.description;
        Setup {
            subject: &self.subject,
            method,
            precision: self.precision,
            start,
            step,
            iterations,
            until: Until { gradient, loss },
            last_only: true,
            progress: None,
        }
    }

    /// What was typed.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What is minimized.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The optimizers' names.
    pub fn optimizers(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.parts.iter().map(|part| part.method.row.name)
    }

    /// The ranges of the starts, a variable each.
    pub fn axes(&self) -> &[Axis] {
        self.starts.axes()
    }

    /// How many runs this shard has.
    pub fn len(&self) -> u64 {
        let [shard, shards] = self.description.shard;
        self.all.saturating_sub(shard - 1).div_ceil(shards)
    }

    /// Whether this shard has no runs.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the i-th run of this shard: shards take turns.
    pub fn number(&self, i: u64) -> u64 {
        let [shard, shards] = self.description.shard;
        i * shards + (shard - 1)
    }

    /// The run of a number.
    pub fn plan(&self, run: u64) -> Planned {
        let (mut rest, mut part) = (run, 0);
        while part + 1 < self.parts.len() && rest >= self.parts[part].count * self.points {
            rest -= self.parts[part].count * self.points;
            part += 1;
        }
        let step = self.parts[part].steps.as_ref().map(|steps| steps.at(rest / self.points));
        Planned { part, step, start: self.starts.at(rest % self.points) }
    }

    /// How many optimizers and step sizes there are, each with all starts.
    pub fn planes(&self) -> u64 {
        self.all / self.points
    }

    /// Which of them a run belongs to.
    pub fn plane(&self, run: u64) -> u64 {
        run / self.points
    }

    /// Its optimizer and step size.
    pub fn plane_name(&self, plane: u64) -> String {
        let Planned { part, step, .. } = self.plan(plane * self.points);
        let name = self.parts[part].method.row.name;
        let step = step.into_iter().flat_map(|step| self.real(&[step])).next();
        step.map_or(name.to_owned(), |step| format!("{name}, step {step}"))
    }

    /// Makes a run.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of what only shows at this start.
    pub fn run(&self, run: u64) -> Result<Row, Refusal> {
        let Planned { part, step, start } = self.plan(run);
        let method = &self.parts[part].method;
        let iterations = self.description.iterations.unwrap_or(method.row.iterations);
        let outcome = self.setup(method, &start, step.unwrap_or(1.0), iterations).solve()?;
        Ok(Row::new(part, self.real(&start), &outcome))
    }

    /// Numbers as the precision has them.
    fn real(&self, typed: &[f64]) -> Vec<Real> {
        let one = |&x: &f64| match self.precision {
            Precision::F32 => Real::Single(x as f32),
            Precision::F64 => Real::Double(x),
        };
        typed.iter().map(one).collect()
    }

    /// The first line of the rows.
    pub fn header(&self) -> String {
        let columns = |name: &str| (0..self.axes().len()).map(|i| format!("{name}{i},")).collect::<String>();
        format!(
            "run,optimizer,step,{}status,iterations,settled,{}loss,value_evaluations,gradient_evaluations,hessian_evaluations\n",
            columns("start"),
            columns("x")
        )
    }

    /// What a run's row begins with: all that is known before it is made.
    pub fn beginning(&self, run: u64, out: &mut String) -> Planned {
        let planned = self.plan(run);
        let _ = write!(out, "{run},{},", self.parts[planned.part].method.row.name);
        for step in planned.step.iter().flat_map(|&step| self.real(&[step])) {
            let _ = write!(out, "{step}");
        }
        out.push(',');
        for x in self.real(&planned.start) {
            let _ = write!(out, "{x},");
        }
        planned
    }
}

fn too_many() -> Refusal {
    format!("the sweep has more than {MOST_RUNS} runs").into()
}

impl Starts {
    fn new(d: &Description, precision: Precision) -> Result<Self, Refusal> {
        if d.start.trim().is_empty() {
            return Err("start is empty: a number or a range for each variable is needed".to_owned().into());
        }
        let axis = |(i, part): (usize, &str)| Axis::new(&format!("start[{i}]"), part, d.sample.is_some());
        let axes: Vec<Axis> = d.start.split(',').enumerate().map(axis).collect::<Result<_, _>>()?;
        for ends in [axes.iter().map(|axis| axis.low).collect(), axes.iter().map(|axis| axis.high).collect()] {
            finite("start", ends, precision)?;
        }
        Ok(match d.sample {
            Some(0) => return Err("sample is 0: at least one start is needed".to_owned().into()),
            Some(count) => Starts::Sample { axes, count, seed: d.seed },
            None => Starts::Grid(axes),
        })
    }

    fn axes(&self) -> &[Axis] {
        match self {
            Starts::Grid(axes) | Starts::Sample { axes, .. } => axes,
        }
    }

    fn count(&self) -> Option<u64> {
        match self {
            Starts::Grid(axes) => axes.iter().try_fold(1_u64, |product, axis| product.checked_mul(axis.count())),
            Starts::Sample { count, .. } => Some(*count),
        }
    }

    /// The i-th start, which depends on no other.
    fn at(&self, mut i: u64) -> Vec<f64> {
        match self {
            Starts::Grid(axes) => {
                let mut start = vec![0.0; axes.len()];
                for (x, axis) in start.iter_mut().zip(axes).rev() {
                    *x = axis.at(i % axis.count());
                    i /= axis.count();
                }
                start
            }
            Starts::Sample { axes, seed, .. } => {
                let n = axes.len() as u64;
                let share = |j: u64| split_mix(*seed, i.wrapping_mul(n).wrapping_add(j)) as f64 / (1_u64 << 53) as f64;
                (0..n).zip(axes).map(|(j, axis)| axis.within(share(j))).collect()
            }
        }
    }
}

/// 53 bits of the n-th number of the generator SplitMix64 (Steele, Lea, Flood 2014) from a seed.
fn split_mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) >> 11
}

/// The optimizers with their options and steps.
fn parts(d: &Description) -> Result<Vec<Part>, Refusal> {
    let mut parts: Vec<Part> = Vec::new();
    for name in d.optimizers.iter().map(|name| name.trim()) {
        let row = find("optimizer", name, OPTIMIZERS, |row| row.name)?;
        if parts.iter().any(|part| part.method.row.name == name) {
            return Err(format!("optimizer '{name}' is given twice").into());
        }
        let own = |text: &String| text.split_once('.').filter(|(of, _)| *of == name).map(|(_, set)| set.to_owned());
        let set: Vec<String> = d.set.iter().filter_map(own).collect();
        let steps = match row.step {
            Some(default) => Some(steps(d, name)?.unwrap_or(Values::new("step", &default.to_string())?)),
            None => None,
        };
        let count = steps.as_ref().map_or(Some(1), Values::count).ok_or_else(too_many)?;
        parts.push(Part { method: Method::new(row, &set)?, steps, count });
    }
    let names: Vec<&str> = parts.iter().map(|part| part.method.row.name).collect();
    for text in &d.set {
        let Some((name, _)) = text.split_once('.').filter(|(_, option)| option.contains('=')) else {
            return Err(format!("--set {text}: NAME.OPTION=VALUE is needed").into());
        };
        listed("--set", name, &names)?;
    }
    for text in &d.steps {
        let of = text.split_once('=').map(|(of, _)| of);
        of.map_or(Ok(()), |of| listed("--step", of, &names))?;
        match of.and_then(|of| parts.iter().find(|part| part.method.row.name == of)) {
            Some(part) if part.steps.is_none() => {
                return Err(format!("--step: {} has no fixed step", part.method.row.name).into());
            }
            None if parts.iter().all(|part| part.steps.is_none()) => {
                return Err(format!("--step {text}: no optimizer has a fixed step").into());
            }
            _ => {}
        }
    }
    Ok(parts)
}

/// The steps that are given for an optimizer, those with its name before those without one.
fn steps(d: &Description, name: &str) -> Result<Option<Values>, Refusal> {
    let named = |text: &&String| text.split_once('=').is_some_and(|(of, _)| of == name);
    let bare = |text: &&String| !text.contains('=');
    for text in [&named as &dyn Fn(&&String) -> bool, &bare] {
        let given: Vec<&String> = d.steps.iter().filter(text).collect();
        match given[..] {
            [] => {}
            [one] => return Values::new("step", one.split_once('=').map_or(one, |(_, values)| values)).map(Some),
            _ => return Err(format!("--step {} is given twice", given[1]).into()),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study(change: impl FnOnce(&mut Description)) -> Study {
        let mut description = Description {
            problem: Some("notebook".into()),
            optimizers: vec!["gd".into(), "lbfgsb".into()],
            start: "-1:1:3,5:6:2".into(),
            steps: vec!["gd=0.1,0.2".into()],
            precision: "f64".into(),
            shard: [1, 1],
            ..Description::default()
        };
        change(&mut description);
        Study::new(description).unwrap()
    }

    #[test]
    fn runs_are_numbered_starts_first() {
        let study = study(|_| ());
        assert_eq!(study.len(), 2 * 6 + 6);
        let planned = |part, step, start: [f64; 2]| Planned { part, step, start: start.to_vec() };
        for (run, expected) in [
            (0, planned(0, Some(0.1), [-1.0, 5.0])),
            (1, planned(0, Some(0.1), [-1.0, 6.0])),
            (5, planned(0, Some(0.1), [1.0, 6.0])),
            (6, planned(0, Some(0.2), [-1.0, 5.0])),
            (12, planned(1, None, [-1.0, 5.0])),
            (17, planned(1, None, [1.0, 6.0])),
        ] {
            assert_eq!(study.plan(run), expected);
        }
    }

    #[test]
    fn shards_share_the_runs() {
        for shards in 1..=20 {
            let mut runs: Vec<u64> = Vec::new();
            for shard in 1..=shards {
                let study = study(|d| d.shard = [shard, shards]);
                runs.extend((0..study.len()).map(|i| study.number(i)));
            }
            runs.sort_unstable();
            assert_eq!(runs, (0..18).collect::<Vec<_>>(), "{shards}");
        }
    }

    /// The published first numbers of SplitMix64 from the seed 1234567, whose upper 53 bits are taken.
    #[test]
    fn samples_are_those_of_the_generator() {
        for (n, number) in [(0, 6457827717110365317_u64), (1, 3203168211198807973), (2, 9817491932198370423)] {
            assert_eq!(split_mix(1234567, n), number >> 11);
        }
        let study = study(|d| (d.start, d.sample, d.seed) = ("-1:1,5".into(), Some(1000), 1));
        let starts: Vec<Vec<f64>> = (0..1000).map(|run| study.plan(run).start).collect();
        assert!(starts.iter().all(|x| (-1.0..1.0).contains(&x[0]) && x[1] == 5.0));
        let mean = starts.iter().map(|x| x[0]).sum::<f64>() / 1000.0;
        assert!(mean.abs() < 0.1, "{mean}");
    }
}
