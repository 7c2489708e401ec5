//! Floats that every format holds: JSON has no infinities and no NaN, and would write them as null.
//!
//! In formats for people to read they are the texts "inf", "-inf", and "NaN:" with the bits in hexadecimal digits; elsewhere, and where
//! finite, floats are what they are. All else is passed on, so this goes for all that a state holds, whoever defined it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// What writes or reads, or is written or read, with such floats.
pub(super) struct Floats<T>(pub(super) T);

impl<T: Serialize + ?Sized> Serialize for Floats<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Floats(serializer))
    }
}

macro_rules! write {
    ($($name:ident($type:ty))*) => {
        $(fn $name(self, value: $type) -> Result<S::Ok, S::Error> {
            self.0.$name(value)
        })*
    };
}

macro_rules! write_float {
    ($name:ident, $float:ty, $digits:literal) => {
        fn $name(self, value: $float) -> Result<S::Ok, S::Error> {
            if value.is_finite() || !self.0.is_human_readable() {
                self.0.$name(value)
            } else if value.is_nan() {
                self.0.collect_str(&format_args!(concat!("NaN:{:0", $digits, "x}"), value.to_bits()))
            } else {
                self.0.collect_str(&value)
            }
        }
    };
}

type Name = &'static str;

impl<S: Serializer> Serializer for Floats<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Floats<S::SerializeSeq>;
    type SerializeTuple = Floats<S::SerializeTuple>;
    type SerializeTupleStruct = Floats<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Floats<S::SerializeTupleVariant>;
    type SerializeMap = Floats<S::SerializeMap>;
    type SerializeStruct = Floats<S::SerializeStruct>;
    type SerializeStructVariant = Floats<S::SerializeStructVariant>;

    write_float!(serialize_f32, f32, 8);
    write_float!(serialize_f64, f64, 16);
    write! {
        serialize_bool(bool) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(Name)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
    }
    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_none()
    }
    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit()
    }
    fn serialize_unit_variant(self, name: Name, index: u32, variant: Name) -> Result<S::Ok, S::Error> {
        self.0.serialize_unit_variant(name, index, variant)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Floats(value))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: Name, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Floats(value))
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: Name,
        index: u32,
        variant: Name,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Floats(value))
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        self.0.serialize_seq(length).map(Floats)
    }
    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.0.serialize_tuple(length).map(Floats)
    }
    fn serialize_tuple_struct(self, name: Name, length: usize) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.0.serialize_tuple_struct(name, length).map(Floats)
    }
    fn serialize_tuple_variant(
        self,
        name: Name,
        index: u32,
        variant: Name,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.0.serialize_tuple_variant(name, index, variant, length).map(Floats)
    }
    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        self.0.serialize_map(length).map(Floats)
    }
    fn serialize_struct(self, name: Name, length: usize) -> Result<Self::SerializeStruct, S::Error> {
        self.0.serialize_struct(name, length).map(Floats)
    }
    fn serialize_struct_variant(
        self,
        name: Name,
        index: u32,
        variant: Name,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.0.serialize_struct_variant(name, index, variant, length).map(Floats)
    }
}

macro_rules! write_parts {
    ($($part:ident: $name:ident($($key:ident)?))*) => {
        $(impl<S: $part> $part for Floats<S> {
            type Ok = S::Ok;
            type Error = S::Error;
            fn $name<T: Serialize + ?Sized>(&mut self, $($key: Name,)? value: &T) -> Result<(), S::Error> {
                self.0.$name($($key,)? &Floats(value))
            }
            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        })*
    };
}

write_parts! {
    SerializeSeq: serialize_element()
    SerializeTuple: serialize_element()
    SerializeTupleStruct: serialize_field()
    SerializeTupleVariant: serialize_field()
    SerializeStruct: serialize_field(key)
    SerializeStructVariant: serialize_field(key)
}

impl<S: SerializeMap> SerializeMap for Floats<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(&Floats(key))
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Floats(value))
    }
    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

/// What reads a float, whether it is a number or a text.
struct Number<V> {
    visitor: V,
    single: bool,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Number<V> {
    type Value = V::Value;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.visitor.visit_f64(value)
    }
    fn visit_f32<E: serde::de::Error>(self, value: f32) -> Result<V::Value, E> {
        self.visitor.visit_f32(value)
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.visitor.visit_u64(value)
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.visitor.visit_i64(value)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<V::Value, E> {
        let bits = text.strip_prefix("NaN:");
        match text {
            "inf" => self.visitor.visit_f64(f64::INFINITY),
            "-inf" => self.visitor.visit_f64(f64::NEG_INFINITY),
            _ if self.single => {
                let nan = bits.and_then(|bits| u32::from_str_radix(bits, 16).ok()).map(f32::from_bits);
                self.visitor.visit_f32(nan.filter(|nan| nan.is_nan()).ok_or_else(|| no_float(text))?)
            }
            _ => {
                let nan = bits.and_then(|bits| u64::from_str_radix(bits, 16).ok()).map(f64::from_bits);
                self.visitor.visit_f64(nan.filter(|nan| nan.is_nan()).ok_or_else(|| no_float(text))?)
            }
        }
    }
}

fn no_float<E: serde::de::Error>(text: &str) -> E {
    E::custom(format_args!("{text:?} is no float: a number, \"inf\", \"-inf\" or \"NaN:\" with its bits is needed"))
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Floats<S> {
    type Value = S::Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Floats(deserializer))
    }
}

macro_rules! read {
    ($($name:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $name<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$name($($argument,)* Floats(visitor))
        })*
    };
}

macro_rules! read_float {
    ($name:ident, $single:literal) => {
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            if self.0.is_human_readable() {
                self.0.deserialize_any(Number { visitor, single: $single })
            } else {
                self.0.$name(visitor)
            }
        }
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Floats<D> {
    type Error = D::Error;
    read_float!(deserialize_f32, true);
    read_float!(deserialize_f64, false);
    read! {
        deserialize_any() deserialize_bool() deserialize_char() deserialize_str() deserialize_string()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_bytes() deserialize_byte_buf() deserialize_option() deserialize_unit() deserialize_seq()
        deserialize_map() deserialize_identifier() deserialize_ignored_any() deserialize_tuple(length: usize)
        deserialize_unit_struct(name: Name) deserialize_newtype_struct(name: Name)
        deserialize_tuple_struct(name: Name, length: usize) deserialize_struct(name: Name, fields: &'static [Name])
        deserialize_enum(name: Name, variants: &'static [Name])
    }
    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! visit {
    ($($name:ident($type:ty))*) => {
        $(fn $name<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$name(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Floats<V> {
    type Value = V::Value;
    visit! {
        visit_bool(bool) visit_char(char) visit_f32(f32) visit_f64(f64)
        visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }
    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Floats(deserializer))
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Floats(deserializer))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Floats(access))
    }
    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Floats(access))
    }
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Floats(access))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Floats<A> {
    type Error = A::Error;
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Floats(seed))
    }
    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Floats<A> {
    type Error = A::Error;
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Floats(seed))
    }
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Floats(seed))
    }
    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Floats<A> {
    type Error = A::Error;
    type Variant = Floats<A::Variant>;
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        self.0.variant_seed(Floats(seed)).map(|(value, variant)| (value, Floats(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Floats<A> {
    type Error = A::Error;
    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Floats(seed))
    }
    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, Floats(visitor))
    }
    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [Name], visitor: V) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, Floats(visitor))
    }
}
