//! What series have sent, as a table for other programs.

use tideboard::{
    config::{SAMPLES_PATH, SERIES_NAME_BYTES_MAX, STRETCHES_LEN_MAX, TABLE_PATH},
    server::ServerConfig,
};

use crate::harness::{EDIT, HandClock, Reply, TestServer, VIEW};

/// 2025-10-09T08:53:20Z, which is at the beginning of ten seconds.
const NOW: u64 = 1_760_000_000_000;

/// A server whose time is [`NOW`], and these samples.
async fn start(lines: &[String]) -> TestServer {
    let clock = HandClock::default();
    clock.wind(NOW);
    let server = TestServer::of_app(
        ServerConfig {
            clock: clock.clock(),
            ..ServerConfig::local()
        },
        axum::Router::new(),
    )
    .await;
    let body = lines.join("\n");
    let reply = server
        .request("POST", SAMPLES_PATH)
        .text("text/plain", &body)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    server
}

fn at(name: &str, value: f64, seconds_ago: u64) -> String {
    format!("{name} {value} {}", NOW - seconds_ago * 1_000)
}

async fn get(server: &TestServer, query: &str) -> Reply {
    server.get(&[TABLE_PATH, query].concat()).await
}

/// The rows of a table, as they stand there: the body comes in pieces, each behind its length.
fn rows(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("transfer-encoding"), "chunked", "{reply:?}");
    let (mut text, mut rest) = (String::new(), reply.body.as_str());
    while let Some((len, after)) = rest.split_once("\r\n") {
        let len = usize::from_str_radix(len, 16).expect("a piece's length");
        text += &after[..len];
        rest = &after[len + "\r\n".len()..];
        if len == 0 {
            break;
        }
    }
    assert!(text.ends_with("\r\n"), "{text:?}");
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn series_stand_side_by_side_and_what_was_not_measured_is_empty() {
    let server = start(&[
        at("fuel", 12.5, 30),
        at("oil", 7.0, 30),
        at("fuel", 13.0, 20),
        at("oil", 6.5, 10),
        at("fuel", 99.0, 7_200),
    ])
    .await;
    let reply = get(&server, "?name=fuel&name=oil").await;
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"series.csv\""
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(
        rows(&reply),
        [
            "time,fuel,oil",
            "2025-10-09T08:52:50Z,12.5,7",
            "2025-10-09T08:53:00Z,13,",
            "2025-10-09T08:53:10Z,,6.5",
        ]
    );
    // The other way round, and another stretch.
    let reply = get(
        &server,
        "?name=oil&name=fuel&name=oil&from=2025-10-09T08:53:00Z&to=2025-10-09T10:53:10%2B02:00",
    )
    .await;
    assert_eq!(rows(&reply), ["time,oil,fuel", "2025-10-09T08:53:00Z,,13"]);
    let reply = get(&server, &format!("?name=fuel&from={}&to=-1h", NOW - 7_200_000)).await;
    assert_eq!(rows(&reply), ["time,fuel", "2025-10-09T06:53:20Z,99"]);
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"fuel.csv\"");
}

#[tokio::test]
async fn with_a_step_all_is_told_of_each() {
    let server = start(&[
        at("fuel", 1.0, 110),
        at("fuel", 5.0, 70),
        at("fuel", 3.0, 65),
        at("oil", -2.0, 20),
    ])
    .await;
    let reply = get(&server, "?name=fuel&name=oil&step=1m&from=-2m").await;
    assert_eq!(
        rows(&reply),
        [
            "time,fuel min,fuel max,fuel mean,fuel last,fuel count,oil min,oil max,oil mean,oil last,oil count",
            "2025-10-09T08:51:00Z,1,1,1,1,1,,,,,",
            "2025-10-09T08:52:00Z,3,5,4,3,2,,,,,",
            "2025-10-09T08:53:00Z,,,,,,-2,-2,-2,-2,1",
        ]
    );
    // What is older is kept by ten minutes: a finer step is not made up.
    let reply = get(&server, "?name=fuel&step=1m&from=-30d").await;
    assert_eq!(rows(&reply)[1..], ["2025-10-09T08:50:00Z,1,5,3,3,3"], "{reply:?}");
}

