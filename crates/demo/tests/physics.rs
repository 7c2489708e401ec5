//! The tables and figures of `docs/physics.md` are what the example prints and draws.

#[allow(dead_code, reason = "an example has a main")]
mod example {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/physics.rs"));

    #[test]
    fn the_document_shows_what_is_computed() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
        let document = std::fs::read_to_string(format!("{docs}/physics.md")).unwrap();
        let (tables, figures) = results().unwrap();
        for table in &tables {
            assert!(document.contains(&format!("```text\n{table}```\n")), "not in the document:\n{table}");
        }
        assert_eq!(document.matches("```text\n").count(), tables.len());
        for (name, scene) in figures {
            let drawn = svg(&scene);
            let shown = std::fs::read_to_string(format!("{docs}/figures/{name}.svg")).unwrap();
            assert!(shown == drawn, "{name}: `just physics` draws it anew");
            assert!(document.contains(&format!("(figures/{name}.svg)")), "{name}");
        }
    }
}

mod program;

use optimizers::{Composite, HalfInverse, InverseSimulator, LinearizedInverse, Optimizer, Run};
use program::demo;
use serde_json::Value;

const NOTEBOOK: [&str; 5] = ["run", "--problem", "notebook", "--start", "3,3"];

fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let outcome = demo(&[arguments, &["--json", "-", "--quiet"]].concat());
    (outcome.code, serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{}", outcome.stderr)))
}

/// What is written are the points of the library's run.
#[test]
fn named_runs_are_the_librarys() {
    type Notebook = Composite<demo::notebook::physics, demo::notebook::loss, 2, 2>;
    fn is<O: Optimizer<f64, Notebook>>(method: &O, name: &str, rest: &[&str]) {
        let report = Run::new(&demo::notebook::problem(), method, &[3.0, 3.0]).unwrap().iterations(10).finish();
        let (code, document) = json(&[&NOTEBOOK[..], &["--optimizer", name], rest].concat());
        assert_eq!(code, Some(0));
        let rows = document["iterations"].as_array().unwrap();
        assert_eq!(rows.len(), 11);
        for (row, now) in rows.iter().zip(&report.trajectory) {
            assert_eq!(row["x"], serde_json::json!(now.x.as_slice()), "{name}");
            assert_eq!(row["loss"].as_f64(), Some(now.loss), "{name}");
            assert_eq!(row["y_target"].is_array(), now.y_target.is_some(), "{name}");
        }
    }
    is(&HalfInverse::new(0.1).unwrap(), "hig", &[]);
    let options = ["--step", "0.05", "--set", "exponent=-0.25", "--set", "truncation=0.5"];
    is(&HalfInverse::new(0.05).unwrap().exponent(-0.25).unwrap().truncation(0.5).unwrap(), "hig", &options);
    is(&InverseSimulator::new(0.3, LinearizedInverse).unwrap(), "pg-linearized", &[]);
    let inverse = optimizers::AnalyticInverse::<_, 2, 2>::new(demo::notebook::inverse_physics);
    let adam = || optimizers::Adam::new(0.2).unwrap();
    let sip = optimizers::ScaleInvariant::new(0.5, inverse, adam()).unwrap();
    is(&sip, "sip", &["--step", "0.2", "--set", "physics_step=0.5"]);
}

#[test]
fn processes_that_are_typed_and_single_precision() {
    let typed = ["run", "--physics", "x0, x1^2", "--loss", "y0^2 + y1^2", "--start", "3,3", "--optimizer"];
    for name in ["hig", "sip", "pg-linearized"] {
        let (_, named) = json(&[&NOTEBOOK[..], &["--optimizer", name]].concat());
        let (code, document) = json(&[&typed[..], &[name]].concat());
        assert_eq!(code, Some(0), "{name}");
        let last = |document: &Value| document["iterations"][10]["loss"].as_f64().unwrap();
        assert!((last(&document) - last(&named)).abs() < 1e-9, "{name}");
        let (code, single) = json(&[&NOTEBOOK[..], &["--optimizer", name, "--precision", "f32"]].concat());
        assert_eq!(code, Some(0), "{name}");
        let x = single["iterations"][10]["x"][1].as_f64().unwrap();
        assert!((last(&single) - last(&named)).abs() < 1e-4 && x.to_string().len() < 16, "{name} {x}");
    }
}

