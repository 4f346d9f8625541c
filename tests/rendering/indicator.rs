//! The sync indicator.

use dioxus::prelude::*;
use tideboard::{
    components::{DashboardSyncIndicator, SyncDetailsPanel},
    protocol::{Access, Device, Identity},
    state::ConnectionStatus,
    sync::storage::{Durability, Lacks, StorageError},
    time::Timestamp,
};

use crate::stage::{NOW_MS, Scene, first_paint, has, has_not, render};

fn indicator() -> Element {
    rsx! { DashboardSyncIndicator {} }
}

fn details() -> Element {
    rsx! { SyncDetailsPanel {} }
}

fn said(connection: ConnectionStatus) -> String {
    render(Scene::live().connection(connection), indicator)
}

#[test]
fn the_first_paint_is_the_same_everywhere() {
    let page = first_paint(indicator);
    assert_eq!(page, first_paint(indicator));
    has(&page, &["data-state=\"starting\"", "Connecting…"]);
    has_not(&page, &["since"]);
}

#[test]
fn live_is_green_and_says_nothing_more() {
    let page = said(ConnectionStatus::Live);
    has(
        &page,
        &[
            "data-state=\"live\"",
            "data-tone=\"live\"",
            "role=\"status\"",
            "<svg",
            ">Live<",
        ],
    );
    has_not(&page, &["teller-more"]);
}

#[test]
fn offline_is_yellow_and_says_since_when_and_how_much_is_saved() {
    let mut scene = Scene::live().connection(ConnectionStatus::Offline {
        since: Some(Timestamp(NOW_MS - 60_000)),
        chosen: false,
    });
    scene.sync.pending = 3;
    has(
        &render(scene, indicator),
        &[
            "data-state=\"offline\"",
            "data-tone=\"wait\"",
            ">Offline<",
            "> since 14:01<",
            "> · 3 saved here<",
            "Sync: Offline since 14:01 · 3 saved here",
        ],
    );
}

#[test]
fn waiting_counts_down_to_the_next_try() {
    let page = said(ConnectionStatus::Waiting {
        attempt: 2,
        retry_at: Some(Timestamp(NOW_MS + 5_400)),
    });
    has(
        &page,
        &["data-state=\"waiting\"", "Server unreachable", "next try in 6 s"],
    );
    has(
        &said(ConnectionStatus::Waiting {
            attempt: 2,
            retry_at: None,
        }),
        &["trying now"],
    );
}

#[test]
fn a_blocked_socket_is_told_from_a_server_that_is_gone() {
    let page = said(ConnectionStatus::ByRequests);
    has(
        &page,
        &[
            "data-state=\"by-requests\"",
            "data-tone=\"wait\"",
            "Slower",
            "syncing by requests",
        ],
    );
    has_not(&page, &["unreachable"]);
    let details = render(Scene::live().connection(ConnectionStatus::ByRequests), details);
    has(
        &details,
        &["Slower", "no live socket can be had", "by plain requests", "Try now"],
    );
}

#[test]
fn what_a_person_must_do_is_red() {
    let sign_in = ConnectionStatus::SignIn {
        message: "Sign in.".to_owned(),
    };
    has(
        &said(sign_in),
        &["data-state=\"sign-in\"", "data-tone=\"act\"", "Sign in to go on"],
    );
    has(
        &said(ConnectionStatus::CannotStore { fault: None }),
        &[
            "data-state=\"cannot-store\"",
            "data-tone=\"act\"",
            "Not saved on this device",
        ],
    );
    has(
        &said(ConnectionStatus::Decide {
            conflicts: 1,
            set_aside: 0,
        }),
        &["data-state=\"decide\"", "data-tone=\"act\"", "2 versions"],
    );
    has(
        &said(ConnectionStatus::Decide {
            conflicts: 0,
            set_aside: 2,
        }),
        &["Not accepted", "2 edits"],
    );
    has(
        &said(ConnectionStatus::Closed {
            message: "Reload.".to_owned(),
        }),
        &["data-state=\"closed\"", "Reload to go on"],
    );
}

#[test]
fn where_nothing_is_stored_working_offline_promises_nothing_else() {
    let mut scene = Scene::live();
    has(
        &render(scene.clone(), details),
        &["Edits of all tabs wait here, and are sent"],
    );
    scene.sync.durability = Some(Durability::MemoryOnly);
    let page = render(scene, details);
    has(&page, &["Edits are in this page only, and sent"]);
    has_not(&page, &["wait here"]);
}

#[test]
fn from_what_the_indicator_opens_it_is_one_press_to_the_choice() {
    let mut scene = Scene::live();
    scene.connection = ConnectionStatus::Decide {
        conflicts: 1,
        set_aside: 0,
    };
    has(&render(scene, details), &["popovertarget=\"conflicts\">Choose<"]);
    has_not(&render(Scene::live(), details), &["popovertarget"]);
}

#[test]
fn a_decision_does_not_hide_that_there_is_no_connection() {
    let decide = || ConnectionStatus::Decide {
        conflicts: 1,
        set_aside: 0,
    };
    let mut scene = Scene::live().connection(ConnectionStatus::Offline {
        since: None,
        chosen: false,
    });
    scene.connection = decide();
    let page = render(scene.clone(), indicator);
    has(
        &page,
        &[
            "data-state=\"decide\"",
            ">2 versions<",
            "· Offline",
            "Sync: 2 versions · Offline",
        ],
    );
    assert_eq!(
        page.matches("<svg").count(),
        2,
        "a phone has room for the icon alone: {page}"
    );
    has(&render(scene, details), &["Offline · this device has no network"]);
    let mut live = Scene::live();
    live.connection = decide();
    let page = render(live, indicator);
    assert_eq!(page.matches("<svg").count(), 1, "{page}");
    has_not(&page, &["teller-more"]);
}

