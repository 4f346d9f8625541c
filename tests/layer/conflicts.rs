//! Conflicts that are decided by policy.

use dioxus::{core::Mutation, prelude::*};
use serde_json::json;
use tideboard::{
    board::{Catalog, FieldSpec, Policy, ValueType},
    components::{
        ConflictResolutionUI, ConflictResolved, OperationFailure, PendingOperationsBadge, RealtimeError,
        WidgetRealtime,
        said::{Undo, card_of, said_elsewhere, say, see},
    },
    config::AUTO_RESOLVED_LEN_MAX,
    hooks::{Resolution, use_board, use_current_board, use_realtime_managers},
    protocol::{OperationId, WidgetId},
    server::FirstBoard,
    state::{CONFLICTS, PENDING, SET_ASIDE},
    testing::{Page, Server},
};

use crate::deck::{deck, log, logged, on_deck};

static IS_AUTOMATIC: GlobalSignal<bool> = Signal::global(|| true);

fn face() -> Element {
    _ = use_board(use_current_board());
    let on_conflict_resolved = |ConflictResolved { resolution, .. }| log(format!("{resolution:?}"));
    let on_operation_fail = |OperationFailure { id, .. }| {
        let (pending, aside) = (PENDING.peek(), SET_ASIDE.peek());
        let pending = pending.iter().map(|pending| &*pending.operation);
        let mut listed = pending.chain(aside.iter().map(|aside| &aside.operation));
        let failed = listed.find(|operation| operation.id == id).expect("it is listed");
        log(format!("failed: a decision of {:?}", failed.resolves));
    };
    rsx! {
        PendingOperationsBadge { on_operation_fail }
        ConflictResolutionUI { auto_resolve: IS_AUTOMATIC(), on_conflict_resolved }
    }
}

/// This page and somebody else change the same fields without knowing of each other.
fn quarrel(page: &mut Page, edits: &[(&'static str, &'static str, serde_json::Value, serde_json::Value)]) {
    page.act(|managers| managers.websocket.disconnect());
    for (widget, field, mine, theirs) in edits.iter().cloned() {
        page.edit(&deck(), widget, field, mine);
        page.server.set(&deck(), widget, field, theirs);
    }
    page.act(|managers| managers.websocket.connect());
}

#[test]
fn each_field_gets_what_its_policy_says_and_each_choice_can_be_undone() {
    let mut page = on_deck(face);
    quarrel(
        &mut page,
        &[
            ("fuel", "value", json!(7), json!(8)),
            ("tasks", "taken-1", json!("ada"), json!("ben")),
        ],
    );
    assert!(page.with(|| CONFLICTS.peek().is_empty()));
    assert_eq!(
        page.server.value(&deck(), "fuel", "value"),
        json!(7),
        "who asks takes the last write"
    );
    assert_eq!(
        page.server.value(&deck(), "tasks", "taken-1"),
        json!("ben"),
        "who was first"
    );
    page.has(&["fuel, value · Kept yours", "tasks, taken-1 · Kept theirs"]);
    assert_eq!(page.html().matches(">Undo</button>").count(), 2, "{}", page.html());
    let mut told = logged();
    told.sort_unstable();
    assert_eq!(told, ["KeepMine", "KeepTheirs"]);
}

#[test]
fn all_of_one_widget_are_decided_by_one_press() {
    for (label, expected) in [("Keep mine", "mine"), ("Keep theirs", "theirs")] {
        let mut page = on_deck(face);
        page.with(|| *IS_AUTOMATIC.write() = false);
        let items = ["item-1", "item-2", "item-3"];
        quarrel(
            &mut page,
            &items.map(|item| ("tasks", item, json!("mine"), json!("theirs"))),
        );
        page.has(&["These 3 of tasks:"]);
        page.click(&format!("{label}, these of tasks"));
        assert!(page.with(|| CONFLICTS.peek().is_empty() && PENDING.peek().is_empty()));
        for item in items {
            assert_eq!(page.server.value(&deck(), "tasks", item), json!(expected), "{item}");
        }
    }
}

