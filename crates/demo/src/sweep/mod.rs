//! Many runs: which they are (`study`, `axis`), how they are made at once (`work`), what is written of each (`row`) and
//! where (`file`), and what they come to (`summary`, `map`).

mod axis;
mod file;
mod map;
#[cfg_attr(not(feature = "parquet"), path = "no_parquet.rs")]
mod parquet;
mod row;
mod study;
mod summary;
mod work;

pub use axis::{Axis, Values};
pub use file::{Format, Found, Partial, Places, Shards, open};
pub use map::Maps;
pub use row::Row;
pub use study::{Description, Planned, Study};
pub use summary::Summary;
pub use work::{Chunk, work};
