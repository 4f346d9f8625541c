//! What an undo rests on.

use super::*;
use crate::protocol::{Base, BoardId, Revision, Verdict};

#[test]
fn undoing_what_is_not_in_the_confirmed_board_yet_rests_on_the_edit_and_not_on_its_number() {
    let mut bench = Bench::live();
    bench.create("deck", "board");
    bench.answer_subscriptions();
    for name in ["Deck", "Bridge"] {
        bench.give(Input::Command(Command::Set {
            board: "deck".parse().expect("a name"),
            widget: "board".parse().expect("a name"),
            field: "name".parse().expect("a name"),
            value: name.into(),
        }));
        bench.wait(1_000);
    }
    let ids = bench.pushed();
    assert_eq!(ids.len(), 3);
    let verdicts = (1..).zip(&ids).map(|(revision, id)| Answered {
        id: *id,
        answer: Answer::Verdict {
            verdict: Verdict::Applied {
                revision: Revision(revision),
                verbatim: true,
                overwrote: None,
            },
            duplicate: false,
        },
    });
    let items = verdicts.collect();
    bench.hear(&ServerFrame::Verdicts { items });
    bench.give(Input::Command(Command::Undo));
    let undo = bench.engine.pending().last().expect("the undo waits");
    assert_eq!(undo.operation.base, Some(Base::Operation(ids[2])));
}

/// Nothing is sent yet: a board, something on it, and its entry in the directory.
fn a_board_is_added() -> Bench {
    let mut bench = Bench::live();
    bench.create("shift", "board");
    bench.create("shift", "note");
    bench.create(BoardId::directory().as_str(), "shift");
    bench
}

/// What of all that waits is not taken back, by its widget.
fn wanted(bench: &Bench) -> Vec<String> {
    let wanted = bench.engine.pending().filter(|pending| !pending.withdrawing);
    wanted.map(|pending| pending.operation.widget.to_string()).collect()
}

#[test]
fn what_is_undone_of_a_board_that_was_added_is_its_entry_and_no_press_is_about_its_own_record() {
    let mut bench = a_board_is_added();
    for left in [vec!["board", "note"], vec!["board"], vec!["board"]] {
        bench.give(Input::Command(Command::Undo));
        assert_eq!(wanted(&bench), left);
    }
}

#[test]
fn what_is_on_a_board_goes_with_the_board() {
    let mut bench = a_board_is_added();
    let birth = bench.engine.pending().find(|pending| pending.operation.is_birth());
    let id = birth.expect("it waits").operation.id;
    bench.give(Input::Command(Command::Withdraw { id }));
    assert_eq!(wanted(&bench), ["shift"], "of another board only what else was wanted");
}
