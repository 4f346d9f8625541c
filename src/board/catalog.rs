//! Which kinds of widget there are, what their fields take, and who wins when two people write at once.

use super::{Run, kinds, value_bytes};
use crate::{
    config::{VALUE_BYTES_MAX, VALUE_DEPTH_MAX},
    protocol::{Deadline, FieldName, Intent, Kind, Rejection, Value, Widget},
    sorted::SortedMap,
};

/// The kinds a server accepts. An app adds its own with [`Catalog::with`].
#[derive(Clone, Debug)]
pub struct Catalog {
    kinds: SortedMap<String, KindSpec>,
}

/// A kind of widget.
#[derive(Clone, Debug)]
pub struct KindSpec {
    /// Its fields.
    pub fields: Vec<FieldSpec>,
}

/// A field of a kind.
#[derive(Clone, Debug)]
pub struct FieldSpec {
    /// Its name. One that ends in `*` stands for every field that begins so: list items, say; those may be `null`,
    /// which is how an item goes away.
    pub name: &'static str,
    /// What it takes.
    pub value: ValueType,
    /// Who wins when somebody else wrote first.
    pub policy: Policy,
    /// Fields of the same widget that say how small and how large its number may be.
    pub bounds: Option<[&'static str; 2]>,
    /// Whether it may be `null`, which is how it is taken back.
    pub is_optional: bool,
    /// Whether it is set by operations with a deadline alone.
    pub is_now_or_never: bool,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueType {
    /// Text, within [`VALUE_BYTES_MAX`].
    Text,
    /// The same, with something to read in it: what people know a thing by.
    Name,
    /// A whole number: counters.
    Integer,
    /// A finite number within the range, both ends included.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts, empty or not: names of series.
    Texts,
    /// How a timer runs: see [`Run`](super::Run). Or `null`, and it stands at its beginning.
    Run,
    /// Any JSON.
    Any,
}

/// What becomes of a `set` whose author had not seen the value that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It applies, and reports what it wrote over.
    LastWriteWins,
    /// What stands, stands; the author is told.
    FirstWriteWins,
    /// Text is merged by the server; where that can't be done, its author is asked.
    Merge,
    /// Its author is asked.
    Ask,
}

impl Catalog {
    /// No kinds but a board's own.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            kinds: SortedMap::new(),
        }
        .with(
            kinds::BOARD,
            vec![
                FieldSpec::new("name", ValueType::Name, Policy::LastWriteWins),
                FieldSpec::new("receipts", ValueType::Boolean, Policy::LastWriteWins),
            ],
        )
    }

    /// Adds a kind, or replaces it. A name that no built-in one has is better: a terminal takes a kind of that name for the built-in one.
    #[must_use]
    pub fn with(mut self, kind: &str, fields: Vec<FieldSpec>) -> Self {
        self.kinds.insert(kind.to_owned(), KindSpec { fields });
        self
    }

    /// A kind, where it is known.
    #[must_use]
    pub fn kind(&self, kind: &Kind) -> Option<&KindSpec> {
        self.kinds.get(kind.as_str())
    }

    /// The spec of a field.
    ///
    /// # Errors
    /// [`Rejection::UnknownKind`] and [`Rejection::UnknownField`].
    pub fn field(&self, kind: &Kind, field: &FieldName) -> Result<&FieldSpec, Rejection> {
        let kind = self.kind(kind).ok_or(Rejection::UnknownKind)?;
        kind.field(field).ok_or(Rejection::UnknownField)
    }

    /// Whether a field of this widget may be edited so, beside what its other fields hold: what the server asks before it decides, and
    /// a terminal before it saves.
    ///
    /// # Errors
    /// Why not.
    pub fn check_edit(&self, widget: &Widget, intent: &Intent) -> Result<(), Rejection> {
        match intent {
            Intent::Set { field, value } => {
                let spec = self.field(&widget.kind, field)?;
                spec.check(value, |name| Some(&widget.field(name)?.value))
            }
            Intent::Add { field, .. } => self.field(&widget.kind, field)?.check_add(),
            Intent::Create { .. } | Intent::Remove | Intent::Restore { .. } => Ok(()),
        }
    }

    /// Whether a widget of this kind may be made with these values.
    ///
    /// # Errors
    /// The first reason found why not.
    pub fn check_create(&self, kind: &Kind, fields: &SortedMap<FieldName, Value>) -> Result<(), Rejection> {
        if !self.kinds.contains_key(kind.as_str()) {
            return Err(Rejection::UnknownKind);
        }
        let sibling = |name: &str| {
            fields
                .iter()
                .find(|(field, _)| field.as_str() == name)
                .map(|(_, value)| value)
        };
        fields.iter().try_for_each(|(name, value)| {
            let checked = self.field(kind, name)?.check(value, sibling);
            // Of many fields nobody knows which one is meant.
            checked.map_err(|reason| match reason {
                Rejection::WrongType { expected } => Rejection::WrongType {
                    expected: format!("{expected}, and `{name}` is none"),
                },
                reason => reason,
            })
        })
    }
}

