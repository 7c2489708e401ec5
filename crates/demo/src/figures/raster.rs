//! A scene as PNG.

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
            Item::Shape(shape, paint) | Item::Mark { shape, paint, .. } => draw(&mut pixels, shape, paint),
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

fn draw(pixels: &mut Pixmap, shape: &Shape, paint: &Paint) {
    let Some(path) = path(shape) else { return };
    if let Some((color, opacity)) = paint.fill {
        pixels.fill_path(&path, &ink(color, opacity), FillRule::Winding, Transform::identity(), None);
    }
    if let Some((color, width)) = paint.stroke {
        let stroke = Stroke { width: width as f32, ..Stroke::default() };
        pixels.stroke_path(&path, &ink(color, 1.0), &stroke, Transform::identity(), None);
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
    let width = font::width(text, size);
    let shift = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    let mut path = PathBuilder::new();
    font::outline(text, size, &mut path);
    let Some(path) = path.finish() else { return };
    let turn = Transform::from_rotate(if upwards { -90.0 } else { 0.0 }).pre_translate(shift as f32, 0.0);
    let place = turn.post_translate(x as f32, y as f32);
    pixels.fill_path(&path, &ink([0, 0, 0], 1.0), FillRule::Winding, place, None);
}
