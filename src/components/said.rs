//! What there is to say about the newest edit: how a conflict was decided, what was removed, what could not be done. It is
//! said on the card that it is about while that is on the screen, else in one line at the foot of the page. Never both,
//! and never a modal. Of what opens below a button there is one, and it makes way for what is to be decided.

mod opened;
mod turned;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use dioxus::prelude::*;

use super::{close_button::close_button, format::writer_name};
use crate::{
    config::SAID_MS,
    hooks::{Conflict, RealtimeManagers, Resolution, focus, is_on_page, key_name, title_of},
    protocol::{BoardId, OperationId, WidgetId, Writer},
    state::{BOARDS, CONFLICTS, SYNC},
    words::{t, ta, tn, with},
};

/// What takes an edit back.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// The widget comes back, and those that were removed just before it.
    Restore(BoardId, WidgetId, Option<Box<Undo>>),
    /// The conflicts that were decided by one press wait again.
    Unresolve(Vec<(Conflict, Resolution)>),
    /// It does: what is left is to choose.
    Choose,
}

/// What was said last, and where that can be.
#[derive(Debug, Default)]
struct Said {
    /// Empty where nothing is said.
    text: String,
    /// For `data-state`: what kind of thing is said.
    state: &'static str,
    /// Of removals, how much of the text names them; the rest counts more of them.
    named: usize,
    /// The card that it is about; empty where there is none.
    card: String,
    undo: Option<Undo>,
    /// Until when it is said, by the wall clock; 0 before the clock was looked at.
    until: Cell<u64>,
    /// What leads back to the widget that came back, where the page went away from it.
    way_back: Option<fn(&WidgetId)>,
    /// Another one for each that is said: its button is a new one, which can be given the focus.
    number: u32,
    /// Whether its button is to get the focus: the one that was clicked is gone, or the line moved and had it. Of what was
    /// added, whether the card is; of what somebody else removed, whether the line itself is.
    takes_focus: Cell<bool>,
    /// The conflict's card that gets it instead, where there is another one to decide.
    next: Cell<Option<OperationId>>,
    /// Whether the focus is in the line.
    has_focus: Cell<bool>,
    /// Whether the next item of a list that comes into being was added here: it comes into view.
    reveals: Cell<bool>,
    /// The cards whose lower edges are on the screen. They come and go while nothing is said, and nobody need hear of it.
    seen: RefCell<Vec<String>>,
    /// What is open below a button.
    opened: Cell<Option<Opened>>,
}

/// Whether it is open, and its button.
type Opened = (Signal<bool>, Signal<Option<Rc<MountedData>>>);

pub use opened::{closes, make_way, opens};
pub use turned::say_turned;

static SAID: GlobalSignal<Said> = Signal::global(Said::default);

/// What a card is called here.
#[must_use]
pub fn card_of(board: &BoardId, widget: &WidgetId) -> String {
    format!("{board}/{widget}")
}

/// Says something, instead of what was said before: of a card, or of none (empty). No text says nothing.
pub fn say(text: String, state: &'static str, card: String, undo: Option<Undo>) {
    let mut said = SAID.write();
    said.named = text.len();
    said.takes_focus.set(undo.is_some());
    said.number = said.number.wrapping_add(1);
    said.until.set(0);
    said.has_focus.set(false);
    (said.text, said.state, said.card, said.undo, said.way_back) = (text, state, card, undo, None);
}

/// Says how a conflict was decided, and offers to undo that, with the others of `together` that were decided just before.
pub fn say_decided(text: String, conflict: &Conflict, resolution: &Resolution, together: &[OperationId]) {
    let is_one = |id: OperationId| together.contains(&id);
    let mut decided = match SAID.write().undo.take() {
        Some(Undo::Unresolve(before))
            if is_one(conflict.id()) && before.iter().all(|(other, _)| is_one(other.id())) =>
        {
            before
        }
        _ => Vec::new(),
    };
    if conflict.can_be_unresolved() {
        decided.push((conflict.clone(), resolution.clone()));
    }
    let card = card_of(&conflict.operation.board, &conflict.operation.widget);
    let undo = (!decided.is_empty()).then_some(Undo::Unresolve(decided));
    say(text, RESOLVED, card, undo);
    go_on();
}

/// Offers to undo a removal of one's own: of a widget, or of a board, whose place is in the directory; together with those before it, as long
/// as that is said.
pub fn say_removed(board: BoardId, widget: WidgetId, title: &str) {
    say_removal(
        &with("Removed {}", &[""]),
        title,
        "removed",
        String::new(),
        (board, widget),
    );
}

