//! One line of samples, posted or scraped: a JSON object, or a line of the Prometheus text format. Pure.

use std::{fmt, str::SplitWhitespace};

use serde::Deserialize;

use crate::{
    board::series_names,
    config::{CLOCK_AHEAD_MS_MAX, HISTORY_TIERS, SAMPLE_LINE_BYTES_MAX, SERIES_NAME_BYTES_MAX},
    protocol::Value,
    time::Timestamp,
};

/// What a line says of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The series, its labels in the order in which they came.
    pub name: String,
    /// When it was measured; `None` where the line does not say.
    pub at: Option<Timestamp>,
    /// A finite number; `None` where there was nothing to measure (`null`, `NaN`, an infinity): it is as if the line had not been sent, and the
    /// series has a gap where three values in a row are missing.
    pub value: Option<f64>,
}

/// Why a line was refused. `Display` says what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineError {
    /// Longer than [`SAMPLE_LINE_BYTES_MAX`].
    TooLong,
    /// No UTF-8.
    NotText,
    /// No object of the members that are known, and why.
    NotJson(String),
    /// Several lines without an end between them.
    Joined,
    /// No line of the Prometheus text format: what was expected.
    Expected(&'static str),
    /// A name that no series can have, and why.
    Name(&'static str),
    /// Its time is so many milliseconds ahead of the server's.
    Ahead {
        /// So many.
        ms: u64,
    },
    /// It was measured longer ago than anything is kept.
    TooOld,
    /// As many series as a server keeps are there.
    NoRoom,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSample {
    series: String,
    value: Value,
    #[serde(default)]
    at: Value,
}

/// Reads a line; `None` of one that says nothing: empty, or a comment. Its series is called as it says, behind `prefix`.
///
/// # Errors
/// [`LineError`].
pub fn read(line: &[u8], prefix: &str, now: Timestamp) -> Result<Option<Sample>, LineError> {
    if line.len() > SAMPLE_LINE_BYTES_MAX {
        return Err(LineError::TooLong);
    }
    let line = std::str::from_utf8(line).map_err(|_| LineError::NotText)?.trim();
    let mut sample = match line.as_bytes().first() {
        None | Some(b'#') => return Ok(None),
        Some(b'{') => json(line)?,
        Some(b'[') => return Err(LineError::Expected("one JSON object on each line, and no list")),
        Some(_) => exposition(line)?,
    };
    sample.name.insert_str(0, prefix);
    check_name(&sample.name)?;
    let (_, kept_ms) = HISTORY_TIERS[HISTORY_TIERS.len() - 1];
    match sample.at {
        Some(at) if at.since(now) > CLOCK_AHEAD_MS_MAX => Err(LineError::Ahead { ms: at.since(now) }),
        Some(at) if now.since(at) >= kept_ms => Err(LineError::TooOld),
        _ => Ok(Some(sample)),
    }
}

fn json(line: &str) -> Result<Sample, LineError> {
    let read: JsonSample = serde_json::from_str(line).map_err(|error| match line.contains("}{") {
        true => LineError::Joined,
        false => LineError::NotJson(error.to_string()),
    })?;
    let JsonSample { series, value, at } = read;
    if !(value.is_number() || value.is_null()) {
        return Err(LineError::Expected("a number or null as \"value\", and no text"));
    }
    if !(at.is_u64() || at.is_null()) {
        return Err(LineError::Expected("whole milliseconds since 1970 as \"at\""));
    }
    Ok(Sample {
        name: series,
        at: at.as_u64().map(Timestamp),
        value: value.as_f64().filter(|value| value.is_finite()),
    })
}

/// `name{label="value"} 12.5 1700000000000`, as <https://prometheus.io/docs/instrumenting/exposition_formats/> has it: labels and
/// time may be missing. A name may have more letters than there, as the server's own have dots.
fn exposition(line: &str) -> Result<Sample, LineError> {
    let end = line.find(|letter: char| !is_of_name(letter)).unwrap_or(line.len());
    if !line.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':')) {
        return Err(LineError::Expected(
            "a name that begins with a letter, or a JSON object",
        ));
    }
    let after = &line[end..];
    let labels = if after.starts_with('{') { labels(after)? } else { 0 };
    let mut words = after[labels..].split_whitespace();
    let value = words.next().ok_or(LineError::Expected("a value after the name"))?;
    let wrong = |word, mut behind: SplitWhitespace<'_>, expected| match behind.next() {
        Some(_) if goes_on_as_name(word) => LineError::Joined,
        _ => LineError::Expected(expected),
    };
    let expected = "a number as the value, as 12.5, behind a name without spaces, commas and quotes";
    let value: f64 = value.parse().map_err(|_| wrong(value, words.clone(), expected))?;
    let at = match words.next() {
        // An exemplar, which OpenMetrics has behind the value.
        None | Some("#") => None,
        Some(at) => Some(
            at.parse()
                .map_err(|_| wrong(at, words, "a time in whole milliseconds since 1970"))?,
        ),
    };
    Ok(Sample {
        name: line[..end + labels].to_owned(),
        at: at.map(Timestamp),
        value: value.is_finite().then_some(value),
    })
}

