//! A device that a test plays: its clock stands still until it is moved, its sockets end in the test, its storage is
//! memory, and it counts what is open.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::{poll_fn, ready},
    path::Path,
    rc::Rc,
    task::{Context, Poll},
};

use futures_channel::{mpsc, oneshot};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};

use super::{Memory, name_of};
use crate::{
    platform::{
        self, Clock, Network, NetworkEvent, NoRandomness, OpenError, Platform, ServerAddress, Socket, SocketEvent,
        Storage,
    },
    sorted::SortedMap,
    sync::storage::{Durability, Namespace, Outcome, Records, StorageError, Transaction},
    time::Timestamp,
};

/// A device in memory, for tests of what is built on the layer. Clones are the same device.
///
/// ```
/// use tideboard::platform::{MemoryDevice, Platform, ServerAddress, SocketEvent};
///
/// let device = MemoryDevice::default();
/// let board = ServerAddress::parse("http://board.example").expect("an address");
/// let mut socket = device.dial(&board);
/// let mut far_end = device.dialled().expect("one was dialled");
/// far_end.tell(SocketEvent::Opened);
/// socket.send("hello".to_owned());
/// assert_eq!(far_end.heard(), ["hello"]);
/// drop(socket);
/// assert_eq!(device.open().sockets, 0);
/// ```
#[derive(Clone, Default)]
pub struct MemoryDevice {
    inside: Rc<Inside>,
}

#[derive(Default)]
struct Inside {
    now: Cell<Timestamp>,
    is_offline: Cell<bool>,
    is_kept_offline: Cell<bool>,
    /// What its ids are drawn from; `None` for the operating system.
    dice: Cell<Option<u64>>,
    page_origin: RefCell<Option<String>>,
    page_cookies: RefCell<Option<String>>,
    waiting: RefCell<Vec<(Timestamp, oneshot::Sender<()>)>>,
    listening: RefCell<Vec<mpsc::UnboundedSender<NetworkEvent>>>,
    dialled: RefCell<VecDeque<FarEnd>>,
    memory: Memory,
    /// Who is told that something was stored, each by its number.
    tabs: RefCell<Vec<(usize, mpsc::UnboundedSender<()>)>>,
    tabs_opened: Cell<usize>,
    leads: RefCell<SortedMap<String, Rc<Lead>>>,
    saved: RefCell<Vec<(String, String)>>,
    room: Cell<Option<u64>>,
    clearings: Cell<usize>,
    counts: Rc<Counts>,
}

#[derive(Default)]
struct Counts {
    timers: Cell<usize>,
    sockets: Cell<usize>,
    listeners: Cell<usize>,
    storages: Cell<usize>,
}

/// What is open on a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Waits for an instant.
    pub timers: usize,
    /// Sockets, dialled and not dropped.
    pub sockets: usize,
    /// Those who listen to what it says of its network.
    pub listeners: usize,
    /// Storages, opened and not dropped.
    pub storages: usize,
}

/// One more that is open, until it is dropped.
struct Counted {
    counts: Rc<Counts>,
    which: fn(&Counts) -> &Cell<usize>,
}

impl Counted {
    fn new(device: &Inside, which: fn(&Counts) -> &Cell<usize>) -> Self {
        let counts = device.counts.clone();
        which(&counts).update(|open| open + 1);
        Self { counts, which }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.which)(&self.counts).update(|open| open - 1);
    }
}

impl MemoryDevice {
    /// A device that draws the same ids and waits each time; no other one of a test has the same `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let device = Self::default();
        device.inside.dice.set(Some(seed));
        device
    }

    /// Lets so many milliseconds pass.
    pub fn pass(&self, ms: u64) {
        let now = self.inside.now.get().plus(ms);
        self.inside.now.set(now);
        let mut waiting = self.inside.waiting.borrow_mut();
        for (_, waiter) in waiting.extract_if(.., |(at, waiter)| *at <= now || waiter.is_canceled()) {
            let _ = waiter.send(()); // one that is gone waits for nothing
        }
    }

    /// The next instant that something waits for.
    #[must_use]
    pub fn next_timer(&self) -> Option<Timestamp> {
        let waiting = self.inside.waiting.borrow();
        let waiting = waiting.iter().filter(|(_, waiter)| !waiter.is_canceled());
        waiting.map(|(at, _)| *at).min()
    }

    /// It loses or finds its network, is hidden or shown, and says so.
    pub fn say(&self, event: NetworkEvent) {
        match event {
            NetworkEvent::Online => self.inside.is_offline.set(false),
            NetworkEvent::Offline => self.inside.is_offline.set(true),
            _ => {}
        }
        let mut listening = self.inside.listening.borrow_mut();
        listening.retain(|listener| listener.unbounded_send(event).is_ok());
    }

    /// One page of it is put away, or back; of those that are open, by the order in which they were opened.
    pub fn say_to(&self, page: usize, event: NetworkEvent) {
        if let Some(listener) = self.inside.listening.borrow().get(page) {
            let _ = listener.unbounded_send(event);
        }
    }

    /// From now on its page came from there; `None` where there is no page.
    pub fn come_from(&self, origin: Option<&str>) {
        self.inside.page_origin.replace(origin.map(str::to_owned));
    }

    /// From now on its page may read these cookies, as a browser lists them.
    pub fn have_cookies(&self, cookies: String) {
        self.inside.page_cookies.replace(Some(cookies));
    }

    /// The far end of the next socket that was dialled, oldest first.
    #[must_use]
    pub fn dialled(&self) -> Option<FarEnd> {
        self.inside.dialled.borrow_mut().pop_front()
    }

    /// The files that its person was given since this was asked last: their names, and what is in them.
    #[must_use]
    pub fn saved(&self) -> Vec<(String, String)> {
        self.inside.saved.take()
    }

    /// From now on its storage has room for so many bytes more, as it says; `None` where it does not say.
    pub fn leave_room(&self, bytes: Option<u64>) {
        self.inside.room.set(bytes);
    }

    /// Somebody has it forget all that it keeps. As in a browser, what is open fails at its next reading or writing, and once.
    pub fn clear_storage(&self) {
        self.inside.memory.clear();
        self.inside.clearings.set(self.inside.clearings.get() + 1);
    }

    /// How many hold the device: clones of it, clocks, and what runs on it.
    #[must_use]
    pub fn holders(&self) -> usize {
        Rc::strong_count(&self.inside)
    }

    /// What is open now.
    #[must_use]
    pub fn open(&self) -> Open {
        let counts = &self.inside.counts;
        Open {
            timers: counts.timers.get(),
            sockets: counts.sockets.get(),
            listeners: counts.listeners.get(),
            storages: counts.storages.get(),
        }
    }
}

