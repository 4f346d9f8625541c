//! What is printed: one thing a line, for people or as JSON.

use std::io::{self, Write};

use serde_json::json;

use crate::protocol::{BoardId, Contention, Field, FieldName, Overwritten, Revision, Value, WidgetId};

/// Prints a line. A reader that has gone (`| head`) is no error: the answer is then to end.
pub fn print(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// A field as a line.
pub fn field(
    board: &BoardId,
    widget: &WidgetId,
    name: &FieldName,
    field: &Field,
    pending: bool,
    as_json: bool,
) -> String {
    if as_json {
        let writer = &field.writer;
        // What the server has not said has no time of its clock.
        let at_ms = (!pending).then_some(writer.at);
        return json!({
            "board": board, "widget": widget, "field": name, "value": field.value, "revision": field.revision,
            "by": writer.principal, "device": writer.device, "at_ms": at_ms, "pending": pending,
        })
        .to_string();
    }
    let mark = if pending { "  (not confirmed)" } else { "" };
    format!("{widget}.{name} = {}{mark}", value(&field.value))
}

/// A value as people write it: text on one line as it is, everything else as JSON.
pub fn value(value: &Value) -> String {
    match value {
        Value::String(text) if !text.contains('\n') => text.clone(),
        other => other.to_string(),
    }
}

/// The same within a sentence or a list: cut where it is long.
pub fn short(of: &Value) -> String {
    let whole = value(of);
    match whole.char_indices().nth(SHORT_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &whole[..at]),
        None => whole,
    }
}

/// Where an edit was applied, and over what.
pub fn at(revision: Revision, overwrote: Option<&Overwritten>) -> String {
    let over = overwrote.map(|before| format!(", over {}", short(&before.value)));
    format!("at revision {revision}{}", over.unwrap_or_default())
}

/// The other side of a conflict: what stands, and whose it is.
pub fn theirs(contention: Contention, theirs: &Overwritten) -> String {
    let what = match (contention, &theirs.value) {
        (Contention::Removed, _) => "the widget was removed".to_owned(),
        (_, Value::Null) => "it was removed".to_owned(),
        (_, stands) => short(stands),
    };
    let by = theirs.writer.as_ref().map(|writer| match &writer.device {
        Some(device) => format!(", by {} ({device})", writer.principal),
        None => format!(", by {}", writer.principal),
    });
    what + &by.unwrap_or_default()
}

/// A value in a list is cut after so many characters.
const SHORT_CHARS_MAX: usize = 60;
