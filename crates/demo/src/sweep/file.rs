//! The files of a sweep. While it runs, its rows are in `FILE.partial`, what was typed in `FILE.partial.json` and the sums of
//! the rows in `FILE.partial.sums`; when it is done the first two become `FILE` and `FILE.sweep.json`, which has the sum of
//! all. So a kill at any moment leaves what can be gone on with, an older `FILE` stays until the new one is whole, and a
//! digit that changed is noticed.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crc32fast::Hasher;
use serde::{Deserialize, Serialize};

use super::parquet;
use super::row::Row;
use super::study::{Description, Study};
use crate::commands::{Refusal, counted};
use crate::json::to_text;
use crate::output::{Destination, Fresh, failed, replaceable};

/// The form of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// Parquet.
    Parquet,
}

impl Format {
    /// Whether this program can write it.
    pub const fn is_available(self) -> bool {
        matches!(self, Format::Csv) || parquet::AVAILABLE
    }
}

/// The places of a sweep's files.
#[derive(Clone, Debug)]
pub struct Places {
    whole: PathBuf,
    format: Format,
    partial: PathBuf,
    partial_description: PathBuf,
    sums: PathBuf,
}

/// Where the description of a whole file is.
fn description_of(whole: &Path) -> PathBuf {
    with_ending(whole, ".sweep.json")
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

impl Places {
    /// Of a file that may be made or replaced.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if there is a folder in its place, or one may not write there.
    pub fn new(path: &Path, format: Format) -> Result<Self, Refusal> {
        let whole = replaceable(path)?;
        let [partial, partial_description, sums] =
            [".partial", ".partial.json", ".partial.sums"].map(|ending| with_ending(&whole, ending));
        Ok(Places { whole, format, partial, partial_description, sums })
    }

    /// A sweep's file with those that are beside it for a while or for good.
    pub fn beside(whole: &Path) -> Vec<PathBuf> {
        const ENDINGS: [&str; 6] =
            ["", ".sweep.json", ".partial", ".partial.json", ".partial.json.new", ".partial.sums"];
        ENDINGS.iter().map(|ending| with_ending(whole, ending)).collect()
    }
}

/// A sweep's file at the beginning of a session.
#[derive(Debug)]
pub enum Found {
    /// All rows are there.
    Whole,
    /// So many are, and the file takes the others.
    Partial(Partial, u64),
}

/// A file that rows are added to.
#[derive(Debug)]
pub struct Partial {
    file: File,
    sums: Sums,
    places: Places,
}

/// A line for each piece of the rows once it is written: how long all are up to there, and their CRC-32. What is behind
/// the last one is what a kill left of a piece.
#[derive(Debug)]
struct Sums {
    file: File,
    bytes: u64,
    crc: Hasher,
}

impl Sums {
    fn add(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len() as u64;
        self.crc.update(text.as_bytes());
        writeln!(self.file, "{} {:08x}", self.bytes, self.crc.clone().finalize())
    }

    fn read(line: &str) -> Option<(u64, u32)> {
        let (bytes, crc) = line.split_once(' ')?;
        Some((bytes.parse().ok()?, u32::from_str_radix(crc, 16).ok()?))
    }
}

/// What stands beside rows: of which sweep they are and, if they are whole, the CRC-32 of their file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    sweep: Description,
    crc32: Option<String>,
}

impl Label {
    fn text(study: &Study, crc: Option<u32>) -> String {
        to_text(&Label { sweep: study.description().clone(), crc32: crc.map(|crc| format!("{crc:08x}")) })
    }

    /// Writes it by a name that stays the same, so that kills do not leave more and more files.
    fn write(path: &Path, study: &Study, crc: Option<u32>) -> Result<(), Refusal> {
        let new = with_ending(path, ".new");
        fs::write(&new, Label::text(study, crc)).map_err(|error| failed(&new, &error))?;
        rename(&new, path)
    }

