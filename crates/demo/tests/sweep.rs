//! `demo sweep` on the built program.

mod program;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use program::{Outcome, demo};
use serde_json::Value;

const NOTEBOOK: [&str; 3] = ["sweep", "--problem", "notebook"];
const SEVERAL: [&str; 10] = [
    "sweep",
    "--problem",
    "notebook",
    "--optimizers",
    "gd,newton,lbfgsb,pg",
    "--start",
    "-3:3:7,-2:2:5",
    "--step",
    "gd=0.01,0.3:0.5:2",
    "--quiet",
];

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }
    fn place(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place(name)).unwrap()
    }
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// Runs the program, which must succeed.
fn done(parts: &[&[&str]]) -> Outcome {
    let outcome = demo(&parts.concat());
    assert_eq!(outcome.code, Some(0), "{parts:?}: {}", outcome.stderr);
    outcome
}

fn refused(parts: &[&[&str]], words: &[&str]) {
    let outcome = demo(&parts.concat());
    assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{parts:?}: {outcome:?}");
    for word in words {
        assert!(outcome.stderr.contains(word), "{parts:?}: '{word}' is not in: {}", outcome.stderr);
    }
}

/// The file of an uninterrupted run.
fn whole(folder: &Folder, name: &str, arguments: &[&str]) -> String {
    done(&[arguments, &["--csv", &folder.place(name)]]);
    folder.read(name)
}

/// The sums of rows that were written in pieces of some hundred bytes.
fn sums(rows: &str) -> String {
    let (mut sums, mut length) = (String::new(), 0);
    let mut crc = crc32fast::Hasher::new();
    for (i, line) in rows.split_inclusive('\n').enumerate() {
        crc.update(line.as_bytes());
        length += line.len();
        if i % 5 == 0 || length == rows.len() {
            sums += &format!("{length} {:08x}\n", crc.clone().finalize());
        }
    }
    sums
}

#[test]
fn rows_are_as_documented() {
    let arguments = ["--optimizers", "gd,newton", "--start", "3,0:3:2", "--iterations", "2", "--step", "newton=1"];
    let outcome = done(&[&NOTEBOOK, &arguments, &["--csv", "-"]]);
    // the Hessian is singular where x1 is 0
    assert_eq!(
        outcome.stdout,
        "run,optimizer,step,start0,start1,status,iterations,settled,x0,x1,loss,value_evaluations,gradient_evaluations,hessian_evaluations\n\
         0,gd,0.01,3,0,max_iterations,2,2,2.8811999999999998,0,8.30131344,3,3,0\n\
         1,gd,0.01,3,3,max_iterations,2,2,2.8811999999999998,1.63688448,15.48044850375929,3,3,0\n\
         2,newton,1,3,0,failed,0,0,3,0,9,1,1,1\n\
         3,newton,1,3,3,max_iterations,2,2,0,1.3333333333333335,3.160493827160495,3,3,3\n",
    );
}

/// Each row is what `demo run` says of the same run, in both precisions and with every optimizer.
#[test]
fn each_row_is_a_run() {
    let list: Value = serde_json::from_str(&demo(&["list", "--json", "-"]).stdout).unwrap();
    let names: Vec<&str> =
        list["optimizers"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    for precision in ["f32", "f64"] {
        let shared = ["--precision", precision, "--iterations", "6", "--quiet"];
        let starts = ["--optimizers", &names.join(","), "--start", "-1.5:2:2,0:4:2"];
        let rows = done(&[&NOTEBOOK, &starts, &shared, &["--csv", "-"]]).stdout;
        assert_eq!(rows.lines().count(), 1 + 4 * names.len());
        for line in rows.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let start = format!("{},{}", cells[3], cells[4]);
            let run = ["run", "--problem", "notebook", "--optimizer", cells[1], "--start", &start, "--json", "-"];
            let run: Value = serde_json::from_str(&demo(&[&run[..], &shared].concat()).stdout).unwrap();
            let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
            let typed = |cell: &str| cell.parse::<f64>().unwrap();
            assert_eq!(cells[5], run["status"], "{line}");
            let counts = ["value", "gradient", "hessian"].map(|name| run["evaluations"][name].to_string());
            assert_eq!(cells[11..], counts, "{line}");
            let Some(last) = run["iterations"].as_array().unwrap().last() else { continue };
            assert_eq!(cells[6], last["iteration"].to_string());
            assert!(typed(cells[10]).to_bits() == number(&last["loss"]).to_bits() || cells[10] == "NaN", "{line}");
            for (cell, x) in cells[8..10].iter().zip(last["x"].as_array().unwrap()) {
                assert_eq!(typed(cell).to_bits(), number(x).to_bits(), "{line}");
            }
        }
    }
}

