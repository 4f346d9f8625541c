//! The frame around a widget, any widget: its title, how fresh it is, how far one's own edits have come, and what went
//! wrong with them. Healthy is silent: a word appears only where there is something to say.

mod foot;
mod freshness;
mod head;

use std::{rc::Rc, sync::Arc};

use dioxus::{core::queue_effect, prelude::*};

use self::{foot::Foot, freshness::Fresh, head::Head};
use super::{
    error_details::error_details,
    icon::icon,
    said::{card_of, is_added, is_to_be_shown, said_at, see},
    ways_out::{place, use_ways_out},
    word::Word,
};
use crate::{
    hooks::{
        Conflict, Freshness, Now, RealtimeUpdates, SeriesList, SetAside, SetAsideReason, focus, use_board_or_current,
        use_drop, use_effect, use_memo, use_now, use_optimism, use_realtime_managers, use_realtime_updates,
        use_samples, use_sight_provider, use_signal,
    },
    protocol::{BoardId, Field, FieldName, OperationId, Person, Value, Widget, WidgetId, Writer},
    words::{sentence, tn},
};

/// A widget that changed: by this device, or by anybody.
#[derive(Clone, Debug, PartialEq)]
pub struct WidgetUpdate {
    /// Its board.
    pub board: BoardId,
    /// Its name.
    pub widget_id: WidgetId,
    /// What it shows now.
    pub widget: Arc<Widget>,
}

/// What went wrong with a widget. Nothing is lost: the edit waits where its author can see it.
#[derive(Clone, Debug, PartialEq)]
pub enum RealtimeError {
    /// An edit did not take effect, and is taken off the screen.
    NotAccepted {
        /// The edit.
        id: OperationId,
        /// Why.
        reason: SetAsideReason,
    },
    /// A field has two versions.
    Conflict {
        /// The conflict's: see [`Conflict::id`].
        id: OperationId,
    },
    /// What is inside the frame could not be rendered.
    Failed {
        /// What it said.
        message: String,
    },
}

