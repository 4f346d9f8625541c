//! Edits made without a server: saved, sent later, and effective once.

use crate::client::{BOARD, Server};

#[test]
fn an_edit_made_without_a_server_is_saved_and_takes_effect_once_when_it_is_back() {
    let mut server = Server::start();
    let client = server.client();
    client.set("setpoint.value", "22");
    let before = client.field("setpoint.value")["revision"].as_u64().expect("a number");
    server.kill();
    client.save("setpoint.value", "23.5");
    let waiting = client.waiting();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(waiting[0]["reason"], "saved on this device");
    server.restart();
    client.send();
    client.send();
    let after = server.client().field("setpoint.value");
    assert_eq!(
        (after["value"].as_f64(), after["revision"].as_u64()),
        (Some(23.5), Some(before + 1))
    );
    assert!(client.waiting().is_empty());
}

#[test]
fn a_client_killed_while_it_waits_has_lost_nothing_and_sends_nothing_twice() {
    let mut server = Server::start();
    let client = server.client();
    let first = client.set("counter.count", "1");
    assert_eq!((first.code, first.err.as_str()), (0, ""), "{}", first.out);
    let revision = client.field("counter.count")["revision"].as_u64().expect("a number");
    for round in 1..=3 {
        server.kill();
        let mut waiting = client.follow(&["set", BOARD, "counter.count", &(10 * round).to_string()]);
        waiting.word("saved on this device");
        drop(waiting); // kill -9
        server.restart();
        client.send();
        let field = server.client().field("counter.count");
        assert_eq!(
            (field["value"].as_u64(), field["revision"].as_u64()),
            (Some(10 * round), Some(revision + round))
        );
    }
}

#[test]
fn a_waiting_client_finishes_by_itself_when_the_server_comes_up() {
    let mut server = Server::start();
    let client = server.client();
    client.field("counter.count");
    server.kill();
    let mut waiting = client.follow(&["set", BOARD, "counter.count", "7"]);
    waiting.word("saved on this device");
    server.restart();
    waiting.line("applied at revision");
    assert_eq!(client.field("counter.count")["value"], 7);
}

#[test]
fn a_board_is_read_from_this_device_when_the_server_is_gone_and_says_so() {
    let mut server = Server::start();
    let client = server.client();
    client.field("setpoint.value");
    server.kill();
    let got = client.run(&["get", BOARD, "setpoint.value", "--offline-ok"]);
    assert_eq!((got.code, got.out.as_str()), (0, "21\n"), "{}", got.err);
    assert!(got.err.contains("saw last"), "{}", got.err);
    let got = client.run(&["get", BOARD, "setpoint.value", "--timeout", "1"]);
    assert_eq!(got.code, 1);
    assert!(
        got.err.contains(&server.url()) && got.err.contains("--timeout"),
        "{}",
        got.err
    );
}

#[test]
fn several_processes_share_one_outbox() {
    let mut server = Server::start();
    let client = server.client();
    client.set("counter.count", "1");
    server.kill();
    let edits = [
        ("counter.count", "101"),
        ("counter.order", "102"),
        ("counter.unit", "crates"),
        ("setpoint.value", "22"),
        ("setpoint.order", "103"),
        ("setpoint.unit", "degrees"),
    ];
    let edit = |(field, value)| client.follow(&["set", BOARD, field, value, "--offline-ok"]);
    let mut together: Vec<_> = edits.into_iter().map(edit).collect();
    for process in &mut together {
        process.line("saved on this device");
    }
    assert_eq!(client.waiting().len(), 6);
    server.restart();
    client.send();
    for (field, value) in edits {
        let stands = server.client().field(field)["value"].to_string();
        assert_eq!(stands.trim_matches('"'), value, "{field}");
    }
}
