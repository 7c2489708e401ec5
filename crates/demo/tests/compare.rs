//! `demo compare`, and the pictures of it and of `demo run`.

mod program;

use std::fs;

use program::demo;
use serde_json::Value;

const NOTEBOOK: [&str; 7] = ["compare", "--problem", "notebook", "--start", "3,3", "--optimizers", "gd,newton,pg"];

fn json(arguments: &[&str]) -> Value {
    let outcome = demo(&[arguments, &["--json", "-", "--quiet"]].concat());
    assert!(matches!(outcome.code, Some(0 | 1)), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn each_run_is_that_of_demo_run() {
    let rest = ["--iterations", "7", "--step", "gd=0.02", "--step", "pg=0.5", "--precision", "f32"];
    let document = json(&[&NOTEBOOK[..], &rest].concat());
    let runs = document["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3);
    for (name, step, run) in [("gd", "0.02", &runs[0]), ("newton", "", &runs[1]), ("pg", "0.5", &runs[2])] {
        let alone = ["run", "--problem", "notebook", "--start", "3,3", "--optimizer", name, "--iterations", "7"];
        let step: &[&str] = if step.is_empty() { &[] } else { &["--step", step] };
        assert_eq!(*run, json(&[&alone[..], step, &["--precision", "f32"]].concat()), "{name}");
    }
    let with = ["--iterations", "7", "--set", "lbfgsb.memory=2"];
    let bounded = json(&[&NOTEBOOK[..6], &["lbfgsb"], &with].concat());
    let alone = ["run", "--problem", "notebook", "--start", "3,3", "--optimizer", "lbfgsb", "--iterations", "7"];
    assert_eq!(bounded["runs"][0], json(&[&alone[..], &["--set", "memory=2"]].concat()));
}

#[test]
fn the_table_has_a_row_an_optimizer() {
    let outcome = demo(&[&NOTEBOOK[..], &["--iterations", "1"]].concat());
    let lines: Vec<Vec<&str>> = outcome.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((outcome.code, lines.len()), (Some(0), 5), "{}", outcome.stdout);
    assert_eq!(lines[2][..2], ["gd", "1"]);
    assert_eq!(lines[4].last(), Some(&"max_iterations"));
    let csv = demo(&[&NOTEBOOK[..], &["--iterations", "1", "--csv", "-"]].concat()).stdout;
    assert!(csv.starts_with("optimizer,iteration,x0,x1,loss\ngd,0,3,3,90\n"), "{csv}");
    assert_eq!(csv.lines().count(), 7);
    // one that fails is told, and the others are kept
    let singular = ["compare", "--problem", "notebook", "--start", "3,0", "--optimizers", "newton,gd"];
    let outcome = demo(&singular);
    assert_eq!((outcome.code, outcome.stdout.lines().count()), (Some(1), 4));
    assert!(outcome.stderr.starts_with("newton: failed: Hessian is singular"), "{}", outcome.stderr);
}

fn marks(svg: &str) -> Vec<[String; 3]> {
    let of =
        |line: &str, key: &str| line.split_once(&format!("{key}=\"")).unwrap().1.split('"').next().unwrap().to_owned();
    let lines = svg.lines().filter(|line| line.contains("class=\"mark\""));
    lines.map(|line| ["data-series", "data-x", "data-y"].map(|key| of(line, key))).collect()
}

#[test]
fn pictures_show_each_point_and_each_loss() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.svg").to_str().unwrap().to_owned();
    let document = json(&[&NOTEBOOK[..], &["--plot", &path]].concat());
    let svg = fs::read_to_string(&path).unwrap();
    let mut expected = Vec::new();
    for key in ["x", "loss"] {
        for run in document["runs"].as_array().unwrap() {
            let name = run["optimizer"].as_str().unwrap();
            for row in run["iterations"].as_array().unwrap() {
                let number = |value: &Value| demo::json::Real::from(value.as_f64().unwrap()).to_string();
                expected.push(match key {
                    "x" => [name.to_owned(), number(&row["x"][0]), number(&row["x"][1])],
                    _ => [name.to_owned(), row["iteration"].to_string(), number(&row["loss"])],
                });
            }
        }
    }
    assert_eq!(marks(&svg), expected);
    assert!(svg.contains(">loss<") && svg.contains(">1e1<"), "{svg}");

    // three variables have no level sets; a loss below zero has no logarithm
    let run = |loss: &str, start: &str| {
        let arguments = ["run", "--loss", loss, "--start", start, "--optimizer", "gd", "--plot", &path];
        assert_eq!(demo(&arguments).code, Some(0));
        fs::read_to_string(&path).unwrap()
    };
    assert!(run("x0^2 + x1^2 + x2^2", "1,2,3").matches(">loss<").count() == 1);
    assert!(!run("x0^2 + x1^2 + x2^2 - 20", "1,2,3").contains(">1e1<"));
    // where there is nothing finite but the start, and where the loss becomes 0
    let newton =
        ["run", "--loss", "x0^2+x1^2", "--start", "1,1", "--optimizer", "newton", "--step", "1", "--plot", &path];
    assert_eq!(demo(&newton).code, Some(0));
    let diverging = ["run", "--problem", "notebook", "--start", "3,3", "--optimizer", "gd", "--step", "10", "--plot"];
    for file in ["far.png", "far.svg"] {
        let far = folder.path().join(file);
        assert_eq!(demo(&[&diverging[..], &[far.to_str().unwrap()]].concat()).code, Some(1));
        assert!(far.exists());
    }
    assert!(fs::read(folder.path().join("far.png")).unwrap().starts_with(b"\x89PNG"));
}

fn attribute<'a>(line: &'a str, key: &str) -> &'a str {
    line.split_once(&format!(" {key}=\"")).unwrap().1.split('"').next().unwrap()
}

