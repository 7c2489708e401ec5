//! What a figure consists of: shapes and texts in pixels, y downwards, in the order in which they are drawn.

use super::font;
use crate::json::Real;

/// Red, green, blue.
pub type Color = [u8; 3];

/// A figure.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Width and height in pixels.
    pub size: [f64; 2],
    /// What it shows, for those who do not see it.
    pub title: String,
    /// From back to front.
    pub items: Vec<Item>,
}

impl Scene {
    /// This one, with another one to the right of it.
    pub fn beside(mut self, other: Scene) -> Scene {
        let [width, height] = self.size;
        self.items.extend(other.items.into_iter().map(|item| item.moved([width, 0.0])));
        let title = format!("{}; {}", self.title, other.title);
        Scene { size: [width + other.size[0], height.max(other.size[1])], title, items: self.items }
    }

    /// The same on a white ground, where parts are less wide than others.
    pub fn on_white(mut self) -> Scene {
        self.items.insert(0, super::chart::ground(self.size));
        self
    }

    /// This one, with another one below it.
    pub fn above(mut self, other: Scene) -> Scene {
        let [width, height] = self.size;
        self.items.extend(other.items.into_iter().map(|item| item.moved([0.0, height])));
        let title = format!("{}; {}", self.title, other.title);
        Scene { size: [width.max(other.size[0]), height + other.size[1]], title, items: self.items }
    }
}

impl Item {
    /// The least and the largest coordinates of what is drawn, without the width of lines; of a text those of its line.
    pub(super) fn extent(&self) -> [[f64; 2]; 2] {
        match self {
            Item::Shape(shape, _) | Item::Mark { shape, .. } => shape.extent(),
            Item::Text { text, at: [x, y], size, anchor, upwards } => {
                let width = font::extent(text, *size);
                let [ascent, descent] = font::line(*size);
                let before = anchor.before(width);
                match upwards {
                    false => [[x - before, y - ascent], [x - before + width, y + descent]],
                    true => [[x - ascent, y + before - width], [x + descent, y + before]],
                }
            }
        }
    }

    /// The same, so much to the right and down.
    pub(super) fn moved(self, by: [f64; 2]) -> Item {
        let place = |[x, y]: [f64; 2]| [x + by[0], y + by[1]];
        let shape = |shape| match shape {
            Shape::Circle { center, radius } => Shape::Circle { center: place(center), radius },
            Shape::Polygon(points) => Shape::Polygon(points.into_iter().map(place).collect()),
            Shape::Lines(lines) => {
                Shape::Lines(lines.into_iter().map(|line| line.into_iter().map(place).collect()).collect())
            }
            Shape::Rectangle { corner, size, rounding } => Shape::Rectangle { corner: place(corner), size, rounding },
        };
        match self {
            Item::Shape(form, paint) => Item::Shape(shape(form), paint),
            Item::Mark { at, shape: form, paint, series, step, data } => {
                Item::Mark { at: place(at), shape: shape(form), paint, series, step, data }
            }
            Item::Text { text, at, size, anchor, upwards } => Item::Text { text, at: place(at), size, anchor, upwards },
        }
    }
}

/// A thing to draw.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Item {
    Shape(Shape, Paint),
    /// A marker of a series around a pixel, with the coordinates of what it stands for; in a legend it stands for none.
    Mark {
        at: [f64; 2],
        shape: Shape,
        paint: Paint,
        series: String,
        /// Which step of it this is.
        step: Option<usize>,
        data: Option<[Real; 2]>,
    },
    Text {
        text: String,
        at: [f64; 2],
        size: f64,
        anchor: Anchor,
        upwards: bool,
    },
}

/// A form.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Shape {
    Circle { center: [f64; 2], radius: f64 },
    Polygon(Vec<[f64; 2]>),
    Lines(Vec<Vec<[f64; 2]>>),
    Rectangle { corner: [f64; 2], size: [f64; 2], rounding: f64 },
}

impl Shape {
    fn extent(&self) -> [[f64; 2]; 2] {
        let of = |points: &mut dyn Iterator<Item = [f64; 2]>| {
            let none = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
            points.fold(none, |[a, b], [x, y]| [[a[0].min(x), a[1].min(y)], [b[0].max(x), b[1].max(y)]])
        };
        match self {
            Shape::Circle { center: [x, y], radius: r } => [[x - r, y - r], [x + r, y + r]],
            Shape::Polygon(points) => of(&mut points.iter().copied()),
            Shape::Lines(lines) => of(&mut lines.iter().flatten().copied()),
            Shape::Rectangle { corner: [x, y], size: [w, h], .. } => [[*x, *y], [x + w, y + h]],
        }
    }
}

/// How a form is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Inside, and how opaque.
    pub fill: Option<(Color, f64)>,
    /// The edge, and its width.
    pub stroke: Option<(Color, f64)>,
}

/// What of a text is at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    /// How much of a text's width stands before its place.
    pub(super) fn before(self, width: f64) -> f64 {
        match self {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        }
    }
}
