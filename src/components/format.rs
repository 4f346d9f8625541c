//! Numbers, spans and values as people read them, in the language that is spoken here; nothing here asks for a clock.

use serde_json::{Number, json};

use crate::{
    hooks::Now,
    protocol::{Value, Writer, encode},
    words::{count, t, with},
};

/// A number with its unit, apart: the unit is set smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The digits, or a span in words.
    pub digits: String,
    /// The unit, empty where there is none.
    pub unit: String,
}

/// A number for people: bytes (`B`) by 1,024, rates (`B/s`) by 1,000, seconds (`s`) as a span, the rest as they are up to 100,000 and
/// then by thousands (`1.23 M`), with three digits that matter.
#[must_use]
pub fn figure(value: f64, unit: &str) -> Figure {
    let (value, unit) = match unit {
        "B" => scaled(value, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB"]),
        "B/s" => scaled(value, 1000.0, &["B/s", "kB/s", "MB/s", "GB/s"]),
        "s" => {
            return Figure {
                digits: span(value.max(0.0) as u64),
                unit: String::new(),
            };
        }
        _ if value.abs() < 99_999.5 => (value, unit),
        _ => {
            let (value, thousands) = scaled(value, 1000.0, &["", "k", "M", "G", "T"]);
            let digits = [&digits(value), thousands].join("\u{a0}");
            return Figure {
                digits,
                unit: unit.to_owned(),
            };
        }
    };
    Figure {
        digits: digits(value),
        unit: unit.to_owned(),
    }
}

/// [`figure`] as one text, its parts held together by a narrow space that does not break.
#[must_use]
pub fn figure_text(value: f64, unit: &str) -> String {
    let Figure { digits, unit } = figure(value, unit);
    if unit.is_empty() {
        digits
    } else {
        format!("{digits}\u{a0}{unit}")
    }
}

fn scaled<'a>(mut value: f64, by: f64, units: &[&'a str]) -> (f64, &'a str) {
    let mut at = 0;
    while value.abs() >= by && at + 1 < units.len() {
        value /= by;
        at += 1;
    }
    (value, units[at])
}

/// A number with as many decimals as still say something.
#[must_use]
pub fn digits(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 1e15 => return value.to_string(),
        _ if size >= 100.0 || value == value.trunc() => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        // What is this small may be all there is of it: an error rate, a leak.
        _ if size >= 0.1 => 3,
        _ if size >= 0.01 => 4,
        _ => 5,
    };
    fixed(value, decimals)
}

/// A number rounded to at most so many decimals, without zeros at the end. By whole numbers: the standard library's way
/// costs a page some kilobytes.
fn fixed(value: f64, decimals: u32) -> String {
    let mut unit = 10_i64.pow(decimals);
    let mut scaled = (value * unit as f64).round() as i64;
    while unit > 1 && scaled % 10 == 0 {
        (scaled, unit) = (scaled / 10, unit / 10);
    }
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, part) = (
        scaled.unsigned_abs() / unit.unsigned_abs(),
        scaled.unsigned_abs() % unit.unsigned_abs(),
    );
    // The digits after a one that stands for the point.
    let part = (unit.unsigned_abs() + part).to_string();
    match unit {
        1 => format!("{sign}{whole}"),
        _ => [sign, &whole.to_string(), t("."), &part[1..]].concat(),
    }
}

/// A number as people type it, with a point or a comma. By way of JSON, which a page reads anyway: the standard library's way
/// brings tables of ten kilobytes.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.trim_start_matches('+')),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    // JSON wants one digit before the point, and no zero before another digit.
    let digits = digits.trim_start_matches('0');
    let zero = if digits.starts_with(|first: char| first.is_ascii_digit()) {
        ""
    } else {
        "0"
    };
    serde_json::from_str(&format!("{sign}{zero}{digits}")).ok()
}

