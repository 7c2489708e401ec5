//! The text of figures: widths and outlines of an embedded font.

use ttf_parser::{Face, OutlineBuilder};

use super::chart::TEXT;

static FONT: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");

/// Calls `draw` with each letter, its glyph and its advance in ems.
fn walk(text: &str, mut draw: impl FnMut(&Face<'_>, char, ttf_parser::GlyphId, f64)) {
    let Ok(face) = Face::parse(FONT, 0) else { return };
    let em = f64::from(face.units_per_em());
    for letter in text.chars() {
        // what the font does not have shows as a question mark
        if let Some(glyph) = face.glyph_index(letter).or_else(|| face.glyph_index('?')) {
            draw(&face, letter, glyph, f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) / em);
        }
    }
}

/// How much of a line a text takes in matplotlib, whose hinter sees eight times as many pixels across:
/// Σ round(8 · advance)/8, but of letters that it makes wider or narrower than that (see [`HINTED`]).
///
/// ```text
/// "0" 70/8, "1" 71/8, "." 35/8 pixels: "1.0" is 22 wide, "0.0" 21.875
/// ```
pub(super) fn extent(text: &str, size: f64) -> f64 {
    const EIGHTHS: f64 = 8.0;
    let mut sum = 0.0;
    walk(text, |_, letter, _, advance| {
        let row = HINTED.iter().find(|(letters, _)| size == TEXT && letters.contains(letter));
        sum += (EIGHTHS * advance * size).round() + row.map_or(0.0, |row| row.1);
    });
    sum / EIGHTHS
}

/// By how many eighths of a pixel the advance of a letter of a label is not the nearest: FreeType's automatic hinter at 10
/// points and 100 dots an inch, with matplotlib's factor of 8 (version 3.6.3, whose figures these are too).
const HINTED: [(&str, f64); 2] = [("\"#(B[]afjkz…", 1.0), ("%&-023457?HIJKSYs²", -1.0)];

/// How far a line of text goes above and below its baseline, with letters in whole pixels as a hinter makes them: the
/// height of an x is rounded up, and the others with it.
pub(super) fn line(size: f64) -> [f64; 2] {
    /// The font's heights of x and l, and the depth of p, in ems.
    const X: f64 = 0.546875;
    const HEIGHTS: [f64; 2] = [0.759766, 0.207520];
    let scale = (X * size).ceil() / X;
    HEIGHTS.map(|height| (height * scale).round())
}

/// Hands the outline of a text to a builder: the origin is where its baseline begins, y goes down. All letters but the
/// first are moved to the right by `kerning`.
pub(super) fn outline(text: &str, size: f64, kerning: f64, path: &mut tiny_skia::PathBuilder) {
    let mut pen = 0.0;
    let mut moved = 0.0;
    walk(text, |face, _, glyph, advance| {
        let scale = size / f64::from(face.units_per_em());
        face.outline_glyph(glyph, &mut Pen { path, scale: scale as f32, from: (pen + moved) as f32 });
        pen += advance * size;
        moved = kerning;
    });
}

/// How far right of its place the ink of a text begins, to the sixteenth of a pixel, which is about what the hinter does.
pub(super) fn bearing(text: &str, size: f64) -> f64 {
    let mut first = None;
    walk(text, |face, _, glyph, _| {
        let bearing = f64::from(face.glyph_hor_side_bearing(glyph).unwrap_or(0));
        first = first.or(Some(bearing / f64::from(face.units_per_em()) * size));
    });
    (first.unwrap_or(0.0) * 16.0_f64).round() / 16.0
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