/// Whether a number is followed by a name at once, as where the end of a line between them was lost.
fn goes_on_as_name(word: &str) -> bool {
    let is_of_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.');
    let name = word.trim_start_matches(is_of_number);
    name.len() < word.len() && name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':'))
}

fn is_of_name(letter: char) -> bool {
    !letter.is_whitespace() && !matches!(letter, '{' | '}' | '"' | ',' | '=')
}

/// Where the labels end that `text` begins with: `{name="value",…}`.
fn labels(text: &str) -> Result<usize, LineError> {
    let (mut is_quoted, mut is_escaped, mut pairs) = (false, false, 0);
    let mut before = '{';
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' if is_quoted => is_quoted = false,
            _ if is_quoted => {}
            '"' if before != '=' => break,
            '"' => (is_quoted, pairs) = (true, pairs + 1),
            '}' if text[..at].contains('=') && pairs == 0 => break,
            '}' => return Ok(at + 1),
            _ if before == '=' || (before == '"' && letter != ',' && !letter.is_whitespace()) => break,
            _ => {}
        }
        if !letter.is_whitespace() {
            before = letter;
        }
    }
    Err(LineError::Expected(
        "labels as {tank=\"2\",side=\"north\"}, each value in quotes, and a `}` behind them",
    ))
}

/// Whether a series may be called so: what a person can read, type, and put into a list with commas.
fn check_name(name: &str) -> Result<(), LineError> {
    let reason = match name {
        _ if name.is_empty() || name.trim() != name => "it is empty, or begins or ends with a space",
        _ if name.len() > SERIES_NAME_BYTES_MAX => "it is too long",
        _ if name.chars().any(is_unseen) => "it has letters that can't be shown, or that turn the text round",
        _ if name.ends_with(':') => "it ends with a colon",
        _ if name.contains('*') => "a `*` stands for many series",
        _ if name.starts_with("host.") || name.starts_with("tideboard.") => {
            "those with `host.` and `tideboard.` are the server's own"
        }
        _ if series_names(name) != [name] => "a comma stands between two names",
        _ => return Ok(()),
    };
    Err(LineError::Name(reason))
}

/// Whether a letter is not there to be seen: it commands a terminal, breaks a line, joins its neighbours, or turns what stands around it round, so that two
/// names look the same, or a name like another text. By <https://www.unicode.org/reports/tr9/> and <https://www.unicode.org/reports/tr36/>.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        )
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "it has more than {SAMPLE_LINE_BYTES_MAX} bytes: one sample a line"),
            Self::NotText => f.write_str("it is not UTF-8"),
            Self::NotJson(error) => write!(
                f,
                "{error}: a line is {{\"series\": \"fuel\", \"value\": 12.5}}, and may have \"at\" in milliseconds since 1970"
            ),
            Self::Joined => f.write_str(
                "the ends of the lines are lost, as by `curl -d @file`: send several samples by `--data-binary @file`",
            ),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::Name(reason) => write!(
                f,
                "no series can have this name: {reason} (at most {SERIES_NAME_BYTES_MAX} bytes)"
            ),
            Self::Ahead { ms } => write!(
                f,
                "its time is {} s ahead of this server’s: set the sender’s clock, or leave the time out",
                ms / 1_000
            ),
            Self::TooOld => f.write_str(
                "it was measured longer ago than this server keeps anything: a time is in milliseconds since 1970",
            ),
            Self::NoRoom => f.write_str("this server keeps no further series: send fewer different names"),
        }
    }
}

