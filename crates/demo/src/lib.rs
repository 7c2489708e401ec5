//! The parts of the demonstration program that its tests reach as well.

pub mod numpy_text;
