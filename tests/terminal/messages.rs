//! What can't be done is said with its reason and what to do.

use serde_json::json;

use crate::client::{BOARD, Client, Ended, Folder, Server};

fn refused(ended: &Ended, parts: &[&str]) {
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("tideboard: ") && ended.out.is_empty(), "{ended:?}");
    for part in parts {
        assert!(ended.err.contains(part), "`{part}` is not said: {}", ended.err);
    }
}

#[test]
fn an_unknown_board_widget_or_field_is_named_with_those_that_there_are() {
    let server = Server::start();
    let client = server.client();
    let nowhere = ["no board `nowhere`", "There is: this-machine.", "get boards"];
    refused(&client.run(&["get", "nowhere"]), &nowhere);
    refused(&client.run(&["watch", "nowhere"]), &nowhere);
    refused(&client.run(&["set", "nowhere", "a.b", "1"]), &nowhere);
    refused(
        &client.run(&["get", "this-machin"]),
        &["no board `this-machin`. Did you mean `this-machine`?"],
    );
    refused(
        &client.run(&["get", BOARD, "fuel"]),
        &["no widget `fuel` on board `this-machine`. Its widgets: ", "setpoint"],
    );
    refused(
        &client.set("fuel.value", "1"),
        &["no widget `fuel` on board", "setpoint"],
    );
    refused(
        &client.set("setpiont.value", "1"),
        &["no widget `setpiont`", "Did you mean `setpoint`?"],
    );
    refused(
        &client.set("Target temperature.value", "1"),
        &["Did you mean `setpoint`?"],
    );
    refused(
        &client.set("value", "1"),
        &["`value` is a field, not a widget", "`setpoint.value`, say"],
    );
    refused(
        &client.set("setpoint", "1"),
        &["which field of `setpoint`", "value", "`setpoint.FIELD`"],
    );
    refused(
        &client.run(&["get", BOARD, "setpoint.valu"]),
        &["no field `valu`. Did you mean `value`? It has: ", "unit"],
    );
    let of_setpoint = [
        "no field `colour`",
        "It has: title, order, size, value, unit, min, max, step.",
        "Nothing was saved",
    ];
    refused(&client.set("setpoint.colour", "red"), &of_setpoint);
    refused(&client.run(&["add", BOARD, "setpoint.colour", "1"]), &of_setpoint);
    refused(&client.set("cpu.treshold", "90"), &["Did you mean `threshold`?"]);
    assert!(client.waiting().is_empty());
    let boards = client.run(&["get", "boards"]);
    assert_eq!(
        (boards.code, boards.out.as_str()),
        (0, "this-machine.name = This machine\n"),
        "{}",
        boards.err
    );
}

