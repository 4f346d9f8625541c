//! The board's name in the header, and behind it the list of boards: open, add, rename, export, remove.

use dioxus::prelude::*;
use serde_json::json;

use super::{
    Route,
    add_board::{name_field, use_add_board},
    files::{self, exported},
    share::use_share_section,
    way_to,
};
use crate::{
    components::{
        disclosure::{Disclosure, Shape},
        edit_line::{field_input, text_in},
        icon::{Glyph, icon},
        said::{lead_back, say_removed},
    },
    hooks::{IS_IN_A_BROWSER, focus, use_boards, use_realtime_managers, use_signal},
    protocol::{BoardId, WidgetId},
    words::{t, ta, tn, with},
};

/// The name of the board that is open; a click lists them all.
pub fn use_board_switcher(id: ReadSignal<BoardId>, name: ReadSignal<String>) -> Element {
    let open = use_signal(|| false);
    rsx! {
        h1 { class: "unseen", "{name}" }
        Disclosure {
            open,
            class: "board-name",
            name: [t("Board"), ": ", &name.read()].concat(),
            label: t("Boards"),
            shape: Shape::Wide,
            leftward: true,
            face: rsx! {
                span { class: "board-name-text", "{name}" }
                {icon(Glyph::ChevronDown)}
            },
            BoardList { id, name, open }
        }
    }
}

#[component]
fn BoardList(id: ReadSignal<BoardId>, name: ReadSignal<String>, open: Signal<bool>) -> Element {
    let boards = use_boards();
    let list = boards.read();
    let share = use_share_section();
    let (add_board, this_board) = (use_add_board(open), use_this_board(id, name, open));
    rsx! {
        section { "aria-label": ta("Boards"),
            h2 { {tn("Boards")} }
            ul {
                for (board, name) in list.iter().cloned() {
                    li { key: "{board}",
                        {entry(board, &name, id, open)}
                    }
                }
            }
            if list.is_empty() {
                p { class: "note-line", {tn("The list has not arrived yet.")} }
            }
        }
        {share}
        {add_board}
        {this_board}
    }
}

fn entry(board: BoardId, name: &str, id: ReadSignal<BoardId>, open: Signal<bool>) -> Element {
    let is_open = board == *id.read();
    let face = rsx! {
        span { class: "menu-item-text", "{name}" }
        if is_open {
            {icon(Glyph::Check)}
        }
    };
    way_to(Route::of(board), "menu-item", is_open, Some(open), face)
}

/// Renames, exports or removes the board that is open.
fn use_this_board(id: ReadSignal<BoardId>, name: ReadSignal<String>, open: Signal<bool>) -> Element {
    let mut open = open;
    let managers = use_realtime_managers();
    let navigator = use_navigator();
    let boards = use_boards();
    let is_listed = boards.read().iter().any(|(board, _)| *board == *id.read());
    // What its author has seen, and whether somebody has given it another one under the form.
    let mut seen = use_signal(|| name.cloned());
    let mut is_news = use_signal(|| false);
    let rename = move |event: FormEvent| {
        event.prevent_default();
        let name_now = text_in(&event, "name");
        let wanted = name_now.trim();
        if wanted != *seen.peek() && wanted != *name.read() {
            // Whoever presses once more has seen what they write over.
            let before = seen.replace(name.cloned());
            is_news.set(before != *name.read());
            if is_news() {
                return;
            }
            managers
                .state
                .edit(BoardId::directory(), id.read().entry(), name_field(), json!(wanted));
            managers
                .state
                .edit(id.cloned(), WidgetId::birth(), name_field(), json!(wanted));
        }
        open.set(false);
    };
    // Where there are no downloads, it is copied from a box.
    let mut kept = use_signal(String::new);
    let export = move |_| {
        if IS_IN_A_BROWSER {
            files::export(&id.read(), &name.read());
        } else {
            kept.set(exported(&id.read(), &name.read()));
        }
    };
    let mut asks = use_signal(|| false);
    // The button that asked is another one when nothing was removed, and gets the focus back.
    let mut has_asked = use_signal(|| false);
    let remove = move |_| {
        let widget = id.read().entry();
        managers.state.remove(BoardId::directory(), widget.clone());
        say_removed(BoardId::directory(), widget, &name.read());
        lead_back(go_back);
        open.set(false);
        navigator.push(Route::Home {});
    };
    if !is_listed {
        return rsx! {};
    }
    rsx! {
        section { "aria-label": ta("This board"),
            form { class: "form", onsubmit: rename,
                {field_input("This board’s name", "name", &json!(&*seen.peek()), None, [None; 2], false)}
                if is_news() && !asks() {
                    p { class: "note-line", role: "alert", "data-tone": "wait",
                        {with("It is called “{}” meanwhile. Press Rename again to set yours.", &[&name.read()])}
                    }
                }
                if asks() {
                    p { class: "note-line", role: "alert", {with("Remove “{}” for everybody?", &[&name.read()])} }
                    div { class: "row",
                        button { class: "button", "data-danger": "true", r#type: "button", onclick: remove, {icon(Glyph::Trash)} {tn("Remove")} }
                        // A second press of the same key removes nothing.
                        button { class: "button", r#type: "button", onmounted: |event| focus(&event.data()), onclick: move |_| asks.set(false), {tn("Keep it")} }
                    }
                } else {
                    div { class: "row", "data-fit": "between",
                        button { class: "button", r#type: "submit", {tn("Rename")} }
                        button { class: "button", r#type: "button", onclick: export, {tn("Export")} }
                        button {
                            class: "button",
                            "data-weight": "quiet",
                            "data-danger": "true",
                            r#type: "button",
                            onmounted: move |event| {
                                if has_asked.replace(false) {
                                    focus(&event.data());
                                }
                            },
                            onclick: move |_| {
                                has_asked.set(true);
                                asks.set(true);
                            },
                            {icon(Glyph::Trash)}
                            {tn("Remove board")}
                        }
                    }
                }
                if !IS_IN_A_BROWSER && !kept.read().is_empty() {
                    label {
                        {tn("This board as a file")}
                        textarea { class: "input", rows: "4", readonly: true, initial_value: kept() }
                    }
                }
            }
        }
    }
}

/// Opens a board that has come back.
fn go_back(entry: &WidgetId) {
    if let Ok(id) = entry.as_str().parse() {
        navigator().push(Route::Board { id });
    }
}
