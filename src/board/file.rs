//! Board files: a board's widgets as a text that people keep, send and read again, on any server.
//!
//! What is in one is what people would make again: kinds and fields, in their order. It has no ids and no writers, and where widgets
//! stand is how they are listed.

use std::{error, fmt};

use super::{Board, in_order, is_within_depth, value_bytes};
use crate::{
    config::{
        BOARD_FILE, BOARD_FILE_BYTES_MAX, BOARD_FILE_WIDGETS_LEN_MAX, FIELD_OVERHEAD_BYTES, FIELDS_LEN_MAX,
        VALUE_BYTES_MAX, VALUE_DEPTH_MAX, WIDGET_BYTES_MAX,
    },
    protocol::{FieldName, Kind, Value, Widget, encode, read},
    sorted::SortedMap,
};

/// A board, or some widgets of one, as a file.
///
/// ```
/// use tideboard::board::BoardFile;
///
/// let text = r#"{"tideboard": 1, "name": "Engine room", "widgets": [{"kind": "note", "fields": {"text": "Oil at noon"}}]}"#;
/// let file = BoardFile::read(text)?;
/// assert_eq!((file.name.as_deref(), file.widgets.len()), (Some("Engine room"), 1));
/// assert_eq!(BoardFile::read(&file.to_text())?, file);
/// # Ok::<(), tideboard::board::FileError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BoardFile {
    /// What the board is called, where it is a whole one.
    pub name: Option<String>,
    /// Its widgets, in their order.
    pub widgets: Vec<FileWidget>,
}

/// A widget in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileWidget {
    /// What it is.
    pub kind: Kind,
    /// Its values. None is null, and none says where it stands: whoever puts it on a board gives it its place.
    pub fields: SortedMap<FieldName, Value>,
}

/// Why a text is no board file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It has more than [`BOARD_FILE_BYTES_MAX`].
    TooLarge,
    /// It is no JSON.
    NotJson {
        /// The line from which on it makes no sense, counted from 1.
        line: usize,
    },
    /// It is JSON, and no board file.
    NotABoard,
    /// It says a later version of what board files are.
    Newer,
    /// Its name is no text.
    Name,
    /// It has no list of widgets.
    NoWidgets,
    /// It has more than [`BOARD_FILE_WIDGETS_LEN_MAX`] of them.
    TooManyWidgets {
        /// How many.
        len: usize,
    },
    /// One of its widgets is none.
    Widget {
        /// Which, counted from 1.
        number: usize,
        /// What is wrong with it.
        fault: WidgetFault,
    },
}

/// Why a widget in a file is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WidgetFault {
    /// It is no object.
    NotAnObject,
    /// It does not say its kind.
    NoKind,
    /// What it says is no name of a kind.
    Kind,
    /// Its fields are no object.
    Fields,
    /// It has more than [`FIELDS_LEN_MAX`].
    TooManyFields,
    /// What one of them is called is no name.
    FieldName(String),
    /// One of them has a value of more than [`VALUE_BYTES_MAX`].
    FieldTooLarge(FieldName),
    /// One of them has a value of more than [`VALUE_DEPTH_MAX`] lists and objects within each other.
    FieldTooDeep(FieldName),
    /// All of them together are more than [`WIDGET_BYTES_MAX`].
    TooLarge,
}

impl BoardFile {
    /// A board as it stands, but for what was removed.
    #[must_use]
    pub fn of(board: &Board) -> Self {
        let (mut name, mut widgets) = (None, Vec::new());
        for (id, widget) in board.present() {
            if id.is_birth() {
                name = widget.text("name").map(str::to_owned);
            } else {
                widgets.push((id, widget));
            }
        }
        let widgets = in_order(widgets).into_iter();
        Self {
            name,
            widgets: widgets.map(|(_, widget)| FileWidget::of(widget)).collect(),
        }
    }

    /// One widget alone.
    #[must_use]
    pub fn of_widget(widget: &Widget) -> Self {
        Self {
            name: None,
            widgets: vec![FileWidget::of(widget)],
        }
    }

