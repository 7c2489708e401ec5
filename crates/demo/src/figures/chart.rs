//! A chart of marks with axes, ticks and a legend, laid out as matplotlib does it.

use super::scene::{Anchor, Color, Item, Paint, Scene, Shape};
use super::{font, ticks};
use crate::json::Real;

/// Pixels a point, at 100 dots an inch.
const POINT: f64 = 100.0 / 72.0;
/// Width and height: 4 inches.
const SIZE: f64 = 400.0;
/// The axes within it (matplotlib's defaults, the bottom as its notebooks have it).
const LEFT: f64 = 0.125 * SIZE;
const TOP: f64 = 0.12 * SIZE;
const RIGHT: f64 = 0.9 * SIZE;
const BOTTOM: f64 = 0.875 * SIZE;
/// The size of labels.
const TEXT: f64 = 10.0 * POINT;
/// The size of the title.
const TITLE: f64 = 12.0 * POINT;
/// How far a line of text goes below its baseline, as matplotlib reckons.
const DESCENT: f64 = 0.24026 * TEXT;
/// The radius of a marker.
const RADIUS: f64 = 3.0 * POINT;
const BLACK: Color = [0, 0, 0];

/// The form of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Marker {
    Circle,
    Star,
    Cross,
}

/// Points of one colour.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// Its colour.
    pub color: Color,
    /// Its points; those that are not finite are left out.
    pub points: Vec<[Real; 2]>,
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows, for those who do not see it.
    pub description: String,
    /// Above the axes.
    pub title: Option<String>,
    /// The names of the axes.
    pub labels: [String; 2],
    /// The form of all marks.
    pub marker: Marker,
    /// From back to front.
    pub series: Vec<Series>,
    /// Where the optimum is, and the form of its mark.
    pub target: Option<([Real; 2], Marker)>,
    /// Whether the vertical axis is logarithmic; points that are not positive are left out.
    pub logarithmic: bool,
}

/// From data to pixels.
struct Frame {
    x: [f64; 2],
    y: [f64; 2],
    logarithmic: bool,
}

impl Frame {
    fn scaled(&self, [x, y]: [Real; 2]) -> Option<[f64; 2]> {
        scaled([x, y], self.logarithmic)
    }
    fn x(&self, x: f64) -> f64 {
        LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (RIGHT - LEFT)
    }
    fn y(&self, y: f64) -> f64 {
        BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (BOTTOM - TOP)
    }
    fn pixel(&self, point: [Real; 2]) -> Option<[f64; 2]> {
        self.scaled(point).map(|[x, y]| [self.x(x), self.y(y)])
    }
}

/// What has a place in the chart: neither NaN nor so large that lengths overflow.
fn scaled([x, y]: [Real; 2], logarithmic: bool) -> Option<[f64; 2]> {
    let (x, y) = (x.to_f64(), y.to_f64());
    let y = if logarithmic { y.log10() } else { y };
    (x.abs() < 1e300 && y.abs() < 1e300).then_some([x, y])
}

impl Chart {
    /// The chart, drawn.
    pub fn scene(&self) -> Scene {
        let target = self.target.map(|(point, _)| point);
        let all = || self.series.iter().flat_map(|series| series.points.iter().copied()).chain(target);
        let places = || all().filter_map(|point| scaled(point, self.logarithmic));
        let frame = Frame {
            x: ticks::limits(places().map(|[x, _]| x)),
            y: ticks::limits(places().map(|[_, y]| y)),
            logarithmic: self.logarithmic,
        };
        let mut items = vec![Item::Shape(
            Shape::Rectangle { corner: [0.0, 0.0], size: [SIZE, SIZE], rounding: 0.0 },
            Paint { fill: Some(([255, 255, 255], 1.0)), stroke: None },
        )];
        let mut marks = Vec::new();
        for series in &self.series {
            for &point in &series.points {
                if let Some(pixel) = frame.pixel(point) {
                    marks.push(pixel);
                    items.push(mark(self.marker, pixel, series.color, &series.label, point));
                }
            }
        }
        if let Some((point, marker)) = self.target
            && let Some(pixel) = frame.pixel(point)
        {
            marks.push(pixel);
            items.push(mark(marker, pixel, BLACK, "target", point));
        }
        self.axes(&frame, &mut items);
        self.legend(&marks, &mut items);
        Scene { size: [SIZE, SIZE], title: self.description.clone(), items }
    }

