//! Conflicts: one field, what was before, mine and theirs, with names and times. A person chooses; the choice is an
//! operation like any other, and can be undone. Never a modal: everything else goes on.

use dioxus::prelude::*;

use super::{
    auto_resolved::{auto_resolved, resolve_by_policy},
    close_button::CloseButton,
    difference::difference,
    edit_line::EditLine,
    format::{count, time_of_day, value_text, writer_name},
    icon::{Glyph, Icon},
    word::{Saying, Word},
};
use crate::{
    hooks::{Conflict, Notice, Resolution, use_notices, use_now, use_realtime_managers, use_realtime_updates},
    protocol::{BoardId, Contention, Intent, OperationId, Value, WidgetId, Writer, encode},
    sorted::SortedSet,
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
/// What a value may have in characters to be set in large type.
const LARGE_CHARS_MAX: usize = 48;

/// The conflicts of this device: *Before · Mine · Theirs*, only the difference tinted; Keep mine, Keep theirs, Edit, by
/// button or by the keys 1, 2 and E on a card, and U to undo. Shows nothing while there are none.
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
    /// Called with each decision, by whomever.
    #[props(default)]
    on_conflict_resolved: Option<Callback<ConflictResolved>>,
) -> Element {
    let managers = use_realtime_managers();
    let mut collapsed = use_signal(|| false);
    let mut all = use_signal(|| false);
    let outcome = use_signal(|| None::<Outcome>);
    let mut chosen = outcome;
    use_notices(move |notice| {
        if let (Notice::Resolved { id, resolution }, Some(report)) = (notice, on_conflict_resolved) {
            report(ConflictResolved { id, resolution });
        }
    });
    let choose = use_callback(move |(conflict, resolution): (Conflict, Resolution)| {
        if conflict.contention == Contention::Removed && resolution != Resolution::KeepTheirs {
            managers
                .state
                .restore(conflict.operation.board.clone(), conflict.operation.widget.clone());
        }
        managers.state.resolve(conflict.id(), resolution.clone());
        chosen.set(Some(Outcome { conflict, resolution }));
    });
    let mut settled = use_signal(Vec::new);
    let mut decided = use_hook(|| CopyValue::new(SortedSet::new()));
    use_effect(move || {
        if auto_resolve() {
            for conflict in undecided(&managers.state.conflicts(), &mut decided.write()) {
                resolve_by_policy(managers, conflict, &mut settled.write());
            }
        }
    });
    let list = managers.state.conflicts();
    if list.is_empty() && outcome.read().is_none() && settled.read().is_empty() {
        return rsx! {};
    }
    let shown = if all() { list.len() } else { CARDS_LEN_MAX };
    rsx! {
        section { class: "conflicts", id: "conflicts", "aria-label": "Conflicts", "data-state": if list.is_empty() { "resolved" } else { "conflict" },
            span { class: "unseen", role: "status", {announcement(list.len())} }
            if !list.is_empty() {
                h2 { class: "conflicts-head",
                    Saying { word: Word::Conflict, more: if list.len() == 1 { "Choose" } else { "" } }
                    if list.len() > 1 {
                        span { class: "count", "data-tone": "act", "{list.len()}" }
                    }
                    button {
                        class: "button",
                        "data-weight": "quiet",
                        "data-shape": "small",
                        r#type: "button",
                        "aria-expanded": !collapsed(),
                        onclick: move |_| collapsed.toggle(),
                        if collapsed() { "Show" } else { "Later" }
                    }
                }
            }
            if !collapsed() {
                for conflict in list.iter().take(shown).cloned() {
                    ConflictCard {
                        key: "{conflict.id()}",
                        board: conflict.operation.board.clone(),
                        widget: conflict.operation.widget.clone(),
                        conflict,
                        on_choose: choose,
                    }
                }
                if list.len() > shown {
                    div { class: "row", button { class: "button", r#type: "button", onclick: move |_| all.set(true), "Show {list.len() - shown} more" } }
                }
            }
            if let Some(done) = outcome() {
                OutcomeLine { board: done.conflict.operation.board.clone(), widget: done.conflict.operation.widget.clone(), outcome: done, on_close: move |()| chosen.set(None) }
            }
            {auto_resolved(managers, settled)}
        }
    }
}

fn announcement(len: usize) -> String {
    match len {
        0 => String::new(),
        len => format!("{} with two versions. Choose one.", count(len, "field")),
    }
}

/// Those that were not decided here before: a decision is on its way, and the list still has its conflict. Forgets what is
/// gone from the list.
fn undecided(conflicts: &[Conflict], decided: &mut SortedSet<OperationId>) -> Vec<Conflict> {
    decided.retain(|id| conflicts.iter().any(|conflict| conflict.operation.id == *id));
    conflicts
        .iter()
        .filter(|conflict| decided.insert(conflict.operation.id))
        .cloned()
        .collect()
}

/// A decision, kept to be shown with its undo.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    conflict: Conflict,
    resolution: Resolution,
}

#[component]
fn ConflictCard(
    board: ReadSignal<BoardId>,
    widget: ReadSignal<WidgetId>,
    conflict: ReadSignal<Conflict>,
    on_choose: Callback<(Conflict, Resolution)>,
) -> Element {
    let live = use_realtime_updates::<Value>((board, widget));
    let mut editing = use_signal(|| false);
    let choose = move |resolution| on_choose((conflict(), resolution));
    let current = conflict.read();
    let can_edit = matches!(current.operation.intent, Intent::Set { .. });
    let title = Some(live.text("title"))
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| widget.read().to_string());
    let field = current
        .operation
        .intent
        .field()
        .map(ToString::to_string)
        .unwrap_or_default();
    let headline = headline(&current);
    rsx! {
        article {
            class: "quarrel",
            tabindex: "0",
            "data-state": "conflict",
            "aria-label": "{title}: {headline}",
            onkeydown: move |event| match event.key() {
                Key::Character(key) if key == "1" => choose(Resolution::KeepMine),
                Key::Character(key) if key == "2" => choose(Resolution::KeepTheirs),
                Key::Character(key) if can_edit && key.eq_ignore_ascii_case("e") => {
                    event.prevent_default();
                    editing.set(true);
                }
                _ => {}
            },
            div { class: "quarrel-head",
                h3 { class: "quarrel-title",
                    "{title} "
                    span { "{field} · {headline}" }
                }
                button {
                    class: "button",
                    "data-weight": "quiet",
                    "data-shape": "square",
                    r#type: "button",
                    "aria-label": "Dismiss: keep theirs",
                    onclick: move |_| choose(Resolution::KeepTheirs),
                    Icon { glyph: Glyph::Cross }
                }
            }
            Versions { conflict }
            if let Some(value) = current.mine().cloned().filter(|_| editing()) {
                EditLine {
                    label: "Another value",
                    value,
                    on_commit: move |value| {
                        editing.set(false);
                        choose(Resolution::Edit(value));
                    },
                    on_cancel: move |()| editing.set(false),
                }
            } else {
                div { class: "row",
                    button { class: "button", "data-weight": "strong", r#type: "button", onclick: move |_| choose(Resolution::KeepMine), {keep_mine(&current)} kbd { "aria-hidden": "true", "1" } }
                    button { class: "button", r#type: "button", onclick: move |_| choose(Resolution::KeepTheirs), "Keep theirs" kbd { "aria-hidden": "true", "2" } }
                    if can_edit {
                        button { class: "button", r#type: "button", onclick: move |_| editing.set(true), "Edit" kbd { "aria-hidden": "true", "E" } }
                    }
                }
            }
            details {
                summary { class: "note-line", "Details" }
                pre { class: "json", tabindex: "0", {record(&current)} }
            }
        }
    }
}

/// The conflict as it is stored. By way of a plain value: indenting each type by itself costs a page some kilobytes.
fn record(conflict: &Conflict) -> String {
    let value: Value = serde_json::from_str(&encode(conflict)).unwrap_or_default();
    format!("{value:#}")
}

fn headline(conflict: &Conflict) -> &'static str {
    match conflict.contention {
        Contention::Ask => "somebody else changed it too",
        Contention::FirstWriteWins => "somebody was first",
        Contention::Removed => "somebody removed it",
    }
}

fn keep_mine(conflict: &Conflict) -> &'static str {
    if conflict.contention == Contention::Removed {
        "Bring it back, with mine"
    } else {
        "Keep mine"
    }
}

/// The three columns.
#[component]
fn Versions(conflict: ReadSignal<Conflict>) -> Element {
    let now = use_now();
    let conflict = conflict.read();
    let mine = mine_text(&conflict);
    let theirs = if conflict.contention == Contention::Removed {
        "Removed".to_owned()
    } else {
        value_text(&conflict.theirs.value)
    };
    let before = conflict.before().map_or_else(|| "nothing".to_owned(), value_text);
    let by = |writer: &Option<Writer>| match (writer, now()) {
        (Some(writer), Some(now)) => format!("{}, {}", writer_name(writer), time_of_day(now, writer.at.0)),
        (Some(writer), None) => writer_name(writer),
        (None, _) => "somebody".to_owned(),
    };
    rsx! {
        div { class: "versions",
            div { class: "version", "data-side": "before",
                h4 { "Before" }
                p { class: "version-value", "data-long": before.chars().count() > LARGE_CHARS_MAX, "{before}" }
                p { class: "version-by", "what you saw" }
            }
            div { class: "version", "data-side": "mine",
                h4 { "Mine" }
                Marked { text: mine.clone(), other: theirs.clone() }
                p { class: "version-by", "you, on this device" }
            }
            div { class: "version", "data-side": "theirs",
                h4 { "Theirs" }
                Marked { text: theirs, other: mine }
                p { class: "version-by", {by(&conflict.theirs.writer)} }
            }
        }
    }
}

/// A value with what differs from the other one marked.
#[component]
fn Marked(text: String, other: String) -> Element {
    let parts = difference(&text, &other);
    rsx! {
        p { class: "version-value", "data-long": text.chars().count() > LARGE_CHARS_MAX,
            "{parts.start}"
            if !parts.middle.is_empty() {
                mark { "{parts.middle}" }
            }
            "{parts.end}"
        }
    }
}

fn mine_text(conflict: &Conflict) -> String {
    match &conflict.operation.intent {
        Intent::Set { value, .. } => value_text(value),
        Intent::Add { amount, .. } => format!("{amount:+}"),
        _ => "changed".to_owned(),
    }
}

/// What was decided, with its undo: by the button, or by U while it has the focus.
#[component]
fn OutcomeLine(
    board: ReadSignal<BoardId>,
    widget: ReadSignal<WidgetId>,
    outcome: ReadSignal<Outcome>,
    on_close: Callback<()>,
) -> Element {
    let now = use_now();
    let live = use_realtime_updates::<Value>((board, widget));
    let mut decided_at = use_signal(|| None::<String>);
    use_effect(move || {
        // The time of the decision, not of each render.
        if decided_at.peek().is_none()
            && let Some(now) = now()
        {
            decided_at.set(Some(time_of_day(now, now.unix_ms)));
        }
    });
    let undo = use_callback(move |()| {
        let outcome = outcome();
        if let (Some(value), Some(field)) = (
            outcome.conflict.undone(&outcome.resolution).cloned(),
            outcome.conflict.operation.intent.field(),
        ) {
            live.edit(field.as_str(), value);
        }
        on_close(());
    });
    let said = match outcome.read().resolution {
        Resolution::KeepMine => "Kept yours",
        Resolution::KeepTheirs => "Kept theirs",
        Resolution::Edit(_) => "Changed",
    };
    let at = decided_at().map(|at| format!(", {at}")).unwrap_or_default();
    let can_undo = outcome.read().conflict.undone(&outcome.read().resolution).is_some();
    rsx! {
        div {
            class: "banner",
            role: "status",
            "data-state": "resolved",
            onkeydown: move |event| {
                if can_undo && matches!(event.key(), Key::Character(key) if key.eq_ignore_ascii_case("u")) {
                    undo(());
                }
            },
            p { class: "banner-text", "{said}{at}" }
            if can_undo {
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| undo(()), "Undo" kbd { "aria-hidden": "true", "U" } }
            }
            CloseButton { on_close }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::{Cursor, Operation, Overwritten, Revision};

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
        }
    }

    #[test]
    fn each_conflict_is_decided_for_a_person_once() {
        let mut decided = SortedSet::new();
        let both = [conflict(1, Contention::Ask), conflict(2, Contention::FirstWriteWins)];
        assert_eq!(undecided(&both, &mut decided).len(), 2);
        assert_eq!(undecided(&both, &mut decided), []);
        undecided(&[], &mut decided);
        assert!(decided.is_empty(), "what is gone is forgotten");
    }
}
