//! Every limit and timeout, named, with units and the reason for its value.
//!
//! Units come last in a name: `_ms` milliseconds, `_s` seconds, `_bytes` bytes, `_len_max` a count of items.

mod beating;
mod pictures;
mod programs;
mod sampling;
mod searching;
mod storing;
mod stretches;
mod window;

pub use beating::*;
pub use pictures::*;
pub use programs::*;
pub use sampling::*;
pub use searching::*;
pub use storing::*;
pub use stretches::*;
pub use window::*;

/// The WebSocket subprotocol both sides must speak; a change that an older peer can't read gets a new one.
pub const SUBPROTOCOL: &str = "tideboard.v1";
/// The data model's version, stamped on operations. The server migrates older ones and answers `retry` to newer ones.
///
/// 2 knows timers, and removals that are undone.
pub const SCHEMA: u32 = if crate::planted::IS_PREVIOUS { 1 } else { 2 };
/// The oldest client's data model that the server can read.
pub const SCHEMA_MIN: u32 = 1;
/// Path of the socket.
pub const SOCKET_PATH: &str = "/api/v1/socket";

// Sizes on the wire.

/// A frame: small enough that at 8 KiB/s one never hides the heartbeat for longer than [`DEAD_AFTER_MS`].
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// What a frame may hold before the sender starts the next one; leaves room for its envelope.
pub const FRAME_FILL_BYTES: usize = 56 * 1024;
/// A field's value, encoded.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;
/// Arrays and objects within each other in a value: a reader of JSON gives up at 128, and a record or a frame puts a
/// dozen around it.
pub const VALUE_DEPTH_MAX: usize = 64;
/// All fields of a widget, encoded: a widget crosses in one frame.
pub const WIDGET_BYTES_MAX: usize = 44 * 1024;
/// Operations sent and not answered yet. Past it the rest wait on the device.
pub const IN_FLIGHT_LEN_MAX: usize = 1_000;
/// Bytes of operations sent and not answered yet.
pub const IN_FLIGHT_BYTES_MAX: usize = 128 * 1024;
/// Ids, kinds and field names, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Colours that a device may be known by: those of the series in a chart.
pub const COLOURS_LEN: u8 = 8;
/// An app's own named event, encoded; events are lossy.
pub const EVENT_BYTES_MAX: usize = 4 * 1024;

// Sizes of state.

/// Operations that may wait on one device; a further edit is refused with the reason.
pub const OUTBOX_LEN_MAX: usize = 20_000;
/// Widgets on a board, removed ones that are still kept included.
pub const WIDGETS_LEN_MAX: usize = 2_000;
/// What a field takes on the wire beside its value: its name, revision, operation and writer, each at its longest.
pub const FIELD_OVERHEAD_BYTES: usize = 452;
/// Fields of a widget.
pub const FIELDS_LEN_MAX: usize = 256;
/// Lines that are kept of a log by who adds one: as many as fit on some screens, and in [`LOG_BYTES_MAX`] with a sentence in each.
pub const LOG_LEN_MAX: usize = 60;
/// The same in bytes, each line its text and [`FIELD_OVERHEAD_BYTES`]: what people add without a network, who make room for the same
/// lines, and what programs add, has the rest of [`WIDGET_BYTES_MAX`].
pub const LOG_BYTES_MAX: usize = 32 * 1024;
/// Boards of a store.
pub const BOARDS_LEN_MAX: usize = 500;
/// Boards one connection may watch.
pub const SUBSCRIPTIONS_LEN_MAX: usize = 64;
/// Ranges of undecided operations asked for of one start of a client.
pub const UNDECIDED_RANGES_LEN_MAX: usize = 500;
/// Operations a device remembers as its own after they were applied, for undo and after a restored backup.
pub const JOURNAL_LEN_MAX: usize = 5_000;
/// Conflicts and set-aside operations a device keeps: none of them goes by itself, and past it new edits are refused until
/// their author has decided some.
pub const KEPT_LEN_MAX: usize = 5_000;
/// App events queued while there is no connection; the oldest go first.
pub const EVENT_QUEUE_LEN_MAX: usize = 64;

