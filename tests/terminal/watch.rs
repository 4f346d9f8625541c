//! `watch`: each change as it comes, through the server's end and back.

use crate::client::{BOARD, Server};

#[test]
fn a_change_by_another_is_a_line() {
    let server = Server::start();
    let client = server.client();
    let mut watching = client.follow(&["watch", BOARD]);
    watching.line("setpoint.value = 21");
    server.client().set("setpoint.value", "22.5");
    assert_eq!(watching.line("setpoint.value"), "setpoint.value = 22.5");
}

#[test]
fn lines_are_json_for_programs() {
    let server = Server::start();
    let client = server.client();
    let mut watching = client.follow(&["watch", BOARD, "--json"]);
    watching.line("\"setpoint\"");
    server.client().set("note.text", "Fuel at dawn");
    let line: serde_json::Value = serde_json::from_str(&watching.line("Fuel at dawn")).expect("a JSON object");
    assert_eq!(
        (&line["widget"], &line["field"], &line["value"]),
        (&"note".into(), &"text".into(), &"Fuel at dawn".into())
    );
    assert_eq!((&line["by"], &line["pending"]), (&"local".into(), &false.into()));
}

#[test]
fn it_says_that_the_server_is_gone_and_goes_on_when_it_is_back() {
    let mut server = Server::start();
    let client = server.client();
    let mut watching = client.follow(&["watch", BOARD]);
    watching.word("-- live");
    watching.line("setpoint.value = 21");
    server.kill();
    watching.word("-- server unreachable");
    server.restart();
    watching.word("-- live");
    server.client().set("setpoint.value", "19");
    watching.line("setpoint.value = 19");
}
