//! The tests against each mutant that they reach.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::compile::{Build, Built};

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    program: PathBuf,
    name: String,
    time: Duration,
}

/// What the tests said of a mutant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub enum Outcome {
    Caught,
    /// No test ended in time.
    Timeout,
    Missed,
    /// No test reaches it.
    Unreached,
}

impl Outcome {
    /// Whether no test noticed it.
    pub fn is_missed(self) -> bool {
        matches!(self, Outcome::Missed | Outcome::Unreached)
    }
}

/// A line of the outcomes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub name: String,
    pub outcome: Outcome,
    /// The test that failed.
    pub by: Option<String>,
}

/// Runs tests of one program, each at least so long as it took before: `Some(true)` if all pass, `None` if time is over.
fn pass(tests: &[&Test], folder: &Path, environment: &[(&str, &str)]) -> Result<Option<bool>> {
    let Some(first) = tests.first() else { return Ok(Some(true)) };
    let mut command = Command::new(&first.program);
    command.current_dir(folder).args(["--exact", "--test-threads=1"]);
    command.args(tests.iter().map(|test| &test.name)).envs(environment.iter().copied());
    command.env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let most = tests.iter().map(|test| test.time).sum::<Duration>() * 8 + Duration::from_secs(4);
    let begun = Instant::now();
    let mut child = command.spawn().context("a test")?;
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if begun.elapsed() > most {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// All tests that pass without a mutant, with the places each reaches; quick ones first.
pub fn tests(build: &Build, left_out: &[String], scratch: &Path) -> Result<Vec<(Test, BTreeSet<usize>)>> {
    let mut found = Vec::new();
    for program in &build.tests {
        let stem = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if left_out.iter().any(|name| stem.starts_with(&format!("{name}-"))) {
            continue;
        }
        let output = Command::new(program).args(["--list", "--format", "terse"]).current_dir(&build.folder).output()?;
        for name in String::from_utf8(output.stdout)?.lines().filter_map(|line| line.strip_suffix(": test")) {
            let time = Duration::from_secs(100);
            let mut test = Test { program: program.clone(), name: name.to_owned(), time };
            let reached = scratch.join("reached");
            let _ = fs::remove_file(&reached);
            let begun = Instant::now();
            let good = pass(&[&test], &build.folder, &[("MUTANTS_REACHED", &reached.to_string_lossy())])?;
            test.time = begun.elapsed();
            if good != Some(true) {
                eprintln!("left out, it fails without a mutant: {stem} {name}");
                continue;
            }
            let places = fs::read_to_string(&reached).unwrap_or_default();
            found.push((test, places.lines().filter_map(|line| line.parse().ok()).collect()));
        }
    }
    found.sort_by_key(|(test, _)| test.time);
    Ok(found)
}

/// One mutant: the quickest test alone, then twice as many each time, a program at once.
fn against(mutant: &Built, tests: &[(Test, BTreeSet<usize>)], folder: &Path) -> Result<Line> {
    let reaching: Vec<&Test> =
        tests.iter().filter(|(_, places)| places.contains(&mutant.first)).map(|(test, _)| test).collect();
    let line =
        |outcome, by: Option<&Test>| Line { name: mutant.name.clone(), outcome, by: by.map(|test| test.name.clone()) };
    if reaching.is_empty() {
        return Ok(line(Outcome::Unreached, None));
    }
    let number = mutant.number.to_string();
    let (mut rest, mut count) = (&reaching[..], 1);
    while !rest.is_empty() {
        let (now, later) = rest.split_at(count.min(rest.len()));
        let mut programs = BTreeMap::<_, Vec<&Test>>::new();
        for test in now {
            programs.entry(&test.program).or_default().push(test);
        }
        for tests in programs.values() {
            match pass(tests, folder, &[("MUTANT", &number)])? {
                Some(true) => {}
                Some(false) => return Ok(line(Outcome::Caught, tests.first().copied())),
                None => return Ok(line(Outcome::Timeout, tests.first().copied())),
            }
        }
        (rest, count) = (later, count * 2);
    }
    Ok(line(Outcome::Missed, None))
}

/// All mutants that have no outcome yet, by some jobs at once.
pub fn run(
    mutants: Vec<Built>,
    tests: &[(Test, BTreeSet<usize>)],
    folder: &Path,
    jobs: usize,
    done: impl FnMut(&Line) -> Result<()> + Send,
) -> Result<()> {
    let queue = Mutex::new(VecDeque::from(mutants));
    let done = Mutex::new(done);
    std::thread::scope(|scope| {
        let worker = || -> Result<()> {
            loop {
                let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                let Some(mutant) = next else { return Ok(()) };
                let line = against(&mutant, tests, folder)?;
                if let Ok(mut done) = done.lock() {
                    done(&line)?;
                }
            }
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })
}