    fn axes(&self, frame: &Frame, items: &mut Vec<Item>) {
        let text = |text: &str, at: [f64; 2], size: f64, anchor: Anchor, upwards: bool| Item::Text {
            text: text.to_owned(),
            at,
            size,
            anchor,
            upwards,
        };
        const LENGTH: f64 = 3.5 * POINT;
        const FROM_AXIS: f64 = 7.0 * POINT;
        const FROM_LABEL: f64 = 4.0 * POINT;
        const CENTER: f64 = 0.37988 * TEXT;
        let mut lines =
            vec![vec![[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM], [LEFT, TOP], [RIGHT, TOP]]];

        // as many intervals as there is room for labels
        let room = |length: f64, text: f64| (length / POINT / text) as usize;
        let x_ticks = ticks::ticks(frame.x, room(RIGHT - LEFT, 30.0));
        let (labels, common) = ticks::labels(&x_ticks, frame.x);
        let baseline = BOTTOM + FROM_AXIS + TEXT - DESCENT;
        for (&tick, label) in x_ticks.iter().zip(&labels) {
            let x = frame.x(tick);
            lines.push(vec![[x, BOTTOM], [x, BOTTOM + LENGTH]]);
            items.push(text(label, [x, baseline], TEXT, Anchor::Middle, false));
        }
        let below = baseline + DESCENT + FROM_LABEL + TEXT - DESCENT;
        items.push(text(&self.labels[0], [(LEFT + RIGHT) / 2.0, below], TEXT, Anchor::Middle, false));
        items.push(text(&common, [RIGHT, below], TEXT, Anchor::End, false));

        let bins = room(BOTTOM - TOP, 20.0);
        let (y_ticks, labels, common) = if self.logarithmic {
            let (ticks, labels) = ticks::decades(frame.y, bins.min(9));
            (ticks, labels, String::new())
        } else {
            let ticks = ticks::ticks(frame.y, bins);
            let (labels, common) = ticks::labels(&ticks, frame.y);
            (ticks, labels, common)
        };
        let mut widest = 0.0_f64;
        for (&tick, label) in y_ticks.iter().zip(&labels) {
            let y = frame.y(tick);
            widest = widest.max(font::width(label, TEXT).ceil());
            lines.push(vec![[LEFT, y], [LEFT - LENGTH, y]]);
            items.push(text(label, [LEFT - FROM_AXIS, y + CENTER], TEXT, Anchor::End, false));
        }
        // never out of the picture
        let beside = (LEFT - FROM_AXIS - widest - FROM_LABEL).max(TEXT) - DESCENT;
        items.push(text(&self.labels[1], [beside, (TOP + BOTTOM) / 2.0], TEXT, Anchor::Middle, true));
        items.push(text(&common, [LEFT, TOP - 3.0 * POINT], TEXT, Anchor::Start, false));
        if let Some(title) = &self.title {
            items.push(text(title, [(LEFT + RIGHT) / 2.0, TOP - 6.0 * POINT], TITLE, Anchor::Middle, false));
        }
        // lines a pixel wide fall on pixels
        let snapped = |[x, y]: [f64; 2]| [x.round() + 0.5, y.round() - 0.5];
        let lines = lines.into_iter().map(|line| line.into_iter().map(snapped).collect()).collect();
        items.push(Item::Shape(Shape::Lines(lines), Paint { fill: None, stroke: Some((BLACK, 0.8 * POINT)) }));
        items.retain(|item| !matches!(item, Item::Text { text, .. } if text.is_empty()));
    }

