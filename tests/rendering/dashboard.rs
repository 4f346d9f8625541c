//! The app's pages.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    app::App,
    config::NEW_SERIES,
    protocol::{Access, Identity},
    state::ConnectionStatus,
    sync::{
        Freshness, Release,
        storage::{Durability, StorageError},
    },
};

use crate::stage::{Scene, bare, first_paint_of_app, has, has_not, on_home, unknown};

fn app() -> Element {
    rsx! { App {} }
}

#[test]
fn the_first_paint_of_the_page_is_a_constant() {
    let page = first_paint_of_app(app);
    assert_eq!(page, first_paint_of_app(app));
    has(
        &page,
        &[
            "<main",
            "This machine",
            "Loading the board…",
            "skeleton",
            "Skip to the board",
        ],
    );
    has_not(&page, &["<output", "ago"]);
}

#[test]
fn the_header_has_the_boards_name_the_badge_and_the_indicator() {
    has(
        &on_home(bare(), app),
        &[
            "<header",
            "Bridge",
            "class=\"pending-badge\"",
            "class=\"indicator\"",
            "Add widget",
        ],
    );
}

#[test]
fn who_may_only_watch_is_told_before_they_try() {
    let mut scene = bare();
    scene.sync.identity = Some(Identity {
        principal: "viewer".parse().expect("a name"),
        access: Access::View,
    });
    has(&on_home(scene, app), &["View only"]);
    has_not(&on_home(bare(), app), &["View only"]);
}

#[test]
fn a_board_that_was_removed_says_so_as_long_as_it_is_and_who_may_edit_brings_it_back() {
    let note = || bare().widget("note", &[("title", json!("Log")), ("text", json!("Oil is low."))]);
    let removed = || note().removed_board(Some("Ben’s phone"));
    let page = on_home(removed(), app);
    has(
        &page,
        &[
            "data-state=\"board-removed\"",
            "This board was removed. ",
            "Ben’s phone, 14:01",
            ">Bring back<",
            "data-state=\"removed\">Removed<",
            "Oil is low.",
            "role=\"none\" disabled=true",
        ],
    );
    has_not(&page, &["aria-label=\"Add widget\"", "View only"]);
    let mut watching = removed();
    watching.sync.identity = Some(Identity {
        principal: "viewer".parse().expect("a name"),
        access: Access::View,
    });
    let page = on_home(watching, app);
    has(&page, &["This board was removed. "]);
    has_not(&page, &["Bring back"]);
    has(&on_home(note().removed_board(None), app), &["This board was removed."]);
    has_not(&on_home(note(), app), &["was removed", ">Removed<"]);
}

#[test]
fn an_empty_board_says_what_to_do() {
    let page = on_home(bare(), app);
    has(&page, &["data-state=\"empty\"", "Nothing here yet."]);
    has(
        &page,
        &[
            ">This machine</button>",
            ">Shift board</button>",
            ">Home</button>",
            ">Lab</button>",
        ],
    );
    let (_, board) = page.split_once("<main").expect("there is a board");
    has(board, &["aria-label=\"Add widget\""]);
    assert_eq!(page.matches("id=\"known-series\"").count(), 1, "{page}");
}

#[test]
fn the_bar_has_what_a_phone_shows_below_and_a_wall_above() {
    let page = on_home(bare(), app);
    let (bar, _) = page.split_once("</header>").expect("there is a bar");
    has(
        bar,
        &[
            "class=\"tools\"",
            "href=\"#board\"",
            ">Board<",
            ">Add widget<",
            ">Waiting<",
            "aria-label=\"Waiting edits: Nothing waits\"",
            "class=\"clock\">14:02<",
        ],
    );
}

#[test]
fn a_board_that_does_not_exist_says_so_and_leads_home() {
    let page = on_home(Scene::live(), app);
    has(
        &page,
        &["data-state=\"unknown\"", "There is no board here.", "href=\"/\""],
    );
    has_not(&page, &["aria-label=\"Add widget\""]);
}

