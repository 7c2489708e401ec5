//! The pages of the reference that are made from the sources: functions, methods and problems, statuses, the command line.

use std::fmt::Write;

use clap::CommandFactory;
use demo::cli::Cli;
use demo::expression::{BINARY, UNARY};
use demo::registry::{OPTIMIZERS, PROBLEMS};
use optimizers::test_functions::TEST_FUNCTIONS;

use crate::source::{documentation, read, variants};

/// The pages by their paths from the root, with what they say.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("docs/reference/functions.md", functions()),
        ("docs/reference/methods.md", methods()),
        ("docs/reference/statuses.md", statuses()),
        ("docs/reference/command_line.md", command_line()),
        ("README.md", readme()),
    ]
}

const MADE: &str = "<!-- Written by `just reference`. -->\n";

/// f′ and f″ of the functions of one variable, as formulas of the program, which the tests compare with what the library
/// computes. Where a derivative is none of its functions there is no formula.
pub const DERIVATIVES: &[(&str, &str, Option<&str>)] = &[
    ("recip", "-1/x^2", Some("2/x^3")),
    ("sqrt", "1/(2*sqrt(x))", Some("-1/(4*x*sqrt(x))")),
    ("cbrt", "1/(3*cbrt(x)^2)", Some("-2/(9*x*cbrt(x)^2)")),
    ("exp", "exp(x)", Some("exp(x)")),
    ("exp2", "ln(2)*exp2(x)", Some("ln(2)^2*exp2(x)")),
    ("exp_m1", "exp(x)", Some("exp(x)")),
    ("ln", "1/x", Some("-1/x^2")),
    ("log2", "1/(x*ln(2))", Some("-1/(x^2*ln(2))")),
    ("log10", "1/(x*ln(10))", Some("-1/(x^2*ln(10))")),
    ("ln_1p", "1/(1 + x)", Some("-1/(1 + x)^2")),
    ("sin", "cos(x)", Some("-sin(x)")),
    ("cos", "-sin(x)", Some("-cos(x)")),
    ("tan", "1 + tan(x)^2", Some("2*tan(x)*(1 + tan(x)^2)")),
    ("asin", "1/sqrt(1 - x^2)", Some("x/(1 - x^2)^1.5")),
    ("acos", "-1/sqrt(1 - x^2)", Some("-x/(1 - x^2)^1.5")),
    ("atan", "1/(1 + x^2)", Some("-2*x/(1 + x^2)^2")),
    ("sinh", "cosh(x)", Some("sinh(x)")),
    ("cosh", "sinh(x)", Some("cosh(x)")),
    ("tanh", "1/cosh(x)^2", Some("-2*tanh(x)/cosh(x)^2")),
    ("asinh", "1/sqrt(1 + x^2)", Some("-x/(1 + x^2)^1.5")),
    ("acosh", "1/sqrt(x^2 - 1)", Some("-x/(x^2 - 1)^1.5")),
    ("atanh", "1/(1 - x^2)", Some("2*x/(1 - x^2)^2")),
    ("to_degrees", "180/pi", Some("0")),
    ("to_radians", "pi/180", Some("0")),
    ("abs", "signum(x)", Some("0")),
    ("signum", "0", Some("0")),
    ("floor", "0", Some("0")),
    ("ceil", "0", Some("0")),
    ("round", "0", Some("0")),
    ("trunc", "0", Some("0")),
    ("fract", "1", Some("0")),
    ("logistic", "logistic(x)*logistic(-x)", Some("logistic(x)*logistic(-x)*(1 - 2*logistic(x))")),
    ("softplus", "logistic(x)", Some("logistic(x)*logistic(-x)")),
    ("sinc", "(cos(x) - sinc(x))/x", Some("-sinc(x) - 2*(cos(x) - sinc(x))/x^2")),
    ("erf", "2/sqrt(pi)*exp(-x^2)", Some("-4*x/sqrt(pi)*exp(-x^2)")),
    ("erfc", "-2/sqrt(pi)*exp(-x^2)", Some("4*x/sqrt(pi)*exp(-x^2)")),
    ("gamma", "gamma(x)*digamma(x)", Some("gamma(x)*(digamma(x)^2 + trigamma(x))")),
    ("ln_gamma", "digamma(x)", Some("trigamma(x)")),
    ("digamma", "trigamma(x)", None),
    ("trigamma", "", None),
    ("bessel_j0", "-bessel_j1(x)", Some("bessel_j1(x)/x - bessel_j0(x)")),
    ("bessel_j1", "bessel_j0(x) - bessel_j1(x)/x", Some("(2/x^2 - 1)*bessel_j1(x) - bessel_j0(x)/x")),
    ("bessel_y0", "-bessel_y1(x)", Some("bessel_y1(x)/x - bessel_y0(x)")),
    ("bessel_y1", "bessel_y0(x) - bessel_y1(x)/x", Some("(2/x^2 - 1)*bessel_y1(x) - bessel_y0(x)/x")),
];

