//! `demo figures`: the files, and that they show the trajectories where matplotlib would.

mod program;

use std::fs;
use std::path::Path;

use demo::figures::{Item, Shape, figures};
use demo::notebook::Results;
use program::demo;

const NAMES: [&str; 5] =
    ["0_gradient_descent", "1_newton", "2_inverse_simulator", "3_y_space_inverse_simulator", "4_y_space_all"];

fn draw(format: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pictures");
    let outcome = demo(&[&["figures", "--out", out.to_str().unwrap()], format].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    folder
}

fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    line.split_once(&format!(" {name}=\""))
        .unwrap_or_else(|| panic!("no {name} in {line}"))
        .1
        .split('"')
        .next()
        .unwrap()
}

/// Name, colour and points of the series in a figure, as its SVG has them.
fn series(svg: &str) -> Vec<(String, String, Vec<[f32; 2]>)> {
    let mut all: Vec<(String, String, Vec<[f32; 2]>)> = Vec::new();
    for line in svg.lines().filter(|line| line.contains("class=\"mark\"")) {
        let (name, color) = (attribute(line, "data-series"), attribute(line, "stroke"));
        let point = ["data-x", "data-y"].map(|key| attribute(line, key).parse().unwrap());
        match all.last_mut() {
            Some(last) if last.0 == name => last.2.push(point),
            _ => all.push((name.to_owned(), color.to_owned(), vec![point])),
        }
    }
    all
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join("pictures").join(format!("{name}.svg"))).unwrap()
}

#[test]
fn ten_files_whose_marks_are_the_trajectories() {
    let folder = draw(&[]);
    assert_eq!(fs::read_dir(folder.path().join("pictures")).unwrap().count(), 10);
    let r = Results::compute(|_| ()).unwrap();
    let x = [
        ("GD", "#1F77B4", &r.gd.history[..]),
        ("Newton", "#FF7F0E", &r.newton.history),
        ("PG", "#D62728", &r.pg.history),
    ];
    let y =
        [("GD", "#1F77B4", &r.gd.y[1..10]), ("Newton", "#FF7F0E", &r.newton.y[1..10]), ("PG", "#D62728", &r.pg.y[1..])];
    for (name, expected) in NAMES.iter().zip([&x[..1], &x[..2], &x[..], &y[2..], &y[..]]) {
        let svg = read(folder.path(), name);
        let mut found = series(&svg);
        let target = found.pop().unwrap();
        assert_eq!(target, ("target".to_owned(), "#000000".to_owned(), vec![[0.0, 0.0]]), "{name}");
        let expected: Vec<_> = expected.iter().map(|s| (s.0.to_owned(), s.1.to_owned(), s.2.to_vec())).collect();
        assert_eq!(found, expected, "{name}");
        // the digits are the shortest of 32 bits
        for (_, _, points) in &expected {
            for point in points {
                assert!(svg.contains(&format!("data-x=\"{}\"", demo::json::Real::from(point[0]))), "{name} {point:?}");
            }
        }
    }
}

