//! Kinds that no first board has: the terminal knows them all the same.

use serde_json::json;
use tideboard::{protocol::Intent, sorted::SortedMap};

use crate::{
    client::{BOARD, Server},
    outbox::somebody_edits,
};

#[tokio::test]
async fn bars_a_log_and_a_timer_are_set_and_their_fields_are_known() {
    let server = Server::start();
    for kind in ["bar", "log", "timer"] {
        let kind = kind.parse().expect("a kind");
        let fields = SortedMap::new();
        somebody_edits(&server, &format!("new-{kind}"), Intent::Create { kind, fields }).await;
    }
    let client = server.client();
    for (target, typed, stored) in [
        ("new-log.line-019a0000000-1f", "Cast off", json!("Cast off")),
        ("new-timer.minutes", "0.5", json!(0.5)),
        ("new-timer.run", r#"{"left": 90}"#, json!({"left": 90})),
        ("new-timer.run", "null", json!(null)),
        ("new-bar.threshold", "90", json!(90)),
        ("new-bar.warns", "below", json!("below")),
        (
            "new-bar.series",
            r#"["top 3(host.cpu.*)"]"#,
            json!(["top 3(host.cpu.*)"]),
        ),
    ] {
        let set = client.set(target, typed);
        assert_eq!(set.code, 0, "{target} = {typed}: {set:?}");
        assert_eq!(client.field(target)["value"], stored, "{target}");
    }
    for (target, typed, said) in [
        ("new-timer.run", r#"{"ends": -1}"#, r#"{"ends": UNIX_MS}"#),
        ("new-timer.left", "90", "It has: title, order, size, minutes, run."),
        ("new-log.text", "Cast off", "It has: title, order, size, line-*."),
        (
            "new-bar.span",
            "1 h",
            "It has: title, order, size, series, unit, min, max, threshold, warns.",
        ),
    ] {
        let refused = client.set(target, typed);
        assert_eq!(refused.code, 1, "{target} = {typed}: {refused:?}");
        assert!(refused.err.contains(said), "{}", refused.err);
    }
    // A line that is taken away leaves nothing.
    let gone = client.run(&["set", BOARD, "new-log.line-019a0000000-1f", "null", "--json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    let log = client.run(&["get", BOARD, "new-log", "--json"]);
    assert_eq!(log.code, 0, "{log:?}");
    assert!(!log.out.contains("line-"), "{}", log.out);
}
