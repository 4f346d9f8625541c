//! Conflicts: one field, what was before, mine and theirs, with names and times. A person chooses; the choice is an
//! operation like any other, and can be undone. Never a modal: everything else goes on.

mod versions;

use std::{cell::RefCell, rc::Rc};

use dioxus::prelude::*;

use self::versions::{proposal, versions};
use super::{
    auto_resolved::{add_choice, auto_resolved, call_off, settle},
    edit_line::{edit_line, is_editable},
    format::time_of_day,
    icon::icon,
    said::{is_next, make_way, outlive, said_elsewhere, say_decided, uncover, undo_last_decision},
    word::{Word, saying_of},
};
use crate::{
    hooks::{
        Conflict, Notice, Now, Resolution, fields_len, focus, key_name, undecided, use_background_sync, use_effect,
        use_notices, use_now, use_realtime_managers, use_signal, use_widget_of,
    },
    protocol::{Contention, Operation, OperationId, encode},
    sorted::SortedSet,
    state::CONFLICTS,
    words::{count, t, ta, tn, with},
};

/// A conflict that was decided, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct ConflictResolved {
    /// The conflict: the operation that met it.
    pub id: OperationId,
    /// How it was decided.
    pub resolution: Resolution,
}

/// Cards shown at once; the others wait behind a button.
const CARDS_LEN_MAX: usize = 3;

