//! Numbers and arrays as text, exactly as numpy 1.23 prints them by default.
//!
//! The rules are those numpy documents under [`set_printoptions`] and [`array2string`], at their
//! defaults: at most 8 decimals, lines of 75 columns, and only the edges of an array of more than
//! 1000 elements.
//!
//! - **Digits.** As few as read back to the same number in the array's own precision; where those
//!   would be more than 8 decimals, the exact value rounded to 8, halves to even. With exponents
//!   all numbers have as many decimals as the one that needs most, and the others show further
//!   digits of their exact values, which are not always zeros.
//! - **Notation.** One for the whole array: with an exponent if a magnitude reaches 1e8, or one
//!   other than zero is below 1e-4, or the largest is more than 1000 times the smallest.
//! - **Alignment.** Every number is as wide as the widest, with the points in one column.
//! - **Layout.** A blank between numbers, a line for each row, one blank line more for each
//!   further axis.
//!
//! The digits come from Rust's own `{}`, `{:e}` and `{:.n}`. `tests/numpy_text.rs` compares the
//! texts with numpy's.
//!
//! [`set_printoptions`]: https://numpy.org/doc/1.23/reference/generated/numpy.set_printoptions.html
//! [`array2string`]: https://numpy.org/doc/1.23/reference/generated/numpy.array2string.html

use std::fmt::{Display, LowerExp};
use std::ops::Div;
use std::str::FromStr;

/// numpy's print option `precision`: the most decimals shown.
const PRECISION: usize = 8;
/// numpy's print option `threshold`: the most elements shown in full.
const THRESHOLD: usize = 1000;
/// numpy's print option `edgeitems`: how many elements a summary shows at either end of an axis.
const EDGE_ITEMS: usize = 3;
/// numpy's print option `linewidth`: the most columns of a line.
const LINE_WIDTH: usize = 75;
/// The most axes a numpy 1.23 array can have. It also bounds the recursion here.
const MOST_AXES: usize = 32;

/// A float that numpy prints: `f32` or `f64`.
///
/// The methods of its supertraits give the digits: in `f32` the shortest digits that read back,
/// and a quotient, are not those of the same number held in `f64`.
pub trait Element: Copy + PartialOrd + Div<Output = Self> + Into<f64> + Display + LowerExp + FromStr {
    /// What numpy calls the type, as in `dtype=float32`.
    const DTYPE: &'static str;
    /// Whether numpy's `repr` leaves the type out, as what a Python float becomes anyway.
    const IS_DEFAULT: bool;

    /// The absolute value.
    #[must_use]
    fn magnitude(self) -> Self;
}

impl Element for f32 {
    const DTYPE: &'static str = "float32";
    const IS_DEFAULT: bool = false;

    fn magnitude(self) -> Self {
        self.abs()
    }
}

impl Element for f64 {
    const DTYPE: &'static str = "float64";
    const IS_DEFAULT: bool = true;

    fn magnitude(self) -> Self {
        self.abs()
    }
}

/// Why a shape and its data make no array.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The shape asks for another number of elements than there are.
    #[error("the shape {shape:?} does not hold {elements} elements")]
    Elements {
        /// The length of each axis.
        shape: Vec<usize>,
        /// How many elements there are.
        elements: usize,
    },
    /// There are more axes than a numpy array can have.
    #[error("{axes} axes, where numpy allows at most {MOST_AXES}")]
    Axes {
        /// How many axes the shape has.
        axes: usize,
    },
}

/// `str` of a numpy array, with `data` in row-major order.
///
/// As in numpy an array without axes is printed as [`scalar`] does, and one without elements
/// as `[]`.
///
/// # Errors
///
/// If `shape` does not hold as many elements as `data`, or has more than 32 axes.
///
/// # Examples
///
/// ```
/// use demo::numpy_text::array_text;
///
/// let text = array_text(&[2, 1, 2], &[1.0, 2.5, -0.0, f64::NAN])?;
/// assert_eq!(text, "[[[ 1.   2.5]]\n\n [[-0.   nan]]]");
/// assert_eq!(array_text(&[], &[0.1_f32])?, "0.1");
/// # Ok::<(), demo::numpy_text::ShapeError>(())
/// ```
pub fn array_text<F: Element>(shape: &[usize], data: &[F]) -> Result<String, ShapeError> {
    check(shape, data)?;
    Ok(match (shape, data) {
        ([], [x]) => scalar(*x),
        _ => Layout::STR.text(shape, data),
    })
}

