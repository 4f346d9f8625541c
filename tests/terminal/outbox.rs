//! What did not take effect waits for its owner, who decides.

use tideboard::{
    config::{SOCKET_PATH, VALUE_BYTES_MAX},
    protocol::{Answer, Base, Cursor, Intent, PushItem, Revision, ServerFrame, Value},
};
use tokio::net::TcpStream;

use crate::{
    author::Author,
    client::{BOARD, Client, Server},
    folder::Folder,
    socket::Socket,
};

/// Two devices that have written the same field without seeing each other; the second one's value stands.
fn quarrel(server: &mut Server) -> (Client, String) {
    let (mine, theirs) = (server.client(), server.client());
    mine.set("setpoint.value", "20");
    server.kill();
    mine.save("setpoint.value", "18");
    server.restart();
    assert_eq!(theirs.set("setpoint.value", "25").code, 0);
    let sent = mine.run(&["outbox", "--send"]);
    assert_eq!(sent.code, 3, "a person must choose: {sent:?}");
    assert!(
        sent.err.contains("1 field has two versions") && sent.err.contains("--keep-mine ID"),
        "{}",
        sent.err
    );
    assert!(
        sent.out
            .contains("setpoint.value = 18 (Target temperature)  theirs: 25, by local (Terminal)"),
        "{}",
        sent.out
    );
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
fn of_two_versions_mine_is_set_again_and_sent_when_i_say_so() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    assert_eq!(mine.field("setpoint.value")["value"], 25, "nobody chose yet");
    let kept = mine.run(&["outbox", "--keep-mine", &id]);
    assert_eq!((kept.code, kept.err.as_str()), (0, ""), "{}", kept.out);
    assert!(
        kept.out.starts_with("applied  this-machine setpoint.value = 18") && kept.out.contains("nothing waits"),
        "{}",
        kept.out
    );
    assert_eq!(server.client().field("setpoint.value")["value"], 18);
}

#[test]
fn of_two_versions_theirs_stands_when_i_say_so_with_or_without_a_server() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    server.kill();
    assert_eq!(mine.run(&["outbox", "--keep-theirs", &id]).code, 0);
    assert!(mine.waiting().is_empty());
    server.restart();
    assert_eq!(server.client().field("setpoint.value")["value"], 25);
}

#[test]
fn a_decision_that_cannot_be_sent_is_saved_and_says_so() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    server.kill();
    // The time it has is the test's own: nothing is waited for.
    let kept = mine.run(&["outbox", "--keep-mine", &id, "--timeout", "1000000"]);
    assert_eq!(kept.code, 5, "{kept:?}");
    assert!(
        kept.err.contains(&server.url()) && kept.err.contains("The decision is saved on this device"),
        "{}",
        kept.err
    );
    assert!(
        kept.out.starts_with("waiting  this-machine setpoint.value = 18"),
        "{}",
        kept.out
    );
    server.restart();
    let sent = mine.run(&["outbox", "--send"]);
    assert_eq!(sent.code, 0, "{sent:?}");
    assert!(
        sent.out.starts_with("applied  this-machine setpoint.value = 18"),
        "{}",
        sent.out
    );
}

#[test]
fn a_decision_that_meets_a_third_value_keeps_its_id_and_is_made_again() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    server.kill();
    assert_eq!(mine.run(&["outbox", "--keep-mine", &id]).code, 5);
    server.restart();
    // Whether it was saved before, or is made now by a device that has not heard of the newest value.
    for (theirs, command) in [(26, vec!["outbox", "--send"]), (27, vec!["outbox", "--keep-mine", &id])] {
        assert_eq!(server.client().set("setpoint.value", &theirs.to_string()).code, 0);
        let sent = mine.run(&command);
        assert_eq!(sent.code, 3, "{sent:?}");
        assert!(
            sent.err
                .contains("1 choice was made on what stood before, and somebody has written since"),
            "{}",
            sent.err
        );
        assert!(
            sent.out.contains(&format!("theirs: {theirs}, by local")),
            "{}",
            sent.out
        );
        let waiting = mine.waiting();
        assert_eq!(
            (&waiting[0]["id"], &waiting[0]["theirs"]),
            (&id.as_str().into(), &theirs.into())
        );
    }
    assert_eq!(mine.run(&["outbox", "--keep-mine", &id]).code, 0);
    assert_eq!(server.client().field("setpoint.value")["value"], 18);
}

