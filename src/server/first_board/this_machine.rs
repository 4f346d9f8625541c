//! The board of our own app: this machine, alive from the first second.

use super::FirstBoard;
use crate::{
    board::{BoardFile, templates::THIS_MACHINE},
    protocol::{BoardId, Value, WidgetId},
};

/// The board `this-machine`: live numbers that `ServerConfig::measures_host`
/// fills, beside widgets that people edit. For the built-in kinds. It is the template of that name, whose widgets have names here: for
/// terminals, and for who finds it made.
#[must_use]
pub fn this_machine() -> FirstBoard {
    this_machine_in("en")
}

/// The same with its texts in a language, as in `LANG` (`de_DE.UTF-8`): in German where that is asked for, else in English. They are texts
/// like those that people write, the same for everybody from then on.
///
/// # Panics
/// Never: a test reads it.
#[must_use]
pub fn this_machine_in(language: &str) -> FirstBoard {
    let is_german = language.split(['_', '-', '.', '@']).next() == Some("de");
    let said = |english: &str| {
        let pair = GERMAN.iter().find(|(known, _)| is_german && *known == english);
        pair.map_or(english, |(_, german)| german).to_owned()
    };
    let file = BoardFile::read(THIS_MACHINE).expect("our own file is one");
    let mut board = FirstBoard::new(BoardId::first(), &said(&file.name.unwrap_or_default()));
    for ((id, mut widget), order) in NAMES.into_iter().zip(file.widgets).zip(1..) {
        for (_, value) in widget.fields.iter_mut() {
            if let Some(text) = value.as_str() {
                *value = Value::from(said(text));
            }
        }
        widget
            .fields
            .insert("order".parse().expect("a name"), Value::from(order));
        board.widgets.push((WidgetId::named(id), widget.kind, widget.fields));
    }
    board
}

/// What it says, in German.
const GERMAN: [(&str, &str); 25] = [
    ("This machine", "Dieser Rechner"),
    ("Processor", "Prozessor"),
    ("Memory in use", "Belegter Speicher"),
    ("Network in", "Netzwerk, Empfang"),
    ("Network out", "Netzwerk, Versand"),
    ("How it is", "Wie es steht"),
    ("All is well.", "Alles in Ordnung."),
    ("Memory", "Speicher"),
    ("Disk", "Festplatte"),
    ("Target temperature", "Solltemperatur"),
    ("Coffees", "Kaffee"),
    ("cups", "Tassen"),
    ("Processor, last minutes", "Prozessor, die letzten Minuten"),
    ("To do", "Zu tun"),
    (
        "Open this board on a second screen",
        "Dieses Board auf einem zweiten Bildschirm öffnen",
    ),
    (
        "Pull the plug, change something, plug it in again",
        "Das Kabel ziehen, etwas ändern, es wieder einstecken",
    ),
    ("Add a board of your own", "Ein eigenes Board hinzufügen"),
    ("Each core", "Jeder Kern"),
    ("Memory, last minutes", "Speicher, die letzten Minuten"),
    ("Network", "Netzwerk"),
    ("Load", "Last"),
    ("Busiest processes", "Was am meisten rechnet"),
    ("Up for", "Läuft seit"),
    (
        "Everybody here can edit this, together.",
        "Das können hier alle bearbeiten, zusammen.",
    ),
    ("Note", "Notiz"),
];

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
    use crate::board::Catalog;

    #[test]
    fn all_that_it_says_is_said_in_german_too() {
        let said = |board: FirstBoard| {
            let fields = board.widgets.into_iter().flat_map(|(_, _, fields)| fields);
            let is_text = |field: &str| matches!(field, "title" | "text") || field.starts_with("item-");
            let texts = fields.filter(|(field, _)| is_text(field.as_str()));
            let texts = texts.filter_map(|(_, value)| value.as_str().map(str::to_owned));
            texts.chain([board.name]).collect::<Vec<_>>()
        };
        let english = said(this_machine());
        let german = said(this_machine_in("de_AT.UTF-8"));
        assert_eq!(english.len(), german.len());
        for (english, german) in english.iter().zip(&german) {
            assert_ne!(english, german);
        }
        for language in ["", "C.UTF-8", "fr_FR", "den"] {
            assert_eq!(said(this_machine_in(language)), english, "{language}");
        }
        assert_eq!(this_machine_in("de").check(&Catalog::default()), Ok(()));
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
