//! The instructions of the main cases beside those of benches/instructions.json.
//!
//! `just instructions` counts them by callgrind and compares; `just instructions --write` keeps the new counts.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use clap::Parser;
use serde_json::Value;

/// Compares counts on standard input, one JSON summary of gungraun a line, with those that are kept.
#[derive(Parser)]
struct Arguments {
    /// Keep the new counts instead
    #[arg(long)]
    write: bool,
    /// By how many percent a count may grow
    #[arg(long, default_value_t = 1.0)]
    tolerance: f64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether no count has grown.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut found = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with('{')) {
        let (case, count) = counted(&serde_json::from_str(line)?).ok_or("a summary without a count of instructions")?;
        found.insert(case, count);
    }
    if found.is_empty() {
        return Err("no counts on standard input".into());
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json");
    if arguments.write {
        fs::write(path, serde_json::to_string_pretty(&found)? + "\n")?;
        return Ok(true);
    }
    let kept: BTreeMap<String, u64> = serde_json::from_str(&fs::read_to_string(path)?)?;
    println!("{:<32} {:>10} {:>10} {:>9}", "instructions", "kept", "found", "change");
    let mut grown = Vec::new();
    for (case, count) in &found {
        let Some(before) = kept.get(case) else {
            println!("{case:<32} {:>10} {count:>10}", "-");
            grown.push(format!("{case} is not among the kept counts"));
            continue;
        };
        let change = (*count as f64 / *before as f64 - 1.0) * 100.0;
        println!("{case:<32} {before:>10} {count:>10} {change:>+8.1}%");
        if change > arguments.tolerance {
            grown.push(format!("{case} takes {change:.1} % more instructions"));
        }
    }
    grown.extend(kept.keys().filter(|case| !found.contains_key(*case)).map(|case| format!("{case} was not counted")));
    grown.iter().for_each(|line| println!("{line}"));
    Ok(grown.is_empty())
}

/// The case and its count.
fn counted(summary: &Value) -> Option<(String, u64)> {
    let name = summary.get("function_name")?.as_str()?;
    let case = match summary.get("id").and_then(Value::as_str) {
        Some(id) => format!("{name} {id}"),
        None => name.to_string(),
    };
    Some((case, executed(summary)?))
}

/// The count of executed instructions ("Ir") of a summary's first total.
fn executed(value: &Value) -> Option<u64> {
    match value {
        Value::Object(map) => match map.get("Ir") {
            Some(ir) => number(ir),
            None => map.values().find_map(executed),
        },
        Value::Array(items) => items.iter().find_map(executed),
        _ => None,
    }
}

/// The new number of a metric, which may stand beside an old one.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(n) => n.as_u64(),
        Value::Object(map) => map.get("new").and_then(number).or_else(|| map.values().find_map(number)),
        Value::Array(items) => items.first().and_then(number),
        _ => None,
    }
}
