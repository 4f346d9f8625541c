//! `tideboard watch`.

use std::{collections::BTreeMap, io, sync::Arc};

use serde_json::json;

use super::{
    Failure,
    get::is_pending,
    lines,
    session::{Session, exists, refusal},
};
use crate::{
    driver::Driver,
    protocol::{BoardId, Widget, WidgetId},
    sync::{BoardView, Connection, Freshness, Notice},
};

/// Prints a board's values and each change as it comes, until interrupted. How the connection is goes to standard
/// error.
pub async fn watch(mut session: Session, board: BoardId, as_json: bool) -> Result<(), Failure> {
    session.watch(&board);
    let mut printer = Printer {
        board: board.clone(),
        as_json,
        printed: BTreeMap::new(),
        word: String::new(),
    };
    let look = |driver: &Driver, notices: &[Notice]| {
        let view = driver.engine().board(&board)?;
        if let Some(message) = refusal(driver, notices) {
            return Some(Err(Failure::Refused(message)));
        }
        if view.freshness == Freshness::Live && !exists(&view) {
            return Some(Ok(Stopped::NoBoard));
        }
        printer.tell(driver, &view);
        let printed = if view.is_known { printer.print(&view) } else { Ok(()) };
        printed.is_err().then_some(Ok(Stopped::Unread))
    };
    match session.forever(look).await {
        Ok(Ok(Stopped::NoBoard)) => Err(session.unknown(&board).await),
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(Stopped::Unread)) | Err(_) => Ok(()),
    }
}

/// Why it goes on no longer.
enum Stopped {
    /// There is no such board.
    NoBoard,
    /// Nobody reads any more.
    Unread,
}

struct Printer {
    board: BoardId,
    as_json: bool,
    /// The widgets as they were printed last.
    printed: BTreeMap<WidgetId, Arc<Widget>>,
    word: String,
}

impl Printer {
    fn print(&mut self, view: &BoardView) -> io::Result<()> {
        for (id, widget) in view.shown.board.widgets() {
            let before = self.printed.insert(id.clone(), widget.clone());
            if before.as_ref().is_some_and(|before| Arc::ptr_eq(before, widget)) {
                continue;
            }
            self.print_widget(view, id, widget, before.as_deref())?;
        }
        Ok(())
    }

    fn print_widget(
        &self,
        view: &BoardView,
        id: &WidgetId,
        widget: &Widget,
        before: Option<&Widget>,
    ) -> io::Result<()> {
        let was_there = before.is_some_and(|before| before.removed.is_none());
        if widget.removed.is_some() {
            return if was_there {
                self.print_removal(id, widget)
            } else {
                Ok(())
            };
        }
        for (name, field) in &widget.fields {
            let known = before.filter(|_| was_there).and_then(|before| before.fields.get(name));
            if known.is_some_and(|known| known.value == field.value && known.operation == field.operation) {
                continue;
            }
            let pending = is_pending(view, id, name);
            lines::print(&lines::field(&self.board, id, name, field, pending, self.as_json))?;
        }
        Ok(())
    }

    fn print_removal(&self, id: &WidgetId, widget: &Widget) -> io::Result<()> {
        if self.as_json {
            let line = json!({ "board": self.board, "widget": id, "removed": widget.removed });
            return lines::print(&line.to_string());
        }
        lines::print(&format!("{id} removed"))
    }

    /// Says how the connection is, when that has changed.
    fn tell(&mut self, driver: &Driver, view: &BoardView) {
        let word = match (&driver.engine().status().connection, view.freshness) {
            (_, Freshness::Live) => "live",
            (Connection::Live { .. }, _) => "catching up",
            (Connection::Waiting { .. }, _) => "server unreachable, trying again",
            _ => "connecting",
        };
        // The first word of a row of tries says it: the others would only repeat each other.
        let repeats = word == "connecting" && self.word.starts_with("server unreachable");
        if self.word != word && !repeats {
            eprintln!("-- {word}");
            word.clone_into(&mut self.word);
        }
    }
}