impl Platform for MemoryDevice {
    fn clock(&self) -> Rc<dyn Clock> {
        Rc::new(self.clone())
    }

    fn network(&self) -> Box<dyn Network> {
        let (sender, events) = mpsc::unbounded();
        self.inside.listening.borrow_mut().push(sender);
        Box::new(Listening {
            events,
            device: self.clone(),
            _open: Counted::new(&self.inside, |counts| &counts.listeners),
        })
    }

    fn dial(&self, server: &ServerAddress) -> Box<dyn Socket> {
        let (events, near_events) = mpsc::unbounded();
        let (near_texts, texts) = mpsc::unbounded();
        self.inside.dialled.borrow_mut().push_back(FarEnd {
            url: server.socket_url(),
            events,
            texts,
        });
        Box::new(NearEnd {
            events: near_events,
            texts: near_texts,
            _open: Counted::new(&self.inside, |counts| &counts.sockets),
        })
    }

    fn open_storage<'a>(&'a self, _: Option<&'a Path>) -> LocalBoxFuture<'a, Result<Box<dyn Storage>, OpenError>> {
        let (tab, others_wrote) = mpsc::unbounded();
        let number = self.inside.tabs_opened.get();
        self.inside.tabs_opened.set(number + 1);
        self.inside.tabs.borrow_mut().push((number, tab));
        let opened = Opened {
            memory: self.inside.memory.clone(),
            device: self.clone(),
            number,
            clearings: self.inside.clearings.clone(),
            others_wrote,
            _open: Counted::new(&self.inside, |counts| &counts.storages),
        };
        ready(Ok(Box::new(opened) as Box<dyn Storage>)).boxed_local()
    }

    fn page_origin(&self) -> Option<String> {
        self.inside.page_origin.borrow().clone()
    }

    fn is_kept_offline(&self) -> bool {
        self.inside.is_kept_offline.get()
    }

    fn keep_offline(&self, offline: bool) {
        if self.inside.is_kept_offline.replace(offline) != offline {
            self.say(NetworkEvent::WorksOffline(offline));
        }
    }

    fn page_cookies(&self) -> Option<String> {
        self.inside.page_cookies.borrow().clone()
    }

    fn save(&self, name: &str, text: &str) {
        self.inside.saved.borrow_mut().push((name.to_owned(), text.to_owned()));
    }

    fn random(&self) -> Result<u128, NoRandomness> {
        let Some(mut dice) = self.inside.dice.get() else {
            return platform::random();
        };
        let drawn = u128::from(roll(&mut dice)) << 64 | u128::from(roll(&mut dice));
        self.inside.dice.set(Some(dice));
        Ok(drawn)
    }
}

/// The next number after `dice`, evenly spread: SplitMix64 (Steele, Lea and Flood, 2014).
pub(crate) const fn roll(dice: &mut u64) -> u64 {
    *dice = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *dice;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

impl Clock for MemoryDevice {
    fn now(&self) -> Timestamp {
        self.inside.now.get()
    }

    fn wall(&self) -> (u64, i32) {
        (self.inside.now.get().0, 0)
    }

    fn sleep_until(&self, at: Timestamp) -> LocalBoxFuture<'static, ()> {
        if at <= self.inside.now.get() {
            return ready(()).boxed_local();
        }
        let (waiter, over) = oneshot::channel();
        self.inside.waiting.borrow_mut().push((at, waiter));
        let open = Counted::new(&self.inside, |counts| &counts.timers);
        over.map(move |_| drop(open)).boxed_local()
    }
}