#[test]
fn without_it_a_person_is_asked() {
    let mut page = on_deck(face);
    page.with(|| *IS_AUTOMATIC.write() = false);
    quarrel(&mut page, &[("fuel", "value", json!(7), json!(8))]);
    let conflict = page.with(|| CONFLICTS.peek()[0].clone());
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(8));
    page.has(&["Keep mine", "Keep theirs"]);
    page.act(|managers| managers.state.resolve(conflict.id(), Resolution::Edit(json!(5))));
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(5));
    assert_eq!(logged(), ["Edit(Number(5))"]);
}

#[test]
fn a_choice_that_meets_yet_another_value_gives_way_to_it() {
    let mut page = on_deck(face);
    page.with(|| *IS_AUTOMATIC.write() = false);
    quarrel(&mut page, &[("fuel", "value", json!(7), json!(8))]);
    // Somebody else writes on between the choice and its arrival.
    page.is_deaf = true;
    page.with(|| *IS_AUTOMATIC.write() = true);
    page.server.set(&deck(), "fuel", "value", 9);
    page.is_deaf = false;
    page.settle();
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(9));
    assert!(page.with(|| CONFLICTS.peek().is_empty()));
    assert_eq!(logged(), ["KeepMine", "KeepTheirs"]);
    page.has(&["fuel, value · Kept theirs"]);
    page.has_not(&["Kept yours"]);
}

#[test]
fn each_tab_of_a_device_is_told_once_whichever_decides() {
    for resolution in [Resolution::KeepMine, Resolution::KeepTheirs, Resolution::Edit(json!(5))] {
        for is_second in [false, true] {
            let mut first = on_deck(face);
            first.with(|| *IS_AUTOMATIC.write() = false);
            let mut second = first.beside();
            second.with(|| *IS_AUTOMATIC.write() = false);
            quarrel(&mut first, &[("fuel", "value", json!(7), json!(8))]);
            second.settle();
            second.has(&["Keep mine", "Keep theirs"]);
            let id = first.with(|| CONFLICTS.peek()[0].id());
            let pages = if is_second {
                [&mut second, &mut first]
            } else {
                [&mut first, &mut second]
            };
            let [decides, other] = pages;
            assert_eq!(logged(), Vec::<String>::new());
            decides.act(|managers| managers.state.resolve(id, resolution.clone()));
            assert_eq!(logged(), [format!("{resolution:?}")]);
            other.settle();
            assert_eq!(logged(), [format!("{resolution:?}")]);
            other.has_not(&["Keep mine"]);
            for _ in 0..3 {
                decides.pass(30_000);
                other.pass(30_000);
            }
            assert_eq!(logged(), Vec::<String>::new(), "each once");
        }
    }
}

#[test]
fn where_policy_decides_the_tab_that_sends_does_and_the_others_hear_of_it() {
    let mut first = on_deck(face);
    let mut second = first.beside();
    for page in [&mut first, &mut second] {
        page.with(|| *IS_AUTOMATIC.write() = false);
    }
    quarrel(&mut first, &[("fuel", "value", json!(7), json!(8))]);
    second.settle();
    second.with(|| *IS_AUTOMATIC.write() = true);
    first.settle();
    assert_eq!(logged(), Vec::<String>::new(), "the one that does not send leaves it");
    first.with(|| *IS_AUTOMATIC.write() = true);
    second.settle();
    first.settle();
    assert_eq!(logged(), ["KeepMine", "KeepMine"]);
    assert_eq!(first.server.value(&deck(), "fuel", "value"), json!(7));
    first.has(&["fuel, value · Kept yours"]);
    second.has_not(&["Kept yours"]);
    // The first is closed: now the other one sends, and decides.
    drop(first);
    second.settle();
    quarrel(&mut second, &[("fuel", "value", json!(4), json!(5))]);
    second.pass(1_000);
    assert_eq!(logged(), ["KeepMine"]);
    assert_eq!(second.server.value(&deck(), "fuel", "value"), json!(4));
}

