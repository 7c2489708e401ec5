//! A chart of marks with axes, ticks and a legend, laid out as matplotlib does it.

use super::scene::{Anchor, Color, Item, Paint, Scene, Shape};
use super::{DOTS_PER_INCH, contours, font, ticks};
use crate::json::Real;

/// Pixels a point, at 100 dots an inch.
const POINT: f64 = 100.0 / 72.0;
/// Width and height that charts are laid out in: 4 inches. The picture is as large as what is drawn.
pub(super) const SIZE: f64 = 400.0;
/// The axes within it (matplotlib's defaults, the bottom as its notebooks have it).
pub(super) const LEFT: f64 = 0.125 * SIZE;
pub(super) const TOP: f64 = 0.12 * SIZE;
pub(super) const RIGHT: f64 = 0.9 * SIZE;
pub(super) const BOTTOM: f64 = 0.875 * SIZE;
/// The size of labels.
pub(super) const TEXT: f64 = 10.0 * POINT;
/// The size of the title.
const TITLE: f64 = 12.0 * POINT;
/// The radius of a marker.
const RADIUS: f64 = 3.0 * POINT;
const BLACK: Color = [0, 0, 0];

/// The form of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
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
    /// The form of its marks.
    pub marker: Marker,
    /// Its points; those that are not finite are left out.
    pub points: Vec<[Real; 2]>,
    /// The step that the first of them belongs to.
    pub first: usize,
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
    /// From back to front.
    pub series: Vec<Series>,
    /// Where the optimum is, and the form of its mark.
    pub target: Option<([Real; 2], Marker)>,
    /// Whether it says what the series are.
    pub legend: bool,
    /// Whether the vertical axis is logarithmic; points that are not positive are left out.
    pub logarithmic: bool,
}

/// How far a tick's label is from the axis.
const FROM_AXIS: f64 = 7.0 * POINT;
/// How far an axis's name is from the ticks' labels.
const FROM_LABEL: f64 = 4.0 * POINT;

/// Ticks of an axis, their labels, and what these have in common.
struct Ticks {
    places: Vec<f64>,
    labels: Vec<String>,
    common: String,
}

impl Ticks {
    fn linear(limits: [f64; 2], bins: usize) -> Self {
        let places = ticks::ticks(limits, bins);
        let (labels, common) = ticks::labels(&places, limits);
        Ticks { places, labels, common }
    }

    fn decades(limits: [f64; 2], bins: usize) -> Self {
        let (places, labels) = ticks::decades(limits, bins);
        Ticks { places, labels, common: String::new() }
    }

    fn widest(&self) -> f64 {
        self.labels.iter().map(|label| font::extent(label, TEXT)).fold(0.0, f64::max)
    }
}

/// As many intervals as there is room for labels of so many points.
fn room(length: f64, text: f64) -> usize {
    (length / POINT / text) as usize
}

/// From data to pixels.
pub(super) struct Frame {
    x: [f64; 2],
    y: [f64; 2],
    logarithmic: bool,
    y_ticks: Ticks,
}

impl Frame {
    /// With limits, those of a logarithmic axis as logarithms.
    pub(super) fn new(x: [f64; 2], y: [f64; 2], logarithmic: bool) -> Self {
        let bins = room(BOTTOM - TOP, 20.0);
        let y_ticks = if logarithmic { Ticks::decades(y, bins.min(9)) } else { Ticks::linear(y, bins) };
        Frame { x, y, logarithmic, y_ticks }
    }

    fn scaled(&self, [x, y]: [Real; 2]) -> Option<[f64; 2]> {
        scaled([x, y], self.logarithmic)
    }
    pub(super) fn x(&self, x: f64) -> f64 {
        LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (RIGHT - LEFT)
    }
    pub(super) fn y(&self, y: f64) -> f64 {
        BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (BOTTOM - TOP)
    }
    fn pixel(&self, point: [Real; 2]) -> Option<[f64; 2]> {
        self.scaled(point).map(|[x, y]| [self.x(x), self.y(y)])
    }

