//! The world outside: sockets, storage, clocks, and what the device says of its network.
//!
//! Bytes and clocks only. When to dial, what to retry and what to store is decided elsewhere; nothing here keeps a
//! policy or writes a signal. Everything is on one thread, and stops when it is dropped.
//!
//! Invariant: the only room that knows targets, and it does on its `mod` lines alone.

mod address;
#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
mod decimal;
mod memory;
#[cfg(not(all(feature = "web", target_arch = "wasm32")))]
mod pageless;
#[cfg(any(
    all(feature = "web", target_arch = "wasm32"),
    all(feature = "native", not(target_arch = "wasm32"))
))]
mod plan;
#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
mod user_agent;

#[cfg(not(any(
    all(feature = "web", target_arch = "wasm32"),
    all(feature = "native", not(target_arch = "wasm32"))
)))]
mod detached;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
mod native;
#[cfg(all(feature = "web", target_arch = "wasm32"))]
mod web;

use std::{
    any::Any,
    fmt,
    path::Path,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::future::LocalBoxFuture;

pub use address::{AddressError, ServerAddress};
#[cfg(feature = "testing")]
pub(crate) use memory::roll;
pub use memory::{FarEnd, Memory, MemoryDevice, Open};

#[cfg(not(any(
    all(feature = "web", target_arch = "wasm32"),
    all(feature = "native", not(target_arch = "wasm32"))
)))]
use detached as chosen;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
use native as chosen;
#[cfg(all(feature = "native", feature = "planted", not(target_arch = "wasm32")))]
#[doc(hidden)] // for the simulator, whose devices keep such a file
pub use native::Database;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub use native::{
    data_folder, draw_as_can_be, has_keyring, hear_gestures, is_charged, keep_secret, leave_keyring_out, leave_text,
    lock_holder, make_private_folder, move_secrets, notify, secret, take_back_notice, tell, write_private,
};
#[cfg(all(feature = "web", target_arch = "wasm32"))]
use web as chosen;

use crate::{
    sync::storage::{Durability, Lacks, Namespace, Outcome, Records, StorageError, Transaction},
    time::Timestamp,
};

/// The device's clocks.
pub trait Clock {
    /// Milliseconds on a clock that never goes back. Its origin is the start of the page or process; whether it counts
    /// while the device sleeps is the system's choice.
    fn now(&self) -> Timestamp;
    /// Wall time, for people: milliseconds since the Unix epoch, and the minutes that local time is ahead of UTC.
    fn wall(&self) -> (u64, i32);
    /// Ends at the given instant, or a little later.
    fn sleep_until(&self, at: Timestamp) -> LocalBoxFuture<'static, ()>;
}

/// One WebSocket, from dialling to its end. Closes when it is dropped.
pub trait Socket {
    /// Sends a text frame, or queues it; what can't be sent any more is dropped, and [`SocketEvent::Closed`] follows.
    fn send(&mut self, text: String);
    /// The next event, as it comes. Nothing comes after [`SocketEvent::Closed`].
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent>;
}

/// What happens on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame.
    Text(String),
    /// It is gone, or could not be opened.
    Closed,
}

/// What the device says of its network and of who looks at it.
pub trait Network {
    /// The device's own opinion; `true` where it has none.
    fn is_online(&self) -> bool;
    /// The next event, as it comes.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<NetworkEvent>;
}

/// News of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkEvent {
    /// There is a network again.
    Online,
    /// There is none.
    Offline,
    /// The device slept, or the page was frozen, and is back.
    Woke,
    /// A person can see the page, or has just turned to it.
    Shown,
    /// Nobody can.
    Hidden,
    /// The page is put away, perhaps for good.
    Suspended,
    /// It stands still from this moment on, until [`NetworkEvent::Woke`]: what it begins it may not end.
    Frozen,
    /// In another tab of the browser the person has chosen to work offline, or no longer to.
    WorksOffline(bool),
    /// The keys of undo were pressed, or those of redo (`again`), where [`hear_keys`] has it told.
    Undoes {
        /// Whether it is a redo.
        again: bool,
    },
}

