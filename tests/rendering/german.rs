//! Pages in another language than the code's. What is written here stands for all that is looked up: `tests/tidy` sees to it that nothing
//! is missing from the table.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    app::App,
    board::{FileError, WidgetFault},
    components::{PendingOperationsBadge, SyncDetailsPanel},
    protocol::{FieldName, Rejection},
    state::ConnectionStatus,
    sync::{Freshness, Phase},
    time::Timestamp,
    words::{german, sentence, speak},
};

use crate::stage::{Scene, bare, has, has_not, on_home, render};

/// The page of the app, in German from its first word on.
fn app() -> Element {
    use_hook(|| speak(Some(german())));
    rsx! { App {} }
}

fn panels() -> Element {
    use_hook(|| speak(Some(german())));
    rsx! { SyncDetailsPanel {} PendingOperationsBadge { show_details: false } }
}

#[test]
fn a_board_speaks_german_and_leaves_what_people_have_written() {
    let switch = bare().widget("switch", &[("title", json!("Undo")), ("on", json!(true))]);
    let page = on_home(switch, app);
    has(
        &page,
        &[
            "Zum Board springen",
            "Karte hinzufügen",
            "Wartende Änderungen: Nichts wartet",
            "Abgleich: Live",
            ">Undo</h2>",
            "Ausschalten…",
            "Menü von Undo",
        ],
    );
    has_not(&page, &["Add widget", "Waiting edits", "Switch off", "Skip to"]);
}

#[test]
fn numbers_have_a_comma_and_ages_their_words() {
    let scene = bare().widget(
        "setpoint",
        &[
            ("title", json!("Öl")),
            ("value", json!(2)),
            ("min", json!(0.5)),
            ("max", json!(7.25)),
            ("unit", json!("bar")),
        ],
    );
    let page = on_home(scene, app);
    has(&page, &["0,5\u{a0}bar", "7,25\u{a0}bar", "Öl, Regler"]);
    // What a number box is given is no text to be read: the browser writes it in its own way.
    has(&page, &["min=\"0.5\"", "max=\"7.25\""]);
}

#[test]
fn being_offline_and_what_waits_are_said_in_german() {
    let offline = ConnectionStatus::Offline {
        since: Some(Timestamp(40_000)),
        chosen: true,
    };
    let scene = bare()
        .widget("counter", &[("title", json!("Gäste")), ("count", json!(3))])
        .board(Freshness::Offline { since: None })
        .connection(offline)
        .edit("count", json!(4), Phase::Saved);
    let page = render(scene, panels);
    has(
        &page,
        &[
            "Offline · wie von Ihnen gewählt",
            "Offline arbeiten",
            "1 Änderung",
            "Wartende Änderungen: 1 wartend",
        ]
        .map(|text| text),
    );
    has_not(&page, &["Work offline", "edit", "waiting"]);
}

#[test]
fn another_page_beside_it_speaks_english() {
    let _ = on_home(Scene::live(), app);
    has(&on_home(bare(), || rsx! { App {} }), &["Add widget"]);
}

#[test]
fn what_is_wrong_with_a_file_and_what_is_refused_is_said_in_german() {
    let field = FieldName::named("text");
    let faults = [
        WidgetFault::NotAnObject,
        WidgetFault::NoKind,
        WidgetFault::Kind,
        WidgetFault::Fields,
        WidgetFault::TooManyFields,
        WidgetFault::FieldName("Oil at 9".to_owned()),
        WidgetFault::FieldTooLarge(field.clone()),
        WidgetFault::FieldTooDeep(field),
        WidgetFault::TooLarge,
    ];
    let files = [
        FileError::TooLarge,
        FileError::NotJson { line: 3 },
        FileError::NotABoard,
        FileError::Newer,
        FileError::Name,
        FileError::NoWidgets,
        FileError::TooManyWidgets { len: 7_000 },
    ];
    let of_widgets = faults.map(|fault| FileError::Widget { number: 2, fault });
    let mut said: Vec<String> = files.iter().chain(&of_widgets).map(ToString::to_string).collect();
    for what in ["widgets", "fields"] {
        let what = what.to_owned();
        said.push(Rejection::TooMany { what, len_max: 64 }.to_string());
    }
    for expected in [
        "text",
        "a name that is not empty",
        "a whole number",
        "a number",
        "yes or no",
    ] {
        for expected in [expected.to_owned(), format!("{expected}, and `step-2` is none")] {
            said.push(Rejection::WrongType { expected }.to_string());
        }
    }
    let bounds = Rejection::OutOfRange { min: -0.5, max: 7.25 };
    said.push(bounds.to_string());
    let page = VirtualDom::new(VNode::empty);
    page.in_scope(ScopeId::ROOT, || {
        speak(Some(german()));
        for english in said {
            let german = sentence(&english);
            assert_ne!(german, english);
            assert!(!german.contains("{}"), "{german}");
        }
        assert!(sentence(&bounds.to_string()).contains("zwischen -0,5 und 7,25"));
    });
}