#[test]
fn a_page_opened_without_a_network_says_what_it_shows_once() {
    let mut scene = bare()
        .board(Freshness::Offline { since: None })
        .connection(ConnectionStatus::Offline {
            since: None,
            chosen: false,
        });
    scene.sync.synced_at = None;
    let page = on_home(scene.clone(), app);
    has(
        &page,
        &["Offline. This is the board as of 14:01. Edits are saved on this device, and sent later."],
    );
    assert_eq!(page.matches("This is the board as of").count(), 1, "{page}");
    has_not(&on_home(bare(), app), &["This is the board as of"]);
    // By the header's word.
    scene.sync.link = ConnectionStatus::Waiting {
        attempt: 1,
        retry_at: None,
    };
    has(
        &on_home(scene.clone(), app),
        &["Server unreachable. This is the board as of"],
    );
    scene.sync.fault = Some(StorageError::Broken);
    let page = on_home(scene, app);
    has(&page, &["New edits are not saved here"]);
    has_not(&page, &["are saved on this device"]);
}

const MAY_GO: &str = "Edits are kept in this browser and sent later, unless its data is cleared before.";

#[test]
fn where_a_browser_may_clear_them_edits_are_kept_and_what_takes_them_along_is_said() {
    let mut scene = bare()
        .board(Freshness::Offline { since: None })
        .connection(ConnectionStatus::Offline {
            since: None,
            chosen: false,
        });
    (scene.sync.durability, scene.sync.synced_at) = (Some(Durability::BestEffort), None);
    let page = on_home(scene.clone(), app);
    has(&page, &["Offline. This is the board as of 14:01. ", MAY_GO]);
    has_not(&page, &["saved on this device"]);
    scene.sync.durability = Some(Durability::Durable);
    has_not(&on_home(scene, app), &[MAY_GO]);
}

#[test]
fn what_stands_in_the_way_of_all_edits_is_said_with_what_is_safe_one_button_and_details() {
    let line = |scene: Scene| {
        let page = on_home(scene, app);
        let (_, lines) = page.split_once("class=\"lines\"").expect("the lines have a place");
        let (line, _) = lines.split_once("<main").expect("the board comes after them");
        line.to_owned()
    };
    let mut full = bare();
    (full.sync.fault, full.sync.pending) = (Some(StorageError::Full), 12);
    full.sync.trouble = Some("what was said".to_owned());
    let page = line(full);
    has(
        &page,
        &[
            "data-state=\"storage-full\"",
            "data-tone=\"act\"",
            "role=\"alert\"",
            "This device is full. Nothing was lost; new edits are paused.",
            "Your 12 edits wait.<",
            ">Try again</button>",
            "Details",
            "storage-full · 14:02\nwhat was said",
        ],
    );
    assert_eq!(page.matches("<button").count(), 1, "{page}");
    let mut taken = bare();
    (taken.sync.fault, taken.sync.pending) = (Some(StorageError::Newer), 2);
    let page = line(taken);
    has(
        &page,
        &[
            "data-state=\"storage-newer\"",
            "This page is older than what this browser has stored. Export what waits, then reload.",
            "Your 2 edits wait.<",
            ">Reload</a>",
        ],
    );
    has_not(&page, &["Try again", "keep this page open"]);
    let mut newer = bare();
    (newer.sync.release, newer.sync.pending) = (Release::ServerOlder, 3);
    has(
        &line(newer.clone()),
        &[
            "This page is newer than the server.",
            "Your 3 edits wait safely.<",
            ">Reload</a>",
            "page-newer · 14:02",
        ],
    );
    newer.sync.pending = 1;
    has(&line(newer), &["Your 1 edit waits safely."]);
    let mut older = bare();
    (older.sync.release, older.sync.pending) = (Release::PageOlder, 2);
    has(
        &line(older),
        &[
            "This page is older than what this browser has stored. Export what waits, then reload.",
            "Your 2 edits wait safely.<",
            ">Reload</a>",
            "page-older · 14:02",
        ],
    );
    let closed = bare().connection(ConnectionStatus::Closed {
        message: "This client is older than the server can read.".to_owned(),
    });
    has(
        &line(closed),
        &["This client is older than", ">Reload</a>", "page-older · 14:02"],
    );
    has_not(&line(bare()), &["banner", "Details"]);
}