struct Listening {
    events: mpsc::UnboundedReceiver<NetworkEvent>,
    device: MemoryDevice,
    _open: Counted,
}

impl Network for Listening {
    fn is_online(&self) -> bool {
        !self.device.inside.is_offline.get()
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<NetworkEvent> {
        match self.events.poll_next_unpin(cx) {
            Poll::Ready(Some(event)) => Poll::Ready(event),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }
}

/// The end of a socket that the test holds: the server's.
pub struct FarEnd {
    /// Where it leads.
    pub url: String,
    events: mpsc::UnboundedSender<SocketEvent>,
    texts: mpsc::UnboundedReceiver<String>,
}

impl FarEnd {
    /// Something happens on it. What comes after the other end was dropped is lost, as on any socket.
    pub fn tell(&self, event: SocketEvent) {
        let _ = self.events.unbounded_send(event);
    }

    /// The frames that were sent since this was asked last.
    pub fn heard(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.texts.try_recv().ok()).collect()
    }

    /// Whether the other end was dropped.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.events.is_closed()
    }
}

struct NearEnd {
    events: mpsc::UnboundedReceiver<SocketEvent>,
    texts: mpsc::UnboundedSender<String>,
    _open: Counted,
}

impl Socket for NearEnd {
    fn send(&mut self, text: String) {
        let _ = self.texts.unbounded_send(text); // to a server that has gone: lost
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent> {
        let event = self.events.poll_next_unpin(cx);
        event.map(|event| event.unwrap_or(SocketEvent::Closed))
    }
}

/// The device's memory, which stands for a disk: it outlives those who open it, and several tabs may.
struct Opened {
    memory: Memory,
    device: MemoryDevice,
    number: usize,
    /// How often it was cleared before the last reading or writing.
    clearings: Cell<usize>,
    others_wrote: mpsc::UnboundedReceiver<()>,
    _open: Counted,
}

impl Opened {
    /// Whether it was cleared since it was asked last.
    fn was_closed(&self) -> bool {
        let now = self.device.inside.clearings.get();
        self.clearings.replace(now) != now
    }
}

/// The right to send for all tabs: one has it, and the others wait in line.
#[derive(Default)]
struct Lead {
    is_held: Cell<bool>,
    waiting: RefCell<VecDeque<oneshot::Sender<Held>>>,
}

struct Held(Rc<Lead>);

impl Drop for Held {
    fn drop(&mut self) {
        let next = self.0.waiting.borrow_mut().pop_front();
        match next {
            // One that is gone drops it at once, and so hands it on.
            Some(next) => drop(next.send(Held(self.0.clone()))),
            None => self.0.is_held.set(false),
        }
    }
}

/// An answer that takes a moment, as every storage's does: what is shown meanwhile is shown here, too.
fn later<T: 'static>(answer: impl Future<Output = T> + 'static) -> LocalBoxFuture<'static, T> {
    let mut is_asked = false;
    let moment = poll_fn(move |cx| {
        if std::mem::replace(&mut is_asked, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    });
    moment.then(|()| answer).boxed_local()
}

impl Storage for Opened {
    fn durability(&self) -> Durability {
        Durability::Durable
    }

    fn load(&self, namespace: Namespace, cold: bool) -> LocalBoxFuture<'static, Result<Records, StorageError>> {
        if self.was_closed() {
            return later(ready(Err(StorageError::Broken)));
        }
        later(self.memory.load(namespace, cold))
    }

    fn commit(&self, namespace: Namespace, transaction: Transaction) -> LocalBoxFuture<'static, Outcome> {
        if self.was_closed() {
            return later(ready(Outcome::Failed(StorageError::Broken)));
        }
        later(self.memory.commit(namespace, transaction))
    }

    fn note(&self, name: &str) -> LocalBoxFuture<'static, Option<String>> {
        self.memory.note(name)
    }

    fn write_note(&self, name: &str, text: &str) -> LocalBoxFuture<'static, Result<(), StorageError>> {
        self.memory.write_note(name, text)
    }

    fn room(&self) -> LocalBoxFuture<'static, Option<u64>> {
        ready(self.device.inside.room.get()).boxed_local()
    }

    fn announce(&self) {
        let mut tabs = self.device.inside.tabs.borrow_mut();
        tabs.retain(|(number, tab)| *number == self.number || tab.unbounded_send(()).is_ok());
    }

    fn poll_sibling(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.others_wrote.poll_next_unpin(cx) {
            Poll::Ready(Some(())) => Poll::Ready(()),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn lead(&self, namespace: &Namespace) -> LocalBoxFuture<'static, Box<dyn Any>> {
        let mut leads = self.device.inside.leads.borrow_mut();
        let lead = leads.entry(name_of(namespace)).or_default().clone();
        if !lead.is_held.replace(true) {
            return ready(Box::new(Held(lead)) as Box<dyn Any>).boxed_local();
        }
        let (waiter, held) = oneshot::channel();
        lead.waiting.borrow_mut().push_back(waiter);
        held.map(|held| Box::new(held) as Box<dyn Any>).boxed_local()
    }
}