fn number(line: &str, key: &str) -> f64 {
    attribute(line, key).parse().unwrap()
}

/// The least and the largest coordinates of a mark.
fn extent(line: &str) -> [f64; 4] {
    if line.starts_with("<circle") {
        let (x, y, r) = (number(line, "cx"), number(line, "cy"), number(line, "r"));
        return [x - r, y - r, x + r, y + r];
    }
    let corners = attribute(line, "d").trim_matches(['M', 'Z']).split('L').map(|corner| {
        let (x, y) = corner.split_once(' ').unwrap();
        [x, y].map(|number| number.parse::<f64>().unwrap())
    });
    corners.fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |[a, b, c, d], [x, y]| {
        [a.min(x), b.min(y), c.max(x), d.max(y)]
    })
}

/// With all optimizers of the program each has its own mark, by colour and form, and one line in the one legend.
#[test]
fn no_two_series_look_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.svg").to_str().unwrap().to_owned();
    let list: Value = serde_json::from_str(&demo(&["list", "--json", "-"]).stdout).unwrap();
    let names: Vec<&str> = list["optimizers"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap()).collect();
    let all = ["compare", "--problem", "notebook", "--start", "3,3", "--iterations", "3", "--optimizers"];
    demo(&[&all[..], &[&names.join(","), "--plot", &path]].concat());
    let svg = fs::read_to_string(&path).unwrap();
    let mut looks = std::collections::BTreeMap::new();
    for line in svg.lines().filter(|line| line.contains("class=\"mark\"")) {
        let corners = if line.starts_with("<circle") { 0 } else { attribute(line, "d").matches('L').count() };
        let [left, top, right, bottom] = extent(line);
        let wide = (right - left) * (bottom - top) > 100.0;
        let look = (attribute(line, "fill").to_owned(), corners, wide);
        let series = attribute(line, "data-series").to_owned();
        assert_eq!(*looks.entry(look).or_insert(series.clone()), series);
    }
    assert_eq!(looks.len(), names.len());
    for name in names {
        assert_eq!(svg.matches(&format!(">{name}</text>")).count(), 1, "{name}");
    }
}

/// With so many marks that the legend has no free place, it stands beside the axes.
#[test]
fn the_legend_never_covers_a_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.svg").to_str().unwrap().to_owned();
    for (start, iterations) in [("3,3", "10"), ("-3,0.5", "60"), ("0.1,4", "300")] {
        let all = ["compare", "--problem", "notebook", "--optimizers", "gd,newton,pg,lbfgsb", "--start", start];
        demo(&[&all[..], &["--iterations", iterations, "--plot", &path]].concat());
        let svg = fs::read_to_string(&path).unwrap();
        let frames: Vec<[f64; 4]> = svg
            .lines()
            .filter(|line| line.starts_with("<rect") && line.contains("#CCCCCC"))
            .map(|line| ["x", "y", "width", "height"].map(|key| number(line, key)))
            .collect();
        assert_eq!(frames.len(), 1, "one legend for both charts");
        for line in svg.lines().filter(|line| line.contains("class=\"mark\"")) {
            let [left, top, right, bottom] = extent(line);
            let touched =
                |[x, y, width, height]: &[f64; 4]| right > *x && left < x + width && bottom > *y && top < y + height;
            assert!(!frames.iter().any(touched), "{start}: {line} {frames:?}");
        }
    }
}

#[test]
fn refusals() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let refused = |rest: &[&str], part: &str| {
        let outcome = demo(&[&NOTEBOOK[..], rest].concat());
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{rest:?}: {outcome:?}");
        assert!(outcome.stdout.is_empty() && outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    };
    refused(&["--optimizers", "gdd"], "did you mean 'gd'");
    refused(&["--optimizers", "gd"], "given twice");
    refused(&["--step", "0.1"], "NAME=H");
    refused(&["--step", "adam=0.1"], "--step: 'adam' is not one of --optimizers (");
    refused(&["--step", "newtn=0.1"], "did you mean 'newton'?");
    refused(&["--set", "newtn.x=0.1"], "did you mean 'newton'?");
    refused(&["--step", "gd=x"], "a number is needed");
    refused(&["--step", "gd=-1"], "positive");
    refused(&["--step", "gd=1", "--step", "gd=2"], "given twice");
    refused(&["--set", "memory=5"], "NAME.OPTION=VALUE");
    refused(&["--set", "gd.memory=5"], "gd has no options");
    refused(&["--plot", &place("run.pdf")], ".svg or .png");
    refused(&["--plot", "-"], ".svg or .png");
    refused(&["--plot", &place("no/run.svg"), "--json", &place("run.json")], "No such file");
    refused(&["--plot", &place("a.svg"), "--json", &place("a.svg")], "same destination");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
