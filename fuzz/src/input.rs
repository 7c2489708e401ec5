//! Bytes as choices and numbers; where they end, zeros follow.

use arbitrary::Unstructured;

/// Numbers at which functions have their special points, with those around them.
const SPECIAL: [f64; 24] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    -2.0,
    0.5,
    -0.5,
    3.0,
    10.0,
    1e-3,
    -1e-8,
    20.0,
    -400.0,
    800.0,
    1e-20,
    1e-160,
    1e160,
    1e-310,
    f64::MAX,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// What is left of the input.
pub(crate) struct Input<'a>(Unstructured<'a>);

impl<'a> Input<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Input(Unstructured::new(data))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A number below `n`, which is 1 to 65536.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        match n {
            0..=256 => usize::from(self.byte()) % n,
            _ => usize::from(self.0.arbitrary::<u16>().unwrap_or(0)) % n,
        }
    }

    /// Any float: one of the special ones, a small decimal, or any bits.
    pub(crate) fn float(&mut self) -> f64 {
        match self.byte() {
            choice @ 0..96 => SPECIAL[usize::from(choice) % SPECIAL.len()],
            96..224 => self.decimal(),
            _ => f64::from_bits(self.0.arbitrary().unwrap_or(0)),
        }
    }

    /// A number between −8 and 8.
    pub(crate) fn decimal(&mut self) -> f64 {
        f64::from(self.0.arbitrary::<i16>().unwrap_or(0)) / 4096.0
    }

    /// A finite float of moderate size, mostly.
    pub(crate) fn finite(&mut self) -> f64 {
        Some(self.float()).filter(|x| x.is_finite()).unwrap_or(1.5)
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0.take_rest()
    }
}