/// Says that somebody else has removed a widget of this page, and offers to bring it back. Who was at it (`held`) finds the focus
/// on that line, where no key does anything: they may still be typing.
pub fn say_gone(board: BoardId, widget: WidgetId, held: bool) {
    let mut who = t("Somebody").to_owned();
    if let Some(view) = BOARDS.peek().get(&board)
        && let Some(gone) = view.shown.widget(&widget)
        && let Some(writer) = &gone.removed_by
    {
        if is_own(writer) {
            return;
        }
        who = writer_name(writer);
    }
    who = with("{} removed {}", &[&who, ""]);
    let title = title_of(&board, &widget);
    let takes_focus = held || SAID.peek().has_focus.get();
    say_removal(&who, &title, GONE, card_of(&board, &widget), (board, widget));
    SAID.peek().takes_focus.set(takes_focus);
}

/// Whether it was this device, as far as its name and colour tell: another tab of it, whose edits this one may not have read
/// yet. The tab that sends for the device has read them all.
fn is_own(writer: &Writer) -> bool {
    let sync = SYNC.peek();
    let own = sync.device.as_ref().filter(|_| !sync.leading);
    own.is_some_and(|own| writer.device.as_ref() == Some(&own.name) && writer.colour == Some(own.colour))
}

/// After what is said of those before it, where that is of the same kind and by the same person, and with what takes those back.
/// After the first few they are counted.
fn say_removal(start: &str, title: &str, state: &'static str, card: String, (board, widget): (BoardId, WidgetId)) {
    let (mut text, before) = {
        let mut said = SAID.write();
        let is_same = said.state == state && said.text.starts_with(start);
        // One that is back meanwhile, and removed anew, is brought back once.
        match said.undo.take().filter(|undo| is_same && !is_past(undo)) {
            Some(undo) => (said.text[..said.named].to_owned() + ", ", Some(Box::new(undo))),
            None => (start.to_owned(), None),
        }
    };
    let (mut len, mut next) = (0usize, before.as_deref());
    while let Some(Undo::Restore(.., before)) = next {
        (len, next) = (len + 1, before.as_deref());
    }
    let (named, more) = (text.len() - 2, (len + 1).saturating_sub(NAMED_LEN_MAX).to_string());
    let is_named = len < NAMED_LEN_MAX;
    text += &if is_named {
        with("“{}”", &[title])
    } else {
        with("and {} more", &[&more])
    };
    say(text, state, card, Some(Undo::Restore(board, widget, before)));
    if !is_named {
        SAID.write().named = named;
    }
}

/// Undoes a decision: it is asked again.
pub fn undo_decision(managers: RealtimeManagers, conflict: Conflict, resolution: Resolution) {
    let card = card_of(&conflict.operation.board, &conflict.operation.widget);
    say(
        t("Undone: 2 versions again").to_owned(),
        RESOLVED,
        card,
        Some(Undo::Choose),
    );
    managers.state.unresolve(conflict, resolution);
}

/// Lets the card of the next conflict have the focus; what was just said has it where there is none.
pub fn go_on() {
    hand_on(CONFLICTS.peek().first().map(Conflict::id));
}

fn hand_on(next: Option<OperationId>) {
    let said = SAID.peek();
    said.takes_focus.set(next.is_none());
    said.next.set(next);
}

/// Whether it is this conflict's card that takes the focus now: once.
pub fn is_next(conflict: OperationId) -> bool {
    let said = SAID.read();
    let is_next = said.next.get() == Some(conflict);
    if is_next {
        said.next.set(None);
    }
    is_next
}

/// What is done with the widget that the undo of what was just said has brought back.
pub fn lead_back(way_back: fn(&WidgetId)) {
    SAID.write().way_back = Some(way_back);
}

/// Says that a widget was made, or is back. Nothing shows it but its card, which gets the focus as soon as it is there; those who
/// listen hear it.
pub fn say_added(board: &BoardId, widget: &WidgetId, text: String) {
    say(text, ADDED, card_of(board, widget), None);
    SAID.peek().takes_focus.set(true);
}

/// An item was added to a list, below those that are in sight.
pub fn reveal_next() {
    SAID.peek().reveals.set(true);
}

/// Whether the item that has come is that one: once.
pub fn is_to_be_revealed() -> bool {
    SAID.peek().reveals.replace(false)
}

