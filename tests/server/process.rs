//! The binary itself: how it starts, what it says when it can't, how it ends.

use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Stdio},
};

use tideboard::protocol::ServerFrame;

use crate::{
    editor::{Editor, field},
    harness::{Folder, Process, Request, Socket, command},
};

#[tokio::test]
async fn it_serves_pages_and_health_without_built_files_beside_it() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    assert_eq!(
        Request::new(process.address, "GET", "/healthz").send().await.status,
        200
    );
    assert_eq!(Request::new(process.address, "GET", "/readyz").send().await.status, 200);
    let page = Request::new(process.address, "GET", "/")
        .header("Accept", "text/html")
        .send()
        .await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<div id=\"main\">"), "{}", page.body);
    let nowhere = Request::new(process.address, "GET", "/no/such/page").send().await;
    assert_eq!(nowhere.status, 404);
    assert!(
        nowhere.body.contains("There is nothing at this address.") && nowhere.body.contains("href=\"/\""),
        "{}",
        nowhere.body
    );
    let board = Request::new(process.address, "GET", "/boards/never-made").send().await;
    assert_eq!(board.status, 200, "whether there is such a board its page finds out");
    let gone = Request::new(process.address, "GET", "/assets/of-another-version.js")
        .send()
        .await;
    assert_eq!(gone.status, 404, "a page in a script's place would be run: {gone:?}");
    let metrics = Request::new(process.address, "GET", "/metrics").send().await;
    assert!(
        metrics.body.contains("# TYPE tideboard_sockets_open gauge"),
        "{}",
        metrics.body
    );
    let me = Request::new(process.address, "GET", "/api/v1/session").send().await;
    assert_eq!(me.body, r#"{"principal":"local","access":"edit"}"#);
}

#[tokio::test]
async fn a_new_servers_board_is_in_its_language_and_stays_so() {
    let name = async |command: &mut Command| {
        let (process, _) = Process::spawn(command);
        let mut editor = Editor::enter(process.address).await;
        let board = editor.subscribe("this-machine").await;
        let name = field(&board, "cpu", "title").clone();
        process.signal("TERM");
        name
    };
    let data = Folder::new();
    for language in ["de", "en"] {
        let mut command = command(data.path(), &["--language", language]);
        assert_eq!(name(&mut command).await, "Prozessor");
    }
    let data = Folder::new();
    let mut command = command(data.path(), &[]);
    assert_eq!(name(command.env("LANG", "de_DE.UTF-8")).await, "Prozessor");
}

#[tokio::test]
async fn it_says_goodbye_to_every_client_and_ends_with_zero_and_two_whole_databases() {
    for signal in ["INT", "TERM"] {
        let data = Folder::new();
        let process = Process::start(data.path(), &[]);
        let mut socket = Socket::open(process.address, &[]).await.expect("a seat");
        socket.greet(None).await;
        socket.ping().await;
        process.signal(signal);
        let last = socket.receive().await.expect("a last word");
        assert!(matches!(last, ServerFrame::Goodbye { window_ms: 1.., .. }), "{last:?}");
        assert!(socket.receive().await.is_none());
        let (status, log) = process.end();
        assert_eq!(status.code(), Some(0), "{log}");
        let files = std::fs::read_dir(data.path()).expect("the folder is there");
        let names = files.map(|file| file.expect("it can be read").file_name().into_string());
        let mut names: Vec<_> = names.map(|name| name.expect("text")).collect();
        names.sort();
        assert_eq!(names, ["series.db", "tideboard.db"], "what is copied now is all of it");
    }
}

