//! What is a formula, what is a name, and what is told of what is neither.

use super::*;
use crate::config::SERIES_NAME_BYTES_MAX;

fn series(name: &str) -> Box<Formula> {
    Box::new(Formula::Series(name.to_owned()))
}

fn each(beginning: &str) -> Box<Formula> {
    Box::new(Formula::Each(beginning.to_owned()))
}

#[test]
fn formulas_are_read_as_they_are_said() {
    const DAY_MS: u64 = 86_400_000;
    let rate = |of| Formula::Over(Over::Rate, 60_000, of);
    for (text, expected) in [
        ("rate 1m of fuel", rate(series("fuel"))),
        (
            "delta 1h of fuel",
            Formula::Over(Over::Delta, 3_600_000, series("fuel")),
        ),
        (
            "avg 5m of number of cars",
            Formula::Over(Over::Mean, 300_000, series("number of cars")),
        ),
        (
            "p99.9 10s of a",
            Formula::Over(Over::Percentile(99.9), 10_000, series("a")),
        ),
        ("rate 1m of up{path=\"a / b\"}", rate(series("up{path=\"a / b\"}"))),
        (
            "min 1d of host.cpu.*",
            Formula::Over(Over::Least, DAY_MS, each("host.cpu.")),
        ),
        ("rate 1m of up{*", rate(each("up{"))),
        ("yesterday of fuel", Formula::Ago(DAY_MS, series("fuel"))),
        (
            "last week of max 5m of fuel",
            Formula::Ago(
                7 * DAY_MS,
                Box::new(Formula::Over(Over::Greatest, 300_000, series("fuel"))),
            ),
        ),
        ("sum(up{*})", Formula::Several(Several::Sum, vec![*each("up{")])),
        ("sum(up{*)", Formula::Several(Several::Sum, vec![*each("up{")])),
        (
            "avg(a(b) + c.*)",
            Formula::Several(Several::Mean, vec![*series("a(b)"), *each("c.")]),
        ),
        (
            "top 3(rate 1m of up{*})",
            Formula::Several(Several::Top(3), vec![rate(each("up{"))]),
        ),
        (
            "fuel / tank",
            Formula::Ratio(Box::new([*series("fuel"), *series("tank")])),
        ),
        (
            "sum(up{*) / sum(all{*)",
            Formula::Ratio(Box::new([
                Formula::Several(Several::Sum, vec![*each("up{")]),
                Formula::Several(Several::Sum, vec![*each("all{")]),
            ])),
        ),
    ] {
        assert_eq!(Formula::read(text), Some(Ok(expected)), "{text}");
    }
}

#[test]
fn other_names_are_names() {
    for name in [
        "fuel",
        "host.cpu.*",
        "number of cars",
        "max level of tank",
        "top of the tank",
        "room (north)",
        "rated(1)",
        "pressure of 2m",
        "depth 2m below",
        "max 2m",
        "km/h",
        "up{path=\"/a / b\",of=\"rate 1m of a\"}",
        "of",
        "",
        "*",
    ] {
        assert_eq!(Formula::read(name), None, "{name}");
    }
}

#[test]
fn what_is_wrong_is_told_with_what_to_write() {
    for (text, word) in [
        ("rate(fuel", "`rate 1m of fuel`"),
        ("p95(latency)", "`p95 1m of fuel`"),
        ("yesterday(fuel)", "`yesterday of fuel`"),
        ("avg(host.cpu", "no `)`"),
        ("rate of fuel", "`rate 5m of fuel`"),
        ("rate 1m fuel", "`rate 1m of fuel`"),
        ("sum(p95 5m latency)", "`p95 5m of fuel`"),
        ("rate 2m of fuel", "10s, 1m, 5m"),
        ("rate 99999999999999999999d of fuel", "no window"),
        ("median 5m of fuel", "p0 to p100"),
        ("p101 5m of fuel", "p0 to p100"),
        ("p1e9 5m of fuel", "p0 to p100"),
        ("p1.2.3 5m of fuel", "p0 to p100"),
        ("sum of fuel*", "`sum(fuel*)`"),
        ("top 3 of fuel*", "`top 3(fuel*)`"),
        ("top 0(fuel*)", "1 to 20"),
        ("top 99999999999999999999999(fuel*)", "1 to 20"),
        ("top(fuel*)", "1 to 20"),
        ("sum(top 3(fuel*))", "table"),
        ("top 3(a*) / b", "table"),
        ("rate 1m of", "missing"),
        ("sum()", "missing"),
        ("fuel / ", "missing"),
        ("rate 1m of a*b", "`fuel*`"),
        ("rate 1m of up{*}", "`fuel{*`"),
        ("a / b / c", "one ` / `"),
        ("sum(a / b)", "one ` / `"),
        ("a / b*", "`sum(fuel*) / tank`"),
        ("avg 1m of avg 1m of avg 1m of avg 1m of a", "fewer"),
        (
            &["rate 1m of ", &"a".repeat(SERIES_NAME_BYTES_MAX)].concat(),
            "250 bytes",
        ),
    ] {
        let error = Formula::read(text).expect(text).expect_err(text).to_string();
        assert!(error.contains(word), "{text}: {error}");
    }
}

#[test]
fn every_byte_and_any_depth_break_nothing() {
    for byte in 0..=u8::MAX {
        let letter = char::from(byte);
        for text in [
            format!("{letter}"),
            format!("rate 1m of {letter}"),
            format!("rate 1{letter} of a"),
            format!("sum({letter})"),
            format!("sum(a{letter}b*) / {letter}"),
            format!("{letter} / \u{fc}{letter}"),
        ] {
            Formula::read(&text);
        }
    }
    for piece in [
        "sum(",
        "rate 1m of ",
        "a / ",
        "{\"",
        "((",
        "of ",
        "*",
        " + ",
        "yesterday of ",
        "p",
    ] {
        let text: String = piece.chars().cycle().take(SERIES_NAME_BYTES_MAX * 100).collect();
        Formula::read(&text);
        Formula::read(&["sum(", &text].concat());
    }
}

#[test]
fn one_of_each_is_called_as_the_one_of_its_series() {
    let all = Formula::read("rate 1m of up{*").expect("meant as one").expect("good");
    assert_eq!(all.each(), Some("up{"));
    assert_eq!(Some(Ok(all.of("up{a=\"1\"}"))), Formula::read("rate 1m of up{a=\"1\"}"));
    assert_eq!(all.inputs(), ["up{*"]);
    let sum = Formula::read("sum(up* + down) / b")
        .expect("meant as one")
        .expect("good");
    assert_eq!(
        (sum.each(), sum.inputs()),
        (None, vec!["up*".to_owned(), "down".to_owned(), "b".to_owned()])
    );
}