    /// The text of the file: JSON with a widget in each line, so that two of them can be compared.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = ["{\"tideboard\": ", &BOARD_FILE.to_string()].concat();
        if let Some(name) = &self.name {
            text += ", \"name\": ";
            text += &encode(&Value::from(name.as_str()));
        }
        text += ", \"widgets\": [";
        for (at, FileWidget { kind, fields }) in self.widgets.iter().enumerate() {
            text += if at == 0 { "\n{\"kind\": \"" } else { ",\n{\"kind\": \"" };
            text += kind.as_str(); // names need no escaping
            text += "\", \"fields\": {";
            for (at, (field, value)) in fields.iter().enumerate() {
                text += if at == 0 { "\"" } else { ", \"" };
                text += field.as_str();
                text += "\": ";
                text += &encode(value);
            }
            text += "}}";
        }
        text += "\n]}\n";
        text
    }

    /// Reads a file. Whether its kinds and fields are known is for a server to say, as of anything that is made.
    ///
    /// # Errors
    /// Why it is none, and where.
    pub fn read(text: &str) -> Result<Self, FileError> {
        if text.len() > BOARD_FILE_BYTES_MAX {
            return Err(FileError::TooLarge);
        }
        // An editor may have put a mark before it that nobody sees.
        let file: Value = read(text.trim_start_matches('\u{feff}')).map_err(|error| FileError::NotJson {
            line: error.line().max(1),
        })?;
        match file.get("tideboard").and_then(Value::as_u64) {
            Some(BOARD_FILE) => {}
            Some(version) if version > BOARD_FILE => return Err(FileError::Newer),
            _ => return Err(FileError::NotABoard),
        }
        let name = match file.get("name") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) if name.len() <= VALUE_BYTES_MAX => Some(name.trim()),
            Some(_) => return Err(FileError::Name),
        };
        let listed = file.get("widgets").and_then(Value::as_array);
        let listed = listed.ok_or(FileError::NoWidgets)?;
        if listed.len() > BOARD_FILE_WIDGETS_LEN_MAX {
            return Err(FileError::TooManyWidgets { len: listed.len() });
        }
        let mut widgets = Vec::with_capacity(listed.len());
        for (widget, number) in listed.iter().zip(1..) {
            let widget = FileWidget::read(widget);
            widgets.push(widget.map_err(|fault| FileError::Widget { number, fault })?);
        }
        Ok(Self {
            name: name.filter(|name| !name.is_empty()).map(str::to_owned),
            widgets,
        })
    }
}

impl FileWidget {
    fn of(widget: &Widget) -> Self {
        let mut fields = SortedMap::new();
        for (name, field) in &widget.fields {
            if is_kept(name.as_str(), &field.value) {
                fields.insert(name.clone(), field.value.clone());
            }
        }
        Self {
            kind: widget.kind.clone(),
            fields,
        }
    }

    fn read(widget: &Value) -> Result<Self, WidgetFault> {
        if !widget.is_object() {
            return Err(WidgetFault::NotAnObject);
        }
        let kind = widget.get("kind").ok_or(WidgetFault::NoKind)?;
        let kind = kind.as_str().and_then(|kind| kind.parse().ok());
        let kind = kind.ok_or(WidgetFault::Kind)?;
        let (mut fields, mut bytes) = (SortedMap::new(), 0);
        let listed = match widget.get("fields") {
            None | Some(Value::Null) => return Ok(Self { kind, fields }),
            Some(Value::Object(listed)) => listed,
            Some(_) => return Err(WidgetFault::Fields),
        };
        if listed.len() > FIELDS_LEN_MAX {
            return Err(WidgetFault::TooManyFields);
        }
        for (name, value) in listed {
            if !is_kept(name, value) {
                continue;
            }
            let Ok(field) = name.parse() else {
                return Err(WidgetFault::FieldName(name.chars().take(EXCERPT_CHARS_MAX).collect()));
            };
            let value_len = value_bytes(value);
            if value_len > VALUE_BYTES_MAX {
                return Err(WidgetFault::FieldTooLarge(field));
            }
            if !is_within_depth(value, VALUE_DEPTH_MAX) {
                return Err(WidgetFault::FieldTooDeep(field));
            }
            bytes += value_len + FIELD_OVERHEAD_BYTES;
            fields.insert(field, value.clone());
        }
        if bytes > WIDGET_BYTES_MAX {
            return Err(WidgetFault::TooLarge);
        }
        Ok(Self { kind, fields })
    }
}

/// Whether a field is of the widget: a null one was taken back, and where it stands on a board says its place in the list.
fn is_kept(field: &str, value: &Value) -> bool {
    field != "order" && !value.is_null()
}

/// Of what is no name so much is told.
const EXCERPT_CHARS_MAX: usize = 30;

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "This is more than a board file may be, which is {} MB.",
                BOARD_FILE_BYTES_MAX >> 20
            ),
            Self::NotJson { line } => write!(f, "This is not a board file: it makes no sense from line {line} on."),
            Self::NotABoard => {
                f.write_str("This is not a board file: it does not begin with the word tideboard and a version.")
            }
            Self::Newer => f.write_str("This file is of a newer Tideboard."),
            Self::Name => f.write_str("The board’s name is not text, or too long."),
            Self::NoWidgets => f.write_str("This file has no list of widgets."),
            Self::TooManyWidgets { len } => write!(
                f,
                "This file has {len} widgets, and {BOARD_FILE_WIDGETS_LEN_MAX} are the most that come at once."
            ),
            Self::Widget { number, fault } => write!(f, "Widget {number} {fault}."),
        }
    }
}

impl error::Error for FileError {}

/// As what is said of a widget.
impl fmt::Display for WidgetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("is not an object with a kind and fields"),
            Self::NoKind => f.write_str("has no kind"),
            Self::Kind => f.write_str("has a kind that is no name"),
            Self::Fields => f.write_str("has fields that are no object"),
            Self::TooManyFields => write!(f, "has more than {FIELDS_LEN_MAX} fields"),
            Self::FieldName(name) => write!(f, "has a field “{name}”, which is no name"),
            Self::FieldTooLarge(field) => write!(f, "has more in its field “{field}” than a field takes"),
            Self::FieldTooDeep(field) => write!(f, "has too many lists within each other in its field “{field}”"),
            Self::TooLarge => f.write_str("has more in its fields than a widget takes"),
        }
    }
}

#[cfg(test)]
mod tests;
