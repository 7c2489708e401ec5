//! The files of sweeps, damaged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use demo::sweep::{Description, Format, Found, Places, Row, Shards, Study, open};
use tempfile::TempDir;

use crate::damage::damage;
use crate::input::Input;

const NAME: &str = "runs.csv";
/// What there is while a sweep runs,
const PARTIAL: [&str; 3] = ["runs.csv.partial", "runs.csv.partial.json", "runs.csv.partial.sums"];
/// when it is whole,
const WHOLE: [&str; 2] = [NAME, "runs.csv.sweep.json"];
/// and of two shards.
const SHARDS: [&str; 4] = ["1.csv", "1.csv.sweep.json", "2.csv", "2.csv.sweep.json"];

/// A small sweep and its files as they should be.
struct Sound {
    study: Study,
    /// The header and the rows.
    lines: Vec<String>,
    partial: Vec<Option<Vec<u8>>>,
    whole: Vec<Option<Vec<u8>>>,
    shards: Vec<Option<Vec<u8>>>,
    /// Where files are tried.
    folder: TempDir,
}

fn study(shard: [u64; 2]) -> Study {
    let description = Description {
        format: Description::FORMAT,
        program: "fuzz".to_owned(),
        problem: Some("notebook".to_owned()),
        optimizers: vec!["gd".to_owned(), "newton".to_owned()],
        start: "-1:3:3,2".to_owned(),
        steps: vec!["gd=0.01".to_owned()],
        iterations: Some(3),
        precision: "f64".to_owned(),
        shard,
        ..Description::default()
    };
    Study::new(description).expect("a sound sweep")
}

fn lines(study: &Study) -> Vec<String> {
    let rows = (0..study.len()).map(|i| {
        let (run, mut line) = (study.number(i), String::new());
        study.run(run).expect("a sound run").write(study, run, &mut line);
        line
    });
    std::iter::once(study.header()).chain(rows).collect()
}

/// Writes the first so many rows in pieces of two, and the whole file if that are all.
fn write(path: &Path, study: &Study, lines: &[String], rows: usize) {
    let places = Places::new(path, Format::Csv).expect("a place to write");
    let Ok(Found::Partial(mut file, 0)) = open(&places, study, false, |_, _| ()) else { panic!("a new file") };
    for piece in lines[1..=rows].chunks(2) {
        file.write(&piece.concat()).expect("rows are written");
    }
    if rows == lines.len() - 1 {
        file.finish(study).expect("the file becomes whole");
    }
}

fn read(folder: &Path, names: &[&str]) -> Vec<Option<Vec<u8>>> {
    names.iter().map(|name| Some(fs::read(folder.join(name)).expect("a file of the sweep"))).collect()
}

fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).expect("the folder").flatten() {
        let _ = fs::remove_file(entry.path());
    }
}

impl Sound {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder for files");
        let path = folder.path().join(NAME);
        let study = study([1, 1]);
        let lines = self::lines(&study);
        write(&path, &study, &lines, 4);
        let partial = read(folder.path(), &PARTIAL);
        clear(folder.path());
        write(&path, &study, &lines, lines.len() - 1);
        let whole = read(folder.path(), &WHOLE);
        for shard in [1, 2] {
            let study = self::study([shard, 2]);
            let lines = self::lines(&study);
            write(&folder.path().join(format!("{shard}.csv")), &study, &lines, lines.len() - 1);
        }
        let shards = read(folder.path(), &SHARDS);
        Sound { study, lines, partial, whole, shards, folder }
    }

    fn place(&self, names: &[&str], files: &[Option<Vec<u8>>]) {
        clear(self.folder.path());
        for (name, content) in names.iter().zip(files) {
            if let Some(content) = content {
                fs::write(self.folder.path().join(name), content).expect("a damaged file is written");
            }
        }
    }

    /// That a row is the right one.
    fn check(&self, run: u64, row: &Row) {
        let mut line = String::new();
        row.write(&self.study, run, &mut line);
        assert_eq!(line, self.lines[run as usize + 1]);
    }
}

/// A sweep's files with some damage: what is read of them is right, or they are refused as they are; a sweep that goes on ends
/// with the file of one that was not interrupted.
pub fn sweep_files(data: &[u8]) {
    static SOUND: OnceLock<Sound> = OnceLock::new();
    // a process has one folder: one input at a time
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock();
    let sound = SOUND.get_or_init(Sound::new);
    let mut input = Input::new(data);
    let kind = input.below(3);
    let (names, mut files): (&[&str], _) = match kind {
        0 => (&PARTIAL, sound.partial.clone()),
        1 => (&WHOLE, sound.whole.clone()),
        _ => (&SHARDS, sound.shards.clone()),
    };
    for _ in 0..1 + input.below(3) {
        damage(&mut input, &mut files);
    }
    sound.place(names, &files);
    if kind == 2 {
        join(sound);
    } else {
        resume(sound, names, &files);
    }
}

fn resume(sound: &Sound, names: &[&str], files: &[Option<Vec<u8>>]) {
    let path = sound.folder.path().join(NAME);
    let places = Places::new(&path, Format::Csv).expect("a place to write");
    // rows are shown before their sum is known to be right; what counts is what is made of them if nothing is refused
    let mut seen = Vec::new();
    let found = open(&places, &sound.study, true, |run, row| seen.push((run, row.clone())));
    let check = || {
        for (i, (run, row)) in seen.iter().enumerate() {
            assert_eq!(*run, i as u64, "rows come in order");
            sound.check(*run, row);
        }
    };
    match found {
        Ok(Found::Whole) => {
            check();
            assert_eq!(seen.len() as u64, sound.study.len());
        }
        Ok(Found::Partial(mut file, rows)) => {
            check();
            assert_eq!(seen.len() as u64, rows);
            file.write(&sound.lines[rows as usize + 1..].concat()).expect("rows are written");
            file.finish(&sound.study).expect("the file becomes whole");
            let whole = fs::read(&path).expect("a whole file");
            assert!(whole == sound.lines.concat().into_bytes(), "another file than of one that was not interrupted");
        }
        Err(refusal) => {
            assert!(!refusal.to_string().is_empty() && refusal.status() == 2);
            for (name, content) in names.iter().zip(files) {
                assert_eq!(fs::read(sound.folder.path().join(name)).ok(), *content, "{name} has changed: {refusal}");
            }
        }
    }
}

fn join(sound: &Sound) {
    let paths: Vec<PathBuf> = ["1.csv", "2.csv"].iter().map(|name| sound.folder.path().join(name)).collect();
    let mut seen = 0;
    let read = Shards::new(&paths).and_then(|shards| {
        shards.read(|run, row, line| {
            assert_eq!(run, seen, "rows come in order");
            sound.check(run, row);
            assert_eq!(format!("{line}\n"), sound.lines[run as usize + 1]);
            seen += 1;
            Ok(true)
        })
    });
    match read {
        Ok(()) => assert_eq!(seen, sound.study.len()),
        Err(refusal) => assert!(!refusal.to_string().is_empty() && refusal.status() == 2),
    }
}
