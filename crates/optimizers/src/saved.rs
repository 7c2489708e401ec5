//! States as they are written and read back, with a digest.

mod floats;

use std::io::{self, Write};

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use self::floats::Floats;
use crate::optimizer::{Iterate, State};
use crate::problem::Entry;

#[derive(Serialize)]
#[serde(bound = "T: Entry + Serialize, M: Serialize")]
struct Written<'a, T, M> {
    iterate: &'a Iterate<T>,
    memory: &'a M,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Entry + DeserializeOwned, M: DeserializeOwned")]
struct Read<T, M> {
    iterate: Iterate<T>,
    memory: M,
    digest: String,
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
fn digest<T: Entry + Serialize, M: Serialize>(iterate: &Iterate<T>, memory: &M) -> serde_json::Result<String> {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    serde_json::to_writer(&mut hash, &Floats(&(iterate, memory)))?;
    Ok(format!("{:016x}", hash.0))
}

impl<T: Entry + Serialize, M: Serialize> Serialize for State<T, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digest = digest(&self.iterate, &self.memory).map_err(S::Error::custom)?;
        Written { iterate: &self.iterate, memory: &self.memory, digest }.serialize(Floats(serializer))
    }
}

impl<'de, T, M> Deserialize<'de> for State<T, M>
where
    T: Entry + Serialize + DeserializeOwned,
    M: Serialize + DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = Read::<T, M>::deserialize(Floats(deserializer))?;
        let found = digest(&read.iterate, &read.memory).map_err(D::Error::custom)?;
        if found != read.digest {
            let Read { digest, .. } = read;
            return Err(D::Error::custom(format!(
                "the state is not the one that was written: its digest is {found}, not {digest}"
            )));
        }
        Ok(State::new(read.iterate, read.memory))
    }
}
