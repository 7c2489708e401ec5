//! What bad input gets on the command line: one line on standard error and exit status 2, or an honest ending.
//! At the libraries' border the same rows are in `crates/optimizers/tests/bad_input.rs` and `lbfgsb.rs`.

mod program;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use program::demo;
use serde_json::Value;

const NOTEBOOK: [&str; 3] = ["run", "--problem", "notebook"];

fn refused(arguments: &[&str], parts: &[&str]) {
    let outcome = demo(arguments);
    assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{arguments:?}: {}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "{arguments:?}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "{arguments:?}: '{part}' is not in: {}", outcome.stderr);
    }
}

fn refused_run(rest: &[&str], parts: &[&str]) {
    refused(&[&NOTEBOOK[..], rest].concat(), parts);
}

#[test]
fn starts() {
    refused_run(&["--optimizer", "gd", "--start", "3,3,3"], &["3 components", "2 variables"]);
    refused_run(&["--optimizer", "gd", "--start", "3"], &["1 component", "2 variables"]);
    refused_run(&["--optimizer", "gd", "--start", ""], &["start is empty"]);
    refused_run(&["--optimizer", "gd", "--start", "3,"], &["start[1]", "a number is needed"]);
    refused_run(&["--optimizer", "gd", "--start", "3,three"], &["start[1]", "'three'"]);
    for value in ["nan", "inf", "-inf", "NaN", "infinity", "1e999"] {
        refused_run(&["--optimizer", "gd", "--start", &format!("3,{value}")], &["start[1]", "finite"]);
    }
    for optimizer in ["newton", "pg", "pg-numeric", "lbfgsb"] {
        refused_run(&["--optimizer", optimizer, "--start", "nan,3"], &["start[0] is NaN", "finite"]);
        refused_run(&["--optimizer", optimizer, "--start", "3"], &["1 component", "2 variables"]);
        let single = ["--optimizer", optimizer, "--start", "3,1e300", "--precision", "f32"];
        refused_run(&single, &["start[1] is 1e300: a number that is finite in f32 is needed"]);
    }
    refused_run(&["--optimizer", "gd"], &["--start"]);
}

#[test]
fn steps() {
    for optimizer in ["gd", "momentum", "adam", "lion", "newton", "pg", "pg-numeric"] {
        for value in ["0", "-0.1", "nan", "inf", "1e-310", "-0"] {
            refused_run(&["--optimizer", optimizer, "--start", "3,3", "--step", value], &["step is", "positive"]);
        }
        let single = ["--optimizer", optimizer, "--start", "3,3", "--step", "1e-40", "--precision", "f32"];
        refused_run(&single, &["step is", "subnormal"]);
    }
    refused_run(&["--optimizer", "gd", "--start", "3,3", "--step", "big"], &["'big'", "--step", "a number is needed"]);
    refused_run(&["--optimizer", "gd", "--start", "3,3", "--json", ""], &["cannot write ''"]);
    refused_run(&["--optimizer", "lbfgsb", "--start", "3,3", "--step", "1"], &["lbfgsb has no fixed step"]);
}

#[test]
fn iterations() {
    let huge = ["--optimizer", "gd", "--start", "3,3", "--iterations", "1000000000000"];
    refused_run(&huge, &["iterations is 1000000000000", "at most"]);
    // what is kept grows with the variables, and a matrix with their square
    let ones = |n: usize| vec!["1"; n].join(",");
    let sphere = |n: usize, iterations: &str| {
        let start = ones(n);
        refused(
            &["run", "--problem", "sphere", "--optimizer", "gd", "--start", &start, "--iterations", iterations],
            &["at most"],
        );
    };
    sphere(30_000, "1");
    sphere(3_000, "400000");
    for value in ["-1", "1.5", "many", "99999999999999999999999"] {
        refused_run(&["--optimizer", "gd", "--start", "3,3", "--iterations", value], &[value]);
    }
}

#[test]
fn unknown_names() {
    let start = ["--start", "3,3"];
    refused(
        &[&["run", "--problem", "notebok", "--optimizer", "gd"], &start[..]].concat(),
        &["did you mean 'notebook'", "demo list"],
    );
    refused_run(&[&["--optimizer", "newtn"], &start[..]].concat(), &["did you mean 'newton'", "demo list"]);
    refused(&["rum"], &["'rum'", "'run'"]);
    refused(&["run", "--problm", "notebook"], &["--problm", "--problem"]);
    refused(&["check", "--precision", "f16"], &["'f16'", "f32", "f64"]);
    refused(&["--color", "sometimes"], &["'sometimes'"]);
}