    /// That the bytes of a whole file are those that were written.
    fn check(&self, path: &Path) -> Result<(), Refusal> {
        let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(|error| unreadable(path, &error))?);
        let mut crc = Hasher::new();
        loop {
            let piece = file.fill_buf().map_err(|error| unreadable(path, &error))?;
            if piece.is_empty() {
                break;
            }
            crc.update(piece);
            let length = piece.len();
            file.consume(length);
        }
        let found = format!("{:08x}", crc.finalize());
        match &self.crc32 {
            Some(written) if *written == found => Ok(()),
            written => Err(format!(
                "{} is damaged: its CRC-32 is {found}, not {}",
                path.display(),
                written.as_deref().unwrap_or("known")
            )
            .into()),
        }
    }
}

/// Opens a sweep's file, a new one or, with `resume`, what an interrupted session left. Each row that is there is checked, and shown
/// to `seen`.
///
/// # Errors
///
/// [`Refusal`] if the file is another sweep's or damaged, or if there is one and `resume` is not asked for. Then nothing has changed.
pub fn open(places: &Places, study: &Study, resume: bool, mut seen: impl FnMut(u64, &Row)) -> Result<Found, Refusal> {
    let Places { whole, format, partial, partial_description, sums } = places;
    let mut file = match File::options().read(true).append(true).open(partial) {
        Ok(_) if !resume => {
            return Err(format!(
                "{} is what an interrupted sweep left: --resume goes on with it, without it nothing does; remove it to begin anew",
                partial.display()
            )
            .into());
        }
        Ok(file) => file,
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(partial, &error).into()),
        Err(_) if resume && partial_description.exists() => {
            // killed between the two last renames
            same(partial_description, study.description())?.check(whole)?;
            verified(whole, *format, study, &mut seen)?;
            remove(sums)?;
            rename(partial_description, &description_of(whole))?;
            return Ok(Found::Whole);
        }
        Err(_) if resume && whole.exists() => {
            same(&description_of(whole), study.description())?.check(whole)?;
            verified(whole, *format, study, &mut seen)?;
            return Ok(Found::Whole);
        }
        Err(_) => {
            let new = File::options().read(true).append(true).create_new(true).open(partial);
            new.map_err(|error| failed(partial, &error))?
        }
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(format!("another process is at work on {}", partial.display()).into());
        }
        Err(TryLockError::Error(error)) => return Err(failed(partial, &error).into()),
    }
    let empty = file.metadata().map_err(|error| failed(partial, &error))?.len() == 0;
    let missing = |what: &Path| -> Refusal {
        format!("{} is missing, so {} cannot be resumed", what.display(), partial.display()).into()
    };
    let mut there = There::default();
    match (partial_description.exists(), empty) {
        (false, false) => return Err(missing(partial_description)),
        (true, false) if !sums.exists() => return Err(missing(sums)),
        (true, false) => {
            same(partial_description, study.description())?;
            there = read(&file, places, study, &mut seen)?;
        }
        (true, true) => same(partial_description, study.description()).map(drop)?,
        (false, true) => {}
    }
    if !partial_description.exists() {
        Label::write(partial_description, study, None)?;
    }
    let There { rows, bytes, crc, of_sums } = there;
    // what a kill left of rows and of a sum
    let file_of_sums = || {
        let file = File::options().append(true).create(true).open(sums)?;
        file.set_len(of_sums).map(|()| file)
    };
    let sums = Sums { file: file_of_sums().map_err(|error| failed(sums, &error))?, bytes, crc };
    let ready = |file: &mut File| file.set_len(bytes).and_then(|()| file.seek(SeekFrom::End(0)));
    ready(&mut file).map_err(|error| failed(partial, &error))?;
    let mut partial = Partial { file, sums, places: places.clone() };
    if bytes == 0 {
        partial.write(&study.header())?;
    }
    Ok(Found::Partial(partial, rows))
}

impl Partial {
    /// Adds rows.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with path and reason.
    pub fn write(&mut self, text: &str) -> Result<(), Refusal> {
        self.file.write_all(text.as_bytes()).map_err(|error| failed(&self.places.partial, &error))?;
        self.sums.add(text).map_err(|error| failed(&self.places.sums, &error).into())
    }

