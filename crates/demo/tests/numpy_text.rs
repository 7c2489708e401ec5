//! Our text of arrays against numpy's, over cases that `numpy_text/generate.py` wrote.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use demo::numpy_text::{
    Element, ShapeError, array_repr, array_text, device_array_repr, matrix, percent_f, scalar, vector,
};
use serde::Deserialize;

/// The first line of a file of cases.
#[derive(Deserialize)]
struct Header {
    numpy: String,
    cases: usize,
}

/// Any other line: an array and its text by numpy.
#[derive(Deserialize)]
struct Case {
    dtype: Dtype,
    shape: Vec<usize>,
    data: String,
    #[serde(rename = "as")]
    form: Form,
    text: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dtype {
    F32,
    F64,
}

#[derive(Clone, Copy, Deserialize)]
enum Form {
    #[serde(rename = "str")]
    Str,
    #[serde(rename = "repr")]
    Repr,
    DeviceArray,
    #[serde(rename = "%f")]
    PercentF,
}

impl Case {
    fn ours(&self) -> Result<String, ShapeError> {
        match self.dtype {
            Dtype::F32 => self.text_of(|bits| f32::from_bits(u32::try_from(bits).unwrap())),
            Dtype::F64 => self.text_of(f64::from_bits),
        }
    }