/// Wraps a widget. Its children read and edit it by `use_realtime_updates`; the frame tells how that goes.
///
/// A rejected edit is rolled back by itself, with the reason and a way to retry; what the server puts off is tried
/// again without being asked.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::{components::{RealtimeError, WidgetRealtime}, protocol::WidgetId};
///
/// #[component]
/// fn Fuel() -> Element {
///     let mut trouble = use_signal(|| None::<RealtimeError>);
///     rsx! {
///         WidgetRealtime {
///             widget_id: WidgetId::named("fuel"),
///             enable_optimistic: false,
///             on_error: move |error| trouble.set(Some(error)),
///             "what reads and edits it by `use_realtime_updates`"
///         }
///     }
/// }
/// ```
#[component]
pub fn WidgetRealtime(
    /// Its name, on the board of this place: see [`use_current_board`](crate::hooks::use_current_board).
    widget_id: ReadSignal<WidgetId>,
    /// Another board, for it and what is inside.
    #[props(default)]
    board: Option<BoardId>,
    /// Whether edits show before the server has answered; else what is confirmed stays, with a mark, until it has.
    #[props(default = true)]
    enable_optimistic: ReadSignal<bool>,
    /// Called with each change of what it shows, by whomever. That an edit was confirmed as it was shown is none.
    #[props(default)]
    on_update: Option<Callback<WidgetUpdate>>,
    /// Called with each failure of one of its edits.
    #[props(default)]
    on_error: Option<Callback<RealtimeError>>,
    /// Called with its title when a person has removed it, so that the page can offer to undo that.
    #[props(default)]
    on_remove: Option<Callback<String>>,
    /// Called when a person wants to move it, or give it another size: its menu offers that where somebody hears it.
    #[props(default)]
    on_arrange: Option<Callback>,
    /// Called when a person wants to take a copy of it along: its menu offers that where somebody hears it.
    #[props(default)]
    on_copy: Option<Callback>,
    /// Fields that its menu sets up.
    #[props(default = &["title"])]
    settings: &'static [&'static str],
    children: Element,
) -> Element {
    use_optimism(enable_optimistic);
    let board = use_board_or_current(board);
    let live = use_realtime_updates::<Value>((board, widget_id));
    let series = use_signal(|| live.signal().peek().series());
    let samples = use_samples(series.into());
    // What the frame says of them it says also where nobody sees it.
    let mut sight = use_sight_provider();
    let now = use_now();
    // One memo for all that the frame shows: each more takes as long as to render a small component, for every change.
    let facts = use_memo(move || Facts::of(live, samples, now));
    let wash = use_signal(|| None);
    use_reports(live, board, widget_id, series, on_update, on_error, wash);
    let card = card_of(&board.read(), &widget_id.read());
    let mut frame = use_signal(|| None::<Rc<MountedData>>);
    // A card that comes, or comes back, gets the focus; any other is none to be pressed.
    let mut takes_focus = use_signal(|| is_added(&card));
    // By its name: under another one it is another card.
    let edge = rsx! { LowerEdge { key: "{card}", place: (board.cloned(), widget_id.cloned()), card, wash, frame } };
    let menu = use_signal(|| false);
    let kept = use_signal(|| None::<Rc<MountedData>>);
    let facts = facts();
    if facts.is_missing && !*takes_focus.peek() {
        takes_focus.set(true);
    }
    let refusals = rsx! {
        if !facts.set_aside.is_empty() {
            div { class: "refusals",
                for aside in facts.set_aside {
                    Refusal { key: "{aside.operation.id}", aside }
                }
            }
        }
    };
    let (fresh, state) = (facts.fresh, facts.fresh.token());
    rsx! {
        article {
            class: "card",
            "aria-label": facts.title.clone(),
            "data-widget": "{widget_id}",
            "data-kind": facts.kind.clone(),
            "data-size": facts.size.clone(),
            "data-state": state,
            "data-tide": fresh.tide(),
            "data-pending": facts.is_pending,
            "data-conflict": facts.conflicts > 0,
            "data-menu": if menu() { "open" },
            tabindex: takes_focus.peek().then_some("-1"),
            onmounted: move |event| frame.set(Some(event.data())),
            onvisible: move |event| {
                let is_seen = event.is_intersecting().unwrap_or_default();
                live.see(is_seen);
                if *sight.peek() != is_seen {
                    sight.set(is_seen);
                }
            },
            onfocusin: move |_| live.hold(true),
            onfocusout: move |_| live.hold(false),
            Head { live, fresh, menu, title: facts.title.clone(), settings, conflicts: facts.conflicts, people: facts.people, on_arrange, on_copy, on_remove }
            div { class: "card-body", "aria-busy": facts.is_held || state == "loading",
                if facts.is_missing {
                    p { class: "waiting-for", "data-state": "missing", {tn("This widget is not on the board any more.")} }
                } else if state == "loading" {
                    {skeleton()}
                } else {
                    ErrorBoundary {
                        handle_error: move |error: ErrorContext| {
                            let message = error.error().map(|error| error.to_string()).unwrap_or_default();
                            rsx! { Broken { failure: Failure { message, error, on_error } } }
                        },
                        {children}
                    }
                }
            }
            if facts.is_held {
                div { class: "overlay", "data-state": "waiting",
                    p { class: "chip", "data-tone": "wait",
                        {icon(Word::Waiting.glyph())}
                        {tn("Edited · waiting for the server…")}
                    }
                }
            }
            Foot { live, fresh }
            {place(kept, refusals)}
            {edge}
        }
    }
}

/// In which second somebody else has changed a widget last, and their colour.
type Wash = Option<(u64, Option<u8>)>;