/// Says that a widget is back.
pub fn say_back(board: &BoardId, widget: &WidgetId) {
    say_added(board, widget, with("{} is back", &[&title_of(board, widget)]));
}

/// Whether a card is of what was just made, or is back: it may be given the focus.
pub fn is_added(card: &str) -> bool {
    SAID.peek().card == card
}

/// Whether such a card takes the focus now: once. Subscribes the reader.
pub fn is_to_be_shown(card: &str) -> bool {
    let said = SAID.read();
    said.state == ADDED && said.card == card && said.takes_focus.replace(false)
}

/// Removed widgets that are named in one line; those after them are counted.
const NAMED_LEN_MAX: usize = 3;
const ADDED: &str = "added";
const RESOLVED: &str = "resolved";
const GONE: &str = "gone";

/// The list of conflicts was opened or closed: what is said moves, and takes the focus along.
pub fn uncover() {
    if !SAID.peek().text.is_empty() {
        let said = SAID.write();
        said.takes_focus.set(said.takes_focus.get() || said.has_focus.get());
    }
}

/// A card came on the screen, or went.
pub fn see(card: &str, is_seen: bool) {
    let is_about = {
        let said = SAID.peek();
        let mut seen = said.seen.borrow_mut();
        seen.retain(|other| other != card);
        if is_seen {
            seen.push(card.to_owned());
        }
        said.card == card
    };
    if is_about {
        // What is said moves, and takes the focus along.
        let said = SAID.write();
        said.takes_focus.set(said.takes_focus.get() || said.has_focus.get());
    }
}

/// What is said, where `card` is the card to say it on; without one, where no card on the screen does.
pub fn said_at(card: Option<&str>, managers: RealtimeManagers) -> Option<Element> {
    let said = SAID.read();
    if said.text.is_empty() || said.state == ADDED || card.is_some_and(|card| card != said.card) {
        return None;
    }
    // The open list of conflicts may lie over its card.
    let is_covered = || !CONFLICTS.peek().is_empty() && is_on_page("#conflicts:popover-open");
    let is_seen = said.seen.borrow().contains(&said.card) && !is_covered();
    // On its card it need not be said of which one.
    let of = card.map_or_else(|| name_of(&said), |_| String::new());
    (is_seen == card.is_some()).then(|| line(&said, &of, managers))
}

/// The place for what no card says; and, unseen, for those who listen.
pub fn said_elsewhere(managers: RealtimeManagers) -> Element {
    let text = SAID.read().text.clone();
    rsx! {
        p { class: "unseen", role: "status", "{text}" }
        if let Some(line) = said_at(None, managers) {
            section { class: "floating", "aria-label": ta("News"), {line} }
        }
    }
}

/// What a decision is about, by name, for whoever looks elsewhere; what else is said names it.
fn name_of(said: &Said) -> String {
    let place = said.card.split_once('/').filter(|_| said.state == RESOLVED);
    let place = place.and_then(|(board, widget)| Some((board.parse().ok()?, widget.parse().ok()?)));
    let Some((board, widget)) = place else {
        return String::new();
    };
    let (title, board) = (title_of(&board, &widget), title_of(&board, &WidgetId::birth()));
    let name = if board.is_empty() {
        title
    } else {
        with("{} on {}", &[&title, &board])
    };
    name + ": "
}

/// The text with its undo: by the button, or by U while that has the focus. `of` goes before it.
fn line(said: &Said, of: &str, managers: RealtimeManagers) -> Element {
    let asks = said.undo == Some(Undo::Choose);
    let is_news = said.state == GONE;
    rsx! {
        div {
            key: "{said.number}",
            class: "banner",
            "data-state": said.state,
            tabindex: "-1",
            onmounted: move |event| take_focus(is_news, &event),
            onfocusout: |_| SAID.peek().has_focus.set(false),
            p { class: "banner-text", "{of}{said.text}" }
            if said.undo.is_some() {
                button {
                    class: "button",
                    "data-shape": "small",
                    r#type: "button",
                    onmounted: move |event| take_focus(!is_news, &event),
                    onclick: move |_| undo(managers),
                    onkeydown: move |event| {
                        if matches!(key_name(&event).as_str(), "u" | "U") {
                            undo(managers);
                        }
                    },
                    "popovertarget": asks.then_some("conflicts"),
                    if asks {
                        {tn("Choose")}
                    } else {
                        {tn(if is_news { "Bring back" } else { "Undo" })}
                        kbd { "aria-hidden": "true", "U" }
                    }
                }
            }
            {close_button(|_| hush())}
        }
    }
}

