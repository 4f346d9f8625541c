//! JSON as this protocol reads it: what has fields is an object.
//!
//! A text is read into a tree, by one program, and each type is made from a tree. Serde's decoders would else have the reading of
//! text compiled into each of them; and once more for structs that are written as lists, which nobody does.

use std::{borrow::Cow, fmt};

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::{Number, Result};

/// Reads a text.
///
/// # Errors
/// When it is no JSON, or not what `T` is written as.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    // One list for all: one for each list and object would take longer to make than to fill.
    let mut nodes = Vec::with_capacity((text.len() / 8).min(256));
    let mut reader = serde_json::Deserializer::from_str(text);
    Reading(&mut nodes).deserialize(&mut reader)?;
    reader.end()?;
    T::deserialize(Tree(&nodes))
}

/// A value that was read. What is in it follows it.
enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    /// It stays where it was, unless something is escaped in it.
    Text(Cow<'a, str>),
    /// So many nodes follow: its items, and what is in them.
    List(usize),
    /// So many nodes follow: each key, and its value with what is in it.
    Object(usize),
}

/// Adds a value to the nodes, and what is in it.
struct Reading<'n, 'a>(&'n mut Vec<Node<'a>>);

impl<'a> Reading<'_, 'a> {
    fn add<E>(self, value: Node<'a>) -> std::result::Result<(), E> {
        self.0.push(value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        self.add(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<(), E> {
        self.add(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<(), E> {
        self.add(Node::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<(), E> {
        self.add(Node::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> std::result::Result<(), E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number is no number"))?;
        self.add(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<(), E> {
        self.add(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<(), E> {
        self.add(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        let (at, nodes) = (self.0.len(), self.0);
        nodes.push(Node::List(0));
        while items.next_element_seed(Reading(&mut *nodes))?.is_some() {}
        nodes[at] = Node::List(nodes.len() - at - 1);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<(), A::Error> {
        let (at, nodes) = (self.0.len(), self.0);
        nodes.push(Node::Object(0));
        while entries.next_key_seed(Reading(&mut *nodes))?.is_some() {
            entries.next_value_seed(Reading(&mut *nodes))?;
        }
        nodes[at] = Node::Object(nodes.len() - at - 1);
        Ok(())
    }
}

/// A value that was read: its node, and those of what is in it. Of none at all it is nothing.
#[derive(Clone, Copy)]
struct Tree<'a>(&'a [Node<'a>]);

impl<'a> Tree<'a> {
    const NOTHING: Self = Self(&[]);

    fn node(self) -> &'a Node<'a> {
        self.0.first().unwrap_or(&Node::Null)
    }

    /// What is in it: items, or keys and values by turns.
    fn inside(self) -> Inside<'a> {
        Inside(self.0.get(1..).unwrap_or_default())
    }

    /// The name and the content of a variant.
    fn variant(self) -> Option<Variant<'a>> {
        let mut inside = self.inside();
        match self.node() {
            Node::Text(_) => Some(Variant(self, Self::NOTHING)),
            Node::Object(_) => Some(Variant(inside.next()?, inside.next()?)).filter(|_| inside.0.is_empty()),
            _ => None,
        }
    }
}

/// The values that were not taken yet.
struct Inside<'a>(&'a [Node<'a>]);

impl<'a> Iterator for Inside<'a> {
    type Item = Tree<'a>;

    fn next(&mut self) -> Option<Tree<'a>> {
        let within = match self.0.first()? {
            Node::List(within) | Node::Object(within) => *within,
            _ => 0,
        };
        let next;
        (next, self.0) = self.0.split_at_checked(1 + within)?;
        Some(Tree(next))
    }
}

/// What serde calls a type's wish for, and which values fulfil it.
macro_rules! take {
    ($($method:ident($($name:ty),*): $expected:literal, $value:pat => $visit:ident($($with:expr)?);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $name,)* visitor: V) -> Result<V::Value> {
            match self.node() {
                $value => visitor.$visit($($with)?),
                _ => Err(self.unexpected($expected)),
            }
        })*
    };
}

macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.node() {
                Node::Number(number) => number.$method(visitor),
                _ => Err(self.unexpected("a number")),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = serde_json::Error;

    take! {
        deserialize_str(): "a text", Node::Text(text) => visit_str(text);
        deserialize_identifier(): "a name", Node::Text(name) => visit_str(name);
        deserialize_bool(): "true or false", Node::Bool(value) => visit_bool(*value);
        deserialize_unit(): "nothing", Node::Null => visit_unit();
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_f32 deserialize_f64
    }

    // None of the protocol's types asks for one of these.
    serde::forward_to_deserialize_any! { char bytes byte_buf }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node() {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Number(number) => number.deserialize_any(visitor),
            Node::Text(text) => visitor.visit_str(text),
            Node::List(_) => visitor.visit_seq(self.inside()),
            Node::Object(_) => visitor.visit_map(Entries(self.inside(), Self::NOTHING)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let Node::List(_) = self.node() else {
            return Err(self.unexpected("a list"));
        };
        let mut items = self.inside();
        let read = visitor.visit_seq(&mut items)?;
        if items.0.is_empty() {
            Ok(read)
        } else {
            Err(Error::custom("a list is longer than what belongs there"))
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node() {
            Node::Object(_) => visitor.visit_map(Entries(self.inside(), Self::NOTHING)),
            _ => Err(self.unexpected("an object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.variant() {
            Some(variant) => visitor.visit_enum(variant),
            None => Err(self.unexpected("one name, or an object of one entry,")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.node() {
            Node::Null => visitor.visit_none(),
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

impl Tree<'_> {
    /// The error of every type, told by one program.
    #[inline(never)]
    fn unexpected(self, expected: &str) -> serde_json::Error {
        let found = match self.node() {
            Node::Null => "nothing",
            Node::Bool(_) => "true or false",
            Node::Number(_) => "a number",
            Node::Text(_) => "a text",
            Node::List(_) => "a list",
            Node::Object(_) => "an object",
        };
        Error::custom(format_args!("{found} stands where {expected} belongs"))
    }
}

impl<'de> SeqAccess<'de> for Inside<'de> {
    type Error = serde_json::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        self.next().map(|item| seed.deserialize(item)).transpose()
    }
}

/// The entries of an object that were not taken yet, and the value of the one whose key was.
struct Entries<'a>(Inside<'a>, Tree<'a>);

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>> {
        let (Some(key), Some(value)) = (self.0.next(), self.0.next()) else {
            return Ok(None);
        };
        self.1 = value;
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        seed.deserialize(self.1)
    }
}

/// A variant's name, and what it holds.
struct Variant<'a>(Tree<'a>, Tree<'a>);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = serde_json::Error;
    type Variant = Tree<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Tree<'de>)> {
        let Self(name, content) = self;
        Ok((seed.deserialize(name)?, content))
    }
}

impl<'de> VariantAccess<'de> for Tree<'de> {
    type Error = serde_json::Error;

    fn unit_variant(self) -> Result<()> {
        match self.node() {
            Node::Null => Ok(()),
            _ => Err(self.unexpected("nothing")),
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

    use serde::{Deserialize, Serialize};
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
