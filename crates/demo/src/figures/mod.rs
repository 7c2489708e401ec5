//! Figures: a chart lays itself out as a scene of shapes and texts, which is written as SVG or as PNG.

mod chart;
mod contours;
mod font;
mod map;
mod notebook;
mod raster;
mod scene;
mod svg;
mod ticks;

pub use chart::{Chart, Marker, Series};
pub use map::{Map, key};
pub use notebook::figures;
pub use raster::png;
pub use scene::{Anchor, Color, Item, Paint, Scene, Shape};
pub use svg::{inline, svg};

/// How many pixels an inch has.
pub const DOTS_PER_INCH: f64 = 100.0;

/// The colour of the `n`-th series: the notebook's three, then those of Okabe and Ito that stand out against them and
/// white, for all kinds of colour vision.
pub fn palette(n: usize) -> Color {
    COLORS[n % COLORS.len()]
}

const COLORS: [Color; 8] = [
    [0x1F, 0x77, 0xB4],
    [0xFF, 0x7F, 0x0E],
    [0xD6, 0x27, 0x28],
    [0x00, 0x9E, 0x73],
    [0xCC, 0x79, 0xA7],
    [0x56, 0xB4, 0xE9],
    [0x00, 0x00, 0x00],
    [0xB8, 0xA9, 0x00],
];

/// The form of the marks of the `n`-th series: another one than its neighbours in number and in colour have.
pub fn marker(n: usize) -> Marker {
    const MARKERS: [Marker; 4] = [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond];
    MARKERS[(n + n / COLORS.len()) % MARKERS.len()]
}