#[test]
fn threads_and_shards_do_not_change_a_byte() {
    let folder = Folder::new();
    let expected = whole(&folder, "whole.csv", &SEVERAL);
    assert_eq!(expected.lines().count(), 1 + 35 * (3 + 1 + 1 + 1));
    for threads in ["1", "2", "7"] {
        assert_eq!(whole(&folder, "again.csv", &[&SEVERAL[..], &["--threads", threads]].concat()), expected);
    }
    for shards in [1, 2, 8, 300] {
        let names: Vec<String> = (1..=shards.min(20)).map(|i| folder.place(&format!("part-{i}.csv"))).collect();
        for (i, name) in names.iter().enumerate() {
            done(&[&SEVERAL, &["--shard", &format!("{}/{shards}", i + 1), "--csv", name]]);
        }
        let mut merge = vec!["sweep", "--quiet", "--merge"];
        merge.extend(names.iter().rev().map(String::as_str));
        if shards == 300 {
            refused(&[&merge], &["shard 21/300 is missing"]);
            continue;
        }
        done(&[&merge, &["--csv", &folder.place("merged.csv")]]);
        assert_eq!(folder.read("merged.csv"), expected, "{shards}");
        assert_eq!(folder.read("merged.csv.sweep.json"), folder.read("whole.csv.sweep.json"));
        assert_eq!(done(&[&merge, &["--csv", "-"]]).stdout, expected);
    }
    // a shard without a run is a shard
    let outcome = done(&[&NOTEBOOK, &["--optimizers", "gd", "--start", "3,3", "--shard", "2/2", "--csv", "-"]]);
    assert_eq!(outcome.stdout.lines().count(), 1);
}