impl std::error::Error for LineError {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_760_000_000_000);

    fn sample(name: &str, value: Option<f64>, at: Option<u64>) -> Result<Option<Sample>, LineError> {
        let (name, at) = (name.to_owned(), at.map(Timestamp));
        Ok(Some(Sample { name, at, value }))
    }

    fn read(line: &str) -> Result<Option<Sample>, LineError> {
        super::read(line.as_bytes(), "", NOW)
    }

    #[test]
    fn both_formats_are_told_apart_by_their_first_letter() {
        assert_eq!(
            read(r#"{"series":"fuel","value":12.5}"#),
            sample("fuel", Some(12.5), None)
        );
        assert_eq!(
            read(r#" {"series":"Tank 2","value":1,"at":1759999999000}"#),
            sample("Tank 2", Some(1.0), Some(1_759_999_999_000))
        );
        assert_eq!(read("fuel 12.5"), sample("fuel", Some(12.5), None));
        assert_eq!(
            read("http_requests_total{method=\"post\",path=\"/a}, \\\"b\\\"\"} 1027 1759999999000"),
            sample(
                "http_requests_total{method=\"post\",path=\"/a}, \\\"b\\\"\"}",
                Some(1_027.0),
                Some(1_759_999_999_000)
            )
        );
        assert_eq!(read("up 1 # {trace=\"1\"} 1"), sample("up", Some(1.0), None));
        assert_eq!(read("küche.celsius 21.5"), sample("küche.celsius", Some(21.5), None));
        assert_eq!(
            [read(""), read("  "), read("# TYPE fuel gauge")],
            [Ok(None), Ok(None), Ok(None)]
        );
    }

    #[test]
    fn what_is_no_number_is_a_gap() {
        for line in [
            "fuel NaN",
            "fuel +Inf",
            "fuel -Inf",
            r#"{"series":"fuel","value":null}"#,
        ] {
            assert_eq!(read(line), sample("fuel", None, None), "{line}");
        }
    }

    #[test]
    fn a_bad_line_is_refused_with_what_to_change() {
        for (line, word) in [
            ("fuel", "a value"),
            ("fuel much", "a number"),
            ("fuel: 12", "colon"),
            ("fuel=12", "a number"),
            ("my tank 12", "without spaces"),
            ("fuel 12,5", "12.5"),
            ("temp{room=kitchen} 3", "quotes"),
            ("temp{room=\"a\" side=\"b\"} 3", "quotes"),
            ("[1]", "no list"),
            (r#"{"series":"fuel","value":1,"at":"now"}"#, "milliseconds"),
            ("fuel 1 yesterday", "milliseconds"),
            ("fuel{a=\"1\" 1", "`}`"),
            ("5fuel 1", "a name"),
            ("-- 1", "a name"),
            (r#"{"series":"fuel"}"#, "missing field `value`"),
            (r#"{"series":"fuel","value":"much"}"#, "no text"),
            (r#"{"series":"fuel","value":1e999}"#, "out of range"),
            (r#"{"series":"fuel","value":1,"colour":2}"#, "unknown field"),
            (r#"{"series":"","value":1}"#, "empty"),
            (r#"{"series":"a,b","value":1}"#, "comma"),
            (r#"{"series":"a*","value":1}"#, "many"),
            (r#"{"series":"a\u0007","value":1}"#, "shown"),
            ("up{job=\"\u{202E}pmup\"} 1", "round"),
            ("fuel\u{200B} 1", "shown"),
            ("\u{FEFF}fuel 1", "a name"),
            (r#"{"series":"\uFEFFfuel","value":1}"#, "shown"),
            (r#"{"series":"host.cpu","value":1}"#, "own"),
            ("fuel 1 1791536000000", "ahead"),
            ("fuel 1 1760000000", "milliseconds"),
        ] {
            let error = read(line).expect_err(line).to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
        assert_eq!(super::read(b"fuel \xff", "", NOW), Err(LineError::NotText));
        assert_eq!(
            super::read(&[b'a'; SAMPLE_LINE_BYTES_MAX + 1], "", NOW),
            Err(LineError::TooLong)
        );
    }

    #[test]
    fn lines_that_have_lost_their_ends_are_told_from_one_that_is_wrong() {
        for joined in [
            "fuel 12.5oil 3",
            "fuel 1 1759999999000oil 3 1759999999000",
            r#"{"series":"fuel","value":1}{"series":"oil","value":2}"#,
        ] {
            let error = read(joined).expect_err(joined).to_string();
            assert!(error.contains("--data-binary"), "{joined}: {error}");
        }
        for other in [
            "fuel 12.5l",
            "fuel 1 17oil",
            "fuel 12,5 3",
            "fuel much 3",
            r#"{"series":"fuel","value":1} 2"#,
        ] {
            let error = read(other).expect_err(other).to_string();
            assert!(!error.contains("--data-binary"), "{other}: {error}");
        }
    }

    #[test]
    fn what_nobody_sees_is_in_no_name_and_what_people_write_is() {
        let unseen = [
            '\u{61C}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{200E}', '\u{200F}', '\u{2028}', '\u{2029}', '\u{FEFF}',
        ];
        for letter in unseen
            .into_iter()
            .chain('\u{202A}'..='\u{202E}')
            .chain('\u{2060}'..='\u{2069}')
        {
            for name in [format!("fu{letter}el"), format!("up{{job=\"{letter}pump\"}}")] {
                let line = serde_json::json!({"series": name, "value": 1}).to_string();
                assert!(matches!(read(&line), Err(LineError::Name(_))), "{letter:?}");
            }
        }
        for name in ["küche.°C", "燃料", "وقود", "डीज़ल", "⛽", "a\u{301}"] {
            let line = serde_json::json!({"series": name, "value": 1}).to_string();
            assert_eq!(read(&line), sample(name, Some(1.0), None));
        }
    }

    #[test]
    fn every_byte_there_is_breaks_nothing() {
        for byte in 0..=u8::MAX {
            for line in [
                vec![byte],
                [b"fuel", &[byte][..], b" 1"].concat(),
                [b"fuel{a=\"", &[byte][..], b"\"} 1"].concat(),
            ] {
                if let Ok(Some(sample)) = super::read(&line, "", NOW) {
                    assert_eq!(check_name(&sample.name), Ok(()), "{line:?}");
                }
            }
        }
    }
}