#[test]
fn marks_lie_where_the_ticks_say() {
    let folder = draw(&["--format", "svg"]);
    assert_eq!(fs::read_dir(folder.path().join("pictures")).unwrap().count(), 5);
    // the limits are 5 % more than the data, which begin at 0; the axes are as large as matplotlib's
    let axes = |svg: &str| -> [f64; 2] {
        let line = svg.lines().find(|line| line.starts_with("<path d=\"M") && line.contains("stroke-width=\"1.111\""));
        let path = attribute(line.unwrap(), "d");
        let corners: Vec<Vec<f64>> = path[1..]
            .split('L')
            .take(3)
            .map(|corner| corner.split(' ').map(|number| number.parse().unwrap()).collect())
            .collect();
        assert!(
            (corners[1][0] - corners[0][0] - 310.0).abs() < 0.01
                && (corners[2][1] - corners[0][1] - 302.0).abs() < 0.01
        );
        [corners[0][0], corners[2][1]]
    };
    for (name, largest) in NAMES.iter().zip([[3.0, 3.0], [3.0, 3.0], [3.0, 3.0], [2.1, 6.3], [2.94, 7.111111]]) {
        let svg = read(folder.path(), name);
        let [left, bottom] = axes(&svg);
        // where matplotlib 3.6.3 has the target, whose labels "0" to "6" are 71/8 pixels wide
        let target = svg.lines().find(|line| line.contains("data-series=\"target\"")).unwrap();
        let corners: Vec<f64> = attribute(target, "d")
            .split(['M', 'L', 'Z'])
            .filter_map(|corner| corner.split(' ').next()?.parse().ok())
            .collect();
        let middle =
            corners.iter().copied().reduce(f64::min).unwrap() + corners.iter().copied().reduce(f64::max).unwrap();
        let expected = if name.contains("y_space") { 62.24369 } else { 75.36869 };
        assert!((middle / 2.0 - expected).abs() < 0.001, "{name}: {middle}");
        let mut count = 0;
        for line in svg.lines().filter(|line| line.starts_with("<circle") && line.contains("data-x")) {
            let number = |key: &str| attribute(line, key).parse::<f64>().unwrap();
            let place = |value: f64, most: f64| (value + 0.05 * most) / (1.1 * most);
            assert!((number("cx") - (left + 310.0 * place(number("data-x"), largest[0]))).abs() < 0.01, "{line}");
            assert!((number("cy") - (bottom - 302.0 * place(number("data-y"), largest[1]))).abs() < 0.01, "{line}");
            count += 1;
        }
        assert_eq!(count > 0, !name.contains("y_space"), "{name}");
        assert_eq!(svg.contains(">y space<"), name.contains("y_space"));
        let texts: Vec<&str> = svg.lines().filter_map(|l| Some(l.strip_prefix("<text")?.split_once('>')?.1)).collect();
        let ticks: Vec<&str> = texts.iter().map(|t| t.strip_suffix("</text>").unwrap()).collect();
        let expected: &[&str] = match *name {
            "3_y_space_inverse_simulator" => {
                &["0.0", "0.5", "1.0", "1.5", "2.0", "z0", "0", "1", "2", "3", "4", "5", "6", "z1", "y space", "PG"]
            }
            "4_y_space_all" => {
                &["0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "z0", "0", "1", "2", "3", "4", "5", "6", "7", "z1"]
            }
            _ => &[
                "0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "x0", "0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0",
                "x1", "GD",
            ],
        };
        assert_eq!(&ticks[..expected.len()], expected, "{name}");
    }
}

/// Of the sizes of the published pictures, which matplotlib 3.3.3 has cropped to what is drawn.
#[test]
fn pictures_are_as_large_as_the_published_ones_and_show_the_marks() {
    let folder = draw(&[]);
    let results = Results::compute(|_| ()).unwrap();
    let sizes = [(381, 365), (381, 365), (381, 365), (368, 387), (370, 387)];
    for ((name, chart), (wide, high)) in figures(&results).into_iter().zip(sizes) {
        let svg = read(folder.path(), name);
        assert!(svg.contains(&format!("viewBox=\"0 0 {wide} {high}\"")), "{name}");
        let file = fs::File::open(folder.path().join("pictures").join(format!("{name}.png"))).unwrap();
        let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
        let dots = reader.info().pixel_dims.unwrap();
        assert_eq!((reader.info().width, reader.info().height, dots.xppu), (wide, high, 3937), "{name}");
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let at = |x: usize, y: usize| <[u8; 4]>::try_from(&pixels[(y * wide as usize + x) * 4..][..4]).unwrap();
        assert_eq!(at(200, 5), [255; 4], "{name}");
        // the frame of the axes, where the published pictures have it
        let [left, top] = if name.contains("y_space") { [48, 32] } else { [61, 10] };
        for (x, y) in [(left, top + 30), (left + 310, top + 30), (left + 30, top), (left + 30, top + 302)] {
            assert_eq!(at(x, y), [0, 0, 0, 255], "{name} {x} {y}");
        }
        // the ink of the labels below, from left to right: a label's columns, as the published picture has them
        let rows = top + 312..top + 326;
        let dark = |x: &usize| rows.clone().any(|y| at(*x, y)[..3].iter().all(|&c| c < 128));
        let mut labels: Vec<[usize; 2]> = Vec::new();
        for x in (0..wide as usize).filter(dark) {
            match labels.last_mut() {
                Some(label) if x - label[1] <= 5 => label[1] = x,
                _ => labels.push([x, x]),
            }
        }
        match name {
            "0_gradient_descent" => {
                assert_eq!(labels, [[66, 84], [113, 131], [161, 178], [208, 225], [253, 272], [300, 319], [347, 365]])
            }
            "3_y_space_inverse_simulator" => {
                assert_eq!(labels, [[53, 71], [120, 138], [188, 205], [255, 272], [321, 340]]);
            }
            _ => {}
        }
        let mut seen = 0;
        for item in chart.scene().items {
            if let Item::Mark { shape: Shape::Circle { center: [x, y], .. }, paint, data: Some(_), .. } = item {
                let [r, g, b] = paint.fill.unwrap().0;
                // the start belongs to the method drawn last
                let found = at(x.round() as usize, y.round() as usize);
                let is_start = x > 356.0 && y < 25.0;
                assert!(found == [r, g, b, 255] || is_start, "{name} {found:?}");
                seen += 1;
            }
        }
        assert!(seen > 0 || name.contains("y_space"));
    }
}

/// The legend's frame, as far as the marks reach, is free of them, and where matplotlib puts it: upper left.
#[test]
fn the_legend_covers_no_mark() {
    for (name, chart) in figures(&Results::compute(|_| ()).unwrap()) {
        let scene = chart.scene();
        let frame = scene.items.iter().rev().find_map(|item| match item {
            Item::Shape(Shape::Rectangle { corner, size, .. }, _) => Some((*corner, *size)),
            _ => None,
        });
        let ([left, top], [width, height]) = frame.unwrap();
        // half the size of the text from the corner of the axes
        let corner = if name.contains("y_space") { [48.153, 31.722] } else { [61.278, 9.722] };
        assert!((left - corner[0] - 6.944).abs() < 0.01 && (top - corner[1] - 6.944).abs() < 0.01, "{left} {top}");
        // as matplotlib 3.11 reckons it, to the pixel by which its text differs, which is not hinted in height
        let (wide, high) = match name {
            "0_gradient_descent" => (72.0, 25.4477),
            "1_newton" => (103.0, 46.7287),
            "3_y_space_inverse_simulator" => (69.0, 25.4477),
            _ => (103.0, 68.0098),
        };
        assert!((width - wide).abs() <= 1.5 && (height - high).abs() <= 1.1, "{name}: {width} {height}");
        for item in &scene.items {
            if let Item::Mark { shape: Shape::Circle { center: [x, y], radius }, data: Some(_), .. } = item {
                assert!(x - radius > left + width || y - radius > top + height, "{name}: {x} {y}");
            }
        }
    }
}

#[test]
fn nothing_is_left_of_a_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(place("file"), "kept").unwrap();
    fs::create_dir(place("full")).unwrap();
    fs::create_dir(place("full/4_y_space_all.png")).unwrap();
    for (out, part) in [("file/no/such", "cannot write to"), ("file", "not a folder"), ("full", "it is a directory")] {
        let outcome = demo(&["figures", "--out", &place(out)]);
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{outcome:?}");
        assert!(outcome.stdout.is_empty() && outcome.stderr.contains(part), "{}", outcome.stderr);
    }
    assert_eq!(fs::read_to_string(place("file")).unwrap(), "kept");
    assert_eq!(fs::read_dir(place("full")).unwrap().count(), 1);
    assert_eq!(demo(&["figures"]).code, Some(2));
    let piped = demo(&["figures", "--out", "-"]);
    assert!(piped.code == Some(2) && piped.stderr.contains("a folder is needed"), "{piped:?}");
    assert_eq!(demo(&["figures", "--out", &place("a"), "--format", "gif"]).code, Some(2));
    assert_eq!(demo(&["figures", "--out", &place("a"), "--json", "-"]).code, Some(2));
    assert!(!Path::new(&place("a")).exists());
}
