use serde_json::json;

use super::*;
use crate::protocol::WidgetId;

fn widget(kind: &str, created: u64, fields: &Value) -> Widget {
    let writer = json!({"principal": "ada", "at": 5});
    let field = |value: &Value| json!({"value": value, "revision": created, "operation": format!("{:032x}-{created}", 1), "writer": writer});
    let fields = fields.as_object().expect("an object").iter();
    let fields: serde_json::Map<_, _> = fields.map(|(name, value)| (name.clone(), field(value))).collect();
    let widget = json!({"kind": kind, "created": created, "changed": created, "fields": fields});
    serde_json::from_value(widget).expect("a widget")
}

fn board(widgets: &[(&str, Widget)]) -> Board {
    let widgets = widgets.iter().cloned();
    let named = |(id, widget): (&str, Widget)| (id.parse::<WidgetId>().expect("a name"), widget.into());
    widgets.map(named).collect()
}

fn engine_room() -> Board {
    let mut gone = widget("note", 4, &json!({"text": "gone"}));
    gone.removed = Some(crate::protocol::Revision(9));
    board(&[
        ("board", widget("board", 1, &json!({"name": "Engine room"}))),
        ("a", widget("note", 2, &json!({"text": "last: it has no place"}))),
        (
            "b",
            widget("stat", 3, &json!({"title": "Load", "order": 2, "threshold": null})),
        ),
        ("c", widget("counter", 6, &json!({"count": 7, "order": 1.5}))),
        ("d", gone),
    ])
}

#[track_caller]
fn refused(text: &str) -> String {
    BoardFile::read(text).expect_err(text).to_string()
}

fn with_widgets(widgets: &Value) -> String {
    json!({"tideboard": 1, "widgets": widgets}).to_string()
}

#[test]
fn a_board_is_its_widgets_in_their_order_without_what_is_the_boards_alone() {
    let text = BoardFile::of(&engine_room()).to_text();
    assert_eq!(
        text,
        r#"{"tideboard": 1, "name": "Engine room", "widgets": [
{"kind": "counter", "fields": {"count": 7}},
{"kind": "stat", "fields": {"title": "Load"}},
{"kind": "note", "fields": {"text": "last: it has no place"}}
]}
"#
    );
}

#[test]
fn what_is_written_reads_the_same() {
    let hard = json!({"text": "\"quoted\"\n\u{2028} </script> \u{1f6a2}", "item-1": {"deep": [1, -0.5, "x", null, 1e300]}, "title": ""});
    let board = board(&[("w", widget("note", 1, &hard))]);
    for file in [
        BoardFile::of(&engine_room()),
        BoardFile::of(&board),
        BoardFile::of_widget(board.widget(&WidgetId::named("w")).expect("it is there")),
        BoardFile::default(),
    ] {
        assert_eq!(BoardFile::read(&file.to_text()), Ok(file));
    }
}

