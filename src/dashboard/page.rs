//! A board's page: header, lines, conflicts, and the grid of widgets.

use std::rc::Rc;

use dioxus::prelude::*;

use super::{
    Route,
    add_widget::AddWidget,
    arranging::{Arranging, Handle, arranging_bar, use_arranging_provider},
    crosshair::use_pointed_provider,
    files::{copy_card, put_file, put_text},
    first_look::{first_look, first_name},
    growing::use_growing,
    lines::{Lines, removed_line},
    new_series::{NewSeries, how_to_post},
    palette::Palette,
    switcher::use_board_switcher,
    way_to,
    widgets::{WidgetBody, settings},
};
#[cfg(feature = "server")]
use crate::config::FIRST_LOOK_LEN_MAX;
use crate::{
    board::templates::{TEMPLATES, made_of},
    components::{
        ConflictResolutionUI, DashboardSyncIndicator, PendingOperationsBadge, PeopleHere, WidgetRealtime,
        format::time_of_day,
        icon::{Glyph, icon},
        said::say_removed,
    },
    config::SIGN_IN_PATH,
    hooks::{
        BoardHandle, BoardSummary, ConnectionStatus, Freshness, IS_IN_A_BROWSER, StorageError, entitle, focus,
        use_background_sync, use_board, use_boards, use_current_board_provider, use_effect, use_memo, use_now,
        use_realtime_managers, use_signal, use_websocket,
    },
    protocol::{Access, BoardId, Kind, Widget, WidgetId},
    sorted::SortedMap,
    state::BOARDS,
    sync::BoardView,
    words::{t, tn},
};

/// Cards shown while a board loads.
const SKELETONS: usize = 8;

/// The page of one board.
#[component]
pub fn BoardPage(id: ReadSignal<BoardId>) -> Element {
    use_current_board_provider(id);
    use_pointed_provider();
    let board = use_board(id);
    let arranging = use_arranging_provider(board);
    let boards = use_boards();
    let name = use_memo(move || {
        let listed = boards
            .read()
            .iter()
            .find(|(board, _)| *board == *id.read())
            .map(|(_, name)| name.clone());
        listed
            .or_else(|| board.summary().name)
            .or_else(first_name)
            .unwrap_or_else(|| placeholder(&id.read()))
    });
    entitle(&name.read());
    let mut summary = board.summary();
    let socket = use_websocket();
    let sync = use_background_sync();
    // What this device has is read first: until then nobody knows that the board is not among it.
    let may_come = use_memo(move || {
        let details = sync.details();
        let is_reading = details.namespace.is_some() && !details.initialized && details.fault.is_none();
        is_reading || may_come(&socket.link())
    });
    let is_closed =
        use_memo(move || sync.fault().is_none() && matches!(socket.link(), ConnectionStatus::Closed { .. }));
    // The list may be older than the board.
    let is_unlisted = {
        let boards = boards.read();
        !boards.is_empty() && boards.iter().all(|(board, _)| *board != *id.read())
    };
    let state = match state_of(&summary, may_come()) {
        "away" if is_closed() => "closed",
        "away" if is_unlisted => "unlisted",
        state => state,
    };
    let may_edit = use_memo(move || {
        sync.details()
            .identity
            .is_none_or(|identity| identity.access == Access::Edit)
    });
    let is_removed = use_memo(move || removed_entry(&BOARDS.read(), &id.read()).is_some());
    // What was removed is read, and not worked on, until it is back; and what a full device could not keep is not begun.
    let is_full = use_memo(move || sync.fault() == Some(StorageError::Full));
    let is_open = may_edit() && !is_removed() && !is_full();
    // Another board, or one that is not to be worked on any more, is not arranged.
    use_effect(use_reactive!(|(is_open,)| {
        id.read();
        if !is_open {
            arranging.end();
        }
    }));
    let managers = use_realtime_managers();
    let mut main = use_signal(|| None::<Rc<MountedData>>);
    let bring_back = use_callback(move |()| {
        managers.state.restore(BoardId::directory(), id.peek().entry());
        if let Some(main) = main.peek().as_ref() {
            focus(main);
        }
    });
    let mark = match (is_removed(), may_edit(), is_closed()) {
        (true, ..) => ("removed", t("Removed")),
        (_, false, _) => ("watch-only", t("View only")),
        (.., true) => ("page-older", ""),
        _ => ("", ""),
    };
    let now = use_now();
    let removed = match removed_entry(&BOARDS.peek(), &id.read()) {
        Some(entry) if is_removed() => removed_line(entry, *now.peek(), may_edit().then_some(bring_back)),
        _ => VNode::empty(),
    };
    let look = use_hook(|| first_look(&id.peek()));
    let drawn = use_growing(use_memo(move || !board.summary().widgets.is_empty()));
    let is_growing = drawn < summary.widgets.len();
    summary.widgets.truncate(drawn);
    let switcher = use_board_switcher(id, use_hook(|| name.into()));
    rsx! {
        a { class: "button skip", href: "#board", {tn("Skip to the board")} }
        header { class: "bar", "data-mark": mark.0,
            div { class: "bar-side", {switcher} }
            // On a phone they are a bar of their own, within a thumb's reach.
            div { class: "tools",
                a { class: "tool", href: "#board", {icon(Glyph::Grid)} span { class: "tool-word", {tn("Board")} } }
                if summary.exists && is_open {
                    AddWidget { board }
                }
                Palette { board, may_edit: summary.exists && is_open }
                PendingOperationsBadge {}
                PeopleHere {}
            }
            div { class: "bar-side",
                // Why this person may look and not touch, before they try.
                if !mark.1.is_empty() {
                    span { class: "chip", "data-tone": "rest", "data-state": mark.0, {mark.1} }
                }
                if mark.0 == "watch-only" && IS_IN_A_BROWSER {
                    a { class: "button", "data-shape": "small", "data-weight": "quiet", href: SIGN_IN_PATH, {tn("Sign in")} }
                }
                Clock {}
                DashboardSyncIndicator {}
            }
        }
        Lines { board }
        {removed}
        if summary.exists && is_open {
            NewSeries { board }
            // What is pasted while nobody types: a script beside this program puts it here.
            textarea { id: "pasted", hidden: true, oninput: move |event| put_text(board, &event.value()) }
        }
        ConflictResolutionUI {}
        if arranging.is_on() {
            {arranging_bar(arranging)}
        }
        // Before the board: what it is laid out by is where it will be.
        if state == "loading" || is_growing {
            div { class: "first-look", inert: true, dangerous_inner_html: look }
        }
        main { id: "board", class: "board", "aria-label": "{name}", tabindex: "-1", "data-state": state, "data-mark": mark.0, onmounted: move |event| main.set(Some(event.data())),
            {grid(board, summary, state, is_open)}
        }
    }
}

