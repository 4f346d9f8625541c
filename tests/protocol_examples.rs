//! `docs/protocol.md` tells the truth: its JSON is what this program reads and writes, its first session is what the
//! server's core answers, its tables are this program's limits, and no word of the wire is missing from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Deserializer, Value, json};
use tideboard::{
    board::{Catalog, kinds},
    config,
    protocol::{
        Access, Answer, Base, ClientFrame, Code, Contention, Cursor, Document, Effect, Hello, IdError, Identity,
        Intent, Operation, OperationId, Push, PushItem, Rejection, Revision, ServerFrame, Subscribe, Verdict, decode,
        encode,
    },
    server::{
        authority::{Authority, Event, Reply, SessionId, Setup},
        log::Memory,
    },
    time::Timestamp,
};

const PAGE: &str = include_str!("../docs/protocol.md");

/// A fenced block of JSON values: what they are, and in the first session whose.
struct Block {
    line: usize,
    kind: String,
    whose: Option<String>,
    values: Vec<Value>,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = PAGE.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```json ") else {
            continue;
        };
        let mut words = info.split_whitespace().map(str::to_owned);
        let text: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .collect();
        let values: Result<Vec<Value>, _> = Deserializer::from_str(&text.join("\n")).into_iter().collect();
        let values = values.unwrap_or_else(|error| panic!("docs/protocol.md:{}: {error}", number + 1));
        blocks.push(Block {
            line: number + 1,
            kind: words.next().unwrap_or_default(),
            whose: words.next(),
            values,
        });
    }
    assert!(blocks.len() > 30, "only {} examples were found", blocks.len());
    blocks
}

/// Reads the value and writes it again: both ways must give what the page says.
fn check<T: Serialize + DeserializeOwned>(line: usize, value: &Value) {
    let read: T = decode(&value.to_string()).unwrap_or_else(|error| panic!("docs/protocol.md:{line}: {error}"));
    let written: Value = serde_json::from_str(&encode(&read)).expect("what is written is JSON");
    assert_eq!(
        &written, value,
        "docs/protocol.md:{line}: left what is written, right what the page says"
    );
}

#[test]
fn every_example_is_what_this_program_reads_and_writes() {
    for Block { line, kind, values, .. } in blocks() {
        for value in &values {
            match kind.as_str() {
                "client" => check::<ClientFrame>(line, value),
                "server" => check::<ServerFrame>(line, value),
                "document" => check::<Document>(line, value),
                "effect" => check::<Effect>(line, value),
                "code" => check::<Code>(line, value),
                "base" => check::<Base>(line, value),
                "intent" => check::<Intent>(line, value),
                "verdict" => check::<Verdict>(line, value),
                "contention" => check::<Contention>(line, value),
                "rejection" => check::<Rejection>(line, value),
                "answer" => check::<Answer>(line, value),
                other => panic!("docs/protocol.md:{line}: what is a {other:?}?"),
            }
        }
    }
}

#[test]
fn every_word_of_the_wire_has_an_example() {
    let shown = |kind: &str| -> BTreeSet<String> {
        let values = blocks()
            .into_iter()
            .filter(|block| block.kind == kind)
            .flat_map(|block| block.values);
        values
            .filter_map(|value| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| Some(value.as_object()?.keys().next()?.clone()))
            })
            .collect()
    };
    assert_eq!(shown("client"), variants::<ClientFrame>());
    assert_eq!(shown("server"), variants::<ServerFrame>());
    assert_eq!(shown("effect"), variants::<Effect>());
    assert_eq!(shown("code"), variants::<Code>());
    assert_eq!(shown("base"), variants::<Base>());
    assert_eq!(shown("intent"), variants::<Intent>());
    assert_eq!(shown("verdict"), variants::<Verdict>());
    assert_eq!(shown("contention"), variants::<Contention>());
    assert_eq!(shown("rejection"), variants::<Rejection>());
    assert_eq!(shown("answer"), variants::<Answer>());
}

/// The names of an enum's variants, from the decoder itself: it lists them when it meets one that it does not know.
fn variants<T: DeserializeOwned>() -> BTreeSet<String> {
    let error = serde_json::from_str::<T>("\"there is no such word\"")
        .err()
        .expect("no variant has that name")
        .to_string();
    let names: BTreeSet<String> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert!(!names.is_empty(), "serde's message has changed: {error}");
    names
}

#[test]
fn the_first_session_is_what_the_server_answers() {
    let mut server = Stage::new();
    let mut shown: Vec<ServerFrame> = Vec::new();
    let mut now = START;
    for Block {
        line,
        kind,
        whose,
        values,
    } in blocks()
    {
        let Some(session) = whose.as_deref().map(session_of) else {
            continue;
        };
        for value in &values {
            let text = value.to_string();
            if kind == "client" {
                server.receive(
                    now,
                    session,
                    decode(&text).unwrap_or_else(|error| panic!("docs/protocol.md:{line}: {error}")),
                );
                now = now.plus(1_000);
                continue;
            }
            let said = server.mail.get_mut(&session).and_then(VecDeque::pop_front);
            let said = said.unwrap_or_else(|| panic!("docs/protocol.md:{line}: the server says nothing here"));
            let expected: ServerFrame =
                decode(&text).unwrap_or_else(|error| panic!("docs/protocol.md:{line}: {error}"));
            assert_eq!(said, expected, "docs/protocol.md:{line}: left what the server says");
            shown.push(said);
        }
    }
    assert!(shown.len() > 8, "only {} frames of the session were found", shown.len());
    // A change that both hear of is shown once.
    let left: Vec<&ServerFrame> = server
        .mail
        .values()
        .flatten()
        .filter(|frame| !shown.contains(frame))
        .collect();
    assert!(left.is_empty(), "the page leaves out {left:?}");
}

/// When the first client frame of the page arrives; each next one comes a second later.
const START: Timestamp = Timestamp(1_760_000_000_000);
/// When the board was made.
const BEFORE: Timestamp = Timestamp(1_759_999_990_000);

fn session_of(name: &str) -> SessionId {
    match name {
        "ann" => 1,
        "bo" => 2,
        other => panic!("who is {other}?"),
    }
}

/// A server with the board `deck`, on which Bo has arrived.
struct Stage {
    authority: Authority,
    mail: BTreeMap<SessionId, VecDeque<ServerFrame>>,
}

impl Stage {
    fn new() -> Self {
        let setup = Setup {
            store: id("8f14e45fceea167a5a36dedd4bea2543"),
            run: id("c9f0f895fb98ab9159f51fd0297e236d"),
            epoch: id("c9f0f895fb98ab9159f51fd0297e236d"),
            memory: Memory::default(),
            catalog: Catalog::default(),
            frame_fill_bytes: config::FRAME_FILL_BYTES,
        };
        let push = Push {
            store: setup.store,
            run: setup.run,
            principal: id("server"),
            device: None,
            items: vec![
                create(1, "board", "board", &[("name", json!("Deck"))]),
                create(2, "fuel", "setpoint", &[("value", json!(3)), ("unit", json!("t"))]),
            ],
        };
        let mut stage = Self {
            authority: Authority::new(setup, BTreeMap::new()),
            mail: BTreeMap::new(),
        };
        stage.happen(
            BEFORE,
            Event::Replay {
                request: 1,
                identity: identity("server"),
                push,
            },
        );
        let bo = session_of("bo");
        let hello = Hello {
            schema: config::SCHEMA,
            store: None,
            token: None,
        };
        stage.receive(BEFORE, bo, ClientFrame::Hello(hello));
        stage.receive(
            BEFORE,
            bo,
            ClientFrame::Subscribe(Subscribe {
                board: id("deck"),
                request: 1,
                cursor: None,
                hash: None,
                undecided: Vec::new(),
                more: false,
            }),
        );
        stage.mail.clear();
        stage
    }

    fn receive(&mut self, now: Timestamp, session: SessionId, frame: ClientFrame) {
        let name = if session == session_of("ann") { "ann" } else { "bo" };
        self.happen(
            now,
            match frame {
                ClientFrame::Hello(_) => Event::Hello {
                    session,
                    identity: Some(identity(name)),
                },
                frame => Event::Frame { session, frame },
            },
        );
    }

    fn happen(&mut self, now: Timestamp, event: Event) {
        let batch = self.authority.handle(now, [event]);
        for reply in self.authority.committed(batch) {
            match reply {
                Reply::Send { session, frame } => self.mail.entry(session).or_default().push_back(frame),
                Reply::Tell { session, told } => self.mail.entry(session).or_default().extend(told),
                Reply::Publish { sessions, frame } => {
                    for session in sessions {
                        self.mail.entry(session).or_default().push_back(frame.clone());
                    }
                }
                Reply::Close { session } => panic!("session {session} was closed"),
                Reply::Replayed { .. } | Reply::Called { .. } | Reply::Document { .. } | Reply::Found { .. } => {}
            }
        }
    }
}

fn id<T: std::str::FromStr<Err = IdError>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn identity(principal: &str) -> Identity {
    Identity {
        principal: id(principal),
        access: Access::Edit,
    }
}

fn create(sequence: u64, widget: &str, kind: &str, fields: &[(&str, Value)]) -> PushItem {
    let fields = fields.iter().map(|(name, value)| (id(name), value.clone())).collect();
    let operation = Operation {
        id: OperationId {
            client: id("1679091c5a880faf6fb5e6087eb1b2dc"),
            sequence,
        },
        board: id("deck"),
        widget: id(widget),
        schema: config::SCHEMA,
        made_at: Cursor::ORIGIN,
        intent: Intent::Create { kind: id(kind), fields },
        base: None,
        base_value: None,
        deadline: None,
        resolves: None,
    };
    PushItem::Operation { operation, after: None }
}

#[test]
fn the_tables_limits_are_this_programs() {
    macro_rules! limits {
        ($($name:ident),+ $(,)?) => { BTreeMap::from([$((stringify!($name), config::$name as u64)),+]) };
    }
    let ours = limits![
        FRAME_BYTES_MAX,
        VALUE_BYTES_MAX,
        VALUE_DEPTH_MAX,
        WIDGET_BYTES_MAX,
        FIELD_OVERHEAD_BYTES,
        FIELDS_LEN_MAX,
        LOG_LEN_MAX,
        LOG_BYTES_MAX,
        WIDGETS_LEN_MAX,
        BOARDS_LEN_MAX,
        NAME_BYTES_MAX,
        SERIES_NAME_BYTES_MAX,
        SERIES_LEN_MAX,
        FORMULAS_LEN_MAX,
        FORMULA_INPUTS_LEN_MAX,
        FORMULA_INPUTS_ALL_LEN_MAX,
        FORMULA_DEPTH_MAX,
        SAMPLE_LINE_BYTES_MAX,
        SAMPLES_BODY_BYTES_MAX,
        SAMPLES_POST_MS_MAX,
        CLOCK_AHEAD_MS_MAX,
        TICK_SPACING_MS,
        EVENT_BYTES_MAX,
        IN_FLIGHT_LEN_MAX,
        IN_FLIGHT_BYTES_MAX,
        SUBSCRIPTIONS_LEN_MAX,
        WATCHED_LEN_MAX,
        PEOPLE_LEN_MAX,
        PEOPLE_EVERY_MS,
        PEOPLE_FRAMES_PER_SECOND_MAX,
        PEOPLE_SILENCE_MS_MAX,
        SEEN_EVERY_MS,
        SEEN_OTHERS_MAX,
        FRAMES_PER_SECOND_MAX,
        CONNECTIONS_LEN_MAX,
        SOCKETS_PER_ADDRESS_LEN_MAX,
        WRITE_BUFFER_BYTES_MAX,
        BACKLOG_BYTES_MAX,
        UNDER_WAY_LEN_MAX,
        CATCH_UP_BYTES_MAX,
        ANSWER_VALUES_BYTES_MAX,
        DOCUMENT_BYTES_MAX,
        DOCUMENT_VERDICTS_BYTES_MAX,
        BODY_BYTES_MAX,
        REQUEST_HEAD_BYTES_MAX,
        REQUEST_HEAD_MS_MAX,
        REQUEST_MS_MAX,
        HTTP_CONNECTIONS_LEN_MAX,
        HTTP_CONNECTIONS_PER_ADDRESS_LEN_MAX,
        SIGN_IN_FAILURES_MAX,
        INVITATION_MS,
        INVITATIONS_LEN_MAX,
        OUTBOX_LEN_MAX,
        RING_LEN_MAX,
        HORIZON_MS,
        HORIZON_LEN_MAX,
        ROWS_AT_HEAD_LEN_MAX,
        GREETING_MS_MAX,
        PING_AFTER_MS,
        PING_EVERY_MS,
        PING_AFTER_MS_MAX,
        PING_AFTER_UNSEEN_MS_MAX,
        REFRESH_EVERY_MS,
        REFRESH_SPACING_MS,
        DEAD_AFTER_MS,
        SILENCE_MS_MAX,
        WRITE_MS_MAX,
        CLOSE_MS_MAX,
        DRAIN_MS_MAX,
        RETRY_WINDOW_MS,
        RETRY_WINDOW_MS_MAX,
        RETRY_WINDOW_SEEN_MS_MAX,
        RETRY_WINDOWS_SEEN_MAX,
        HASTEN_SPACING_MS,
        STAMP_AGE_MS_MAX,
        WEBHOOK_LINE_BYTES_MAX,
        WEBHOOK_KEY_LEN_MIN,
        WEBHOOK_KEY_LEN_MAX,
        WEBHOOK_WITHIN_S_MAX,
    ];
    let row = |line: &'static str| -> Option<(&'static str, u64)> {
        let mut cells = line.split('|').skip(1).map(str::trim);
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name, cells.next()?.replace(',', "").parse().ok()?))
    };
    let pages: BTreeMap<&str, u64> = PAGE.lines().filter_map(row).collect();
    assert_eq!(pages, ours, "left what docs/protocol.md says");
}

#[test]
fn the_catalog_on_the_page_is_this_programs() {
    let catalog = Catalog::default();
    let rows = PAGE
        .lines()
        .skip_while(|line| !line.starts_with("| kind | fields"))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let mut checked = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [of, fields] = cells[..] else { panic!("{row}") };
        for kind in of.split('`').skip(1).step_by(2) {
            for field in fields.split('`').skip(1).step_by(2).filter(|word| !is_value(word)) {
                let example = field.replace('*', "1");
                assert!(
                    catalog.field(&id(kind), &id(&example)).is_ok(),
                    "{kind} has no field {field}"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "only {checked} fields were found");
}

/// Words in the table that are values, not fields.
fn is_value(word: &str) -> bool {
    [kinds::STATUS_WORDS, kinds::WARNS].concat().contains(&word)
}

#[test]
fn a_cursor_of_another_epoch_is_refused_as_the_page_says() {
    let mut stage = Stage::new();
    let stranger = Cursor {
        epoch: id("6512bd43d9caa6e02c990b0a82652dca"),
        revision: Revision(2),
    };
    let subscribe = Subscribe {
        board: id("deck"),
        request: 1,
        cursor: Some(stranger),
        hash: None,
        undecided: Vec::new(),
        more: false,
    };
    stage.receive(START, session_of("bo"), ClientFrame::Subscribe(subscribe));
    let first = stage.mail.get_mut(&session_of("bo")).and_then(VecDeque::pop_front);
    assert!(
        matches!(first, Some(ServerFrame::Subscribed(subscribed)) if subscribed.from == Cursor::ORIGIN && subscribed.at.revision == Revision(2))
    );
}