// Board files.

/// Version of what a board file is; one that says a later one is not read.
pub const BOARD_FILE: u64 = 1;
/// A board file that is read: one of any board that can be had without a socket.
pub const BOARD_FILE_BYTES_MAX: usize = DOCUMENT_BYTES_MAX;
/// Widgets of one: each is made by a command, and all of them wait at once.
pub const BOARD_FILE_WIDGETS_LEN_MAX: usize = 1_000;

// The server's memory of verdicts.

/// Verdicts are kept for this long…
pub const HORIZON_MS: u64 = 90 * DAY_MS;
/// …or for this many operations of a board, whichever ends first.
pub const HORIZON_LEN_MAX: u64 = 250_000;
/// Verdicts without an effect that a board gives and keeps between two changes; past it whoever asks waits. A dozen full
/// outboxes, all of them refused.
pub const ROWS_AT_HEAD_LEN_MAX: usize = 250_000;
/// The horizon moves at most this far in one day of the server's clock, so that a clock jump only asks more questions.
pub const PRUNE_MS_PER_DAY: u64 = 2 * DAY_MS;
/// Recent changes kept in memory to serve a resume without a patch.
pub const RING_LEN_MAX: usize = 4_096;
/// Operations decided in one durable batch.
pub const BATCH_LEN_MAX: usize = 1_000;

// Time.

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Silence after which the client asks with a ping.
pub const PING_AFTER_MS: u64 = 3_000;
/// The client pings this often whatever it hears: who only listens is not silent to the server, and has a fresh stamp.
pub const PING_EVERY_MS: u64 = 30_000;
/// Silence after which a connection is dead.
pub const DEAD_AFTER_MS: u64 = 8_000;
/// A dial or a greeting that takes longer is given up.
pub const DIAL_MS_MAX: u64 = 8_000;
/// Retry window before the server has sent one: the first retry too is spread over it.
pub const RETRY_WINDOW_MS: u64 = 500;
/// Largest retry window a client uses, whatever it was sent.
pub const RETRY_WINDOW_MS_MAX: u64 = 60_000;
/// Largest retry window while somebody can see the page, and the server has not asked for more: they wait four seconds on
/// average, and a thousand such pages are 250 dials a second.
pub const RETRY_WINDOW_SEEN_MS_MAX: u64 = 8_000;
/// The same in windows of the server, where that is more: a large crowd keeps its distance.
pub const RETRY_WINDOWS_SEEN_MAX: u64 = 8;
/// At least this long between two dials that a person's edits or glances have brought forward.
pub const HASTEN_SPACING_MS: u64 = 3_000;
/// At most one operation per field in this time: ten a second while a slider is dragged.
pub const DEBOUNCE_MS: u64 = 100;
/// A deadline may be derived from a server stamp that is at most this old.
pub const STAMP_AGE_MS_MAX: u64 = 60_000;
/// A server whose clock is further behind the newest edit than this says so when it starts: less is a correction of the clock.
pub const CLOCK_BEHIND_MS_MAX: u64 = 60_000;
/// A switch that was pressed takes effect within this time, or never: long enough for a slow link, short enough that whoever pressed
/// it still stands there.
pub const SWITCH_TTL_MS: u64 = 10_000;
/// How long a switch that is about to be pressed waits for the second press.
pub const SWITCH_ARMED_MS: u64 = 5_000;
/// What had a deadline is undone within this time, or never: no switch flips back by itself when a device is in reach again.
pub const UNDO_TTL_MS: u64 = 5_000;
/// A client compares its boards with the server's this often, and up to [`REFRESH_SPREAD_MS`] later.
pub const REFRESH_EVERY_MS: u64 = 240_000;
/// Over this time the comparing of many clients is spread: five minutes is its middle.
pub const REFRESH_SPREAD_MS: u64 = 120_000;
/// A comparing that came to nothing, since something was written meanwhile, is tried again at once so many times.
pub const COMPARINGS_MISSED_MAX: u32 = 5;
/// At least this long between two comparings, however often the page is looked at.
pub const REFRESH_SPACING_MS: u64 = 10_000;
/// The holder of the send lock rereads the shared outbox this often, should a broadcast be missed.
pub const REREAD_MS: u64 = 2_000;
/// A tab of an older release than what waits in the outbox lets the others have their turn at the sending this often.
pub const YIELD_MS: u64 = 10_000;
/// Confirmed state is written to the device's cache this long after it changed; settling never waits for it.
pub const CACHE_WRITE_MS: u64 = 1_000;
/// Wait before an operation that the server asked to retry or hold is sent again, doubled each time.
pub const RETRY_MS: u64 = 250;
/// Longest such wait.
pub const RETRY_MS_MAX: u64 = 30_000;
/// Tries after which a lane shows why it waits; it goes on trying at [`RETRY_MS_MAX`].
pub const RETRY_SHOWN_AFTER: u32 = 3;
/// Failed dials after which replay by server function is tried beside the socket.
pub const FALLBACK_AFTER: u32 = 3;
/// Milliseconds between two tries by server function.
pub const FALLBACK_MS: u64 = 5_000;
/// A sampled widget is stale after this many missed intervals, even on a live socket.
pub const SAMPLE_MISSED_MAX: u64 = 3;
/// Interval of the built-in host metrics.
pub const SAMPLE_INTERVAL_MS: u64 = 1_000;
/// Samples kept per series for the charts of the last minutes.
pub const SAMPLE_HISTORY_LEN_MAX: usize = 300;

