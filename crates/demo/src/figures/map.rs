//! A map: a plane of cells, each with a colour.

use super::chart::{BOTTOM, Frame, LEFT, RIGHT, SIZE, TEXT, TOP, ground, tight};
use super::scene::{Anchor, Color, Item, Paint, Scene, Shape};

/// A map.
#[derive(Clone, Debug)]
pub struct Map {
    /// What it shows, for those who do not see it.
    pub description: String,
    /// Above the axes.
    pub title: String,
    /// The names of the axes.
    pub labels: [String; 2],
    /// The limits of both axes.
    pub limits: [[f64; 2]; 2],
    /// A row after another, the lowest first; white where there is none.
    pub cells: Vec<Vec<Option<Color>>>,
}

impl Map {
    /// The map, drawn.
    pub fn scene(&self) -> Scene {
        let frame = Frame::new(self.limits[0], self.limits[1], false);
        let mut items = Vec::new();
        // edges fall on pixels, so that neighbours meet
        let edge = |from: f64, to: f64, i: usize, n: usize| (from + (to - from) * i as f64 / n as f64).round();
        for (j, row) in self.cells.iter().enumerate() {
            let (bottom, top) = (edge(BOTTOM, TOP, j, self.cells.len()), edge(BOTTOM, TOP, j + 1, self.cells.len()));
            let mut i = 0;
            while i < row.len() {
                let same = row[i..].iter().take_while(|&&color| color == row[i]).count();
                if let Some(color) = row[i] {
                    let (left, right) = (edge(LEFT, RIGHT, i, row.len()), edge(LEFT, RIGHT, i + same, row.len()));
                    items.push(patch([left, top], [right - left, bottom - top], color));
                }
                i += same;
            }
        }
        frame.axes(&self.labels, Some(&self.title), &mut items);
        tight(items, self.description.clone())
    }
}

fn patch(corner: [f64; 2], size: [f64; 2], color: Color) -> Item {
    Item::Shape(Shape::Rectangle { corner, size, rounding: 0.0 }, Paint { fill: Some((color, 1.0)), stroke: None })
}

/// The meaning of colours: a line each, with the colours from left to right, over lines of text alone.
pub fn key(colors: &[(Vec<Color>, String)], notes: &[String]) -> Scene {
    const ROW: f64 = 1.8 * TEXT;
    const PATCHES: f64 = 4.0 * TEXT;
    let count = (colors.len() + notes.len()) as f64;
    let size = [SIZE, (count + 1.0) * ROW];
    let mut items = vec![ground(size)];
    let text = |text: &str, x: f64, y: f64| Item::Text {
        text: text.to_owned(),
        at: [x, y],
        size: TEXT,
        anchor: Anchor::Start,
        upwards: false,
    };
    let mut y = ROW;
    for (shades, label) in colors {
        let width = PATCHES / shades.len().max(1) as f64;
        for (i, &color) in shades.iter().enumerate() {
            items.push(patch([TEXT + i as f64 * width, y - TEXT], [width, 1.2 * TEXT], color));
        }
        items.push(text(label, PATCHES + 2.0 * TEXT, y));
        y += ROW;
    }
    for note in notes {
        items.push(text(note, TEXT, y));
        y += ROW;
    }
    Scene { size, title: "key".to_owned(), items }
}