/// The line's part that is to have the focus has come.
fn take_focus(is_it: bool, event: &MountedEvent) {
    let said = SAID.peek();
    if is_it && said.takes_focus.replace(false) {
        said.has_focus.set(true);
        focus(&event.data());
    }
}

/// Takes the decision back that was just said, if nothing else was said since: another line's undo is not meant.
pub fn undo_last_decision(managers: RealtimeManagers) {
    let undone = match &SAID.peek().undo {
        Some(Undo::Unresolve(decided)) => decided.first().map(|(conflict, _)| conflict.id()),
        _ => None,
    };
    if undone.is_some() {
        undo(managers);
        hand_on(undone); // the focus goes to its card, wherever that comes to stand
    }
}

/// Takes back what was just said, where that can be.
fn undo(managers: RealtimeManagers) {
    if SAID.peek().undo == Some(Undo::Choose) {
        return make_way(); // the browser opens what is to be chosen from
    }
    let (undo, way_back) = {
        let mut said = SAID.write();
        (said.undo.take(), said.way_back)
    };
    match undo {
        Some(Undo::Unresolve(decided)) => {
            for (conflict, resolution) in decided {
                undo_decision(managers, conflict, resolution);
            }
        }
        Some(undo) => {
            hush();
            if let Undo::Restore(board, widget, _) = &undo {
                match way_back {
                    Some(way_back) => way_back(widget),
                    None => say_back(board, widget),
                }
            }
            let mut next = Some(Box::new(undo));
            while let Some(undo) = next {
                let is_back = is_past(&undo);
                let Undo::Restore(board, widget, before) = *undo else {
                    break;
                };
                if !is_back {
                    managers.state.restore(board, widget);
                }
                next = before;
            }
        }
        None => {}
    }
}

/// Whether there is nothing to undo any more: the widget is there; or the field has another value than that for which its
/// conflict was decided; or nothing to choose.
fn is_past(undo: &Undo) -> bool {
    let boards = BOARDS.peek();
    match undo {
        Undo::Restore(board, widget, _) => {
            let shown = boards.get(board).and_then(|view| view.shown.widget(widget));
            shown.is_some_and(|widget| widget.removed.is_none())
        }
        Undo::Unresolve(decided) => decided.iter().all(|(conflict, resolution)| {
            let kept = match resolution {
                Resolution::KeepMine => conflict.mine(),
                Resolution::KeepTheirs => Some(&conflict.theirs.value),
                Resolution::Edit(value) => Some(value),
            };
            let operation = &conflict.operation;
            let field = boards.get(&operation.board).zip(operation.intent.field());
            let shown = field.and_then(|(view, field)| view.shown.board.field(&operation.widget, field));
            shown.zip(kept).is_some_and(|(shown, kept)| shown.value != *kept)
        }),
        Undo::Choose => CONFLICTS.peek().is_empty(),
    }
}

/// The button below which something is open has the focus: what opens next gives it back there.
pub fn leave() {
    let opened = SAID.peek().opened.get();
    if let Some((_, trigger)) = opened {
        focus_on(trigger);
    }
}

/// Gives a button the focus, where it is on the page.
pub fn focus_on(trigger: Signal<Option<Rc<MountedData>>>) {
    if let Some(trigger) = trigger.peek().as_ref() {
        focus(trigger);
    }
}

/// What was said a while ago is said no longer, unless somebody is about to answer it; nor that widgets were removed which are
/// back, nor how a conflict was decided over which somebody has written since.
pub fn outlive(unix_ms: u64) {
    let is_over = {
        let said = SAID.peek();
        if said.until.get() == 0 {
            said.until.set(unix_ms + SAID_MS);
        }
        let is_past = said.undo.as_ref().is_some_and(is_past);
        !said.text.is_empty() && (is_past || (unix_ms >= said.until.get() && !said.has_focus.get()))
    };
    if is_over {
        let back = {
            let said = SAID.peek();
            match &said.undo {
                Some(Undo::Restore(board, widget, _)) if said.has_focus.get() => Some((board.clone(), widget.clone())),
                _ => None,
            }
        };
        hush();
        if let Some((board, widget)) = back {
            say_back(&board, &widget);
        }
    }
}

fn hush() {
    let mut said = SAID.write();
    said.text.clear();
    said.card.clear();
    (said.undo, said.way_back) = (None, None);
    said.has_focus.set(false);
}
