//! Boards: widgets with named fields, how an operation changes them, and which kinds of widget there are.
//!
//! Invariant: pure. The same change applied to the same board gives the same board, on the server, in a browser and
//! in the simulator.

mod catalog;
mod file;
mod hash;
pub mod kinds;
mod lines;
mod merge;
mod order;
mod run;
pub mod templates;

use std::sync::Arc;

pub use catalog::{Catalog, FieldSpec, KindSpec, Policy, ValueType, is_within_depth};
pub use file::{BoardFile, FileError, FileWidget, WidgetFault};
pub use lines::{LINE, MS_DIGITS, leaves_nothing, lines, moment_after, outgrown, written_at};
pub use merge::merge_text;
pub use order::{in_order, moved, order_of};
pub use run::Run;

use crate::{
    protocol::{
        Change, Effect, Field, FieldName, Intent, Operation, Revision, Value, Widget, WidgetId, Writer, encode,
    },
    sorted::SortedMap,
};

/// A board's widgets, removed ones included until the horizon passes their removal. Cheap to clone: widgets are
/// shared until one of the copies changes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    widgets: SortedMap<WidgetId, Arc<Widget>>,
}

/// The live series that a widget shows, as its field `series` names them.
#[must_use]
pub fn series_of(widget: &Widget) -> Vec<String> {
    let field = widget.field("series");
    let names = field.and_then(|field| field.value.as_array()).into_iter().flatten();
    names.filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

/// Whether a name of a series may be a formula, or a list may have one in it: most have none, which is seen at a glance.
#[must_use]
pub fn is_like_formula(name: &str) -> bool {
    let has_window = |part: &str| {
        let (word, rest) = part.trim_start().split_once(' ').unwrap_or_default();
        let is_digit = |letter: char| letter.is_ascii_digit();
        let is_percentile = word
            .strip_prefix('p')
            .is_some_and(|percent| percent.starts_with(is_digit));
        rest.starts_with(is_digit) && (is_percentile || matches!(word, "rate" | "delta" | "avg" | "min" | "max"))
    };
    name.contains(" of") || name.contains(" / ") || name.contains('(') || name.split(',').any(has_window)
}

/// The names of series in a list that a person typed: commas stand between them, but for those among a name's labels
/// (`requests{method="get",path="/"}`).
#[must_use]
pub fn series_names(text: &str) -> Vec<&str> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_u32, false, false);
    let is_between = |letter| {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' if depth > 0 => is_quoted = !is_quoted,
            '{' if !is_quoted => depth += 1,
            '}' if !is_quoted => depth = depth.saturating_sub(1),
            // `fuel{*` is of all labels, and ends there.
            '*' if !is_quoted => depth = 0,
            ',' => return depth == 0,
            _ => {}
        }
        false
    };
    text.split(is_between)
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}

impl Board {
    /// A widget, removed or not.
    #[must_use]
    pub fn widget(&self, id: &WidgetId) -> Option<&Arc<Widget>> {
        self.widgets.get(id)
    }

    /// A widget's field, whether the widget is removed or not.
    #[must_use]
    pub fn field(&self, widget: &WidgetId, field: &FieldName) -> Option<&Field> {
        self.widgets.get(widget)?.fields.get(field)
    }

    /// Whether it is counted how many have seen its changes: unless its own record says not.
    #[must_use]
    pub fn has_receipts(&self) -> bool {
        let birth = self.widgets.get(&WidgetId::birth());
        let mut fields = birth.into_iter().flat_map(|birth| &birth.fields);
        !fields.any(|(name, field)| name.as_str() == "receipts" && field.value == false)
    }

    /// Every widget, removed ones included, by name.
    pub fn widgets(&self) -> impl Iterator<Item = (&WidgetId, &Arc<Widget>)> {
        self.widgets.iter()
    }

    /// The widgets that are on the board.
    pub fn present(&self) -> impl Iterator<Item = (&WidgetId, &Arc<Widget>)> {
        self.widgets.iter().filter(|(_, widget)| widget.removed.is_none())
    }

