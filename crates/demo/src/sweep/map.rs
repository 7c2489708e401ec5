//! Which start ends where, and how fast: a map an optimizer and step size.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::row::Row;
use super::study::Study;
use crate::commands::Refusal;
use crate::figures::{Color, Map, Scene, key, palette};
use crate::json::Real;

/// Cells along a side at most; where there are more starts, the first in a cell stands for it.
const MOST_CELLS: u64 = 150;
/// Maps in a picture at most.
const MOST_MAPS: u64 = 12;
/// Maps beside each other.
const ABREAST: usize = 3;
/// Ends with a colour of their own.
const MOST_ENDS: usize = 6;
/// Ends that are this near to each other, as a share of the ranges, are the same.
const NEAR: f64 = 0.02;
const ELSEWHERE: Color = [0xC8, 0xC8, 0xC8];
const LOST: Color = [0x30, 0x30, 0x30];

/// Maps in the making: their memory is that of the picture, however many runs there are.
#[derive(Clone, Debug)]
pub struct Maps {
    /// The two variables whose starts differ.
    variables: [usize; 2],
    axes: [Axis; 2],
    size: [usize; 2],
    near: f64,
    maps: BTreeMap<u64, Vec<Option<Cell>>>,
}

#[derive(Clone, Debug)]
struct Cell {
    /// Where the run ended; nowhere if it failed.
    x: Option<Vec<f64>>,
    settled: usize,
    loss: f64,
}

impl Maps {
    /// Of a study that starts from a plane.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if not two variables have ranges, evenly spaced ones, or there are more maps than a picture takes.
    pub fn new(study: &Study) -> Result<Self, Refusal> {
        let ranges: Vec<usize> = (0..study.axes().len()).filter(|&i| study.axes()[i].is_range()).collect();
        let [a, b] = ranges[..] else {
            return Err(format!(
                "--plot draws a plane of starts: two variables with ranges are needed, not {}",
                ranges.len()
            )
            .into());
        };
        let axes = [study.axes()[a], study.axes()[b]];
        if axes.iter().any(|axis| axis.is_logarithmic()) {
            return Err("--plot draws a plane of starts: ranges without 'log' are needed".to_owned().into());
        }
        if study.planes() > MOST_MAPS {
            return Err(format!(
                "--plot draws a map an optimizer and step: {MOST_MAPS} at most, not {}",
                study.planes()
            )
            .into());
        }
        let size = axes.map(|axis| axis.count.unwrap_or(MOST_CELLS).min(MOST_CELLS) as usize);
        let near = NEAR * axes.iter().map(|axis| axis.high - axis.low).fold(0.0, f64::max);
        Ok(Maps { variables: [a, b], axes, size, near, maps: BTreeMap::new() })
    }

    /// Takes a row; they come in the order of their runs.
    pub fn take(&mut self, study: &Study, run: u64, row: &Row) {
        let start = study.plan(run).start;
        let place = |k: usize| {
            let Axis { low, high, count, .. } = self.axes[k];
            let (share, cells) = ((start[self.variables[k]] - low) / (high - low), self.size[k] as f64);
            // a start of a grid is in the middle of its cell
            let cell = if count.is_some() { (share * (cells - 1.0)).round() } else { share * cells };
            (cell as usize).min(self.size[k] - 1)
        };
        let index = place(1) * self.size[0] + place(0);
        let cells = self.maps.entry(study.plane(run)).or_insert_with(|| vec![None; self.size[0] * self.size[1]]);
        cells[index].get_or_insert_with(|| {
            let arrived = matches!(row.status, "converged" | "max_iterations");
            let x = row.x.iter().map(|x| x.to_f64()).collect();
            Cell { x: arrived.then_some(x), settled: row.settled.unwrap_or(0), loss: row.loss.to_f64() }
        });
    }

