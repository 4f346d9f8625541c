//! One number for all that a board shows, by which two programs find out that they show the same.
//!
//! 64 bits of FNV-1a (Fowler, Noll and Vo, 1991) for each widget that is on the board, added up, and the two halves of that
//! taken together (exclusive or): simple in any language, and good against mistakes. It is no defence against anybody who chooses
//! values.

use super::Board;
use crate::protocol::{Value, Widget, WidgetId};

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Board {
    /// The hash of what is shown: of every widget that is not removed its id, kind and fields, each with its revision and
    /// value. What was removed does not count: a device lets go of it when it likes.
    #[must_use]
    pub fn state_hash(&self) -> u32 {
        let widgets = self.present().map(|(id, widget)| of_widget(id, widget));
        let sum = widgets.fold(0, u64::wrapping_add);
        (sum >> 32) as u32 ^ sum as u32
    }
}

fn of_widget(id: &WidgetId, widget: &Widget) -> u64 {
    let mut hash = Fnv(OFFSET);
    hash.text(id.as_str());
    hash.text(widget.kind.as_str());
    for (name, field) in &widget.fields {
        hash.text(name.as_str());
        hash.bytes(&field.revision.0.to_le_bytes());
        hash.value(&field.value);
    }
    hash.0
}

struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }

    /// A text and its end, which no text contains.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    /// A value; how deep it may be is limited where it is accepted.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes(b"n"),
            Value::Bool(yes) => self.bytes(if *yes { b"t" } else { b"f" }),
            // To 24 bits: readers of JSON differ in the last digits.
            Value::Number(number) => {
                self.bytes(b"#");
                self.bytes(&(number.as_f64().unwrap_or_default() as f32).to_le_bytes());
            }
            Value::String(text) => {
                self.bytes(b"s");
                self.text(text);
            }
            Value::Array(items) => {
                self.bytes(b"[");
                items.iter().for_each(|item| self.value(item));
                self.bytes(b"]");
            }
            Value::Object(entries) => {
                self.bytes(b"{");
                for (key, item) in entries {
                    self.text(key);
                    self.value(item);
                }
                self.bytes(b"}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn board(widget: serde_json::Value) -> Board {
        let widget: Widget = serde_json::from_value(widget).expect("a widget");
        [("fuel".parse().expect("a name"), Arc::new(widget))]
            .into_iter()
            .collect()
    }

    fn widget(value: serde_json::Value, revision: u64) -> serde_json::Value {
        let writer = json!({"principal": "ann", "at": 0});
        let field =
            json!({"value": value, "revision": revision, "operation": format!("{:032x}-1", 7), "writer": writer});
        json!({"kind": "setpoint", "created": 1, "changed": revision, "fields": {"value": field}})
    }

    fn hash(value: serde_json::Value) -> u32 {
        board(widget(value, 2)).state_hash()
    }

    #[test]
    fn what_is_shown_alike_has_one_hash_and_every_difference_another() {
        assert_eq!(
            hash(json!({"b": [1, null], "a": "x"})),
            hash(json!({"a": "x", "b": [1.0, null]}))
        );
        let different = [
            json!(null),
            json!(true),
            json!(3),
            json!("3"),
            json!([3]),
            json!([[3]]),
            json!({"a": 3}),
            json!({"a": "3"}),
            json!(["a", "b"]),
            json!(["ab"]),
        ];
        let hashes: std::collections::BTreeSet<u32> = different.iter().cloned().map(hash).collect();
        assert_eq!(hashes.len(), different.len());
        assert_ne!(
            board(widget(json!(3), 2)).state_hash(),
            board(widget(json!(3), 4)).state_hash()
        );
    }

    #[test]
    fn what_was_removed_does_not_count() {
        let mut removed = widget(json!(3), 2);
        removed["removed"] = json!(3);
        assert_eq!(board(removed).state_hash(), Board::default().state_hash());
        assert_eq!(Board::default().state_hash(), 0);
    }

    /// The protocol's page gives this one, for those who write it in another language.
    #[test]
    fn it_is_the_hash_that_the_protocol_says_it_is() {
        let hash = board(widget(json!({"litres": [3.5, "port", true]}), 2)).state_hash();
        assert_eq!(hash, 0x51b9_7f09);
    }
}
