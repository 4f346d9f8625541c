//! Who else looks at the board: initials in their colours, and behind them the list.

use dioxus::prelude::*;

use super::{
    format::writer_name,
    icon::{Glyph, icon},
};
use crate::{
    hooks::{title_of, use_people},
    protocol::{BoardId, People, Person},
    words::{count, t, ta, tn, with},
};

/// Who else looks at the board of this place, as initials in their devices' colours; a click lists them, with the widget that each
/// has under their hands. It tells them of this page, too. Coming and going is not announced.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::components::PeopleHere;
///
/// #[component]
/// fn Header() -> Element {
///     rsx! { header { PeopleHere {} } }
/// }
/// ```
#[component]
pub fn PeopleHere() -> Element {
    let people = use_people();
    let known = people.as_deref();
    let len = known.map_or(0, |people| people.people.len() + people.more as usize);
    let (state, name) = match len {
        0 => ("alone", t("People").to_owned()),
        _ => (
            "together",
            count(len, "People: {} other here", "People: {} others here"),
        ),
    };
    let note = match known {
        None => t("Who else is here is known with a live connection.").to_owned(),
        Some(_) if len == 0 => t("Nobody else has this board open now.").to_owned(),
        Some(People { more: 0, .. }) => String::new(),
        Some(People { more, .. }) => with("and {} more", &[&more.to_string()]),
    };
    rsx! {
        div { class: "people-here", "data-state": state,
            // The browser's own: it opens and closes by itself, and gives the focus back.
            button { class: "teller", r#type: "button", "aria-label": name, "popovertarget": "people", "data-count": len,
                {icon(Glyph::Users)}
                span { class: "tool-word", {tn("People")} }
                {listed("dots", known)}
            }
            div { id: "people", class: "panel", role: "dialog", "aria-label": ta("People at this board"), "popover": "auto",
                h2 { {tn("Others at this board")} }
                {listed("people", known)}
                p { class: "note-line", {note} }
            }
        }
    }
}

fn listed(class: &'static str, people: Option<&People>) -> Element {
    match people {
        Some(people) => list(class, &people.board, &people.people),
        None => rsx! {},
    }
}

/// Those of a board: as initials (`dots`), whose names a pointer and a screen reader find, or as a list (`people`). What is seen
/// of the same markup says the stylesheet.
pub fn list(class: &'static str, board: &BoardId, people: &[Person]) -> Element {
    if people.is_empty() {
        return rsx! {};
    }
    rsx! {
        span { class, role: "list", "aria-label": ta("Here"),
            for person in people {
                {listed_person(board, person)}
            }
        }
    }
}

fn listed_person(board: &BoardId, person: &Person) -> Element {
    let name = writer_name(&person.who);
    let initials = initials(&name);
    let held = person.widget.as_ref().map(|widget| title_of(board, widget));
    rsx! {
        span { class: "person", role: "listitem", title: "{name}", "data-colour": person.who.colour, "data-initials": initials,
            span { class: "person-name", "{name}" }
            span { class: "person-at", {held} }
        }
    }
}

/// The first letters of the first and the last word, as they are: the stylesheet makes capitals of them.
fn initials(name: &str) -> String {
    let mut words = name.split(' ').filter_map(|word| word.chars().next());
    words.next().into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_have_two_initials() {
        assert_eq!(initials("Ann’s phone"), "Ap");
        assert_eq!(initials("Chrome  on Linux "), "CL");
        assert_eq!(initials("viewer"), "v");
        assert_eq!(initials(" "), "");
    }
}
