//! Where the window stands among the pages; the next start stands there, too.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use dioxus::{
    history::MemoryHistory,
    prelude::{History, use_context_provider},
};

use super::kept::Kept;

/// A history in memory whose newest place is kept.
struct LastBoard {
    visited: MemoryHistory,
    server: String,
    kept: Kept,
    /// Draws the page that it stands at: whoever goes back may be another one than the router.
    draw: RefCell<Option<Arc<dyn Fn() + Send + Sync>>>,
}

/// Has the router below stand where the window was last, if that was on this server.
pub fn use_last_board(kept: &Kept, server: &str) {
    use_context_provider(|| -> Rc<dyn History> {
        let board = kept.board_of(server).unwrap_or_else(|| "/".to_owned());
        Rc::new(LastBoard {
            visited: MemoryHistory::with_initial_path(board),
            server: server.to_owned(),
            kept: kept.clone(),
            draw: RefCell::default(),
        })
    });
}

impl LastBoard {
    fn keep(&self) {
        self.kept.remember_board(&self.server, &self.visited.current_route());
    }

    fn draw(&self) {
        if let Some(draw) = self.draw.borrow().as_ref() {
            draw();
        }
    }
}

impl History for LastBoard {
    fn current_route(&self) -> String {
        self.visited.current_route()
    }

    fn can_go_back(&self) -> bool {
        self.visited.can_go_back()
    }

    fn go_back(&self) {
        self.visited.go_back();
        self.keep();
        self.draw();
    }

    fn can_go_forward(&self) -> bool {
        self.visited.can_go_forward()
    }

    fn go_forward(&self) {
        self.visited.go_forward();
        self.keep();
    }

    fn push(&self, route: String) {
        self.visited.push(route);
        self.keep();
    }

    fn replace(&self, path: String) {
        self.visited.replace(path);
        self.keep();
    }

    fn updater(&self, callback: Arc<dyn Fn() + Send + Sync>) {
        self.draw.replace(Some(callback));
    }
}