/// What a finger, or the key of a phone, wants of the app as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// Back, where nothing is open on the page that it could close.
    Back,
    /// The page was pulled down from its top, and let go.
    Pulled,
}

/// Records under namespaces, shared by every tab, window or process of a profile.
///
/// [`crate::sync::storage::apply`] is the meaning of a transaction. Futures don't borrow the storage, and a transaction
/// that was started is carried out even if its future is dropped.
pub trait Storage {
    /// How well it keeps what it is given.
    fn durability(&self) -> Durability;
    /// What it lacks for tabs to work as one.
    fn lacks(&self) -> Lacks {
        Lacks::default()
    }
    /// Reads what is stored under a namespace in one transaction; `cold` as well what
    /// [`crate::sync::storage::is_cold`].
    fn load(&self, namespace: Namespace, cold: bool) -> LocalBoxFuture<'static, Result<Records, StorageError>>;
    /// Carries out a transaction. It is answered when it is on disk, as far as the device can tell.
    fn commit(&self, namespace: Namespace, transaction: Transaction) -> LocalBoxFuture<'static, Outcome>;
    /// Reads a note: small texts that belong to no namespace.
    fn note(&self, name: &str) -> LocalBoxFuture<'static, Option<String>>;
    /// Writes a note.
    fn write_note(&self, name: &str, text: &str) -> LocalBoxFuture<'static, Result<(), StorageError>>;
    /// How many bytes more it has room for, roughly; `None` where the device does not tell.
    fn room(&self) -> LocalBoxFuture<'static, Option<u64>> {
        Box::pin(std::future::ready(None))
    }
    /// Tells the other tabs and windows that something was written.
    fn announce(&self);
    /// Ready once for every time, or run of times, that another tab, window or process has written.
    fn poll_sibling(&mut self, cx: &mut Context<'_>) -> Poll<()>;
    /// Ends when this one holds the right to send for a namespace, which it does until the value is dropped.
    fn lead(&self, namespace: &Namespace) -> LocalBoxFuture<'static, Box<dyn Any>>;
}

/// Why a durable storage can't be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// There is none here, or the browser does not allow it: a private window, say.
    Unavailable {
        /// What the system said.
        reason: String,
        /// What to do, in a sentence.
        advice: &'static str,
    },
    /// It was written by a newer version of this program. It is left untouched.
    Newer,
    /// It was written by another program. It is left untouched.
    Foreign,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable { reason, advice } => {
                write!(
                    f,
                    "this device's storage can't be opened: {}. {advice}",
                    reason.trim_end_matches('.')
                )
            }
            Self::Newer => write!(
                f,
                "this device's storage was written by a newer version. Update this program; nothing was changed."
            ),
            Self::Foreign => write!(
                f,
                "this device's storage belongs to another program. Choose another folder; nothing was changed."
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The operating system gave no random bytes. Try again.")
    }
}

impl std::error::Error for NoRandomness {}

/// A plain request to the page's own server: `GET` without a body, `POST` of JSON with one. Gives the body of the answer.
pub type Fetch = fn(path: String, body: Option<String>) -> LocalBoxFuture<'static, Result<String, FetchError>>;

/// How to make a request, where there is a page.
pub const FETCH: Option<Fetch> = chosen::FETCH;

/// What a page is shown in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownIn {
    /// A tab of a browser, for which a server may render it.
    Tab,
    /// A window of the program's own.
    Window,
    /// The app of a phone.
    App,
}

/// What a page of this program is shown in.
pub const SHOWN_IN: ShownIn = chosen::SHOWN_IN;

/// Why a request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// The server could not be reached.
    Unreachable,
    /// The server did not do what it was asked for.
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => write!(f, "the server can't be reached. Nothing was lost; try again."),
            Self::Refused { status } => write!(f, "the server answered with status {status}. Nothing was lost."),
        }
    }
}