/// A board's entry in the directory, where somebody has removed it.
fn removed_entry<'a>(boards: &'a SortedMap<BoardId, BoardView>, id: &BoardId) -> Option<&'a Widget> {
    let listed = boards.get(&BoardId::directory())?.shown.widget(&id.entry())?;
    listed.removed.is_some().then_some(&**listed)
}

/// The time of day, which only a wall shows. By itself: the page would be rendered each minute for it, and each card compared.
#[component]
fn Clock() -> Element {
    let now = use_now();
    let time = use_memo(move || now().map_or_else(String::new, |now| time_of_day(now, now.unix_ms)));
    rsx! {
        span { class: "clock", "{time}" }
    }
}

/// What a board is called before anything is known of it.
fn placeholder(id: &BoardId) -> String {
    let mut name = id.to_string().replace(['-', '_'], " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

const fn state_of(summary: &BoardSummary, may_come: bool) -> &'static str {
    // One that was made here is here before the server knows of it.
    match (summary.is_known || summary.exists, summary.exists, summary.freshness) {
        (false, _, Freshness::Offline { .. }) if !may_come => "away",
        (false, ..) => "loading",
        (true, false, Freshness::Live | Freshness::ByRequests { .. }) => "unknown",
        (true, true, _) if summary.widgets.is_empty() => "empty",
        (true, _, Freshness::Live) => "live",
        (true, _, Freshness::CatchingUp { .. }) => "catching-up",
        (true, _, Freshness::ByRequests { .. }) => "by-requests",
        (true, _, Freshness::Offline { .. }) => "offline",
    }
}

/// Whether a board that is not here yet may be on its way by a socket. Of one that requests bring its freshness says so.
const fn may_come(link: &ConnectionStatus) -> bool {
    matches!(
        link,
        ConnectionStatus::Starting
            | ConnectionStatus::Connecting
            | ConnectionStatus::CatchingUp { .. }
            | ConnectionStatus::Live
    )
}

/// The cards that somebody sees first of a board, and whether they can be worked on, which takes the page's program.
#[cfg(feature = "server")]
pub(super) fn first_cards(board: BoardHandle, may_edit: bool) -> Element {
    let mut summary = board.summary();
    if summary.widgets.is_empty() {
        return VNode::empty();
    }
    summary.widgets.truncate(FIRST_LOOK_LEN_MAX);
    let cards = grid(board, summary, "live", may_edit);
    rsx! {
        div { class: "board", "data-mark": if may_edit { "" } else { "watch-only" }, {cards} }
        if may_edit {
            p { class: "floating", span { class: "chip", "data-tone": "rest", {tn("You can edit in a moment")} } }
        }
    }
}

fn grid(board: BoardHandle, summary: BoardSummary, state: &'static str, may_edit: bool) -> Element {
    let id = board.id();
    match state {
        "loading" => rsx! {
            for card in 0..SKELETONS {
                div { key: "{card}", class: "card", "data-kind": "stat", "data-state": "loading", "data-tide": "none", "aria-hidden": "true",
                    div { class: "card-head" }
                    div { class: "card-body",
                        div { class: "skeleton",
                            span {}
                            span {}
                            span {}
                        }
                    }
                }
            }
            p { class: "loading-word", role: "status", {tn("Loading the board…")} }
        },
        "away" | "unlisted" => rsx! {
            div { class: "empty", "data-state": state,
                h2 { {tn("This board is not on this device yet.")} }
                p {
                    if state == "away" {
                        {tn("It comes with the next live connection. From then on it opens without one, too.")}
                    } else {
                        {tn("There was none of this name when this device last heard of the boards: it may be spelt otherwise. If it is there by now, it comes with the next live connection.")}
                    }
                }
            }
        },
        "closed" => rsx! {
            div { class: "empty", "data-state": state,
                h2 { {tn("This page and the server are of different versions.")} }
                p { {tn("Reload the page to see the board. Edits that wait on this device are safe.")} }
                a { class: "button", href: "", {tn("Reload")} }
            }
        },
        "unknown" => rsx! {
            div { class: "empty", "data-state": "unknown",
                h2 { {tn("There is no board here.")} }
                p { {tn("It was never made, or its name is spelt otherwise. Choose another one, or make it, by the name above.")} }
                {way_to(Route::Home {}, "button", false, None, rsx! { {tn("Open this machine’s board")} })}
            }
        },
        "empty" => rsx! {
            div { class: "empty", "data-state": "empty",
                h2 { {tn("Nothing here yet.")} }
                p { {tn("Add a widget: a live number of this machine, or something to edit together.")} }
                AddWidget { board }
                p { {tn("Or start from a template:")} }
                div { class: "row",
                    for (name, text) in TEMPLATES {
                        button {
                            key: "{name}",
                            class: "button",
                            r#type: "button",
                            onclick: move |_| put_file(board, made_of(text, t)),
                            {tn(name)}
                        }
                    }
                }
                {how_to_post()}
            }
        },
        _ => rsx! {
            for entry in summary.widgets {
                Card { key: "{id}/{entry.id}", board: id.clone(), widget: entry.id, kind: entry.kind, may_edit }
            }
        },
    }
}

// Its properties are plain: a signal that is made of a value for each rendering of the page would not be let go of as long as the card
// is there. Under another name it is another card.
#[component]
fn Card(board: BoardId, widget: WidgetId, kind: Kind, may_edit: bool) -> Element {
    let id: ReadSignal<WidgetId> = use_signal(|| widget).into();
    let arranging = try_consume_context::<Arranging>();
    let is_arranged = arranging.is_some_and(Arranging::is_on);
    let place = board.clone();
    rsx! {
        WidgetRealtime {
            widget_id: id,
            settings: settings(kind.as_str()),
            on_arrange: arranging.map(|arranging| Callback::new(move |()| arranging.begin(id.cloned()))),
            on_copy: move |()| copy_card(&place, &id.peek()),
            on_remove: move |title: String| say_removed(board.clone(), id.cloned(), &title),
            // Who may look only is not let type what is refused.
            fieldset { class: "bare", role: "none", disabled: !may_edit || is_arranged, WidgetBody { widget: id, kind } }
            if is_arranged && may_edit {
                Handle { widget: id }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_without_a_name_is_called_by_its_address() {
        assert_eq!(placeholder(&"this-machine".parse().expect("a name")), "This machine");
    }

    #[test]
    fn a_board_that_was_made_without_a_connection_is_here() {
        let of = |exists| BoardSummary {
            name: None,
            widgets: Vec::new(),
            freshness: Freshness::Offline { since: None },
            is_known: false,
            exists,
        };
        assert_eq!(
            [state_of(&of(true), false), state_of(&of(false), false)],
            ["empty", "away"]
        );
        assert_eq!(state_of(&of(false), true), "loading");
    }
}
