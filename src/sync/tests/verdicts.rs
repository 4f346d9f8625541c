//! Verdicts and the state that they are of.

use super::*;
use crate::protocol::{Revision, Verdict};

fn verdict(bench: &Bench, id: OperationId) -> Option<Verdict> {
    bench.engine.outbox.get(id).expect("it is not settled").verdict.clone()
}

/// Another tab may have stored a state by a server that this connection's has not heard of: its verdict says nothing of that.
#[test]
fn a_verdict_waits_for_the_state_that_is_asked_for_and_outlives_its_being_asked_for_once_more() {
    let mut bench = Bench::live();
    bench.create("deck", "helm");
    bench.answer_subscriptions();
    let [id] = bench.pushed()[..] else {
        panic!("it is sent");
    };
    let lagged = ServerFrame::Lagged {
        board: "deck".parse().expect("a name"),
    };
    let applied = Verdict::Applied {
        revision: Revision(1),
        verbatim: true,
        overwrote: None,
    };
    bench.hear(&lagged);
    bench.hear(&ServerFrame::Verdicts {
        items: vec![Answered {
            id,
            answer: Answer::Verdict {
                verdict: applied.clone(),
                duplicate: false,
            },
        }],
    });
    assert_eq!(verdict(&bench, id), None);
    // By then the server may know no more of it.
    bench.hear(&lagged);
    bench.answer_subscriptions();
    assert_eq!(verdict(&bench, id), Some(applied));
}
