//! Who else looks at the board: initials in their colours, and behind them the list.

use dioxus::prelude::*;

use super::{
    disclosure::Disclosure,
    format::{count, writer_name},
    icon::{Glyph, Icon},
};
use crate::{
    hooks::{title_of, use_people},
    protocol::{BoardId, Person},
};

/// Dots that stand side by side.
const DOTS_LEN_MAX: usize = 3;

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
    let open = use_signal(|| false);
    let people = use_people();
    let (state, len) = match &people {
        None => ("unknown", 0),
        Some(people) if people.people.is_empty() => ("alone", 0),
        Some(people) => ("together", people.people.len() + people.more as usize),
    };
    let summary = match len {
        0 => "People".to_owned(),
        _ => ["People: ", &count(len, "other"), " here"].concat(),
    };
    let named = people.as_ref().map(|people| &people.people[..]).unwrap_or_default();
    let face = rsx! {
        Icon { glyph: Glyph::Users }
        span { class: "tool-word", "People" }
        {dots(named)}
        if len > 0 {
            span { class: "count", "{len}" }
        }
    };
    rsx! {
        div { class: "people-here", "data-state": state, "data-many": len > DOTS_LEN_MAX,
            Disclosure { open, class: "teller", name: summary, label: "People at this board", state: state.to_owned(), face, PeopleList {} }
        }
    }
}

/// What a click on [`PeopleHere`] opens; it may also stand in a page of its own.
#[component]
pub fn PeopleList() -> Element {
    let Some(people) = use_people() else {
        return rsx! { p { class: "note-line", "data-state": "unknown", "Who else is here is known with a live connection." } };
    };
    rsx! {
        section { "aria-label": "People",
            h2 { "Others at this board" }
            ul { class: "people",
                for person in &people.people {
                    {entry(&people.board, person)}
                }
            }
            if people.people.is_empty() {
                p { class: "note-line", "data-state": "alone", "Nobody else has it open now." }
            }
            if people.more > 0 {
                p { class: "note-line", "and {people.more} more" }
            }
        }
    }
}

fn entry(board: &BoardId, person: &Person) -> Element {
    let held = person.widget.as_ref().map(|widget| title_of(board, widget));
    let name = writer_name(&person.who);
    rsx! {
        li { key: "{person.id}",
            {dot(person)}
            span { class: "people-name", "{name}" }
            if let Some(held) = held {
                span { class: "people-at", "{held}" }
            }
        }
    }
}

/// Up to three of them, whose names a pointer and a screen reader find.
pub fn dots(people: &[Person]) -> Element {
    if people.is_empty() {
        return rsx! {};
    }
    let mut names = String::from("Here: ");
    for (number, person) in people.iter().enumerate() {
        if number > 0 {
            names += ", ";
        }
        names += &writer_name(&person.who);
    }
    rsx! {
        span { class: "dots", role: "img", "aria-label": "{names}", title: "{names}",
            for person in people.iter().take(DOTS_LEN_MAX) {
                {dot(person)}
            }
        }
    }
}

fn dot(person: &Person) -> Element {
    let initials = initials(&writer_name(&person.who));
    rsx! {
        span { key: "{person.id}", class: "dot", "data-colour": person.who.colour, "aria-hidden": "true", "{initials}" }
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