/// `str` of a numpy array with one axis.
///
/// # Examples
///
/// The numbers share one notation:
///
/// ```
/// use demo::numpy_text::vector;
///
/// assert_eq!(vector(&[2.00000003, 2f64.sqrt()]), "[2.00000003 1.41421356]");
/// assert_eq!(vector(&[1.0, 1000.0]), "[   1. 1000.]");
/// assert_eq!(vector(&[1.0, 1000.5]), "[1.0000e+00 1.0005e+03]");
/// ```
pub fn vector<F: Element>(data: &[F]) -> String {
    Layout::STR.text(&[data.len()], data)
}

/// `str` of a numpy array with two axes, with `data` row by row.
///
/// # Errors
///
/// If `data` does not have `rows` times `columns` elements.
///
/// # Examples
///
/// ```
/// use demo::numpy_text::matrix;
///
/// assert_eq!(matrix(2, 2, &[1.0, 0.25, -3.0, 40.0])?, "[[ 1.    0.25]\n [-3.   40.  ]]");
/// # Ok::<(), demo::numpy_text::ShapeError>(())
/// ```
pub fn matrix<F: Element>(rows: usize, columns: usize, data: &[F]) -> Result<String, ShapeError> {
    array_text(&[rows, columns], data)
}

/// `repr` of a numpy array, as an interactive session shows it, with `data` in row-major order.
///
/// numpy names the type unless it is `float64`, on a line of its own where it would not fit; and
/// the shape of an array without elements unless it is `(0,)`.
///
/// # Errors
///
/// If `shape` does not hold as many elements as `data`, or has more than 32 axes.
///
/// # Examples
///
/// ```
/// use demo::numpy_text::array_repr;
///
/// assert_eq!(array_repr(&[2], &[2.00000003, 1.41421353])?, "array([2.00000003, 1.41421353])");
/// assert_eq!(array_repr(&[], &[3.0_f32])?, "array(3., dtype=float32)");
/// # Ok::<(), demo::numpy_text::ShapeError>(())
/// ```
pub fn array_repr<F: Element>(shape: &[usize], data: &[F]) -> Result<String, ShapeError> {
    check(shape, data)?;
    let names_dtype = !F::IS_DEFAULT || data.is_empty();
    let opening = "array(";
    let mut text = if data.is_empty() && shape != [0] {
        format!("{opening}[], shape={}", tuple(shape))
    } else {
        format!("{opening}{}", Layout::within(opening).text(shape, data))
    };
    if names_dtype {
        let dtype = format!("dtype={}", F::DTYPE);
        text.push(',');
        // The blank before and the parenthesis after are what the 2 stands for.
        let fits = last_line(&text).len() + dtype.len() + 2 <= LINE_WIDTH;
        if fits {
            text.push(' ');
        } else {
            text.push('\n');
            text.push_str(&" ".repeat(opening.len()));
        }
        text.push_str(&dtype);
    }
    text.push(')');
    Ok(text)
}

/// `repr` of an array in jax before 0.4, with `data` in row-major order: a `DeviceArray`, of a
/// type that is not weak.
///
/// jax had its numbers printed by numpy's `array2string` and always named the type. Where that
/// would not fit on the line, it put as many blanks before it as `DeviceArray(` is long, but no
/// line break.
///
/// # Errors
///
/// If `shape` does not hold as many elements as `data`, or has more than 32 axes.
///
/// # Examples
///
/// ```
/// use demo::numpy_text::device_array_repr;
///
/// assert_eq!(device_array_repr(&[2], &[3.0_f32, 9.0])?, "DeviceArray([3., 9.], dtype=float32)");
/// assert_eq!(device_array_repr(&[], &[90.0_f32])?, "DeviceArray(90., dtype=float32)");
/// # Ok::<(), demo::numpy_text::ShapeError>(())
/// ```
pub fn device_array_repr<F: Element>(shape: &[usize], data: &[F]) -> Result<String, ShapeError> {
    check(shape, data)?;
    let opening = "DeviceArray(";
    let numbers = Layout::within(opening).text(shape, data);
    let dtype = format!("dtype={})", F::DTYPE);
    // jax's own count: a column more than the comma and the blank take, and `DeviceArray(` left
    // out even where the last line is the first.
    let fits = last_line(&numbers).len() + dtype.len() + 3 <= LINE_WIDTH;
    let gap = if fits { 1 } else { opening.len() };
    Ok(format!("{opening}{numbers},{}{dtype}", " ".repeat(gap)))
}