#[test]
fn options() {
    let numeric = ["--optimizer", "pg-numeric", "--start", "3,3", "--set"];
    let with = |value: &'static str| [&numeric[..], &[value]].concat();
    refused_run(&with("gradient=guess"), &["gradient is 'guess'", "finite-difference"]);
    refused_run(&with("gradent=exact"), &["unknown option", "'gradent'", "did you mean 'gradient'"]);
    refused_run(&with("memory=5"), &["unknown option of pg-numeric 'memory'"]);
    refused_run(&with("gradient"), &["OPTION=VALUE"]);
    refused_run(&["--optimizer", "gd", "--start", "3,3", "--set", "gradient=exact"], &["gd has no options"]);
    let bounded = ["--optimizer", "lbfgsb", "--start", "3,3", "--set"];
    let with = |value: &'static str| [&bounded[..], &[value]].concat();
    for value in ["memory=0", "memory=-1", "memory=1001", "memory=1.5", "memory=x"] {
        refused_run(&with(value), &["memory is", "1 to 1000"]);
    }
    for value in ["factr=-1", "factr=nan", "factr=inf", "pgtol=-1e-9", "pgtol=nan", "pgtol=x"] {
        refused_run(&with(value), &["not negative"]);
    }
    refused_run(&with("lower=1"), &["lower has 1 component", "2 are needed"]);
    refused_run(&with("lower=nan,0"), &["lower[0] is NaN"]);
    refused_run(&with("upper=0,nan"), &["upper[1] is NaN"]);
    refused_run(&with("lower=inf,0"), &["variable 0"]);
    refused_run(&[&with("lower=0,2")[..], &["--set", "upper=1,1"]].concat(), &["variable 1", "lower 2, upper 1"]);
    refused_run(&[&with("memory=5")[..], &["--set", "memory=6"]].concat(), &["memory is given twice"]);
}

#[test]
fn options_of_first_order_methods() {
    let refused_option = |optimizer: &str, set: &str, parts: &[&str]| {
        refused_run(&["--optimizer", optimizer, "--start", "3,3", "--set", set], parts);
    };
    for (optimizer, name) in [
        ("momentum", "decay"),
        ("nesterov", "decay"),
        ("rmsprop", "decay"),
        ("adadelta", "rho"),
        ("adam", "beta1"),
        ("adamw", "beta2"),
        ("amsgrad", "beta2"),
        ("nadam", "beta1"),
        ("adamax", "beta2"),
        ("lion", "beta1"),
    ] {
        for value in ["1", "1.5", "-0.1", "nan", "inf"] {
            refused_option(optimizer, &format!("{name}={value}"), &[&format!("{name} is"), "from 0 up to"]);
        }
        refused_option(optimizer, &format!("{name}=x"), &[&format!("{name} is 'x'"), "a number is needed"]);
        refused_option(optimizer, "memory=5", &[&format!("unknown option of {optimizer} 'memory'")]);
    }
    for (optimizer, name) in [
        ("adagrad", "initial_accumulator"),
        ("adagrad", "eps"),
        ("rmsprop", "initial_scale"),
        ("adam", "eps_root"),
        ("adamw", "weight_decay"),
        ("lion", "weight_decay"),
    ] {
        for value in ["-1e-9", "nan", "inf"] {
            refused_option(optimizer, &format!("{name}={value}"), &[&format!("{name} is"), "not negative"]);
        }
    }
    refused_option("adam", "rho=0.5", &["unknown option of adam 'rho'"]);
    refused_option("adam", "beta3=0.5", &["did you mean 'beta"]);
}

#[test]
fn formulas() {
    let invert = |physics: &str, parts: &[&str]| {
        refused(&["invert", "--physics", physics, "--target", "2,2", "--start", "3,3"], parts);
    };
    invert("", &["empty"]);
    invert("x0 +* 2", &["column 5", "x0 +»* 2"]);
    invert("2x0", &["column 2", "'*' is missing"]);
    invert("(x0, x1^2", &["column 4"]);
    invert("x0, x2", &["column 5", "the last is x1"]);
    invert("x0, sqr(x1)", &["column 5", "did you mean 'sqrt'", "demo list"]);
    invert("x0, xo", &["column 5", "did you mean 'x0'"]);
    invert("x0, atan2(x1)", &["takes 2 arguments, not 1"]);
    let deep = format!("{}x0{}", "(".repeat(30_000), ")".repeat(30_000));
    invert(&deep, &["nests more than"]);
    let run = |rest: &[&str], parts: &[&str]| {
        refused(&[&["run", "--start", "3,3", "--optimizer"], rest].concat(), parts);
    };
    run(&["gd", "--physics", "x0, x1^2", "--loss", "y0 + y2"], &["column 6", "the last is y1"]);
    run(&["gd", "--loss", "x0 + y1"], &["column 6", "unknown name 'y1'"]);
    run(&["pg", "--loss", "x0^2 + x1^2"], &["pg steps in y", "--physics"]);
    run(&["gd", "--physics", "x0, x1^2"], &["--loss"]);
    run(&["gd"], &["--problem"]);
    run(&["gd", "--problem", "notebook", "--loss", "x0"], &["--problem", "--loss"]);
}

