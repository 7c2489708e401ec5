//! The mutants as cargo-mutants lists them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A place in a file; lines and columns (of characters) from 1.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Span {
    pub start: Position,
}

/// What is changed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// One change of a source file.
#[derive(Clone, Debug, Deserialize)]
pub struct Mutant {
    pub file: String,
    pub name: String,
    pub genre: Genre,
    pub replacement: String,
    pub span: Span,
}

/// All mutants of a package, by file.
pub fn list(root: &Path, package: &str) -> Result<BTreeMap<String, Vec<Mutant>>> {
    let output = Command::new("cargo")
        .args(["mutants", "--list", "--json", "-p", package])
        .current_dir(root)
        .output()
        .context("cargo mutants")?;
    ensure!(output.status.success(), "cargo mutants: {}", String::from_utf8_lossy(&output.stderr));
    let all: Vec<Mutant> = serde_json::from_slice(&output.stdout).context("the list of cargo mutants")?;
    let mut files = BTreeMap::<_, Vec<_>>::new();
    for mutant in all {
        files.entry(mutant.file.clone()).or_default().push(mutant);
    }
    Ok(files)
}
