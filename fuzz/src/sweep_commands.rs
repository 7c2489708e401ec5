//! Sweeps as they are described on a command line, and in the files beside their rows.

use std::panic::Location;

use demo::sweep::{Description, Row, Study};

use crate::input::Input;

/// Words that lead somewhere, beside what the fuzzer makes up.
const OPTIMIZERS: [&str; 10] = [
    "gd",
    "adam",
    "newton",
    "pg",
    "pg-numeric",
    "lbfgsb",
    "gauss-newton",
    "levenberg-marquardt",
    "trust-region",
    "lion",
];
const PROBLEMS: [&str; 4] = ["notebook", "rosenbrock", "beale", "powell-singular"];

/// What is typed of a sweep: it is refused, or its runs have their numbers, and a run its row, which reads back as itself.
pub fn sweep_commands(data: &[u8]) {
    let mut input = Input::new(data);
    let choices: [usize; 6] = std::array::from_fn(|_| input.below(256));
    let seed = u64::from(input.byte());
    let sample = input.flag().then(|| input.below(4) as u64);
    let iterations = Some(input.below(4));
    let shard = [input.below(4) as u64, input.below(4) as u64];
    let until = [input.float(), input.float()];
    let text = String::from_utf8_lossy(input.rest()).into_owned();
    let mut lines = text.lines().map(str::to_owned);
    let mut typed = || lines.next().unwrap_or_default();
    let word = |choice: usize, known: &[&str], typed: &mut dyn FnMut() -> String| match known
        .get(choice % (known.len() + 2))
    {
        Some(known) => (*known).to_owned(),
        None => typed(),
    };
    let named = choices[0] % 3;
    let description = Description {
        format: Description::FORMAT,
        program: "fuzz".to_owned(),
        problem: (named == 0).then(|| word(choices[1], &PROBLEMS, &mut typed)),
        physics: (named == 1).then(&mut typed),
        loss: (named > 0).then(&mut typed),
        optimizers: (0..1 + choices[2] % 2).map(|i| word(choices[3] + i, &OPTIMIZERS, &mut typed)).collect(),
        start: typed(),
        sample,
        seed,
        steps: (0..choices[4] % 3).map(|_| typed()).collect(),
        iterations,
        set: (0..choices[5] % 3).map(|_| typed()).collect(),
        until_gradient: input_until(choices[4] > 200, until[0]),
        until_loss: input_until(choices[4] > 100, until[1]),
        precision: if choices[5] > 127 { "f32" } else { "f64" }.to_owned(),
        shard,
    };
    match Study::new(description) {
        Ok(study) => runs(&study),
        Err(refusal) => assert!(!refusal.to_string().is_empty() && refusal.status() == 2),
    }
}

fn input_until(given: bool, value: f64) -> Option<f64> {
    Some(value).filter(|value| given && value.is_finite())
}

/// The first and the last run.
#[track_caller]
fn runs(study: &Study) {
    let here = Location::caller();
    if study.is_empty() {
        return;
    }
    for i in [0, study.len() - 1] {
        let run = study.number(i);
        let row = match study.run(run) {
            Ok(row) => row,
            Err(refusal) => {
                assert!(!refusal.to_string().is_empty());
                continue;
            }
        };
        let mut line = String::new();
        row.write(study, run, &mut line);
        let line = line.strip_suffix('\n').unwrap_or_else(|| panic!("{here}: {line:?} has no end"));
        let again = Row::read(line, study, run).unwrap_or_else(|| panic!("{line:?} does not read back"));
        let mut second = String::new();
        again.write(study, run, &mut second);
        let numbers = |text: &str| -> Vec<String> { text.trim_end().split(',').map(canonical).collect() };
        assert_eq!(numbers(line), numbers(&second));
        assert_eq!(study.header().split(',').count(), line.split(',').count(), "{line}");
    }
}

/// A number in f32 is read as one in f64, which is written with other digits.
fn canonical(cell: &str) -> String {
    cell.parse::<f64>().map_or_else(|_| cell.to_owned(), |x| format!("{:e}", x as f32))
}
