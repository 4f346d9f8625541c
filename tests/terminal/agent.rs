//! `agent`: what is measured comes through outages, kills and clocks that are wrong, with its times, once.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::{
    client::{Client, Folder, Server},
    responder::{Responder, answer},
};

const HEALTHY: &str = r#"{"taken": 1000000, "refused": 0, "lines": []}"#;

/// A device whose server is this.
fn client_of(responder: &Responder) -> Client {
    Client {
        data: Folder::new(),
        server: responder.url(),
        token: None,
    }
}

/// Samples by series and time, of all posts among so many requests, or more, to a server that is none.
fn posted(responder: &Responder, len_min: usize) -> Vec<(String, u64)> {
    let asked = responder.asked(len_min);
    let bodies = asked
        .iter()
        .filter(|asked| asked.head[0].starts_with("POST /api/v1/samples "));
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a JSON object");
        let series = line["series"].as_str().expect("a name").to_owned();
        (series, line["at"].as_u64().expect("a time"))
    };
    bodies
        .flat_map(|asked| asked.body.lines().map(line).collect::<Vec<_>>())
        .collect()
}

/// How many values of a series the server has, by the second.
fn counts(server: &Server, series: &str, token: Option<&str>) -> BTreeMap<u64, u64> {
    let url = server.url();
    let host = url.strip_prefix("http://").expect("it is");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let path = format!("/api/v1/samples?series={series}&span=1000000&points=2000");
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    let token = token.unwrap_or_default();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{token}Connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    let (_, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
    let told: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"));
    assert_eq!(told["interval_ms"], 1_000, "{told}");
    let points = told["series"][0]["points"].as_array().cloned().unwrap_or_default();
    let count = |point: &Value| Some((point[0].as_u64()?, point[1][4].as_u64()?));
    points.iter().filter_map(count).collect()
}

/// Asks the server again and again whether it has at least so many values in each second.
fn wait_for(server: &Server, series: &str, token: Option<&str>, seconds: &BTreeMap<u64, u64>) {
    for _ in 0..20_000 {
        let counts = counts(server, series, token);
        if seconds
            .iter()
            .all(|(second, count)| counts.get(second).is_some_and(|found| found >= count))
        {
            return;
        }
    }
    panic!("{series} does not come");
}

/// How many of these moments are in each second.
fn by_second(times: &[u64]) -> BTreeMap<u64, u64> {
    let mut seconds = BTreeMap::new();
    for at in times {
        *seconds.entry(at / 1_000 * 1_000).or_insert(0) += 1;
    }
    seconds
}

#[test]
fn what_was_measured_through_an_outage_and_a_kill_arrives_with_its_times_once() {
    let exporter = Responder::start("fuel 12.5\nnonsense\n");
    let mut server = Server::start();
    server.kill();
    let client = server.client();
    let scrape = format!("tank={}", exporter.url());
    let arguments = ["agent", "--name", "web1", "--every", "1", "--scrape", &scrape];
    let mut agent = client.follow(&arguments);
    agent.word("sends web1 and an exporter");
    agent.word("1 of 2 lines are refused");
    agent.word("can't reach");
    exporter.asked(4);
    agent.signal("KILL");
    drop(agent);
    // What is measured from now on is another series: the first one's values are those that were kept.
    exporter.tell(b"oil 1\n");

    let kept = kept_times(&client, "web1.tank.fuel");
    assert!(kept.len() >= 2, "{kept:?}");
    let mut agent = client.follow(&arguments);
    agent.word("samples are kept from before");
    agent.word("can't reach");
    server.restart();
    agent.word("takes samples again");
    let once = by_second(&kept);
    wait_for(&server, "web1.tank.fuel", None, &once);
    agent.signal("INT");
    agent.word("stopped");
    assert_eq!(agent.code(), 0);
    assert_eq!(counts(&server, "web1.tank.fuel", None), once);
    assert!(!counts(&server, "web1.memory.percent", None).is_empty());
    assert!(
        kept_times(&client, "web1.tank.fuel").is_empty(),
        "what is sent is let go of"
    );
}

/// When a series was measured whose values wait in the agent's file.
fn kept_times(client: &Client, series: &str) -> Vec<u64> {
    let file = client.data.path().join("agent.sqlite");
    let sqlite = rusqlite::Connection::open(file).expect("it is there");
    let mut statement = sqlite
        .prepare("SELECT at, samples FROM rows ORDER BY id")
        .expect("its tables");
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
    let rows = rows.expect("they are read").map(|row| row.expect("a row"));
    let of_series = rows.filter(|(_, samples)| samples.contains(&format!("\"{series}\"")));
    of_series.map(|(at, _)| at.cast_unsigned()).collect()
}

#[test]
fn a_token_that_may_not_is_said_and_nothing_is_lost_until_there_is_one_that_may() {
    let (edit, view) = ("an-edit-token-of-mine", "a-view-token-of-mine");
    let server = Server::start_with(&["--edit-token", edit, "--view-token", view]);
    let mut client = server.client();
    let arguments = ["agent", "--name", "web1", "--every", "1"];
    for token in [None, Some(view), Some("a-guess-that-is-wrong")] {
        client.token = token.map(str::to_owned);
        let mut agent = client.follow(&arguments);
        let word = agent.word("does not take samples");
        assert!(
            word.contains("TIDEBOARD_TOKEN") && !word.contains("-of-mine") && !word.contains("a-guess"),
            "{word}"
        );
        agent.signal("TERM");
        agent.word("samples are kept, and sent when this is started again");
        assert_eq!(agent.code(), 0);
    }
    let kept = kept_times(&client, "web1.cpu");
    assert!(!kept.is_empty());
    client.token = Some(edit.to_owned());
    let mut agent = client.follow(&arguments);
    agent.word("samples are kept from before");
    wait_for(&server, "web1.cpu", Some(view), &by_second(&kept));
}

#[test]
fn a_clock_that_is_years_off_is_told_and_the_servers_time_is_sent() {
    const THEN_MS: u64 = 784_111_777_000;
    let server = Responder::start("");
    let date = [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")];
    server.say(&answer("200 OK", &date, HEALTHY.as_bytes()));
    let client = client_of(&server);
    let mut agent = client.follow(&["agent", "--name", "web1", "--every", "1"]);
    let word = agent.word("this machine's clock");
    assert!(
        word.contains("days ahead of the server's") && word.contains("Set the clock"),
        "{word}"
    );
    // The first asks for the time.
    let posted = posted(&server, 4);
    assert!(posted.len() > 10, "{posted:?}");
    for (series, at) in posted {
        assert!(at.abs_diff(THEN_MS) < 60_000, "{series} at {at}");
    }
}

#[test]
fn what_a_server_refuses_is_said_once_and_never_sent_again() {
    let server =
        Responder::start(r#"{"taken": 1000000, "refused": 1, "lines": [{"line": 1, "reason": "not this one"}]}"#);
    let client = client_of(&server);
    let mut agent = client.follow(&["agent", "--name", "web1", "--every", "1"]);
    let word = agent.word("refuses samples, which are dropped");
    assert!(word.contains("web1.cpu: not this one"), "{word}");
    server.asked(4);
    agent.signal("INT");
    assert!(agent.word("").contains("stopped"), "it is said once");
    let mut all = posted(&server, 4);
    let len = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), len, "each is sent once");
}

#[test]
fn it_waits_as_it_is_told_and_sends_less_where_that_is_too_much() {
    let server = Responder::start("");
    server.say(&answer("503 Busy", &[("Retry-After", "1")], b""));
    let client = client_of(&server);
    let mut agent = client.follow(&["agent", "--name", "web1", "--every", "1"]);
    agent.word("takes nothing now (not before 1 s have passed)");
    server.tell(HEALTHY.as_bytes());
    agent.word("takes samples again");
    server.say(&answer("413 Too Large", &[], b"<html>a proxy</html>"));
    let word = agent.word("refuses samples");
    assert!(word.contains("more than is taken at once"), "{word}");
    server.say(&answer("302 Found", &[("Location", "https://elsewhere.example/")], b""));
    let word = agent.word("takes no samples");
    assert!(
        word.contains("https://elsewhere.example/: name that with --server"),
        "{word}"
    );
    server.say(&answer("404 Not Found", &[], b"no such page"));
    server.asked(server.asked(0).len() + 2);
    server.tell(HEALTHY.as_bytes());
    agent.word("takes samples again");
}

#[test]
fn what_makes_no_sense_is_named_before_anything_is_sent() {
    let server = Server::start();
    let client = server.client();
    for (arguments, code, part) in [
        (&["--name", "host"][..], 2, "the server's own"),
        (&["--name", "web 1"], 2, "letters, digits"),
        (&["--scrape", "http://me:hush@:x"], 2, "…@:x is no URL"),
        (&["--server", "nowhere"], 2, "not a server's address"),
        (&["--every", "0"], 2, "1..=3600"),
        (&["--data", "/dev/null/x"], 1, "--data"),
    ] {
        let ended = client.run(&[&["agent"], arguments].concat());
        assert_eq!(ended.code, code, "{}", ended.err);
        assert!(ended.err.contains(part) && !ended.err.contains("hush"), "{}", ended.err);
    }
    let mut agent = client.follow(&["agent"]);
    agent.word("sends");
    let second = client.run(&["agent"]);
    assert_eq!(second.code, 1);
    assert!(
        second.err.contains("another agent") && second.err.contains("--data"),
        "{}",
        second.err
    );
}

#[test]
fn a_token_over_plain_http_to_elsewhere_is_warned_of() {
    let client = Client {
        data: Folder::new(),
        // Kept for documentation: nobody has it.
        server: "http://203.0.113.1".to_owned(),
        token: Some("a-token-of-mine".to_owned()),
    };
    let mut agent = client.follow(&["agent"]);
    let word = agent.word("plain http");
    assert!(!word.contains("of-mine"), "{word}");
}
