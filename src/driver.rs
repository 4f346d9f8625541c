//! The engine's hands: one loop's worth of waiting and doing, on any target.
//!
//! [`Driver::next`] waits for what happens next: a frame, a storage's answer, news of the device, a timer.
//! [`Driver::take`] hands it to the engine and performs what the engine asks for, in order. Whoever owns a driver
//! calls the two in turn and shows what the engine knows in between: a page by signals, a terminal by lines.
//!
//! Storing goes on while frames go out: a transaction's outcome comes back as an input. There is one transaction at a
//! time. Dropping the driver closes its socket and ends its listening; a transaction under way is still carried out.

mod calling;
mod leading;
mod meeting;
mod options;
mod room;
mod values;

use std::{
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, join3},
};

use calling::{device_in, note_of};
use leading::Leading;
pub use meeting::{MeetError, meet};
pub use options::{Fallback, Leads, NoFallback, Options, StartError};
use room::Room;

use crate::{
    config::NOTICES_LEN_MAX,
    platform::{self, Clock, Network, NetworkEvent, Platform, ServerAddress, Socket, SocketEvent, Storage},
    protocol::{ClientId, SignedIn},
    sync::{
        Birth, Command, Effect, Engine, Input, Note, Notice,
        storage::{Lacks, Namespace, Outcome, StorageError},
    },
    time::Timestamp,
};

/// The file of what waits.
const EXPORT_NAME: &str = "tideboard-outbox.json";

/// An engine with this device around it.
pub struct Driver {
    engine: Engine,
    platform: Rc<dyn Platform>,
    clock: Rc<dyn Clock>,
    network: Box<dyn Network>,
    storage: Box<dyn Storage>,
    fallback: Box<dyn Fallback>,
    server: ServerAddress,
    /// The server was named, and has not said welcome yet.
    to_meet: bool,
    leads: Leads,
    online: bool,
    shown: bool,
    /// The dial that counts, with its socket.
    socket: Option<(u64, Box<dyn Socket>)>,
    /// What the storage does now, and what it is to do next.
    storing: Option<LocalBoxFuture<'static, Input>>,
    to_store: VecDeque<Job>,
    /// The server function under way; the engine asks for one at a time.
    asking: Option<LocalBoxFuture<'static, Input>>,
    /// What another tab has called this device since; asked only where nobody gave it a name at the start.
    naming: Option<LocalBoxFuture<'static, Option<String>>>,
    is_given_a_name: bool,
    /// The last live values of an earlier start: being read, and read.
    recalling: Option<LocalBoxFuture<'static, Option<String>>>,
    recalled: Option<String>,
    /// They were let go: what people do needs the room.
    is_short_of_room: bool,
    room: Room,
    measuring: Option<LocalBoxFuture<'static, Option<u64>>>,
    /// The number by which this device's tabs are counted as one, where they are.
    mark: Option<u32>,
    /// Under whose name it works, as noted for the next start.
    remembered: Option<Namespace>,
    /// This tab has called it something, which is being written.
    to_announce: bool,
    /// The right to send for all of this device: waited for, then held.
    leading: Leading,
    /// Inputs that are there already.
    ready: VecDeque<Input>,
    notices: VecDeque<Notice>,
    /// Why edits don't outlive the page, when they don't.
    memory_only: Option<String>,
}

