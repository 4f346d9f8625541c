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
    let shown = client.run(&["get", BOARD, "setpoint.value", "--offline-ok", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.out).expect("one JSON object");
    assert_eq!(
        (&shown["pending"], &shown["at_ms"]),
        (&true.into(), &serde_json::Value::Null)
    );
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
fn what_two_devices_add_to_a_counter_is_its_sum_wherever_the_server_was() {
    let mut server = Server::start();
    let (one, other) = (server.client(), server.client());
    let added = one.run(&["add", BOARD, "counter.count", "5"]);
    assert_eq!(added.code, 0, "{added:?}");
    assert!(added.out.starts_with("applied at revision"), "{}", added.out);
    other.field("counter.count");
    server.kill();
    for amount in ["-2", "10"] {
        let saved = other.run(&["add", BOARD, "counter.count", amount, "--offline-ok"]);
        assert_eq!(
            (saved.code, saved.out.as_str()),
            (0, "saved on this device\n"),
            "{}",
            saved.err
        );
    }
    assert_eq!(other.run(&["get", BOARD, "counter.count", "--offline-ok"]).out, "13\n");
    server.restart();
    assert_eq!(one.run(&["add", BOARD, "counter.count", "100"]).code, 0);
    other.send();
    other.send();
    assert_eq!(one.field("counter.count")["value"], 113);
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

#[test]
fn a_server_whose_disk_is_full_is_not_called_absent() {
    let mut server = Server::start();
    let client = server.client();
    client.field("counter.count");
    server.restart_on_a_full_disk();
    let set = client.run(&["set", BOARD, "counter.count", "5", "--timeout", "2"]);
    assert_eq!(set.code, 5, "{set:?}");
    for part in [
        &server.url(),
        "has put it off",
        "free space on the server",
        "saved on this device",
    ] {
        assert!(set.err.contains(part), "`{part}` is not said: {}", set.err);
    }
    assert!(!set.err.contains("Is it running?"), "{}", set.err);
    server.restart();
    client.send();
    assert_eq!(client.field("counter.count")["value"], 5);
}

#[test]
fn a_server_that_is_killed_again_and_again_counts_each_addition_of_a_loop_once() {
    let mut server = Server::start();
    let client = server.client();
    client.field("counter.count");
    let (begins, begun) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let client = &client;
        scope.spawn(move || {
            for number in 1..=20 {
                begins.send(number).expect("it is waited for");
                let added = client.run(&["add", BOARD, "counter.count", "1", "--timeout", "1000000"]);
                assert_eq!(added.code, 0, "{number}: {added:?}");
            }
        });
        for _ in begun {
            server.restart();
        }
    });
    assert_eq!(server.client().field("counter.count")["value"], 20);
    assert!(client.waiting().is_empty());
}
