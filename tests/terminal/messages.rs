//! What can't be done is said with its reason and what to do.

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
    for unknown in [
        client.set("setpoint.colour", "red"),
        client.run(&["add", BOARD, "setpoint.colour", "1"]),
    ] {
        assert_eq!(unknown.code, 4, "{unknown:?}");
        for part in ["no field `colour`", "It has: ", "value"] {
            assert!(unknown.err.contains(part), "{}", unknown.err);
        }
    }
    let boards = client.run(&["get", "boards"]);
    assert_eq!(
        (boards.code, boards.out.as_str()),
        (0, "this-machine.name = This machine\n"),
        "{}",
        boards.err
    );
}

#[test]
fn a_wrong_type_is_refused_by_the_server_and_by_nobody_swallowed() {
    let server = Server::start();
    let client = server.client();
    let wrong = client.set("setpoint.value", "warm");
    assert_eq!(wrong.code, 4, "{wrong:?}");
    assert!(wrong.err.contains("a number"), "{}", wrong.err);
    assert_eq!(
        client.set("setpoint.min", "-3.5").code,
        0,
        "a number may begin with a dash"
    );
    assert_eq!(
        client.set("note.text", "42").code,
        0,
        "a field of text takes everything as text"
    );
    assert_eq!(client.field("note.text")["value"], "42");
    assert_eq!(client.set("checklist.done-1", "yes").code, 0);
    assert_eq!(client.field("checklist.done-1")["value"], true);
    assert_eq!(client.set("checklist.item-1", "null").code, 0);
    assert_eq!(client.field("checklist.item-1")["value"], "null");
    let json = |value: &str| client.run(&["set", BOARD, "checklist.item-1", value, "--json"]);
    assert_eq!(json("null").code, 0);
    assert!(client.field("checklist.item-1")["value"].is_null());
    let bare = json("Buy milk");
    assert_eq!(bare.code, 2, "{bare:?}");
    assert!(bare.err.contains("is not JSON"), "{}", bare.err);
    let added = client.run(&["add", BOARD, "note.text", "1"]);
    assert_eq!(added.code, 4, "{added:?}");
    assert!(added.err.contains("`tideboard set`"), "{}", added.err);
    let half = client.run(&["add", BOARD, "counter.count", "0.5"]);
    assert_eq!(half.code, 2, "{half:?}");
    assert!(half.err.contains("0.5"), "{}", half.err);
}

#[test]
fn a_value_out_of_its_range_and_an_empty_title_are_refused_with_what_would_do() {
    let server = Server::start();
    let client = server.client();
    let cold = client.set("setpoint.value", "-3.5");
    assert_eq!(cold.code, 4, "{cold:?}");
    assert!(cold.err.contains("between 5 and 30"), "{}", cold.err);
    let blank = client.set("note.title", " ");
    assert_eq!(blank.code, 4, "{blank:?}");
    assert!(blank.err.contains("not empty"), "{}", blank.err);
    assert_eq!(client.field("setpoint.value")["value"], 21);
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