impl Driver {
    /// Opens what the device offers and gives birth to an engine. It does nothing yet: give it [`Command::Connect`].
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let (storage, memory_only) = options.open_storage().await?;
        let server = options.server(&*storage).await?;
        let token = options.token.as_deref();
        // Read together: one after the other, each would wait for its turn at the storage.
        let (mut note, named, marked) = join3(
            storage.note(&Note::name_for(server.origin(), token)),
            storage.note(options::DEVICE_NOTE),
            storage.note(options::MARK_NOTE),
        )
        .await;
        if note.is_none() && token.is_some() {
            // All that earlier versions kept.
            note = storage.note(&Note::name_for(server.origin(), None)).await;
        }
        let note: Option<Note> = note.and_then(|text| crate::protocol::read(&text).ok());
        let cookies = options.platform.page_cookies();
        let signed_in = cookies.and_then(|cookies| SignedIn::among(&cookies));
        let stores_before = Note::stores_before(note.as_ref());
        let namespace = note.and_then(|note| note.namespace_for(options.token.as_deref(), signed_in.as_ref()));
        let to_meet = options.server.is_some();
        let random = options.platform.random().map_err(StartError::NoRandomness)?;
        let seed = options.platform.random().map_err(StartError::NoRandomness)?;
        let is_given_a_name = options.device.is_some();
        let device = options.device.or_else(|| device_in(&named?));
        let marked = marked.and_then(|text| text.parse().ok());
        let drawn = calling::drawn(&platform::device_name(), device.as_ref(), marked.is_none(), random);
        let mark = marked.unwrap_or((seed >> 64) as u32);
        let mark = matches!(options.leads, Leads::Elected).then_some(mark);
        let engine = Engine::new(Birth {
            client: ClientId(random),
            seed: (seed & u128::from(u64::MAX)) as u64,
            token: options.token,
            device,
            mark,
            namespace,
            stores_before,
            durability: storage.durability(),
        });
        let network = options.platform.network();
        let mut driver = Self {
            engine,
            clock: options.platform.clock(),
            platform: options.platform,
            online: network.is_online(),
            shown: true,
            network,
            storage,
            fallback: options.fallback,
            server,
            to_meet,
            leads: options.leads,
            socket: None,
            storing: None,
            to_store: VecDeque::new(),
            asking: None,
            naming: None,
            is_given_a_name,
            recalling: None,
            recalled: None,
            is_short_of_room: false,
            room: Room::default(),
            measuring: None,
            mark,
            remembered: None,
            to_announce: false,
            leading: Leading::default(),
            ready: VecDeque::new(),
            notices: VecDeque::new(),
            memory_only,
        };
        if matches!(driver.leads, Leads::Always) {
            driver.ready.push_back(Input::Leading(true));
        }
        if let Some(drawn) = drawn {
            driver.command(Command::Name(drawn));
        }
        if let Some(mark) = mark.filter(|_| marked.is_none()) {
            driver.note(options::MARK_NOTE, mark.to_string());
        }
        // What the engine wants at birth: its first effects come with its first input.
        driver.ready.push_back(Input::TimerExpired);
        Ok(driver)
    }

    /// Waits for what happens next. May be dropped at any time; nothing is lost by it.
    pub async fn next(&mut self) -> Input {
        let mut timer = self.engine.next_wakeup().map(|at| self.clock.sleep_until(at));
        poll_fn(|cx| match self.poll(cx) {
            Poll::Ready(input) => Poll::Ready(input),
            Poll::Pending => match &mut timer {
                Some(timer) => timer.poll_unpin(cx).map(|()| Input::TimerExpired),
                None => Poll::Pending,
            },
        })
        .await
    }

    /// What has happened already, without waiting.
    pub fn next_ready(&mut self) -> Option<Input> {
        poll_fn(|cx| self.poll(cx)).now_or_never()
    }

    /// What this device lacks for its tabs to work as one.
    pub fn lacks(&self) -> Lacks {
        self.storage.lacks()
    }

    /// Hands an input to the engine and performs its effects in their order.
    pub fn take(&mut self, input: Input) {
        if self.to_announce && self.is_idle() {
            // Written: the other tabs read it, whichever of them sends.
            self.to_announce = false;
            self.storage.announce();
        }
        if let Input::Committed(Outcome::Failed(StorageError::Full)) = input {
            self.let_values_go();
            self.look_for_room(true);
        }
        self.look_for_room(false);
        let effects: Vec<Effect> = self.engine.handle(self.clock.now(), input).collect();
        for effect in effects {
            self.perform(effect);
        }
        if self.to_meet && self.engine.is_welcome() {
            self.to_meet = false;
            self.note(options::SERVER_NOTE, self.server.origin().to_owned());
        }
    }

    /// Hands it a command. What a person chose for this device is remembered.
    pub fn command(&mut self, command: Command) {
        match &command {
            Command::Connect | Command::Disconnect => {
                self.platform.keep_offline(command == Command::Disconnect);
            }
            Command::Name(device) => {
                self.note(options::DEVICE_NOTE, note_of(device));
                self.to_announce = true;
            }
            _ => {}
        }
        self.take(Input::Wall(self.clock.wall().0));
        self.take(Input::Command(command));
    }

    /// Gives the person a file of what waits, where the device can.
    pub fn export(&self) {
        self.platform.save(EXPORT_NAME, &self.engine.export());
    }

    /// What was to be told since the last call; at most the newest [`NOTICES_LEN_MAX`].
    pub fn notices(&mut self) -> impl Iterator<Item = Notice> + use<> {
        std::mem::take(&mut self.notices).into_iter()
    }

    /// What the engine knows.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The instant on the clock the engine runs by.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The device's clocks.
    #[must_use]
    pub fn clock(&self) -> Rc<dyn Clock> {
        self.clock.clone()
    }

    /// The device's own opinion of its network.
    #[must_use]
    pub const fn is_online(&self) -> bool {
        self.online
    }

    /// Whether somebody can see the page, as far as the device tells.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        self.shown
    }

    /// Whether a person works offline in this browser, since before the page was loaded.
    #[must_use]
    pub fn is_kept_offline(&self) -> bool {
        self.platform.is_kept_offline()
    }

    /// The server it speaks with.
    #[must_use]
    pub const fn server(&self) -> &ServerAddress {
        &self.server
    }

    /// Why edits don't outlive this page, when they don't.
    #[must_use]
    pub fn memory_only(&self) -> Option<&str> {
        self.memory_only.as_deref()
    }

    /// Whether everything that was to be stored is stored.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.storing.is_none() && self.to_store.is_empty()
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        loop {
            if let Some(input) = self.ready.pop_front() {
                return Poll::Ready(input);
            }
            if let Poll::Ready(input) = self.poll_storing(cx) {
                return Poll::Ready(input);
            }
            if let Poll::Ready(input) = self.poll_socket(cx) {
                return Poll::Ready(input);
            }
            if let Poll::Ready(input) = poll_once(&mut self.asking, cx) {
                return Poll::Ready(input);
            }
            if let Poll::Ready(lead) = poll_once(&mut self.leading.electing, cx) {
                self.leading.lead = Some(lead);
                return Poll::Ready(Input::Leading(true));
            }
            if let Poll::Ready(note) = poll_once(&mut self.naming, cx)
                && let Some(device) = note.as_deref().and_then(device_in)
            {
                return Poll::Ready(Input::Command(Command::Name(device)));
            }
            if let Poll::Ready(text) = poll_once(&mut self.recalling, cx) {
                self.recalled = text;
                return Poll::Ready(Input::TimerExpired);
            }
            if let Poll::Ready(left) = poll_once(&mut self.measuring, cx) {
                self.measured(left);
                return Poll::Ready(Input::TimerExpired);
            }
            if self.storage.poll_sibling(cx).is_ready() {
                if !self.is_given_a_name {
                    self.naming = Some(self.storage.note(options::DEVICE_NOTE));
                }
                return Poll::Ready(Input::SiblingWrote);
            }
            match self.network.poll_event(cx) {
                Poll::Ready(event) => self.heard(event),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_storing(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        if self.storing.is_none() && !self.leading.is_frozen {
            let job = self.to_store.pop_front();
            self.storing = job.map(|begin| begin(&*self.storage));
        }
        poll_once(&mut self.storing, cx)
    }

    fn poll_socket(&mut self, cx: &mut Context<'_>) -> Poll<Input> {
        let Some((dial, socket)) = &mut self.socket else {
            return Poll::Pending;
        };
        let dial = *dial;
        socket.poll_event(cx).map(|event| match event {
            SocketEvent::Opened => Input::Opened { dial },
            SocketEvent::Text(text) => Input::Received { dial, text },
            SocketEvent::Closed => {
                self.socket = None;
                Input::Closed { dial }
            }
        })
    }

    /// What news of the device mean to the engine.
    fn heard(&mut self, event: NetworkEvent) {
        let (first, second) = match event {
            // Frozen, it was not told of the choice of another tab.
            NetworkEvent::Woke if self.is_kept_offline() => (Input::Command(Command::Disconnect), None),
            NetworkEvent::Online | NetworkEvent::Woke => (Input::Woke, None),
            NetworkEvent::Offline => (Input::WentOffline, None),
            // A window that only got the focus has not slept.
            NetworkEvent::Shown => (Input::Visible(true), (!self.shown).then_some(Input::Woke)),
            // What was only shown so far is stored now: a hidden page may not get another moment.
            NetworkEvent::Hidden => (Input::Visible(false), Some(Input::Command(Command::Flush))),
            NetworkEvent::Suspended => (Input::Command(Command::Flush), Some(Input::Suspended)),
            NetworkEvent::Frozen => (Input::Suspended, None),
            NetworkEvent::WorksOffline(true) => (Input::Command(Command::Disconnect), None),
            NetworkEvent::WorksOffline(false) => (Input::Command(Command::Connect), None),
            NetworkEvent::Undoes { again } => return self.command(if again { Command::Redo } else { Command::Undo }),
        };
        self.online = self.network.is_online();
        self.shown = match event {
            NetworkEvent::Shown => true,
            NetworkEvent::Hidden | NetworkEvent::Suspended | NetworkEvent::Frozen => false,
            _ => self.shown,
        };
        self.ready.push_back(first);
        self.ready.extend(second);
        self.stand_back(event);
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Dial { dial } => self.socket = Some((dial, self.platform.dial(&self.server))),
            Effect::HangUp { dial } => self.socket = self.socket.take_if(|(open, _)| *open != dial),
            Effect::Send { dial, text } => {
                if let Some((_, socket)) = self.socket.as_mut().filter(|(open, _)| *open == dial) {
                    socket.send(text);
                }
            }
            Effect::Load { namespace, widgets } => self.store(move |storage| {
                let loading = storage.load(namespace.clone(), widgets);
                let loaded = move |records| Input::Loaded {
                    namespace,
                    widgets,
                    records,
                };
                loading.map(loaded).boxed_local()
            }),
            Effect::Commit { namespace, transaction } => self.store(|storage| {
                let committing = storage.commit(namespace, transaction);
                committing.map(Input::Committed).boxed_local()
            }),
            Effect::Broadcast => self.storage.announce(),
            Effect::Yield => self.elect(),
            Effect::Remember(namespace, note) => self.remember(&namespace, &note),
            Effect::Replay(push) => self.asking = Some(self.fallback.replay(push).map(Input::Replayed).boxed_local()),
            Effect::Read(subscribe) => {
                self.asking = Some(self.fallback.read(subscribe).map(Input::Document).boxed_local())
            }
            Effect::Notice(notice) => {
                if self.notices.len() == NOTICES_LEN_MAX {
                    self.notices.pop_front();
                }
                self.notices.push_back(notice);
            }
        }
    }

    fn note(&mut self, name: &str, text: String) {
        let name = name.to_owned();
        self.store(move |storage| storage.write_note(&name, &text).map(note_written).boxed_local());
    }

    fn store(&mut self, job: impl FnOnce(&dyn Storage) -> LocalBoxFuture<'static, Input> + 'static) {
        self.to_store.push_back(Box::new(job));
    }

    /// Keeps the note for the next start, and competes for the right to send for the namespace.
    fn remember(&mut self, namespace: &Namespace, note: &Note) {
        if let Ok(text) = serde_json::to_string(note) {
            let name = note.name(self.server.origin());
            self.store(move |storage| storage.write_note(&name, &text).map(Input::Remembered).boxed_local());
        }
        if self.remembered.replace(namespace.clone()).as_ref() == Some(namespace) {
            // Not for the first time: it was forgotten, and so is whatever else was noted.
            if let Some(device) = self.engine.device().filter(|_| !self.is_given_a_name) {
                self.note(options::DEVICE_NOTE, note_of(device));
            }
            if let Some(mark) = self.mark {
                self.note(options::MARK_NOTE, mark.to_string());
            }
        } else {
            self.elect();
        }
    }
}

/// A device that can't keep one of these starts without it: it has another name then, or no last values.
fn note_written(outcome: Result<(), StorageError>) -> Input {
    if let Err(error) = outcome {
        tracing::warn!("this device will not remember this at its next start: {error}");
    }
    Input::TimerExpired
}

/// What the storage is to do: begun when it is its turn, and by no page that stands still.
type Job = Box<dyn FnOnce(&dyn Storage) -> LocalBoxFuture<'static, Input>>;

fn poll_once<T>(future: &mut Option<LocalBoxFuture<'static, T>>, cx: &mut Context<'_>) -> Poll<T> {
    let Some(pending) = future else { return Poll::Pending };
    let polled = pending.poll_unpin(cx);
    if polled.is_ready() {
        *future = None;
    }
    polled
}
