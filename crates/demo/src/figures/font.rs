//! The text of figures: widths and outlines of an embedded font.

use ttf_parser::{Face, OutlineBuilder};

static FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// Calls `draw` with each glyph and the pen's place, in the font's units; gives the whole width and the units of an em.
fn walk(text: &str, mut draw: impl FnMut(&Face<'_>, ttf_parser::GlyphId, f64)) -> (f64, f64) {
    let Ok(face) = Face::parse(FONT, 0) else { return (0.0, 1.0) };
    let mut pen = 0.0;
    // what the font does not have shows as a question mark
    for glyph in text.chars().filter_map(|c| face.glyph_index(c).or_else(|| face.glyph_index('?'))) {
        draw(&face, glyph, pen);
        pen += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
    }
    (pen, f64::from(face.units_per_em()))
}

/// The width of a text whose em is `size`.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let (width, em) = walk(text, |_, _, _| ());
    width / em * size
}

/// How much of a line a text takes that is drawn in whole pixels.
pub(super) fn extent(text: &str, size: f64) -> f64 {
    width(text, size).round()
}

/// How far a line of text goes above and below its baseline, with letters in whole pixels as a hinter makes them: the
/// height of an x is rounded up, and the others with it.
pub(super) fn line(size: f64) -> [f64; 2] {
    /// The font's heights of x and l, and the depth of p, in ems.
    const X: f64 = 0.546875;
    const HEIGHTS: [f64; 2] = [0.759766, 0.207520];
    let scale = (X * size).ceil() / X;
    HEIGHTS.map(|height| (height * scale).round())
}

/// Hands the outline of a text to a builder: the origin is where its baseline begins, y goes down.
pub(super) fn outline(text: &str, size: f64, path: &mut tiny_skia::PathBuilder) {
    let em = walk("", |_, _, _| ()).1;
    walk(text, |face, glyph, pen| {
        face.outline_glyph(glyph, &mut Pen { path, scale: (size / em) as f32, from: (pen * size / em) as f32 });
    });
}

struct Pen<'a> {
    path: &'a mut tiny_skia::PathBuilder,
    scale: f32,
    from: f32,
}

impl Pen<'_> {
    fn x(&self, x: f32) -> f32 {
        self.from + x * self.scale
    }
    fn y(&self, y: f32) -> f32 {
        -y * self.scale
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x(x), self.y(y));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x(x), self.y(y));
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.x(x1), self.y(y1), self.x(x), self.y(y));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x(x1), self.y(y1), self.x(x2), self.y(y2), self.x(x), self.y(y));
    }
    fn close(&mut self) {
        self.path.close();
    }
}