    /// Makes it the whole file.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with path and reason.
    pub fn finish(self, study: &Study) -> Result<(), Refusal> {
        let Places { whole, format, partial, partial_description, sums } = &self.places;
        self.file.sync_all().map_err(|error| failed(partial, &error))?;
        match format {
            Format::Csv => {
                Label::write(partial_description, study, Some(self.sums.crc.finalize()))?;
                rename(partial, whole)?;
            }
            Format::Parquet => {
                let mut out = Whole::new(&self.places, study)?;
                let rows = File::open(partial).map_err(|error| failed(partial, &error))?;
                let mut lines = Lines::new(rows, partial);
                lines.header(study)?;
                while lines.next()? {
                    out.write(&lines.line)?;
                }
                let fresh = out.finish()?;
                Label::write(partial_description, study, Some(fresh.crc32()))?;
                fresh.commit()?;
                remove(partial)?;
            }
        }
        remove(sums)?;
        rename(partial_description, &description_of(whole))
    }
}

/// Removes a file that may be there.
fn remove(path: &Path) -> Result<(), Refusal> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, &error).into()),
        _ => Ok(()),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), Refusal> {
    fs::rename(from, to).map_err(|error| failed(to, &error).into())
}

/// That the file describes this sweep.
fn same(path: &Path, expected: &Description) -> Result<Label, Refusal> {
    let label = describe(path)?;
    let found = &label.sweep;
    if *found == *expected {
        return Ok(label);
    }
    let fields = |description: &Description| match serde_json::to_value(description) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (found, expected) = (fields(found), fields(expected));
    let differ = expected.iter().find(|(name, value)| found.get(*name) != Some(*value));
    let (name, value) = differ.map(|(name, value)| (name.as_str(), value.to_string())).unwrap_or_default();
    let there = found.get(name).map(ToString::to_string).unwrap_or_default();
    Err(format!("{} is of another sweep: its {name} is {there}, not {value}", path.display()).into())
}

/// Reads what stands beside rows.
fn describe(path: &Path) -> Result<Label, Refusal> {
    let text = fs::read_to_string(path).map_err(|error| -> Refusal {
        format!("cannot read {}, which describes the sweep: {error}", path.display()).into()
    })?;
    // version 1 had no sum, and what was typed stood at the top
    let format = serde_json::from_str::<serde_json::Value>(&text).ok();
    let format = format.and_then(|value| value["sweep"]["format"].as_u64().or(value["format"].as_u64()));
    match (format, serde_json::from_str(&text)) {
        (Some(format), _) if format != u64::from(Description::FORMAT) => Err(format!(
            "{} is of version {format} of a sweep's files; this program has version {}",
            path.display(),
            Description::FORMAT
        )
        .into()),
        (_, Ok(label)) => Ok(label),
        (_, Err(error)) => Err(format!("{} is damaged: {error}", path.display()).into()),
    }
}

/// What is there of a sweep's rows.
#[derive(Debug, Default)]
struct There {
    rows: u64,
    /// Of the header and the rows.
    bytes: u64,
    crc: Hasher,
    /// How long the lines are that have their sums.
    of_sums: u64,
}

/// Reads the rows that are there with their sums.
fn read(file: &File, places: &Places, study: &Study, seen: &mut impl FnMut(u64, &Row)) -> Result<There, Refusal> {
    let Places { partial, sums, .. } = places;
    let length = file.metadata().map_err(|error| unreadable(partial, &error))?.len();
    let mut lines = Lines::new(file, partial);
    let mut sums = Lines::new(File::open(sums).map_err(|error| unreadable(sums, &error))?, sums);
    let mut there = There::default();
    while sums.next()? {
        let Some((bytes, crc)) = Sums::read(&sums.line).filter(|(bytes, _)| *bytes > there.bytes) else {
            return Err(sums.damaged("a line is not a length and a sum"));
        };
        if bytes > length {
            // the machine went down before the rows were on its disk
            break;
        }
        let before = there.rows;
        if there.bytes == 0 {
            lines.header(study)?;
        }
        while lines.bytes < bytes && lines.next()? {
            if there.rows == study.len() {
                return Err(lines.damaged("there are more rows than the sweep has"));
            }
            let run = study.number(there.rows);
            let row = lines.row(study, run)?;
            seen(run, &row);
            there.rows += 1;
        }
        if (lines.bytes, lines.crc.clone().finalize()) != (bytes, crc) {
            let [from, to] = [before, there.rows.saturating_sub(1)].map(|row| study.number(row));
            return Err(lines.damaged(&format!("what was written up to run {to}, from run {from} on, has changed")));
        }
        there = There { bytes, of_sums: sums.bytes, crc: lines.crc.clone(), ..there };
    }
    Ok(there)
}