#[test]
fn only_the_newest_choices_are_shown() {
    let mut page = on_deck(face);
    let edits: Vec<_> = (0..=AUTO_RESOLVED_LEN_MAX)
        .map(|number| {
            (
                "tasks",
                &*format!("item-{number}").leak(),
                json!("mine"),
                json!("theirs"),
            )
        })
        .collect();
    quarrel(&mut page, &edits);
    assert!(page.with(|| CONFLICTS.peek().is_empty()));
    let shown = page.html().matches("class=\"banner\"").count();
    assert_eq!(shown, AUTO_RESOLVED_LEN_MAX);
}

#[test]
fn a_choice_that_is_refused_is_made_once_and_then_its_persons() {
    let mut page = on_deck(face);
    page.with(|| *IS_AUTOMATIC.write() = false);
    quarrel(&mut page, &[("fuel", "value", json!(7), json!(4))]);
    let conflict = page.with(|| CONFLICTS.peek()[0].clone());
    // What was chosen can't be any more.
    page.server.set(&deck(), "fuel", "max", 5);
    page.settle();
    page.with(|| *IS_AUTOMATIC.write() = true);
    page.pass(60_000);
    let failed = format!("failed: a decision of {:?}", Some(conflict.id()));
    assert_eq!(logged(), ["KeepMine".to_owned(), failed]);
    assert_eq!(page.with(|| CONFLICTS.peek().clone()), [conflict]);
    assert_eq!(page.with(|| SET_ASIDE.peek().len()), 1, "the choice, with the reason");
    page.has(&["Keep mine", "Keep theirs"]);
    page.has_not(&["Kept yours"]);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(4));
}

#[test]
fn a_frame_tells_of_a_conflict_by_the_name_that_resolves_it() {
    static MET: GlobalSignal<Vec<OperationId>> = Signal::global(Vec::new);
    fn frame() -> Element {
        let on_error = |error| {
            if let RealtimeError::Conflict { id } = error {
                MET.write().push(id);
            }
        };
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), on_error, "inside" } }
    }
    let mut page = on_deck(frame);
    quarrel(&mut page, &[("fuel", "value", json!(7), json!(8))]);
    let [first] = page.with(|| std::mem::take(&mut *MET.write()))[..] else {
        panic!("one conflict")
    };
    // Somebody else writes on between the choice and its arrival: another conflict, by the same name.
    page.is_deaf = true;
    page.act(|managers| managers.state.resolve(first, Resolution::KeepMine));
    page.server.set(&deck(), "fuel", "value", 9);
    page.is_deaf = false;
    page.settle();
    let [second] = page.with(|| std::mem::take(&mut *MET.write()))[..] else {
        panic!("one more")
    };
    page.act(|managers| managers.state.resolve(second, Resolution::KeepMine));
    assert!(page.with(|| CONFLICTS.peek().is_empty()));
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(7));
}

#[test]
fn who_keeps_theirs_over_a_newer_value_of_their_own_that_they_have_not_seen_is_asked_again_and_told_so() {
    let mut page = on_deck(face);
    page.with(|| *IS_AUTOMATIC.write() = false);
    quarrel(&mut page, &[("fuel", "value", json!(7), json!(8))]);
    let seen = page.with(|| CONFLICTS.peek().clone());
    quarrel(&mut page, &[("fuel", "value", json!(6), json!(9))]);
    page.has(&["<mark>6</mark>"]);
    // It came onto the card just before the press, and the page that was pressed on did not show it yet.
    page.with(|| *CONFLICTS.write() = seen);
    page.has(&["<mark>7</mark>"]);
    page.click("Keep theirs");
    let told = "Yours has changed meanwhile. Choose again.";
    page.has(&["<mark>6</mark>", "<mark>9</mark>", "role=\"alert\"", told]);
    page.has_not(&["Kept theirs"]);
    assert_eq!(page.html().matches(told).count(), 1);
    assert_eq!(logged(), Vec::<String>::new());
    page.click("Keep theirs");
    page.has_not(&[told, "Keep mine"]);
    page.has(&["Kept theirs"]);
    assert_eq!(logged(), ["KeepTheirs"]);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(9));
}

