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
    /// Writes the text; a file is replaced only once the new one is whole.
    ///
    /// # Errors
    ///
    /// [`WriteError`] with path and reason. A standard output that is closed is no error.
    pub fn write(&self, text: &str) -> Result<(), WriteError> {
        match self {
            Destination::Stdout => print(text).map_err(|error| failed(Path::new("standard output"), &error)),
            Destination::File(path) => write_whole(path, text.as_bytes()).map_err(|error| failed(path, &error)),
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> WriteError {
    WriteError { path: path.to_owned(), reason: error.to_string() }
}

/// Writes to standard output. A reader that went away (`| head -1`) ends the program's output quietly.
///
/// # Errors
///
/// Other errors of the operating system, such as a full disk.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// A regular file is written beside its place and then moved there; a device or a pipe is written to.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = match fs::metadata(path) {
        Ok(found) if found.is_dir() => return Err(io::Error::other("it is a directory")),
        Ok(found) if !found.is_file() => return File::options().write(true).open(path)?.write_all(content),
        // a link stays a link, and a file that may not be written is not replaced
        Ok(_) => {
            let target = path.canonicalize()?;
            File::options().append(true).open(&target)?;
            target
        }
        Err(_) => path.to_owned(),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".demo-");
    #[cfg(unix)]
    let builder = builder.permissions(permissions(&path));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
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
