//! Names: what one stands for, and what to say of one that stands for nothing.

use super::{Failure, lines};
use crate::{
    board::{Catalog, KindSpec},
    protocol::{BoardId, FieldName, Intent, Operation, Value, Widget, WidgetId},
    sync::{BoardView, Engine},
};

/// A widget of a board, and perhaps one of its fields.
pub struct Found<'a> {
    pub id: WidgetId,
    pub widget: &'a Widget,
    pub field: Option<FieldName>,
}

/// Reads `WIDGET` or `WIDGET.FIELD`. Both may hold dots: the longest name that is a widget's wins.
pub fn find<'a>(board: &BoardId, view: &'a BoardView, target: &str) -> Result<Found<'a>, Failure> {
    let dots = target.match_indices('.').map(|(at, _)| at).rev();
    let cuts = std::iter::once((target, None)).chain(dots.map(|at| (&target[..at], Some(&target[at + 1..]))));
    for (name, field) in cuts {
        let Ok(id) = name.parse::<WidgetId>() else { continue };
        let Some(widget) = view.shown.widget(&id).filter(|widget| widget.removed.is_none()) else {
            continue;
        };
        let field = match field.map(str::parse) {
            None => None,
            Some(Ok(field)) => Some(field),
            Some(Err(error)) => {
                return Err(Failure::Refused(format!(
                    "`{}` is no field: {error}. `{id}` has: {}.",
                    field.unwrap_or_default(),
                    fields(None, widget)
                )));
            }
        };
        return Ok(Found { id, widget, field });
    }
    Err(Failure::Refused(no_widget(board, view, target)))
}

/// Nothing on the board is called so; what may have been meant, and what there is.
fn no_widget(board: &BoardId, view: &BoardView, target: &str) -> String {
    let present = || view.shown.board.present();
    if let Some((id, _)) = present().find(|(_, widget)| widget.fields.keys().any(|field| field.as_str() == target)) {
        return format!("`{target}` is a field, not a widget. Write which widget's: `{id}.{target}`, say.");
    }
    let name = target.rsplit_once('.').map_or(target, |(widget, _)| widget);
    let is_removed = name.parse().is_ok_and(|id| view.shown.widget(&id).is_some());
    let called = present().flat_map(|(id, widget)| [Some(id.as_str()), title(widget)].map(|name| (name, id.as_str())));
    let meant = meant(name, called.filter_map(|(name, id)| Some((name?, id))));
    format!(
        "{}.{} Its widgets: {}.",
        if is_removed {
            format!("widget `{name}` was removed from board `{board}`")
        } else {
            format!("there is no widget `{name}` on board `{board}`")
        },
        did_you_mean(meant),
        list(present().map(|(id, _)| id.as_str()))
    )
}

/// What this program knows of a widget's kind. Nothing where it is an app's own: also where only its name is that of a built-in
/// one, which shows by fields that the built-in one has not. Of those the server alone can tell.
pub fn kind<'a>(kinds: &'a Catalog, widget: &Widget) -> Option<&'a KindSpec> {
    let kind = kinds.kind(&widget.kind)?;
    widget
        .fields
        .keys()
        .all(|field| kind.field(field).is_some())
        .then_some(kind)
}

/// The widget has no such field; what may have been meant, and what there is.
pub fn no_field(id: &WidgetId, kind: Option<&KindSpec>, widget: &Widget, field: &FieldName) -> String {
    let names = field_names(kind, widget).into_iter();
    format!(
        "`{id}` has no field `{field}`.{} It has: {}.",
        did_you_mean(meant(field.as_str(), names.map(|name| (name, name)))),
        fields(kind, widget)
    )
}

/// A widget's fields, for a message.
pub fn fields(kind: Option<&KindSpec>, widget: &Widget) -> String {
    list(field_names(kind, widget).into_iter())
}

/// Those that its kind has, with values or without; of a kind that is not known, those that have values.
fn field_names<'a>(kind: Option<&'a KindSpec>, widget: &'a Widget) -> Vec<&'a str> {
    match kind {
        Some(kind) => kind.fields.iter().map(|field| field.name).collect(),
        None => widget.fields.keys().map(FieldName::as_str).collect(),
    }
}

/// Names in a message: all of them, or so many and how many more.
pub fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let (told, rest) = names.split_at(names.len().min(LISTED_LEN_MAX));
    let more = (!rest.is_empty()).then(|| format!(", and {} more", rest.len()));
    told.join(", ") + &more.unwrap_or_default()
}