// The store.

/// A page of the database: SQLite's own default, and what most file systems write at once.
pub const STORE_PAGE_BYTES: i64 = 4 * 1024;
/// The write-ahead log is folded into the database at this size: large enough that folding is rare under load.
pub const STORE_WAL_BYTES: i64 = 16 * 1024 * 1024;
/// A database grows to this size, and then says that it is full.
pub const STORE_BYTES_MAX: i64 = 64 * 1024 * 1024 * 1024;
/// A board gets a new snapshot after this many operations: reading that many at a start takes well under a second.
pub const SNAPSHOT_LEN: usize = 10_000;
/// Requests queued to the committer; past it, sessions wait. Room for a full batch of single operations.
pub const REQUESTS_LEN_MAX: usize = 1_024;
/// What a catch-up counts for in a batch, in operations: at most 20 boards wait in memory to be sent.
pub const SUBSCRIBE_WEIGHT: usize = 50;

// The server's capacity.

/// Sockets open at once.
pub const CONNECTIONS_LEN_MAX: usize = 10_000;
/// Sockets open at once from one address, which may be a whole site behind one router: some hundred people with a few
/// devices each. Ten such sites fill a server, one does not.
pub const SOCKETS_PER_ADDRESS_LEN_MAX: usize = CONNECTIONS_LEN_MAX / 10;
/// Frames a session accepts per second, averaged over ten seconds.
pub const FRAMES_PER_SECOND_MAX: u32 = 200;
/// Read buffer of a connection: ten thousand idle ones must fit.
pub const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Bytes queued to a slow reader before its queue is dropped and it is told that it lags.
pub const WRITE_BUFFER_BYTES_MAX: usize = 512 * 1024;
/// Connections a second the server can greet; the retry window is sized by it.
pub const ACCEPT_PER_SECOND: u64 = 1_000;

// The door.

