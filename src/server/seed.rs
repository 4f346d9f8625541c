//! The boards of a new store: the directory, and this machine, alive from the first second.

use serde_json::json;

use crate::{
    board::kinds,
    config::SCHEMA,
    protocol::{
        Access, BoardId, ClientId, Cursor, FieldName, Identity, Intent, Kind, Operation, OperationId, Push, PushItem,
        RunId, StoreId, Value, WidgetId,
    },
    sorted::SortedMap,
};

const FIRST_BOARD_NAME: &str = "This machine";

/// The operations that make the first boards, and who makes them. `client` is drawn by the caller.
pub(super) fn first_boards(store: StoreId, run: RunId, client: u128) -> (Identity, Push) {
    let identity = Identity {
        principal: name("server"),
        access: Access::Edit,
    };
    let board = BoardId::first();
    let mut drafts = vec![
        (
            BoardId::directory(),
            name(board.as_str()),
            Draft::new(kinds::BOARD).with("name", json!(FIRST_BOARD_NAME)),
        ),
        (
            board.clone(),
            WidgetId::birth(),
            Draft::new(kinds::BOARD).with("name", json!(FIRST_BOARD_NAME)),
        ),
    ];
    for (order, (id, title, draft)) in widgets().into_iter().enumerate() {
        let draft = draft.with("title", json!(title)).with("order", json!(order + 1));
        drafts.push((board.clone(), name(id), draft));
    }
    let item = |(sequence, (board, widget, draft)): (usize, (BoardId, WidgetId, Draft))| PushItem::Operation {
        operation: Operation {
            id: OperationId {
                client: ClientId(client),
                sequence: sequence as u64 + 1,
            },
            board,
            widget,
            schema: SCHEMA,
            made_at: Cursor::ORIGIN,
            intent: Intent::Create {
                kind: draft.kind,
                fields: draft.fields,
            },
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        },
        after: None,
    };
    let push = Push {
        store,
        run,
        principal: identity.principal.clone(),
        device: None,
        items: drafts.into_iter().enumerate().map(item).collect(),
    };
    (identity, push)
}

/// What is on the first board, in its order: live numbers first, then what people edit, then what takes more room.
fn widgets() -> Vec<(&'static str, &'static str, Draft)> {
    let sampled = |kind: &str, series: &[&str], unit: &str| {
        Draft::new(kind).with("series", json!(series)).with("unit", json!(unit))
    };
    let scale = |series: &str, unit: &str| {
        sampled(kinds::GAUGE, &[series], unit)
            .with("min", json!(0))
            .with("max", json!(100))
    };
    let chart = |series: &[&str]| {
        sampled(kinds::SERIES, series, "%")
            .with("min", json!(0))
            .with("max", json!(100))
    };
    vec![
        ("cpu", "Processor", sampled(kinds::STAT, &["host.cpu"], "%")),
        (
            "memory",
            "Memory in use",
            sampled(kinds::STAT, &["host.memory.used"], "B"),
        ),
        (
            "network-in",
            "Network in",
            sampled(kinds::STAT, &["host.network.received"], "B/s"),
        ),
        (
            "network-out",
            "Network out",
            sampled(kinds::STAT, &["host.network.sent"], "B/s"),
        ),
        (
            "status",
            "How it is",
            Draft::new(kinds::STATUS)
                .with("state", json!("ok"))
                .with("text", json!("All is well.")),
        ),
        ("cpu-gauge", "Processor", scale("host.cpu", "%")),
        ("memory-gauge", "Memory", scale("host.memory.percent", "%")),
        ("disk-gauge", "Disk", scale("host.disk.root.percent", "%")),
        (
            "setpoint",
            "Target temperature",
            Draft::new(kinds::SETPOINT)
                .with("value", json!(21))
                .with("unit", json!("°C"))
                .with("min", json!(5))
                .with("max", json!(30))
                .with("step", json!(0.5)),
        ),
        (
            "counter",
            "Coffees",
            Draft::new(kinds::COUNTER)
                .with("count", json!(0))
                .with("unit", json!("cups")),
        ),
        ("cpu-series", "Processor, last minutes", chart(&["host.cpu"])),
        (
            "checklist",
            "To do",
            Draft::new(kinds::CHECKLIST)
                .with("item-1", json!("Open this board on a second screen"))
                .with("done-1", json!(false))
                .with("item-2", json!("Pull the plug, change something, plug it in again"))
                .with("done-2", json!(false))
                .with("item-3", json!("Add a board of your own"))
                .with("done-3", json!(false)),
        ),
        ("cores-series", "Each core", chart(&["host.cpu.*"])),
        ("memory-series", "Memory, last minutes", chart(&["host.memory.percent"])),
        (
            "network-series",
            "Network",
            sampled(kinds::SERIES, &["host.network.received", "host.network.sent"], "B/s"),
        ),
        (
            "load-series",
            "Load",
            sampled(kinds::SERIES, &["host.load.1", "host.load.5", "host.load.15"], ""),
        ),
        (
            "processes",
            "Busiest processes",
            sampled(kinds::TABLE, &["host.processes"], ""),
        ),
        ("uptime", "Up for", sampled(kinds::STAT, &["host.uptime"], "s")),
        (
            "note",
            "Note",
            Draft::new(kinds::NOTE).with("text", json!("Everybody here can edit this, together.")),
        ),
    ]
}

/// A widget to be made.
struct Draft {
    kind: Kind,
    fields: SortedMap<FieldName, Value>,
}

impl Draft {
    fn new(kind: &str) -> Self {
        Self {
            kind: name(kind),
            fields: SortedMap::new(),
        }
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.fields.insert(name(field), value);
        self
    }
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the names in this file are plain")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        board::Catalog,
        protocol::{Answer, Epoch},
        server::log::{Context, Log, Memory},
        time::Timestamp,
    };

    #[test]
    fn every_operation_of_the_first_boards_applies() {
        let (identity, push) = first_boards(StoreId(1), RunId(2), 3);
        let context = Context {
            now: Timestamp(1),
            run: RunId(2),
            identity: &identity,
            device: None,
            catalog: &Catalog::default(),
        };
        let mut logs = std::collections::BTreeMap::new();
        for item in &push.items {
            let log = logs
                .entry(item.board().clone())
                .or_insert_with(|| Log::new(Memory::default(), Epoch(4)));
            let answer = log.decide(&context, item);
            assert!(
                matches!(&answer, Answer::Verdict { verdict, .. } if verdict.is_applied()),
                "{item:?}: {answer:?}"
            );
        }
        assert_eq!(
            logs.keys().map(BoardId::as_str).collect::<Vec<_>>(),
            ["boards", BoardId::first().as_str()]
        );
    }
}