#[test]
fn a_choice_that_came_to_nothing_is_not_taken_for_the_one_that_another_tab_makes() {
    let mut first = on_deck(face);
    let mut second = first.beside();
    for page in [&mut first, &mut second] {
        page.with(|| *IS_AUTOMATIC.write() = false);
    }
    quarrel(&mut first, &[("fuel", "value", json!(7), json!(8))]);
    let seen = first.with(|| CONFLICTS.peek().clone());
    quarrel(&mut first, &[("fuel", "value", json!(6), json!(9))]);
    first.with(|| *CONFLICTS.write() = seen);
    first.click("Keep theirs");
    first.has(&["Choose again"]);
    second.settle();
    second.click("Keep theirs");
    first.settle();
    first.has_not(&["Keep mine", "Kept theirs"]);
}

#[test]
fn what_was_decided_is_said_and_not_what_was_asked_for() {
    let mut page = on_deck(face);
    page.with(|| *IS_AUTOMATIC.write() = false);
    quarrel(&mut page, &[("fuel", "value", json!(7), json!(8))]);
    let conflict = page.with(|| CONFLICTS.peek()[0].clone());
    // The app decides first; what its policy asks for comes too late.
    page.act(|managers| {
        *IS_AUTOMATIC.write() = true;
        managers.state.dismiss(conflict.id());
    });
    assert_eq!(logged(), ["KeepTheirs"]);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(8));
    page.has_not(&["Kept yours"]);
}

#[test]
fn of_series_that_two_have_changed_edit_begins_with_those_of_both() {
    let series = FieldSpec::new("series", ValueType::Texts, Policy::Ask);
    let catalog = Catalog::default().with("plot", vec![series]);
    let board = FirstBoard::new(deck(), "Deck").with("tanks", "plot", json!({"series": ["fuel", "oil"]}));
    let mut page = Page::within(&Server::new(catalog, &[board]), "ada", deck(), face);
    page.with(|| *IS_AUTOMATIC.write() = false);
    let [mine, theirs] = [json!(["fuel", "oil", "depth"]), json!(["oil", "wind"])];
    quarrel(&mut page, &[("tanks", "series", mine, theirs)]);
    page.has(&[
        "1 the same",
        "<mark>fuel</mark>",
        "<mark>depth</mark>",
        "<mark>wind</mark>",
    ]);
    page.click("Edit");
    page.has(&["Both, put together", "value=\"oil, depth, wind\""]);
}

#[test]
fn each_thing_that_is_said_has_a_line_and_a_button_of_its_own_to_focus() {
    let mut page = on_deck(face);
    let mut parts = |text: &str| {
        let fuel = WidgetId::named("fuel");
        page.dom.in_scope(ScopeId::ROOT, || {
            let undo = Undo::Restore(deck(), fuel, None);
            say(text.to_owned(), "resolved", String::new(), Some(undo));
        });
        let edits = page.dom.render_immediate_to_vec().edits;
        let is_mounted =
            |edit: &&Mutation| matches!(edit, Mutation::NewEventListener { name, .. } if name == "mounted");
        edits.iter().filter(is_mounted).count()
    };
    assert_eq!([parts("one"), parts("two")], [2, 2]);
}

#[test]
fn a_frame_that_goes_over_to_another_widget_is_the_old_ones_no_more() {
    static WIDGET: GlobalSignal<&str> = Signal::global(|| "fuel");
    fn frame() -> Element {
        rsx! {
            WidgetRealtime { widget_id: WidgetId::named(WIDGET()), "inside" }
            {said_elsewhere(use_realtime_managers())}
        }
    }
    let mut page = on_deck(frame);
    let fuel = card_of(&deck(), &WidgetId::named("fuel"));
    page.with(|| see(&fuel, true));
    page.with(|| *WIDGET.write() = "water");
    page.with(|| say("Kept yours".to_owned(), "resolved", fuel, None));
    page.has(&["class=\"floating\"", ">setpoint on Deck: Kept yours<"]);
}
