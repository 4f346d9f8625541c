//! What a provider shares with the hooks below it: the way to the loop, who wants to hear of what, and who listens.

use std::fmt;

use dioxus::prelude::*;
use futures_channel::{mpsc, oneshot};

use super::boxed::use_drop;
use crate::{
    config::{COMMANDS_LEN_MAX, UNSEEN_TOLD_LEN},
    protocol::BoardId,
    sorted::{SortedMap, SortedSet},
    state::{BOARDS, Changed, Place},
    sync::{Command, Notice},
};

/// What reaches the loop from components.
pub(super) enum Message {
    /// A wish for the engine.
    Command(Command),
    /// What components want to hear of has changed: see [`Context::wanted`].
    WantsChanged,
    /// The person wants a file of what waits.
    Export,
    /// Whoever ends the program wants to be called when all that is shown is stored.
    Settle(Box<dyn FnOnce()>),
}

/// The boards and series that somebody looks at, each with how many do.
#[derive(Default)]
pub(super) struct Wants {
    pub boards: SortedMap<BoardId, usize>,
    pub series: SortedMap<String, usize>,
    /// Who shows which widget, by their numbers.
    followers: SortedMap<u64, Follower>,
    /// Widgets that stand where nobody can see them now.
    unseen: SortedSet<Place>,
    /// The widget that this person has under their hands: they may write on it when it has left the screen.
    held: Option<Place>,
    /// Who shows such a one that has changed, and was not told yet.
    late: Vec<u64>,
    /// The loop was told, and has not looked yet: a page of many widgets tells it once.
    told: bool,
}

/// Is told when its widget is shown otherwise.
#[derive(Clone)]
struct Follower {
    place: Place,
    told: Callback<Place>,
}

type Listeners = SortedMap<u64, Callback<Notice>>;

/// Shared by a provider with everything below it. `Copy`, as signals are; lives as long as the provider.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Context {
    sender: CopyValue<mpsc::Sender<Message>>,
    wants: CopyValue<Wants>,
    listeners: CopyValue<Listeners>,
    numbers: CopyValue<u64>,
    /// How many of the listeners want live values too.
    sample_listeners: CopyValue<u64>,
}

/// There is no provider above the component that calls a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoProvider {
    /// The hook.
    pub hook: &'static str,
}

