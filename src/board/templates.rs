//! Boards to start from, as board files: the same as a page gives when a board is exported.

use super::BoardFile;
use crate::protocol::Value;

/// The board that our own server is born with, in its order.
pub const THIS_MACHINE: &str = include_str!("templates/this-machine.board.json");

/// What they are called, and their files.
pub const TEMPLATES: [(&str, &str); 4] = [
    ("This machine", THIS_MACHINE),
    ("Shift board", include_str!("templates/shift.board.json")),
    ("Home", include_str!("templates/home.board.json")),
    ("Lab", include_str!("templates/lab.board.json")),
];

/// What a template makes, as `say` says its texts. They are the board's own from then on, like those that people write.
#[must_use]
pub fn made_of(template: &str, say: impl Fn(&str) -> &str) -> BoardFile {
    let mut file = BoardFile::read(template).unwrap_or_default();
    let speak = |text: &mut String| *text = say(text).to_owned();
    if let Some(name) = &mut file.name {
        speak(name);
    }
    for widget in &mut file.widgets {
        for value in widget.fields.values_mut() {
            // A word of a status is one, too, and no language has another for it.
            if let Value::String(text) = value {
                speak(text);
            }
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Catalog;

    #[test]
    fn every_template_reads_and_a_server_takes_each_of_its_widgets() {
        for (name, text) in TEMPLATES {
            let file = BoardFile::read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(file.name.as_deref(), Some(name));
            assert!(file.widgets.len() > 4, "{name}");
            for widget in &file.widgets {
                let taken = Catalog::default().check_create(&widget.kind, &widget.fields);
                assert_eq!(taken, Ok(()), "{name}: {widget:?}");
                assert!(
                    widget.fields.keys().any(|field| field.as_str() == "title"),
                    "{name}: {widget:?}"
                );
            }
            assert_eq!(file.to_text(), text, "{name} is not as a page would export it");
        }
    }

    #[test]
    fn what_a_template_makes_is_said_as_it_is_asked_for() {
        fn said(english: &str) -> &str {
            match english {
                "Home" => "Zuhause",
                "Milk" => "Milch",
                other => other,
            }
        }
        let file = made_of(TEMPLATES[2].1, said);
        assert_eq!(file.name.as_deref(), Some("Zuhause"));
        let list = file.to_text();
        assert!(list.contains("\"item-1\": \"Milch\", \"item-2\": \"Bread\""), "{list}");
    }
}