/// A number as a value: a whole one stays one, so that 21 is not shown as 21.0 in a list.
#[must_use]
pub fn plain(value: f64) -> Value {
    if value == value.trunc() && value.abs() < 1e15 {
        json!(value as i64)
    } else {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

/// Seconds as a span of at most two parts: `3 d 4 h`, `12 min`, `40 s`.
#[must_use]
pub fn span(seconds: u64) -> String {
    let (large, large_unit, small, small_unit) = match seconds {
        0..60 => return format!("{seconds}\u{a0}s"),
        60..3_600 => return format!("{}\u{a0}min", seconds / 60),
        3_600..86_400 => (seconds / 3_600, "h", seconds / 60 % 60, "min"),
        _ => (seconds / 86_400, "d", seconds / 3_600 % 24, "h"),
    };
    if small == 0 {
        format!("{large}\u{a0}{large_unit}")
    } else {
        format!("{large}\u{a0}{large_unit} {small}\u{a0}{small_unit}")
    }
}

/// How long ago, in one part: `now` within five seconds, then `12 s`, `4 min`, `2 h`, `3 d`. In steps of five
/// seconds below a minute, so that a screen full of ages does not flicker.
#[must_use]
pub fn age(ms: u64) -> String {
    match ms / 1_000 {
        0..5 => t("now").to_owned(),
        seconds @ 5..60 => format!("{}\u{a0}s", seconds / 5 * 5),
        seconds @ 60..3_600 => format!("{}\u{a0}min", seconds / 60),
        seconds @ 3_600..86_400 => format!("{}\u{a0}h", seconds / 3_600),
        seconds => format!("{}\u{a0}d", seconds / 86_400),
    }
}

/// So many seconds ago: never `now`.
#[must_use]
pub fn ago(seconds: u64) -> String {
    let age = match seconds {
        0..5 => seconds.max(1).to_string() + "\u{a0}s",
        _ => age(seconds * 1_000),
    };
    with("{} ago", &[&age])
}

/// The local date of an instant in Unix milliseconds, `27 Nov`, where that is another day than today.
#[must_use]
pub fn other_day(now: Now, unix_ms: u64) -> Option<String> {
    let days = now.local_days(unix_ms);
    if days == now.local_days(now.unix_ms) {
        return None;
    }
    // Years from March on have their odd day at their end; 146,097 days are 400 of them.
    let of_era = (days + 719_468).rem_euclid(146_097);
    let years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let mut months = t("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split(' ');
    let month = months
        .nth(usize::try_from((month + 2) % 12).unwrap_or(0))
        .unwrap_or_default();
    Some(with("{} {}", &[&day.to_string(), month]).replace(' ', "\u{a0}"))
}

/// The local time of day, `14:02`, at an instant in Unix milliseconds; how many days ago, where it was not today.
#[must_use]
pub fn time_of_day(now: Now, unix_ms: u64) -> String {
    let days = now.unix_ms.saturating_sub(unix_ms) / 86_400_000;
    if days > 0 {
        let days = count(usize::try_from(days).unwrap_or(usize::MAX), "{} day", "{} days");
        return with("{} ago", &[&days]);
    }
    let (hours, minutes) = now.hours_and_minutes(unix_ms);
    format!("{hours:02}:{minutes:02}")
}

/// Who wrote something: their device's name, else what the server calls them.
#[must_use]
pub fn writer_name(writer: &Writer) -> String {
    writer.device.clone().unwrap_or_else(|| writer.principal.to_string())
}

/// `1st`, `2nd`, `3rd`, `4th`…
#[must_use]
pub fn ordinal(number: u32) -> String {
    let suffix = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    number.to_string() + t(suffix)
}

/// A field's value in words, as far as it has any; else as JSON.
#[must_use]
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => t("nothing").to_owned(),
        Value::Bool(true) => t("yes").to_owned(),
        Value::Bool(false) => t("no").to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), digits),
        Value::String(text) if text.is_empty() => t("empty").to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => t("empty").to_owned(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().map(value_text).collect::<Vec<_>>().join(", ")
        }
        Value::Array(_) | Value::Object(_) => encode(value),
    }
}

