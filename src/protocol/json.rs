//! JSON as this protocol reads it: what has fields is an object.
//!
//! A text is read into a tree, by one program, and each type is made from a tree. Serde's decoders would else have the reading of
//! text compiled into each of them; and once more for structs that are written as lists, which nobody does.

use std::{borrow::Cow, fmt, mem, vec};

use serde::{
    Deserialize,
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess,
        Visitor,
    },
};
use serde_json::{Number, Result};

/// Reads a text.
///
/// # Errors
/// When it is no JSON, or not what `T` is written as.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    T::deserialize(serde_json::from_str::<Node>(text)?)
}

/// A value that was read. Its texts stay where they were, unless something is escaped in them.
enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'de> Deserialize<'de> for Node<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_any(Reading)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> std::result::Result<Node<'de>, E> {
        Number::from_f64(value)
            .map(Node::Number)
            .ok_or_else(|| E::custom("a number is no number"))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<Node<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Node<'de>, A::Error> {
        let mut object = Vec::new();
        while let Some(Key(key)) = entries.next_key()? {
            object.push((key, entries.next_value()?));
        }
        Ok(Node::Object(object))
    }
}

/// An entry's key: always a text.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        from.deserialize_str(ReadingKey).map(Self)
    }
}

struct ReadingKey;

impl<'de> Visitor<'de> for ReadingKey {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// What serde calls a type's wish for, and which values fulfil it.
macro_rules! take {
    ($($method:ident($($name:ty),*): $expected:literal, $($value:pat $(if $when:expr)? => $visit:ident($($with:expr)?)),+;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $name,)* visitor: V) -> Result<V::Value> {
            match self {
                $($value $(if $when)? => visitor.$visit($($with)?),)+
                other => Err(unexpected(&other, $expected)),
            }
        })*
    };
}

macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self {
                Self::Number(number) => number.$method(visitor),
                other => Err(unexpected(&other, "a number")),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = serde_json::Error;

    take! {
        deserialize_str(): "a text", Self::Text(text) => visit_str(&text);
        deserialize_identifier(): "a name", Self::Text(name) => visit_str(&name);
        deserialize_string(): "a text", Self::Text(text) => visit_string(text.into_owned());
        deserialize_map(): "an object", Self::Object(entries) => visit_map(Entries(entries.into_iter(), Self::Null));
        deserialize_struct(&'static str, &'static [&'static str]): "an object",
            Self::Object(entries) => visit_map(Entries(entries.into_iter(), Self::Null));
        deserialize_enum(&'static str, &'static [&'static str]): "one name, or an object of one entry,",
            Self::Text(name) => visit_enum(Variant((name, Self::Null))),
            Self::Object(mut entries) if entries.len() == 1 => visit_enum(Variant(entries.remove(0)));
        deserialize_bool(): "true or false", Self::Bool(value) => visit_bool(value);
        deserialize_unit(): "nothing", Self::Null => visit_unit();
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }

    // None of the protocol's types asks for one of these.
    serde::forward_to_deserialize_any! { char bytes byte_buf }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Number(number) => number.deserialize_any(visitor),
            Self::Text(text) => visitor.visit_string(text.into_owned()),
            Self::List(items) => visitor.visit_seq(Items(items.into_iter())),
            Self::Object(entries) => visitor.visit_map(Entries(entries.into_iter(), Self::Null)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Self::List(items) = self else {
            return Err(unexpected(&self, "a list"));
        };
        let mut items = Items(items.into_iter());
        let read = visitor.visit_seq(&mut items)?;
        if items.0.len() > 0 {
            return Err(Error::custom("a list is longer than what belongs there"));
        }
        Ok(read)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self {
            Self::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }
}

/// The error of every type, told by one program.
#[inline(never)]
fn unexpected(value: &Node<'_>, expected: &str) -> serde_json::Error {
    let found = match value {
        Node::Null => "nothing",
        Node::Bool(_) => "true or false",
        Node::Number(_) => "a number",
        Node::Text(_) => "a text",
        Node::List(_) => "a list",
        Node::Object(_) => "an object",
    };
    Error::custom(format_args!("{found} stands where {expected} belongs"))
}

/// The items of a list that were not taken yet.
struct Items<'a>(vec::IntoIter<Node<'a>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = serde_json::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }
}

/// The entries of an object that were not taken yet, and the value of the one whose key was.
struct Entries<'a>(vec::IntoIter<(Cow<'a, str>, Node<'a>)>, Node<'a>);

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let Some((key, value)) = self.0.next() else {
            return Ok(None);
        };
        self.1 = value;
        seed.deserialize(Node::Text(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        seed.deserialize(mem::replace(&mut self.1, Node::Null))
    }
}

/// A variant's name, and what it holds.
struct Variant<'a>((Cow<'a, str>, Node<'a>));

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = serde_json::Error;
    type Variant = Node<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Node<'de>)> {
        let (name, content) = self.0;
        Ok((seed.deserialize(Node::Text(name))?, content))
    }
}

