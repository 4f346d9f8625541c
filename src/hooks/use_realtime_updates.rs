//! One widget with fields of an app's own type: a thin, typed face of [`WidgetHandle`].

use std::{fmt, marker::PhantomData, ops::Deref};

use dioxus::prelude::*;
use serde::de::{DeserializeOwned, value::MapDeserializer};

use super::{
    boxed::use_signal,
    use_current_board::current_board,
    widget_handle::{WidgetHandle, use_widget},
};
use crate::protocol::{BoardId, Intent, Operation, Value, Widget, WidgetId};

/// A widget, live: read it in a component, and edit it from handlers. `Copy`. All but its typed fields is in
/// [`WidgetHandle`], which it derefs to.
pub struct RealtimeUpdates<T = Value> {
    handle: WidgetHandle,
    fields: PhantomData<fn() -> T>,
}

/// Watches a widget as long as the component lives. Renders its reader when something of this widget has changed, and
/// not for any other.
///
/// The widget is named by its id alone, on the [board of this place](super::use_current_board), or by `(board, id)`. `T` is
/// what its fields are read as; [`Value`] for those who read them one by one.
///
/// ```
/// use dioxus::prelude::*;
/// use serde::Deserialize;
/// use tideboard::{hooks::use_realtime_updates, protocol::WidgetId};
///
/// #[derive(Deserialize)]
/// struct Tank {
///     value: f64,
///     #[serde(default)]
///     unit: String,
/// }
///
/// #[component]
/// fn Fuel() -> Element {
///     let fuel = use_realtime_updates::<Tank>(WidgetId::named("fuel"));
///     match fuel.fields() {
///         Ok(Tank { value, unit }) => rsx! {
///             output { "data-state": if fuel.is_pending("value") { "pending" } else { "confirmed" }, "{value} {unit}" }
///             button { onclick: move |_| fuel.edit("value", value + 1.0), "Fill" }
///         },
///         Err(reason) => rsx! { p { "{reason}" } },
///     }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_realtime_updates<T>(widget: impl WidgetPlace) -> RealtimeUpdates<T> {
    let (board, widget) = widget.use_place();
    RealtimeUpdates {
        handle: use_widget(board, widget),
        fields: PhantomData,
    }
}

/// The widget that something listed is about, the same for as long as it is listed; with its title, else its name.
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_widget_of(operation: &Operation) -> (RealtimeUpdates, String) {
    let live: RealtimeUpdates = use_realtime_updates(use_hook(|| {
        let Operation { board, widget, .. } = operation;
        let (board, widget) = (Signal::new(board.clone()), Signal::new(widget.clone()));
        (ReadSignal::new(board), ReadSignal::new(widget))
    }));
    // A board is called by its name; what is not there by what it was to be called.
    for name in NAMES {
        for title in [&live.text(name), to_be(operation, name)] {
            if !title.is_empty() {
                return (live, title.to_owned());
            }
        }
    }
    (live, operation.widget.to_string())
}

/// What calls a widget, or a board.
const NAMES: [&str; 2] = ["title", "name"];

/// What a field of it holds that an operation makes; nothing where it makes none.
fn to_be<'a>(operation: &'a Operation, name: &str) -> &'a str {
    let Intent::Create { fields, .. } = &operation.intent else {
        return "";
    };
    let found = fields.iter().find(|(field, _)| field.as_str() == name);
    found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
}

/// What an operation is about as it says itself, where nothing that is shown here may be asked: what it makes by its title, else the widget by its own
/// name; and its board's own name.
pub(crate) fn own_names(operation: &Operation) -> [&str; 2] {
    let to_be = NAMES.map(|name| to_be(operation, name));
    let title = to_be.into_iter().find(|title| !title.is_empty());
    [title.unwrap_or(operation.widget.as_str()), operation.board.as_str()]
}

impl<T: DeserializeOwned> RealtimeUpdates<T> {
    /// Its fields, with this device's own edits laid over them. Fields without a value are left out, so that what may be
    /// missing is an `Option` or has a `#[serde(default)]`. Reads them anew each time. Subscribes the reader.
    ///
    /// # Errors
    /// [`FieldsError`].
    pub fn fields(&self) -> Result<T, FieldsError> {
        let view = self.signal();
        let view = view.read();
        match &view.widget {
            Some(widget) if widget.removed.is_none() => read(widget),
            None if !view.is_known => Err(FieldsError::Loading),
            _ => Err(FieldsError::Missing),
        }
    }
}

fn read<T: DeserializeOwned>(widget: &Widget) -> Result<T, FieldsError> {
    let present = widget.fields.iter().filter(|(_, field)| !field.value.is_null());
    let pairs = present.map(|(name, field)| (name.as_str(), &field.value));
    let read: Result<T, serde_json::Error> = T::deserialize(MapDeserializer::new(pairs));
    read.map_err(|error| FieldsError::Malformed {
        message: error.to_string(),
    })
}