/// `str` of a numpy scalar: the shortest digits that read back, with an exponent from 1e16 on and
/// below 1e-4.
///
/// # Examples
///
/// ```
/// use demo::numpy_text::scalar;
///
/// assert_eq!(scalar(2.0), "2.0");
/// assert_eq!(scalar(0.1 + 0.2), "0.30000000000000004");
/// assert_eq!(scalar(1e16), "1e+16");
/// assert_eq!(scalar(-1.5e-7_f32), "-1.5e-07");
/// ```
pub fn scalar<F: Element>(x: F) -> String {
    let value: f64 = x.into();
    let magnitude = value.abs();
    if !value.is_finite() {
        non_finite(value).to_owned()
    } else if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        let shortest = format!("{x}");
        if decimals_of(&shortest) == 0 {
            // Zeros follow the shortest digits, where an array has those of the exact value.
            shortest + ".0"
        } else {
            positional(x, usize::MAX)
        }
    } else {
        let scientific = Scientific::of(x, usize::MAX);
        let mantissa = scientific.mantissa.trim_end_matches('.');
        format!("{mantissa}{}", scientific.exponent(2))
    }
}

/// `%f` of printf for one number: six decimals of the exact value, halves to even.
///
/// A NaN is `nan` whatever its sign, as in Python.
///
/// # Examples
///
/// ```
/// use demo::numpy_text::percent_f;
///
/// assert_eq!(percent_f(1.0), "1.000000");
/// assert_eq!(percent_f(1.0 / 128.0), "0.007812");
/// assert_eq!(percent_f(f32::NEG_INFINITY), "-inf");
/// ```
pub fn percent_f<F: Element>(x: F) -> String {
    let value: f64 = x.into();
    if value.is_finite() { format!("{value:.6}") } else { non_finite(value).to_owned() }
}

fn check<F>(shape: &[usize], data: &[F]) -> Result<(), ShapeError> {
    if shape.len() > MOST_AXES {
        return Err(ShapeError::Axes { axes: shape.len() });
    }
    if elements(shape) != Some(data.len()) {
        return Err(ShapeError::Elements { shape: shape.to_vec(), elements: data.len() });
    }
    Ok(())
}

/// How many elements a shape holds; none where that overflows.
fn elements(shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length))
}

