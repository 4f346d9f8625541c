//! What a person or machine changes, and what became of it on the board.

use serde::{Deserialize, Serialize};

use super::{BoardId, Cursor, FieldName, Kind, OperationId, Principal, Revision, RunId, Value, WidgetId};
use crate::{
    config::{COLOURS_LEN, NAME_BYTES_MAX},
    sorted::SortedMap,
    time::Timestamp,
};

/// One change: to one field, or to the being of one widget. Immutable once stored, but for `made_at` and `base`
/// after a history break.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its identity, wherever and however often it is sent.
    pub id: OperationId,
    /// The board it changes.
    pub board: BoardId,
    /// The widget it changes; with the board, its lane.
    pub widget: WidgetId,
    /// [`crate::config::SCHEMA`] of the program that made it.
    pub schema: u32,
    /// What its author had seen of the board. Tells the server whether it may still know the operation's fate.
    pub made_at: Cursor,
    /// The change.
    pub intent: Intent,
    /// What the author saw in the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// The value the author saw: for merges, conflict cards and undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_value: Option<Value>,
    /// When it must have taken effect, or never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// The conflict this resolves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolves: Option<OperationId>,
}

impl Operation {
    /// The revision its author had seen, as far as the operation itself says: nothing, where it rests on another one.
    #[must_use]
    pub const fn seen(&self) -> Revision {
        match self.base {
            Some(Base::Revision(revision)) => revision,
            Some(Base::Operation(_)) => Revision::ZERO,
            None => self.made_at.revision,
        }
    }

    /// Whether it makes its board: see [`WidgetId::birth`].
    #[must_use]
    pub fn is_birth(&self) -> bool {
        self.widget.is_birth() && matches!(self.intent, Intent::Create { .. })
    }
}

/// The change an operation asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Give a field a value.
    Set {
        /// The field.
        field: FieldName,
        /// Its new value.
        value: Value,
    },
    /// Add to a counter. Never conflicts.
    Add {
        /// The field.
        field: FieldName,
        /// What to add; checked, so that no counter wraps.
        amount: i64,
    },
    /// Put a widget on the board.
    Create {
        /// What it is.
        kind: Kind,
        /// Its first values.
        #[serde(default)]
        fields: SortedMap<FieldName, Value>,
    },
    /// Take the widget off the board; its fields are kept until the horizon passes.
    Remove,
    /// Undo a removal.
    #[cfg_attr(feature = "previous", serde(skip_deserializing))]
    Restore {
        /// The removal this undoes.
        removal: Base,
    },
}

impl Intent {
    /// The field it changes, when it changes one.
    #[must_use]
    pub const fn field(&self) -> Option<&FieldName> {
        match self {
            Self::Set { field, .. } | Self::Add { field, .. } => Some(field),
            Self::Create { .. } | Self::Remove | Self::Restore { .. } => None,
        }
    }

    /// Whether it was to set a value, and the effect is just that.
    #[must_use]
    pub fn came_to(&self, effect: &Effect) -> bool {
        match (self, effect) {
            (Self::Set { value, .. }, Effect::Assigned { value: assigned, .. }) => value == assigned,
            _ => false,
        }
    }
}

/// What an author saw: confirmed state, or their own operation that had no verdict yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// The field's revision as shown.
    Revision(Revision),
    /// Their own earlier, undecided operation.
    Operation(OperationId),
}

/// "Now or never": judged by the server alone, on its own clock, which counts through suspend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The server process whose clock this is; any other expires it.
    pub run: RunId,
    /// The instant, in that server's time.
    pub at: Timestamp,
}

/// What a device is called, and shown by, for people: nothing is decided by it, and nothing vouches for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its name; at most [`crate::config::NAME_BYTES_MAX`] bytes are kept.
    pub name: String,
    /// Which of [`crate::config::COLOURS_LEN`] colours, from 0; counted round.
    pub colour: u8,
}

impl Device {
    /// The device as it is kept, on either side of the wire: of its name whole characters, none of them a control character,
    /// and a colour that there is. `None` when nothing to read is left of the name.
    #[must_use]
    pub fn kept(self) -> Option<Self> {
        let letters = self.name.chars().take(NAME_BYTES_MAX);
        let mut name: String = letters.filter(|letter| !letter.is_control()).collect();
        name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
        let colour = self.colour % COLOURS_LEN;
        (!name.trim().is_empty()).then_some(Self { name, colour })
    }
}

/// Who wrote a value and when, for people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// As the server knows them.
    pub principal: Principal,
    /// The name of the device, as its owner set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// And its colour: see [`Device::colour`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<u8>,
    /// When the server decided it, in server time.
    pub at: Timestamp,
}

/// A field as the server ordered it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its value.
    pub value: Value,
    /// The revision that gave it.
    pub revision: Revision,
    /// The operation that gave it.
    pub operation: OperationId,
    /// Who that was.
    pub writer: Writer,
}

/// A widget: an entity on a board, with named fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Widget {
    /// What it is.
    pub kind: Kind,
    /// The revision that created it. Of one that is only laid over a board, a number above all revisions: the later it was made,
    /// the larger.
    pub created: Revision,
    /// The last revision that changed anything of it.
    pub changed: Revision,
    /// The revision that removed it. A removed widget keeps its fields, so that it can come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Revision>,
    /// Who that was, where it is known: a program from before this was told does not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_by: Option<Writer>,
    /// Its values.
    pub fields: SortedMap<FieldName, Field>,
}

impl Widget {
    /// A field by its name; one that has never had a value is none.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.iter();
        fields.find(|(field, _)| field.as_str() == name).map(|(_, field)| field)
    }

    /// What a field says, where it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.value.as_str()
    }
}

/// An applied operation as everybody hears of it: resulting values, so that clients assign and never recompute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The operation.
    pub id: OperationId,
    /// Its place in the board's order.
    pub revision: Revision,
    /// The widget it changed.
    pub widget: WidgetId,
    /// What came of it.
    pub effect: Effect,
    /// Who made it.
    pub writer: Writer,
    /// An actuator acts only on live changes before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
}

/// What an applied operation did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A field has this value now, whether it was set, added to or merged.
    Assigned {
        /// The field.
        field: FieldName,
        /// The resulting value.
        value: Value,
    },
    /// A widget is there.
    Created {
        /// What it is.
        kind: Kind,
        /// Its first values.
        fields: SortedMap<FieldName, Value>,
    },
    /// A widget is gone, its fields kept.
    Removed,
    /// A removed widget is back.
    #[cfg_attr(feature = "previous", serde(skip_deserializing))]
    Restored,
}

impl Effect {
    /// The field it is of, when it is of one.
    #[must_use]
    pub const fn field(&self) -> Option<&FieldName> {
        match self {
            Self::Assigned { field, .. } => Some(field),
            Self::Created { .. } | Self::Removed | Self::Restored => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_devices_name_whole_plain_characters_are_kept_and_its_colour_is_counted_round() {
        let called = |name: &str, colour| {
            let name = name.to_owned();
            Device { name, colour }.kept()
        };
        let long = "\u{7}".to_owned() + &"é".repeat(40);
        let device = called(&long, 9).expect("it has a name");
        assert_eq!((device.name, device.colour), ("é".repeat(32), 1));
        assert_eq!(called("\u{7} ", 0), None, "that is no name");
    }
}
