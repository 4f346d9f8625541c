//! What the desktop tells while nobody sees the window: that a person must decide. Where, and never what: a screen that is locked shows it
//! to everybody.

use dioxus::{desktop::use_window, prelude::*};

use crate::{
    hooks::{Conflict, SetAside, use_background_sync, use_boards, use_realtime_managers, use_widget_of},
    platform::notify,
    webview::Kept,
    words::{t, with},
};

/// What waits for a person.
#[derive(Clone, PartialEq)]
enum Waiting {
    Conflict(Conflict),
    Refused(SetAside),
}

/// Tells of each conflict, and of each edit that was not accepted, that comes while the window is not seen.
#[component]
pub fn Telling() -> Element {
    let managers = use_realtime_managers();
    let sync = use_background_sync();
    let window = use_window();
    let kept: Kept = use_context();
    // Wherever the window is at, what it tells of has a name.
    let _ = use_boards();
    let mut known = use_hook(|| CopyValue::new(Vec::new()));
    let mut told = use_signal(|| None::<(usize, Waiting)>);
    let mut count = use_hook(|| CopyValue::new(0));
    use_effect(move || {
        let (conflicts, refused) = (managers.state.conflicts(), sync.set_aside());
        let ids = conflicts.iter().map(|conflict| conflict.operation.id);
        let ids: Vec<_> = ids.chain(refused.iter().map(|aside| aside.operation.id)).collect();
        let before = known.replace(ids);
        let conflict = conflicts
            .into_iter()
            .rfind(|conflict| !before.contains(&conflict.operation.id));
        let refused = refused.into_iter().rfind(|aside| !before.contains(&aside.operation.id));
        let news = conflict
            .map(Waiting::Conflict)
            .or_else(|| refused.map(Waiting::Refused));
        let is_unseen = window.is_minimized() || !window.is_visible();
        if let Some(news) = news.filter(|_| is_unseen && kept.notifies()) {
            count += 1;
            told.set(Some((count(), news)));
        }
    });
    rsx! {
        for (number , waiting) in told() {
            Told { key: "{number}", waiting }
        }
    }
}

/// One of them: it is nowhere on the page.
#[component]
fn Told(waiting: Waiting) -> Element {
    let window = use_window();
    let (what, operation) = match &waiting {
        Waiting::Conflict(conflict) => (t("Two versions wait for your choice"), &conflict.operation),
        Waiting::Refused(aside) => (t("An edit was not accepted"), &aside.operation),
    };
    let (_, title) = use_widget_of(operation);
    let boards = use_boards();
    use_hook(|| {
        let listed = boards
            .peek()
            .iter()
            .find(|(id, _)| *id == operation.board)
            .map(|(_, name)| name.clone());
        let board = listed.unwrap_or_else(|| operation.board.to_string());
        spawn(async move {
            if notify(&format!("{what}: {title}"), &with("On the board {}", &[&plain(&board)])).await {
                window.set_minimized(false);
                window.set_visible(true);
                window.set_focus();
            }
        });
    });
    VNode::empty()
}

/// As it is shown where text may be marked up.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
