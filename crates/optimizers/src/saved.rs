//! States as they are written and read back, with a digest.

mod floats;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::floats::Floats;
use crate::error::Failure;
use crate::optimizer::{Iterate, State};
use crate::problem::Entry;

#[derive(Serialize)]
#[serde(bound = "T: Entry + Serialize, M: Serialize")]
struct Written<'a, T, M> {
    iterate: &'a Iterate<T>,
    memory: &'a M,
    converged: Option<&'a str>,
    failure: Option<&'a Failure>,
    warning: Option<&'a str>,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Entry + DeserializeOwned, M: DeserializeOwned")]
struct Read<T, M> {
    iterate: Iterate<T>,
    memory: M,
    converged: Option<Test>,
    failure: Option<Failure>,
    warning: Option<String>,
    digest: String,
}

/// Which test of the method held.
#[derive(Deserialize)]
struct Test(#[serde(deserialize_with = "word")] Word);

type Word = &'static str;

/// What a test or a quantity is called. A name that is read is kept as long as the program runs, once.
pub(crate) fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    static KNOWN: Mutex<BTreeSet<Word>> = Mutex::new(BTreeSet::new());
    let text = String::deserialize(deserializer)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(word) = known.get(text.as_str()) {
        return Ok(word);
    }
    let word = text.leak();
    known.insert(word);
    Ok(word)
}

/// The 64-bit FNV-1a hash of what is written.
struct Fnv(u64);

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The hash of the state as JSON, whatever the format it is written in: every bit of every number counts.
fn digest<T: Entry + Serialize, M: Serialize>(state: &State<T, M>) -> serde_json::Result<String> {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    let State { iterate, memory, converged, failure, warning } = state;
    serde_json::to_writer(&mut hash, &Floats(&(iterate, memory, converged, failure, warning)))?;
    Ok(format!("{:016x}", hash.0))
}

impl<T: Entry + Serialize, M: Serialize> Serialize for State<T, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written {
            iterate: &self.iterate,
            memory: &self.memory,
            converged: self.converged,
            failure: self.failure.as_ref(),
            warning: self.warning.as_deref(),
            digest: digest(self).map_err(S::Error::custom)?,
        };
        written.serialize(Floats(serializer))
    }
}

impl<'de, T, M> Deserialize<'de> for State<T, M>
where
    T: Entry + Serialize + DeserializeOwned,
    M: Serialize + DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { iterate, memory, converged, failure, warning, digest: written } =
            Read::<T, M>::deserialize(Floats(deserializer))?;
        let state = State { iterate, memory, converged: converged.map(|test| test.0), failure, warning };
        let found = digest(&state).map_err(D::Error::custom)?;
        if found != written {
            return Err(D::Error::custom(format!(
                "the state is not the one that was written: its digest is {found}, not {written}"
            )));
        }
        Ok(state)
    }
}
