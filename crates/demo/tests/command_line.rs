//! The built program, as a user types it.

mod program;

use std::process::{Command, Stdio};

use program::{Outcome, demo};
use serde_json::Value;

fn json(arguments: &[&str]) -> Value {
    let outcome = demo(arguments);
    assert!(matches!(outcome.code, Some(0 | 1)), "{arguments:?}: {}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn run<'a>(optimizer: &'a str, start: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    let mut arguments =
        vec!["run", "--problem", "notebook", "--optimizer", optimizer, "--start", start, "--json", "-", "--quiet"];
    arguments.extend(rest);
    arguments
}

#[test]
fn the_notebook_is_the_published_text() {
    for arguments in [&[][..], &["notebook"][..]] {
        let Outcome { code, stdout, stderr } = demo(arguments);
        assert_eq!(code, Some(0), "{stderr}");
        assert_eq!(stdout, include_str!("../reference/notebook_output.txt"));
        assert!(stderr.lines().count() >= 5, "one line a section and the verdict: {stderr}");
        assert!(stderr.trim_end().ends_with("agree with the published notebook"), "{stderr}");
    }
    assert_eq!(demo(&["--quiet"]).stderr, "");
}

#[test]
fn check_lists_every_quantity_at_no_difference() {
    let outcome = demo(&["check"]);
    assert_eq!(outcome.code, Some(0));
    let rows: Vec<&str> = outcome.stdout.lines().skip(1).collect();
    assert!(rows.len() > 200);
    assert!(rows.iter().all(|row| row.ends_with("  0 ulp") || row.ends_with("  equal")), "{}", outcome.stdout);
    let document = json(&["check", "--json", "-"]);
    assert_eq!(document["agrees"], true);
    assert_eq!(document["quantities"].as_array().unwrap().len(), rows.len());
}

/// The traces of JAX, bit for bit (made by the script beside them).
#[test]
fn runs_in_single_precision_are_those_of_jax() {
    let document: Value = serde_json::from_str(include_str!("jax/runs.json")).unwrap();
    let runs = document["runs"].as_array().unwrap();
    assert!(runs.len() >= 60);
    for reference in runs {
        let numbers: Vec<String> = reference["start"].as_array().unwrap().iter().map(Value::to_string).collect();
        let points = reference["x"].as_array().unwrap();
        let (start, step, count) = (numbers.join(","), reference["step"].to_string(), (points.len() - 1).to_string());
        let arguments = ["--precision", "f32", "--step", &step, "--iterations", &count];
        let ours = json(&run(reference["optimizer"].as_str().unwrap(), &start, &arguments));
        assert_eq!(ours["status"], "max_iterations", "{reference}");
        let bits = |point: &Value| -> Vec<u64> {
            point["x"].as_array().unwrap().iter().map(|x| u64::from((x.as_f64().unwrap() as f32).to_bits())).collect()
        };
        let ours: Vec<Vec<u64>> = ours["iterations"].as_array().unwrap().iter().map(bits).collect();
        assert_eq!(serde_json::to_value(ours).unwrap(), reference["x"], "{reference}");
    }
}

#[test]
fn the_document_has_the_agreed_form() {
    let document = json(&run("pg", "3,3", &["--step", "0.3", "--iterations", "2"]));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&document), "problem optimizer precision step start status message evaluations iterations");
    assert_eq!(keys(&document["evaluations"]), "value gradient hessian");
    let rows = document["iterations"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(keys(&rows[0]), "iteration x y loss gradient y_target inversion");
    assert_eq!((&rows[0]["iteration"], &rows[0]["loss"]), (&0.into(), &90.0.into()));
    assert!(rows[0]["y_target"].is_null() && rows[1]["y_target"].is_array() && rows[1]["inversion"].is_null());
    assert_eq!((&document["precision"], &document["step"]), (&"f64".into(), &0.3.into()));
    let numeric = json(&run("pg-numeric", "3,3", &["--iterations", "1"]));
    assert_eq!(keys(&numeric["iterations"][1]["inversion"]), "iterations evaluations status");
    assert!(json(&run("lbfgsb", "3,3", &[]))["step"].is_null());
}