/// A loss that is typed as a sum of squares is one, with a process and without: the points are those of the named problems, whose
/// residuals are the same.
#[test]
fn typed_sums_of_squares_have_residuals() {
    let points = |arguments: &[&str]| -> Vec<Vec<f64>> {
        let (code, document) = json(arguments);
        assert_eq!(code, Some(0), "{document}");
        let rows = document["iterations"].as_array().unwrap();
        rows.iter().map(|row| serde_json::from_value(row["x"].clone()).unwrap()).collect()
    };
    let rosenbrock = ["(1 - x0)^2 + 100*(x1 - x0^2)^2", "(1 - x0)^2 + ((x1 - x0*x0)*(x1 - x0*x0))/1e-2"];
    let cases: [(&[&str], &[&str], &str); 5] = [
        (&["--problem", "notebook"], &["--physics", "x0, x1^2", "--loss", "y0^2 + y1^2"], "3,3"),
        (&["--problem", "notebook"], &["--loss", "x0^2 + x1^4"], "-2,1.25"),
        (&["--problem", "notebook"], &["--physics", "x0, x1", "--loss", "(y0^2*3)/3 + (y1*y1)^2"], "3,1"),
        (&["--problem", "rosenbrock"], &["--loss", rosenbrock[0]], "-1.2,1"),
        (&["--problem", "rosenbrock"], &["--loss", rosenbrock[1]], "-1.2,1"),
    ];
    for optimizer in ["gauss-newton", "levenberg-marquardt"] {
        for (named, typed, start) in cases {
            let rest = ["--optimizer", optimizer, "--start", start, "--iterations", "5"];
            let [named, typed] = [named, typed].map(|of| points(&[&["run"], of, &rest].concat()));
            assert_eq!(named.len(), typed.len());
            for (a, b) in named.iter().flatten().zip(typed.iter().flatten()) {
                assert!((a - b).abs() <= 1e-7 * b.abs().max(1.0), "{optimizer} {typed:?} {named:?}");
            }
        }
    }
    // with a constant residual, and many of them
    let far = "x0^2 + 4 + 0.5*((x0 - 3)^2 + 2*(x0 + 1)^6)";
    let (code, document) = json(&["run", "--loss", far, "--start", "1", "--optimizer", "levenberg-marquardt"]);
    assert_eq!((code, &document["status"]), (Some(0), &"converged".into()), "{document}");
    let long = (0..3000).map(|i| format!("(x0 - {i})^2")).collect::<Vec<_>>().join(" + ");
    let (_, document) = json(&["run", "--loss", &long, "--start", "1", "--optimizer", "gauss-newton"]);
    assert!((document["iterations"][1]["x"][0].as_f64().unwrap() - 1499.5).abs() < 1e-9);
    for loss in ["x0^2 - x1^2", "x0", "-(x0^2)", "x0^3", "x0^2*x1", "-2*x0^2", "x0^2 + x1 + 1", "x0^2/x1^2", "x0^-2"] {
        let outcome = demo(&["run", "--loss", loss, "--start", "1,1", "--optimizer", "gauss-newton"]);
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{loss}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("gauss-newton needs a sum of squares, as in --loss"), "{}", outcome.stderr);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |arguments: &[&str], parts: &[&str]| {
        let outcome = demo(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1);
        parts.iter().for_each(|part| assert!(outcome.stderr.contains(part), "{}", outcome.stderr));
    };
    let with = |rest: &[&'static str]| [&NOTEBOOK[..], rest].concat();
    refused(&with(&["--optimizer", "hig", "--set", "truncation=1"]), &["truncation is 1"]);
    refused(&with(&["--optimizer", "hig", "--set", "exponent=2"]), &["exponent is 2", "from -1 to 1"]);
    refused(&with(&["--optimizer", "hig", "--set", "exponent=nan"]), &["exponent is NaN"]);
    refused(&with(&["--optimizer", "sip", "--set", "physics_step=0"]), &["step is 0"]);
    refused(&with(&["--optimizer", "hig", "--step", "-1"]), &["step is -1"]);
    refused(&["run", "--loss", "x0^2", "--start", "1", "--optimizer", "hig"], &["hig steps in y", "--physics"]);
    // at x1 = 0 the process has no linearized inverse: the run fails and says why
    let (code, document) = json(&["run", "--problem", "notebook", "--start", "3,0", "--optimizer", "pg-linearized"]);
    assert_eq!((code, document["status"].as_str()), (Some(1), Some("failed")));
    assert!(document["message"].as_str().unwrap().starts_with("Jacobian has no full rank at iteration 1"));
    // half an inverse leaves that direction alone
    let (code, document) = json(&["run", "--problem", "notebook", "--start", "3,0", "--optimizer", "hig"]);
    assert_eq!((code, document["iterations"][10]["x"][1].as_f64()), (Some(0), Some(0.0)));
}