    /// Draws the axes with their ticks and names, and the title.
    pub(super) fn axes(&self, labels: &[String; 2], title: Option<&str>, items: &mut Vec<Item>) {
        let (frame, y_ticks) = (self, &self.y_ticks);
        let text = |text: &str, at: [f64; 2], size: f64, anchor: Anchor, upwards: bool| Item::Text {
            text: text.to_owned(),
            at,
            size,
            anchor,
            upwards,
        };
        const LENGTH: f64 = 3.5 * POINT;
        let [ascent, descent] = font::line(TEXT);
        let mut lines =
            vec![vec![[LEFT, TOP], [RIGHT, TOP], [RIGHT, BOTTOM], [LEFT, BOTTOM], [LEFT, TOP], [RIGHT, TOP]]];

        let x_ticks = Ticks::linear(frame.x, room(RIGHT - LEFT, 30.0));
        let baseline = BOTTOM + FROM_AXIS + ascent;
        for (&tick, label) in x_ticks.places.iter().zip(&x_ticks.labels) {
            let x = frame.x(tick);
            lines.push(vec![[x, BOTTOM], [x, BOTTOM + LENGTH]]);
            items.push(text(label, [x, baseline], TEXT, Anchor::Middle, false));
        }
        let below = baseline + descent + FROM_LABEL + ascent;
        items.push(text(&labels[0], [(LEFT + RIGHT) / 2.0, below], TEXT, Anchor::Middle, false));
        items.push(text(&x_ticks.common, [RIGHT, below], TEXT, Anchor::End, false));

        for (&tick, label) in y_ticks.places.iter().zip(&y_ticks.labels) {
            let y = frame.y(tick);
            lines.push(vec![[LEFT, y], [LEFT - LENGTH, y]]);
            items.push(text(label, [LEFT - FROM_AXIS, y + ascent / 2.0], TEXT, Anchor::End, false));
        }
        let beside = LEFT - FROM_AXIS - y_ticks.widest() - FROM_LABEL - descent;
        items.push(text(&labels[1], [beside, (TOP + BOTTOM) / 2.0], TEXT, Anchor::Middle, true));
        items.push(text(&y_ticks.common, [LEFT, TOP - 3.0 * POINT], TEXT, Anchor::Start, false));
        if let Some(title) = title {
            items.push(text(title, [(LEFT + RIGHT) / 2.0, TOP - 6.0 * POINT], TITLE, Anchor::Middle, false));
        }
        items.push(Item::Shape(Shape::Lines(lines), Paint { fill: None, stroke: Some((BLACK, 0.8 * POINT)) }));
        items.retain(|item| !matches!(item, Item::Text { text, .. } if text.is_empty()));
    }
}

/// The picture of what is drawn, as matplotlib crops it: a tenth of an inch around all of it, and whole pixels, of which
/// the last ones at the top and to the right are left out.
pub(super) fn tight(mut items: Vec<Item>, title: String) -> Scene {
    const PAD: f64 = 0.1 * DOTS_PER_INCH;
    let boxes = items.iter().map(Item::extent);
    let joined = |[a, b]: [[f64; 2]; 2], [c, d]: [[f64; 2]; 2]| {
        [[a[0].min(c[0]), a[1].min(c[1])], [b[0].max(d[0]), b[1].max(d[1])]]
    };
    let [[left, top], [right, bottom]] = boxes.reduce(joined).unwrap_or_default();
    let size = [right - left, bottom - top].map(|length| (length + 2.0 * PAD).floor());
    let by = [PAD - left, size[1] - PAD - bottom];
    items = items.into_iter().map(|item| item.moved(by)).collect();
    items.insert(0, ground(size));
    Scene { size, title, items }
}