    fn text_of<F: Element>(&self, from_bits: impl Fn(u64) -> F) -> Result<String, ShapeError> {
        let data: Vec<F> = self
            .data
            .split_whitespace()
            .flat_map(|word| {
                let (bits, count) = word.split_once('*').unwrap_or((word, "1"));
                let x = from_bits(u64::from_str_radix(bits, 16).unwrap());
                std::iter::repeat_n(x, count.parse().unwrap())
            })
            .collect();
        match self.form {
            Form::Str => array_text(&self.shape, &data),
            Form::Repr => array_repr(&self.shape, &data),
            Form::DeviceArray => device_array_repr(&self.shape, &data),
            Form::PercentF => Ok(percent_f(data[0])),
        }
    }
}

/// Compares all cases of a file, and shows the first few that differ.
fn compare(path: &Path) {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = BufReader::new(file).lines().map(Result::unwrap);
    let header: Header = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert!(header.numpy.starts_with("1.23."), "numpy {}", header.numpy);

    let mut compared = 0;
    let mut different = Vec::new();
    for line in lines {
        let case: Case = serde_json::from_str(&line).unwrap();
        let ours = case.ours().unwrap();
        compared += 1;
        if ours != case.text {
            different.push(format!("numpy:\n{}\nours:\n{ours}\n{line}", case.text));
        }
    }
    println!("{compared} cases of {}", path.display());
    assert_eq!(compared, header.cases, "the file is not complete");
    assert!(
        different.is_empty(),
        "{} of {compared} cases differ, among them\n\n{}",
        different.len(),
        different[..different.len().min(5)].join("\n\n"),
    );
}

#[test]
fn arrays_print_as_in_the_checked_in_cases() {
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/numpy_text/cases.jsonl"));
}

/// Does nothing unless `NUMPY_TEXT_CASES` names a file; see `numpy_text/generate.py`.
#[test]
fn arrays_print_as_in_the_cases_asked_for() {
    if let Some(path) = std::env::var_os("NUMPY_TEXT_CASES") {
        compare(&PathBuf::from(path));
    }
}

#[test]
fn vectors_and_matrices_are_arrays() {
    let data = [1.0, -0.5, 1e9, f64::INFINITY];
    assert_eq!(Ok(vector(&data)), array_text(&[4], &data));
    assert_eq!(matrix(2, 2, &data), array_text(&[2, 2], &data));
}

#[test]
fn a_shape_that_does_not_hold_the_data_is_an_error() {
    let error = matrix(2, 2, &[1.0, 2.0, 3.0]).unwrap_err();
    assert_eq!(error.to_string(), "the shape [2, 2] does not hold 3 elements");
    assert!(array_repr::<f64>(&[], &[]).is_err());
    assert!(device_array_repr(&[0], &[1.0]).is_err());
    assert!(array_text(&[usize::MAX, usize::MAX], &[1.0]).is_err());
}

/// With so many brackets no number fits, and each is printed all the same.
#[test]
fn a_number_too_long_for_any_line_has_its_own() {
    let mut shape = [1; 32];
    shape[31] = 2;
    let (opening, closing, indent) = ("[".repeat(32), "]".repeat(32), " ".repeat(32));
    assert_eq!(
        array_text(&shape, &[1.0 / 3.0, 1e-9]).unwrap(),
        format!("{opening}3.33333333e-01\n{indent}1.00000000e-09{closing}"),
    );
}

#[test]
fn no_number_of_axes_exhausts_the_stack() {
    let most = array_text(&[1; 32], &[1.0]).unwrap();
    assert_eq!(most, format!("{}1.{}", "[".repeat(32), "]".repeat(32)));
    let error = array_text(&[1; 33], &[1.0]).unwrap_err();
    assert_eq!(error, ShapeError::Axes { axes: 33 });
}

/// Where neither Rust's shortest digits nor its rounding alone would do.
#[test]
fn digits_are_those_of_numpy() {
    // Of two equally short decimals the even one.
    assert_eq!(vector(&[2_f32.powi(21) + 0.25]), "[2097152.2]");
    assert_eq!(scalar(2_f64.powi(50) + 0.25), "1125899906842624.2");
    // Before the point an array has the exact digits, a scalar the shortest.
    assert_eq!(vector(&[99999992_f32]), "[99999992.]");
    assert_eq!(scalar(99999992_f32), "99999990.0");
    // Exact digits make up for missing ones, beyond what the type resolves.
    assert_eq!(vector(&[0.1, 1.09821165e-8_f32]), "[1.00000001e-01 1.09821165e-08]");
    assert_eq!(vector(&[5e-324, 1.2347e-320]), "[4.9407e-324 1.2347e-320]");
    // Seven decimals rounded would be those of the float below, 1.2379400e+27.
    assert_eq!(vector(&[2_f32.powi(90)]), "[1.2379401e+27]");
}

#[test]
fn the_ratio_of_the_largest_to_the_smallest_is_rounded_as_the_numbers_are() {
    assert_eq!(vector(&[0.7_f32, 700.0]), "[  0.7 700. ]");
    assert_eq!(vector(&[f64::from(0.7_f32), 700.0]), "[6.99999988e-01 7.00000000e+02]");
}

#[test]
fn a_device_array_counts_columns_as_jax_did() {
    let fitting = device_array_repr(&[1, 8], &[1.125_f32; 8]).unwrap();
    let numbers = ["1.125"; 8].join(", ");
    assert_eq!(fitting, format!("DeviceArray([[{numbers}]], dtype=float32)"));

    let one_column_more = device_array_repr(&[1, 1, 11], &[10_f32; 11]).unwrap();
    let numbers = ["10."; 11].join(", ");
    let blanks = " ".repeat(12);
    assert_eq!(one_column_more, format!("DeviceArray([[[{numbers}]]],{blanks}dtype=float32)"));
}

/// Where `Scientific::with_decimals` looks whether the digits read back, `positional` need not.
#[test]
fn powers_of_two_without_an_exponent_read_back() {
    for exponent in -13..=53 {
        let (single, double) = (2_f32.powi(exponent), 2_f64.powi(exponent));
        assert_eq!(scalar(single).parse(), Ok(single));
        assert_eq!(scalar(double).parse(), Ok(double));
    }
}

#[test]
fn percent_f_rounds_the_exact_value() {
    // An exact half goes to even; 0.0000005 and 0.0000015 are just below and above theirs.
    for (x, text) in [
        (0.5 / 64.0, "0.007812"),
        (1.5 / 64.0, "0.023438"),
        (0.0000005, "0.000000"),
        (0.0000015, "0.000002"),
        (-0.0, "-0.000000"),
        (-1e-9, "-0.000000"),
        (1e23, "99999999999999991611392.000000"),
        (-f64::NAN, "nan"),
        (f64::INFINITY, "inf"),
    ] {
        assert_eq!(percent_f(x), text);
    }
}