#[tokio::test]
async fn a_long_table_comes_whole_though_it_is_read_in_pieces() {
    const LEN: u64 = 3_600;
    // Five cells of two series: some two thousand rows at once.
    let lines = (1..=LEN).flat_map(|ago| [at("fuel", ago as f64, ago), at("oil", 1.0, ago)]);
    let server = start(&lines.collect::<Vec<_>>()).await;
    let table = rows(&get(&server, "?name=fuel&name=oil&step=1s").await);
    assert_eq!(table.len() as u64, LEN + 1);
    for (row, ago) in table[1..].iter().zip((1..=LEN).rev()) {
        assert_eq!(row[20..], format!(",{ago},{ago},{ago},{ago},1,1,1,1,1,1"), "{row}");
    }
    assert!(
        table[1..].is_sorted_by(|one, next| one[..20] < next[..20]),
        "no row comes twice"
    );
}

/// How many milliseconds each row is after the one before, where that is always the same.
fn spacing(table: &[String]) -> Option<u64> {
    let at = |row: &String| {
        let (hours, rest) = row[11..19].split_once(':')?;
        let (minutes, seconds) = rest.split_once(':')?;
        let [hours, minutes, seconds] = [hours, minutes, seconds].map(|part| part.parse::<u64>().ok());
        Some((hours? * 60 + minutes?) * 60 + seconds?)
    };
    let at: Vec<u64> = table[1..].iter().map(at).collect::<Option<_>>()?;
    let spacing = at.get(1)?.checked_sub(at[0])?;
    at.is_sorted_by(|one, next| *next == one + spacing)
        .then_some(spacing * 1_000)
}

#[tokio::test]
async fn a_row_is_as_long_as_the_answer_says_in_all_columns() {
    // A counter that rises by one in a second.
    let lines = (1..=3_700).flat_map(|ago| [at("fuel", (5_000 - ago) as f64, ago), at("oil", 1.0, ago)]);
    let server = start(&lines.collect::<Vec<_>>()).await;
    for (query, step, step_ms) in [
        // Its first row begins before what is kept by the second.
        ("?name=fuel&name=oil&from=-1h&step=11s", "11s", 11_000),
        ("?name=fuel&name=rate%201m%20of%20fuel&from=-50m&step=5s", "5s", 5_000),
        ("?name=fuel&name=fuel%20/%20oil&from=-1h&step=5s", "5s", 5_000),
        // What the rate is worked out from is older, and kept by ten seconds.
        ("?name=fuel&name=rate%201m%20of%20fuel&from=-1h&step=5s", "10s", 10_000),
        ("?name=fuel&name=rate%201m%20of%20fuel&from=-1h", "10s", 10_000),
        ("?name=fuel&from=-1h", "1s", 1_000),
    ] {
        let reply = get(&server, query).await;
        assert_eq!(reply.header("tideboard-step"), step, "{query}");
        let table = rows(&reply);
        assert_eq!(spacing(&table), Some(step_ms), "{query}: {:?}", &table[..4]);
        for row in &table[2..] {
            assert!(!row.contains(",,") && !row.ends_with(','), "{query}: {row}");
        }
    }
    let table = rows(&get(&server, "?name=rate%201m%20of%20fuel&from=-50m&step=5s").await);
    for row in &table[1..] {
        assert!(row.ends_with(",1,1,1,1,1"), "{row}");
    }
}

#[tokio::test]
async fn names_are_cells_whatever_is_in_them() {
    let json = |name: &str| serde_json::json!({"series": name, "value": 1, "at": NOW - 5_000}).to_string();
    let server = start(&[
        json("=1+1"),
        json("-2"),
        json("@SUM(A1)"),
        json("a \"b\""),
        json("up{job=\"a,b\"}"),
        json("a;b"),
    ])
    .await;
    let query: String = ["=1+1", "-2", "@SUM(A1)", "a \"b\"", "up{job=\"a,b\"}", "a;b"]
        .iter()
        .map(|name| {
            let escaped: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            format!("&name={escaped}")
        })
        .collect();
    let table = rows(&get(&server, &query.replacen('&', "?", 1)).await);
    assert_eq!(
        table[0],
        "time,\"'=1+1\",\"'-2\",\"'@SUM(A1)\",\"a \"\"b\"\"\",\"up{job=\"\"a,b\"\"}\",\"a;b\""
    );
    assert_eq!(table[1..], ["2025-10-09T08:53:15Z,1,1,1,1,1,1"]);
}