/// The lower edge of a card, by which it is known to be on the screen, and what is said there. What is said changes for
/// every card; of each only this is rendered again for it. What somebody else has changed is washed in their colour for a
/// moment, each time by another element; what one person changes ten times a second is washed once in it.
#[component]
fn LowerEdge(
    place: (BoardId, WidgetId),
    card: String,
    wash: Signal<Wash>,
    frame: Signal<Option<Rc<MountedData>>>,
) -> Element {
    let managers = use_realtime_managers();
    let (watched, added, gone) = (card.clone(), card.clone(), (place.clone(), card.clone()));
    use_drop(move || {
        managers.state.see(&gone.0, true);
        see(&gone.1, false);
    });
    // After what opened the form has had the focus back, and what was said of a removal is gone.
    use_effect(move || {
        if let Some(frame) = frame()
            && is_to_be_shown(&added)
        {
            focus(&frame);
        }
    });
    rsx! {
        if let Some((second, colour)) = wash() {
            div { key: "{second}{colour.unwrap_or_default()}", class: "wash", "data-colour": colour, "aria-hidden": "true" }
        }
        div { class: "tide", "aria-hidden": "true", onvisible: move |event| {
            let is_seen = event.is_intersecting().unwrap_or_default();
            see(&watched, is_seen);
        } }
        {said_at(Some(&card), managers)}
    }
}

/// What the frame itself shows; its children are not rendered again for a value that only they show.
#[derive(Clone, Debug, PartialEq)]
struct Facts {
    fresh: Fresh,
    title: String,
    kind: String,
    /// Its room in the grid, where somebody has chosen it.
    size: Option<String>,
    is_missing: bool,
    is_pending: bool,
    /// An edit is on its way, and not shown yet.
    is_held: bool,
    conflicts: usize,
    set_aside: Vec<SetAside>,
    people: Vec<Person>,
}

impl Facts {
    fn of(live: RealtimeUpdates, samples: Memo<SeriesList>, now: ReadSignal<Option<Now>>) -> Self {
        let view = live.signal();
        let view = view.read();
        let series = view.series();
        // A live board's own values have no age, and need no clock: it would run every card each second.
        let is_timed = !series.is_empty() || view.freshness != Freshness::Live;
        let now = if is_timed { now() } else { None };
        let kind = view
            .widget
            .as_ref()
            .map(|widget| widget.kind.to_string())
            .unwrap_or_default();
        let title = Some(live.text("title"))
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| kind.clone());
        Self {
            fresh: Fresh::of(&view, &series, &samples.read(), now.map(|now| now.device)),
            title,
            kind,
            size: Some(live.text("size")).filter(|size| !size.is_empty()),
            is_missing: view.is_known && view.widget.as_ref().is_none_or(|widget| widget.removed.is_some()),
            is_pending: !view.pending.is_empty(),
            is_held: view.is_ahead && !live.is_optimistic(),
            conflicts: view.conflicts.len(),
            set_aside: view.set_aside.clone(),
            people: view.people.clone(),
        }
    }
}

