//! The files of a sweep. While it runs, its rows are in `FILE.partial` and what was typed in `FILE.partial.json`; when
//! it is done these become `FILE` and `FILE.sweep.json`. So a kill at any moment leaves what can be gone on with, and an
//! older `FILE` stays until the new one is whole.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::parquet;
use super::row::Row;
use super::study::{Description, Study};
use crate::commands::Refusal;
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
        let (partial, partial_description) = (with_ending(&whole, ".partial"), with_ending(&whole, ".partial.json"));
        Ok(Places { whole, format, partial, partial_description })
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
    places: Places,
}

/// Opens a sweep's file, a new one or, with `resume`, what an interrupted session left. Each row that is there is checked, and shown
/// to `seen`.
///
/// # Errors
///
/// [`Refusal`] if the file is another sweep's or damaged, or if there is one and `resume` is not asked for. Then nothing has changed.
pub fn open(places: &Places, study: &Study, resume: bool, mut seen: impl FnMut(u64, &Row)) -> Result<Found, Refusal> {
    let Places { whole, format, partial, partial_description } = places;
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
            same(partial_description, study.description())?;
            verified(whole, *format, study, &mut seen)?;
            rename(partial_description, &description_of(whole))?;
            return Ok(Found::Whole);
        }
        Err(_) if resume && whole.exists() => {
            same(&description_of(whole), study.description())?;
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
    let (rows, length) = match (partial_description.exists(), empty) {
        (false, true) => (0, 0),
        (false, false) => {
            return Err(format!(
                "{} is missing, so {} cannot be resumed",
                partial_description.display(),
                partial.display()
            )
            .into());
        }
        (true, _) => {
            same(partial_description, study.description())?;
            read(&file, partial, study, &mut seen)?
        }
    };
    let ready = |file: &mut File| {
        // what a kill left of a row
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        if length == 0 { file.write_all(study.header().as_bytes()) } else { Ok(()) }
    };
    if !partial_description.exists() {
        // by a name that stays the same, so that kills do not leave more and more files
        let new = with_ending(partial_description, ".new");
        fs::write(&new, to_text(study.description())).map_err(|error| failed(&new, &error))?;
        rename(&new, partial_description)?;
    }
    ready(&mut file).map_err(|error| failed(partial, &error))?;
    Ok(Found::Partial(Partial { file, places: places.clone() }, rows))
}

impl Partial {
    /// Adds rows.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with path and reason.
    pub fn write(&mut self, text: &str) -> Result<(), Refusal> {
        self.file.write_all(text.as_bytes()).map_err(|error| failed(&self.places.partial, &error).into())
    }

    /// Makes it the whole file.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with path and reason.
    pub fn finish(self, study: &Study) -> Result<(), Refusal> {
        let Places { whole, format, partial, partial_description } = &self.places;
        self.file.sync_all().map_err(|error| failed(partial, &error))?;
        match format {
            Format::Csv => rename(partial, whole)?,
            Format::Parquet => {
                let mut out = Whole::new(&self.places, study)?;
                let rows = File::open(partial).map_err(|error| failed(partial, &error))?;
                let mut lines = Lines { reader: BufReader::new(rows), path: partial, line: String::new(), bytes: 0 };
                lines.header(study)?;
                while lines.next()? {
                    out.write(&lines.line)?;
                }
                out.commit()?;
                fs::remove_file(partial).map_err(|error| failed(partial, &error))?;
            }
        }
        rename(partial_description, &description_of(whole))
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), Refusal> {
    fs::rename(from, to).map_err(|error| failed(to, &error).into())
}

/// That the file describes this sweep.
fn same(path: &Path, expected: &Description) -> Result<(), Refusal> {
    let found = describe(path)?;
    if found == *expected {
        return Ok(());
    }
    let fields = |description: &Description| match serde_json::to_value(description) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (found, expected) = (fields(&found), fields(expected));
    let differ = expected.iter().find(|(name, value)| found.get(*name) != Some(*value));
    let (name, value) = differ.map(|(name, value)| (name.as_str(), value.to_string())).unwrap_or_default();
    let there = found.get(name).map(ToString::to_string).unwrap_or_default();
    Err(format!("{} is of another sweep: its {name} is {there}, not {value}", path.display()).into())
}

/// Reads a description.
fn describe(path: &Path) -> Result<Description, Refusal> {
    let text = fs::read_to_string(path).map_err(|error| -> Refusal {
        format!("cannot read {}, which describes the sweep: {error}", path.display()).into()
    })?;
    let format = serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|value| value["format"].as_u64());
    match (format, serde_json::from_str(&text)) {
        (Some(format), _) if format != u64::from(Description::FORMAT) => Err(format!(
            "{} is of version {format} of a sweep's files; this program has version {}",
            path.display(),
            Description::FORMAT
        )
        .into()),
        (_, Ok(description)) => Ok(description),
        (_, Err(error)) => Err(format!("{} is damaged: {error}", path.display()).into()),
    }
}

/// Reads the rows that are there; gives how many there are, and how many bytes they and the header have.
fn read(file: &File, path: &Path, study: &Study, seen: &mut impl FnMut(u64, &Row)) -> Result<(u64, u64), Refusal> {
    let mut lines = Lines { reader: BufReader::new(file), path, line: String::new(), bytes: 0 };
    if !lines.header(study)? {
        return Ok((0, 0));
    }
    let (mut rows, mut length) = (0, lines.bytes);
    while lines.next()? {
        if rows == study.len() {
            return Err(lines.damaged("there are more rows than the sweep has"));
        }
        let run = study.number(rows);
        let row = lines.row(study, run)?;
        seen(run, &row);
        (rows, length) = (rows + 1, lines.bytes);
    }
    Ok((rows, length))
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
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let length = file.metadata().map_err(|error| unreadable(path, &error))?.len();
    match read(&file, path, study, seen)? {
        (rows, bytes) if rows == study.len() && bytes == length => Ok(()),
        (rows, _) => Err(format!("{} is damaged: it has {rows} of {} rows", path.display(), study.len()).into()),
    }
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
}

impl<R: io::Read> Lines<'_, R> {
    /// Reads the next line; false if there is no whole one.
    fn next(&mut self) -> Result<bool, Refusal> {
        self.line.clear();
        // a line without an end is what a kill left
        let length = match self.reader.read_line(&mut self.line) {
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(self.damaged("it is no text")),
            Err(error) => return Err(unreadable(self.path, &error)),
        };
        if self.line.pop() != Some('\n') {
            return Ok(false);
        }
        self.bytes += length as u64;
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
            described.push((describe(&description_of(path))?, path));
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
            let mut lines = Lines { reader: BufReader::new(file), path, line: String::new(), bytes: 0 };
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
        for lines in &mut readers {
            if lines.next()? || !lines.line.is_empty() {
                return Err(lines.damaged("there are more rows than the sweep has"));
            }
        }
        Ok(())
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
        let description = description_of(&places.whole);
        let description = Destination::File(description).prepare(to_text(self.study.description()))?;
        out.commit()?;
        Ok(description.commit()?)
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

    fn commit(self) -> Result<(), Refusal> {
        let fresh = match self.rows {
            Rows::Csv(file) => file.into_inner().map_err(|error| error.into_error()),
            Rows::Parquet(writer) => writer.finish(),
        };
        Ok(fresh.map_err(|error| failed(self.path, &error))?.commit()?)
    }
}
