//! A scene as SVG.

use std::fmt::Write;

use super::DOTS_PER_INCH;
use super::scene::{Anchor, Color, Item, Paint, Scene, Shape};

/// What stands for black and white.
#[derive(Clone, Copy)]
struct Ink {
    black: &'static str,
    white: &'static str,
}

/// The figure as a file, as large on paper as its pixels are.
pub fn svg(scene: &Scene) -> String {
    let [width, height] = scene.size;
    let [across, down] = scene.size.map(|length| length / DOTS_PER_INCH);
    let title = escaped(&scene.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across}in\" height=\"{down}in\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"DejaVu Sans, Verdana, sans-serif\">\n<title>{title}</title>\n"
    );
    body(&mut out, scene, Ink { black: "#000000", white: "#FFFFFF" });
    out
}

/// The figure as a part of a page, in the page's colours of text and paper (`--paper`).
pub fn inline(scene: &Scene) -> String {
    let [width, height] = scene.size;
    let title = escaped(&scene.title);
    let mut out = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\" fill=\"currentColor\" \
         font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
    );
    body(&mut out, scene, Ink { black: "currentColor", white: "var(--paper)" });
    out
}

fn body(out: &mut String, scene: &Scene, ink: Ink) {
    for item in &scene.items {
        match item {
            Item::Shape(shape, paint) | Item::Mark { shape, paint, data: None, .. } => {
                element(out, shape, paint, ink, "");
            }
            Item::Mark { shape, paint, series, step, data: Some([x, y]), .. } => {
                let step = step.map(|step| format!(" data-step=\"{step}\"")).unwrap_or_default();
                let series = escaped(series);
                let data = format!(" class=\"mark\" data-series=\"{series}\"{step} data-x=\"{x}\" data-y=\"{y}\"");
                element(out, shape, paint, ink, &data);
            }
            Item::Text { text, at: [x, y], size, anchor, upwards } => {
                let anchor = match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                };
                let (x, y) = (short(*x), short(*y));
                let turn = if *upwards { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
                let (size, text) = (short(*size), escaped(text));
                let _ = writeln!(
                    out,
                    "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\"{turn}>{text}</text>"
                );
            }
        }
    }
    out.push_str("</svg>\n");
}

fn element(out: &mut String, shape: &Shape, paint: &Paint, ink: Ink, data: &str) {
    let form = match shape {
        Shape::Circle { center: [x, y], radius } => {
            format!("circle cx=\"{}\" cy=\"{}\" r=\"{}\"", short(*x), short(*y), short(*radius))
        }
        Shape::Polygon(points) => format!("path d=\"{}Z\"", line(points)),
        Shape::Lines(lines) => format!("path d=\"{}\"", lines.iter().map(|l| line(l)).collect::<String>()),
        Shape::Rectangle { corner: [x, y], size: [w, h], rounding } => format!(
            "rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"",
            short(*x),
            short(*y),
            short(*w),
            short(*h),
            short(*rounding)
        ),
    };
    let fill = match paint.fill {
        Some((color, 1.0)) => ink.of(color),
        Some((color, opacity)) => format!("{}\" fill-opacity=\"{opacity}", ink.of(color)),
        None => "none".to_owned(),
    };
    let stroke =
        paint.stroke.map(|(color, width)| format!(" stroke=\"{}\" stroke-width=\"{}\"", ink.of(color), short(width)));
    let _ = writeln!(out, "<{form} fill=\"{fill}\"{}{data}/>", stroke.unwrap_or_default());
}

fn line(points: &[[f64; 2]]) -> String {
    let step =
        |(i, [x, y]): (usize, &[f64; 2])| format!("{}{} {}", if i == 0 { "M" } else { "L" }, short(*x), short(*y));
    points.iter().enumerate().map(step).collect()
}

/// A thousandth of a pixel is enough.
fn short(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

impl Ink {
    /// `#rrggbb`, or what stands for it.
    fn of(self, [r, g, b]: Color) -> String {
        match [r, g, b] {
            [0, 0, 0] => self.black.to_owned(),
            [255, 255, 255] => self.white.to_owned(),
            _ => format!("#{r:02X}{g:02X}{b:02X}"),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