#[test]
fn what_a_person_writes_by_hand_is_taken_kindly() {
    let text =
        "\u{feff} {\"widgets\": [{\"kind\": \"note\"}], \"name\": \" Hold \", \"tideboard\": 1, \"by\": \"hand\"}\n";
    let file = BoardFile::read(text).expect("a file");
    assert_eq!(file.name.as_deref(), Some("Hold"));
    assert_eq!(file.widgets[0].fields, SortedMap::new());
    let placed = with_widgets(&json!([{"kind": "note", "fields": {"order": "first", "size": null, "text": "x"}}]));
    let file = BoardFile::read(&placed).expect("a file");
    let fields: Vec<&str> = file.widgets[0].fields.keys().map(FieldName::as_str).collect();
    assert_eq!(fields, ["text"], "its place is that in the list");
    assert_eq!(
        BoardFile::read(r#"{"tideboard": 1, "name": "", "widgets": []}"#),
        Ok(BoardFile::default())
    );
}

#[test]
fn what_is_wrong_is_said_and_where() {
    let no_file = "This is not a board file: ";
    assert!(refused("").starts_with(no_file));
    assert!(refused("host.cpu 3").starts_with(no_file));
    assert!(refused("{\n\"tideboard\": 1,\n}").contains("from line 3 on"));
    assert!(refused(r#"{"tideboard": 1, "widgets": [1e999]}"#).starts_with(no_file));
    for text in [
        "7",
        "[]",
        "{}",
        r#"{"tideboard": "1"}"#,
        r#"{"tideboard": 0}"#,
        r#"{"tideboard": 1.5}"#,
    ] {
        assert!(
            refused(text).ends_with("it does not begin with the word tideboard and a version."),
            "{text}"
        );
    }
    assert_eq!(
        refused(r#"{"tideboard": 2, "widgets": "of another kind"}"#),
        "This file is of a newer Tideboard."
    );
    assert_eq!(refused(r#"{"tideboard": 1}"#), "This file has no list of widgets.");
    assert_eq!(
        refused(r#"{"tideboard": 1, "name": 7, "widgets": []}"#),
        "The board’s name is not text, or too long."
    );
    let third = |widget: Value| refused(&with_widgets(&json!([{"kind": "note"}, {"kind": "stat"}, widget])));
    assert_eq!(third(json!({"fields": {}})), "Widget 3 has no kind.");
    assert_eq!(
        third(json!("note")),
        "Widget 3 is not an object with a kind and fields."
    );
    assert_eq!(third(json!({"kind": "a note"})), "Widget 3 has a kind that is no name.");
    assert_eq!(
        third(json!({"kind": "note", "fields": []})),
        "Widget 3 has fields that are no object."
    );
    assert_eq!(
        third(json!({"kind": "note", "fields": {"Oil at noon, and at midnight, too": 1}})),
        "Widget 3 has a field “Oil at noon, and at midnight, ”, which is no name."
    );
}

#[test]
fn there_is_an_end_to_all_of_it() {
    let large = "x".repeat(BOARD_FILE_BYTES_MAX + 1);
    assert_eq!(BoardFile::read(&large), Err(FileError::TooLarge));
    let many = vec![json!({"kind": "note"}); BOARD_FILE_WIDGETS_LEN_MAX + 1];
    let len = many.len();
    assert_eq!(
        BoardFile::read(&with_widgets(&json!(many))),
        Err(FileError::TooManyWidgets { len })
    );
    assert!(BoardFile::read(&with_widgets(&json!(many[1..]))).is_ok());
    let fault = |fields: Value| match BoardFile::read(&with_widgets(&json!([{"kind": "note", "fields": fields}]))) {
        Err(FileError::Widget { number: 1, fault }) => fault,
        other => panic!("{other:?}"),
    };
    let fields = |len: usize, value: &str| {
        let fields = (0..len).map(|at| (format!("item-{at}"), json!(value)));
        Value::Object(fields.collect())
    };
    assert_eq!(fault(fields(FIELDS_LEN_MAX + 1, "")), WidgetFault::TooManyFields);
    assert_eq!(fault(fields(FIELDS_LEN_MAX, "")), WidgetFault::TooLarge);
    assert_eq!(
        fault(json!({"text": "x".repeat(VALUE_BYTES_MAX)})),
        WidgetFault::FieldTooLarge(FieldName::named("text"))
    );
    let deep = (0..=VALUE_DEPTH_MAX).fold(json!(0), |within, _| json!([within]));
    assert_eq!(
        fault(json!({ "text": deep })),
        WidgetFault::FieldTooDeep(FieldName::named("text"))
    );
    let deepest = [r#"{"tideboard": 1, "widgets": "#, &"[".repeat(100_000)].concat();
    assert!(refused(&deepest).contains("from line 1 on"));
}

/// A walk of numbers, from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, len: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % len
    }
}

#[test]
fn whatever_comes_is_read_or_refused_and_what_is_read_is_within_its_limits() {
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "\\ud800",
        "null",
        "-",
        "1e999",
        "1e308",
        "0.0000000001",
        "18446744073709551616",
        "\"tideboard\": 1",
        "\"widgets\": [",
        "\"kind\": \"note\"",
        "\"fields\": {",
        "\"order\": -1",
        "\u{0}",
        "\u{feff}",
        "\u{1f6a2}",
        "é",
        "\n",
        " ",
        "[[[[[[[[",
        "{\"a\":{\"a\":{\"a\":",
    ];
    let sound = BoardFile::of(&engine_room()).to_text();
    let (mut dice, mut read, mut refused) = (Dice(7), 0, 0);
    for round in 0..20_000 {
        let mut bytes = sound.clone().into_bytes();
        for _ in 0..=dice.below(3) {
            let (from, to) = (dice.below(bytes.len()), dice.below(bytes.len()));
            let piece = PIECES[dice.below(PIECES.len())].as_bytes();
            match round % 4 {
                0 => bytes.truncate(from.max(1)),
                1 => bytes[from] = dice.below(256) as u8,
                2 => drop(bytes.splice(from.min(to)..from.max(to), piece.iter().copied())),
                _ => drop(bytes.splice(from..from, piece.iter().copied())),
            }
        }
        match BoardFile::read(&String::from_utf8_lossy(&bytes)) {
            Ok(file) => {
                read += 1;
                assert!(file.widgets.len() <= BOARD_FILE_WIDGETS_LEN_MAX);
                assert_eq!(BoardFile::read(&file.to_text()), Ok(file));
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().chars().count() < 200, "{error}");
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}