/// ∂f/∂x0 and ∂f/∂x1 of the functions of two variables, in the same way; where x0 ≠ x1.
pub const PARTIALS: &[(&str, &str, &str)] = &[
    ("min", "(1 - signum(x0 - x1))/2", "(1 + signum(x0 - x1))/2"),
    ("max", "(1 + signum(x0 - x1))/2", "(1 - signum(x0 - x1))/2"),
    ("hypot", "x0/hypot(x0, x1)", "x1/hypot(x0, x1)"),
    ("atan2", "x1/(x0^2 + x1^2)", "-x0/(x0^2 + x1^2)"),
    ("pow", "x1*pow(x0, x1 - 1)", "ln(x0)*pow(x0, x1)"),
    ("xlogy", "ln(x1)", "x0/x1"),
];

/// Methods of a number that take constants, or are no function of the program.
const OTHERS: &[&str] =
    &["powi", "powf", "log", "sin_cos", "clamp", "copysign", "rem_euclid", "mul_add", "bessel_jn", "bessel_yn"];

fn functions() -> String {
    let sources = ["rules.rs", "special/mod.rs", "number.rs"].map(|name| read(&format!("crates/autodiff/src/{name}")));
    let about = |name: &str| {
        let [rules, special, number] = &sources;
        let found = documentation(rules, &format!("{name}(x)"))
            .or_else(|| documentation(special, &format!("{name}(x, order")))
            .or_else(|| documentation(number, &format!("fn {name}(self")));
        let text = found.unwrap_or_else(|| panic!("{name} has no comment"));
        one_line(text.split("\n\n").next().unwrap_or_default())
    };
    let cell = |formula: &str| if formula.is_empty() { "by series".to_owned() } else { format!("`{formula}`") };

    let mut out = format!("# Functions\n\n{MADE}\n");
    out.push_str(
        "Every number type has these as methods (`x.tanh()`), in both precisions and with all derivatives that it carries; formulas\n\
         of the program have them by name (`tanh(x)`). What happens at special points is in the [conventions](../conventions.md), how\n\
         many digits are right in the [accuracy](../accuracy.md) tables.\n\n\
         The derivatives stand here as the mathematics has them; a test compares each with what the library computes. The code has\n\
         other forms of them, which neither cancel nor overflow: `crates/autodiff/src/rules.rs`.\n\n\
         ## Of one variable\n\n| function | also | what | f′ | f″ |\n| --- | --- | --- | --- | --- |\n",
    );
    for (name, first, second) in DERIVATIVES {
        let kind = UNARY.iter().find(|row| row.0 == *name).unwrap_or_else(|| panic!("no function {name}")).1;
        let also: Vec<_> = UNARY.iter().filter(|row| row.1 == kind && row.0 != *name).map(|row| row.0).collect();
        let second = cell(second.unwrap_or_default());
        let _ = writeln!(out, "| `{name}` | {} | {} | {} | {second} |", also.join(", "), about(name), cell(first));
    }
    out.push_str(
        "\nThose from `erf` on need the feature `special` of `autodiff`; [special functions](../special_functions.md) says more.\n\n\
         ## Of two variables\n\n`x0.hypot(x1)`, in a formula `hypot(x0, x1)`.\n\n\
         | function | also | what | ∂f/∂x0 | ∂f/∂x1 |\n| --- | --- | --- | --- | --- |\n",
    );
    for (name, first, second) in PARTIALS {
        let kind = BINARY.iter().find(|row| row.0 == *name).unwrap_or_else(|| panic!("no function {name}")).1;
        let also: Vec<_> = BINARY.iter().filter(|row| row.1 == kind && row.0 != *name).map(|row| row.0).collect();
        let _ = writeln!(out, "| `{name}` | {} | {} | `{first}` | `{second}` |", also.join(", "), about(name));
    }
    out.push_str("\n## With constants\n\nIn Rust only; a formula writes `x^3` for the powers.\n\n| method | what |\n| --- | --- |\n");
    for name in OTHERS {
        let _ = writeln!(out, "| `{name}` | {} |", about(name));
    }
    out
}