/// Calls the app's handlers: with each change once, and with each failure once. Keeps the names of its series.
fn use_reports(
    live: RealtimeUpdates,
    board: ReadSignal<BoardId>,
    widget_id: ReadSignal<WidgetId>,
    series: Signal<Vec<String>>,
    on_update: Option<Callback<WidgetUpdate>>,
    on_error: Option<Callback<RealtimeError>>,
    wash: Signal<Wash>,
) {
    let (mut series, mut wash, now) = (series, wash, use_now());
    let mut last = use_hook(|| CopyValue::new(None::<Arc<Widget>>));
    let mut told = use_hook(|| CopyValue::new(Vec::<OperationId>::new()));
    use_effect(move || {
        let view = live.view();
        let names = view.series();
        if *series.peek() != names {
            series.set(names);
        }
        if let Some(widget) = view.widget {
            let before = last.write().replace(widget.clone());
            let before = before.filter(|before| !Arc::ptr_eq(before, &widget));
            let is_own = view.is_ahead || !live.is_optimistic();
            if let Some(before) = &before
                && let Some(writer) = other_writer(before, &widget).filter(|_| !is_own)
            {
                let next = now.peek().as_ref().map(|now| (now.unix_ms / 1_000, writer.colour));
                if *wash.peek() != next {
                    wash.set(next);
                }
            }
            if let Some(report) = on_update
                && before.is_some_and(|before| has_changed(&before, &widget))
            {
                report(WidgetUpdate {
                    board: board.cloned(),
                    widget_id: widget_id.cloned(),
                    widget,
                });
            }
        }
        let conflict = |conflict: &Conflict| RealtimeError::Conflict { id: conflict.id() };
        let refusal = |aside: &SetAside| RealtimeError::NotAccepted {
            id: aside.operation.id,
            reason: aside.reason.clone(),
        };
        let failures: Vec<(OperationId, RealtimeError)> = view
            .conflicts
            .iter()
            .map(|one| (one.operation.id, conflict(one)))
            .chain(view.set_aside.iter().map(|one| (one.operation.id, refusal(one))))
            .collect();
        let before = told.replace(failures.iter().map(|(id, _)| *id).collect());
        for (id, error) in failures {
            if let Some(report) = on_error
                && !before.contains(&id)
            {
                report(error);
            }
        }
    });
}

/// Whether a widget shows something else than before. That an edit was confirmed as it was shown is none.
fn has_changed(before: &Widget, after: &Widget) -> bool {
    let mut pairs = before.fields.iter().zip(&after.fields);
    let same = pairs.all(|((name, field), (other_name, other))| name == other_name && field.value == other.value);
    !same || before.fields.len() != after.fields.len() || before.removed.is_some() != after.removed.is_some()
}

/// Who gave a field another value, by a newer change of the server's order. What this device changes is shown before it has a
/// place there, and the same when it gets one.
fn other_writer<'a>(before: &Widget, after: &'a Widget) -> Option<&'a Writer> {
    let is_new = |(name, field): &(&FieldName, &Field)| {
        let before = before.fields.get(*name);
        before.is_none_or(|before| field.revision > before.revision && field.value != before.value)
    };
    Some(&after.fields.iter().find(is_new)?.1.writer)
}

/// Still, and shaped like what will come.
fn skeleton() -> Element {
    rsx! {
        div { class: "skeleton", "data-state": "loading",
            span {}
            span {}
            span {}
            p { class: "unseen", {tn("Loading…")} }
        }
    }
}

/// An edit of this widget that did not take effect: why, and what can be done.
#[component]
fn Refusal(aside: SetAside) -> Element {
    let ways_out = use_ways_out(&aside);
    let word = Word::from(&aside.reason);
    rsx! {
        div { class: "refusal", "data-state": word.token(), "data-tone": word.tone().token(),
            p { role: "alert",
                {icon(word.glyph())}
                {word.text()}
                ": "
                {sentence(&aside.reason.to_string())}
            }
            {ways_out}
        }
    }
}

/// Why what is inside a card could not be rendered, and whom to tell.
#[derive(Clone, PartialEq)]
struct Failure {
    message: String,
    error: ErrorContext,
    on_error: Option<Callback<RealtimeError>>,
}

/// What is inside could not be rendered: what happened, what is safe, one button.
#[component]
fn Broken(failure: Failure) -> Element {
    let Failure {
        message,
        error,
        on_error,
    } = failure;
    let now = use_now();
    let at = use_hook(|| *now.peek());
    // Each failure is told once.
    let mut told = use_hook(|| CopyValue::new(None));
    if let Some(report) = on_error
        && told.peek().as_ref() != Some(&message)
    {
        told.set(Some(message.clone()));
        let message = message.clone();
        queue_effect(move || report(RealtimeError::Failed { message }));
    }
    rsx! {
        div { class: "card-error", role: "alert", "data-state": "error",
            p { {tn("This widget can't be shown. Its values are safe.")} }
            div { class: "row", button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| error.clear_errors(), {tn("Try again")} } }
            {error_details("widget-failed", at, &message)}
        }
    }
}
