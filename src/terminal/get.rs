//! `tideboard get`.

use serde_json::{Map, Value, json};

use super::{Failure, lines, session::Session};
use crate::{
    protocol::{BoardId, FieldName, Widget, WidgetId},
    sync::{BoardView, Freshness},
};

/// Prints a board, a widget or a field.
pub async fn get(mut session: Session, board: BoardId, target: Option<&str>, offline_ok: bool, as_json: bool) -> Result<(), Failure> {
    session.watch(&board);
    let view = session.board(&board, offline_ok).await?;
    if view.freshness != Freshness::Live {
        eprintln!("-- the server can't be reached: this is what this device saw last");
    }
    let printed = match target.map(|target| find(&board, &view, target)).transpose()? {
        None => print_widgets(&board, &view, view.shown.board.present().map(|(id, widget)| (id, &**widget)), as_json),
        Some(Found { id, widget, field: None }) => print_widgets(&board, &view, [(&id, widget)].into_iter(), as_json),
        Some(Found { widget, field: Some(field), .. }) => {
            let value = widget.fields.get(&field).map_or(Value::Null, |field| field.value.clone());
            lines::print(&if as_json { value.to_string() } else { lines::value(&value) })
        }
    };
    drop(printed); // a reader that has gone is no error
    Ok(())
}

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
        let Some(widget) = view.shown.widget(&id).filter(|widget| widget.removed.is_none()) else { continue };
        let field = match field.map(str::parse) {
            None => None,
            Some(Ok(field)) => Some(field),
            Some(Err(error)) => return Err(Failure::Refused(format!("`{}` is no field: {error}.", field.unwrap_or_default()))),
        };
        return Ok(Found { id, widget, field });
    }
    let known: Vec<&str> = view.shown.board.present().map(|(id, _)| id.as_str()).collect();
    Err(Failure::Refused(format!("there is no widget `{target}` on board `{board}`. Its widgets: {}.", known.join(", "))))
}

fn print_widgets<'a>(board: &BoardId, view: &BoardView, widgets: impl Iterator<Item = (&'a WidgetId, &'a Widget)>, as_json: bool) -> std::io::Result<()> {
    for (id, widget) in widgets {
        if as_json {
            let fields: Map<String, Value> = widget.fields.iter().map(|(name, field)| (name.to_string(), field.value.clone())).collect();
            lines::print(&json!({ "board": board, "widget": id, "kind": widget.kind, "fields": fields }).to_string())?;
            continue;
        }
        for (name, field) in &widget.fields {
            let pending = view.shown.pending.get(id).is_some_and(|fields| fields.contains_key(name));
            lines::print(&lines::field(board, id, name, field, pending, false))?;
        }
    }
    Ok(())
}