/// The lines of `docs/sweeps.md` for GNU parallel, run as they stand; by xargs if it is not installed.
#[test]
fn shards_by_gnu_parallel() {
    let folder = Folder::new();
    let text = include_str!("../../../docs/sweeps.md");
    let block = text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let block = block.into_iter().find(|block| block.starts_with("parallel ")).unwrap();
    let (line, merge) = block.split_once('\n').unwrap();
    let (command, numbers) = line.strip_prefix("parallel --jobs 2 ").unwrap().split_once(" ::: ").unwrap();
    let installed = Command::new("parallel").arg("--version").output().is_ok_and(|output| output.status.success());
    let script = match installed {
        true => block.to_owned(),
        false => format!("printf '%s\\n' {numbers} | xargs -P 2 -I{{}} {command}\n{merge}"),
    };
    let program = Path::new(env!("CARGO_BIN_EXE_demo")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let run = |script: &str| {
        let output = Command::new("sh").args(["-ec", script]).env("PATH", &path).current_dir(folder.0.path()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(&script);
    run(&format!("{} --csv whole.csv", command.split(" --shard").next().unwrap()));
    assert_eq!(folder.read("runs.csv"), folder.read("whole.csv"));
    assert_eq!(folder.read("runs.csv").lines().count(), 1 + 2 * 21 * 21);
    assert!(fs::read(folder.place("map.png")).unwrap().starts_with(b"\x89PNG"));
}

fn spawn(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Killed at moments from before the first row to after the last, again and again, and resumed.
#[test]
fn a_killed_sweep_goes_on_where_it_was() {
    let folder = Folder::new();
    let sweep = [
        "sweep",
        "--problem",
        "notebook",
        "--optimizers",
        "gd,adam",
        "--start",
        "-3:3:60,-3:3:50",
        "--step",
        "0.01",
        "--iterations",
        "60",
        "--quiet",
    ];
    let expected = whole(&folder, "whole.csv", &sweep);
    let place = folder.place("killed.csv");
    let arguments = [&sweep[..], &["--resume", "--csv", &place]].concat();
    let (mut kills, mut halves) = (0, 0);
    // pseudo-random moments, other ones in each session
    let mut moment = u64::from(std::process::id()) * 7919;
    while !Path::new(&place).exists() {
        let mut child = spawn(&arguments);
        moment = moment.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        // at first soon, in the end late enough to be done
        let most = if kills < 12 { 60 } else { 4000 };
        std::thread::sleep(Duration::from_micros((moment >> 33) % (most * 1000)));
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if let Ok(rows) = fs::read_to_string(folder.place("killed.csv.partial")) {
            assert!(expected.starts_with(&rows), "what is there is the beginning of the whole");
            halves += usize::from(rows.len() > 200);
        }
        assert!(kills < 200);
    }
    done(&[&arguments]);
    assert_eq!(folder.read("killed.csv"), expected, "after {kills} kills, {halves} of them with rows");
    assert_eq!(folder.read("killed.csv.sweep.json"), folder.read("whole.csv.sweep.json"));
    let names = ["killed.csv", "killed.csv.sweep.json", "whole.csv", "whole.csv.sweep.json"];
    assert_eq!(folder.names(), names);
}

/// All that a kill can leave, cut at every kind of place.
#[test]
fn any_beginning_of_the_file_can_be_resumed() {
    let folder = Folder::new();
    let expected = whole(&folder, "whole.csv", &SEVERAL);
    let description = folder.read("whole.csv.sweep.json");
    let cut = folder.place("cut.csv");
    let header = expected.find('\n').unwrap() + 1;
    for length in [0, 1, header - 1, header, header + 1, header + 40, 3000, expected.len() - 1, expected.len()] {
        let _ = fs::remove_file(&cut);
        fs::write(folder.place("cut.csv.partial"), &expected[..length]).unwrap();
        fs::write(folder.place("cut.csv.partial.json"), &description).unwrap();
        let sums = sums(&expected);
        fs::write(folder.place("cut.csv.partial.sums"), &sums[..sums.len() - length % 7]).unwrap();
        let outcome = done(&[&SEVERAL, &["--resume", "--csv", &cut]]);
        assert_eq!(folder.read("cut.csv"), expected, "{length}");
        // the summary is of all rows, old and new
        assert_eq!(outcome.stdout, done(&[&SEVERAL]).stdout);
    }
    // killed between the last two renames
    fs::rename(folder.place("cut.csv.sweep.json"), folder.place("cut.csv.partial.json")).unwrap();
    fs::write(folder.place("cut.csv.partial.sums"), sums(&expected)).unwrap();
    done(&[&SEVERAL, &["--resume", "--csv", &cut]]);
    assert_eq!(folder.read("cut.csv.sweep.json"), description);
    assert_eq!(folder.names().len(), 4);
    // and killed before anything was said of the file
    fs::write(folder.place("new.csv.partial"), "").unwrap();
    assert_eq!(whole(&folder, "new.csv", &[&SEVERAL[..], &["--resume"]].concat()), expected);
}

#[test]
fn what_is_not_this_sweeps_is_refused_and_kept() {
    let folder = Folder::new();
    let expected = whole(&folder, "whole.csv", &SEVERAL);
    let description = folder.read("whole.csv.sweep.json");
    let resume = ["--resume", "--csv", &folder.place("a.csv")];
    let damaged = |rows: String, description: &str, words: &[&str]| {
        fs::write(folder.place("a.csv.partial"), &rows).unwrap();
        fs::write(folder.place("a.csv.partial.json"), description).unwrap();
        fs::write(folder.place("a.csv.partial.sums"), sums(&rows)).unwrap();
        refused(&[&SEVERAL, &resume], words);
        assert_eq!(folder.read("a.csv.partial"), rows);
        assert_eq!(folder.read("a.csv.partial.json"), description);
        assert!(!Path::new(&folder.place("a.csv")).exists());
    };
    let half = expected[..expected[..4000].rfind('\n').unwrap() + 1].to_owned();
    damaged(half.replacen("\n7,gd", "\n8,gd", 1), &description, &["a.csv.partial is damaged", "run 7"]);
    damaged(half.replacen(",max_iterations,", ",max_iteratoins,", 1), &description, &["is damaged: the row of run"]);
    let loss = half.lines().nth(3).unwrap();
    damaged(half.replacen(loss, &loss[..loss.len() - 2], 1), &description, &["is damaged: the row of run 2"]);
    damaged(half.replacen("run,optimizer", "run;optimizer", 1), &description, &["first line"]);
    damaged(format!("{expected}210,gd\n"), &description, &["more rows"]);
    damaged(half.clone(), &description[..100], &["a.csv.partial.json is damaged"]);
    damaged(half.clone(), &description.replace("\"format\": 2", "\"format\": 3"), &["version 3"]);
    damaged(half.clone(), &description.replace("-3:3:7", "-3:3:8"), &["another sweep", "start", "-3:3:8"]);
    damaged(half.clone(), &description.replacen("0.1.0", "0.0.9", 1), &["another sweep", "program", "0.0.9"]);
    // what an interrupted sweep left is not overwritten either
    fs::write(folder.place("a.csv.partial.json"), &description).unwrap();
    refused(&[&SEVERAL, &resume[1..]], &["--resume"]);
    assert_eq!(folder.read("a.csv.partial"), half);
    fs::remove_file(folder.place("a.csv.partial.json")).unwrap();
    refused(&[&SEVERAL, &resume], &["a.csv.partial.json is missing"]);
    fs::write(folder.place("a.csv.partial.json"), &description).unwrap();
    fs::remove_file(folder.place("a.csv.partial.sums")).unwrap();
    refused(&[&SEVERAL, &resume], &["a.csv.partial.sums is missing"]);
    assert_eq!(folder.read("a.csv.partial"), half);
    // a whole file of something else
    refused(
        &[&SEVERAL, &["--iterations", "3", "--resume", "--csv", &folder.place("whole.csv")]],
        &["another sweep", "iterations"],
    );
    fs::write(folder.place("notes"), "kept").unwrap();
    refused(&[&SEVERAL, &["--resume", "--csv", &folder.place("notes")]], &["notes.sweep.json"]);
    assert_eq!(folder.read("notes"), "kept");
    let mut cut = expected.clone();
    cut.truncate(cut.trim_end().rfind('\n').unwrap() + 1);
    fs::write(folder.place("whole.csv"), &cut).unwrap();
    refused(&[&SEVERAL, &["--resume", "--csv", &folder.place("whole.csv")]], &["whole.csv is damaged", "CRC-32"]);
    let merge = ["sweep", "--merge", &folder.place("whole.csv"), "--csv", &folder.place("merged.csv")];
    refused(&[&merge], &["whole.csv is damaged"]);
    assert!(
        !folder.names().iter().any(|name| name.starts_with("merged") || name.starts_with('.')),
        "{:?}",
        folder.names()
    );
}

/// `text` with another digit in its place, somewhere in a result.
fn with_another_digit(text: &str, row: usize) -> String {
    let begin: usize = text.split_inclusive('\n').take(row).map(str::len).sum();
    let cell = begin + text[begin..].match_indices(',').nth(9).unwrap().0;
    let digit = cell + text[cell..].find(|c: char| c.is_ascii_digit()).unwrap();
    let other = if text.as_bytes()[digit] == b'7' { "3" } else { "7" };
    format!("{}{other}{}", &text[..digit], &text[digit + 1..])
}

/// A result that is another number, of a row that is still one, is noticed by whatever reads it; nothing is overwritten.
#[test]
fn a_digit_that_changed_is_noticed() {
    let folder = Folder::new();
    let expected = whole(&folder, "whole.csv", &SEVERAL);
    let label = folder.read("whole.csv.sweep.json");
    let place = folder.place("a.csv");
    let resume = [&SEVERAL[..], &["--resume", "--csv", &place]].concat();
    for row in [1, 2, 17, 40, 209] {
        let damaged = with_another_digit(&expected, row);
        assert!(damaged != expected && damaged.len() == expected.len());
        fs::write(folder.place("a.csv.partial"), &damaged).unwrap();
        fs::write(folder.place("a.csv.partial.json"), &label).unwrap();
        fs::write(folder.place("a.csv.partial.sums"), sums(&expected)).unwrap();
        refused(&[&resume], &["a.csv.partial is damaged", "has changed"]);
        assert_eq!(folder.read("a.csv.partial"), damaged);
        for name in ["a.csv.partial", "a.csv.partial.json", "a.csv.partial.sums"] {
            fs::remove_file(folder.place(name)).unwrap();
        }
        // of a whole file
        fs::write(folder.place("a.csv"), &damaged).unwrap();
        fs::write(folder.place("a.csv.sweep.json"), &label).unwrap();
        refused(&[&resume], &["a.csv is damaged", "CRC-32"]);
        for to in ["-", &folder.place("merged.csv")] {
            refused(&[&["sweep", "--merge", &folder.place("a.csv"), "--csv", to]], &["a.csv is damaged", "CRC-32"]);
        }
        assert_eq!(folder.read("a.csv"), damaged);
        fs::remove_file(folder.place("a.csv")).unwrap();
        fs::remove_file(folder.place("a.csv.sweep.json")).unwrap();
    }
    assert_eq!(folder.names(), ["whole.csv", "whole.csv.sweep.json"]);
}

#[test]
fn an_older_file_stays_until_the_new_one_is_whole() {
    let folder = Folder::new();
    let place = folder.place("a.csv");
    fs::write(&place, "old").unwrap();
    let long = [&NOTEBOOK[..], &["--optimizers", "gd", "--start", "-3:3:3000,-3:3:3000", "--csv", &place]].concat();
    let mut child = spawn(&long);
    while !fs::metadata(folder.place("a.csv.partial")).is_ok_and(|file| file.len() > 100_000) {
        std::thread::sleep(Duration::from_millis(1));
    }
    refused(&[&long, &["--resume"]], &["another process"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(folder.read("a.csv"), "old");
    assert!(folder.read("a.csv.partial").lines().nth(500).is_some());
}

#[test]
fn samples_depend_on_their_seed_alone() {
    let arguments = ["--optimizers", "gd", "--start", "-1:1,5", "--sample", "50", "--csv", "-"];
    let rows = |seed: &str| done(&[&NOTEBOOK, &arguments, &["--seed", seed]]).stdout;
    assert_eq!(rows("1"), rows("1"));
    assert_ne!(rows("1"), rows("2"));
    for line in rows("1").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert!((-1.0..1.0).contains(&cells[3].parse::<f64>().unwrap()) && cells[4] == "5", "{line}");
    }
}

#[test]
fn runs_end_where_they_are_told_to() {
    let rest = ["--loss", "x0^2", "--optimizers", "gd", "--start", "8", "--step", "0.25", "--csv", "-"];
    let row = |until: [&str; 2]| done(&[&["sweep"], &rest, &until]).stdout.lines().nth(1).unwrap().to_owned();
    assert_eq!(row(["--until-loss", "1"]), "0,gd,0.25,8,converged,3,3,1,1,4,4,0");
    assert_eq!(row(["--until-gradient", "1"]), "0,gd,0.25,8,converged,4,4,0.5,0.25,5,5,0");
    assert_eq!(row(["--iterations", "0"]), "0,gd,0.25,8,max_iterations,0,0,8,64,1,1,0");
}

#[test]
fn the_summary_counts_and_finds_the_best() {
    let sweep = [&SEVERAL[..], &["--step", "newton=1", "--json", "-"]].concat();
    let summary: Value = serde_json::from_str(&done(&[&sweep]).stdout).unwrap();
    let csv = done(&[&sweep[..sweep.len() - 2], &["--csv", "-"]]).stdout;
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    for line in summary["optimizers"].as_array().unwrap() {
        let of = || rows.iter().filter(|row| row[1] == line["optimizer"].as_str().unwrap());
        for status in ["converged", "max_iterations", "not_finite", "failed"] {
            assert_eq!(line[status], of().filter(|row| row[5] == status).count(), "{line}");
        }
        let loss = |row: &Vec<&str>| row[10].parse::<f64>().unwrap();
        let finite = of().filter(|row| loss(row).is_finite());
        let best = finite.reduce(|best, row| if loss(row) < loss(best) { row } else { best }).unwrap();
        assert_eq!(
            (line["best"]["run"].to_string(), line["best"]["loss"].as_f64()),
            (best[0].to_owned(), Some(loss(best)))
        );
    }
    let text = done(&[&SEVERAL]).stdout;
    assert_eq!(text.lines().count(), 2 + 4, "{text}");
}

#[test]
fn the_map_shows_where_starts_end() {
    let folder = Folder::new();
    let sweep = [
        "sweep",
        "--problem",
        "himmelblau",
        "--optimizers",
        "newton-damped,gd",
        "--start",
        "-5:5:9,-5:5:9",
        "--step",
        "gd=0.01",
        "--iterations",
        "100",
        "--quiet",
    ];
    let (csv, map) = (folder.place("a.csv"), folder.place("a.svg"));
    done(&[&sweep, &["--csv", &csv, "--plot", &map]]);
    let svg = folder.read("a.svg");
    for text in ["newton-damped<", "gd, step 0.01<", "ends near (3, 2)<", "x1 of the start<", "dark to pale"] {
        assert!(svg.contains(text), "{text}");
    }
    // from the rows alone, and of a resumed sweep, it is the same
    done(&[&["sweep", "--merge", &csv, "--plot", &folder.place("b.svg"), "--quiet"]]);
    done(&[&sweep, &["--csv", &csv, "--resume", "--plot", &folder.place("c.svg")]]);
    assert_eq!((folder.read("b.svg"), folder.read("c.svg")), (svg.clone(), svg));
    done(&[&sweep, &["--csv", &csv, "--plot", &folder.place("a.png")]]);
    assert!(fs::read(folder.place("a.png")).unwrap().starts_with(b"\x89PNG"));
    for (start, word) in [("3,-5:5:9", "two variables"), ("1:5:9:log,-5:5:9", "without 'log'")] {
        refused(&[&NOTEBOOK, &["--optimizers", "gd", "--start", start, "--plot", &map]], &[word]);
    }
    refused(
        &[&NOTEBOOK, &["--optimizers", "gd", "--start", "-5:5:9,-5:5:9", "--step", "0.01:1:13", "--plot", &map]],
        &["12 at most"],
    );
    refused(&[&NOTEBOOK, &["--optimizers", "gd", "--start", "-5:5:9,-5:5:9", "--plot", &csv]], &[".svg or .png"]);
}

#[test]
fn bad_arguments() {
    let with = |rest: &[&str], words: &[&str]| refused(&[&NOTEBOOK, rest], words);
    let gd = |rest: &[&str], words: &[&str]| with(&[&["--optimizers", "gd"], rest].concat(), words);
    gd(&["--start", ""], &["start is empty"]);
    gd(&["--start", "3,3,3"], &["3 components", "2 variables"]);
    gd(&["--start", "3,nan"], &["start[1]", "not finite"]);
    gd(&["--start", "3,0:inf:3"], &["start[1]", "not finite"]);
    gd(&["--start", "3,0:1e300:3", "--precision", "f32"], &["start[1]", "finite in f32"]);
    gd(&["--start", "3,0:1"], &["start[1]", "LOW:HIGH:COUNT"]);
    gd(&["--start", "3,1:0:5"], &["start[1]", "smaller number"]);
    gd(&["--start", "3,0:1:1"], &["count"]);
    gd(&["--start", "3,0:1:5", "--sample", "5"], &["LOW:HIGH"]);
    gd(&["--start", "3,0:1", "--sample", "0"], &["sample is 0"]);
    gd(&["--start", "0:1:1000000000000,0:1:1000000000000"], &["more than"]);
    gd(&["--start", "3,3", "--step", "0:1:3"], &["step is 0", "positive"]);
    gd(&["--start", "3,3", "--step", "0.1,nan"], &["step[1]", "not finite"]);
    gd(&["--start", "3,3", "--step", "0.1", "--step", "0.2"], &["given twice"]);
    gd(&["--start", "3,3", "--step", "newton=0.1"], &["'newton' is not one of --optimizers (gd)"]);
    gd(&["--start", "3,3", "--step", "gdd=0.1"], &["did you mean 'gd'?"]);
    gd(&["--start", "3,3", "--set", "eps=1"], &["--set eps=1: NAME.OPTION=VALUE is needed"]);
    let one = demo(&["sweep", "--problem", "notebook", "--optimizers", "gd", "--start", "3,3"]);
    assert_eq!(one.stderr, "1 run\n");
    gd(&["--start", "3,3", "--set", "adam.eps=1"], &["'adam' is not one of --optimizers"]);
    gd(&["--start", "3,3", "--iterations", "1000000000000"], &["iterations is 1000000000000"]);
    gd(&["--start", "3,3", "--shard", "0/4"], &["--shard 0/4", "from 1 to N"]);
    gd(&["--start", "3,3", "--shard", "5/4"], &["--shard 5/4"]);
    gd(&["--start", "3,3", "--shard", "x"], &["--shard x"]);
    gd(&["--start", "3,3", "--threads", "0"], &["threads is 0"]);
    gd(&["--start", "3,3", "--resume"], &["--resume needs a file"]);
    gd(&["--start", "3,3", "--until-loss", "nan"], &["until-loss is NaN"]);
    gd(&["--start", "3,3", "--until-gradient", "-1"], &["gradient is -1", "not negative"]);
    with(&["--optimizers", "lbfgsb", "--start", "3,3", "--step", "0.1"], &["no optimizer has a fixed step"]);
    with(&["--optimizers", "lbfgsb", "--start", "3,3", "--step", "lbfgsb=0.1"], &["lbfgsb has no fixed step"]);
    with(&["--optimizers", "gd,gd", "--start", "3,3"], &["'gd' is given twice"]);
    with(&["--optimizers", "newtn", "--start", "3,3"], &["did you mean 'newton'"]);
    with(&["--start", "3,3"], &["--optimizers"]);
    with(&["--optimizers", "gd"], &["--start"]);
    refused(&[&["sweep", "--optimizers", "gd", "--start", "3"]], &["--problem or --loss"]);
    refused(&[&["sweep", "--optimizers", "gd", "--start", "3", "--loss", "2x"]], &["column 2"]);
    refused(&[&["sweep", "--merge", "no-such.csv"]], &["no-such.csv.sweep.json", "No such file"]);
    let folder = Folder::new();
    gd(&["--start", "3,3", "--csv", &folder.place("no/a.csv")], &["no/a.csv", "No such file"]);
    gd(&["--start", "3,3", "--csv", folder.0.path().to_str().unwrap()], &["it is a directory"]);
    gd(&["--start", "3,3", "--csv", "-", "--json", "-"], &["same destination"]);
    assert!(folder.names().is_empty());
    if Path::new("/dev/full").exists() {
        gd(&["--start", "3,3", "--csv", "/dev/full"], &["No space left"]);
    }
}

/// Thousands of threads are as many as are of use, and change nothing.
#[test]
fn too_many_threads_are_fewer() {
    let arguments = ["--optimizers", "gd", "--start", "0:1:20,0:1:20", "--csv", "-"];
    let many = done(&[&NOTEBOOK, &arguments, &["--threads", "1000000000"]]);
    assert!(many.stderr.contains("for each processor"), "{}", many.stderr);
    assert_eq!(many.stdout, done(&[&NOTEBOOK, &arguments]).stdout);
}

/// No other result is written over the sweep's files, or over those that are joined.
#[test]
fn the_sweeps_own_files_are_spared() {
    let folder = Folder::new();
    let csv = folder.place("a.svg");
    let sweep = ["--optimizers", "gd", "--start", "-1:1:3,-1:1:3", "--csv", &csv];
    for ending in [".sweep.json", ".partial", ".partial.json", ".partial.sums"] {
        refused(&[&NOTEBOOK, &sweep, &["--json", &format!("{csv}{ending}")]], &["--json", "file of the sweep"]);
    }
    assert!(folder.names().is_empty());
    done(&[&NOTEBOOK, &sweep, &["--json", &folder.place("summary.json")]]);
    let names = folder.names();
    let label = format!("{csv}.sweep.json");
    refused(&[&["sweep", "--merge", &csv, "--json", &csv]], &["--json", "file of the sweep"]);
    refused(&[&["sweep", "--merge", &csv, "--json", &label]], &["--json", "file of the sweep"]);
    refused(&[&["sweep", "--merge", &csv, "--plot", &csv]], &["--plot", "file of the sweep"]);
    assert_eq!(folder.names(), names);
}

/// `demo sweep … --csv - | head -1`
#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    use std::io::{BufRead, BufReader};
    let mut child = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args([&NOTEBOOK[..], &["--optimizers", "gd", "--start", "-3:3:10000,-3:3:10000", "--csv", "-"]].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut String::new()).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    assert!(matches!(output.status.code(), Some(0 | 141)), "{:?}", output.status);
}

#[test]
fn shards_that_do_not_belong_together() {
    let folder = Folder::new();
    let part = |name: &str, shard: &str, rest: &[&str]| -> String {
        let place = folder.place(name);
        done(&[&SEVERAL, rest, &["--shard", shard, "--csv", &place]]);
        place
    };
    let (a, b) = (part("a", "1/2", &[]), part("b", "2/2", &[]));
    let (c, d) = (part("c", "2/2", &["--iterations", "3"]), part("d", "1/2", &[]));
    let merge = |paths: &[&String], words: &[&str]| {
        let paths: Vec<&str> = paths.iter().map(|path| path.as_str()).collect();
        refused(&[&["sweep", "--merge"], &paths, &["--csv", &folder.place("merged")]], words);
        assert!(!Path::new(&folder.place("merged")).exists());
    };
    merge(&[&a], &["shard 2/2 is missing"]);
    merge(&[&b], &["shard 1/2 is missing"]);
    merge(&[&a, &c], &["different sweeps"]);
    merge(&[&a, &b, &d], &["shard 1/2 is given twice"]);
    // rows of the other shard
    fs::copy(&a, &b).unwrap();
    merge(&[&a, &b], &["b is damaged", "CRC-32"]);
    fs::copy(format!("{a}.sweep.json"), format!("{b}.sweep.json")).unwrap();
    merge(&[&a, &b], &["shard 1/2 is given twice"]);
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_needs_its_feature() {
    let folder = Folder::new();
    refused(&[&SEVERAL, &["--parquet", &folder.place("a.parquet")]], &["--parquet", "--features parquet"]);
    assert!(folder.names().is_empty());
}

#[cfg(feature = "parquet")]
mod parquet {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    /// The rows as lines of a CSV.
    fn lines(place: &str) -> Vec<String> {
        let reader = SerializedFileReader::new(fs::File::open(place).unwrap()).unwrap();
        let header: Vec<String> = reader
            .metadata()
            .file_metadata()
            .schema()
            .get_fields()
            .iter()
            .map(|field| field.name().to_owned())
            .collect();
        let rows = reader.get_row_iter(None).unwrap().map(|row| {
            let row = row.unwrap();
            let cell = |field: &::parquet::record::Field| match field {
                ::parquet::record::Field::Null => String::new(),
                ::parquet::record::Field::Str(text) => text.clone(),
                ::parquet::record::Field::Double(number) => {
                    let size = number.abs();
                    let plain = size == 0.0 || !size.is_finite() || (1e-5..1e16).contains(&size);
                    if plain { number.to_string() } else { format!("{number:e}") }
                }
                other => other.to_string(),
            };
            row.get_column_iter().map(|(_, field)| cell(field)).collect::<Vec<_>>().join(",")
        });
        std::iter::once(header.join(",")).chain(rows).collect()
    }

    #[test]
    fn the_rows_are_those_of_the_csv() {
        let folder = Folder::new();
        for precision in ["f64", "f32"] {
            let sweep = [&SEVERAL[..], &["--precision", precision]].concat();
            let expected: Vec<String> = whole(&folder, "a.csv", &sweep).lines().map(str::to_owned).collect();
            let place = folder.place("a.parquet");
            done(&[&sweep, &["--parquet", &place]]);
            assert_eq!(lines(&place), expected);
            let bytes = fs::read(&place).unwrap();
            done(&[&sweep, &["--threads", "1", "--parquet", &place]]);
            assert_eq!(fs::read(&place).unwrap(), bytes, "the same to the byte");
            // out of shards
            let parts = ["1/2", "2/2"].map(|shard| {
                let part = folder.place(&shard.replace('/', "-"));
                done(&[&sweep, &["--shard", shard, "--csv", &part]]);
                part
            });
            let merged = folder.place("merged.parquet");
            done(&[&["sweep", "--merge", &parts[0], &parts[1], "--parquet", &merged]]);
            assert_eq!(fs::read(&merged).unwrap(), bytes);
        }
        assert!(!folder.names().iter().any(|name| name.contains("partial")), "{:?}", folder.names());
    }

    #[test]
    fn it_is_resumed_and_checked() {
        let folder = Folder::new();
        let place = folder.place("a.parquet");
        let resume = ["--resume", "--parquet", &place];
        let first = done(&[&SEVERAL, &["--parquet", &place]]).stdout;
        let bytes = fs::read(&place).unwrap();
        // nothing is left to do, and the summary is of the rows that are there
        assert_eq!(done(&[&SEVERAL, &resume]).stdout, first);
        // killed before the last steps
        let csv = whole(&folder, "a.csv", &SEVERAL);
        fs::rename(folder.place("a.parquet.sweep.json"), folder.place("a.parquet.partial.json")).unwrap();
        done(&[&SEVERAL, &resume]);
        for length in [0, 5000, csv.len()] {
            fs::remove_file(&place).unwrap();
            fs::rename(folder.place("a.parquet.sweep.json"), folder.place("a.parquet.partial.json")).unwrap();
            fs::write(folder.place("a.parquet.partial"), &csv[..length]).unwrap();
            fs::write(folder.place("a.parquet.partial.sums"), sums(&csv)).unwrap();
            done(&[&SEVERAL, &resume]);
            assert_eq!(fs::read(&place).unwrap(), bytes, "{length}");
        }
        fs::write(&place, &bytes[..bytes.len() - 9]).unwrap();
        refused(&[&SEVERAL, &resume], &["a.parquet"]);
        for at in [100, bytes.len() / 2, bytes.len() - 100] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            fs::write(&place, &damaged).unwrap();
            refused(&[&SEVERAL, &resume], &["a.parquet is damaged"]);
        }
        fs::write(&place, "no parquet").unwrap();
        refused(&[&SEVERAL, &resume], &["a.parquet"]);
        assert_eq!(folder.read("a.parquet"), "no parquet");
        refused(&[&SEVERAL, &["--shard", "1/2", "--parquet", &place]], &["--merge makes Parquet"]);
        refused(&[&SEVERAL, &["--csv", "-", "--parquet", &place]], &["one of them"]);
        refused(&[&SEVERAL, &["--parquet", "-"]], &["needs a file"]);
    }
}