#[test]
fn numbers_are_the_shortest_in_their_own_precision() {
    let single = demo(&run("gd", "3,3", &["--precision", "f32", "--iterations", "1"])).stdout;
    assert!(single.contains("2.94,") && single.contains("1.9200001\n"), "{single}");
    let double = demo(&run("gd", "3,3", &["--iterations", "1"])).stdout;
    assert!(double.contains("2.94,") && double.contains("1.92\n"), "{double}");
    // after an inversion the position is f64 in an f32 run too, the rest is f32
    let mixed = demo(&run(
        "pg-numeric",
        "3,3",
        &["--precision", "f32", "--iterations", "1", "--set", "gradient=finite-difference"],
    ));
    assert!(mixed.stdout.contains("2.0999996708643778,") && mixed.stdout.contains("6.3000007\n"), "{}", mixed.stdout);
}

#[test]
fn the_numeric_inverse_gives_the_notebooks_last_section() {
    let arguments = ["--precision", "f32", "--step", "0.3", "--set", "gradient=finite-difference"];
    let document = json(&run("pg-numeric", "3,3", &arguments));
    let of = |key: &str| -> Vec<u64> {
        document["iterations"].as_array().unwrap()[1..]
            .iter()
            .map(|row| row["inversion"][key].as_u64().unwrap())
            .collect()
    };
    assert_eq!(of("iterations"), [11, 6, 7, 7, 7, 7, 6, 6, 6, 6]);
    assert_eq!(of("evaluations"), [36, 27, 30, 27, 27, 27, 24, 24, 24, 24]);
}

#[test]
fn no_iterations_give_the_start_alone() {
    let document = json(&run("newton", "1.5,-2", &["--iterations", "0"]));
    assert_eq!(document["iterations"].as_array().unwrap().len(), 1);
    assert_eq!(document["status"], "max_iterations");
}

#[test]
fn lbfgsb_arrives_and_stays_within_its_bounds() {
    let document = json(&run("lbfgsb", "-2,1.25", &[]));
    assert_eq!(document["status"], "converged");
    let bounded = json(&run("lbfgsb", "-2,1.25", &["--set", "lower=-inf,0.5", "--set", "upper=-1,inf"]));
    let last = bounded["iterations"].as_array().unwrap().last().unwrap();
    assert_eq!(last["x"], serde_json::json!([-1.0, 0.5]));
    let outside = json(&run("lbfgsb", "7,7", &["--set", "upper=1,1"]));
    assert!(outside["message"].as_str().unwrap().contains("projected"));
}

#[test]
fn that_a_run_converged_is_said_once() {
    for optimizer in ["levenberg-marquardt", "trust-region", "newton-damped", "bfgs", "cg"] {
        let at = ["run", "--problem", "rosenbrock", "--optimizer", optimizer, "--start=-1.2,1", "--json", "-"];
        let outcome = demo(&[&at[..], &["--iterations", "500"]].concat());
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(document["status"], "converged", "{optimizer}");
        assert_eq!(outcome.stderr.matches("converged").count(), 1, "{optimizer}: {}", outcome.stderr);
    }
}

#[test]
fn a_run_that_fails_says_where_and_keeps_its_trajectory() {
    let outcome = demo(&run("gd", "3,3", &["--step", "10", "--iterations", "100"]));
    assert_eq!(outcome.code, Some(1));
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["status"], "not_finite");
    let rows = document["iterations"].as_array().unwrap();
    assert!(rows.len() > 3 && outcome.stdout.contains("Infinity"), "{}", outcome.stdout);
    let message = document["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("at iteration {}", rows.len() - 1)) && message.contains("iteration 0"),
        "{message}"
    );

    let singular = demo(&run("newton", "3,0", &[]));
    let document: Value = serde_json::from_str(&singular.stdout).unwrap();
    assert_eq!((singular.code, &document["status"]), (Some(1), &"failed".into()));
    assert!(document["message"].as_str().unwrap().contains("Hessian is singular at iteration 0"));
    assert_eq!(document["iterations"].as_array().unwrap().len(), 1);

    let no_root = demo(&run("pg", "3,3", &["--step", "1.5"]));
    let document: Value = serde_json::from_str(&no_root.stdout).unwrap();
    assert_eq!((no_root.code, &document["status"]), (Some(1), &"failed".into()));
    let message = document["message"].as_str().unwrap();
    assert!(message.contains("component 1") && message.contains("NaN") && message.contains("-4.5"), "{message}");
}