impl fmt::Display for NoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` needs a `DashboardRealtimeProvider` above the component that calls it: wrap the app in one",
            self.hook
        )
    }
}

impl std::error::Error for NoProvider {}

impl Context {
    /// A context, and the loop's end of it.
    pub fn new() -> (Self, mpsc::Receiver<Message>) {
        let (sender, receiver) = mpsc::channel(COMMANDS_LEN_MAX);
        let context = Self {
            sender: CopyValue::new(sender),
            wants: CopyValue::new(Wants::default()),
            listeners: CopyValue::new(Listeners::new()),
            numbers: CopyValue::new(0),
            sample_listeners: CopyValue::new(0),
        };
        (context, receiver)
    }

    /// Asks the loop to carry out a command. What comes of it is seen in the state, and heard as notices.
    pub fn command(mut self, command: Command) {
        self.send(Message::Command(command));
    }

    /// Asks the loop for a file of what waits.
    pub fn export(mut self) {
        self.send(Message::Export);
    }

    /// Has all that is shown stored, and hears when it is, or that there is nobody who stores.
    pub fn settle(mut self) -> oneshot::Receiver<()> {
        let (done, settled) = oneshot::channel();
        self.send(Message::Settle(Box::new(|| {
            let _ = done.send(()); // whoever has asked and gone need not hear it
        })));
        settled
    }

    /// Whether the message is on its way.
    fn send(&mut self, message: Message) -> bool {
        let sent = self.sender.write().try_send(message);
        if let Err(error) = &sent {
            // Full: something calls in a loop, and more of the same would change nothing. Closed: the page is going.
            tracing::error!("a command was dropped: {error}");
        }
        sent.is_ok()
    }

    /// Somebody looks at a board from now on.
    pub fn want_board(mut self, board: BoardId) {
        *self.wants.write().boards.entry(board).or_default() += 1;
        self.wants_changed();
    }

    /// One fewer looks at it.
    pub fn unwant_board(mut self, board: &BoardId) {
        forget_one(&mut self.wants.write().boards, board);
        self.wants_changed();
    }

    /// Somebody looks at these series from now on.
    pub fn want_series(mut self, series: &[String]) {
        for name in series {
            *self.wants.write().series.entry(name.clone()).or_default() += 1;
        }
        self.wants_changed();
    }

    /// One fewer looks at them.
    pub fn unwant_series(mut self, series: &[String]) {
        for name in series {
            forget_one(&mut self.wants.write().series, name);
        }
        self.wants_changed();
    }

    fn wants_changed(&mut self) {
        let told = self.wants.read().told;
        if !told {
            let sent = self.send(Message::WantsChanged);
            self.wants.write().told = sent;
        }
    }

    /// What is wanted now, for the loop.
    pub fn wanted(mut self) -> (Vec<BoardId>, Vec<String>) {
        let mut wants = self.wants.write();
        wants.told = false;
        (
            wants.boards.keys().cloned().collect(),
            wants.series.keys().cloned().collect(),
        )
    }

    /// Tells those whom a change concerns. They alone look: of a thousand memos that read the signals which hold all widgets, each
    /// would run for each change of any. What nobody can see comes a moment later, a few at a time: a board of a thousand is drawn within
    /// a frame. Gives the widgets that were taken off their boards, each once.
    pub fn changed(mut self, changed: &Changed) -> SortedSet<Place> {
        let boards = BOARDS.peek();
        let (mut told, mut taken) = (Vec::new(), SortedSet::new());
        let mut wants = self.wants.write();
        let Wants {
            followers,
            unseen,
            held,
            late,
            ..
        } = &mut *wants;
        for (number, Follower { place, .. }) in followers.iter() {
            if changed.concerns(place, &boards) {
                let is_put_off = unseen.contains(place) && held.as_ref() != Some(place);
                if !is_put_off || changed.lanes.contains(place) {
                    told.push(*number);
                } else if !late.contains(number) {
                    late.push(*number);
                }
                if changed.took(place, &boards) {
                    taken.insert(place.clone());
                }
            }
        }
        drop((boards, wants));
        self.tell_of(&told);
        taken
    }

    /// Whether somebody is still to be told of what nobody can see.
    pub fn is_late(self) -> bool {
        !self.wants.peek().late.is_empty()
    }

    /// Tells the next of them.
    pub fn catch_up(mut self) {
        let mut wants = self.wants.write();
        let len = wants.late.len().min(UNSEEN_TOLD_LEN);
        let rest = wants.late.split_off(len);
        let told = std::mem::replace(&mut wants.late, rest);
        drop(wants);
        self.tell_of(&told);
    }

    /// Tells these followers of their widgets, as far as they are still there.
    fn tell_of(self, followers: &[u64]) {
        for number in followers {
            let follower = self.wants.peek().followers.get(number).cloned();
            if let Some(Follower { place, told }) = follower {
                told.call(place);
            }
        }
    }

    /// Whether anybody can see a widget from now on.
    pub fn see(mut self, place: &Place, is_seen: bool) {
        if is_seen {
            self.wants.write().unseen.remove(place);
            self.tell_now(place);
        } else {
            self.wants.write().unseen.insert(place.clone());
        }
    }

    /// Whether this person has a widget under their hands from now on.
    pub fn hold(mut self, place: &Place, holds: bool) {
        let held = holds.then(|| place.clone());
        if holds || self.wants.peek().held.as_ref() == Some(place) {
            self.wants.write().held = held;
        }
        if holds {
            self.tell_now(place);
        }
    }

    /// Tells those who were to be told of a widget later.
    fn tell_now(mut self, place: &Place) {
        let mut wants = self.wants.write();
        let Wants { followers, late, .. } = &mut *wants;
        let is_of = |number: &u64| followers.get(number).is_some_and(|follower| follower.place == *place);
        let told = late.iter().copied().filter(is_of).collect::<Vec<u64>>();
        late.retain(|number| !told.contains(number));
        drop(wants);
        self.tell_of(&told);
    }

    fn next_number(&mut self) -> u64 {
        let number = *self.numbers.peek() + 1;
        self.numbers.set(number);
        number
    }

    /// Adds a listener and gives its number.
    pub fn listen(mut self, listener: Callback<Notice>) -> u64 {
        let number = self.next_number();
        self.listeners.write().insert(number, listener);
        number
    }

    /// Removes it.
    pub fn unlisten(mut self, number: u64) {
        self.listeners.write().remove(&number);
    }

    /// So many more, or fewer, want live values as they arrive.
    pub fn want_samples(mut self, more: bool) {
        let before = *self.sample_listeners.peek();
        self.sample_listeners.set(if more { before + 1 } else { before - 1 });
    }

    /// Whether anybody does.
    pub fn wants_samples(self) -> bool {
        *self.sample_listeners.peek() > 0
    }

    /// Hands a notice to every listener; one that goes away meanwhile is not called any more.
    pub fn tell(self, notice: &Notice) {
        let numbers: Vec<u64> = self.listeners.read().keys().copied().collect();
        for number in numbers {
            let listener = self.listeners.read().get(&number).copied();
            if let Some(listener) = listener {
                listener.call(notice.clone());
            }
        }
    }
}

/// Calls `told` when the widget is shown otherwise, as long as the component lives. Gives whether it is another widget than at
/// the last render.
pub(super) fn use_followed(mut context: Context, place: Place, told: Callback<Place>) -> bool {
    let number = use_hook(|| context.next_number());
    use_drop(move || {
        let mut wants = context.wants;
        wants.write().followers.remove(&number);
    });
    let known = context
        .wants
        .peek()
        .followers
        .get(&number)
        .map(|follower| follower.place == place);
    if known != Some(true) {
        context.wants.write().followers.insert(number, Follower { place, told });
    }
    known == Some(false)
}

fn forget_one<K: Ord>(counts: &mut SortedMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// The context of the provider above, for the hook `name`.
pub(super) fn try_use_provided(name: &'static str) -> Result<Context, NoProvider> {
    try_use_context::<Context>().ok_or(NoProvider { hook: name })
}

/// The same.
///
/// # Panics
/// When there is none.
#[track_caller]
pub(super) fn use_provided(name: &'static str) -> Context {
    try_use_provided(name).unwrap_or_else(|error| panic!("{error}"))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::{
        protocol::{Cursor, WidgetId},
        sync::{BoardView, Freshness, Shown},
    };

    thread_local! {
        static TOLD: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
    }

    fn place(number: u64) -> Place {
        (BoardId::first(), format!("widget-{number}").parse().expect("a name"))
    }

    /// The board is gone, which concerns every widget of it; and these are listed.
    fn all_changed(lanes: &[u64]) -> Changed {
        let view = BoardView {
            shown: Shown::default(),
            freshness: Freshness::Live,
            cursor: Cursor::ORIGIN,
            is_known: true,
        };
        Changed {
            before: Some([(BoardId::first(), view)].into()),
            lanes: lanes.iter().map(|number| place(*number)).collect(),
        }
    }

    #[test]
    fn what_nobody_can_see_is_told_later_in_its_turn_or_when_it_is_seen() {
        let dom = VirtualDom::new(|| rsx! {});
        let told = || {
            TOLD.take()
                .into_iter()
                .map(|(_, widget)| widget)
                .collect::<Vec<WidgetId>>()
        };
        let named = |numbers: &mut dyn Iterator<Item = u64>| numbers.map(|number| place(number).1).collect::<Vec<_>>();
        dom.in_scope(ScopeId::ROOT, || {
            let (mut context, _messages) = Context::new();
            let unseen = 2 * UNSEEN_TOLD_LEN as u64;
            for number in 0..unseen + 2 {
                let told = Callback::new(|place| TOLD.with_borrow_mut(|told| told.push(place)));
                let follower = Follower {
                    place: place(number),
                    told,
                };
                context.wants.write().followers.insert(number, follower);
                context.see(&place(number), number >= unseen);
            }
            let few = UNSEEN_TOLD_LEN as u64;
            context.changed(&all_changed(&[5]));
            // Who is looked at, and whoever has an edit of one's own; then the first of the others.
            assert_eq!(told(), named(&mut [5, unseen, unseen + 1].into_iter()));
            context.catch_up();
            assert_eq!(told(), named(&mut (0..=few).filter(|number| *number != 5)));
            context.see(&place(unseen - 1), true);
            assert_eq!(told(), named(&mut [unseen - 1].into_iter()));
            context.hold(&place(few + 3), true);
            context.hold(&place(few + 1), false);
            assert_eq!(told(), named(&mut [few + 3].into_iter()));
            context.changed(&all_changed(&[]));
            assert!(
                told().contains(&place(few + 3).1),
                "whoever writes there has it before them"
            );
            context.catch_up();
            assert_eq!(told().len(), UNSEEN_TOLD_LEN);
            context.catch_up();
            assert!(!context.is_late());
            assert_eq!(
                told().len(),
                UNSEEN_TOLD_LEN - 2,
                "the rest, but for who was told before"
            );
        });
    }
}