/// Where the equations of a method stand: its name on the command line, and the items with their files in
/// `crates/optimizers/src`.
const METHODS: &[(&str, &[(&str, &str)])] = &[
    ("gd", &[("pub type GradientDescent", "first_order/gradient_descent.rs")]),
    ("momentum", &[("pub type Momentum", "first_order/momentum.rs")]),
    ("nesterov", &[("pub type Nesterov", "first_order/nesterov.rs")]),
    ("adagrad", &[("pub type AdaGrad", "first_order/adagrad.rs")]),
    ("rmsprop", &[("pub type RmsProp", "first_order/rmsprop.rs")]),
    ("adam", &[("pub type Adam", "first_order/adam.rs")]),
    ("adamw", &[("pub type AdamW", "first_order/adamw.rs")]),
    ("amsgrad", &[("pub type AmsGrad", "first_order/amsgrad.rs")]),
    ("nadam", &[("pub type NAdam", "first_order/nadam.rs")]),
    ("adamax", &[("pub type AdaMax", "first_order/adamax.rs")]),
    ("adadelta", &[("pub type AdaDelta", "first_order/adadelta.rs")]),
    ("lion", &[("pub type Lion", "first_order/lion.rs")]),
    ("newton", &[("pub struct Newton", "newton.rs")]),
    ("pg", &[("pub struct InverseSimulator", "inverse_simulator.rs")]),
    ("pg-numeric", &[("pub struct NumericInverse", "inverse/numeric.rs")]),
    ("pg-linearized", &[("pub struct LinearizedInverse", "inverse/linearized.rs")]),
    ("hig", &[("pub struct HalfInverse", "half_inverse.rs")]),
    ("sip", &[("pub struct ScaleInvariant", "scale_invariant.rs")]),
    ("lbfgsb", &[("pub struct Lbfgsb", "lbfgsb/mod.rs")]),
    ("lbfgs", &[("pub struct Lbfgsb", "lbfgsb/mod.rs")]),
    ("bfgs", &[("pub struct Bfgs", "descent/bfgs.rs"), ("pub struct Descent<", "descent/mod.rs")]),
    (
        "cg",
        &[
            ("pub struct ConjugateGradient", "descent/conjugate_gradient.rs"),
            ("pub const fn polak_ribiere", "descent/conjugate_gradient.rs"),
            ("pub struct Descent<", "descent/mod.rs"),
        ],
    ),
    (
        "cg-hager-zhang",
        &[
            ("pub struct ConjugateGradient", "descent/conjugate_gradient.rs"),
            ("pub const fn hager_zhang", "descent/conjugate_gradient.rs"),
            ("pub struct Descent<", "descent/mod.rs"),
        ],
    ),
    (
        "newton-damped",
        &[("pub struct DampedNewton", "descent/damped_newton.rs"), ("pub struct Descent<", "descent/mod.rs")],
    ),
    ("trust-region", &[("pub struct TrustRegion", "trust_region/mod.rs")]),
    ("gauss-newton", &[("pub struct GaussNewton", "least_squares/gauss_newton.rs")]),
    ("levenberg-marquardt", &[("pub struct LevenbergMarquardt", "least_squares/levenberg_marquardt.rs")]),
];