#[test]
fn catching_up_says_how_far_behind_it_is() {
    has(
        &said(ConnectionStatus::CatchingUp { missing: 214 }),
        &["data-state=\"catching-up\"", "Catching up", "214 changes"],
    );
    has_not(&said(ConnectionStatus::CatchingUp { missing: 0 }), &["change"]);
}

#[test]
fn what_is_announced_holds_no_seconds() {
    let page = said(ConnectionStatus::Waiting {
        attempt: 2,
        retry_at: Some(Timestamp(NOW_MS + 5_400)),
    });
    let (_, announced) = page.split_once("role=\"status\"").expect("there is a live region");
    let (announced, _) = announced.split_once("</span>").expect("it ends");
    has_not(announced, &["6 s", "next try"]);
}

#[test]
fn without_details_there_is_no_button() {
    let page = render(
        Scene::live(),
        || rsx! { DashboardSyncIndicator { show_details: false } },
    );
    has(&page, &["data-state=\"live\""]);
    has_not(&page, &["<button"]);
}

#[test]
fn the_details_tell_all_there_is_to_know() {
    let mut scene = Scene::live();
    scene.sync.pending = 2;
    scene.sync.identity = Some(Identity {
        principal: "ada".parse().expect("a name"),
        access: Access::View,
    });
    has(
        &render(scene, details),
        &[
            "Work offline",
            "role=\"switch\"",
            "Sync now",
            "2 edits",
            ">now<",
            "Saved on this device",
            "this tab",
            "ada",
            "to watch",
        ],
    );
}

#[test]
fn working_offline_by_choice_is_a_switch_that_is_on() {
    let page = render(
        Scene::live().connection(ConnectionStatus::Offline {
            since: None,
            chosen: true,
        }),
        details,
    );
    has(&page, &["aria-checked=true", "by your choice"]);
    has_not(&page, &["Sync now"]);
}

#[test]
fn trouble_is_told_where_the_details_are() {
    let mut scene = Scene::live();
    scene.sync.trouble = Some("The server did not answer in time.".to_owned());
    scene.sync.fault = Some(StorageError::Full);
    scene.sync.durability = Some(Durability::MemoryOnly);
    has(
        &render(scene, details),
        &[
            "role=\"alert\"",
            "did not answer in time",
            "This device is full",
            "kept while this page is open",
        ],
    );
}

#[test]
fn without_a_network_it_is_not_said_that_the_server_did_not_answer_and_what_helps_is_said_in_place() {
    let page = |link| {
        let mut scene = Scene::live().connection(link);
        scene.sync.trouble = Some("The server did not answer in time.".to_owned());
        render(scene, details)
    };
    let away = ["Something does not work?", "That guide is on the server."];
    let (since, retry_at) = (None, None);
    let offline = page(ConnectionStatus::Offline { since, chosen: false });
    has(&offline, &["this device has no network", away[0], away[1]]);
    has_not(&offline, &["did not answer"]);
    let waiting = page(ConnectionStatus::Waiting { attempt: 2, retry_at });
    has(&waiting, &["did not answer in time", away[0], away[1]]);
    has_not(&render(Scene::live(), details), &away[1..]);
}

#[test]
fn best_effort_storage_says_who_may_clear_it() {
    let mut scene = Scene::live();
    scene.sync.durability = Some(Durability::BestEffort);
    let page = render(scene, details);
    has(
        &page,
        &[
            "data-state=\"best-effort\"",
            "Kept in this browser",
            "it may clear them",
        ],
    );
    has_not(&page, &["Saved on this device", "data-tone=\"wait\""]);
}

#[test]
fn best_effort_storage_has_what_waits_and_has_not_saved_it() {
    let mut scene = Scene::live().connection(ConnectionStatus::Offline {
        since: None,
        chosen: false,
    });
    (scene.sync.durability, scene.sync.pending) = (Some(Durability::BestEffort), 3);
    let page = render(scene, indicator);
    has(&page, &["3 waiting"]);
    has_not(&page, &["saved"]);
}

#[test]
fn tabs_that_can_not_work_as_one_say_so() {
    let page = |broadcasts, locks| {
        let mut scene = Scene::live();
        scene.sync.lacks = Lacks { broadcasts, locks };
        render(scene, details)
    };
    has(&page(false, false), &[">this tab<"]);
    has(&page(true, true), &[">each tab for itself; others are seen every 2 s<"]);
    // By plain http they hear each other.
    has(&page(false, true), &[">each tab for itself<"]);
}

#[test]
fn each_trouble_has_its_one_button() {
    let page = |link| render(Scene::live().connection(link), details);
    has(
        &page(ConnectionStatus::SignIn {
            message: "Sign in.".to_owned(),
        }),
        &["href=\"/sign-in\""],
    );
    has(
        &page(ConnectionStatus::Waiting {
            attempt: 1,
            retry_at: None,
        }),
        &["Try now", "1 failed try"],
    );
    has(
        &page(ConnectionStatus::Closed {
            message: "Reload.".to_owned(),
        }),
        &[">Reload<"],
    );
}

#[test]
fn the_device_has_a_name_and_a_colour_that_are_changed_here() {
    let mut scene = Scene::live();
    scene.sync.device = Some(Device {
        name: "Ada’s phone".to_owned(),
        colour: 3,
    });
    let page = render(scene, details);
    has(
        &page,
        &["aria-label=\"This device\"", "value=\"Ada’s phone\"", ">Plum<"],
    );
    assert_eq!(page.matches("<option").count(), 8);
    assert_eq!(page.matches("selected=true").count(), 1);
    has_not(&render(Scene::live(), details), &["This device"]);
}