impl<'de> VariantAccess<'de> for Node<'de> {
    type Error = serde_json::Error;

    fn unit_variant(self) -> Result<()> {
        match self {
            Self::Null => Ok(()),
            other => Err(unexpected(&other, "nothing")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        whole: u64,
        small: u8,
        amount: i64,
        share: f64,
        is_so: bool,
        text: String,
        missing: Option<String>,
        null: Option<u32>,
        pairs: Vec<(u64, String)>,
        map: BTreeMap<String, Choice>,
        any: Value,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Choice {
        Plain,
        Wrapped(u32),
        Pair(u32, bool),
        Fields { one: u32, two: Option<Box<Choice>> },
    }

    fn everything() -> Value {
        json!({
            "whole": u64::MAX, "small": 255, "amount": -3, "share": 2, "is_so": true, "text": "a \"quoted\" \u{e9}\n", "null": null,
            "pairs": [[1, "one"], [2, "two"]], "unknown": {"fields": ["are", "passed", "over"]},
            "map": {
                "a": "Plain", "b": {"Wrapped": 7}, "c": {"Pair": [1, false]},
                "d": {"Fields": {"one": 1, "two": {"Fields": {"one": 2}}}},
            },
            "any": {"z": [1, -1, 0.5, null, "x"], "a": {}},
        })
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        let text = everything().to_string();
        let read: Everything = read(&text).expect("everything");
        assert_eq!(read, serde_json::from_str(&text).expect("everything"));
        assert_eq!(read.text, "a \"quoted\" \u{e9}\n");
    }

    #[test]
    fn what_has_fields_is_no_list() {
        assert!(
            serde_json::from_str::<Choice>(r#"{"Fields": [1, null]}"#).is_ok(),
            "as serde alone takes it"
        );
        let error = read::<Choice>(r#"{"Fields": [1, null]}"#).expect_err("a list");
        assert_eq!(error.to_string(), "a list stands where an object belongs");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| read::<Everything>(text).expect_err(text).to_string();
        let but = |field: &str, value: Value| {
            let mut other = everything();
            other[field] = value;
            wrong(&other.to_string())
        };
        assert_eq!(wrong("7"), "a number stands where an object belongs");
        assert_eq!(wrong("{}"), "missing field `whole`");
        assert_eq!(but("whole", json!("7")), "a text stands where a number belongs");
        assert_eq!(but("is_so", json!(null)), "nothing stands where true or false belongs");
        assert_eq!(but("text", json!([])), "a list stands where a text belongs");
        assert_eq!(but("pairs", json!({})), "an object stands where a list belongs");
        assert_eq!(
            but("pairs", json!([[1, "one", 2]])),
            "a list is longer than what belongs there"
        );
        let choice = "one name, or an object of one entry,";
        assert_eq!(
            but("map", json!({"a": true})),
            format!("true or false stands where {choice} belongs")
        );
        assert_eq!(
            but("map", json!({"a": {"Plain": null, "Wrapped": 1}})),
            format!("an object stands where {choice} belongs")
        );
        assert!(but("small", json!(256)).starts_with("invalid value: integer `256`"));
        assert!(but("map", json!({"a": "Other"})).starts_with("unknown variant `Other`"));
        assert!(wrong("{").contains("line 1 column 1"));
        assert!(wrong(r#"{"whole": 1, "whole": 2}"#).starts_with("duplicate field"));
        assert!(wrong(&"[".repeat(200)).starts_with("recursion limit exceeded"));
    }
}