    /// How many widgets are kept, removed ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.widgets.len()
    }

    /// Whether nothing was ever put here, or all of it is forgotten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.widgets.is_empty()
    }

    /// Takes over a widget as the server has it, from a patch, a snapshot or the device's store.
    pub fn put(&mut self, id: WidgetId, widget: Arc<Widget>) {
        self.widgets.insert(id, widget);
    }

    /// Lets go of widgets removed before `horizon`: nothing that may still arrive can name them.
    pub fn forget_removed(&mut self, horizon: Revision) {
        self.widgets
            .retain(|_, widget| widget.removed.is_none_or(|removed| removed >= horizon));
    }

    /// Applies what the server ordered. Values are assigned, never recomputed, so that two versions of this program
    /// can't come apart.
    pub fn apply(&mut self, change: &Change) {
        let Change {
            id,
            revision,
            widget,
            effect,
            writer,
            ..
        } = change;
        let field = |value: &Value| Field {
            value: value.clone(),
            revision: *revision,
            operation: *id,
            writer: writer.clone(),
        };
        if let Effect::Created { kind, fields } = effect {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), field(value)))
                .collect();
            let created = Widget {
                kind: kind.clone(),
                created: *revision,
                changed: *revision,
                removed: None,
                removed_by: None,
                fields,
            };
            self.widgets.insert(widget.clone(), Arc::new(created));
            return;
        }
        // A change of a widget that isn't here can only follow one that was pruned away: nothing to show.
        let Some(target) = self.widgets.get_mut(widget) else {
            return;
        };
        let target = Arc::make_mut(target);
        target.changed = *revision;
        match effect {
            Effect::Assigned { field: name, value } if leaves_nothing(&target.kind, name, value) => {
                target.fields.remove(name);
            }
            Effect::Assigned { field: name, value } => {
                target.fields.insert(name.clone(), field(value));
            }
            Effect::Removed if target.removed.is_none() => {
                (target.removed, target.removed_by) = (Some(*revision), Some(writer.clone()));
            }
            Effect::Removed => {}
            Effect::Restored => (target.removed, target.removed_by) = (None, None),
            Effect::Created { .. } => unreachable!("handled above"),
        }
    }

    /// Lays an operation without a verdict over this board, as its author sees it until the server has spoken.
    /// Answers whether anything shows of it: an addition past a counter's limit, or an edit of a widget that is
    /// not here, changes nothing.
    pub fn lay_over(&mut self, operation: &Operation, writer: &Writer) -> bool {
        let Some(effect) = self.effect_of(&operation.widget, &operation.intent) else {
            return false;
        };
        let revision = match (&effect, self.widgets.get(&operation.widget)) {
            // What is laid over keeps the confirmed revision: it is no revision of the server's.
            (Effect::Assigned { field, .. }, Some(widget)) => {
                widget.fields.get(field).map_or(Revision::ZERO, |field| field.revision)
            }
            (_, Some(widget)) => widget.changed,
            // It has no place in the server's order yet: after all that has one, in the order in which it is laid over them.
            (_, None) => Revision(u64::MAX / 2 + self.len() as u64),
        };
        let change = Change {
            id: operation.id,
            revision,
            widget: operation.widget.clone(),
            effect,
            writer: writer.clone(),
            deadline: None,
        };
        self.apply(&change);
        true
    }

    /// What an intent does here, when nothing stands against it; `None` when it can do nothing.
    #[must_use]
    pub fn effect_of(&self, widget: &WidgetId, intent: &Intent) -> Option<Effect> {
        let present = self.widgets.get(widget);
        match intent {
            Intent::Create { kind, fields } => present.is_none().then(|| Effect::Created {
                kind: kind.clone(),
                fields: fields.clone(),
            }),
            Intent::Set { field, value } => present.map(|_| Effect::Assigned {
                field: field.clone(),
                value: value.clone(),
            }),
            Intent::Add { field, amount } => {
                let count = present?
                    .fields
                    .get(field)
                    .map_or(Some(0), |field| field.value.as_i64())?;
                Some(Effect::Assigned {
                    field: field.clone(),
                    value: count.checked_add(*amount)?.into(),
                })
            }
            Intent::Remove => present.map(|_| Effect::Removed),
            Intent::Restore { .. } => present?.removed.map(|_| Effect::Restored),
        }
    }
}

impl FromIterator<(WidgetId, Arc<Widget>)> for Board {
    fn from_iter<I: IntoIterator<Item = (WidgetId, Arc<Widget>)>>(widgets: I) -> Self {
        Self {
            widgets: widgets.into_iter().collect(),
        }
    }
}

/// Bytes of a value as JSON.
#[must_use]
pub fn value_bytes(value: &Value) -> usize {
    encode(value).len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn series_are_named_by_what_is_text_in_a_list() {
        let names_of = |series: Value| {
            let widget: Widget = serde_json::from_value(json!({
                "kind": "stat", "created": 1, "changed": 1,
                "fields": { "series": { "value": series, "revision": 1, "operation": format!("{:032x}-1", 1), "writer": { "principal": "ada", "at": 5 } } },
            }))
            .expect("a widget");
            series_of(&widget)
        };
        assert_eq!(names_of(json!(["a", 1, "b*"])), ["a", "b*"]);
        assert_eq!(names_of(json!("a")), Vec::<String>::new());
    }

    #[test]
    fn a_comma_among_labels_is_of_the_name() {
        assert_eq!(series_names("fuel, oil,"), ["fuel", "oil"]);
        let labelled = r#"http{a="1",b="x}, \",y"}"#;
        assert_eq!(series_names(&[labelled, ", up"].concat()), [labelled, "up"]);
        assert_eq!(series_names("} a, \"b, c\""), ["} a", "\"b", "c\""]);
        assert_eq!(
            series_names("fuel{*, sum(a{*} + b) / c, d"),
            ["fuel{*", "sum(a{*} + b) / c", "d"]
        );
    }
}