/// A shape as Python prints the tuple.
fn tuple(shape: &[usize]) -> String {
    let lengths: Vec<_> = shape.iter().map(usize::to_string).collect();
    match lengths.as_slice() {
        [one] => format!("({one},)"),
        many => format!("({})", many.join(", ")),
    }
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

// One number.

/// The parts of `text` before and after the first `mark`, the second empty if there is none.
fn parted(text: &str, mark: char) -> (&str, &str) {
    text.split_once(mark).unwrap_or((text, ""))
}

/// How many decimals a number has in Rust's notation, with or without an exponent.
fn decimals_of(text: &str) -> usize {
    let (mantissa, _) = parted(text, 'e');
    parted(mantissa, '.').1.len()
}

fn non_finite(x: f64) -> &'static str {
    if x.is_nan() {
        "nan"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

/// A finite number as in an array without exponents, with a point but no zeros at the end: `0.25`,
/// `10.`.
///
/// These are digits of the exact value, rounded even where that is to as many of them as in the
/// shortest text that reads back: numpy resolves a tie to even, Rust's `{}` upwards, so that
/// `2097152.25_f32` is `2097152.2` and not `2097152.3`.
fn positional<F: Element>(x: F, most_decimals: usize) -> String {
    let decimals = decimals_of(&format!("{x}")).min(most_decimals);
    let rounded = format!("{x:.decimals$}");
    let (whole, fraction) = parted(&rounded, '.');
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// A finite number with an exponent, taken apart.
struct Scientific {
    /// The digits with their point, as in `-1.25` and `3.`.
    mantissa: String,
    exponent_is_negative: bool,
    exponent_digits: String,
}

impl Scientific {
    /// With as many decimals as the shortest digits have but no more than `most_decimals`, and
    /// no zeros at the end.
    fn of<F: Element>(x: F, most_decimals: usize) -> Self {
        let decimals = decimals_of(&format!("{x:e}")).min(most_decimals);
        let mut number = Self::with_decimals(x, decimals);
        let digits = number.mantissa.trim_end_matches('0').len();
        number.mantissa.truncate(digits);
        number
    }

    /// With exactly `decimals`: digits of the exact value, as in [`positional`].
    ///
    /// But below a power of two the floats are closer together than above, so that rounding one
    /// down can yield its neighbour: 2^90 would be 1.2379400e27 in `f32`. There numpy prints the
    /// shortest digits, 1.2379401e27. (No power of two that is printed without an exponent has
    /// this trouble.)
    fn with_decimals<F: Element>(x: F, decimals: usize) -> Self {
        let shortest = format!("{x:e}");
        let rounded = format!("{x:.decimals$e}");
        let is_cut = decimals_of(&shortest) > decimals;
        let reads_back = rounded.parse::<F>().is_ok_and(|read| read == x);
        let text = if is_cut || reads_back { rounded } else { shortest };
        let (mantissa, exponent) = parted(&text, 'e');
        let (whole, fraction) = parted(mantissa, '.');
        Self {
            mantissa: format!("{whole}.{fraction:0<decimals$}"),
            exponent_is_negative: exponent.starts_with('-'),
            exponent_digits: exponent.trim_start_matches('-').to_owned(),
        }
    }

    /// The exponent as numpy prints it, with at least `digits` of them: `e+08`.
    fn exponent(&self, digits: usize) -> String {
        let sign = if self.exponent_is_negative { '-' } else { '+' };
        format!("e{sign}{:0>digits$}", self.exponent_digits)
    }
}

// The numbers of an array.

/// How all numbers of an array are printed.
enum Notation {
    /// Without exponents, blanks making up for decimals that a number does not have.
    Positional { decimals: usize },
    /// With exponents, and zeros or further digits making up.
    Exponent { decimals: usize, exponent_digits: usize },
}

impl Notation {
    /// The notation of an array, by its numbers that are finite and shown.
    fn of<F: Element>(finite: &[F]) -> Self {
        if needs_exponent(finite) {
            let numbers: Vec<_> = finite.iter().map(|&x| Scientific::of(x, PRECISION)).collect();
            Self::Exponent {
                decimals: longest(numbers.iter().map(|number| decimals_of(&number.mantissa))),
                exponent_digits: longest(numbers.iter().map(|number| number.exponent_digits.len())).max(2),
            }
        } else {
            let texts = finite.iter().map(|&x| positional(x, PRECISION));
            Self::Positional { decimals: longest(texts.map(|text| decimals_of(&text))) }
        }
    }

    /// A number in this notation, not yet padded on the left.
    fn text<F: Element>(&self, x: F) -> String {
        let value: f64 = x.into();
        if !value.is_finite() {
            return non_finite(value).to_owned();
        }
        match *self {
            Self::Positional { decimals } => {
                let text = positional(x, PRECISION);
                let (whole, fraction) = parted(&text, '.');
                format!("{whole}.{fraction:<decimals$}")
            }
            Self::Exponent { decimals, exponent_digits } => {
                let number = Scientific::with_decimals(x, decimals);
                number.mantissa.clone() + &number.exponent(exponent_digits)
            }
        }
    }
}

fn longest(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.max().unwrap_or(0)
}

/// Whether finite numbers are too large, too small or too far apart to go without exponents.
fn needs_exponent<F: Element>(finite: &[F]) -> bool {
    let nonzero = || finite.iter().map(|x| x.magnitude()).filter(|&x| x.into() > 0.0);
    let largest = nonzero().reduce(|a, b| if b > a { b } else { a });
    let smallest = nonzero().reduce(|a, b| if b < a { b } else { a });
    let (Some(largest), Some(smallest)) = (largest, smallest) else {
        return false;
    };
    // The ratio is rounded to the array's own precision, as numpy's is; the bounds are `f64`.
    largest.into() >= 1e8 || smallest.into() < 1e-4 || (largest / smallest).into() > 1000.0
}

/// A notation, and the width that makes the numbers of an array align.
struct Column {
    notation: Notation,
    width: usize,
}

impl Column {
    fn of<F: Element>(shown: &[F]) -> Self {
        let is_finite = |&x: &F| Into::<f64>::into(x).is_finite();
        let finite: Vec<_> = shown.iter().copied().filter(is_finite).collect();
        let notation = Notation::of(&finite);
        let width = longest(shown.iter().map(|&x| notation.text(x).len()));
        Self { notation, width }
    }

    fn text<F: Element>(&self, x: F) -> String {
        format!("{:>1$}", self.notation.text(x), self.width)
    }
}

// The array around them.

/// The parts of an array along its first axis; with `summary` one `None` in place of those that
/// are not shown.
///
/// There are elements, as many as the shape says, so no part is empty.
fn parts<F>(length: usize, data: &[F], summary: bool) -> Vec<Option<&[F]>> {
    let mut parts: Vec<_> = data.chunks(data.len() / length).map(Some).collect();
    if summary && length > 2 * EDGE_ITEMS {
        parts.splice(EDGE_ITEMS..length - EDGE_ITEMS, [None]);
    }
    parts
}

/// The elements that are shown: a summary's notation and width do not depend on the others.
fn shown<F: Element>(shape: &[usize], data: &[F], summary: bool) -> Vec<F> {
    let [length, inner @ ..] = shape else {
        return data.to_vec();
    };
    let parts = parts(*length, data, summary).into_iter().flatten();
    parts.flat_map(|part| shown(inner, part, summary)).collect()
}

/// What stands around an array, as far as it moves the numbers.
struct Layout {
    /// What stands between two numbers.
    separator: &'static str,
    /// How many columns come before the first number of a line.
    indent: usize,
    /// How many columns there are for a line.
    width: usize,
}

impl Layout {
    /// An array on its own.
    const STR: Self = Self { separator: " ", indent: "[".len(), width: LINE_WIDTH };

    /// An array between an opening such as `array(` and one character, a comma or a parenthesis.
    fn within(opening: &str) -> Self {
        Self { separator: ", ", indent: opening.len() + "[".len(), width: LINE_WIDTH - 1 }
    }

    /// The text of an array whose shape holds its data.
    fn text<F: Element>(&self, shape: &[usize], data: &[F]) -> String {
        if data.is_empty() {
            return "[]".to_owned();
        }
        let summary = data.len() > THRESHOLD;
        let column = Column::of(&shown(shape, data, summary));
        self.nested(shape, data, summary, &column)
    }

    fn nested<F: Element>(&self, shape: &[usize], data: &[F], summary: bool, column: &Column) -> String {
        let [length, inner @ ..] = shape else {
            // No axis is left: a single number.
            return data.iter().map(|&x| column.text(x)).collect();
        };
        let layout = self.one_axis_deeper();
        let texts: Vec<_> = parts(*length, data, summary)
            .into_iter()
            .map(|part| match part {
                Some(part) => layout.nested(inner, part, summary, column),
                None => "...".to_owned(),
            })
            .collect();
        let body = if inner.is_empty() { self.wrapped(&texts) } else { texts.join(&self.row_break(inner.len())) };
        format!("[{body}]")
    }

    /// Where the brackets of one more axis take a column on either side.
    fn one_axis_deeper(&self) -> Self {
        Self { separator: self.separator, indent: self.indent + 1, width: self.width.saturating_sub(1) }
    }

    /// What stands between two parts of an array, each with `axes` of its own: a line break for
    /// each.
    fn row_break(&self, axes: usize) -> String {
        let separator = self.separator.trim_end();
        format!("{separator}{}{}", "\n".repeat(axes), " ".repeat(self.indent))
    }

    /// The numbers along the last axis, on as many lines as they need.
    fn wrapped(&self, words: &[String]) -> String {
        let mut text = String::new();
        let mut line = String::new();
        for (index, word) in words.iter().enumerate() {
            // A comma or bracket has to fit after the number. A lone number stays, fit or not.
            let fits = self.indent + line.len() + word.len() < self.width;
            if !fits && !line.is_empty() {
                text.push_str(line.trim_end());
                text.push('\n');
                text.push_str(&" ".repeat(self.indent));
                line.clear();
            }
            line.push_str(word);
            if index + 1 < words.len() {
                line.push_str(self.separator);
            }
        }
        text + &line
    }
}
