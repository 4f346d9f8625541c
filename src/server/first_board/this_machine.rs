//! The board of our own app: this machine, alive from the first second.

use super::FirstBoard;
use crate::{
    board::templates::{THIS_MACHINE, made_of},
    protocol::{BoardId, Value, WidgetId},
};

/// The board `this-machine`: live numbers that `ServerConfig::measures_host`
/// fills, beside widgets that people edit. For the built-in kinds. It is the template of that name, whose widgets have names here: for
/// terminals, and for who finds it made.
#[must_use]
pub fn this_machine() -> FirstBoard {
    this_machine_said(|english| english)
}

/// The same with its texts as `say` says them. They are texts like those that people write, the same for everybody from then on.
#[must_use]
pub fn this_machine_said(say: impl Fn(&str) -> &str) -> FirstBoard {
    let file = made_of(THIS_MACHINE, say);
    let mut board = FirstBoard::new(BoardId::first(), &file.name.unwrap_or_default());
    for ((id, mut widget), order) in NAMES.into_iter().zip(file.widgets).zip(1..) {
        widget
            .fields
            .insert("order".parse().expect("a name"), Value::from(order));
        board.widgets.push((WidgetId::named(id), widget.kind, widget.fields));
    }
    board
}

/// What its widgets are called on the wire, in the order of the file.
const NAMES: [&str; 19] = [
    "cpu",
    "memory",
    "network-in",
    "network-out",
    "status",
    "cpu-gauge",
    "memory-gauge",
    "disk-gauge",
    "setpoint",
    "counter",
    "cpu-series",
    "checklist",
    "cores-series",
    "memory-series",
    "network-series",
    "load-series",
    "processes",
    "uptime",
    "note",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{BoardFile, Catalog};

    #[test]
    fn it_is_a_board_in_whatever_words() {
        let board = this_machine_said(|english| {
            if english == "This machine" {
                "Dieser Rechner"
            } else {
                english
            }
        });
        assert_eq!(board.name, "Dieser Rechner");
        assert_eq!(board.check(&Catalog::default()), Ok(()));
    }

    #[test]
    fn every_widget_of_the_file_has_its_name() {
        let file = BoardFile::read(THIS_MACHINE).expect("a file");
        assert_eq!(file.widgets.len(), NAMES.len());
        for (name, kind) in [
            ("setpoint", "setpoint"),
            ("counter", "counter"),
            ("cores-series", "series"),
            ("processes", "table"),
            ("note", "note"),
        ] {
            let board = this_machine();
            let found = board.widgets.iter().find(|(id, ..)| id.as_str() == name);
            assert_eq!(found.map(|(_, found, _)| found.as_str()), Some(kind), "{name}");
        }
    }
}