#[test]
fn a_board_that_is_not_here_says_so_when_nothing_can_bring_it() {
    let mut scene = Scene::live().board(Freshness::Offline { since: None });
    for view in scene.boards.values_mut() {
        view.is_known = false;
    }
    let waiting = ConnectionStatus::Waiting {
        attempt: 1,
        retry_at: None,
    };
    let page = on_home(scene.clone().connection(waiting), app);
    has(&page, &["data-state=\"away\"", "This board is not on this device yet."]);
    has_not(&page, &["Loading the board…", "class=\"skeleton\""]);
    // One that was not on the list is promised to nobody.
    let other = scene.clone().listed("engine-room");
    let page = on_home(
        other.connection(ConnectionStatus::Waiting {
            attempt: 1,
            retry_at: None,
        }),
        app,
    );
    has(
        &page,
        &[
            "data-state=\"unlisted\"",
            "There was none of this name when this device last heard",
        ],
    );
    has_not(&page, &["From then on it opens without one"]);
    let connecting = on_home(scene.clone().connection(ConnectionStatus::Connecting), app);
    has(&connecting, &["Loading the board…"]);
    let closed = ConnectionStatus::Closed {
        message: "too old".to_owned(),
    };
    let closed = on_home(scene.clone().connection(closed), app);
    has(
        &closed,
        &[
            "data-state=\"closed\"",
            "This page and the server are of different versions.",
            ">Reload</a>",
        ],
    );
    has_not(&closed, &["data-state=\"away\"", "next live connection"]);
    // Requests can't bring this one: its freshness says so.
    has(
        &on_home(scene.connection(ConnectionStatus::ByRequests), app),
        &["data-state=\"away\""],
    );
}

#[test]
fn a_board_that_a_request_did_not_find_is_not_waited_for() {
    let scene = Scene::live()
        .board(Freshness::ByRequests { as_of: None })
        .connection(ConnectionStatus::ByRequests);
    has(&on_home(scene, app), &["There is no board here."]);
}

#[test]
fn while_it_loads_the_page_holds_its_shape() {
    let page = on_home(unknown(), app);
    has(&page, &["data-state=\"loading\"", "Loading the board…"]);
    assert!(page.matches("class=\"skeleton\"").count() > 4, "{page}");
}

#[test]
fn no_element_has_a_style_of_its_own() {
    let scene = bare().widget("setpoint", &[("value", json!(3))]).conflict(
        "value",
        json!(3),
        json!(4),
        tideboard::protocol::Contention::Ask,
    );
    has_not(&on_home(scene, app), &[" style="]);
}

#[test]
fn a_series_that_nobody_shows_yet_is_offered_to_who_may_add_it() {
    let posted = || bare().series(NEW_SERIES, &[json!(["fuel", "oil", "up{job=\"pump\"}"])], 0);
    let page = on_home(posted(), app);
    has(
        &page,
        &[
            "data-state=\"new-series\"",
            ">fuel</strong> and 2 more",
            ">Add to board<",
            ">Not now<",
        ],
    );
    has(
        &page,
        &[
            "<datalist id=\"known-series\"><option value=\"fuel\"",
            "<option value=\"host.cpu\"",
        ],
    );
    let mut watching = posted();
    watching.sync.identity = Some(Identity {
        principal: "viewer".parse().expect("a name"),
        access: Access::View,
    });
    has_not(&on_home(watching, app), &["new-series"]);
    has_not(
        &on_home(bare().series(NEW_SERIES, &[json!([])], 0), app),
        &["new-series"],
    );
}

#[test]
fn the_name_of_what_is_offered_is_text_whatever_is_in_its_labels() {
    let hostile = r#"up{a="</strong><img src=x onerror=alert(1)>"}"#;
    let page = on_home(bare().series(NEW_SERIES, &[json!([hostile])], 0), app);
    has(
        &page,
        &[
            "data-state=\"new-series\"",
            "&#60;/strong&#62;&#60;img src=x onerror=alert(1)&#62;",
        ],
    );
    has_not(&page, &["<img"]);
}
