//! Rows as a Parquet file: the columns of the CSV, a group of rows at a time.
//!
//! Texts are strings, counts are 64-bit integers, all other numbers doubles, those that the CSV shows. A Parquet file cannot be
//! added to, so it is made out of the CSV when all rows are there.

use std::fs::File;
use std::io::{BufWriter, Error};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;

use crate::json::Real;
use crate::output::{Fresh, WriteError, failed};

pub(super) const AVAILABLE: bool = true;

/// How many rows are in memory at a time.
const GROUP: usize = 1 << 16;

/// The cells of a column that are not written yet; where one may be empty, also which are there.
enum Column {
    Text(Vec<ByteArray>),
    Count(Vec<i64>, Option<Vec<i16>>),
    Number(Vec<f64>, Option<Vec<i16>>),
}

impl Column {
    fn named(name: &str) -> Self {
        match name {
            "optimizer" | "status" => Column::Text(Vec::new()),
            "settled" => Column::Count(Vec::new(), Some(Vec::new())),
            "step" => Column::Number(Vec::new(), Some(Vec::new())),
            "run" | "iterations" => Column::Count(Vec::new(), None),
            name if name.ends_with("_evaluations") => Column::Count(Vec::new(), None),
            _ => Column::Number(Vec::new(), None),
        }
    }

    fn schema(&self, name: &str) -> String {
        let (kind, annotation, levels) = match self {
            Column::Text(_) => ("BYTE_ARRAY", " (STRING)", &None),
            Column::Count(_, levels) => ("INT64", "", levels),
            Column::Number(_, levels) => ("DOUBLE", "", levels),
        };
        let need = if levels.is_some() { "OPTIONAL" } else { "REQUIRED" };
        format!("{need} {kind} {name}{annotation}; ")
    }

    /// Takes a cell; false if it is not of this column's kind.
    fn take(&mut self, cell: &str) -> bool {
        /// An empty cell leaves a level alone.
        fn number<T: std::str::FromStr>(cell: &str, values: &mut Vec<T>, levels: &mut Option<Vec<i16>>) -> bool {
            match (cell, levels) {
                ("", Some(levels)) => levels.push(0),
                (cell, levels) => {
                    let Ok(value) = cell.parse() else { return false };
                    values.push(value);
                    levels.iter_mut().for_each(|levels| levels.push(1));
                }
            }
            true
        }
        match self {
            Column::Text(values) => values.push(cell.into()),
            Column::Count(values, levels) => return number(cell, values, levels),
            Column::Number(values, levels) => return number(cell, values, levels),
        }
        true
    }

    fn clear(&mut self) {
        match self {
            Column::Text(values) => values.clear(),
            Column::Count(values, levels) => {
                values.clear();
                levels.iter_mut().for_each(Vec::clear);
            }
            Column::Number(values, levels) => {
                values.clear();
                levels.iter_mut().for_each(Vec::clear);
            }
        }
    }
}

/// A Parquet file in the making.
pub(super) struct Writer {
    writer: SerializedFileWriter<BufWriter<Fresh>>,
    columns: Vec<Column>,
    rows: usize,
}

impl Writer {
    /// With the columns of a CSV's first line.
    pub(super) fn new(file: Fresh, header: &str) -> Result<Self, Error> {
        let names = || header.trim_end().split(',');
        let columns: Vec<Column> = names().map(Column::named).collect();
        let fields: String = columns.iter().zip(names()).map(|(column, name)| column.schema(name)).collect();
        let schema = parse_message_type(&format!("message sweep {{ {fields} }}")).map_err(other)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(BufWriter::new(file), Arc::new(schema), Arc::new(properties));
        Ok(Writer { writer: writer.map_err(other)?, columns, rows: 0 })
    }

    /// Takes a line of the CSV.
    pub(super) fn take(&mut self, line: &str) -> Result<(), Error> {
        if !line.split(',').zip(&mut self.columns).all(|(cell, column)| column.take(cell)) {
            return Err(Error::other("a cell is not of its column's kind"));
        }
        self.rows += 1;
        if self.rows == GROUP { self.flush().map_err(other) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column()? else { break };
            match column {
                Column::Text(values) => writer.typed::<ByteArrayType>().write_batch(values, None, None)?,
                Column::Count(values, levels) => {
                    writer.typed::<Int64Type>().write_batch(values, levels.as_deref(), None)?
                }
                Column::Number(values, levels) => {
                    writer.typed::<DoubleType>().write_batch(values, levels.as_deref(), None)?
                }
            };
            writer.close()?;
            column.clear();
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// The whole file, which only has to take its place.
    pub(super) fn finish(mut self) -> Result<Fresh, Error> {
        self.flush().map_err(other)?;
        self.writer.into_inner().map_err(other)?.into_inner().map_err(|error| error.into_error())
    }
}

fn other(error: ParquetError) -> Error {
    match error {
        ParquetError::External(error) => match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(error) => Error::other(error),
        },
        error => Error::other(error),
    }
}

/// Calls `line` with the rows of a file as lines of a CSV, until that returns false.
pub(super) fn read(path: &Path, mut line: impl FnMut(&str) -> bool) -> Result<(), WriteError> {
    let mut rows = || -> Result<(), Error> {
        let reader = SerializedFileReader::new(File::open(path)?).map_err(other)?;
        for row in reader.get_row_iter(None).map_err(other)? {
            let row = row.map_err(other)?;
            let cell = |(_, field): (&String, &Field)| match field {
                Field::Null => String::new(),
                Field::Str(text) => text.clone(),
                Field::Long(count) => count.to_string(),
                Field::Double(number) => Real::from(*number).to_string(),
                other => other.to_string(),
            };
            let cells: Vec<String> = row.get_column_iter().map(cell).collect();
            if !line(&cells.join(",")) {
                break;
            }
        }
        Ok(())
    };
    rows().map_err(|error| failed(path, &error))
}
