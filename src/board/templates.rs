//! Boards to start from, as board files: the same as a page gives when a board is exported.

/// The board that our own server is born with, in its order.
pub const THIS_MACHINE: &str = include_str!("templates/this-machine.board.json");

/// What they are called, and their files.
pub const TEMPLATES: [(&str, &str); 4] = [
    ("This machine", THIS_MACHINE),
    ("Shift board", include_str!("templates/shift.board.json")),
    ("Home", include_str!("templates/home.board.json")),
    ("Lab", include_str!("templates/lab.board.json")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{BoardFile, Catalog};

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
}