impl KindSpec {
    /// The spec of a field, where the kind has it.
    #[must_use]
    pub fn field(&self, name: &FieldName) -> Option<&FieldSpec> {
        self.fields.iter().find(|spec| spec.covers(name.as_str()))
    }
}

impl FieldSpec {
    /// A field that takes `value` by `policy`.
    #[must_use]
    pub const fn new(name: &'static str, value: ValueType, policy: Policy) -> Self {
        Self {
            name,
            value,
            policy,
            bounds: None,
            is_optional: false,
            is_now_or_never: false,
        }
    }

    /// The same, and it is set within a time or never: what acts on it must not act hours later.
    #[must_use]
    pub const fn now_or_never(mut self) -> Self {
        self.is_now_or_never = true;
        self
    }

    /// The same, and `null` takes it back, by which its first value is undone.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// The same, within what the widget's fields `min` and `max` say.
    #[must_use]
    pub const fn within(mut self, min: &'static str, max: &'static str) -> Self {
        self.bounds = Some([min, max]);
        self
    }

    fn covers(&self, field: &str) -> bool {
        self.name
            .strip_suffix('*')
            .map_or(self.name == field, |prefix| field.starts_with(prefix))
    }

    /// Whether it may be set by an operation with a deadline, or without one.
    ///
    /// # Errors
    /// [`Rejection::WrongType`], when it is set now or never and there is none.
    pub fn check_deadline(&self, deadline: Option<Deadline>) -> Result<(), Rejection> {
        if self.is_now_or_never && deadline.is_none() {
            return Err(Rejection::WrongType {
                expected: "a deadline beside the value: this takes effect now or never".to_owned(),
            });
        }
        Ok(())
    }

    /// Whether the field can be added to.
    ///
    /// # Errors
    /// [`Rejection::WrongType`] unless it is a counter.
    pub fn check_add(&self) -> Result<(), Rejection> {
        if self.value == ValueType::Integer {
            Ok(())
        } else {
            Err(Rejection::WrongType {
                expected: "a value, not an addition".to_owned(),
            })
        }
    }

