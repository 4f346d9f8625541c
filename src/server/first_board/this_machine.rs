//! The board of our own app: this machine, alive from the first second.

use serde_json::{Value, json};

use super::FirstBoard;
use crate::{board::kinds, protocol::BoardId};

/// The board `this-machine`: live numbers that `ServerConfig::measures_host`
/// fills, beside widgets that people edit. For the built-in kinds.
#[must_use]
pub fn this_machine() -> FirstBoard {
    let mut board = FirstBoard::new(BoardId::first(), "This machine");
    for (order, (id, title, Draft { kind, mut fields })) in widgets().into_iter().enumerate() {
        fields["title"] = json!(title);
        fields["order"] = json!(order + 1);
        board = board.with(id, kind, fields);
    }
    board
}

/// What is on the first board, in its order: live numbers first, then what people edit, then what takes more room.
fn widgets() -> Vec<(&'static str, &'static str, Draft)> {
    let sampled = |kind: &'static str, series: &[&str], unit: &str| {
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
    let watched = |draft: Draft| draft.with("threshold", json!(90));
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
        // A processor may be busy; a full memory or disk stops others.
        ("memory-gauge", "Memory", watched(scale("host.memory.percent", "%"))),
        ("disk-gauge", "Disk", watched(scale("host.disk.root.percent", "%"))),
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
        (
            "memory-series",
            "Memory, last minutes",
            watched(chart(&["host.memory.percent"])),
        ),
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
    kind: &'static str,
    fields: Value,
}

impl Draft {
    fn new(kind: &'static str) -> Self {
        Self {
            kind,
            fields: json!({}),
        }
    }

    fn with(mut self, field: &str, value: Value) -> Self {
        self.fields[field] = value;
        self
    }
}
