//! Who else looks at the board: initials in their colours, and behind them the list.

use dioxus::prelude::*;

use super::{
    disclosure::Disclosure,
    format::{count, writer_name},
    icon::{Glyph, Icon},
};
use crate::{
    hooks::{title_of, use_people},
    protocol::{BoardId, People, Person},
};

/// Initials that stand side by side; the stylesheet leaves out the others.
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
    let people = people.as_deref();
    let len = people.map_or(0, |people| people.people.len() + people.more as usize);
    let name = match len {
        0 => "People".to_owned(),
        _ => ["People: ", &count(len, "other"), " here"].concat(),
    };
    let face = rsx! {
        Icon { glyph: Glyph::Users }
        span { class: "tool-word", "People" }
        if let Some(people) = people {
            {dots(&people.board, &people.people)}
        }
        if len > 0 {
            span { class: "count", "{len}" }
        }
    };
    rsx! {
        div { class: "people-here", "data-state": if len > 0 { "together" } else { "alone" }, "data-many": len > DOTS_LEN_MAX,
            Disclosure { open, class: "teller", name, label: "People at this board", face, {people_list(people)} }
        }
    }
}

/// What a click on [`PeopleHere`] opens: the others, and what each has under their hands. `None`: that is not known.
pub fn people_list(people: Option<&People>) -> Element {
    let (note, more) = match people {
        None => ("Who else is here is known with a live connection.", 0),
        Some(people) if people.people.is_empty() => ("Nobody else has this board open now.", 0),
        Some(people) => ("", people.more),
    };
    rsx! {
        h2 { "Others at this board" }
        if let Some(people) = people {
            {listed("people", &people.board, &people.people)}
        }
        p { class: "note-line",
            {note}
            if more > 0 {
                "and {more} more"
            }
        }
    }
}

/// Up to three of them as initials; a pointer and a screen reader find their names.
pub fn dots(board: &BoardId, people: &[Person]) -> Element {
    listed("dots", board, people)
}

/// One markup for both: what is seen of it says the stylesheet.
fn listed(class: &'static str, board: &BoardId, people: &[Person]) -> Element {
    if people.is_empty() {
        return rsx! {};
    }
    rsx! {
        span { class, role: "list", "aria-label": "Here",
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
        span { key: "{person.id}", class: "person", role: "listitem", title: "{name}", "data-colour": person.who.colour, "data-initials": initials,
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