impl std::error::Error for FetchError {}

/// What an engine runs on. [`here`] is this device; a test brings another one, a [`MemoryDevice`] say.
pub trait Platform {
    /// Its clocks.
    fn clock(&self) -> Rc<dyn Clock>;
    /// Its network, listened to as long as the value lives.
    fn network(&self) -> Box<dyn Network>;
    /// Starts to open a socket. What comes of it is an event.
    fn dial(&self, server: &ServerAddress) -> Box<dyn Socket>;
    /// Opens its durable storage, in a folder where it has folders; `None` for the usual one. Fails with an [`OpenError`].
    fn open_storage<'a>(&'a self, folder: Option<&'a Path>) -> LocalBoxFuture<'a, Result<Box<dyn Storage>, OpenError>>;
    /// The server that its page came from, where there is a page.
    fn page_origin(&self) -> Option<String>;
    /// Whether [`Platform::keep_offline`] was told so, by any tab: a page that is loaded goes on as the person left it.
    fn is_kept_offline(&self) -> bool;
    /// Remembers that a person works offline, or no longer does, for all tabs of the browser, and tells the others by
    /// [`NetworkEvent::WorksOffline`]; where there are no tabs it is forgotten with the app.
    fn keep_offline(&self, offline: bool);
    /// The cookies that its page may read, as a browser lists them, where there is a page.
    fn page_cookies(&self) -> Option<String> {
        chosen::page_cookies()
    }
    /// Gives the person a file of that name, where it can.
    fn save(&self, name: &str, text: &str) {
        chosen::save(name, text);
    }
    /// 128 bits for ids and for spreading retries; by default the operating system's. Fails with [`NoRandomness`].
    fn random(&self) -> Result<u128, NoRandomness> {
        random()
    }
}

/// This device.
#[must_use]
pub fn here() -> Rc<dyn Platform> {
    Rc::new(Here)
}

struct Here;

impl Platform for Here {
    fn clock(&self) -> Rc<dyn Clock> {
        chosen::clock()
    }

    fn network(&self) -> Box<dyn Network> {
        chosen::network()
    }

    fn dial(&self, server: &ServerAddress) -> Box<dyn Socket> {
        chosen::dial(server)
    }

    fn open_storage<'a>(&'a self, folder: Option<&'a Path>) -> LocalBoxFuture<'a, Result<Box<dyn Storage>, OpenError>> {
        Box::pin(chosen::open_storage(folder))
    }

    fn page_origin(&self) -> Option<String> {
        chosen::page_origin()
    }

    fn is_kept_offline(&self) -> bool {
        chosen::is_kept_offline()
    }

    fn keep_offline(&self, offline: bool) {
        chosen::keep_offline(offline);
    }
}

/// Has the keys of undo and redo told, as [`NetworkEvent::Undoes`], and whatever names Ctrl+K as its key pressed by that; or no longer. Counted.
/// Nobody but a browser's page and the window of a desktop hears them.
pub fn hear_keys(heard: bool) {
    chosen::hear_keys(heard);
}

/// What tells of a pressed key, in a browser's page.
pub type KeyPressed = chosen::KeyPressed;

/// What a pressed key is called: `Escape`, or the character that it gives.
pub fn key_name(event: &KeyPressed) -> String {
    chosen::key_name(event)
}

/// 128 bits from the operating system.
///
/// # Errors
/// [`NoRandomness`].
pub fn random() -> Result<u128, NoRandomness> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(u128::from_le_bytes(bytes))
}

/// What kind of device this is, for people: `Firefox on Linux`.
#[must_use]
pub fn device_name() -> String {
    chosen::device_name()
}

/// The selection in the text box that has the focus and holds this text: its start and end, in UTF-16 units. `None` where there
/// is no such box, or no way to know.
#[must_use]
pub fn selection(text: &str) -> Option<(u32, u32)> {
    chosen::selection(text)
}

