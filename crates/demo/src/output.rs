//! Where results go: standard output or a file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file that could not be written.
#[derive(Debug, Error)]
#[error("cannot write {}: {reason}", if path.as_os_str().is_empty() { "''".into() } else { path.display().to_string() })]
pub struct WriteError {
    path: PathBuf,
    reason: String,
}

/// Where a result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Standard output, `-`.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl From<&str> for Destination {
    fn from(argument: &str) -> Self {
        match argument {
            "-" => Destination::Stdout,
            path => Destination::File(path.into()),
        }
    }
}

impl Destination {
    /// Makes a result ready: a file's new content is whole, beside its place.
    ///
    /// # Errors
    ///
    /// [`WriteError`] with path and reason; then nothing has changed.
    pub fn prepare(&self, content: impl Into<Vec<u8>>) -> Result<Prepared, WriteError> {
        let content = content.into();
        match self {
            Destination::Stdout => Ok(Prepared(Kind::Stdout(content))),
            Destination::File(path) => match prepare_file(path, content) {
                Ok(kind) => Ok(Prepared(kind)),
                Err(error) => Err(failed(path, &error)),
            },
        }
    }

    /// Whether both are the same place.
    pub fn is_same(&self, other: &Destination) -> bool {
        match (self, other) {
            (Destination::File(a), Destination::File(b)) => resolved(a) == resolved(b),
            (a, b) => a == b,
        }
    }
}

/// The path without links and detours, as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    match (folder_of(path).canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A result that only has to take its place.
#[derive(Debug)]
pub struct Prepared(Kind);

#[derive(Debug)]
enum Kind {
    Stdout(Vec<u8>),
    /// A device or a pipe, which is written to.
    Device(PathBuf, Vec<u8>),
    /// A regular file, whose new content is whole.
    File(PathBuf, tempfile::NamedTempFile),
}

impl Prepared {
    /// Puts the result in its place.
    ///
    /// # Errors
    ///
    /// [`WriteError`] with path and reason. A standard output that is closed is no error.
    pub fn commit(self) -> Result<(), WriteError> {
        match self.0 {
            Kind::Stdout(content) => print(&content).map_err(|error| failed(Path::new("standard output"), &error)),
            Kind::Device(path, content) => {
                let write = || File::options().write(true).open(&path)?.write_all(&content);
                write().map_err(|error| failed(&path, &error))
            }
            Kind::File(path, file) => match file.persist(&path) {
                Ok(_) => Ok(()),
                Err(error) => Err(failed(&path, &error.error)),
            },
        }
    }
}

/// What the user reads of an error at a path.
pub(crate) fn failed(path: &Path, error: &io::Error) -> WriteError {
    // the operating system's reason alone: the path is ours, not that of a file beside it, which tempfile puts behind
    let text = error.to_string();
    let reason = text.split_once(" at path ").map_or(text.as_str(), |(reason, _)| reason).to_owned();
    WriteError { path: path.to_owned(), reason }
}

/// Writes to standard output. A reader that went away (`| head -1`) ends the program's output quietly.
///
/// # Errors
///
/// Other errors of the operating system, such as a full disk.
pub fn print(content: impl AsRef<[u8]>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(content.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Where a file's content really is, or would be: a link stays a link, and a file that may not be written is not replaced.
///
/// # Errors
///
/// [`WriteError`] if it may not be written, or is a directory.
pub fn replaceable(path: &Path) -> Result<PathBuf, WriteError> {
    target(path).map_err(|error| failed(path, &error))
}

fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::Error::other("it is a directory")),
        Ok(_) => {
            let target = path.canonicalize()?;
            File::options().append(true).open(&target)?;
            Ok(target)
        }
        Err(_) => Ok(path.to_owned()),
    }
}

/// Whether it is neither a file nor a directory, but a device or a pipe.
pub fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn prepare_file(path: &Path, content: Vec<u8>) -> io::Result<Kind> {
    if is_device(path) {
        return Ok(Kind::Device(path.to_owned(), content));
    }
    let path = target(path)?;
    let mut file = beside(&path)?;
    file.write_all(&content)?;
    file.as_file().sync_all()?;
    Ok(Kind::File(path, file))
}

/// An empty file in the same folder.
fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".demo-");
    #[cfg(unix)]
    let builder = builder.permissions(permissions(path));
    builder.tempfile_in(folder_of(path))
}

/// A file's new content while it is written: it takes its place as a whole, or is gone.
#[derive(Debug)]
pub struct Fresh {
    path: PathBuf,
    file: tempfile::NamedTempFile,
    crc: crc32fast::Hasher,
}

impl Fresh {
    /// For the file at a path.
    ///
    /// # Errors
    ///
    /// [`WriteError`] with path and reason.
    pub fn new(path: &Path) -> Result<Self, WriteError> {
        let file = beside(path).map_err(|error| failed(path, &error))?;
        Ok(Fresh { path: path.to_owned(), file, crc: crc32fast::Hasher::new() })
    }

    /// The CRC-32 of what was written.
    pub fn crc32(&self) -> u32 {
        self.crc.clone().finalize()
    }

    /// Puts it in its place.
    ///
    /// # Errors
    ///
    /// [`WriteError`] with path and reason.
    pub fn commit(self) -> Result<(), WriteError> {
        let Fresh { path, file, .. } = self;
        file.as_file().sync_all().map_err(|error| failed(&path, &error))?;
        file.persist(&path).map(drop).map_err(|error| failed(&path, &error.error))
    }
}

impl Write for Fresh {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let length = self.file.write(content)?;
        self.crc.update(&content[..length]);
        Ok(length)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Those of the file that is replaced; for a new one what the process's mask leaves of rw-rw-rw-.
#[cfg(unix)]
fn permissions(path: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    match fs::metadata(path) {
        Ok(found) => found.permissions(),
        Err(_) => fs::Permissions::from_mode(0o666),
    }
}