#[test]
fn targets() {
    let invert = |target: &str, parts: &[&str]| {
        refused(&["invert", "--physics", "x0, x1^2", "--target", target, "--start", "3,3"], parts);
    };
    invert("2", &["target has 1 component", "2 are needed"]);
    invert("2,nan", &["target[1] is NaN"]);
    invert("inf,2", &["target[0]", "finite"]);
    invert("", &["target is empty"]);
    refused(&["invert", "--physics", "x0, x1^2", "--target", "2,2", "--start", "nan,3"], &["start[0] is NaN"]);
}

/// A target without a preimage: the nearest point, and the status says how the search ended.
#[test]
fn a_target_without_a_preimage_ends_honestly() {
    let arguments = ["invert", "--physics", "x0, x1^2", "--target", "2,-2", "--start", "3,3", "--json", "-"];
    let outcome = demo(&arguments);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(document["residual"].as_f64().unwrap() >= 4.0, "{document}");
    assert_eq!((outcome.code, &document["status"]), (Some(1), &"failed".into()), "{document}");
    assert!(message(&document).contains("component 1 of the y that was reached is"), "{document}");
    assert!(
        outcome.stderr.contains("of the y that was reached is") && outcome.stderr.starts_with("failed: "),
        "{}",
        outcome.stderr
    );
    let status = |physics: &str, target: &str, start: &str| {
        let at = ["--target", target, "--start", start, "--json", "-", "--quiet"];
        let outcome = demo(&[&["invert", "--physics", physics], &at[..]].concat());
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        document["status"].as_str().unwrap().to_owned()
    };
    for (physics, target, start) in [
        ("x0^2", "-1e-3", "3"),
        ("x0^2", "-1e-6", "1e-3"),
        ("sin(x0)", "1.0001", "1"),
        ("exp(x0)+1, x0", "0.5,-3", "0"),
        ("sqrt(x0), x0*x1", "-1,3", "2,2"),
        ("x0^2 + x1^2 + 1", "0", "1,2"),
        ("x0, 2*x0", "1,1", "0"),
        // reachable, but the search's gradient is as good as zero at the start
        ("1e-9*x0", "1e-9", "3"),
    ] {
        assert_eq!(status(physics, target, start), "failed", "{physics} = {target}");
    }
    // what is reached slowly, or to rounding alone, is reached
    for (physics, target, start) in [
        ("x0^2", "0", "3"),
        ("x0^4", "0", "3"),
        ("x0^2 + x1^2", "0", "1,2"),
        ("sin(x0)", "1", "1"),
        ("sin(x0)", "0", "3.141592653589793"),
        ("1e-4*x0", "3", "0"),
        ("1e3*(x1-x0^2), 1-x0", "0,0", "-1.2,1"),
        ("x0 + x1", "1e6", "0,0"),
    ] {
        assert_eq!(status(physics, target, start), "converged", "{physics} = {target}");
    }
    // where not even the start has a value, the search has not converged
    let outcome = demo(&["invert", "--physics", "ln(x0)", "--target", "2", "--start", "-1", "--json", "-"]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, &document["status"]), (Some(1), &"not_converged".into()), "{document}");
    assert!(document["message"].as_str().unwrap().contains("loss is not finite at iteration 0"));
}