/// Where operations are sent without a socket.
pub const OPERATIONS_PATH: &str = "/api/v1/operations";
/// Where a board is asked for without a socket; where one is read, goes on with a slash and its id.
pub const BOARDS_PATH: &str = "/api/v1/boards";
/// The principal of everybody where nobody has to sign in.
pub const LOCAL: &str = "local";
/// Where a token is swapped for a session.
pub const SESSION_PATH: &str = "/api/v1/session";
/// The page that asks for a token.
pub const SIGN_IN_PATH: &str = "/sign-in";
/// Its stylesheet.
pub const SIGN_IN_STYLE_PATH: &str = "/sign-in.css";
/// Its script, without which it works as well.
pub const SIGN_IN_SCRIPT_PATH: &str = "/sign-in.js";
/// What to do when something does not work, as a page.
pub const TROUBLESHOOTING_PATH: &str = "/troubleshooting";
/// All keys, as a page.
pub const KEYBOARD_PATH: &str = "/guides/keyboard";
/// Shortest token a person may choose; a generated one has 32 hexadecimal digits.
pub const TOKEN_CHARS_MIN: usize = 16;
/// A browser's session: a month, so that a wall display signs in rarely.
pub const SESSION_MS: u64 = 30 * DAY_MS;
/// Sessions remembered; past it the one that would end first ends now.
pub const SESSIONS_LEN_MAX: usize = 10_000;
/// Wrong tokens from one address within [`SIGN_IN_WINDOW_MS`]; more are not looked at.
pub const SIGN_IN_FAILURES_MAX: u32 = 10;
/// How long wrong tokens are held against an address.
pub const SIGN_IN_WINDOW_MS: u64 = 60 * 1_000;
/// Addresses whose wrong tokens are remembered.
pub const SIGN_IN_PEERS_LEN_MAX: usize = 4_096;
/// A share code is good for this long: time to fetch a phone, and too short to be found in a chat next week.
pub const INVITATION_MS: u64 = 10 * 60 * 1_000;
/// Share codes of one kind of access that wait to be used; a further one ends the oldest.
pub const INVITATIONS_LEN_MAX: usize = 16;
/// A certificate of the local authority: phones trust one of an authority of their owner's for 825 days at most.
pub const LEAF_MS: u64 = 90 * DAY_MS;
/// It is replaced when it has been in use for this long.
pub const LEAF_RENEW_MS: u64 = 60 * DAY_MS;
/// A machine that got another address has a certificate for it within this time.
pub const LEAF_CHECK_MS: u64 = 60 * 1_000;
/// A rendered page.
pub const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Body of a request: a full push with its envelope.
pub const BODY_BYTES_MAX: usize = 2 * IN_FLIGHT_BYTES_MAX;
/// Bytes of a socket's writes that are gathered before they go to the operating system.
pub const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// A socket gets this long to greet.
pub const GREETING_MS_MAX: u64 = DIAL_MS_MAX;
/// A socket that says nothing for this long is closed: a client pings after [`PING_AFTER_MS`], a hidden page once a minute.
pub const SILENCE_MS_MAX: u64 = 150_000;
/// One turn of writing to a socket may take this long: a full frame at 2 KiB/s.
pub const WRITE_MS_MAX: u64 = 30_000;
/// The other side gets this long to answer a close.
pub const CLOSE_MS_MAX: u64 = 1_000;
/// Answers that wait for a reader before its socket is not read any more: it asks on once it has read.
pub const BACKLOG_BYTES_MAX: usize = 4 * WRITE_BUFFER_BYTES_MAX;
/// Boards that wait for a reader to catch up before its socket is not read any more: one of the largest that are usual.
pub const CATCH_UP_BYTES_MAX: usize = DOCUMENT_BYTES_MAX;
/// Values of others that the answers to one push carry: past it its items are not decided, and asked for again.
pub const ANSWER_VALUES_BYTES_MAX: usize = 512 * 1024;
/// What is read of a board without a socket, by the measure of [`WIDGET_BYTES_MAX`]. More wants a socket, where it comes in
/// parts and at the reader's pace.
pub const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Verdicts that go with it: some thousands of operations that were applied, and a client has a thousand under way at most.
pub const DOCUMENT_VERDICTS_BYTES_MAX: usize = 1024 * 1024;
/// Frames of one connection that are being decided; further ones wait in its socket. A client that keeps two under way
/// never waits for the disk and the network in turn.
pub const UNDER_WAY_LEN_MAX: usize = 4;
/// Series one connection may watch, wildcards counted once.
pub const WATCHED_LEN_MAX: usize = 256;
/// Live series a server keeps.
pub const SERIES_LEN_MAX: usize = 2_048;
/// Name of a series, in bytes: one that has labels is long, and the longest of Debian's exporter of a machine has 239. As many as one connection
/// may watch go in one frame.
pub const SERIES_NAME_BYTES_MAX: usize = 250;
/// Newest values of live series are told at most this often, however many come.
pub const TICK_SPACING_MS: u64 = 100;
/// The series that lists those which somebody posts and nobody shows.
pub const NEW_SERIES: &str = "tideboard.new";
/// Names in that list.
pub const NEW_SERIES_LEN_MAX: usize = 20;
/// How series are kept: how long each bucket of a tier is, and how long it is kept, in milliseconds. An hour by the second, half a day by ten
/// of them, a week by the minute, and some 400 days by ten minutes.
pub const HISTORY_TIERS: [(u64, u64); 4] = [
    (1_000, 3_600_000),
    (10_000, 12 * 3_600_000),
    (60_000, 7 * 86_400_000),
    (600_000, 400 * 86_400_000),
];
/// What series have sent is written this often.
pub const HISTORY_WRITE_MS: u64 = 2_000;
/// Buckets that wait to be written, before it is done sooner.
pub const HISTORY_BUCKETS_LEN_MAX: usize = 50_000;
/// Batches of samples that wait for whoever writes them; further ones are not kept.
pub const HISTORY_BATCHES_LEN_MAX: usize = 256;
/// Who posts more looks again after this long whether there is room.
pub const HISTORY_WAIT_MS: u64 = 20;
/// Old buckets are let go of this often.
pub const HISTORY_PRUNE_MS: u64 = 600_000;
/// The file of what series have sent: some years of a few hundred.
pub const HISTORY_BYTES_MAX: i64 = 2 * 1024 * 1024 * 1024;
/// The same of a server that keeps nothing on a disk.
pub const HISTORY_IN_MEMORY_BYTES_MAX: i64 = 64 * 1024 * 1024;
/// A series that has sent nothing for this long makes room for another one, in milliseconds; its past is kept.
pub const SERIES_SILENT_MS: u64 = 3_600_000;
/// Formulas that are worked out at once: what all the boards of a server show, several times over.
pub const FORMULAS_LEN_MAX: usize = 256;
/// Series that one formula is of, as `sum(fuel*)` is. Of more there is no value, since one of some of them would be wrong.
pub const FORMULA_INPUTS_LEN_MAX: usize = 256;
/// The same of all formulas together: each has a window of its own, of some kilobytes.
pub const FORMULA_INPUTS_ALL_LEN_MAX: usize = 4_096;
/// Functions within each other in a formula: no one reads more.
pub const FORMULA_DEPTH_MAX: usize = 3;
/// Windows of formulas: as they are written, and in milliseconds.
pub const WINDOWS: [(&str, u64); 6] = [
    ("10s", 10_000),
    ("1m", 60_000),
    ("5m", 300_000),
    ("15m", 900_000),
    ("1h", 3_600_000),
    ("1d", 86_400_000),
];
/// Parts of a window: it moves on by one of them, and no value of it is looked at again but by its part.
pub const WINDOW_SLOTS_LEN: u64 = 60;
/// Values that a part of a window keeps one by one for a percentile; of more, one stands for two, for four, and so on: a percentile of
/// 5,000 in a part is off by one in a hundred of them at most.
pub const SLOT_VALUES_LEN_MAX: usize = 64;
/// Series in a list of the greatest.
pub const TOP_LEN_MAX: usize = 20;
/// What was a day ago is read so far ahead, in milliseconds, and again when half of that is used up.
pub const FORMULA_AHEAD_MS: u64 = 3_600_000;
/// Buckets of one series that are read to work a formula out: finer ones are put together.
pub const FORMULA_BUCKETS_LEN_MAX: usize = 12_000;
/// The same for a window that is to be filled when somebody begins to watch.
pub const WINDOW_BUCKETS_LEN_MAX: usize = 600;
/// A sample's time may be this far ahead of the server's.
pub const CLOCK_AHEAD_MS_MAX: u64 = 60_000;
/// One line of posted samples, in bytes.
pub const SAMPLE_LINE_BYTES_MAX: usize = 4 * 1024;
/// Samples posted at once, in bytes: a million lines and more.
pub const SAMPLES_BODY_BYTES_MAX: usize = 128 * 1024 * 1024;
/// A post of samples may take this long, which is less than the request may.
pub const SAMPLES_POST_MS_MAX: u64 = 25_000;
/// Lines of a post that are told why they were refused; the others are counted.
pub const REFUSED_LINES_TOLD_MAX: usize = 20;
/// Lists of watched series whose newest values are encoded once for all who watch the same.
pub const TICK_PACKETS_LEN_MAX: usize = 64;
/// People told of a board, the first who came; the others are counted. No more are looked at on a screen, and a herd of
/// readers gets a small frame.
pub const PEOPLE_LEN_MAX: usize = 32;
/// At least this long between two frames of people of one board, and between two of a client's own `here`.
pub const PEOPLE_EVERY_MS: u64 = 1_000;
/// Frames of people that one board's readers are sent a second, all of them together: more readers hear less often.
pub const PEOPLE_FRAMES_PER_SECOND_MAX: u64 = 500;
/// Who says nothing for this long is not among a board's people until they do: one ping and a half, so that a device
/// that is out of reach is not taken for somebody there until [`SILENCE_MS_MAX`].
pub const PEOPLE_SILENCE_MS_MAX: u64 = PING_EVERY_MS * 3 / 2;
/// At least this long between two counts of who has seen a board that one connection is told, and between two pings by which
/// a client says what was seen.
pub const SEEN_EVERY_MS: u64 = 1_000;
/// Others who have seen a change are counted up to here: nobody looks whether one more has.
pub const SEEN_OTHERS_MAX: usize = 99;
/// Processes in the table of the busiest.
pub const PROCESSES_LEN_MAX: usize = 8;
/// HTTP connections open at once, sockets not counted; further ones wait to be accepted.
pub const HTTP_CONNECTIONS_LEN_MAX: usize = 4_096;
/// The same from one address: a browser opens six.
pub const HTTP_CONNECTIONS_PER_ADDRESS_LEN_MAX: usize = HTTP_CONNECTIONS_LEN_MAX / 4;
/// Who has too many connections comes back after this long: sockets end slowly.
pub const TURNED_AWAY_S: u64 = 60;
/// So many at once are told why they are turned away; the others find the connection closed.
pub const TURNED_AWAY_AT_ONCE_LEN_MAX: usize = 64;
/// A connection gets this long to say what it wants, and is closed when it wants nothing for so long.
pub const REQUEST_HEAD_MS_MAX: u64 = 30_000;
/// Line and headers of a request.
pub const REQUEST_HEAD_BYTES_MAX: usize = 32 * 1024;
/// A request gets this long from its head to the head of its response.
pub const REQUEST_MS_MAX: u64 = 30_000;
/// Wait after the operating system refused a connection: it has no file descriptor left, and asking at once would spin.
pub const ACCEPT_RETRY_MS: u64 = 200;
/// Requests and sockets get this long to end when the server stops.
pub const DRAIN_MS_MAX: u64 = 5_000;

