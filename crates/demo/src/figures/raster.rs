//! A scene as PNG.

use std::borrow::Cow;

use tiny_skia::{FillRule, Paint as Ink, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::font;
use super::scene::{Anchor, Color, Item, Paint, Scene, Shape};

/// The figure as PNG with a pixel for each of the scene's, which says that it is so many dots an inch.
///
/// # Errors
///
/// A line for the user, if the picture has no pixels or cannot be encoded.
pub fn png(scene: &Scene, dots_per_inch: f64) -> Result<Vec<u8>, String> {
    let [width, height] = scene.size.map(|size| size.round() as u32);
    let mut pixels = Pixmap::new(width, height).ok_or("a picture needs pixels")?;
    pixels.fill(tiny_skia::Color::WHITE);
    for item in &scene.items {
        match item {
            Item::Shape(shape, paint) => draw(&mut pixels, &snapped(shape, paint), paint, Transform::identity()),
            // in the middle of a pixel, as matplotlib puts markers
            Item::Mark { at: [x, y], shape, paint, .. } => {
                let [right, down] = [middle(*x) - x, middle(*y) - y];
                draw(&mut pixels, shape, paint, Transform::from_translate(right as f32, down as f32));
            }
            Item::Text { text, at, size, anchor, upwards } => write(&mut pixels, text, *at, *size, *anchor, *upwards),
        }
    }
    encode(&pixels, dots_per_inch).map_err(|error| format!("a PNG cannot be encoded: {error}"))
}

fn encode(pixels: &Pixmap, dots_per_inch: f64) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (dots_per_inch / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header()?;
    // on a white ground all pixels are opaque, so colours are not premultiplied
    writer.write_image_data(pixels.data())?;
    writer.finish()?;
    Ok(out)
}

fn ink([r, g, b]: Color, opacity: f64) -> Ink<'static> {
    let mut ink = Ink { anti_alias: true, ..Ink::default() };
    ink.set_color_rgba8(r, g, b, (opacity * 255.0).round() as u8);
    ink
}

/// The middle of the pixel that begins nearest.
fn middle(x: f64) -> f64 {
    x.round() + 0.5
}

/// Upright and level lines and the outlines of rectangles go through the middles of pixels, and areas along their edges, so that
/// neighbours meet.
fn snapped<'a>(shape: &'a Shape, paint: &Paint) -> Cow<'a, Shape> {
    let place: fn(f64) -> f64 = if paint.stroke.is_some() { middle } else { f64::round };
    match shape {
        Shape::Rectangle { corner, size, rounding } => {
            let end = [corner[0] + size[0], corner[1] + size[1]].map(place);
            let corner = corner.map(place);
            Cow::Owned(Shape::Rectangle { corner, size: [end[0] - corner[0], end[1] - corner[1]], rounding: *rounding })
        }
        Shape::Lines(lines) if lines.iter().flat_map(|line| line.windows(2)).all(is_level_or_upright) => Cow::Owned(
            Shape::Lines(lines.iter().map(|line| line.iter().map(|point| point.map(place)).collect()).collect()),
        ),
        _ => Cow::Borrowed(shape),
    }
}

fn is_level_or_upright(piece: &[[f64; 2]]) -> bool {
    piece[0][0] == piece[1][0] || piece[0][1] == piece[1][1]
}

fn draw(pixels: &mut Pixmap, shape: &Shape, paint: &Paint, place: Transform) {
    let Some(path) = path(shape) else { return };
    if let Some((color, opacity)) = paint.fill {
        pixels.fill_path(&path, &ink(color, opacity), FillRule::Winding, place, None);
    }
    if let Some((color, width)) = paint.stroke {
        let stroke = Stroke { width: width as f32, ..Stroke::default() };
        pixels.stroke_path(&path, &ink(color, 1.0), &stroke, place, None);
    }
}

fn path(shape: &Shape) -> Option<Path> {
    let mut path = PathBuilder::new();
    let mut line = |points: &[[f64; 2]], closed: bool| {
        for (i, &[x, y]) in points.iter().enumerate() {
            let (x, y) = (x as f32, y as f32);
            if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        if closed {
            path.close();
        }
    };
    match shape {
        Shape::Circle { center: [x, y], radius } => path.push_circle(*x as f32, *y as f32, *radius as f32),
        Shape::Polygon(points) => line(points, true),
        Shape::Lines(lines) => lines.iter().for_each(|points| line(points, false)),
        Shape::Rectangle { corner: [x, y], size: [w, h], rounding } if *rounding > 0.0 => {
            let (l, t, r, b) = (*x as f32, *y as f32, (x + w) as f32, (y + h) as f32);
            let c = *rounding as f32;
            path.move_to(l + c, t);
            path.line_to(r - c, t);
            path.quad_to(r, t, r, t + c);
            path.line_to(r, b - c);
            path.quad_to(r, b, r - c, b);
            path.line_to(l + c, b);
            path.quad_to(l, b, l, b - c);
            path.line_to(l, t + c);
            path.quad_to(l, t, l + c, t);
            path.close();
        }
        Shape::Rectangle { corner: [x, y], size: [w, h], .. } => {
            path.push_rect(Rect::from_xywh(*x as f32, *y as f32, *w as f32, *h as f32)?);
        }
    }
    path.finish()
}

fn write(pixels: &mut Pixmap, text: &str, [x, y]: [f64; 2], size: f64, anchor: Anchor, upwards: bool) {
    // matplotlib 3.3 rounds where the first letter's ink begins, b right of the pen, and cuts how far each letter's pixels are
    // from there: trunc(left − b), which is 0 for the first and one less than by whole pixels for those behind it
    let bearing = font::bearing(text, size);
    let kerning = if bearing.fract() > 0.0 { -1.0 } else { 0.0 };
    let mut path = PathBuilder::new();
    font::outline(text, size, kerning, &mut path);
    let Some(path) = path.finish() else { return };
    // letters stand on a pixel
    let before = anchor.before(font::extent(text, size));
    let (turn, [x, y]) = match upwards {
        false => (0.0, [(x - before + bearing).round() - bearing.floor(), y.ceil()]),
        true => (-90.0, [x.round(), (y + before).round()]),
    };
    let place = Transform::from_rotate(turn).post_translate(x as f32, y as f32);
    pixels.fill_path(&path, &ink([0, 0, 0], 1.0), FillRule::Winding, place, None);
}
