//! What is worked out from series: who watches it is told, its past is there, and what is wrong with it is said.

use std::collections::HashMap;

use serde_json::{Value, json};
use tideboard::{
    config::{SAMPLES_PATH, SERIES_CHECK_PATH},
    protocol::{Answer, Intent, Rejection, ServerFrame, Verdict},
    server::ServerConfig,
};

use crate::{editor::Editor, harness::TestServer};

async fn post(server: &TestServer, lines: &str) {
    let request = server.request("POST", SAMPLES_PATH).text("text/plain", lines);
    let reply = request.send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// Who watches, and the values of each series in the order in which they were told.
struct Reader {
    editor: Editor,
    told: HashMap<String, Vec<Value>>,
}

impl Reader {
    async fn watch(server: &TestServer, series: &[&str]) -> Self {
        let mut editor = Editor::enter(server.address).await;
        editor.watch(series).await;
        let told = HashMap::new();
        Self { editor, told }
    }

    /// Reads on until this is the newest value of a series.
    async fn until(&mut self, series: &str, newest: Value) {
        while self.told.get(series).and_then(|told| told.last()) != Some(&newest) {
            if let ServerFrame::Samples(frame) = self.editor.receive().await {
                for series in frame.series {
                    let values = series.points.into_iter().map(|(_, value)| value);
                    self.told.entry(series.name).or_default().extend(values);
                }
            }
        }
    }
}

/// What is told of the past.
async fn past(server: &TestServer, series: &str, rest: &str) -> (u16, Value) {
    let escaped: String = series.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let reply = server.get(&format!("{SAMPLES_PATH}?series={escaped}&{rest}")).await;
    (reply.status, serde_json::from_str(&reply.body).expect("JSON"))
}

#[tokio::test]
async fn what_is_worked_out_arrives_as_a_series_of_its_name() {
    let server = TestServer::start(ServerConfig::local()).await;
    let now = server.server.clock().now().0 - 10_000;
    let at = |second: u64| now + second * 1_000;
    post(&server, &format!("fuel 10 {}\nfuel 20 {}", at(0), at(1))).await;
    let watched = [
        "rate 1m of fuel",
        "fuel / tank",
        "sum(tank* + fuel)",
        "top 1(tank*)",
        "max 1m of tank*",
    ];
    let mut reader = Reader::watch(&server, &watched).await;
    reader.until("rate 1m of fuel", json!(10.0)).await;
    post(&server, &format!("fuel 3 {}\ntank 6 {}", at(2), at(2))).await;
    reader.until("fuel / tank", json!(0.5)).await;
    // It fell: it began anew.
    reader.until("rate 1m of fuel", json!(6.5)).await;
    reader.until("sum(tank* + fuel)", json!(9.0)).await;
    // One that was not there is of what a star stands for.
    post(&server, &format!("tank.north 8 {}", at(2))).await;
    reader.until("sum(tank* + fuel)", json!(17.0)).await;
    reader.until("top 1(tank*)", json!([["tank.north", 8.0]])).await;
    reader.until("max 1m of tank.north", json!(8.0)).await;
    post(&server, &format!("tank 0 {}", at(3))).await;
    reader.until("sum(tank* + fuel)", json!(11.0)).await;
    post(&server, &format!("tank 12 {}", at(4))).await;
    reader.until("fuel / tank", json!(0.25)).await;
    let ratios = &reader.told["fuel / tank"];
    assert!(
        ratios.iter().all(Value::is_number),
        "by nothing there is none: {ratios:?}"
    );
}

#[tokio::test]
async fn a_window_longer_than_what_is_in_memory_and_yesterday_are_read_from_what_is_kept() {
    let server = TestServer::start(ServerConfig::local()).await;
    let now = server.server.clock().now().0;
    // Half an hour by five seconds is more than is in memory; and there is an hour of yesterday.
    let lately = (0..360).map(|number| format!("fuel 2 {}\n", now - 1_900_000 + number * 5_000));
    let first = format!("fuel 50 {}\n", now - 3_000_000);
    let yesterday = (0..60).map(|number| format!("fuel 8 {}\n", now - 86_400_000 - 1_800_000 + number * 60_000));
    post(&server, &yesterday.chain([first]).chain(lately).collect::<String>()).await;
    let mut reader = Reader::watch(
        &server,
        &["max 1h of fuel", "yesterday of fuel", "fuel / yesterday of fuel"],
    )
    .await;
    post(&server, "fuel 2").await;
    reader.until("max 1h of fuel", json!(50.0)).await;
    reader.until("yesterday of fuel", json!(8.0)).await;
    reader.until("fuel / yesterday of fuel", json!(0.25)).await;
}

#[tokio::test]
async fn a_formula_has_a_past_without_having_been_watched() {
    const MINUTE_MS: u64 = 60_000;
    let server = TestServer::start(ServerConfig::local()).await;
    let now = server.server.clock().now().0;
    // A counter that grows by 3 a second, every 10 s for an hour, but for ten minutes.
    let times = (0..360).filter(|number| !(180..240).contains(number));
    let lines = times.map(|number| {
        let at = now - 60 * MINUTE_MS + number * 10_000;
        format!(
            "hits{{to=\"a\"}} {} {at}\nhits{{to=\"b\"}} {} {at}\n",
            number * 30,
            number * 10
        )
    });
    post(&server, &lines.collect::<String>()).await;
    let (status, told) = past(
        &server,
        "rate 1m of hits{*,sum(rate 1m of hits{*}),hits{to=\"b\"} / hits{to=\"a\"}",
        "span=3600000&points=60",
    )
    .await;
    assert_eq!(status, 200, "{told}");
    let series = told["series"].as_array().expect("a list");
    let names: Vec<&str> = series.iter().filter_map(|series| series["name"].as_str()).collect();
    assert_eq!(
        names,
        [
            "rate 1m of hits{to=\"a\"}",
            "rate 1m of hits{to=\"b\"}",
            "sum(rate 1m of hits{*})",
            "hits{to=\"b\"} / hits{to=\"a\"}"
        ]
    );
    for (series, expected) in series.iter().zip([3.0, 1.0, 4.0, 1.0 / 3.0]) {
        let points = series["points"].as_array().expect("a list");
        assert!((45..55).contains(&points.len()), "a gap stays one: {}", points.len());
        let means = points.iter().filter_map(|point| point[1][0].as_f64());
        let strange: Vec<f64> = means.filter(|mean| (mean - expected).abs() > 1e-9).collect();
        assert!(strange.is_empty(), "{series}: {strange:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_formula_is_told_to_who_writes_it() {
    let server = TestServer::start(ServerConfig::local()).await;
    let (status, told) = past(&server, "rate 2m of fuel", "span=1000").await;
    let message = told["message"].as_str().expect("a message");
    assert_eq!(status, 400);
    assert!(
        message.contains("`2m` is no window") && message.contains("5m"),
        "{message}"
    );
    let (status, told) = past(&server, "top 3(fuel*)", "span=1000").await;
    assert_eq!(status, 400, "{told}");

    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    let intent = Intent::Create {
        kind: "stat".parse().expect("a name"),
        fields: [("series".parse().expect("a name"), json!(["fuel", "rate(fuel"]))]
            .into_iter()
            .collect(),
    };
    let answer = editor.edit("this-machine", "bad", intent).await;
    let Answer::Verdict {
        verdict: Verdict::Rejected { reason, .. },
        ..
    } = &answer
    else {
        panic!("{answer:?}")
    };
    assert!(reason.to_string().contains("`rate 1m of fuel`"), "{reason}");
    let reason = serde_json::to_value(Rejection::clone(reason)).expect("JSON");
    assert!(reason.get("wrong_type").is_some(), "{reason}");
}

#[tokio::test]
async fn a_name_that_is_read_as_a_formula_is_no_series() {
    let server = TestServer::start(ServerConfig::local()).await;
    let lines = "{\"series\":\"in / out\",\"value\":1}\n{\"series\":\"rate 1m of fuel\",\"value\":1}\nfuel 1\n";
    let reply = server
        .request("POST", SAMPLES_PATH)
        .text("text/plain", lines)
        .send()
        .await;
    let told: Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!([&told["taken"], &told["refused"]], [&json!(1), &json!(2)], "{told}");
    let reason = told["lines"][1]["reason"].as_str().expect("a reason");
    assert!(reason.contains("formula"), "{reason}");
}

#[tokio::test]
async fn what_is_wrong_with_a_formula_is_said_before_a_card_is_made_of_it() {
    let server = TestServer::start(ServerConfig::local()).await;
    let said = async |series: &str| {
        let reply = server.get(&format!("{SERIES_CHECK_PATH}?series={series}")).await;
        (reply.status, reply.body)
    };
    let (status, wrong) = said("fuel%2C%20rate%20of%20oil").await;
    assert_eq!(status, 200);
    let rejection = Rejection::WrongType {
        expected: String::new(),
    }
    .to_string();
    assert_eq!(
        wrong.split(' ').next(),
        rejection.split(' ').next(),
        "in the words of a refusal: {wrong}"
    );
    assert!(wrong.contains("`rate of oil`"), "{wrong}");
    for right in ["fuel%2C%20rate%201m%20of%20oil", "number%20of%20cars", ""] {
        assert_eq!(said(right).await, (200, String::new()), "{right}");
    }
}
