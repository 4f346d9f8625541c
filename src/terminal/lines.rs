//! What is printed: one thing a line, for people or as JSON.

use std::io::{self, Write};

use serde_json::json;

use crate::protocol::{BoardId, Field, FieldName, Value, WidgetId};

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
        return json!({
            "board": board, "widget": widget, "field": name, "value": field.value, "revision": field.revision,
            "by": writer.principal, "device": writer.device, "at_ms": writer.at, "pending": pending,
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
