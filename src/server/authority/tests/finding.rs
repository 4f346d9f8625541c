//! Cards that are looked for, on boards as they are on the disk.

use super::*;
use crate::config::{FOUND_LEN_MAX, SEARCHED_WIDGETS_LEN_MAX};

/// Boards with a note each, `Fuel N`, that the directory lists.
fn with_boards(len: u64) -> Authority {
    let memory = Memory::default();
    let setup = Setup {
        memory,
        ..authority().setup
    };
    let mut authority = Authority::new(setup, BTreeMap::new());
    for number in 0..len {
        let board = format!("b{number}");
        let listed = create("board", &[("name", json!("Deck"))]);
        let note = create("note", &[("title", json!(format!("Fuel {number}")))]);
        let at = 10 * number;
        let items = vec![
            birth(at + 1, &board),
            item(at + 2, "boards", &board, listed),
            item(at + 3, &board, "note", note),
        ];
        push(&mut authority, Access::Edit, items);
    }
    authority
}

fn looks_for(words: &str) -> Event {
    let search = Search::new(words, "elsewhere").expect("words");
    Event::Find { request: 9, search }
}

fn titles(replies: &[Reply]) -> Vec<&str> {
    let found = replies.iter().find_map(|reply| match reply {
        Reply::Found { request: 9, cards } => Some(cards),
        _ => None,
    });
    let cards = found.expect("it is answered").iter();
    cards.map(|card| card.title.as_str()).collect()
}

fn found(authority: &mut Authority, words: &str) -> usize {
    let batch = authority.handle(NOW, [looks_for(words)]);
    titles(&authority.committed(batch)).len()
}

#[test]
fn what_is_not_on_the_disk_is_not_found() {
    let mut authority = with_boards(1);
    let identity = person(Access::Edit);
    let push = Push {
        store: StoreId(1),
        run: RunId(2),
        principal: identity.principal.clone(),
        device: None,
        items: vec![set(100, "b0", "note", "title", json!("Water"))],
    };
    let before = authority.logs()[&name("b0")].snapshot();
    let edit = Event::Replay {
        request: 1,
        identity,
        push,
    };
    // Who looked before the edit hears with it, and of it.
    let batch = authority.handle(NOW, [looks_for("water"), edit.clone()]);
    let reload = |_: &BoardId| Log::restore(Memory::default(), Epoch(3), Some(before.clone()), []);
    let replies = authority.abandoned(batch, reload).expect("it is read");
    assert_eq!(titles(&replies), Vec::<&str>::new());
    assert_eq!(found(&mut authority, "fuel"), 1);
    let batch = authority.handle(NOW, [looks_for("water"), edit]);
    assert_eq!(titles(&authority.committed(batch)), ["Water"]);
}

#[test]
fn a_search_ends_with_so_many_cards_and_after_so_many_widgets() {
    let mut authority = with_boards(FOUND_LEN_MAX as u64 + 1);
    assert_eq!(found(&mut authority, "fuel"), FOUND_LEN_MAX);
    assert_eq!(found(&mut authority, "fuel 20"), 1);
    // The boards before the last one have more than are looked at.
    for number in 0..FOUND_LEN_MAX as u64 {
        let board = format!("b{number}");
        let note = |at| {
            item(
                1_000 * (number + 1) + at,
                &board,
                &format!("many-{at}"),
                create("note", &[]),
            )
        };
        let notes = (0..(SEARCHED_WIDGETS_LEN_MAX / 10) as u64).map(note);
        push(&mut authority, Access::Edit, notes.collect());
    }
    assert_eq!(found(&mut authority, "fuel 20"), 0);
    assert_eq!(found(&mut authority, "fuel 10"), 1);
}
