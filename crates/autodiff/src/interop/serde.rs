//! `serde`: a number as its parts, by name.
//!
//! - [`Dual`]: `{"re": 25.0, "eps": [8.0, 24.0]}`
//! - [`Taylor`]: `{"re": 1.0, "coefficients": [1.0, 0.5]}`
//! - [`HyperDual`]: `{"re": 12.0, "eps": [4.0, 12.0], "hessian": [[0.0], [4.0, 6.0]]}`, of the symmetric matrix the lower
//!   triangle, so that no file can contradict itself.
//!
//! The derivatives are sequences; one of a wrong length is an error that names the length. JSON itself has no infinities and no NaN:
//! `serde_json` writes them as `null`, which it does not read back as a number; formats that have them (CBOR, RON, …) keep them.

use core::fmt;
use core::marker::PhantomData;

use ::serde::de::{Error, SeqAccess, Visitor};
use ::serde::ser::SerializeSeq;
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Dual, HyperDual, Number, Taylor};

/// `N` numbers as a sequence, for any `N`.
struct Sequence<T, const N: usize>([T; N]);

/// Row `i` of a lower triangle: `i + 1` numbers of `N`.
struct Row<'a, T>(&'a [T]);

/// The lower triangle of a symmetric matrix, row by row.
struct Triangle<T, const N: usize>([[T; N]; N]);

impl<T: Serialize, const N: usize> Serialize for Sequence<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<T: Serialize> Serialize for Row<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

impl<T: Serialize, const N: usize> Serialize for Triangle<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(N))?;
        for (i, row) in self.0.iter().enumerate() {
            rows.serialize_element(&Row(&row[..=i]))?;
        }
        rows.end()
    }
}

/// Reads exactly `items.len()` numbers into `items`.
struct Fill<'a, T>(&'a mut [T]);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fill<'_, T> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a sequence of {} numbers", self.0.len())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        for i in 0..self.0.len() {
            self.0[i] = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(i, &self))?;
        }
        ends(sequence, self.0.len(), &self)
    }
}

/// An error that names the length of a sequence that goes on after `expected` items.
fn ends<'de, A: SeqAccess<'de>>(mut sequence: A, expected: usize, wanted: &impl Visitor<'de>) -> Result<(), A::Error> {
    let mut length = expected;
    while sequence.next_element::<::serde::de::IgnoredAny>()?.is_some() {
        length += 1;
    }
    if length == expected { Ok(()) } else { Err(A::Error::invalid_length(length, wanted)) }
}

impl<'de, T: Deserialize<'de>> ::serde::de::DeserializeSeed<'de> for Fill<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Number + Deserialize<'de>, const N: usize> Deserialize<'de> for Sequence<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = [T::zero(); N];
        deserializer.deserialize_seq(Fill(&mut items))?;
        Ok(Sequence(items))
    }
}

struct Rows<T, const N: usize>(PhantomData<T>);

impl<'de, T: Number + Deserialize<'de>, const N: usize> Visitor<'de> for Rows<T, N> {
    type Value = Triangle<T, N>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a lower triangle of {N} rows, of which the i-th has i numbers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut matrix = [[T::zero(); N]; N];
        for i in 0..N {
            let row = rows.next_element_seed(Fill(&mut matrix[i][..=i]))?;
            row.ok_or_else(|| A::Error::invalid_length(i, &self))?;
        }
        ends(rows, N, &self)?;
        Ok(Triangle(matrix))
    }
}

impl<'de, T: Number + Deserialize<'de>, const N: usize> Deserialize<'de> for Triangle<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Rows(PhantomData))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(
    rename = "Dual",
    deny_unknown_fields,
    bound(serialize = "T: Serialize", deserialize = "T: Number + Deserialize<'de>")
)]
struct DualParts<T, const N: usize> {
    re: T,
    eps: Sequence<T, N>,
}

#[derive(Serialize, Deserialize)]
#[serde(
    rename = "Taylor",
    deny_unknown_fields,
    bound(serialize = "T: Serialize", deserialize = "T: Number + Deserialize<'de>")
)]
struct TaylorParts<T, const K: usize> {
    re: T,
    coefficients: Sequence<T, K>,
}

#[derive(Serialize, Deserialize)]
#[serde(
    rename = "HyperDual",
    deny_unknown_fields,
    bound(serialize = "T: Serialize", deserialize = "T: Number + Deserialize<'de>")
)]
struct HyperDualParts<T, const N: usize> {
    re: T,
    eps: Sequence<T, N>,
    hessian: Triangle<T, N>,
}

/// A type by its parts: all but the tag of its driver call.
macro_rules! by_parts {
    ($($number:ident as $parts:ident: write |$x:ident| $write:expr, read |$read:pat_param| $new:expr;)*) => {
        $(
            impl<T: Number + Serialize, const N: usize> Serialize for $number<T, N> {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    let $x = self;
                    $write.serialize(serializer)
                }
            }
            impl<'de, T: Number + Deserialize<'de>, const N: usize> Deserialize<'de> for $number<T, N> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let $read = $parts::deserialize(deserializer)?;
                    Ok($new)
                }
            }
        )*
    };
}

by_parts! {
    Dual as DualParts:
        write |x| DualParts { re: x.re, eps: Sequence(x.eps) },
        read |DualParts { re, eps }| Dual::new(re, eps.0);
    Taylor as TaylorParts:
        write |x| TaylorParts { re: x.re, coefficients: Sequence(x.coefficients) },
        read |TaylorParts { re, coefficients }| {
            let mut series = Taylor::constant(re);
            series.coefficients = coefficients.0;
            series
        };
    HyperDual as HyperDualParts:
        write |x| HyperDualParts { re: x.re, eps: Sequence(x.eps), hessian: Triangle(x.hessian()) },
        read |HyperDualParts { re, eps, hessian }| HyperDual::new(re, eps.0, hessian.0);
}