fn methods() -> String {
    let mut out = format!("# Optimizers and problems\n\n{MADE}\n");
    out.push_str(
        "The names are those of the program (`--optimizer adam`, `--problem beale`); `demo list` prints them. The equations and the\n\
         sources are those of the library's documentation, which has an example of each. How the methods compare with optax's and\n\
         scipy's is in [optimizers](../optimizers.md).\n\n\
         η is the step size, g the gradient, H the Hessian, u the update; products and roots of vectors are by components.\n\n## Optimizers\n",
    );
    for row in OPTIMIZERS {
        let (_, items) = METHODS
            .iter()
            .find(|method| method.0 == row.name)
            .unwrap_or_else(|| panic!("{}: where do its equations stand?", row.name));
        let step = row.step.map(|step| format!("Step size {step}, ")).unwrap_or_default();
        let _ = writeln!(out, "\n### {}\n\n`{0}`: {}. {step}{} iterations.", row.name, row.summary, row.iterations);
        for (item, file) in *items {
            let name = item.trim_end_matches('<').rsplit(' ').next().unwrap_or_default();
            let about = documentation(&read(&format!("crates/optimizers/src/{file}")), item)
                .unwrap_or_else(|| panic!("{item} has no comment"));
            let _ = writeln!(out, "\n`{name}`: {}", about.trim_end());
        }
        if !row.options.is_empty() {
            out.push_str("\n| `--set` | what | default |\n| --- | --- | --- |\n");
            for option in row.options {
                let _ = writeln!(out, "| `{}` | {} | {} |", option.name, option.summary, option.default);
            }
        }
    }
    out.push_str("\n## Problems\n\n| name | what | variables |\n| --- | --- | --- |\n");
    for row in PROBLEMS {
        let _ = writeln!(out, "| `{}` | {} | {} |", row.name, bars(row.summary), row.dimension);
    }
    for row in TEST_FUNCTIONS {
        let _ = writeln!(out, "| `{}` | {} | {} |", row.name, bars(row.summary), row.usual_dimension());
    }
    out
}

fn statuses() -> String {
    let mut out = format!("# Statuses and errors\n\n{MADE}\n");
    let run = read("crates/optimizers/src/run.rs");
    let stop = read("crates/optimizers/src/stop.rs");
    let error = read("crates/optimizers/src/error.rs");
    let lists: [(&str, &str, &str); 4] = [
        (
            "Status",
            &run,
            "Why a run ended: `Report::status`. The trajectory and the best point are kept whichever it is.",
        ),
        ("Test", &stop, "Which test of a `Stop` held, in `Status::Stopped`."),
        ("Failure", &error, "Why a method could not make its next step, in `Status::Failed`."),
        ("Error", &error, "What is refused before anything is computed. Braces stand for what was given."),
    ];
    for (name, source, about) in lists {
        let _ = writeln!(out, "## `{name}`\n\n{about}\n");
        let rows = variants(source, name);
        let messages = rows.iter().any(|row| row.2.is_some());
        out.push_str(if messages {
            "| variant | when | message |\n| --- | --- | --- |\n"
        } else {
            "| variant | when |\n| --- | --- |\n"
        });
        for (variant, when, message) in rows {
            let message = if messages {
                format!(" {} |", message.map_or(String::new(), |text| format!("`{text}`")))
            } else {
                String::new()
            };
            let _ = writeln!(out, "| `{variant}` | {when} |{message}");
        }
        out.push('\n');
    }
    out.push_str(
        "## Of the program\n\n\
         `\"status\"` in JSON and in the rows of a sweep is `max_iterations`, `converged`, `not_finite` or `failed`. The exit status is 0 if\n\
         all was done, 1 if a check disagreed or a run failed, and 2 for what was typed or read, with one line on standard error\n\
         ([bad input](../bad_input.md)).\n",
    );
    out
}