// The client's shell.

/// Commands that may wait for the sync loop; it takes them at once, so a full queue means that something calls in a loop.
pub const COMMANDS_LEN_MAX: usize = 1_024;
/// Inputs taken before what they came to is shown: what has arrived together is shown together.
pub const TURN_LEN_MAX: usize = 64;
/// Parts of the page that show a widget where nobody can see it: so many are brought up to date at once.
pub const UNSEEN_TOLD_LEN: usize = 16;
/// From one such lot to the next.
pub const UNSEEN_TOLD_MS: u64 = 50;
/// When a page keeps the last live values for the first time, for a start without the server: not while it comes to life.
pub const VALUES_KEPT_AFTER_MS: u64 = 2_000;
/// How often after that.
pub const VALUES_KEPT_EVERY_MS: u64 = 30_000;
/// Of all series together so many are kept, of each as many, the newest ones; of one that has rows, the last. They take some forty bytes each.
pub const VALUES_LEN_MAX: usize = 3_000;
/// Bytes of all of them; more are not kept.
pub const VALUES_BYTES_MAX: usize = 256 * 1024;
/// Ages on the page ("12 s") are told this often, while somebody can see it.
pub const CLOCK_TICK_MS: u64 = 1_000;
/// Of so many servers that were at one address before it is known, by a device, that edits may wait for them.
pub const STORES_LEN_MAX: usize = 4;
/// Pending operations listed one by one; further ones are only counted.
pub const PENDING_SHOWN_LEN_MAX: usize = 200;
/// Of more than these the newest are shown, too: so many.
pub const NEWEST_SHOWN_LEN_MAX: usize = 50;
/// What was said of an edit, with its undo, stays so long, in milliseconds: long enough to read it twice and to find the button.
pub const SAID_MS: u64 = 60_000;
/// Choices made for a person that are shown with their undo; the oldest go first.
pub const AUTO_RESOLVED_LEN_MAX: usize = 20;
/// Notices of one turn handed to listeners; past it the oldest are dropped.
pub const NOTICES_LEN_MAX: usize = 1_024;
/// Frames that may wait between a socket and the engine, each way: past it the socket is closed, and a new one catches up.
pub const SOCKET_QUEUE_LEN_MAX: usize = 1_024;
const _: () = assert!(
    FRAME_FILL_BYTES < FRAME_BYTES_MAX,
    "a filled frame must still fit with its envelope"
);
const _: () = assert!(
    WATCHED_LEN_MAX * (SERIES_NAME_BYTES_MAX + 3) < FRAME_BYTES_MAX,
    "what a connection watches is said in one frame, in quotes and with commas"
);
const _: () = assert!(
    VALUE_BYTES_MAX < WIDGET_BYTES_MAX && WIDGET_BYTES_MAX < FRAME_FILL_BYTES,
    "a widget crosses in one frame"
);
const _: () = assert!(
    LOG_LEN_MAX * FIELD_OVERHEAD_BYTES < LOG_BYTES_MAX && LOG_BYTES_MAX < WIDGET_BYTES_MAX,
    "a log holds its lines, and has room for those of others"
);
const _: () = assert!(
    IN_FLIGHT_LEN_MAX <= OUTBOX_LEN_MAX && IN_FLIGHT_LEN_MAX <= BATCH_LEN_MAX,
    "one push is one batch"
);
const _: () = assert!(
    BOARD_FILE_WIDGETS_LEN_MAX + 10 < COMMANDS_LEN_MAX && BOARD_FILE_WIDGETS_LEN_MAX < WIDGETS_LEN_MAX,
    "what a file asks for finds room among the commands of one turn, and on a board"
);
const _: () = assert!(
    PING_AFTER_MS * 2 < DEAD_AFTER_MS,
    "two pings must fit before a connection is called dead"
);
const _: () = assert!(
    PING_EVERY_MS * 2 <= STAMP_AGE_MS_MAX && PING_EVERY_MS * 2 < SILENCE_MS_MAX,
    "a ping may be lost"
);
const _: () = assert!(
    FRAME_BYTES_MAX as u64 * 1_000 / (8 * 1_024) <= DEAD_AFTER_MS,
    "a full frame must cross 8 KiB/s in time"
);
const _: () = assert!(
    PEOPLE_LEN_MAX * 512 < FRAME_FILL_BYTES,
    "all who are told of fit one frame, each with three names at their longest"
);
const _: () = assert!(
    PEOPLE_SILENCE_MS_MAX > PING_EVERY_MS && PEOPLE_SILENCE_MS_MAX < SILENCE_MS_MAX,
    "who only looks is not silent, and who is silent goes from the list before the connection does"
);
const _: () = assert!(
    REQUESTS_LEN_MAX >= BATCH_LEN_MAX,
    "a full batch must be able to queue up"
);
const _: () = assert!(
    WRITE_BUFFER_BYTES_MAX >= 2 * FRAME_BYTES_MAX,
    "a reader of full frames is not slow yet"
);
const _: () = assert!(
    BACKLOG_BYTES_MAX > WRITE_BUFFER_BYTES_MAX,
    "changes alone must not keep a reader from being read"
);
const _: () = assert!(LEAF_RENEW_MS < LEAF_MS, "a certificate is replaced before it ends");
const _: () = assert!(
    RING_LEN_MAX as u64 <= HORIZON_LEN_MAX,
    "the ring may not reach past the horizon"
);