/// A numeric inverse that does not converge: its iteration says so, and the run goes on or stops as the option says.
#[test]
fn an_inversion_that_does_not_converge() {
    // the search leaves the domain of the root at its first trial
    let run = |unconverged: &str| {
        let physics = ["--physics", "sqrt(x0) - 5*x0, x1", "--loss", "y0^2 + y1^2"];
        let rest =
            ["--optimizer", "pg-numeric", "--start", "0.05,1", "--step", "0.9", "--iterations", "2", "--json", "-"];
        let outcome = demo(&[&["run"], &physics[..], &rest[..], &["--set", unconverged]].concat());
        (outcome.code, serde_json::from_str::<Value>(&outcome.stdout).unwrap())
    };
    let (code, document) = run("unconverged=continue");
    assert_eq!(
        (code, &document["iterations"][1]["inversion"]["status"]),
        (Some(0), &"not_converged".into()),
        "{document}"
    );
    assert_eq!(document["iterations"].as_array().unwrap().len(), 3);
    let (code, document) = run("unconverged=stop");
    assert_eq!((code, &document["status"]), (Some(1), &"failed".into()));
    let message = document["message"].as_str().unwrap();
    assert!(message.contains("the inversion of iteration 1 did not converge"), "{message}");
    refused_run(&["--optimizer", "pg-numeric", "--start", "3,3", "--set", "unconverged=maybe"], &["continue or stop"]);
}

#[test]
fn losses_that_are_not_finite() {
    let run = |optimizer: &str, loss: &str, start: &str, step: &str| -> (Option<i32>, Value) {
        let arguments = ["run", "--loss", loss, "--optimizer", optimizer, "--start", start, "--json", "-"];
        let outcome = demo(&[&arguments[..], &["--step", step][..if step.is_empty() { 0 } else { 2 }]].concat());
        (outcome.code, serde_json::from_str(&outcome.stdout).unwrap())
    };
    let (code, document) = run("gd", "ln(x)", "-1", "");
    assert_eq!((code, &document["status"]), (Some(1), &"not_finite".into()));
    assert!(document["message"].as_str().unwrap().contains("loss is not finite at iteration 0"), "{document}");
    assert_eq!(document["iterations"][0]["loss"], "NaN");
    // the first step goes to a negative number
    let (code, document) = run("gd", "x - ln(x) / 10", "1", "5");
    assert_eq!((code, &document["status"]), (Some(1), &"not_finite".into()), "{document}");
    assert!(document["iterations"].as_array().unwrap().len() > 1);
    let (code, document) = run("lbfgsb", "ln(x)", "-1", "");
    assert_eq!((code, &document["status"]), (Some(1), &"not_finite".into()));
    // an indefinite Hessian: where Newton goes, with a warning
    let (code, document) = run("newton", "x0^2 - x1^2", "1,1", "1");
    assert_eq!(code, Some(0));
    assert_eq!(document["iterations"][1]["x"], serde_json::json!([0.0, 0.0]));
    assert!(document["message"].as_str().unwrap().contains("not a descent direction"), "{document}");
    let (_, document) = run("newton", "x0^2 - 3*x1^2", "1,1", "1");
    assert!(document["message"].as_str().unwrap().contains("not a descent direction"), "{document}");
    // at the minimum there is no direction, and near it a small one is one
    for start in ["0,0", "1e-200,1e-200"] {
        let (_, document) = run("newton", "x0^2 + x1^2", start, "1");
        assert!(!document["message"].as_str().unwrap().contains("descent"), "{document}");
    }
}

/// The start of a run that has no value there is in the trajectory all the same.
#[test]
fn a_start_without_a_value_is_kept() {
    for optimizer in ["gd", "newton", "lbfgsb"] {
        let outcome = demo(&["run", "--loss", "ln(x0)", "--optimizer", optimizer, "--start", "-1", "--json", "-"]);
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(document["iterations"][0]["x"], serde_json::json!([-1.0]), "{optimizer}");
        assert_eq!((document["status"].as_str(), &document["evaluations"]["value"]), (Some("not_finite"), &1.into()));
        assert!(document["message"].as_str().unwrap().contains("at iteration 0"));
    }
}

/// A million iterations of a method that warns at each: the message stays one line.
#[test]
fn warnings_do_not_pile_up() {
    let arguments =
        ["run", "--loss", "-x0^2", "--optimizer", "newton", "--start", "1", "--step", "1e-9", "--iterations"];
    let outcome = demo(&[&arguments[..], &["5000", "--json", "-"]].concat());
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(document["message"].as_str().unwrap().len() < 400, "{}", document["message"]);
    assert!(document["message"].as_str().unwrap().contains("and 4997 more such warnings"));
}