#[tokio::test]
async fn stars_and_formulas_stand_for_columns() {
    let server = start(&[at("tank.a", 2.0, 5), at("tank.b", 6.0, 5), at("fuel", 4.0, 5)]).await;
    let table = rows(&get(&server, "?name=tank.*&name=fuel%20/%20tank.a&name=tank.a").await);
    assert_eq!(
        table,
        ["time,tank.a,tank.b,fuel / tank.a", "2025-10-09T08:53:15Z,2,6,2"]
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_what_to_do() {
    let lines: Vec<String> = (0..=STRETCHES_LEN_MAX)
        .map(|number| at(&format!("bulk.{number}"), 1.0, 5))
        .collect();
    let server = start(&lines).await;
    let long = format!("?name={}", "x".repeat(SERIES_NAME_BYTES_MAX + 1));
    for (query, status, error, told) in [
        ("", 400, "bad_parameter", "?name=fuel"),
        ("?name=", 400, "bad_parameter", "empty"),
        ("?name=bulk.1&name=", 400, "bad_parameter", "empty"),
        (&long, 400, "bad_parameter", "at most"),
        ("?name=bulk.1&span=3600000", 400, "bad_parameter", "`span`"),
        ("?name=bulk.1&step=5", 400, "bad_parameter", "10s"),
        ("?name=bulk.1&step=1m&step=2m", 400, "bad_parameter", "once"),
        ("?name=bulk.1&from=soon", 400, "bad_parameter", "2026-01-31"),
        ("?name=bulk.1&to=1e99", 400, "bad_parameter", "no time"),
        ("?name=bulk.1&from=-1h&to=-2h", 400, "bad_parameter", "before"),
        ("?name=bulk.1&from=2999-01-01", 400, "bad_parameter", "before"),
        ("?name=bulk.*", 400, "bad_parameter", "ask for fewer"),
        ("?name=rate%20of%20bulk.1", 400, "bad_parameter", "worked out"),
        ("?name=top%203(bulk*)", 400, "bad_parameter", "no past"),
        ("?name=bluk.1", 404, "unknown_series", "mean `bulk.1`"),
        ("?name=none.*", 404, "unknown_series", "65 of them"),
    ] {
        let reply = get(&server, query).await;
        let answer: serde_json::Value =
            serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {reply:?}"));
        assert_eq!(
            (reply.status, answer["error"].as_str()),
            (status, Some(error)),
            "{query}: {answer}"
        );
        assert!(
            answer["do"].as_str().is_some_and(|help| help.contains(told)),
            "{query}: {answer}"
        );
    }
    // Long ago is as far back as anything is kept, and nothing is no error.
    for query in ["?name=bulk.1&from=0&step=1d", "?name=bulk.1&from=1971-01-01"] {
        assert_eq!(rows(&get(&server, query).await).len(), 2, "{query}");
    }
    assert_eq!(
        rows(&get(&server, "?name=bulk.1&from=-20m&to=-10m").await),
        ["time,bulk.1"]
    );
}

#[tokio::test]
async fn whoever_may_watch_takes_it_away_and_a_stranger_does_not() {
    let (server, clock) = TestServer::with_tokens().await;
    clock.wind(NOW);
    let with = |token: &str| ["Bearer ", token].concat();
    let post = server
        .request("POST", SAMPLES_PATH)
        .header("Authorization", &with(EDIT));
    assert_eq!(post.text("text/plain", "fuel 1").send().await.status, 200);
    let path = format!("{TABLE_PATH}?name=fuel");
    assert_eq!(server.get(&path).await.status, 401);
    let watched = server
        .request("GET", &path)
        .header("Authorization", &with(VIEW))
        .send()
        .await;
    assert_eq!(rows(&watched), ["time,fuel", "2025-10-09T08:53:20Z,1"]);
}