    /// The legend, in the first place of matplotlib's order that covers the fewest marks.
    fn legend(&self, marks: &[[f64; 2]], items: &mut Vec<Item>) {
        const PAD: f64 = 0.4 * TEXT;
        const HANDLE: f64 = 2.0 * TEXT;
        const GAP: f64 = 0.8 * TEXT;
        const ROW: f64 = 1.03224 * TEXT;
        const SPACING: f64 = 0.5 * TEXT;
        const BORDER: f64 = 0.5 * TEXT;
        let labelled: Vec<&Series> = self.series.iter().filter(|series| !series.label.is_empty()).collect();
        if labelled.is_empty() {
            return;
        }
        let widest = labelled.iter().map(|series| font::width(&series.label, TEXT)).fold(0.0, f64::max).ceil();
        let count = labelled.len() as f64;
        let (width, height) = (2.0 * PAD + HANDLE + GAP + widest, 2.0 * PAD + count * ROW + (count - 1.0) * SPACING);
        let (left, right) = (LEFT + BORDER, RIGHT - BORDER - width);
        let (top, bottom) = (TOP + BORDER, BOTTOM - BORDER - height);
        let (center, middle) = ((left + right) / 2.0, (top + bottom) / 2.0);
        let places = [
            [right, top],
            [left, top],
            [left, bottom],
            [right, bottom],
            [right, middle],
            [left, middle],
            [right, middle],
            [center, bottom],
            [center, top],
            [center, middle],
        ];
        // a mark counts if the frame touches it, where matplotlib looks at its centre
        let covered = |[x, y]: &[f64; 2]| {
            let inside = |v: f64, from: f64, length: f64| (from - RADIUS..=from + length + RADIUS).contains(&v);
            marks.iter().filter(|mark| inside(mark[0], *x, width) && inside(mark[1], *y, height)).count()
        };
        let [x, y] = places.into_iter().min_by_key(covered).unwrap_or([left, top]);
        items.push(Item::Shape(
            Shape::Rectangle { corner: [x, y], size: [width, height], rounding: 0.2 * TEXT },
            Paint { fill: Some(([255, 255, 255], 0.8)), stroke: Some(([204, 204, 204], 0.8 * POINT)) },
        ));
        for (i, series) in labelled.into_iter().enumerate() {
            let row = y + i as f64 * (ROW + SPACING);
            let (shape, paint) = form(self.marker, [x + PAD + HANDLE / 2.0, row + 0.92950 * TEXT], series.color);
            items.push(Item::Shape(shape, paint));
            let at = [x + PAD + HANDLE + GAP, row + 1.192 * TEXT];
            let text = series.label.clone();
            items.push(Item::Text { text, at, size: TEXT, anchor: Anchor::Start, upwards: false });
        }
    }
}

fn mark(marker: Marker, pixel: [f64; 2], color: Color, series: &str, data: [Real; 2]) -> Item {
    let (shape, paint) = form(marker, pixel, color);
    Item::Mark { shape, paint, series: series.to_owned(), data }
}

/// A marker of matplotlib's size 36: 6 points across.
fn form(marker: Marker, center: [f64; 2], color: Color) -> (Shape, Paint) {
    let [x, y] = center;
    let filled = Paint { fill: Some((color, 1.0)), stroke: Some((color, 0.5 * POINT)) };
    match marker {
        Marker::Circle => (Shape::Circle { center, radius: RADIUS }, filled),
        Marker::Star => {
            let corner = |i: u8| {
                let angle = std::f64::consts::PI * (0.5 + f64::from(i) / 5.0);
                let radius = if i.is_multiple_of(2) { RADIUS } else { 0.381966 * RADIUS };
                [x + radius * angle.cos(), y - radius * angle.sin()]
            };
            (Shape::Polygon((0..10).map(corner).collect()), filled)
        }
        Marker::Cross => {
            let r = RADIUS;
            let lines = vec![vec![[x - r, y - r], [x + r, y + r]], vec![[x - r, y + r], [x + r, y - r]]];
            (Shape::Lines(lines), Paint { fill: None, stroke: Some((color, 0.25 * POINT)) })
        }
    }
}
