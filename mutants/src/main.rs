//! All of cargo-mutants' mutants of a crate, in one build.
//!
//! cargo-mutants builds the crate and its tests anew for each mutant, half a minute each: for the nine thousand of the libraries that
//! is three days. Here they are all compiled at once, the environment switches one on, and a mutant meets only the tests that reach it.

mod compile;
mod instrument;
mod list;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;

use anyhow::{Context, Result};
use clap::Parser;

use run::{Line, Outcome};

/// Which mutants of a crate no test notices.
#[derive(Debug, Parser)]
struct Arguments {
    /// The crate, in `crates/`.
    package: String,
    /// Only files whose path contains this; any of several.
    #[arg(long, value_name = "TEXT")]
    file: Vec<String>,
    /// Every n-th mutant alone.
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
    /// Only these test files, and no others are built; `lib` for the tests within the library.
    #[arg(long, value_name = "NAME")]
    with: Vec<String>,
    /// Test files that are left out: they compile something.
    #[arg(long, value_name = "NAME", default_value = "messages")]
    without: Vec<String>,
    /// Those that were missed before once more; those that were caught stay so.
    #[arg(long)]
    again: bool,
    /// How many at once.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Forgets the outcomes of an earlier run; without it, what is missing is added.
    #[arg(long)]
    anew: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let root = std::env::current_dir()?;
    let place = root.join("target").join("mutants").join(&arguments.package);
    fs::create_dir_all(&place)?;
    let outcomes = place.join("outcomes.jsonl");
    if arguments.anew {
        let _ = fs::remove_file(&outcomes);
    }
    let mut list = list::list(&root, &arguments.package)?;
    list.retain(|file, _| arguments.file.is_empty() || arguments.file.iter().any(|text| file.contains(text)));
    let count: usize = list.values().map(Vec::len).sum();
    eprintln!("{count} mutants");
    let build = compile::build(&root, &place.join("tree"), &arguments.package, &arguments.with, &list)?;
    let tests = run::tests(&build, &arguments.without, &place)?;
    eprintln!("{} compile, {} tests", build.mutants.len(), tests.len());

    let text = fs::read_to_string(&outcomes).unwrap_or_default();
    let mut known =
        text.lines().map(serde_json::from_str).collect::<Result<Vec<Line>, _>>().context("outcomes.jsonl")?;
    if arguments.again {
        known.retain(|line| !line.outcome.is_missed());
        let texts = known.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        fs::write(&outcomes, texts.iter().map(|text| format!("{text}\n")).collect::<String>())?;
    }
    let names: BTreeSet<_> = known.iter().map(|line| line.name.clone()).collect();
    let missing = build.mutants.iter().step_by(arguments.every.max(1)).filter(|mutant| !names.contains(&mutant.name));
    let missing: Vec<_> = missing.cloned().collect();
    let mut file = OpenOptions::new().append(true).create(true).open(&outcomes)?;
    let (total, mut so_far) = (missing.len(), 0);
    let mut all = known;
    run::run(missing, &tests, &build.folder, arguments.jobs, |line| {
        writeln!(file, "{}", serde_json::to_string(line)?)?;
        all.push(line.clone());
        so_far += 1;
        if so_far % 50 == 0 {
            eprintln!("{so_far} of {total}");
        }
        Ok(())
    })?;

    report(&build, &all);
    eprintln!("the outcomes are in {}", outcomes.strip_prefix(&root).unwrap_or(&outcomes).display());
    Ok(())
}

/// A line a file: how many there are, were caught (by a failure or by taking too long), and were not.
fn report(build: &compile::Build, all: &[Line]) {
    let files: BTreeMap<_, _> = build.mutants.iter().map(|mutant| (&mutant.name, &mutant.file)).collect();
    let mut rows = BTreeMap::<&str, [usize; 3]>::new();
    for line in all {
        let Some(file) = files.get(&line.name) else { continue };
        let kind = match line.outcome {
            Outcome::Caught => 0,
            Outcome::Timeout => 1,
            Outcome::Missed | Outcome::Unreached => 2,
        };
        for name in [file.as_str(), "all"] {
            rows.entry(name).or_default()[kind] += 1;
        }
    }
    println!("| file | mutants | caught | by time | missed | caught, % |\n| --- | --- | --- | --- | --- | --- |");
    for (file, [caught, time, missed]) in rows {
        let total = caught + time + missed;
        let percent = 100.0 * (caught + time) as f64 / total as f64;
        println!("| {file} | {total} | {caught} | {time} | {missed} | {percent:.1} |");
    }
    println!("\n{} do not compile; {} were not placed", build.unviable.len(), build.unplaced.len());
}