/// That a whole file has all rows.
fn verified(path: &Path, format: Format, study: &Study, seen: &mut impl FnMut(u64, &Row)) -> Result<(), Refusal> {
    if format == Format::Parquet {
        let mut rows = 0;
        parquet::read(path, |line| {
            let run = study.number(rows);
            let row = Row::read(line, study, run).filter(|_| rows < study.len());
            row.iter().for_each(|row| seen(run, row));
            rows += 1;
            row.is_some()
        })?;
        let damaged = format!("{} is damaged: it has not the rows of this sweep", path.display());
        return if rows == study.len() { Ok(()) } else { Err(damaged.into()) };
    }
    let mut lines = Lines::new(File::open(path).map_err(|error| unreadable(path, &error))?, path);
    lines.header(study)?;
    for i in 0..study.len() {
        let run = study.number(i);
        if !lines.next()? {
            return Err(lines.damaged(&format!("it has {i} of {}", counted(study.len(), "row"))));
        }
        seen(run, &lines.row(study, run)?);
    }
    lines.end()
}

fn unreadable(path: &Path, error: &io::Error) -> Refusal {
    format!("cannot read {}: {error}", path.display()).into()
}

/// The lines of a file, one at a time.
struct Lines<'a, R> {
    reader: BufReader<R>,
    path: &'a Path,
    line: String,
    /// Of whole lines so far.
    bytes: u64,
    crc: Hasher,
}

impl<'a, R: io::Read> Lines<'a, R> {
    fn new(file: R, path: &'a Path) -> Self {
        Lines { reader: BufReader::new(file), path, line: String::new(), bytes: 0, crc: Hasher::new() }
    }

    /// Reads the next line; false if there is no whole one.
    fn next(&mut self) -> Result<bool, Refusal> {
        self.line.clear();
        // a line without an end is what a kill left
        let length = match self.reader.read_line(&mut self.line) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(self.damaged("it is no text")),
            Err(error) => return Err(unreadable(self.path, &error)),
        };
        if !self.line.ends_with('\n') {
            return Ok(false);
        }
        self.bytes += length as u64;
        self.crc.update(self.line.as_bytes());
        self.line.pop();
        Ok(true)
    }

    /// Reads the header; false if there is no whole one.
    fn header(&mut self, study: &Study) -> Result<bool, Refusal> {
        if !self.next()? {
            return Ok(false);
        }
        if study.header().strip_suffix('\n') != Some(self.line.as_str()) {
            return Err(self.damaged("its first line is not that of this sweep"));
        }
        Ok(true)
    }

    /// The line as the row of a run.
    fn row(&self, study: &Study, run: u64) -> Result<Row, Refusal> {
        Row::read(&self.line, study, run)
            .ok_or_else(|| self.damaged(&format!("the row of run {run} is not in its place")))
    }

    /// That nothing comes after the rows.
    fn end(&mut self) -> Result<(), Refusal> {
        if self.next()? || !self.line.is_empty() {
            return Err(self.damaged("there are more rows than the sweep has"));
        }
        Ok(())
    }

    fn damaged(&self, why: &str) -> Refusal {
        format!("{} is damaged: {why}", self.path.display()).into()
    }
}

/// Shards that are joined.
#[derive(Debug)]
pub struct Shards {
    /// The runs of all.
    pub study: Study,
    files: Vec<PathBuf>,
}