fn command_line() -> String {
    let mut out = format!("# The command line\n\n{MADE}\n");
    out.push_str("What `demo help` and `demo help COMMAND` print.\n");
    let mut command = Cli::command();
    command.build();
    let mut section = |title: &str, command: &mut clap::Command| {
        let help = command.render_long_help().to_string();
        let lines: Vec<_> = help.trim_end().lines().map(str::trim_end).collect();
        let _ = write!(out, "\n## {title}\n\n```text\n{}\n```\n", lines.join("\n"));
    };
    section("demo", &mut command.clone());
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        section(&format!("demo {}", sub.get_name().to_owned()), sub);
    }
    out
}

/// The cases of docs/performance.md that the README shows.
const CASES: &[&str] = &[
    "gradient, notebook loss, n = 2",
    "Hessian, notebook loss, n = 2",
    "gradient, Rosenbrock, n = 10",
    "gradient, Ackley, n = 10",
    "Jacobian, spherical coordinates, 3 × 3",
    "gradient, three bodies, n = 12",
    "Hessian, three bodies, n = 12",
    "gradient, Rosenbrock, n = 1000",
    "Hessian, Rosenbrock, n = 100",
];
/// Who is compared; of a peer's several forms the quickest counts.
const PEERS: &[&str] = &["by hand", "num-dual", "echidna", "hyperdual", "autodiff 0.7", "central differences"];

/// The README, whose tables are those of the pages that measurements write.
fn readme() -> String {
    let text = read("README.md");
    let (before, rest) = text.split_once("<!-- times -->\n").expect("the README has a place for times");
    let (_, after) = rest.split_once("<!-- end -->").expect("and its end");
    let (times, digits) = (times(&read("docs/performance.md")), digits(&read("docs/accuracy.md")));
    format!("{before}<!-- times -->\n{times}\n{digits}\n<!-- end -->{after}")
}

/// The cells of the rows of a table.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .filter(|line| line.starts_with("| "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
}

fn times(performance: &str) -> String {
    let (_, section) = performance.split_once("## Times").expect("docs/performance.md has times");
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    let mut out =
        format!("| ns, default build | ours | {} |\n| --- |{}\n", PEERS.join(" | "), " ---: |".repeat(PEERS.len() + 1));
    for case in CASES {
        let heading = format!("**{case}**");
        let rows: Vec<_> = rows(section)
            .skip_while(|row| row[0] != heading)
            .skip(1)
            .take_while(|row| !row[0].starts_with("**"))
            .collect();
        assert!(!rows.is_empty(), "docs/performance.md has no {case}");
        let number = |cell: &str| cell.replace(',', "").parse::<f64>().unwrap_or(f64::INFINITY);
        let best = |belongs: &dyn Fn(&str) -> bool| {
            let found = rows.iter().filter(|row| belongs(row[0])).map(|row| row[1]);
            found.min_by(|a, b| number(a).total_cmp(&number(b))).unwrap_or("–").to_owned()
        };
        let ours = best(&|name| name == "ours");
        let peers: Vec<_> = PEERS.iter().map(|peer| best(&|name| name.starts_with(peer))).collect();
        let _ = writeln!(out, "| {case} | {ours} | {} |", peers.join(" | "));
    }
    out
}

/// The worst errors of the table in double precision, but for the composition, whose bars are others.
fn digits(accuracy: &str) -> String {
    let (_, section) = accuracy.split_once("## Double precision").expect("docs/accuracy.md has double precision");
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    let rows: Vec<_> = rows(section).filter(|row| row[0].starts_with('`') && row[0] != "`x^x`").collect();
    let worst = |column: usize| {
        let of = |row: &Vec<&str>| row[column].parse::<f64>().unwrap_or(f64::NAN);
        let row = rows.iter().max_by(|a, b| of(a).total_cmp(&of(b))).expect("the table has rows");
        format!("{} ({})", row[column], row[0])
    };
    format!(
        "| worst error in double precision, ulp | f′ | f″ | f‴ |\n| --- | ---: | ---: | ---: |\n| of {} functions | {} | {} | {} |\n",
        rows.len(),
        worst(2),
        worst(3),
        worst(4)
    )
}

/// The text in one line, for a cell of a table.
fn one_line(text: &str) -> String {
    bars(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text, whose bars do not end a cell.
fn bars(text: &str) -> String {
    text.replace('|', "\\|")
}