#[test]
fn counters_take_whole_numbers() {
    let server = Server::start();
    let ended = server.client().run(&["add", BOARD, "counter.count", "1.5"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("counters take whole numbers"), "{ended:?}");
}

#[test]
fn what_a_field_does_not_take_is_said_before_anything_is_saved_with_a_server_or_without() {
    let mut server = Server::start();
    let client = server.client();
    let said = |client: &Client| {
        refused(
            &client.set("setpoint.value", "warm"),
            &["setpoint.value: ", "a number", "Nothing was saved"],
        );
        refused(
            &client.set("cpu.series", "host.cpu"),
            &[r#"a list of texts, as ["fuel", "depth"]"#],
        );
        refused(&client.set("cpu.series", "[1]"), &["a list of texts"]);
        refused(&client.set("cpu.threshold", "high"), &["a number"]);
        refused(
            &client.set("status.state", "fine"),
            &["one of ok, busy, attention, down"],
        );
        refused(&client.set("checklist.done-1", "maybe"), &["yes or no"]);
        refused(&client.set("counter.count", "0.5"), &["a whole number"]);
        refused(&client.set("note.title", " "), &["not empty"]);
        refused(
            &client.set("setpoint.colour", "red"),
            &["no field `colour`", "min, max"],
        );
        refused(&client.run(&["add", BOARD, "note.text", "1"]), &["`tideboard set`"]);
        refused(
            &client.run(&["set", BOARD, "note.text", "[1]", "--json"]),
            &["takes text"],
        );
        assert!(client.waiting().is_empty(), "nothing is kept of it");
    };
    said(&client);
    refused(&client.set("setpoint.value", "-3.5"), &["between 5 and 30"]);
    assert_eq!(client.field("setpoint.value")["value"], 21);
    server.kill();
    said(&client);
    // Somebody may have moved a bound since: that is for the server.
    client.save("setpoint.value", "-3.5");
    server.restart();
    let sent = client.run(&["outbox", "--send"]);
    assert_eq!(sent.code, 4, "{sent:?}");
    assert!(sent.out.contains("between 5 and 30"), "{}", sent.out);
}

#[test]
fn every_field_of_every_kind_can_be_set() {
    let server = Server::start();
    let client = server.client();
    for (target, typed, stored) in [
        ("cpu.title", "7", json!("7")),
        ("cpu.order", "2.5", json!(2.5)),
        (
            "cpu.series",
            r#"["host.cpu", "host.load.1"]"#,
            json!(["host.cpu", "host.load.1"]),
        ),
        ("cpu.series", "[]", json!([])),
        ("cpu.unit", "%", json!("%")),
        ("cpu.min", "-1", json!(-1)),
        ("cpu.max", "1e3", json!(1000.0)),
        ("cpu.threshold", "90", json!(90)),
        ("cpu.threshold", "null", json!(null)),
        ("cpu-gauge.threshold", "80.5", json!(80.5)),
        ("cpu-series.series", r#"["host.cpu.*"]"#, json!(["host.cpu.*"])),
        ("processes.series", r#"["host.processes"]"#, json!(["host.processes"])),
        ("status.state", "busy", json!("busy")),
        ("status.text", "true", json!("true")),
        ("checklist.item-9", "12", json!("12")),
        ("checklist.done-9", "yes", json!(true)),
        ("checklist.done-9", "false", json!(false)),
        ("checklist.taken-9", "Ada", json!("Ada")),
        ("setpoint.value", "22.5", json!(22.5)),
        ("setpoint.unit", "K", json!("K")),
        ("setpoint.min", "-3.5", json!(-3.5)),
        ("setpoint.max", "40", json!(40)),
        ("setpoint.step", "0.1", json!(0.1)),
        ("counter.count", "12", json!(12)),
        ("counter.unit", "boxes", json!("boxes")),
        ("note.text", "null", json!("null")),
        ("note.text", "", json!("")),
    ] {
        let set = client.set(target, typed);
        assert_eq!(set.code, 0, "{target} = {typed}: {set:?}");
        assert_eq!(client.field(target)["value"], stored, "{target}");
    }
    let gone = client.run(&["set", BOARD, "checklist.item-9", "null", "--json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    assert!(client.field("checklist.item-9")["value"].is_null());
    let named = client.run(&["set", "boards", "this-machine.name", "Here"]);
    assert_eq!(named.code, 0, "{named:?}");
    let bare = client.run(&["set", BOARD, "checklist.item-1", "Buy milk", "--json"]);
    assert_eq!(bare.code, 2, "{bare:?}");
    assert!(bare.err.contains("is not JSON"), "{}", bare.err);
    let half = client.run(&["add", BOARD, "counter.count", "0.5"]);
    assert_eq!(half.code, 2, "{half:?}");
    assert!(half.err.contains("0.5"), "{}", half.err);
}

#[test]
fn the_examples_of_the_guide_work_as_they_stand() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/guides/terminal.md"));
    let guide = guide.expect("the guide is there");
    let server = Server::start();
    let client = server.client();
    // What needs an edit's ID, or a person, has tests of its own.
    let lines = guide
        .lines()
        .filter(|line| line.starts_with("tideboard ") && !line.contains(" ID") && !line.contains('|'));
    let mut run = 0;
    for line in lines {
        let command = line.split(" #").next().unwrap_or(line);
        let arguments: Vec<&str> = command
            .split_whitespace()
            .skip(1)
            .map(|word| word.trim_matches('\''))
            .collect();
        if arguments[0] == "watch" {
            let mut watching = client.follow(&arguments);
            watching.line("setpoint.value");
        } else {
            let ended = client.run(&arguments);
            assert_eq!(ended.code, 0, "{line}: {ended:?}");
        }
        run += 1;
    }
    assert!(run >= 10, "{run} examples");
    assert_eq!(client.field("counter.count")["value"], 1);
    assert!(client.waiting().is_empty());
}

#[test]
fn a_usage_names_no_option_that_need_not_be_given() {
    let nowhere = Client {
        data: Folder::new(),
        server: "http://127.0.0.1:1".to_owned(),
        token: Some("a-token-of-mine".to_owned()),
    };
    for (arguments, usage) in [
        (
            &["set", BOARD][..],
            "Usage: tideboard set [OPTIONS] <BOARD> <TARGET> <VALUE>\n",
        ),
        (&["get"], "Usage: tideboard get [OPTIONS] <BOARD> [TARGET]\n"),
        (&["outbox", "--nothing"], "Usage: tideboard outbox [OPTIONS]\n"),
        (&["serve", "--nothing"], "Usage: tideboard serve [OPTIONS]\n"),
        (
            &["--nothing"],
            "Usage: tideboard [OPTIONS]\n       tideboard <COMMAND>\n",
        ),
    ] {
        let ended = nowhere.run(arguments);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.err.contains(usage), "{}", ended.err);
    }
}

#[test]
fn a_device_that_never_met_its_server_says_where_it_looked() {
    let mut server = Server::start();
    let client = server.client();
    server.kill();
    refused(
        &client.run(&["set", BOARD, "counter.count", "1", "--offline-ok", "--timeout", "1"]),
        &[&server.url(), "--server"],
    );
    let listed = client.run(&["outbox"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    assert!(
        listed.out.contains("nothing is known here") && listed.out.contains(&server.url()),
        "{}",
        listed.out
    );
    refused(
        &client.run(&["outbox", "--send", "--timeout", "1"]),
        &[&server.url(), "--server"],
    );
}

#[test]
fn without_having_met_the_server_nothing_is_saved_for_it_and_it_is_said_at_once() {
    let (mut met, mut stranger) = (Server::start(), Server::start());
    let client = met.client();
    client.field("counter.count");
    met.kill();
    stranger.kill();
    client.save("counter.count", "1");
    // The time it has is the test's own: nothing is waited for.
    let patient = ["--offline-ok", "--timeout", "1000000"];
    let elsewhere = ["--server", &stranger.url()];
    let parts = [
        &*stranger.url(),
        "has not met",
        "nothing can be shown or saved",
        "without --offline-ok",
    ];
    let set = ["set", BOARD, "counter.count", "2"];
    refused(&client.run(&[&set[..], &patient, &elsewhere].concat()), &parts);
    refused(
        &client.run(&[&["get", BOARD][..], &patient, &elsewhere].concat()),
        &parts,
    );
    assert_eq!(client.waiting().len(), 1, "it went to nobody else");
    let unseen = ["set", "boards", "this-machine.name", "Here"];
    refused(
        &client.run(&[&unseen[..], &patient].concat()),
        &["has not seen board `boards`", "nothing can be shown or saved"],
    );
}

#[test]
fn a_server_is_remembered_when_it_has_answered_and_a_mistyped_one_is_not() {
    let server = Server::start();
    let client = server.client();
    let remembered = |arguments: &[&str]| {
        let mut command = client.command(arguments);
        Ended::of(
            command
                .env_remove("TIDEBOARD_SERVER")
                .output()
                .expect("the binary starts"),
        )
    };
    assert_eq!(client.run(&["get", BOARD, "counter.count"]).code, 0);
    let mistyped = ["--server", "http://127.0.0.1:1", "--timeout", "1"];
    refused(
        &client.run(&[&["get", BOARD][..], &mistyped].concat()),
        &["http://127.0.0.1:1 "],
    );
    let again = remembered(&["get", BOARD, "counter.count"]);
    assert_eq!((again.code, again.out.as_str()), (0, "0\n"), "{}", again.err);
}

#[test]
fn a_disk_that_takes_nothing_is_named_and_what_it_did_not_take_was_not_saved() {
    let mut server = Server::start();
    let client = server.client();
    client.field("counter.count");
    let set = ["set", BOARD, "counter.count", "5", "--timeout", "1000000"];
    let refuses = |error: &str, words: &str| {
        let parts = [words, "then try again", "The edit was not saved"];
        refused(&client.run_with_failing_disk(error, &set), &parts);
        refused(
            &client.run_with_failing_disk(error, &[&set[..], &["--offline-ok"]].concat()),
            &parts,
        );
        assert!(client.waiting().is_empty());
    };
    refuses("ENOSPC", "disk is full. Free some space");
    refuses("EIO", "storage gives an error. Check its disk");
    assert_eq!(client.field("counter.count")["value"], 0);
    server.kill();
    refuses("ENOSPC", "disk is full. Free some space");
}

#[test]
fn a_file_in_the_place_of_its_folder_is_named_with_what_to_do() {
    let server = Server::start();
    let client = server.client();
    let file = client.data.path().join("taken");
    std::fs::write(&file, "not a folder").expect("the folder is there");
    let folder = file.to_str().expect("a path of letters");
    refused(
        &client.run(&["get", BOARD, "--data", folder]),
        &["taken", "Choose another folder"],
    );
}

#[test]
fn what_is_no_address_is_refused_before_anything_is_done() {
    let nowhere = Client {
        data: Folder::new(),
        server: "board.example.org".to_owned(),
        token: None,
    };
    refused(&nowhere.run(&["get", BOARD]), &["not a server's address", "https://"]);
}

#[test]
fn a_token_is_asked_for_named_by_its_variable_and_never_repeated() {
    let (edit, view) = ("an-edit-token-of-mine", "a-view-token-of-mine");
    let server = Server::start_with(&["--edit-token", edit, "--view-token", view]);
    let mut client = server.client();
    refused(&client.run(&["get", BOARD]), &["TIDEBOARD_TOKEN"]);
    client.token = Some("a-guess-that-is-wrong".to_owned());
    let wrong = client.run(&["get", BOARD]);
    refused(&wrong, &["TIDEBOARD_TOKEN"]);
    assert!(!wrong.err.contains("a-guess"), "{}", wrong.err);
    client.token = Some(view.to_owned());
    assert_eq!(client.field("setpoint.value")["value"], 21);
    let watched = client.set("setpoint.value", "22");
    assert_eq!(watched.code, 4, "{watched:?}");
    assert!(watched.err.contains("edit token"), "{}", watched.err);
    client.token = Some(edit.to_owned());
    assert_eq!(client.set("setpoint.value", "22").code, 0);
}

#[test]
fn what_waits_for_another_token_is_neither_shown_nor_denied() {
    let (edit, view) = ("an-edit-token-of-mine", "a-view-token-of-mine");
    let mut server = Server::start_with(&["--edit-token", edit, "--view-token", view]);
    let mut client = server.client();
    client.token = Some(edit.to_owned());
    client.field("counter.count");
    server.kill();
    client.save("counter.count", "3");
    server.restart();
    client.token = Some("a-guess-that-is-wrong".to_owned());
    let listed = client.run(&["outbox"]).out;
    assert!(
        listed.contains("nothing is known here of what waits for") && listed.contains("not with this token"),
        "{listed}"
    );
    refused(
        &client.run(&["outbox", "--send"]),
        &["token is not right", "TIDEBOARD_TOKEN"],
    );
    client.token = Some(view.to_owned());
    assert_eq!(client.run(&["outbox", "--send"]).code, 0);
    assert_eq!(client.field("counter.count")["value"], 0);
    client.token = Some(edit.to_owned());
    assert_eq!(client.run(&["outbox", "--send"]).code, 0);
    assert_eq!(client.field("counter.count")["value"], 3);
}

#[test]
fn another_programs_file_is_left_untouched() {
    let server = Server::start();
    let client = server.client();
    let file = client.data.path().join("outbox.sqlite");
    for foreign in ["PRAGMA application_id = 7; CREATE TABLE t (x)", "CREATE TABLE t (x)"] {
        let _ = std::fs::remove_file(&file);
        rusqlite::Connection::open(&file)
            .and_then(|sqlite| sqlite.execute_batch(foreign))
            .expect("a database");
        let before = std::fs::read(&file).expect("it is there");
        refused(
            &client.run(&["get", BOARD]),
            &["another program", "nothing was changed"],
        );
        assert_eq!(std::fs::read(&file).expect("it is there"), before);
    }
    std::fs::write(
        &file,
        "not a database at all, but longer than a header of one hundred bytes, so that it is looked at closely",
    )
    .expect("written");
    refused(&client.run(&["get", BOARD]), &["can't be opened"]);
}

#[test]
fn a_newer_versions_file_is_left_untouched() {
    let server = Server::start();
    let client = server.client();
    assert_eq!(client.run(&["get", BOARD]).code, 0);
    let file = client.data.path().join("outbox.sqlite");
    rusqlite::Connection::open(&file)
        .and_then(|sqlite| sqlite.execute_batch("PRAGMA user_version = 99"))
        .expect("it is a database");
    refused(&client.run(&["get", BOARD]), &["newer version", "nothing was changed"]);
}