    /// Whether the field takes this value; `sibling` gives the values of the widget's other fields.
    ///
    /// # Errors
    /// Why not.
    pub fn check<'a>(&self, value: &Value, sibling: impl Fn(&str) -> Option<&'a Value>) -> Result<(), Rejection> {
        if value_bytes(value) > VALUE_BYTES_MAX {
            return Err(Rejection::TooLarge {
                bytes_max: VALUE_BYTES_MAX as u64,
            });
        }
        if !is_within_depth(value, VALUE_DEPTH_MAX) {
            return Err(Rejection::TooDeep {
                depth_max: VALUE_DEPTH_MAX as u64,
            });
        }
        if value.is_null() && (self.is_optional || self.name.ends_with('*')) {
            return Ok(());
        }
        let wrong = |expected: &str| {
            Err(Rejection::WrongType {
                expected: expected.to_owned(),
            })
        };
        match &self.value {
            ValueType::Text | ValueType::Name if !value.is_string() => wrong("text"),
            ValueType::Name if value.as_str().is_some_and(|text| text.trim().is_empty()) => {
                wrong("a name that is not empty")
            }
            ValueType::Integer if !value.is_i64() => wrong("a whole number"),
            ValueType::Texts if !is_list_of_texts(value) => wrong(r#"a list of texts, as ["fuel", "depth"]"#),
            ValueType::Boolean if !value.is_boolean() => wrong("yes or no"),
            ValueType::Run if Run::read(value).is_none() => wrong(
                r#"null, {"ends": UNIX_MS}, {"left": SECONDS}, {"since": UNIX_MS} or {"spent": SECONDS}, in whole numbers"#,
            ),
            ValueType::Choice(words) if !value.as_str().is_some_and(|word| words.contains(&word)) => {
                wrong(&format!("one of {}", words.join(", ")))
            }
            ValueType::Number { min, max } => {
                let (min, max) = self.range((*min, *max), sibling);
                match value.as_f64() {
                    None => wrong("a number"),
                    Some(number) if !(min..=max).contains(&number) => Err(Rejection::OutOfRange { min, max }),
                    Some(_) => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// From where to where a number may lie: the widget's own bounds within those of its kind. Bounds that leave no number
    /// bound nothing: two people may have moved one each, and the value must not be stuck for it.
    fn range<'a>(&self, kind: (f64, f64), sibling: impl Fn(&str) -> Option<&'a Value>) -> (f64, f64) {
        let Some([min, max]) = self.bounds else { return kind };
        let own = |name| sibling(name).and_then(Value::as_f64);
        let min = own(min).map_or(kind.0, |min| min.max(kind.0));
        let max = own(max).map_or(kind.1, |max| max.min(kind.1));
        if min <= max { (min, max) } else { kind }
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

/// Whether at most `depth_max` arrays and objects lie within each other.
#[must_use]
pub fn is_within_depth(value: &Value, depth_max: usize) -> bool {
    let Some(depth_max) = depth_max.checked_sub(1) else {
        return !value.is_array() && !value.is_object();
    };
    match value {
        Value::Array(items) => items.iter().all(|item| is_within_depth(item, depth_max)),
        Value::Object(entries) => entries.values().all(|entry| is_within_depth(entry, depth_max)),
        _ => true,
    }
}

impl Default for Catalog {
    /// The built-in kinds.
    fn default() -> Self {
        use Policy::{Ask, FirstWriteWins, LastWriteWins, Merge};
        use ValueType::{Boolean, Choice, Integer, Name, Number, Run, Text, Texts};
        let title = || FieldSpec::new("title", Name, LastWriteWins);
        // What a widget may go without is taken back, too: undo does where it was set for the first time.
        let detail = |name, value| FieldSpec::new(name, value, LastWriteWins).optional();
        let order = || detail("order", Number { min: -1e12, max: 1e12 });
        let number = || Number { min: -1e15, max: 1e15 };
        let size = || detail("size", Choice(kinds::SIZES));
        let own = |fields: Vec<FieldSpec>| [vec![title(), order(), size()], fields].concat();
        let sampled = || {
            own(vec![
                FieldSpec::new("series", Texts, LastWriteWins),
                detail("unit", Text),
                detail("min", number()),
                detail("max", number()),
            ])
        };
        let watched = || {
            let threshold = vec![detail("threshold", number()), detail("warns", Choice(kinds::WARNS))];
            [sampled(), threshold].concat()
        };
        Self::empty()
            .with(kinds::STAT, watched())
            .with(kinds::GAUGE, watched())
            .with(kinds::BAR, watched())
            .with(
                kinds::SERIES,
                [watched(), vec![detail("span", Choice(kinds::SPANS))]].concat(),
            )
            .with(kinds::TABLE, sampled())
            .with(
                kinds::STATUS,
                own(vec![
                    FieldSpec::new("state", Choice(kinds::STATUS_WORDS), Ask),
                    FieldSpec::new("text", Text, Merge),
                ]),
            )
            .with(
                kinds::CHECKLIST,
                own(vec![
                    FieldSpec::new("item-*", Text, Ask),
                    FieldSpec::new("done-*", Boolean, LastWriteWins),
                    // Who took an item on: the first one has it.
                    FieldSpec::new("taken-*", Text, FirstWriteWins),
                ]),
            )
            .with(
                kinds::SETPOINT,
                own(vec![
                    FieldSpec::new("value", number(), Ask).within("min", "max"),
                    detail("unit", Text),
                    detail("min", number()),
                    detail("max", number()),
                    detail("step", Number { min: 1e-9, max: 1e15 }),
                ]),
            )
            .with(
                kinds::COUNTER,
                own(vec![
                    FieldSpec::new("count", Integer, LastWriteWins),
                    detail("unit", Text),
                ]),
            )
            .with(
                kinds::SWITCH,
                own(vec![FieldSpec::new("on", Boolean, LastWriteWins).now_or_never()]),
            )
            .with(kinds::LOG, own(vec![FieldSpec::new("line-*", Text, LastWriteWins)]))
            .with(
                kinds::TIMER,
                own(vec![
                    detail("minutes", Number { min: 0.0, max: 6e4 }),
                    detail("run", Run),
                ]),
            )
            .with(kinds::NOTE, own(vec![FieldSpec::new("text", Text, Merge)]))
    }
}

#[cfg(test)]
mod tests;