/// The first `chars_max` characters, with an ellipsis where something was left off.
#[must_use]
pub fn excerpt(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_figure_has_three_digits_that_matter() {
        let text = |value, unit| figure_text(value, unit).replace('\u{a0}', " ");
        assert_eq!(text(37.456, "%"), "37.5 %");
        assert_eq!(text(3.0, "%"), "3 %");
        assert_eq!(text(0.046, ""), "0.046");
        assert_eq!(text(0.1234, ""), "0.123");
        assert_eq!(text(0.000_456, ""), "0.00046");
        assert_eq!(text(-0.000_001, ""), "0");
        assert_eq!(text(-0.05, ""), "-0.05");
        assert_eq!(text(2.05, ""), "2.05");
        assert_eq!(
            [text(99_999.0, "rpm"), text(99_999.6, "rpm")],
            ["99999 rpm", "100 k rpm"]
        );
        assert_eq!([text(1_234_567.0, ""), text(-2.5e9, "")], ["1.23 M", "-2.5 G"]);
        assert_eq!(text(4e17, ""), "400000 T");
        assert_eq!(text(1536.0, "B"), "1.5 KiB");
        assert_eq!(text(25_769_803_776.0, "B"), "24 GiB");
        assert_eq!(text(1_234_567.0, "B/s"), "1.23 MB/s");
        assert_eq!(text(187_500.0, "s"), "2 d 4 h");
        assert_eq!(text(21.5, "°C"), "21.5 °C");
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        let typed = [" 21,5 ", "-0.25", "+3", ".5", "-.5", "007", "0", "1e3", "0.1"];
        let read = [21.5, -0.25, 3.0, 0.5, -0.5, 7.0, 0.0, 1000.0, 0.1];
        assert_eq!(typed.map(number), read.map(Some));
        for text in ["", "-", ".", "e5", "1 2", "--1", "NaN", "inf", "1e999", "0x10", "1,2,3"] {
            assert_eq!(number(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_whole_number_stays_one() {
        assert_eq!(plain(21.0), json!(21));
        assert_eq!(plain(21.5), json!(21.5));
    }

    #[test]
    fn an_age_moves_in_steps_that_do_not_flicker() {
        let text = |ms| age(ms).replace('\u{a0}', " ");
        assert_eq!(
            [text(0), text(4_999), text(14_000), text(61_000)],
            ["now", "now", "10 s", "1 min"]
        );
        assert_eq!([text(7_200_000), text(200_000_000)], ["2 h", "2 d"]);
    }

    #[test]
    fn another_day_has_its_date() {
        let now = Now {
            device: Timestamp(0),
            unix_ms: 1_772_323_200_000, // 2026-03-01, midnight in Greenwich
            server_ms: 1_772_323_200_000,
            utc_offset_minutes: 60,
        };
        let date = |unix_ms| other_day(now, unix_ms).map(|date| date.replace('\u{a0}', " "));
        let hour = 3_600_000;
        assert_eq!(date(now.unix_ms - hour), None, "one o'clock less one, in Berlin");
        assert_eq!(date(now.unix_ms - hour - 1).as_deref(), Some("28 Feb"));
        assert_eq!(date(now.unix_ms - 60 * 24 * hour).as_deref(), Some("31 Dec"));
        assert_eq!(date(1_709_164_800_000).as_deref(), Some("29 Feb"), "of 2024");
        assert_eq!(date(0).as_deref(), Some("1 Jan"));
    }

    #[test]
    fn a_value_reads_as_words_where_it_has_some() {
        assert_eq!(value_text(&json!(true)), "yes");
        assert_eq!(value_text(&json!(21.50)), "21.5");
        assert_eq!(value_text(&json!("")), "empty");
        assert_eq!(value_text(&json!(["fuel", "oil"])), "fuel, oil");
        assert_eq!(value_text(&json!([])), "empty");
        assert_eq!(value_text(&json!(["a", 1])), "[\"a\",1]");
        assert_eq!(excerpt("føur letters", 4), "føur…");
    }

    #[test]
    fn numbers_are_counted_as_people_count() {
        assert_eq!(
            [ordinal(1), ordinal(2), ordinal(11), ordinal(23)],
            ["1st", "2nd", "11th", "23rd"]
        );
    }
}
