//! Where results go: standard output or a file that is written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file that could not be written.
#[derive(Debug, Error)]
#[error("cannot write {}: {reason}", path.display())]
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

fn failed(path: &Path, error: &io::Error) -> WriteError {
    // the operating system's reason alone: the path is ours, not that of a file beside it
    let reason = match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None => error.to_string(),
    };
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

fn prepare_file(path: &Path, content: Vec<u8>) -> io::Result<Kind> {
    let path = match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(io::Error::other("it is a directory")),
        Ok(found) if !found.is_file() => return Ok(Kind::Device(path.to_owned(), content)),
        // a link stays a link, and a file that may not be written is not replaced
        Ok(_) => {
            let target = path.canonicalize()?;
            File::options().append(true).open(&target)?;
            target
        }
        Err(_) => path.to_owned(),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".demo-");
    #[cfg(unix)]
    let builder = builder.permissions(permissions(&path));
    let mut file = builder.tempfile_in(folder_of(&path))?;
    file.write_all(&content)?;
    file.as_file().sync_all()?;
    Ok(Kind::File(path, file))
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
