//! What did not take effect waits for its owner, who decides.

use crate::client::{BOARD, Client, Server};

/// Two devices that have written the same field without seeing each other; the second one's value stands.
fn quarrel(server: &mut Server) -> (Client, String) {
    let (mine, theirs) = (server.client(), server.client());
    mine.set("setpoint.value", "20");
    server.kill();
    mine.save("setpoint.value", "18");
    server.restart();
    assert_eq!(theirs.set("setpoint.value", "25").code, 0);
    mine.send();
    let waiting = mine.waiting();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    assert_eq!(
        (&waiting[0]["state"], &waiting[0]["theirs"]),
        (&"two-versions".into(), &25.into())
    );
    assert!(waiting[0]["made_at_ms"].is_u64(), "{waiting:?}");
    let id = waiting[0]["id"].as_str().expect("an id").to_owned();
    (mine, id)
}

#[test]
fn of_two_versions_mine_is_set_again_when_i_say_so() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    assert_eq!(mine.field("setpoint.value")["value"], 25, "nobody chose yet");
    assert_eq!(mine.run(&["outbox", "--keep-mine", &id]).code, 0);
    mine.send();
    assert_eq!(server.client().field("setpoint.value")["value"], 18);
    assert!(mine.waiting().is_empty());
}

#[test]
fn of_two_versions_theirs_stands_when_i_say_so() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    assert_eq!(mine.run(&["outbox", "--keep-theirs", &id]).code, 0);
    assert!(mine.waiting().is_empty());
    assert_eq!(server.client().field("setpoint.value")["value"], 25);
}

#[test]
fn an_edit_that_is_not_accepted_is_kept_until_it_is_discarded() {
    let server = Server::start();
    let client = server.client();
    let refused = client.set("status.state", "fine");
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(
        refused.err.contains("one of ok") && refused.err.contains("--discard"),
        "{}",
        refused.err
    );
    let id = client.waiting()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(client.run(&["outbox", "--discard", &id]).code, 0);
    assert!(client.waiting().is_empty());
    let again = client.run(&["outbox", "--discard", &id]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("not waiting any more"), "{}", again.err);
}

#[test]
fn a_conflict_met_while_waiting_is_told_with_both_ways_out() {
    let mut server = Server::start();
    let (mine, theirs) = (server.client(), server.client());
    mine.set("setpoint.value", "20");
    server.kill();
    let mut waiting = mine.follow(&["set", BOARD, "setpoint.value", "18"]);
    waiting.word("saved on this device");
    waiting.signal("STOP"); // so that the other one comes first
    server.restart();
    assert_eq!(theirs.set("setpoint.value", "25").code, 0);
    waiting.signal("CONT");
    let message = waiting.word("stands");
    assert!(
        message.contains("25") && message.contains("--keep-mine") && message.contains("--keep-theirs"),
        "{message}"
    );
    assert_eq!(waiting.code(), 3);
}