/// Why a widget has no fields of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldsError {
    /// Its board has not arrived yet.
    Loading,
    /// It is not on the board, or not any more.
    Missing,
    /// They are of another type.
    Malformed {
        /// Which, and how.
        message: String,
    },
}

impl fmt::Display for FieldsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => f.write_str("The board is on its way."),
            Self::Missing => f.write_str("This widget is not on the board."),
            Self::Malformed { message } => write!(
                f,
                "This page can’t read the widget: {message}. Reload it, or update it."
            ),
        }
    }
}

impl std::error::Error for FieldsError {}

/// What names a widget: its id alone, on the [board of this place](super::use_current_board), or a board and an id. A plain
/// id may be another one at the next render.
pub trait WidgetPlace {
    /// The board and the widget. A hook.
    fn use_place(self) -> (ReadSignal<BoardId>, ReadSignal<WidgetId>);
}

impl WidgetPlace for ReadSignal<WidgetId> {
    fn use_place(self) -> (ReadSignal<BoardId>, ReadSignal<WidgetId>) {
        (use_hook(|| current_board("use_realtime_updates")), self)
    }
}

impl WidgetPlace for Signal<WidgetId> {
    fn use_place(self) -> (ReadSignal<BoardId>, ReadSignal<WidgetId>) {
        ReadSignal::from(self).use_place()
    }
}

impl WidgetPlace for WidgetId {
    fn use_place(self) -> (ReadSignal<BoardId>, ReadSignal<WidgetId>) {
        let mut id = use_signal(|| self.clone());
        if *id.peek() != self {
            id.set(self);
        }
        id.use_place()
    }
}

impl<B: Into<ReadSignal<BoardId>>, W: Into<ReadSignal<WidgetId>>> WidgetPlace for (B, W) {
    fn use_place(self) -> (ReadSignal<BoardId>, ReadSignal<WidgetId>) {
        (self.0.into(), self.1.into())
    }
}

impl<T> Deref for RealtimeUpdates<T> {
    type Target = WidgetHandle;

    fn deref(&self) -> &WidgetHandle {
        &self.handle
    }
}

impl<T> Clone for RealtimeUpdates<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RealtimeUpdates<T> {}

impl<T> PartialEq for RealtimeUpdates<T> {
    fn eq(&self, other: &Self) -> bool {
        self.handle == other.handle
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::protocol::{ClientId, Field, OperationId, Revision, Writer};
    use crate::time::Timestamp;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Tank {
        value: f64,
        unit: Option<String>,
        #[serde(default)]
        series: Vec<String>,
    }

    fn widget(fields: &[(&'static str, Value)]) -> Widget {
        let field = |value: &Value| Field {
            value: value.clone(),
            revision: Revision(1),
            operation: OperationId {
                client: ClientId(1),
                sequence: 1,
            },
            writer: Writer {
                principal: "ada".parse().expect("a name"),
                device: None,
                colour: None,
                at: Timestamp(0),
            },
        };
        Widget {
            kind: "stat".parse().expect("a name"),
            created: Revision(1),
            changed: Revision(1),
            removed: None,
            removed_by: None,
            fields: fields
                .iter()
                .map(|(name, value)| (name.parse().expect("a name"), field(value)))
                .collect(),
        }
    }

    #[test]
    fn fields_are_read_as_the_apps_own_type() {
        let tank = widget(&[("value", json!(3)), ("unit", json!("l")), ("else", json!([1]))]);
        let read = read::<Tank>(&tank).expect("its fields fit");
        assert_eq!(
            (read.value, read.unit.as_deref(), read.series.len()),
            (3.0, Some("l"), 0)
        );
    }

    #[test]
    fn a_field_without_a_value_is_as_one_that_is_missing() {
        let tank = widget(&[("value", json!(3)), ("unit", json!(null)), ("series", json!(null))]);
        let read = read::<Tank>(&tank).expect("its fields fit");
        assert_eq!((read.unit, read.series.len()), (None, 0));
    }

    #[test]
    fn fields_of_another_type_are_told_by_name() {
        let said =
            |fields: &[(&'static str, Value)]| read::<Tank>(&widget(fields)).expect_err("they do not fit").to_string();
        assert!(said(&[]).contains("value"), "{}", said(&[]));
        let text = said(&[("value", json!("three"))]);
        assert!(text.contains("three"), "{text}");
    }

    #[test]
    fn for_those_who_read_one_by_one_they_are_an_object() {
        let read = read::<Value>(&widget(&[("value", json!(3))])).expect("any fields fit");
        assert_eq!(read, json!({"value": 3}));
    }
}
