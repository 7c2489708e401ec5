//! One build with all mutants that compile.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::instrument::{Instrumented, instrument};
use crate::list::Mutant;

/// A mutant of the build.
#[derive(Clone, Debug)]
pub struct Built {
    pub name: String,
    pub file: String,
    pub number: usize,
    /// The first number of its place.
    pub first: usize,
}

/// What became of the list.
#[derive(Debug, Default)]
pub struct Build {
    pub mutants: Vec<Built>,
    /// Names of those that do not compile.
    pub unviable: BTreeSet<String>,
    /// Names of those whose place cannot ask: what the compiler evaluates, and what stands in a macro or behind a `let`.
    pub unplaced: Vec<String>,
    /// The programs of the tests.
    pub tests: Vec<PathBuf>,
    /// The folder they run in.
    pub folder: PathBuf,
}

/// The files under version control, as they are.
fn copy(root: &Path, tree: &Path) -> Result<()> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output().context("git ls-files")?;
    for name in String::from_utf8(output.stdout)?.split_terminator('\0') {
        let (from, to) = (root.join(name), tree.join(name));
        if from.is_file() {
            fs::create_dir_all(to.parent().context("a file's folder")?)?;
            // what has not changed keeps its time, so that it is not built again
            let text = fs::read(&from)?;
            if fs::read(&to).ok().as_ref() != Some(&text) {
                fs::write(to, text)?;
            }
        }
    }
    Ok(())
}

fn cargo(tree: &Path, package: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).args(["-p", package, "--all-features", "--message-format=json"]);
    command.current_dir(tree).env("CARGO_TARGET_DIR", tree.join("target")).env("CARGO_INCREMENTAL", "0");
    command.env("RUSTFLAGS", "--cap-lints=allow").env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    command.stderr(Stdio::null());
    command
}

fn messages(command: &mut Command) -> Result<(bool, Vec<Value>)> {
    let output = command.output().context("cargo")?;
    let lines = String::from_utf8(output.stdout)?;
    let messages = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    Ok((output.status.success(), messages))
}

/// The mutants at which an error points: the one whose code has it, else those of its place, else those before the body.
fn culprits(error: &Value, files: &BTreeMap<&str, (&[Mutant], Instrumented)>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let spans = error["spans"].as_array().into_iter().flatten();
    let all: Vec<_> = spans.clone().filter(|span| span["is_primary"] == true).chain(spans).collect();
    for mut span in all {
        // what a macro wrote is where it was called
        while !files.contains_key(span["file_name"].as_str().unwrap_or_default())
            && span["expansion"]["span"].is_object()
        {
            span = &span["expansion"]["span"];
        }
        let file = span["file_name"].as_str().unwrap_or_default();
        let Some((mutants, done)) = files.get(file) else { continue };
        let at = usize::try_from(span["byte_start"].as_u64().unwrap_or(0)).unwrap_or(0);
        let name = |index: usize| mutants[index].name.clone();
        let code = done.placed.iter().filter(|placed| placed.code.contains(&at)).min_by_key(|placed| placed.code.len());
        if let Some(placed) = code {
            found.insert(name(placed.index));
            return found;
        }
        let whole =
            done.placed.iter().filter(|placed| placed.whole.contains(&at)).map(|placed| placed.whole.len()).min();
        let around =
            done.placed.iter().filter(|placed| placed.whole.contains(&at) && Some(placed.whole.len()) == whole);
        found.extend(around.map(|placed| name(placed.index)));
        if found.is_empty() {
            // the body that the error is in began before it
            let before = done
                .placed
                .iter()
                .filter(|placed| placed.whole.end <= at && mutants[placed.index].genre == crate::list::Genre::FnValue);
            if let Some(last) = before.map(|placed| placed.first).max() {
                found.extend(done.placed.iter().filter(|placed| placed.first == last).map(|placed| name(placed.index)));
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    found
}

/// Writes the mutants into a copy of the workspace and takes out those that do not compile, until it compiles; and the tests of all
/// files, or of some.
pub fn build(
    root: &Path,
    tree: &Path,
    package: &str,
    with: &[String],
    list: &BTreeMap<String, Vec<Mutant>>,
) -> Result<Build> {
    copy(root, tree)?;
    let library = format!("crates/{package}/src/lib.rs");
    let mut result = Build::default();
    let files = loop {
        let (mut files, mut next) = (BTreeMap::new(), 1);
        for (file, mutants) in list {
            let source = fs::read_to_string(root.join(file)).with_context(|| file.clone())?;
            let done = instrument(&source, mutants, &result.unviable, next).with_context(|| file.clone())?;
            next += done.placed.len();
            files.insert(file.as_str(), (mutants.as_slice(), done));
        }
        for (file, (_, done)) in &files {
            fs::write(tree.join(file), &done.text)?;
        }
        let before = match files.get(library.as_str()) {
            Some((_, done)) => done.text.clone(),
            None => fs::read_to_string(root.join(&library))?,
        };
        let asked = include_str!("mutated.rs").replace("COUNT", &(next + 1).to_string());
        fs::write(tree.join(&library), before + &asked)?;
        let (good, messages) = messages(&mut cargo(tree, package, &["check", "--lib"]))?;
        if good {
            break files;
        }
        let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
        let mut found = BTreeSet::new();
        for error in errors {
            let culprits = culprits(&error["message"], &files);
            if culprits.is_empty() && found.is_empty() {
                eprintln!("{}", error["message"]["rendered"].as_str().unwrap_or_default());
            }
            found.extend(culprits);
        }
        ensure!(!found.is_empty(), "the copy does not compile, and no mutant is to blame");
        eprintln!("{} mutants do not compile", found.len());
        result.unviable.extend(found);
    };
    for (file, (mutants, done)) in &files {
        let placed: BTreeSet<usize> = done.placed.iter().map(|placed| placed.index).collect();
        for (index, mutant) in mutants.iter().enumerate() {
            if !placed.contains(&index) && !result.unviable.contains(&mutant.name) {
                result.unplaced.push(mutant.name.clone());
            }
        }
        result.mutants.extend(done.placed.iter().map(|placed| Built {
            name: mutants[placed.index].name.clone(),
            file: (*file).to_owned(),
            number: placed.number,
            first: placed.first,
        }));
    }
    let mut tests = cargo(tree, package, &["test", "--no-run"]);
    if with.is_empty() {
        tests.args(["--lib", "--tests"]);
    } else {
        for name in with {
            // the library's own tests are in no file of tests
            if name == "lib" {
                tests.arg("--lib")
            } else {
                tests.args(["--test", name])
            };
        }
    }
    let (good, messages) = messages(&mut tests)?;
    if !good {
        for message in messages.iter().filter(|message| message["message"]["level"] == "error") {
            eprintln!("{}", message["message"]["rendered"].as_str().unwrap_or_default());
        }
        bail!("the tests do not compile");
    }
    let programs = messages.iter().filter(|message| message["profile"]["test"] == true);
    result.folder = tree.join("crates").join(package);
    result.tests = programs.filter_map(|message| message["executable"].as_str()).map(PathBuf::from).collect();
    Ok(result)
}
