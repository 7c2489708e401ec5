//! How long our derivatives take beside those by hand and the peers', measured side by side in one run.

mod cases;
mod steps;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::timing::{Timed, disagreement, interleaved};
use clap::Parser;
use serde::Deserialize;

/// Times our derivatives, those by hand and the peers' interleaved, and prints the ratios.
#[derive(Parser)]
struct Options {
    /// Shorter runs: under a minute in all.
    #[arg(long)]
    quick: bool,
    /// Write all times, round by round, to a file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with the bar in benches/targets.toml; the exit status is 1 if one that is hard is missed.
    #[arg(long)]
    check: bool,
    /// Only the cases whose name contains this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    case: String,
}

/// One line of targets.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    case: String,
    #[serde(default = "ours")]
    of: String,
    to: String,
    hard: Option<f64>,
    hard_wide: Option<f64>,
    aim: Option<f64>,
    aim_wide: Option<f64>,
    /// There is no such case, which is a miss.
    #[serde(default)]
    unbuilt: bool,
}

fn ours() -> String {
    "ours".into()
}

#[derive(Deserialize)]
struct Targets {
    target: Vec<Target>,
}

/// Two whose times differ by less are of one speed.
const TIE: f64 = 1.03;

struct Case {
    name: String,
    times: Vec<Timed>,
}

const WIDE: bool = cfg!(target_feature = "avx");

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let targets: Targets = toml::from_str(include_str!("../../../targets.toml")).map_err(|e| e.to_string())?;
    let (rounds, slice) = if options.quick { (15, 400) } else { (61, 800) };
    let start = Instant::now();
    println!("{}", machine());
    println!("{rounds} rounds, medians; ns a call; ratios are medians over the rounds\n");
    let mut measured = Vec::new();
    let mut wrong = None;
    let visit: cases::Visit<'_> = &mut |name, contestants| {
        if !name.contains(&options.case) {
            return;
        }
        if let Some(difference) = disagreement(&contestants) {
            wrong.get_or_insert(format!("{name}: {difference}"));
            return;
        }
        let times = interleaved(contestants, rounds, Duration::from_micros(slice));
        print_case(name, &times);
        measured.push(Case { name: name.into(), times });
    };
    cases::each(visit);
    steps::each(visit)?;
    if let Some(difference) = wrong {
        return Err(format!("the numbers disagree, so nothing is compared. {difference}"));
    }
    if !cfg!(feature = "ad_trait") {
        println!("ad_trait is timed with `--features ad_trait`.");
    }
    println!("All contestants of a case gave the same numbers. {:.0} s.", start.elapsed().as_secs_f64());
    if let Some(path) = &options.json {
        fs::write(path, json(&measured).to_string()).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    if options.check && !check(&targets.target, &measured, &options.case)? {
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The processor and the build.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |key: &str| {
        let line = info.lines().find(|line| line.split(':').next().is_some_and(|k| k.trim() == key));
        line.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown").trim().to_owned()
    };
    let vectors = if cfg!(target_feature = "avx512f") {
        "AVX-512"
    } else if WIDE {
        "AVX"
    } else {
        "the target's default vectors"
    };
    format!(
        "{}, family {}, model {}; build for {} with {vectors}",
        field("model name"),
        field("cpu family"),
        field("model"),
        std::env::consts::ARCH
    )
}

fn is_peer(t: &Timed) -> bool {
    t.exact && !t.name.starts_with("ours") && t.name != "by hand"
}

/// The quickest of those that `to` names.
fn best<'a>(times: &'a [Timed], to: &str) -> Option<&'a Timed> {
    let named = |t: &&Timed| match to {
        "peers" => is_peer(t),
        "any of ours" => t.name.starts_with("ours"),
        _ => t.name == to || t.name.strip_prefix(to).is_some_and(|rest| rest.starts_with(" (")),
    };
    times.iter().filter(named).min_by(|a, b| a.median().total_cmp(&b.median()))
}

fn print_case(name: &str, times: &[Timed]) {
    println!("{name}");
    println!("  {:34} {:>12} {:>10} {:>12}", "", "ns", "× by hand", "× best peer");
    let (hand, peer) = (best(times, "by hand"), best(times, "peers"));
    let ratio = |t: &Timed, to: Option<&Timed>| to.map_or("–".into(), |to| format!("{:.2}", t.ratio(to)));
    for t in times {
        let mark = if peer.is_some_and(|p| p.name == t.name) { "*" } else { "" };
        let label = format!("{}{mark}", t.name);
        println!("  {label:34} {:>12.2} {:>10} {:>12}", t.median(), ratio(t, hand), ratio(t, peer));
    }
    println!();
}

fn json(measured: &[Case]) -> serde_json::Value {
    let cases: Vec<_> = measured
        .iter()
        .map(|case| {
            let contestants: Vec<_> = case
                .times
                .iter()
                .map(|t| serde_json::json!({ "name": t.name, "ns": t.median(), "rounds": t.rounds }))
                .collect();
            serde_json::json!({ "case": case.name, "contestants": contestants })
        })
        .collect();
    serde_json::json!({ "machine": machine(), "cases": cases })
}

/// What was measured of one bar.
fn ratio(target: &Target, measured: &[Case]) -> Result<f64, String> {
    let case = measured.iter().find(|case| case.name == target.case);
    let times = &case.ok_or(format!("targets.toml names the case {:?}, which there is not", target.case))?.times;
    let find = |name: &str| best(times, name).ok_or(format!("{}: there is no contestant {name:?}", target.case));
    Ok(find(&target.of)?.ratio(find(&target.to)?))
}

/// Prints each bar with what was measured; whether all hard ones hold.
fn check(targets: &[Target], measured: &[Case], only: &str) -> Result<bool, String> {
    println!("\n{:46} {:>6} {:>12} {:>12}", "bar", "found", "hard", "aim");
    let mut misses = Vec::new();
    for target in targets.iter().filter(|t| t.case.contains(only)) {
        let found = if target.unbuilt { f64::NAN } else { ratio(target, measured)? };
        let wide = |bar: Option<f64>, of_wide: Option<f64>| if WIDE { of_wide.or(bar) } else { bar };
        let (hard, aim) = (wide(target.hard, target.hard_wide), wide(target.aim, target.aim_wide));
        let verdict = |bar: Option<f64>, missed: &str| {
            bar.map_or("–".into(), |bar| format!("{bar:.2} {}", if found <= bar { "met" } else { missed }))
        };
        println!("{}", target.case);
        println!(
            "{:46} {found:>6.2} {:>12} {:>12}",
            format!("  {} / {}", target.of, target.to),
            verdict(hard, "MISSED"),
            verdict(aim, "not met")
        );
        if hard.is_some_and(|hard| found.is_nan() || found > hard) {
            let found = if target.unbuilt { "not built".into() } else { format!("{found:.3}") };
            misses.push(format!("{}: {} / {} is {found}", target.case, target.of, target.to));
        }
    }
    for case in measured {
        let (Some(peer), Some(ours)) = (best(&case.times, "peers"), best(&case.times, "any of ours")) else { continue };
        let ratio = ours.ratio(peer);
        if ratio > TIE {
            misses.push(format!("{}: a peer, {}, is quicker, by {:.2}", case.name, peer.name, ratio));
        }
    }
    if misses.is_empty() {
        println!("\nAll hard bars hold, and no peer is quicker by more than 3 %.");
    } else {
        println!("\nMissed:\n  {}", misses.join("\n  "));
    }
    Ok(misses.is_empty())
}
