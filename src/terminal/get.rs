//! `tideboard get`.

use serde_json::{Map, Value, json};

use super::{
    Failure, lines,
    names::{self, Found},
    session::{Session, Unreached},
};
use crate::{
    protocol::{BoardId, FieldName, Widget, WidgetId},
    sync::{BoardView, Freshness},
};

/// Prints a board, a widget or a field.
pub async fn get(
    mut session: Session,
    board: BoardId,
    target: Option<&str>,
    offline_ok: bool,
    as_json: bool,
) -> Result<(), Failure> {
    session.watch(&board);
    let unreached = if offline_ok {
        Unreached::RecallOnly
    } else {
        Unreached::Wait
    };
    let view = session.board(&board, unreached).await?;
    if view.freshness != Freshness::Live {
        eprintln!("-- the server can't be reached: this is what this device saw last");
    }
    let printed = match target.map(|target| names::find(&board, &view, target)).transpose()? {
        None => print_widgets(
            &board,
            &view,
            view.shown.board.present().map(|(id, widget)| (id, &**widget)),
            as_json,
        ),
        Some(Found {
            id,
            widget,
            field: None,
        }) => print_widgets(&board, &view, [(&id, widget)].into_iter(), as_json),
        Some(Found {
            id,
            widget,
            field: Some(name),
        }) => {
            let Some(field) = widget.fields.get(&name) else {
                return Err(Failure::Refused(names::no_field(&id, None, widget, &name)));
            };
            let pending = is_pending(&view, &id, &name);
            lines::print(&if as_json {
                lines::field(&board, &id, &name, field, pending, true)
            } else {
                lines::value(&field.value)
            })
        }
    };
    drop(printed); // a reader that has gone is no error
    session.store().await;
    Ok(())
}

fn print_widgets<'a>(
    board: &BoardId,
    view: &BoardView,
    widgets: impl Iterator<Item = (&'a WidgetId, &'a Widget)>,
    as_json: bool,
) -> std::io::Result<()> {
    for (id, widget) in widgets {
        if as_json {
            let fields: Map<String, Value> = widget
                .fields
                .iter()
                .map(|(name, field)| (name.to_string(), field.value.clone()))
                .collect();
            lines::print(&json!({ "board": board, "widget": id, "kind": widget.kind, "fields": fields }).to_string())?;
            continue;
        }
        for (name, field) in &widget.fields {
            lines::print(&lines::field(board, id, name, field, is_pending(view, id, name), false))?;
        }
    }
    Ok(())
}

/// Whether a field shows an edit that is not confirmed yet.
pub fn is_pending(view: &BoardView, widget: &WidgetId, field: &FieldName) -> bool {
    view.shown
        .pending
        .get(widget)
        .is_some_and(|fields| fields.contains_key(field))
}