#[test]
fn what_waits_for_a_token_is_listed_with_it_though_another_was_used_since_and_the_server_is_away() {
    let [edit, view] = ["an-edit-token-of-mine", "a-view-token-of-mine"];
    let mut server = Server::start_with(&["--edit-token", edit, "--view-token", view]);
    let mut client = server.client();
    client.token = Some(edit.to_owned());
    client.field("counter.count");
    server.kill();
    client.save("counter.count", "3");
    server.restart();
    client.token = Some(view.to_owned());
    client.field("counter.count");
    server.kill();
    assert!(client.waiting().is_empty(), "it is not theirs");
    client.token = Some(edit.to_owned());
    assert_eq!(client.waiting().len(), 1);
}

#[test]
fn an_edit_that_waits_is_taken_back_and_a_way_out_that_is_none_says_which_there_is() {
    let mut server = Server::start();
    let (mine, id) = quarrel(&mut server);
    let wrong = mine.run(&["outbox", "--discard", &id]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(
        wrong.err.contains(&id) && wrong.err.contains("choose with --keep-mine"),
        "{}",
        wrong.err
    );
    assert_eq!(mine.run(&["outbox", "--keep-theirs", &id]).code, 0);
    server.kill();
    mine.save("counter.count", "7");
    let waiting = mine.waiting();
    let id = waiting[0]["id"].as_str().expect("an id");
    let wrong = mine.run(&["outbox", "--keep-mine", id]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.err.contains("take it back with --discard"), "{}", wrong.err);
    assert_eq!(
        mine.run(&["outbox", "--discard", id]).code,
        5,
        "it may have been sent: the server has to hear of it"
    );
    let shown = mine.run(&["get", BOARD, "counter.count", "--offline-ok"]);
    assert_eq!(shown.out, "0\n", "it is off the board at once");
    server.restart();
    let sent = mine.run(&["outbox", "--send"]);
    assert_eq!(sent.code, 0, "{sent:?}");
    assert!(
        sent.out.starts_with("taken-back  this-machine counter.count = 7"),
        "{}",
        sent.out
    );
    assert_eq!(mine.field("counter.count")["value"], 0);
}

#[test]
fn what_came_of_each_edit_is_printed_and_the_exit_code_tells_of_the_worst() {
    let mut server = Server::start();
    let client = server.client();
    client.field("counter.count");
    server.kill();
    client.save("setpoint.value", "-3");
    let added = client.run(&["add", BOARD, "counter.count", "2", "--offline-ok"]);
    assert_eq!(
        (added.code, added.out.as_str()),
        (0, "saved on this device\n"),
        "{}",
        added.err
    );
    server.restart();
    let sent = client.run(&["outbox", "--send", "--json"]);
    assert_eq!(sent.code, 4, "{sent:?}");
    assert!(
        sent.err.contains("1 edit was not accepted") && sent.err.contains("--discard ID"),
        "{}",
        sent.err
    );
    let lines: Vec<Value> = sent
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", sent.out);
    assert_eq!(
        (&lines[0]["state"], &lines[0]["title"]),
        (&"applied".into(), &"Coffees".into())
    );
    assert_eq!(lines[1]["state"], "not-accepted");
    for line in &lines {
        assert!(line["made_at_ms"].is_u64(), "{line}");
    }
    let again = client.run(&["outbox", "--send"]);
    assert_eq!(again.code, 4, "it still waits for its owner: {again:?}");
    let id = lines[1]["id"].as_str().expect("an id");
    let retried = client.run(&["outbox", "--retry", id]);
    assert_eq!(retried.code, 4, "it is no better: {retried:?}");
    let id = client.waiting()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(client.run(&["outbox", "--discard", &id]).code, 0);
    assert_eq!(client.run(&["outbox", "--send"]).code, 0);
}

#[tokio::test]
async fn what_was_removed_meanwhile_is_still_called_by_its_name() {
    let mut server = Server::start();
    let client = server.client();
    client.field("checklist.item-2");
    server.kill();
    client.save("checklist.done-1", "true");
    client.save("checklist.item-2", "Pull the plug");
    server.restart();
    somebody_edits(&server, "checklist", forget_item()).await;
    assert_eq!(client.run(&["outbox", "--send"]).code, 3);
    let listed = client.run(&["outbox"]).out;
    assert!(
        listed.contains("item-2 = Pull the plug (“Pull the plug, change something, plug it in again” of To do)  theirs: it was removed"),
        "{listed}"
    );
    server.kill();
    client.save("checklist.done-3", "true");
    server.restart();
    somebody_edits(&server, "checklist", Intent::Remove).await;
    assert_eq!(client.run(&["outbox", "--send"]).code, 3);
    let listed = client.run(&["outbox"]).out;
    assert!(
        listed.contains("done-3 = true (“Add a board of your own” of To do)  theirs: the widget was removed"),
        "{listed}"
    );
}

#[test]
fn an_edit_that_is_not_accepted_is_kept_until_it_is_discarded() {
    let server = Server::start();
    let client = server.client();
    // As long as a value may be; but a widget holds no three of them, and that is for the server to say.
    let long = |letter: &str| letter.repeat(VALUE_BYTES_MAX - 1_000);
    for item in ["checklist.item-8", "checklist.item-9"] {
        assert_eq!(client.set(item, &long("x")).code, 0);
    }
    let refused = client.set("checklist.item-7", &long("y"));
    assert_eq!(refused.code, 4, "{}", refused.err);
    assert!(
        refused.err.contains("larger than") && refused.err.contains("--discard"),
        "{}",
        refused.err
    );
    let id = client.waiting()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(client.run(&["outbox", "--discard", &id]).code, 0);
    assert!(client.waiting().is_empty());
    let again = client.run(&["outbox", "--discard", &id]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("not waiting any more"), "{}", again.err);
    let values = ["y", "z"].map(long);
    for value in &values {
        assert_eq!(client.set("checklist.item-7", value).code, 4);
    }
    let listed = client.waiting();
    let kept: Vec<&Value> = listed.iter().map(|edit| &edit["intent"]["set"]["value"]).collect();
    assert_eq!(kept, [&values[0], &values[1]], "in the order in which they were made");
    let discarded = client.run(&["outbox", "--discard-not-accepted"]);
    assert_eq!(discarded.code, 0, "{discarded:?}");
    assert!(
        discarded.out.starts_with("nothing waits on this device for http"),
        "{}",
        discarded.out
    );
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

fn forget_item() -> Intent {
    Intent::Set {
        field: "item-2".parse().expect("a name"),
        value: Value::Null,
    }
}

/// An edit by somebody who has seen the board as it is; it is applied.
pub async fn somebody_edits(server: &Server, widget: &str, intent: Intent) {
    let address = server.url().replace("http://", "");
    let stream = TcpStream::connect(address).await.expect("it listens");
    let mut socket = Socket::over(stream, SOCKET_PATH, &[]).await.expect("a seat");
    let ServerFrame::Welcome(welcome) = socket.greet(None).await else {
        panic!("a welcome comes first")
    };
    let mut author = Author::new(welcome);
    let mut item = author.item(Cursor::ORIGIN, BOARD, widget, intent.clone());
    if let (PushItem::Operation { operation, .. }, Some(field)) = (&mut item, intent.field()) {
        let seen = server.client().field(&format!("{widget}.{field}"))["revision"].as_u64();
        operation.base = seen.map(|revision| Base::Revision(Revision(revision)));
    }
    socket.send(&author.frame(vec![item])).await;
    let answers = loop {
        if let ServerFrame::Verdicts { items } = socket.receive().await.expect("an answer") {
            break items;
        }
    };
    let is_applied = |answer: &Answer| matches!(answer, Answer::Verdict { verdict, .. } if verdict.is_applied());
    assert!(answers.iter().all(|item| is_applied(&item.answer)), "{answers:?}");
}

#[test]
fn what_waits_for_a_server_that_is_gone_for_good_is_listed_and_can_be_forgotten() {
    let mut server = Server::start();
    let client = server.client();
    client.field("counter.count");
    server.kill();
    client.save("counter.count", "3");
    client.save("setpoint.value", "22");
    let lost = std::mem::replace(&mut server.data, Folder::new());
    server.restart();
    assert_eq!(client.field("counter.count")["value"], 0);
    let waiting = client.waiting();
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    assert!(
        waiting.iter().all(|waits| waits["state"] == "another-server"),
        "{waiting:?}"
    );
    let id = waiting[0]["id"].as_str().expect("an id");
    let retried = client.run(&["outbox", "--retry", id]);
    assert_eq!(retried.code, 1, "{retried:?}");
    assert!(retried.err.contains("forget it with --discard"), "{}", retried.err);
    assert_eq!(client.run(&["outbox", "--discard", id]).code, 0);
    assert_eq!(client.waiting().len(), 1);
    server.kill();
    server.data = lost;
    server.restart();
    assert_eq!(client.run(&["outbox", "--send"]).code, 0);
    assert_eq!(client.field("counter.count")["value"], 0, "it was forgotten");
    assert_eq!(client.field("setpoint.value")["value"], 22);
    assert!(client.waiting().is_empty());
}
