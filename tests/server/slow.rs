//! A reader that does not read: it loses no state, and nobody waits for it.

use serde_json::json;
use tideboard::{
    protocol::{Answer, Cursor, Intent, ServerFrame, Verdict},
    server::ServerConfig,
};

use crate::{editor::Editor, harness::TestServer};

#[tokio::test]
async fn a_slow_reader_is_told_that_it_lags_and_catches_up_from_where_it_is() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut reader = Editor::enter(server.address).await;
    reader.subscribe("this-machine").await;
    let mut writer = Editor::enter(server.address).await;
    writer.subscribe("this-machine").await;
    let mut written = 0;
    while server.server.metrics().readers_lagged.get() == 0 {
        let text = format!("{written} {}", "x".repeat(12_000));
        let edits = vec![(
            "this-machine",
            "note",
            Intent::Set {
                field: "title".parse().expect("a name"),
                value: json!(text),
            },
        )];
        writer.push(edits).await;
        let answer = writer.answers().await.expect("the writer does not wait for the reader");
        assert!(matches!(
            &answer[0].answer,
            Answer::Verdict {
                verdict: Verdict::Applied { .. },
                ..
            }
        ));
        written += 1;
    }
    // It reads now: what was under way, in order and without a gap, and then that it missed some.
    let mut seen: Option<Cursor> = None;
    let lagged = loop {
        match reader.receive().await {
            ServerFrame::Changes(changes) => {
                assert!(seen.is_none_or(|seen| seen == changes.from), "no gap");
                seen = Some(changes.to);
            }
            ServerFrame::Lagged { board } => break board,
            other => panic!("{other:?}"),
        }
    };
    reader.ask_for(lagged.as_str(), seen).await;
    let ServerFrame::Subscribed(subscribed) = reader.receive().await else {
        panic!("its answer")
    };
    assert_eq!(Some(subscribed.from), seen, "it goes on from where it was");
    let mut at = subscribed.from;
    while at != subscribed.at {
        match reader.receive().await {
            ServerFrame::Changes(changes) => at = changes.to,
            ServerFrame::Patch(patch) if patch.last => at = patch.to,
            ServerFrame::Patch(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(at.revision.0 >= written);
}