#[test]
fn results_go_where_they_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let path = file.to_str().unwrap();
    let arguments = ["run", "--problem", "notebook", "--optimizer", "gd", "--start", "3,3"];
    let outcome = demo(&[&arguments[..], &["--json", path, "--csv", "-"]].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("iteration,x0,x1,y0,y1,loss,g0,g1\n0,3,3,3,9,90,6,108\n"), "{}", outcome.stdout);
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(document["iterations"].as_array().unwrap().len(), 11);
    // with a file alone, standard output has the table
    assert!(demo(&[&arguments[..], &["--json", path]].concat()).stdout.starts_with("gd on notebook (f64)\n"));
    // nothing is left beside the file
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// optax 0.2.8 in f64: the points after ten steps from (3, 3).
#[test]
fn first_order_methods_are_those_of_optax() {
    let rows = [
        ("gd", "0.01", [2.45121842, 0.96171152]),
        ("momentum", "0.01", [0.92135928, 0.13378911]),
        ("nesterov", "0.01", [0.78944578, -0.70170995]),
        ("adagrad", "0.5", [0.99325823, 1.50660669]),
        ("rmsprop", "0.1", [1.47206364, 1.76201191]),
        ("adam", "0.3", [0.22874746, 0.62958598]),
        ("adamw", "0.3", [0.22833473, 0.62922389]),
        ("amsgrad", "0.3", [0.69438505, 1.27418914]),
        ("nadam", "0.3", [0.18409227, 0.72096721]),
        ("adamax", "0.3", [0.68637663, 1.2691528]),
        ("adadelta", "1", [2.96636468, 2.96659426]),
        ("lion", "0.1", [1.99745123, 1.99745123]),
    ];
    for (optimizer, step, expected) in rows {
        for (precision, tolerance) in [("f64", 1e-8), ("f32", 2e-5)] {
            let document = json(&run(optimizer, "3,3", &["--step", step, "--precision", precision]));
            assert_eq!((&document["status"], &document["step"]), (&"max_iterations".into(), &json_number(step)));
            assert_eq!(document["evaluations"]["gradient"], 11);
            for (i, expected) in expected.into_iter().enumerate() {
                let ours = document["iterations"][10]["x"][i].as_f64().unwrap();
                assert!((ours - expected).abs() < tolerance, "{optimizer} {precision}: {ours} {expected}");
            }
        }
        // an option at its default changes nothing
        let list = json(&["list", "--json", "-"]);
        let row = list["optimizers"].as_array().unwrap().iter().find(|row| row["name"] == optimizer).unwrap();
        let plain = json(&run(optimizer, "3,3", &["--step", step]));
        for option in row["options"].as_array().unwrap() {
            let set = format!("{}={}", option["name"].as_str().unwrap(), option["default"].as_str().unwrap());
            let same = json(&run(optimizer, "3,3", &["--step", step, "--set", &set]));
            assert_eq!(plain["iterations"][10]["x"], same["iterations"][10]["x"], "{optimizer} {set}");
            // where gradients shrink, AMSGrad's largest mean of squares is the first, and Lion's signs do not change,
            // whatever the rates
            let name = option["name"].as_str().unwrap();
            if (optimizer, name) == ("amsgrad", "beta2") || optimizer == "lion" && name.starts_with("beta") {
                continue;
            }
            let other = format!("{}=0.25", option["name"].as_str().unwrap());
            let other = json(&run(optimizer, "3,3", &["--step", step, "--set", &other]));
            assert_ne!(plain["iterations"][10]["x"], other["iterations"][10]["x"], "{optimizer} {}", option["name"]);
        }
    }
}