/// Of `known` names and what they stand for, what was probably meant: the nearest one, a few letters off at most.
pub fn meant<'a>(word: &str, known: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let len = word.chars().count();
    let most = (len / 3).max(1);
    // A word of any length may come from somewhere else: what can't be near is not compared.
    let known = known.filter(|(name, _)| len <= WORD_LEN_MAX && name.chars().count().abs_diff(len) <= most);
    let distances = known.map(|(name, stands_for)| (distance(&word, &name.to_lowercase()), stands_for));
    let near = distances.filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// What is longer is nobody's slip of the finger.
const WORD_LEN_MAX: usize = 256;

/// The question that follows a name nobody has.
pub fn did_you_mean(meant: Option<&str>) -> String {
    meant.map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default()
}

/// How many letters must be put in, left out or changed to make one word of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, &also) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != also);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// What people call a widget.
fn title(widget: &Widget) -> Option<&str> {
    let title = widget.text("title").or_else(|| widget.text("name"));
    title.filter(|title| !title.is_empty())
}

/// What people call what an operation is about.
#[derive(Debug, Default)]
pub struct Subject {
    /// The widget's title.
    pub title: Option<String>,
    /// The text of an item of a list.
    pub item: Option<String>,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.item, &self.title) {
            (Some(item), Some(title)) => write!(f, " (“{item}” of {title})"),
            (Some(item), None) => write!(f, " (“{item}”)"),
            (None, Some(title)) => write!(f, " ({title})"),
            (None, None) => Ok(()),
        }
    }
}

/// What a field is called, though its widget or its item was removed.
pub fn subject(engine: &Engine, board: &BoardId, widget: &WidgetId, field: Option<&FieldName>) -> Subject {
    let shown = engine.shown_widget(board, widget);
    let known = shown.widget(widget);
    let own = || operations(engine).filter(|operation| operation.board == *board && operation.widget == *widget);
    let made = || {
        own().find_map(|operation| match &operation.intent {
            Intent::Create { fields, .. } => fields.iter().find(|(name, _)| name.as_str() == "title")?.1.as_str(),
            _ => None,
        })
    };
    let title = known.and_then(|widget| title(widget)).or_else(made);
    let item = field.and_then(|field| Some(format!("item-{}", field.as_str().split_once('-')?.1)));
    let text = item.and_then(|item| {
        let shown = known.and_then(|known| known.field(&item));
        let shown = shown.map(|field| &field.value).filter(|value| value.is_string());
        // Of one that is gone its author's own edits say what it was.
        let said = |operation| of_item(operation, &item);
        shown.or_else(|| own().find_map(said)).map(lines::short)
    });
    Subject {
        title: title.map(ToOwned::to_owned),
        item: text,
    }
}

fn operations(engine: &Engine) -> impl Iterator<Item = &Operation> {
    let pending = engine.pending().map(|pending| &*pending.operation);
    let aside = engine.set_aside_list().map(|aside| &aside.operation);
    pending
        .chain(aside)
        .chain(engine.conflicts().map(|conflict| &conflict.operation))
}

/// The text of an item, as an edit of it has it: what it was before, or else what it was to be.
fn of_item<'a>(operation: &'a Operation, item: &str) -> Option<&'a Value> {
    match &operation.intent {
        Intent::Set { field, value } if field.as_str() == item => [operation.base_value.as_ref(), Some(value)]
            .into_iter()
            .flatten()
            .find(|value| value.is_string()),
        _ => None,
    }
}

/// More names than these are not told in a message.
const LISTED_LEN_MAX: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant_and_none_that_is_far() {
        let known = || {
            ["counter", "note", "setpoint", "Room temperature"]
                .map(|name| (name, name))
                .into_iter()
        };
        assert_eq!(meant("conter", known()), Some("counter"));
        assert_eq!(meant("SETPOINT", known()), Some("setpoint"));
        assert_eq!(meant("room temprature", known()), Some("Room temperature"));
        assert_eq!(meant("notes", known()), Some("note"));
        assert_eq!(meant("nope", known()), Some("note"));
        assert_eq!(meant("fuel", known()), None);
        assert_eq!(meant("", known()), None);
    }

    #[test]
    fn of_very_many_names_some_are_told_and_how_many_more_there_are() {
        let names: Vec<String> = (0..LISTED_LEN_MAX + 5).map(|number| format!("w{number}")).collect();
        let told = list(names.iter().map(String::as_str));
        assert!(told.ends_with(", w29, and 5 more"), "{told}");
    }
}