impl Shards {
    /// From the whole files of all shards, in any order.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if one is missing, given twice, of another sweep, or not described.
    pub fn new(paths: &[PathBuf]) -> Result<Self, Refusal> {
        let mut described: Vec<(Description, &Path)> = Vec::new();
        for path in paths {
            if with_ending(path, ".partial").exists() && !description_of(path).exists() {
                return Err(format!("{} is not whole yet: --resume goes on with it", path.display()).into());
            }
            let label = describe(&description_of(path))?;
            label.check(path)?;
            described.push((label.sweep, path));
        }
        described.sort_by_key(|(description, _)| description.shard);
        let Some((first, _)) = described.first() else { return Err("no file to merge is given".to_owned().into()) };
        let all = Description { shard: [1, 1], ..first.clone() };
        let shards = first.shard[1];
        for (i, (description, path)) in described.iter().enumerate() {
            let [shard, of] = description.shard;
            if (Description { shard: [1, 1], ..description.clone() }) != all || of != shards {
                return Err(
                    format!("{} and {} are of different sweeps", described[0].1.display(), path.display()).into()
                );
            }
            if i > 0 && described[i - 1].0.shard == description.shard {
                return Err(format!(
                    "shard {shard}/{of} is given twice: {} and {}",
                    described[i - 1].1.display(),
                    path.display()
                )
                .into());
            }
        }
        if let Some(missing) =
            (1..=shards).find(|&shard| described.get(shard as usize - 1).is_none_or(|(d, _)| d.shard[0] != shard))
        {
            return Err(format!("shard {missing}/{shards} is missing").into());
        }
        let files = described.iter().map(|(_, path)| path.to_path_buf()).collect();
        Ok(Shards { study: Study::new(all)?, files })
    }

    /// Reads all rows in order, with their lines.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of a file that is not what it should be, or of `sink`.
    pub fn read(&self, mut sink: impl FnMut(u64, &Row, &str) -> Result<bool, Refusal>) -> Result<(), Refusal> {
        let mut readers = Vec::new();
        for path in &self.files {
            let file = File::open(path).map_err(|error| unreadable(path, &error))?;
            let mut lines = Lines::new(file, path);
            if !lines.header(&self.study)? {
                return Err(lines.damaged("it has no rows"));
            }
            readers.push(lines);
        }
        let count = readers.len() as u64;
        for run in 0..self.study.len() {
            let lines = &mut readers[(run % count) as usize];
            if !lines.next()? {
                return Err(lines.damaged(&format!("the row of run {run} is missing")));
            }
            let row = lines.row(&self.study, run)?;
            if !sink(run, &row, &lines.line)? {
                return Ok(());
            }
        }
        readers.iter_mut().try_for_each(Lines::end)
    }

    /// Writes all rows into one file, with its description. There is nothing if that fails.
    ///
    /// # Errors
    ///
    /// [`Refusal`] as of [`read`](Shards::read), or if the file cannot be written.
    pub fn join(&self, places: &Places, mut seen: impl FnMut(u64, &Row)) -> Result<(), Refusal> {
        let mut out = Whole::new(places, &self.study)?;
        self.read(|run, row, line| {
            seen(run, row);
            out.write(line)?;
            Ok(true)
        })?;
        let fresh = out.finish()?;
        let label = Destination::File(description_of(&places.whole));
        let label = label.prepare(Label::text(&self.study, Some(fresh.crc32())))?;
        fresh.commit()?;
        Ok(label.commit()?)
    }
}

/// A whole file in the making, out of the lines of a CSV.
struct Whole<'a> {
    path: &'a Path,
    rows: Rows,
}

enum Rows {
    Csv(BufWriter<Fresh>),
    Parquet(Box<parquet::Writer>),
}

impl<'a> Whole<'a> {
    fn new(places: &'a Places, study: &Study) -> Result<Self, Refusal> {
        let path = places.whole.as_path();
        let fresh = Fresh::new(path)?;
        let rows = match places.format {
            Format::Csv => {
                let mut file = BufWriter::new(fresh);
                file.write_all(study.header().as_bytes()).map(|()| Rows::Csv(file))
            }
            Format::Parquet => parquet::Writer::new(fresh, &study.header()).map(Box::new).map(Rows::Parquet),
        };
        Ok(Whole { path, rows: rows.map_err(|error| failed(path, &error))? })
    }

    fn write(&mut self, line: &str) -> Result<(), Refusal> {
        let written = match &mut self.rows {
            Rows::Csv(file) => writeln!(file, "{line}"),
            Rows::Parquet(writer) => writer.take(line),
        };
        written.map_err(|error| failed(self.path, &error).into())
    }

    /// The whole file, which only has to take its place.
    fn finish(self) -> Result<Fresh, Refusal> {
        let fresh = match self.rows {
            Rows::Csv(file) => file.into_inner().map_err(|error| error.into_error()),
            Rows::Parquet(writer) => writer.finish(),
        };
        Ok(fresh.map_err(|error| failed(self.path, &error))?)
    }
}