/// Whether a part of the page that a selector of style sheets names is there now; not where there is nobody to ask.
pub fn is_on_page(selector: &str) -> bool {
    chosen::is_on_page(selector)
}

/// Gives the focus to a part of the page that a selector of style sheets names, which brings it into sight; nothing where it is not
/// there, or nobody to ask.
pub fn go_to(selector: &str) {
    chosen::go_to(selector);
}

/// What all tabs of this browser remember by a name, of choices that are no edits; nothing elsewhere, or where the person's settings deny it.
pub fn remembered(name: &str) -> Option<String> {
    chosen::remembered(name)
}

/// Has it remembered, as far as that is allowed.
pub fn remember(name: &str, text: &str) {
    chosen::remember(name, text);
}

/// What this tab alone remembers by a name, also when it is loaded again; nothing elsewhere, or where the person's settings deny it.
pub fn jotted(name: &str) -> Option<String> {
    chosen::jotted(name)
}

/// Has it remembered before this returns, as far as that is allowed; `None` is forgotten.
pub fn jot(name: &str, text: Option<&str>) {
    chosen::jot(name, text);
}

/// The picture of a board, as markup, that the service worker has laid into the page; nothing where there is none.
pub fn kept_picture() -> String {
    chosen::kept_picture()
}

/// Puts the selection of the text box that has the focus there, where that can be done.
pub fn select(start: u32, end: u32) {
    chosen::select(start, end);
}

/// Puts a text where a person pastes from. Whether that could be done: it can't where there is no page, or its browser does not let it.
#[must_use]
pub fn copy(text: &str) -> bool {
    chosen::copy(text)
}

/// Puts the text of the file that was chosen in the page's box for one, as far as a board file goes and a byte more, into the box
/// called `file`; nothing where there is no page.
pub fn take_chosen_file() {
    chosen::take_chosen_file();
}

/// What the tab of a browser or the window of a desktop is called from now on; nothing elsewhere.
pub fn entitle(title: &str) {
    chosen::entitle(title);
}

/// The words that a page's server has written into it; `None` where there is no page, or it speaks English.
pub fn page_words() -> Option<String> {
    chosen::page_words()
}

/// Has the browser keep a cookie, as a page writes it; nothing elsewhere.
pub fn set_cookie(cookie: &str) {
    chosen::set_cookie(cookie);
}

/// Loads the page anew; nothing elsewhere.
pub fn load_again() {
    chosen::load_again();
}

/// The address, of its own server, from which a page is loaded again; nothing elsewhere.
pub fn stand_at(address: &str) {
    chosen::stand_at(address);
}

/// What came of a card that a pointer carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was put down on the one at this place of the board.
    Place(usize),
    /// It was given the size at this place of the list.
    Size(usize),
}

/// A pointer takes hold of the handle of a card (`.arrange`) that is at a point of the window, if it is one to be moved or given
/// another size there, and the pointer's is none yet: by its title or its corner, or with a mouse by all that is no button. From then on
/// the card follows. Its sizes, and which of them it has. Only in a browser.
pub fn grasp(pointer: i32, at: (f64, f64), is_mouse: bool, sizes: &'static [&'static str], size: usize) {
    chosen::grasp(pointer, at, is_mouse, sizes, size);
}

/// What lies at a point of the window hears of a pointer that was pressed there until it is let go, wherever it goes. Only in a browser.
pub fn hold_pointer(pointer: i32, at: (f64, f64)) {
    chosen::hold_pointer(pointer, at);
}

/// The pointer is at another point of the window.
pub fn carry(pointer: i32, at: (f64, f64)) {
    chosen::carry(pointer, at);
}

/// The pointer lets go of what it carries: what has come of that, and nothing where it is as before.
pub fn let_go(pointer: i32) -> Option<Put> {
    chosen::let_go(pointer)
}

/// What a pointer carries, or any, goes back to where it was; whether there was something.
pub fn put_back(pointer: Option<i32>) -> bool {
    chosen::put_back(pointer)
}