/// The conflicts of this device: *Before · Mine · Theirs*, only the difference tinted, of lists and objects
/// part by part; Keep mine, Keep theirs, Edit, by
/// button or by the keys 1, 2 and E on a card, and U to undo; a decision hands them on to the next card, and its undo to the one it was of. *Theirs* is what stands
/// now, whoever writes on. A line that says so opens them, and so does the chip on a widget's frame. Shows nothing while there are
/// none and nothing was said.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::components::{ConflictResolutionUI, ConflictResolved};
///
/// #[component]
/// fn Conflicts() -> Element {
///     let mut count = use_signal(|| 0);
///     rsx! {
///         ConflictResolutionUI { auto_resolve: true, on_conflict_resolved: move |_: ConflictResolved| count += 1 }
///         p { "{count} decided" }
///     }
/// }
/// ```
#[component]
pub fn ConflictResolutionUI(
    /// Decides each conflict by its field's policy, and shows each choice with *Undo*; a field that says *ask* takes the
    /// last write: see [`Conflict::by_policy`].
    #[props(default)]
    auto_resolve: ReadSignal<bool>,
    /// Called with each decision of a conflict that this page lists, by whomever and in whichever tab of the device, once. What the
    /// server says of the choice comes later, as for any other edit: one that it refuses is told by
    /// [`on_operation_fail`](super::PendingOperationsBadge) as an operation that `resolves` the conflict, which is listed again.
    #[props(default)]
    on_conflict_resolved: Option<Callback<ConflictResolved>>,
) -> Element {
    let managers = use_realtime_managers();
    let mut all = use_signal(|| false);
    let now = use_now();
    // What was chosen here, by a person or for one: that it is decided is said once it is.
    let mut choices = use_signal(Vec::new);
    // What one press has decided, which one press takes back.
    let mut together = use_signal(Vec::<OperationId>::new);
    // Those onto which something came in the moment of the choice, which has to be made again.
    let mut again = use_signal(Vec::<OperationId>::new);
    use_notices(move |notice| {
        let (id, resolution) = match notice {
            Notice::Resolved { id, resolution } => (id, resolution),
            Notice::NotResolved { id } if call_off(&mut choices.write(), id) => return again.write().push(id),
            _ => return,
        };
        let persons = settle(&mut choices.write(), id, &resolution);
        if let Some(conflict) = persons {
            tell(&conflict, &resolution, *now.peek(), &together.peek());
        }
        if let Some(report) = on_conflict_resolved {
            report(ConflictResolved { id, resolution });
        }
    });
    let mut ask = move |id: OperationId, resolution, is_automatic| {
        if let Some(conflict) = CONFLICTS.peek().iter().find(|conflict| conflict.id() == id) {
            add_choice(&mut choices.write(), conflict.clone(), is_automatic);
            again.write().retain(|other| *other != id);
            managers.state.resolve(id, resolution);
        }
    };
    let choose = use_callback(move |(ids, resolution): (Vec<OperationId>, Resolution)| {
        if ids.len() > 1 {
            together.set(ids.clone());
        }
        for id in ids {
            ask(id, resolution.clone(), false);
        }
    });
    use_effect(move || {
        if let Some(now) = now() {
            outlive(now.unix_ms);
        }
    });
    let decided = use_hook(|| Rc::new(RefCell::new(SortedSet::new())));
    let sync = use_background_sync();
    use_effect(move || {
        if !auto_resolve() || managers.state.conflicts().is_empty() {
            return;
        }
        // Where several tabs list it, the one that sends decides: else it would be decided once in each.
        if sync.details().leading {
            for conflict in undecided(managers.state.conflicts(), &mut decided.borrow_mut()) {
                ask(conflict.id(), conflict.by_policy(), true);
            }
        }
    });
    let list = managers.state.conflicts();
    let shown = if all() { list.len() } else { CARDS_LEN_MAX };
    rsx! {
        if !list.is_empty() {
            section { class: "conflicts", "aria-label": ta("Conflicts"), "data-state": "conflict",
                span { class: "unseen", role: "status", {announcement(fields_len(&list))} }
                // What arrives moves nothing, and covers nothing that somebody may be about to press: it is a line until it is
                // opened. The browser does that by itself, from anywhere on the page, and gives the focus back.
                button { class: "chip conflicts-line", r#type: "button", "data-tone": "act", "popovertarget": "conflicts", onclick: |_| make_way(),
                    span { class: "saying", "data-tone": "act", "data-state": "conflict",
                        {icon(Word::Conflict.glyph())}
                        span { class: "saying-text",
                            // Where the indicator says it, it is said.
                            span { class: "conflicts-word", {Word::Conflict.text()} " · " }
                            {tn("Choose")}
                        }
                    }
                    {tally(list.len())}
                }
                div { class: "quarrels", id: "conflicts", "popover": "auto", ontoggle: |_| uncover(),
                    h2 { class: "conflicts-head",
                        {saying_of(Word::Conflict, t("Choose which stands"))}
                        {tally(list.len())}
                        button { class: "button", "data-weight": "quiet", "data-shape": "small", r#type: "button", "popovertarget": "conflicts", {tn("Later")} }
                    }
                    for of_widget in of_one_widget(&list[..shown.min(list.len())]) {
                        Together { key: "{of_widget[0].operation.board} {of_widget[0].operation.widget}", of_widget, on_choose: choose }
                    }
                    for conflict in list.iter().take(shown).cloned() {
                        ConflictCard {
                            key: "{conflict.id()}",
                            is_again: again().contains(&conflict.id()),
                            conflict,
                            on_choose: choose,
                        }
                    }
                    if list.len() > shown {
                        div { class: "row", button { class: "button", r#type: "button", onclick: move |_| all.set(true), {with("Show {} more", &[&(list.len() - shown).to_string()])} } }
                    }
                }
            }
        }
        {auto_resolved(managers, choices)}
        {said_elsewhere(managers)}
    }
}

/// Of widgets that have several: all of theirs.
fn of_one_widget(list: &[Conflict]) -> Vec<Vec<Conflict>> {
    let mut widgets: Vec<Vec<Conflict>> = Vec::new();
    for conflict in list {
        let place = |of_widget: &&mut Vec<Conflict>| {
            let Operation { board, widget, .. } = &of_widget[0].operation;
            (board, widget) == (&conflict.operation.board, &conflict.operation.widget)
        };
        match widgets.iter_mut().find(place) {
            Some(of_widget) => of_widget.push(conflict.clone()),
            None => widgets.push(vec![conflict.clone()]),
        }
    }
    widgets.retain(|of_widget| of_widget.len() > 1);
    widgets
}

/// One rule for all conflicts of a widget.
#[component]
fn Together(of_widget: Vec<Conflict>, on_choose: Callback<(Vec<OperationId>, Resolution)>) -> Element {
    let (_, title) = use_widget_of(&of_widget[0].operation);
    let ids: Vec<OperationId> = of_widget.iter().map(Conflict::id).collect();
    let button = |label: &'static str, resolution: Resolution| {
        let ids = ids.clone();
        let all = move |_| on_choose((ids.clone(), resolution.clone()));
        rsx! {
            button { class: "button", "data-shape": "small", r#type: "button", "aria-label": with("{}, these of {}", &[t(label), &title]), onclick: all, {tn(label)} }
        }
    };
    rsx! {
        div { class: "row", "data-state": "together",
            span { class: "note-line", {with("These {} of {}:", &[&of_widget.len().to_string(), &title])} }
            {button("Keep mine", Resolution::KeepMine)}
            {button("Keep theirs", Resolution::KeepTheirs)}
        }
    }
}

/// How many there are, where it is not one.
fn tally(len: usize) -> Element {
    rsx! {
        if len > 1 {
            span { class: "count", "data-tone": "act", "{len}" }
        }
    }
}

fn announcement(len: usize) -> String {
    count(
        len,
        "{} field with two versions. Choose one.",
        "{} fields with two versions. Choose one.",
    )
}

/// Says how a conflict was decided.
fn tell(conflict: &Conflict, resolution: &Resolution, now: Option<Now>, together: &[OperationId]) {
    let said = match resolution {
        Resolution::KeepMine => "Kept yours",
        Resolution::KeepTheirs => "Kept theirs",
        Resolution::Edit(_) => "Changed",
    };
    let at = now.map_or_else(String::new, |now| time_of_day(now, now.unix_ms));
    let joint = if at.is_empty() { "" } else { ", " };
    say_decided([t(said), joint, &at].concat(), conflict, resolution, together);
}

#[component]
fn ConflictCard(conflict: Conflict, is_again: bool, on_choose: Callback<(Vec<OperationId>, Resolution)>) -> Element {
    let (live, title) = use_widget_of(&conflict.operation);
    let (managers, now) = (use_realtime_managers(), use_now());
    let mut editing = use_signal(|| false);
    let mut card = use_signal(|| None::<Rc<MountedData>>);
    let id = conflict.id();
    let choose = move |resolution| on_choose((vec![id], resolution));
    // What of the other version was there when the editing began, or was told since.
    let theirs = conflict.theirs.revision;
    let mut read = use_signal(|| theirs);
    let mut is_told = use_signal(|| false);
    let commit = use_callback(move |value| {
        if read.replace(theirs) != theirs {
            is_told.set(true);
            return;
        }
        editing.set(false);
        choose(Resolution::Edit(value));
    });
    let mut edit = move || {
        read.set(theirs);
        is_told.set(false);
        editing.set(true);
    };
    let cancel = use_callback(move |()| {
        editing.set(false);
        if let Some(card) = card.peek().as_ref() {
            focus(card);
        }
    });
    use_effect(move || {
        // One that is open again is here before it is on the page.
        if let Some(card) = card()
            && is_next(id)
        {
            focus(&card);
        }
    });
    let field = conflict
        .operation
        .intent
        .field()
        .map(ToString::to_string)
        .unwrap_or_default();
    // Of an item of a list the rest is a name that nobody has given.
    let said_field = field.split('-').next().unwrap_or_default().to_owned();
    let editable = conflict.mine().filter(|value| is_editable(&field, value));
    let can_edit = editable.is_some();
    let headline = headline(&conflict);
    let is_changed = if editing() { is_told() } else { is_again };
    // A setpoint's own.
    let is_value = field == "value";
    let bounds = [live.number("min"), live.number("max")].map(|bound| bound.filter(|_| is_value));
    let unit = if is_value { live.text("unit") } else { String::new() };
    rsx! {
        article {
            class: "quarrel",
            tabindex: "0",
            // The first one has the focus, and its keys, when the list is opened.
            autofocus: true,
            "data-state": "conflict",
            "aria-label": "{title}: {headline}",
            onmounted: move |event| card.set(Some(event.data())),
            onkeydown: move |event| {
                // A key that is held would decide the next ones unseen.
                let is_shortcut = event.modifiers().intersects(Modifiers::CONTROL | Modifiers::META | Modifiers::ALT);
                if is_shortcut || event.is_auto_repeating() {
                    return;
                }
                match key_name(&event).as_str() {
                    "1" => choose(Resolution::KeepMine),
                    "2" => choose(Resolution::KeepTheirs),
                    "e" | "E" if can_edit => {
                        event.prevent_default();
                        edit();
                    }
                    "u" | "U" => undo_last_decision(managers),
                    _ => {}
                }
            },
            h3 { class: "quarrel-title",
                "{title} "
                span { {[t(&said_field), " · ", headline].concat()} }
            }
            {versions(&conflict, &field, &unit, now())}
            if is_changed {
                p { class: "note-line", role: "alert", "data-tone": "wait",
                    {tn(if editing() { "Theirs has changed meanwhile. Save again to set yours." } else { "Yours has changed meanwhile. Choose again." })}
                }
            }
            if let Some(value) = editable.filter(|_| editing()) {
                {edit_line(if proposal(&conflict).is_some() { "Both, put together" } else { "Another value" }, &field, &proposal(&conflict).unwrap_or_else(|| value.clone()), bounds, commit, cancel)}
            } else {
                div { class: "row",
                    button { class: "button", "data-weight": "strong", r#type: "button", onclick: move |_| choose(Resolution::KeepMine), {keep_mine(&conflict)} kbd { "aria-hidden": "true", "1" } }
                    button { class: "button", r#type: "button", title: ta("Dismisses the question: theirs stands"), onclick: move |_| choose(Resolution::KeepTheirs), {tn("Keep theirs")} kbd { "aria-hidden": "true", "2" } }
                    if can_edit {
                        button { class: "button", r#type: "button", onclick: move |_| edit(), {tn("Edit")} kbd { "aria-hidden": "true", "E" } }
                    }
                }
            }
            details {
                summary { class: "note-line", {tn("Details")} }
                pre { class: "json", tabindex: "0", {record(&conflict)} }
            }
        }
    }
}

/// The conflict as it is stored, a line for each part: to indent them costs a page more than it tells.
fn record(conflict: &Conflict) -> String {
    encode(conflict).replace(",\"", ",\n\"")
}

fn headline(conflict: &Conflict) -> &'static str {
    t(match conflict.contention {
        _ if conflict.removal().is_some() => "somebody removed it",
        Contention::FirstWriteWins => "somebody was first",
        _ => "somebody else changed it too",
    })
}

fn keep_mine(conflict: &Conflict) -> &'static str {
    t(if conflict.removal().is_some() {
        "Bring it back, with mine"
    } else if conflict.is_undo {
        "Undo all the same"
    } else {
        "Keep mine"
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::{Cursor, Intent, Overwritten, Revision};

    fn conflict(sequence: u64, contention: Contention) -> Conflict {
        let name = |text: &str| text.parse().expect("a name");
        Conflict {
            operation: Operation {
                id: OperationId {
                    client: crate::protocol::ClientId(1),
                    sequence,
                },
                board: "b".parse().expect("a name"),
                widget: "w".parse().expect("a name"),
                schema: 1,
                made_at: Cursor::ORIGIN,
                intent: Intent::Set {
                    field: name("value"),
                    value: json!(22),
                },
                base: None,
                base_value: Some(json!(20)),
                deadline: None,
                resolves: None,
            },
            contention,
            theirs: Overwritten {
                value: json!(21),
                revision: Revision(3),
                writer: None,
            },
            removed: None,
            made_at_ms: None,
            is_undo: false,
            card: None,
            asked_at: None,
        }
    }

    #[test]
    fn each_conflict_is_decided_for_a_person_once() {
        let mut decided = SortedSet::new();
        let both = [conflict(1, Contention::Ask), conflict(2, Contention::FirstWriteWins)];
        assert_eq!(undecided(both.clone(), &mut decided).len(), 2);
        assert_eq!(undecided(both.clone(), &mut decided), []);
        undecided([], &mut decided);
        assert_eq!(undecided(both.clone(), &mut decided), [], "nor when it comes back");
    }
}