#[tokio::test]
async fn where_that_is_asked_for_it_ends_with_its_input_and_says_goodbye() {
    let data = Folder::new();
    let mut command = command(data.path(), &["--until-input-ends"]);
    let (mut process, _) = Process::spawn(command.stdin(Stdio::piped()).stderr(Stdio::piped()));
    let mut socket = Socket::open(process.address, &[]).await.expect("a seat");
    socket.greet(None).await;
    let mut input = process.child.stdin.take().expect("it is piped");
    input.write_all(b"what is written means nothing\n").expect("it reads");
    socket.ping().await;
    drop(input);
    let last = socket.receive().await.expect("a last word");
    assert!(matches!(last, ServerFrame::Goodbye { .. }), "{last:?}");
    let (status, log) = process.end();
    assert_eq!(status.code(), Some(0), "{log}");
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let data = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let message = failure(&mut command(data.path(), &["--port", &port]));
    assert!(message.contains(&port) && message.contains("--port"), "{message}");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named_with_what_to_do() {
    let data = Folder::new();
    // Tests may run as root, whom no permission stops; a file in the folder's place stops everybody.
    let file = data.path().join("taken");
    std::fs::write(&file, "not a folder").expect("the folder is there");
    let message = failure(&mut command(&file, &[]));
    assert!(
        message.contains("taken is a file") && message.contains("--data"),
        "{message}"
    );
    let message = failure(&mut command(&file.join("within"), &[]));
    assert!(
        message.contains("taken/within") && message.contains("right to write") && message.contains("--data"),
        "{message}"
    );
}

#[test]
fn arguments_that_make_no_sense_are_named_with_what_would() {
    let data = Folder::new();
    let refused = [
        (vec!["--port", "70000"], vec!["70000", "0..=65535"]),
        (vec!["--port", "http"], vec!["'http'", "--port"]),
        (vec!["--prot", "80"], vec!["'--prot'", "--port"]),
        (vec!["--listen", "everywhere"], vec!["'everywhere'", "--listen"]),
        (vec!["--proxy", "nginx"], vec!["'nginx'", "--proxy"]),
        (
            vec!["--scrape", "9100"],
            vec!["9100 is no URL", "http://127.0.0.1:9100"],
        ),
        (vec!["--scrape", "http://me:hush@"], vec!["…@", "--scrape"]),
        (vec!["--scrape", "http://a,http://b"], vec!["NAME=URL"]),
        (vec!["--scrape", "host=http://a"], vec!["`host.…`"]),
        (vec!["--scrape-every", "0"], vec!["'0'", "1..=3600"]),
        (vec!["--edit-token", "short"], vec!["at least 16 characters"]),
    ];
    for (arguments, parts) in refused {
        let output = command(data.path(), &arguments).output().expect("the binary starts");
        let message = String::from_utf8(output.stderr).expect("messages are text");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(!message.contains("hush"), "{message}");
        for part in parts {
            assert!(message.contains(part), "{arguments:?} does not say `{part}`: {message}");
        }
    }
}

#[test]
fn an_address_that_is_not_this_machines_is_named_with_what_to_do() {
    let data = Folder::new();
    // 203.0.113.0/24 is kept for documentation: nobody has it.
    let message = failure(&mut command(data.path(), &["--listen", "203.0.113.1"]));
    for part in ["no address 203.0.113.1", "It has 127.0.0.1", "--listen 0.0.0.0"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("--port"), "another port would help nobody: {message}");
}

#[test]
fn a_misspelt_command_is_answered_with_the_one_that_was_meant() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tideboard"))
        .arg("outbix")
        .output()
        .expect("the binary starts");
    let message = String::from_utf8(output.stderr).expect("messages are text");
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("'outbox'"), "{message}");
}

#[tokio::test]
async fn with_one_token_given_it_makes_the_other_and_logs_neither() {
    let data = Folder::new();
    let view = "a-view-token-of-mine";
    let (process, greeting) = Process::spawn(&mut command(data.path(), &["--view-token", view, "--log-json"]));
    let edit = greeting
        .iter()
        .find_map(|line| line.strip_prefix("Token to edit: "))
        .expect("a new one")
        .to_owned();
    assert_eq!(edit.len(), 32, "128 bits: {edit}");
    assert!(
        !greeting.iter().any(|line| line.contains(view)),
        "a chosen token is not repeated"
    );
    assert!(
        greeting.iter().any(|line| line.starts_with("Token to view: the one")),
        "and is not left out: {greeting:?}"
    );
    let wrong = Request::new(process.address, "POST", "/api/v1/session")
        .form("token=a-guess-that-is-wrong")
        .send()
        .await;
    assert_eq!(wrong.status, 401);
    for right in [view, &edit] {
        let right = Request::new(process.address, "POST", "/api/v1/session")
            .form(&format!("token={right}"))
            .send()
            .await;
        assert_eq!(right.status, 204);
    }
    process.signal("INT");
    let (status, log) = process.end();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(
        log.lines().all(|line| line.starts_with('{')),
        "one JSON object a line: {log}"
    );
    assert!(
        log.contains("sign-in failed")
            && !log.contains(view)
            && !log.contains(&edit)
            && !log.contains("a-guess-that-is-wrong"),
        "{log}"
    );
}

/// What it says when it ends at once: on standard error, without a backtrace, with exit code 1.
pub fn failure(command: &mut std::process::Command) -> String {
    let output = command.output().expect("the binary starts");
    let message = String::from_utf8(output.stderr).expect("messages are text");
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(
        message.starts_with("tideboard: ") && !message.contains("panicked"),
        "{message}"
    );
    message
}