/// A white ground.
pub(super) fn ground(size: [f64; 2]) -> Item {
    Item::Shape(
        Shape::Rectangle { corner: [0.0, 0.0], size, rounding: 0.0 },
        Paint { fill: Some(([255, 255, 255], 1.0)), stroke: None },
    )
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
        self.over(None)
    }

    /// The chart, drawn over level sets of a function of both coordinates.
    pub fn over(&self, function: Option<&dyn Fn([f64; 2]) -> f64>) -> Scene {
        let target = self.target.map(|(point, _)| point);
        let all = || self.series.iter().flat_map(|series| series.points.iter().copied()).chain(target);
        let places = || all().filter_map(|point| scaled(point, self.logarithmic));
        let x = ticks::limits(places().map(|[x, _]| x));
        let y = ticks::limits(places().map(|[_, y]| y));
        let frame = Frame::new(x, y, self.logarithmic);
        let mut items = Vec::new();
        if let Some(function) = function {
            let pixels = |line: [[f64; 2]; 2]| line.map(|[x, y]| [frame.x(x), frame.y(y)]).to_vec();
            let lines = contours::level_sets(function, frame.x, frame.y).into_iter().map(pixels).collect();
            items.push(Item::Shape(Shape::Lines(lines), Paint { fill: None, stroke: Some(([190, 190, 190], 0.8)) }));
        }
        let mut marks = Vec::new();
        for series in &self.series {
            for (step, &point) in (series.first..).zip(&series.points) {
                if let Some(pixel) = frame.pixel(point) {
                    marks.push(pixel);
                    items.push(mark(series.marker, pixel, series.color, &series.label, Some(step), Some(point)));
                }
            }
        }
        if let Some((point, marker)) = self.target
            && let Some(pixel) = frame.pixel(point)
        {
            marks.push(pixel);
            items.push(mark(marker, pixel, BLACK, "target", None, Some(point)));
        }
        frame.axes(&self.labels, self.title.as_deref(), &mut items);
        if self.legend {
            self.legend(&marks, &mut items);
        }
        tight(items, self.description.clone())
    }

    /// The legend, in the first place of matplotlib's order that covers no mark; if there is none, beside the axes.
    fn legend(&self, marks: &[[f64; 2]], items: &mut Vec<Item>) {
        const PAD: f64 = 0.4 * TEXT;
        const HANDLE: f64 = 2.0 * TEXT;
        const GAP: f64 = 0.8 * TEXT;
        const SPACING: f64 = 0.5 * TEXT;
        const BORDER: f64 = 0.5 * TEXT;
        /// The middle of a row's mark above its baseline.
        const HANDLE_ABOVE: f64 = 0.375 * 0.7 * TEXT;
        let labelled: Vec<&Series> = self.series.iter().filter(|series| !series.label.is_empty()).collect();
        if labelled.is_empty() {
            return;
        }
        let [ascent, descent] = font::line(TEXT);
        let line = ascent + descent;
        let widest = labelled.iter().map(|series| font::extent(&series.label, TEXT)).fold(0.0, f64::max);
        let count = labelled.len() as f64;
        let (width, height) = (2.0 * PAD + HANDLE + GAP + widest, 2.0 * PAD + count * line + (count - 1.0) * SPACING);
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
        let is_free = |[x, y]: &[f64; 2]| {
            let inside = |v: f64, from: f64, length: f64| (from - RADIUS..=from + length + RADIUS).contains(&v);
            !marks.iter().any(|mark| inside(mark[0], *x, width) && inside(mark[1], *y, height))
        };
        let fits = width <= RIGHT - LEFT - 2.0 * BORDER && height <= BOTTOM - TOP - 2.0 * BORDER;
        let free = places.into_iter().find(is_free).filter(|_| fits);
        let [x, y] = free.unwrap_or([RIGHT + BORDER, TOP]);
        items.push(Item::Shape(
            Shape::Rectangle { corner: [x, y], size: [width, height], rounding: 0.2 * TEXT },
            Paint { fill: Some(([255, 255, 255], 0.8)), stroke: Some(([204, 204, 204], 0.8 * POINT)) },
        ));
        for (i, series) in labelled.into_iter().enumerate() {
            let row = y + PAD + i as f64 * (line + SPACING);
            let sample = [x + PAD + HANDLE / 2.0, row + ascent - HANDLE_ABOVE];
            items.push(mark(series.marker, sample, series.color, &series.label, None, None));
            let at = [x + PAD + HANDLE + GAP, row + ascent];
            let text = series.label.clone();
            items.push(Item::Text { text, at, size: TEXT, anchor: Anchor::Start, upwards: false });
        }
    }
}

fn mark(
    marker: Marker,
    pixel: [f64; 2],
    color: Color,
    series: &str,
    step: Option<usize>,
    data: Option<[Real; 2]>,
) -> Item {
    let (shape, paint) = form(marker, pixel, color);
    Item::Mark { at: pixel, shape, paint, series: series.to_owned(), step, data }
}

/// A marker of matplotlib's size 36: 6 points across.
fn form(marker: Marker, center: [f64; 2], color: Color) -> (Shape, Paint) {
    let [x, y] = center;
    /// Half the diagonal of the square.
    const S: f64 = std::f64::consts::SQRT_2;
    let around = |corners: &[[f64; 2]]| {
        Shape::Polygon(corners.iter().map(|[right, down]| [x + RADIUS * right, y + RADIUS * down]).collect())
    };
    let filled = Paint { fill: Some((color, 1.0)), stroke: Some((color, 0.5 * POINT)) };
    match marker {
        Marker::Circle => (Shape::Circle { center, radius: RADIUS }, filled),
        Marker::Square => (around(&[[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]), filled),
        Marker::Triangle => (around(&[[0.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]), filled),
        Marker::Diamond => (around(&[[0.0, -S], [S, 0.0], [0.0, S], [-S, 0.0]]), filled),
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