    /// The maps of the shard's runs, drawn.
    pub fn scene(&self, study: &Study) -> Scene {
        let ends = self.ends();
        let end_of = |x: &Vec<f64>| ends.iter().position(|end| distance(end, x) <= 2.0 * self.near);
        let arrived = || {
            self.maps.values().flatten().flatten().filter(|cell| cell.x.as_ref().is_some_and(|x| end_of(x).is_some()))
        };
        let slowest = arrived().map(|cell| cell.settled).max().unwrap_or(0);
        let quickest = arrived().map(|cell| cell.settled).min().unwrap_or(0);
        let shade = |settled: usize| {
            let log = |n: usize| (n as f64 + 1.0).ln();
            let span = log(slowest) - log(quickest);
            if span > 0.0 { (log(settled) - log(quickest)) / span } else { 0.0 }
        };
        let color = |cell: &Cell| match &cell.x {
            None => LOST,
            Some(x) => end_of(x).map_or(ELSEWHERE, |end| pale(palette(end), shade(cell.settled))),
        };
        let name = |k: usize| format!("x{} of the start", self.variables[k]);
        // cells reach half a step beyond the starts of a grid
        let limits = |k: usize| {
            let Axis { low, high, count, .. } = self.axes[k];
            let half = if count.is_some() { (high - low) / (self.size[k] as f64 - 1.0) / 2.0 } else { 0.0 };
            [low - half, high + half]
        };
        let mut rows: Vec<Scene> = Vec::new();
        let mut abreast = 0;
        for (&plane, cells) in &self.maps {
            let map = Map {
                description: format!(
                    "Where {} ends on {} from each start",
                    study.plane_name(plane),
                    study.subject().name
                ),
                title: study.plane_name(plane),
                labels: [name(0), name(1)],
                limits: [limits(0), limits(1)],
                cells: cells
                    .chunks(self.size[0])
                    .map(|row| row.iter().map(|cell| cell.as_ref().map(color)).collect())
                    .collect(),
            };
            match rows.pop() {
                Some(row) if abreast < ABREAST => rows.push(row.beside(map.scene())),
                last => {
                    rows.extend(last);
                    rows.push(map.scene());
                    abreast = 0;
                }
            }
            abreast += 1;
        }
        let shades = |color: Color| [0.0, 0.25, 0.5, 0.75, 1.0].map(|t| pale(color, t)).to_vec();
        let mut colors: Vec<(Vec<Color>, String)> = ends
            .iter()
            .enumerate()
            .map(|(i, end)| (shades(palette(i)), format!("ends near {}", rounded(end))))
            .collect();
        colors.push((vec![ELSEWHERE], "ends elsewhere".to_owned()));
        colors.push((vec![LOST], "not finite, or failed".to_owned()));
        let note = format!("dark to pale: settled at iteration {quickest} to {slowest}");
        rows.push(key(&colors, &[note]));
        rows.into_iter().reduce(Scene::above).map(Scene::on_white).unwrap_or(Scene {
            size: [1.0, 1.0],
            title: String::new(),
            items: Vec::new(),
        })
    }

    /// Where most runs end, the most frequented first: of the runs there, the end with the least loss.
    fn ends(&self) -> Vec<Vec<f64>> {
        let mut groups: BTreeMap<Vec<i64>, (usize, &Cell)> = BTreeMap::new();
        let mut count = 0;
        for cell in self.maps.values().flatten().flatten() {
            let Some(x) = &cell.x else { continue };
            count += 1;
            let group = groups.entry(x.iter().map(|x| (x / self.near).round() as i64).collect()).or_insert((0, cell));
            group.0 += 1;
            if cell.loss < group.1.loss {
                group.1 = cell;
            }
        }
        let mut groups: Vec<(usize, &Cell)> = groups.into_values().collect();
        groups.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let mut ends: Vec<Vec<f64>> = Vec::new();
        for (members, cell) in groups {
            let new = |x: &&Vec<f64>| ends.iter().all(|end| distance(end, x) > 2.0 * self.near);
            if let Some(x) = cell.x.as_ref().filter(new)
                && ends.len() < MOST_ENDS
                && members * 100 >= count
            {
                ends.push(x.clone());
            }
        }
        ends
    }
}

/// The largest difference of a component.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// A colour, the paler the nearer `share` is to 1.
fn pale(color: Color, share: f64) -> Color {
    color.map(|c| (f64::from(c) + 0.75 * share * (255.0 - f64::from(c))).round() as u8)
}

/// A point to three decimals.
fn rounded(x: &[f64]) -> String {
    let one = |x: &f64| Real::from((x * 1000.0).round() / 1000.0 + 0.0).to_string();
    format!("({})", x.iter().map(one).collect::<Vec<_>>().join(", "))
}
