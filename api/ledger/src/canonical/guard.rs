//! A serializer that writes nothing: it walks a value, knows where it is, and refuses what canonical text may
//! not hold.
//!
//! It has to look at the value and not at its JSON, for in JSON it is too late: NaN has become `null` and an
//! integer beyond 2^53 has been rounded.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{self, Serialize, Serializer};
use unicode_normalization::is_nfc;

use super::{CanonicalError, MAX_DEPTH, MAX_INTEGER};

/// Walks the value to its end or to the first thing that is refused.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), CanonicalError> {
    let mut guard = Guard { path: Vec::new() };
    value.serialize(&mut guard).map_err(|Refused(error)| error)
}

enum Segment {
    Field(Cow<'static, str>),
    Index(usize),
}

struct Guard {
    path: Vec<Segment>,
}

/// A `CanonicalError` in the clothes that serde asks for.
#[derive(Debug)]
struct Refused(CanonicalError);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.message())
    }
}
impl std::error::Error for Refused {}
impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(CanonicalError::Unwritable("the value refuses to be written"))
    }
}

type Walked = Result<(), Refused>;

impl Guard {
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.path {
            pointer.push('/');
            match segment {
                Segment::Field(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }

    fn float(&self) -> Walked {
        Err(Refused(CanonicalError::Float { pointer: self.pointer() }))
    }

    fn integer(&self, value: Option<i128>) -> Walked {
        match value {
            Some(value) if (-MAX_INTEGER..=MAX_INTEGER).contains(&value) => Ok(()),
            Some(_) | None => Err(Refused(CanonicalError::TooLarge { pointer: self.pointer() })),
        }
    }

    fn text(&self, text: &str) -> Walked {
        if text.contains('\0') {
            return Err(Refused(CanonicalError::Nul { pointer: self.pointer() }));
        }
        if !text.is_ascii() && !is_nfc(text) {
            return Err(Refused(CanonicalError::NotNfc { pointer: self.pointer() }));
        }
        Ok(())
    }

    fn enter<T: Serialize + ?Sized>(&mut self, segment: Segment, value: &T) -> Walked {
        self.path.push(segment);
        if self.path.len() > MAX_DEPTH {
            return Err(Refused(CanonicalError::TooDeep { pointer: self.pointer() }));
        }
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: Cow<'static, str>, value: &T) -> Walked {
        // The key is judged at the place to which it leads.
        self.path.push(Segment::Field(name.clone()));
        self.text(&name)?;
        self.path.pop();
        self.enter(Segment::Field(name), value)
    }
}

/// The inside of an array or object.
struct Inside<'a> {
    guard: &'a mut Guard,
    index: usize,
    key: Cow<'static, str>,
    /// Levels that close with this one: 1 for the object around a variant's content.
    around: usize,
}

impl<'a> Inside<'a> {
    fn new(guard: &'a mut Guard) -> Self {
        Self { guard, index: 0, key: Cow::Borrowed(""), around: 0 }
    }

    fn of_variant(guard: &'a mut Guard, variant: &'static str) -> Result<Self, Refused> {
        guard.path.push(Segment::Field(Cow::Borrowed(variant)));
        guard.text(variant)?;
        Ok(Self { guard, index: 0, key: Cow::Borrowed(""), around: 1 })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        self.index += 1;
        self.guard.enter(Segment::Index(self.index - 1), value)
    }

    fn close(self) -> Walked {
        self.guard.path.truncate(self.guard.path.len() - self.around);
        Ok(())
    }
}

macro_rules! integers {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Walked {
            self.integer(i128::try_from(value).ok())
        })*
    };
}

impl<'a> Serializer for &'a mut Guard {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    integers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128);
    integers!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);

    fn serialize_bool(self, _: bool) -> Walked {
        Ok(())
    }
    fn serialize_f32(self, _: f32) -> Walked {
        self.float()
    }
    fn serialize_f64(self, _: f64) -> Walked {
        self.float()
    }
    fn serialize_char(self, value: char) -> Walked {
        self.text(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Walked {
        self.text(value)
    }
    fn serialize_bytes(self, _: &[u8]) -> Walked {
        Ok(()) // JSON has them as an array of small integers.
    }
    fn serialize_none(self) -> Walked {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Walked {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Walked {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Walked {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Walked {
        self.text(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Walked {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Walked {
        self.field(Cow::Borrowed(variant), value)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, Refused> {
        Ok(Inside::new(self))
    }
    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, Refused> {
        Ok(Inside::new(self))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Refused> {
        Ok(Inside::new(self))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Refused> {
        Inside::of_variant(self, variant)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, Refused> {
        Ok(Inside::new(self))
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Inside<'a>, Refused> {
        // Where any crate of the program turns on `arbitrary_precision`, numbers and raw JSON come as such
        // structs and would pass as text. Then nothing can be written, rather than something wrong.
        if name.starts_with("$serde_json::private::") {
            return Err(Refused(CanonicalError::Unwritable("a number or raw JSON in the form of a text")));
        }
        Ok(Inside::new(self))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Refused> {
        Inside::of_variant(self, variant)
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),*) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Refused;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
                self.element(value)
            }
            fn end(self) -> Walked {
                self.close()
            }
        })*
    };
}
elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Refused;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Walked {
                self.guard.field(Cow::Borrowed(name), value)
            }
            fn end(self) -> Walked {
                self.close()
            }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Walked {
        // As the writer of JSON has it: a text, or an integer or truth value written as one.
        self.key = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(name)) => name.into(),
            Ok(serde_json::Value::Bool(value)) => value.to_string().into(),
            Ok(serde_json::Value::Number(number)) if !number.is_f64() => number.to_string().into(),
            Ok(serde_json::Value::Number(_)) => return self.guard.float(),
            Ok(_) | Err(_) => return Err(Refused(CanonicalError::Unwritable("a key that is no text"))),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        let key = std::mem::take(&mut self.key);
        self.guard.field(key, value)
    }

    fn end(self) -> Walked {
        self.close()
    }
}