fn json_number(text: &str) -> Value {
    let number: f64 = text.parse().unwrap();
    number.into()
}

#[test]
fn list_names_what_can_be_run() {
    let document = json(&["list", "--json", "-"]);
    for row in document["optimizers"].as_array().unwrap() {
        let outcome = demo(&run(row["name"].as_str().unwrap(), "3,3", &["--iterations", "1"]));
        assert_eq!(outcome.code, Some(0), "{row}: {}", outcome.stderr);
        assert!(demo(&["list"]).stdout.contains(row["name"].as_str().unwrap()));
    }
}

/// scipy 1.9.3 with difference gradients: x, iterations, evaluations; in f32 the start is an f32 number and the search in f64.
#[test]
fn invert_is_scipys() {
    for precision in ["f32", "f64"] {
        let arguments = ["invert", "--physics", "x0, x1^2", "--target", "2,2", "--start", "3,3", "--json", "-"];
        let document =
            json(&[&arguments[..], &["--set", "gradient=finite-difference", "--precision", precision]].concat());
        let x: Vec<String> =
            document["x"].as_array().unwrap().iter().map(|x| format!("{:.8}", x.as_f64().unwrap())).collect();
        assert_eq!(x, ["2.00000003", "1.41421353"]);
        assert_eq!((&document["iterations"], &document["evaluations"]), (&11.into(), &36.into()));
        let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["x", "residual", "iterations", "evaluations", "status", "message"]);
    }
    // a search whose line search fails counts what that cost
    let arguments =
        ["invert", "--physics", "1e6*abs(x0), 1e6*abs(x1-1)", "--target", "4.47,3.06", "--start", "1.28,1.54"];
    let outcome = demo(&[&arguments[..], &["--set", "gradient=finite-difference", "--json", "-"]].concat());
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, &document["evaluations"]), (Some(1), &102.into()), "{document}");
}

#[test]
fn second_order_methods_run_on_test_functions() {
    for (optimizer, problem, start) in [
        ("levenberg-marquardt", "rosenbrock", "-1.2,1"),
        ("gauss-newton", "rosenbrock", "-1.2,1"),
        ("bfgs", "rosenbrock", "-1.2,1"),
        ("cg", "rosenbrock", "-1.2,1"),
        ("cg-hager-zhang", "rosenbrock", "-1.2,1"),
        ("lbfgs", "rosenbrock", "-1.2,1"),
        ("newton-damped", "rosenbrock", "-1.2,1"),
        ("trust-region", "rosenbrock", "-1.2,1"),
        ("trust-region", "extended-rosenbrock", "-1.2,1,-1.2,1"),
        ("newton-damped", "zakharov", "1,1,1"),
    ] {
        for precision in ["f32", "f64"] {
            let arguments = ["run", "--problem", problem, "--optimizer", optimizer, "--start", start];
            let outcome = demo(&[&arguments[..], &["--precision", precision, "--json", "-"]].concat());
            let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
            let least = document["iterations"].as_array().unwrap().iter().map(|row| row["loss"].as_f64().unwrap());
            let least = least.fold(f64::INFINITY, f64::min);
            assert!(least < 1e-3, "{optimizer} {problem} {precision}: {least} {}", document["message"]);
        }
    }
}

/// Where there is util-linux's `script`, it gives the program a terminal.
#[test]
fn a_run_shows_its_progress_on_a_terminal_alone() {
    let rest = "run --problem rosenbrock --optimizer newton --start=-1.2,1 --step 1 --iterations 4";
    let on_terminal = |options: &str| {
        let line = format!("'{}' {rest} {options} > /dev/null", env!("CARGO_BIN_EXE_demo"));
        let output = Command::new("script").args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let words: Vec<&str> = rest.split(' ').collect();
    assert_eq!(demo(&words).stderr, "max_iterations: all iterations are made\n");
    if let (Some(shown), Some(quiet)) = (on_terminal(""), on_terminal("--quiet")) {
        assert!(shown.contains("newton: step 0 of 4") && shown.contains("max_iterations"), "{shown:?}");
        assert_eq!(quiet, "");
    }
}