#[test]
fn nothing_is_written_if_one_of_two_results_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let outcome = demo(&["check", "--json", &place("b.json"), "--csv", &place("no/b.csv")]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // the same place by two names
    let outcome = demo(&["check", "--json", &place("a"), "--csv", &place("./a")]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_full_disk_behind_standard_error_is_no_panic() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for (arguments, code) in [(&["check"][..], 0), (&["rum"], 2), (&["notebook"], 0)] {
        let status =
            Command::new(env!("CARGO_BIN_EXE_demo")).args(arguments).stdout(Stdio::null()).stderr(full()).status();
        assert_eq!(status.unwrap().code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn destinations() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let arguments = ["check", "--json"];
    let to = |path: &str| demo(&[&arguments[..], &[path]].concat());
    for (path, reason) in [(place("no/such/file"), "No such file"), (place(""), "it is a directory")] {
        let outcome = to(&path);
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&path) && outcome.stderr.contains(reason), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains(".demo-"), "{}", outcome.stderr);
    }
    // an existing file is replaced as a whole, and keeps its place when there is nothing to write
    let kept = place("kept");
    std::fs::write(&kept, "old").unwrap();
    demo(&[&NOTEBOOK[..], &["--optimizer", "gd", "--start", "nan,3", "--json", &kept]].concat());
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "old");
    assert_eq!(to(&kept).code, Some(0));
    assert!(std::fs::read_to_string(&kept).unwrap().starts_with('{'));
    refused(&["check", "--json", "-", "--csv", "-"], &["same destination"]);
    if std::path::Path::new("/dev/full").exists() {
        let outcome = to("/dev/full");
        assert_eq!(outcome.code, Some(2));
        assert!(outcome.stderr.contains("No space left"), "{}", outcome.stderr);
        assert!(std::path::Path::new("/dev/full").exists(), "a device is written to, not replaced");
    }
}

