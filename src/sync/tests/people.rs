//! Where a page says that its person is.

use super::*;
use crate::{
    config::{DEBOUNCE_MS, PEOPLE_EVERY_MS, RETRY_WINDOW_MS_MAX},
    protocol::{Device, Here, People, Person, Writer},
};

/// Every `here` that was said since the last call, in words.
fn said(bench: &mut Bench) -> Vec<String> {
    let told = |frame| match frame {
        ClientFrame::Here(Here { board: None, .. }) => Some("nowhere".to_owned()),
        ClientFrame::Here(Here {
            board: Some(board),
            device,
            widget,
        }) => {
            let device = device.map(|device| format!(" as {}", device.name)).unwrap_or_default();
            let widget = widget.map(|widget| format!(" at {widget}")).unwrap_or_default();
            Some(format!("{board}{widget}{device}"))
        }
        _ => None,
    };
    bench.heard.drain(..).filter_map(told).collect()
}

fn look(bench: &mut Bench, board: &str, looks: bool) {
    let board: BoardId = board.parse().expect("a name");
    let watch = if looks {
        Command::Watch { board: board.clone() }
    } else {
        Command::Unwatch { board: board.clone() }
    };
    let look = Command::Look { board, looks };
    let both = if looks { [watch, look] } else { [look, watch] };
    both.into_iter().for_each(|command| bench.give(Input::Command(command)));
}

fn hold(bench: &mut Bench, widget: &str, holds: bool) {
    bench.give(Input::Command(Command::Hold {
        board: "deck".parse().expect("a name"),
        widget: widget.parse().expect("a name"),
        holds,
    }));
}

fn person(id: u64) -> Person {
    Person {
        id,
        who: Writer {
            principal: "ann".parse().expect("a name"),
            device: None,
            colour: None,
            at: Timestamp(1),
        },
        widget: None,
    }
}

fn hear(bench: &mut Bench, board: &str, ids: &[u64], more: u32) {
    bench.hear(&ServerFrame::People(People {
        board: board.parse().expect("a name"),
        people: ids.iter().copied().map(person).collect(),
        more,
    }));
}

#[test]
fn a_page_says_where_it_is_once_it_has_asked_for_the_board_and_when_that_changes() {
    let mut bench = Bench::live();
    bench.give(Input::Command(Command::Look {
        board: "deck".parse().expect("a name"),
        looks: true,
    }));
    assert_eq!(said(&mut bench), [""; 0], "nobody has asked for the board");
    look(&mut bench, "deck", true);
    assert_eq!(said(&mut bench), ["deck"]);
    bench.give(Input::Command(Command::Name(Device {
        name: "Bridge".to_owned(),
        colour: 1,
    })));
    assert_eq!(said(&mut bench), [""; 0], "at most once a second");
    bench.wait(PEOPLE_EVERY_MS);
    assert_eq!(said(&mut bench), ["deck as Bridge"]);
    look(&mut bench, "galley", true);
    bench.wait(PEOPLE_EVERY_MS);
    assert_eq!(said(&mut bench), ["galley as Bridge"], "of several boards the last one");
    look(&mut bench, "galley", false);
    bench.give(Input::Command(Command::Look {
        board: "deck".parse().expect("a name"),
        looks: false,
    }));
    bench.wait(PEOPLE_EVERY_MS);
    assert_eq!(said(&mut bench), ["deck as Bridge"], "which two parts of the page show");
    bench.give(Input::Command(Command::Unwatch {
        board: "deck".parse().expect("a name"),
    }));
    assert_eq!(said(&mut bench), ["nowhere"]);
}

#[test]
fn of_what_is_taken_up_and_let_go_the_last_is_said_and_never_the_moment_between() {
    let mut bench = Bench::live();
    look(&mut bench, "deck", true);
    bench.wait(2 * PEOPLE_EVERY_MS);
    hold(&mut bench, "fuel", true);
    bench.wait(DEBOUNCE_MS);
    assert_eq!(said(&mut bench), ["deck", "deck at fuel"]);
    bench.wait(2 * PEOPLE_EVERY_MS);
    hold(&mut bench, "fuel", false);
    hold(&mut bench, "water", true);
    bench.wait(DEBOUNCE_MS);
    assert_eq!(said(&mut bench), ["deck at water"]);
    // The answer of what was left comes late: it lets nothing go.
    hold(&mut bench, "fuel", false);
    bench.wait(PEOPLE_EVERY_MS);
    assert_eq!(said(&mut bench), [""; 0]);
    assert_eq!(bench.engine.here_wakeup(), None, "nothing is left to say");
}

#[test]
fn a_hidden_page_is_nowhere_at_once_and_a_shown_one_is_back() {
    let mut bench = Bench::live();
    look(&mut bench, "deck", true);
    hear(&mut bench, "deck", &[1, 7], 0);
    assert_eq!(bench.engine.others().map(|people| people.people.len()), Some(1));
    bench.give(Input::Visible(false));
    assert_eq!(said(&mut bench), ["deck", "nowhere"]);
    assert_eq!(bench.engine.others(), None);
    bench.give(Input::Visible(true));
    bench.wait(PEOPLE_EVERY_MS);
    assert_eq!(said(&mut bench), ["deck"]);
}

#[test]
fn a_server_that_does_not_know_people_is_told_nothing() {
    let mut bench = Bench::cold();
    bench.people = None;
    bench.welcome();
    look(&mut bench, "deck", true);
    hold(&mut bench, "fuel", true);
    bench.give(Input::Visible(false));
    bench.wait(PEOPLE_EVERY_MS);
    assert_eq!(said(&mut bench), [""; 0]);
}

#[test]
fn a_page_leaves_itself_out_of_the_list_and_forgets_it_with_the_connection() {
    let mut bench = Bench::live();
    look(&mut bench, "deck", true);
    let others = |bench: &Bench| {
        let people = bench.engine.others()?;
        let ids: Vec<u64> = people.people.iter().map(|person| person.id).collect();
        Some((ids, people.more))
    };
    hear(&mut bench, "deck", &[1, 7, 9], 2);
    assert_eq!(others(&bench), Some((vec![1, 9], 2)));
    hear(&mut bench, "deck", &[1, 2], 3);
    assert_eq!(
        others(&bench),
        Some((vec![1, 2], 2)),
        "it is among those who are counted"
    );
    bench.give(Input::Closed { dial: bench.dial });
    assert_eq!(others(&bench), None);
    said(&mut bench);
    bench.wait(RETRY_WINDOW_MS_MAX);
    bench.welcome();
    assert_eq!(said(&mut bench), ["deck"], "the next connection is told anew");
}

#[test]
fn what_waits_here_is_signed_as_it_will_be() {
    let device = crate::protocol::Device {
        name: "Bridge".to_owned(),
        colour: 3,
    };
    let mut bench = Bench::of(Some(device));
    bench.welcome();
    bench.give(Input::Command(Command::Create {
        board: "deck".parse().expect("a name"),
        widget: "note".parse().expect("a name"),
        kind: "note".parse().expect("a name"),
        fields: [("text".parse().expect("a name"), "Fog".into())].into(),
    }));
    let shown = bench
        .engine
        .shown(&"deck".parse().expect("a name"))
        .expect("it is made");
    let note = shown.widget(&"note".parse().expect("a name")).expect("it is made");
    let writer = &note.fields.values().next().expect("it has a field").writer;
    assert_eq!((writer.device.as_deref(), writer.colour), (Some("Bridge"), Some(3)));
}
