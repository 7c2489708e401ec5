//! What a figure consists of: shapes and texts in pixels, y downwards, in the order in which they are drawn.

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

/// A thing to draw.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Item {
    Shape(Shape, Paint),
    /// A marker of a series, with the coordinates of what it stands for.
    Mark {
        shape: Shape,
        paint: Paint,
        series: String,
        data: [Real; 2],
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