/// `demo … | head -1`
#[test]
fn a_closed_pipe_ends_quietly() {
    for arguments in [&["check"][..], &["list"], &["--help"], &["notebook"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().unwrap());
        let _ = reader.read_line(&mut String::new());
        drop(reader);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        assert!(matches!(output.status.code(), Some(0 | 141)), "{arguments:?}: {:?} {stderr}", output.status);
    }
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let script = format!("'{}' check >&-", env!("CARGO_BIN_EXE_demo"));
    if let Ok(output) = Command::new("sh").args(["-c", &script]).output() {
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}

#[test]
fn the_hint_names_the_help_of_the_command() {
    refused(&["run", "--start"], &["(try `demo run --help`)"]);
    refused(&["--quiet", "sweep", "--seed", "x"], &["a whole number is needed", "(try `demo sweep --help`)"]);
    refused(&["--loud"], &["(try `demo --help`)"]);
    refused(&["derve"], &["'derive'", "(try `demo --help`)"]);
}

#[test]
fn colours_only_where_they_are_wanted() {
    let outcome = demo(&["run", "--color", "always", "--problem", "x", "--optimizer", "gd", "--start", "1"]);
    assert!(outcome.stderr.contains("\u{1b}["), "{:?}", outcome.stderr);
    for color in ["auto", "never"] {
        let outcome = demo(&["run", "--color", color, "--problem", "x", "--optimizer", "gd", "--start", "1"]);
        assert!(!outcome.stderr.contains('\u{1b}'), "{:?}", outcome.stderr);
    }
    // help, and what is wrong before the options are known
    for rest in [&["--help"][..], &["help", "run"], &["run", "--help"], &["runn"], &["run", "--start"], &["--version="]]
    {
        let colored = |options: &[&str]| {
            let outcome = demo(&[options, rest].concat());
            (outcome.stdout + &outcome.stderr).contains('\u{1b}')
        };
        assert!(colored(&["--color", "always"]) && colored(&["--color=always"]), "{rest:?}");
        assert!(!colored(&[]) && !colored(&["--color", "auto"]) && !colored(&["--color=never"]), "{rest:?}");
    }
}

#[test]
fn test_functions() {
    let run = |problem, optimizer, start| ["run", "--problem", problem, "--optimizer", optimizer, "--start", start];
    refused(&run("rosenbrok", "bfgs", "1,1"), &["unknown problem 'rosenbrok'", "did you mean 'rosenbrock'"]);
    refused(&run("rosenbrock", "bfgs", "1,1,1"), &["3 variables", "has 2"]);
    refused(&run("extended-powell", "bfgs", "1,1,1"), &["3 variables", "multiple of 4"]);
    refused(&run("ackley", "levenberg-marquardt", "1,1"), &["levenberg-marquardt", "sum of squares", "ackley"]);
    refused(&run("rosenbrock", "pg", "1,1"), &["pg steps in y"]);
    refused(&[&run("rosenbrock", "bfgs", "1,1")[..], &["--step", "1"]].concat(), &["bfgs has no fixed step"]);
}

/// What a run that must be whole leaves: its exit status and document.
fn ended(arguments: &[&str]) -> (Option<i32>, Value) {
    let outcome = demo(&[&["run"], arguments, &["--json", "-"]].concat());
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    (outcome.code, serde_json::from_str(&outcome.stdout).unwrap())
}

fn message(document: &Value) -> &str {
    document["message"].as_str().unwrap()
}

#[test]
fn far_too_large_steps_diverge_in_bounded_time() {
    for optimizer in ["gd", "momentum", "nesterov"] {
        let arguments = ["--problem", "notebook", "--optimizer", optimizer, "--start", "3,3", "--step", "1000"];
        let (code, document) = ended(&[&arguments[..], &["--iterations", "500000"]].concat());
        assert_eq!((code, &document["status"]), (Some(1), &"not_finite".into()), "{optimizer}");
        assert!(message(&document).contains("is not finite at iteration"), "{}", message(&document));
        assert!(message(&document).contains("the best point is that of iteration 0"), "{}", message(&document));
        let points = document["iterations"].as_array().unwrap();
        assert!((3..20).contains(&points.len()) && points[0]["loss"] == 90.0, "{optimizer}: {}", points.len());
    }
}

/// What looks at residuals goes on where their squares overflow, and says so.
#[test]
fn residuals_whose_squares_overflow() {
    for optimizer in ["levenberg-marquardt", "gauss-newton"] {
        let of = ["--physics", "1e200*(x0-1), 1e200*(x1-x0)", "--loss", "y0^2 + y1^2"];
        let (code, document) = ended(&[&of[..], &["--start", "5,7", "--optimizer", optimizer]].concat());
        assert_eq!(code, Some(0), "{document}");
        assert!(message(&document).contains("the sum of squares of iteration 0"), "{}", message(&document));
        let last = document["iterations"].as_array().unwrap().last().unwrap();
        assert_eq!(last["loss"], 0.0, "{document}");
    }
}

/// Where a Hessian or Jacobian is singular, plain steps say so, and damped ones go on.
#[test]
fn singular_matrices() {
    let from = |optimizer| ["--problem", "notebook", "--optimizer", optimizer, "--start", "3,0"];
    for (optimizer, words) in
        [("newton", "Hessian is singular at iteration 0"), ("gauss-newton", "Jacobian has no full rank at iteration 0")]
    {
        let (code, document) = ended(&from(optimizer));
        assert_eq!((code, &document["status"]), (Some(1), &"failed".into()));
        assert!(message(&document).contains(words), "{}", message(&document));
        assert_eq!(document["iterations"].as_array().unwrap().len(), 1, "the trajectory is kept");
    }
    for optimizer in ["newton-damped", "trust-region", "levenberg-marquardt"] {
        let (code, document) = ended(&from(optimizer));
        assert_eq!((code, &document["status"]), (Some(0), &"converged".into()), "{optimizer}");
        let last = document["iterations"].as_array().unwrap().last().unwrap();
        assert!(last["loss"].as_f64().unwrap() < 1e-9, "{optimizer}: {last}");
    }
}

/// Newton goes to the saddle (`losses_that_are_not_finite` has its warning); the damped variant and the trust region descend.
#[test]
fn indefinite_hessians() {
    for optimizer in ["newton-damped", "trust-region"] {
        let (code, document) = ended(&["--loss", "x0^2 - x1^2 + x1^4", "--optimizer", optimizer, "--start", "1,0.1"]);
        assert_eq!(code, Some(0));
        let losses: Vec<f64> =
            document["iterations"].as_array().unwrap().iter().map(|point| point["loss"].as_f64().unwrap()).collect();
        assert!(losses.windows(2).all(|pair| pair[1] <= pair[0]), "{optimizer}: {losses:?}");
        assert!((losses.last().unwrap() + 0.25).abs() < 1e-6, "{optimizer}: {losses:?}");
    }
}

/// A step in y to where the formula of the inverse has no value: √ of a negative.
#[test]
fn an_analytic_inverse_without_a_preimage() {
    let (code, document) = ended(&["--problem", "notebook", "--optimizer", "pg", "--start", "3,3", "--step", "1.5"]);
    assert_eq!((code, &document["status"]), (Some(1), &"failed".into()));
    assert!(message(&document).contains("no x has y = [-1.5, -4.5]: component 1"), "{}", message(&document));
    assert_eq!(document["iterations"].as_array().unwrap().len(), 1);
}

/// The same where the inverse is a search: it ends at the y that is nearest.
#[test]
fn a_search_in_place_of_an_inverse_without_a_preimage() {
    let run = |optimizer: &str, precision: &str, set: &[&str]| {
        let of = ["--physics", "x0, x1^2", "--loss", "y0^2 + y1^2", "--start", "3,3", "--step", "1.5"];
        ended(&[&of[..], &["--optimizer", optimizer, "--precision", precision, "--iterations", "2"], set].concat())
    };
    for precision in ["f32", "f64"] {
        for (optimizer, set) in [("pg", &[][..]), ("pg-numeric", &["--set", "unconverged=stop"][..])] {
            let (code, document) = run(optimizer, precision, set);
            assert_eq!((code, &document["status"]), (Some(1), &"failed".into()), "{document}");
            let said = "component 1 of the y that was reached is";
            assert!(message(&document).contains(said), "{document}");
            assert_eq!(document["iterations"].as_array().unwrap().len(), 1);
        }
        // a search that leaves the domain of a root
        let root = ["--physics", "sqrt(x0), x1", "--loss", "y0^2 + y1^2", "--start", "3,3", "--step", "1.5"];
        let (code, document) = ended(&[&root[..], &["--optimizer", "pg", "--precision", precision]].concat());
        assert_eq!((code, &document["status"]), (Some(1), &"failed".into()), "{document}");
        assert!(message(&document).contains("component 0 of the y that was reached is"), "{document}");
        // told to go on, it does so from the nearest point, and the iteration says what that is
        let (code, document) = run("pg-numeric", precision, &[]);
        let inversion = &document["iterations"][1]["inversion"];
        assert_eq!((code, &inversion["status"]), (Some(0), &"not_converged".into()), "{document}");
        assert_eq!(document["iterations"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn a_start_outside_of_its_bounds_is_projected_and_said() {
    let bounds = ["--set", "lower=-1,-1", "--set", "upper=1,1"];
    let arguments = ["--problem", "notebook", "--optimizer", "lbfgsb", "--start", "3,3"];
    let (code, document) = ended(&[&arguments[..], &bounds].concat());
    assert_eq!((code, &document["iterations"][0]["x"]), (Some(0), &serde_json::json!([1.0, 1.0])));
    assert!(message(&document).contains("outside of the bounds and was projected"), "{}", message(&document));
}

/// Where a function has no derivative, the convention decides (docs/conventions.md).
#[test]
fn points_without_a_derivative() {
    for (function, at, gradient) in [
        ("abs(x0)", "0", "1.0"),
        ("abs(x0)", "-0.0", "-1.0"),
        ("sqrt(x0)", "0", "\"Infinity\""),
        ("floor(x0)", "2", "0.0"),
    ] {
        let outcome = demo(&["derive", "--function", function, "--at", at, "--order", "1", "--json", "-"]);
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!((outcome.code, document["gradient"][0].to_string().as_str()), (Some(0), gradient), "{function}");
    }
    let outcome = demo(&["derive", "--function", "max(x0, x1)", "--at", "2,2", "--order", "1", "--json", "-"]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["gradient"], serde_json::json!([0.5, 0.5]));
}

/// A hundred thousand deep, as far as an argument can be that long.
#[test]
fn deep_formulas() {
    let around = |open: &str, close: &str, n: usize| format!("{}x0{}", open.repeat(n), close.repeat(n));
    for text in [
        around("-", "", 100_000),
        around("(", ")", 60_000),
        around("sin(", ")", 25_000),
        around("x0^", "", 40_000),
        around("2*(", ")", 30_000),
        "(".repeat(100_000),
    ] {
        for arguments in [
            ["derive", "--function", &text, "--at", "1"],
            ["run", "--optimizer=gd", "--start=1", "--loss", &text],
            ["invert", "--target=1", "--start=1", "--physics", &text],
        ] {
            refused(&arguments, &["nests more than", "column"]);
        }
    }
    // long is not deep
    let sum = format!("x0{}", "+x0".repeat(40_000));
    let outcome = demo(&["derive", "--function", &sum, "--at", "1", "--order", "1", "--json", "-"]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["gradient"], serde_json::json!([40_001.0]));
}

#[test]
fn derivatives() {
    let derive = |rest: &[&str], parts: &[&str]| refused(&[&["derive"], rest].concat(), parts);
    derive(&["--function", "x0", "--at", "nan"], &["at[0] is NaN", "finite"]);
    derive(&["--function", "x0", "--at", ""], &["at is empty"]);
    derive(&["--function", "x0", "--at", "1,"], &["at[1]", "a number is needed"]);
    derive(&["--function", "", "--at", "1"], &["empty"]);
    derive(&["--function", "x999999999", "--at", "1"], &["'x999999999'", "the last is x0"]);
    derive(&["--function", "x0*x1", "--at", "1,1", "--direction", "1"], &["direction has 1 component", "2 are needed"]);
    derive(&["--function", "x0*x1", "--at", "1,1", "--direction", "0,inf"], &["direction[1] is inf"]);
    derive(&["--function", "x0", "--at", "1", "--order", "4"], &["'4'", "0..=3"]);
    derive(&["--function", "x0", "--at", "1e300", "--precision", "f32"], &["at[0]", "finite in f32"]);
    derive(&["--function", "x0"], &["--at"]);
}

/// What an interrupt leaves of a sweep is what a kill leaves: rows to go on from.
#[cfg(unix)]
#[test]
fn an_interrupted_sweep_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let sweep = ["sweep", "--problem", "notebook", "--optimizers", "gd", "--quiet", "--step", "0.01", "--csv"];
    let with = |name: &str| [&sweep[..], &[&place(name), "--start", "-3:3:100,-3:3:200"]].concat().join(" ");
    let script = format!("exec '{}' {}", env!("CARGO_BIN_EXE_demo"), with("a"));
    let mut child = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).spawn().unwrap();
    while !std::fs::metadata(place("a.partial")).is_ok_and(|file| file.len() > 50_000) {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    child.wait().unwrap();
    for rest in [format!("{} --resume", with("a")), with("b")] {
        let done =
            Command::new("sh").args(["-c", &format!("'{}' {rest}", env!("CARGO_BIN_EXE_demo"))]).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    assert_eq!(std::fs::read(place("a")).unwrap(), std::fs::read(place("b")).unwrap());
}

#[test]
fn numbers_that_count() {
    let run = ["--problem", "notebook", "--start", "3,3"];
    for (command, name, optimizers) in [
        ("run", "--iterations", "--optimizer"),
        ("compare", "--iterations", "--optimizers"),
        ("sweep", "--iterations", "--optimizers"),
        ("sweep", "--threads", "--optimizers"),
        ("sweep", "--sample", "--optimizers"),
        ("sweep", "--seed", "--optimizers"),
    ] {
        for value in ["-1", "1.5", "x", "", "99999999999999999999999"] {
            refused(
                &[&[command, optimizers, "gd"], &run[..], &[name, value]].concat(),
                &[name, &format!("'{value}'"), "a whole number is needed"],
            );
        }
    }
}

/// A hint is a name that is near, or there is none; a number is as short as it can be.
#[test]
fn hints_and_numbers_are_to_the_point() {
    let with = |optimizer: &str, problem: &str, rest: &[&str]| {
        let outcome =
            demo(&[&["run", "--optimizer", optimizer, "--problem", problem, "--start", "3,3"], rest].concat());
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{}", outcome.stderr);
        outcome.stderr
    };
    for far in ["", "wonderful", "z", "gradient descent"] {
        assert!(!with(far, "notebook", &[]).contains("did you mean"), "{far}");
        assert!(with(far, "notebook", &[]).contains("`demo list` shows all"), "{far}");
        assert!(!with("gd", far, &[]).contains("did you mean"), "{far}");
        assert!(!with("lbfgsb", "notebook", &["--set", &format!("{far}=1")]).contains("did you mean"), "{far}");
    }
    for (typed, near) in [("GD", "gd"), ("adm", "adam"), ("levenberg", "levenberg-marquardt"), ("l-bfgs-b", "lbfgsb")] {
        assert!(with(typed, "notebook", &[]).contains(&format!("did you mean '{near}'?")), "{typed}");
    }
    assert!(with("gd", "notebook", &["--step", "1e-310"]).contains("step is 1e-310: a positive"));
    assert!(with("gd", "notebook", &["--step", "-1e300"]).contains("step is -1e300: a positive"));
}

/// Help that cannot be written is not a success, and says why.
#[cfg(unix)]
#[test]
fn help_on_a_full_disk() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    for arguments in [&["--help"][..], &["--version"], &["run", "--help"], &["list"], &["completions", "bash"]] {
        let full = full.try_clone().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_demo")).args(arguments).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{arguments:?}: {said}");
        assert!(said.contains("No space left"), "{said}");
    }
}
