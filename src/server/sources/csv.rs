//! `GET /api/v1/series.csv`: what series have sent, as a table for other programs (RFC 4180).
//!
//! It is sent as it is read, a page of rows at a time: how long it may be is bounded by what is kept, and how much of it is in memory by
//! [`TABLE_CELLS_AT_ONCE`].

use std::{collections::BTreeMap, fmt::Write as _, io};

use axum::{
    body::Body,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use futures_util::stream;
use http::{HeaderName, StatusCode, Uri, header};

use super::{
    Sources,
    derived::formula,
    history::{Fineness, Wanted, finest_ms},
    stretch::{Column, Columns},
};
use crate::{
    config::{HISTORY_TIERS, SERIES_NAME_BYTES_MAX, TABLE_CELLS_AT_ONCE, TABLE_SPAN_MS},
    server::{Server, download, problem::Problem, series::Bucket},
    terminal::names,
    time::Timestamp,
};

/// Which series, and which stretch of them.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    names: Vec<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    step_ms: Option<u64>,
}

/// A table that is being sent.
struct Table {
    sources: Sources,
    columns: Vec<Column>,
    now: Timestamp,
    /// The first row of the next page, and the end.
    from: Timestamp,
    to: Timestamp,
    step_ms: u64,
    /// Whether a step was asked for: then all is told of each, and else its mean.
    has_all: bool,
}

/// Gives the table.
pub async fn csv(State(server): State<Server>, uri: Uri) -> Response {
    let table = table(&server, &uri).await;
    table.unwrap_or_else(|problem| problem.into_response())
}

async fn table(server: &Server, uri: &Uri) -> Result<Response, Problem> {
    let now = server.clock().now();
    let asked = Asked::read(uri, now)?;
    let columns = columns(server.sources(), &asked.names).await?;
    let (_, kept_ms) = HISTORY_TIERS[HISTORY_TIERS.len() - 1];
    let to = asked.to.unwrap_or(now.plus(1)).min(now.plus(1));
    let from = asked.from.unwrap_or(Timestamp(to.0.saturating_sub(TABLE_SPAN_MS)));
    if from >= to {
        return Err(senseless("`from` is not before `to`, or not before now."));
    }
    // Nothing older is kept; of what is all older there is no row.
    let from = from.max(Timestamp(now.0.saturating_sub(kept_ms))).min(to);
    // The same for all columns: what one of them is worked out from may be older.
    let reach_ms = columns.iter().map(Column::reach_ms).max().unwrap_or(0);
    let finest_ms = finest_ms(now, Timestamp(from.0.saturating_sub(reach_ms)));
    let step_ms = asked.step_ms.unwrap_or(finest_ms).div_ceil(finest_ms) * finest_ms;
    let table = Table {
        sources: server.sources().clone(),
        now,
        from: Timestamp(from.0 - from.0 % step_ms),
        to: Timestamp(to.0.div_ceil(step_ms) * step_ms),
        step_ms,
        has_all: asked.step_ms.is_some(),
        columns,
    };
    let head = table.head();
    let name = match &asked.names[..] {
        [only] => download::file_name(only, "series", "csv"),
        _ => download::file_name("", "series", "csv"),
    };
    // What can't be read is known before anything is said.
    let first = table.page().await.ok_or_else(|| {
        let help = "What the series have sent can’t be read now: the server’s log says why.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unreadable", help)
    })?;
    let table = table.after_page();
    let begun = stream::iter([Ok([head, first].concat())]);
    let rest = stream::try_unfold(table, |table| async move {
        if table.from >= table.to {
            return Ok::<_, io::Error>(None);
        }
        let page = table.page().await;
        let page = page.ok_or_else(|| io::Error::other("a series can't be read"))?;
        Ok(Some((page, table.after_page())))
    });
    let headers = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present".to_owned(),
        ),
        (header::CONTENT_DISPOSITION, download::attachment(&name)),
        (STEP_HEADER, step_text(step_ms)),
    ];
    let body = Body::from_stream(futures_util::StreamExt::chain(begun, rest));
    Ok((headers, body).into_response())
}

impl Asked {
    fn read(uri: &Uri, now: Timestamp) -> Result<Self, Problem> {
        let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| senseless(&format!("The parameters can’t be read ({error}).")))?;
        let mut asked = Self::default();
        for (name, value) in parameters {
            match name.as_str() {
                "name" if value.len() > SERIES_NAME_BYTES_MAX => {
                    return Err(senseless(&format!(
                        "A series’ name has at most {SERIES_NAME_BYTES_MAX} bytes."
                    )));
                }
                "name" if !value.trim().is_empty() => asked.names.push(value.trim().to_owned()),
                "from" if asked.from.is_none() => asked.from = Some(instant(&value, now)?),
                "to" if asked.to.is_none() => asked.to = Some(instant(&value, now)?),
                "step" if asked.step_ms.is_none() => asked.step_ms = Some(step(&value)?),
                _ => {
                    return Err(senseless(&format!(
                        "`{name}` is none of `name` (several times for several series), `from`, `to` and `step` (once), or it is empty."
                    )));
                }
            }
        }
        if asked.names.is_empty() {
            return Err(senseless("Say of which series: ?name=fuel, or ?name=fuel&name=oil."));
        }
        Ok(asked)
    }
}

async fn columns(sources: &Sources, asked: &[String]) -> Result<Vec<Column>, Problem> {
    let mut columns = Columns::default();
    for name in asked {
        let is_formula = formula(name).is_some();
        let is_there = is_formula || sources.has_sent(name).await;
        // Of no series there is a column, too, as somebody may wait for it: not here.
        if !is_there || columns.add(sources, name).map_err(|reason| senseless(&reason))? == 0 {
            return Err(unknown(sources, name));
        }
    }
    Ok(columns.all)
}

fn unknown(sources: &Sources, name: &str) -> Problem {
    let known = sources.beginning_with("");
    let meant = names::meant(name, known.iter().map(|known| (known.as_str(), known.as_str())));
    let help = format!(
        "No series `{name}` has sent anything.{} {} of them are there; those that begin alike come with a star, as ?name=host.*",
        names::did_you_mean(meant),
        known.len(),
    );
    Problem::new(StatusCode::NOT_FOUND, "unknown_series", help)
}

impl Table {
    fn head(&self) -> String {
        let mut head = "time".to_owned();
        for column in &self.columns {
            let name = column.name();
            if self.has_all {
                for what in PARTS {
                    head.extend([",", &cell(&[name, " ", what].concat())]);
                }
            } else {
                head.extend([",", &cell(name)]);
            }
        }
        head + LINE_END
    }

    fn page_end(&self) -> Timestamp {
        let cells = self.columns.len() * if self.has_all { PARTS.len() } else { 1 };
        // What is read for a formula is in memory as well, and it takes no more of each series than so much.
        let inputs: usize = self.columns.iter().map(Column::inputs_len).sum();
        let rows = TABLE_CELLS_AT_ONCE / cells.max(inputs).max(1);
        self.from.plus(rows.max(1) as u64 * self.step_ms).min(self.to)
    }

    fn after_page(self) -> Self {
        let from = self.page_end();
        Self { from, ..self }
    }

    /// The next rows; `None` where they can't be read. What none of the series was measured in has no row.
    async fn page(&self) -> Option<String> {
        let to = self.page_end();
        let wanted = Wanted {
            name: String::new(),
            now: self.now,
            from: self.from,
            to,
            fineness: Fineness::Step(self.step_ms),
        };
        let mut rows: BTreeMap<Timestamp, Vec<Option<Bucket>>> = BTreeMap::new();
        for (at, column) in self.columns.iter().enumerate() {
            let stretch = self.sources.read_column(column, &wanted).await?;
            for (begins, bucket) in stretch.buckets {
                if (self.from..to).contains(&begins) {
                    let row = rows.entry(begins).or_insert_with(|| vec![None; self.columns.len()]);
                    row[at] = Some(bucket);
                }
            }
        }
        let mut text = String::new();
        for (at, row) in rows {
            text.push_str(&time(at));
            for bucket in row {
                self.cells(&mut text, bucket);
            }
            text.push_str(LINE_END);
        }
        Some(text)
    }

    fn cells(&self, text: &mut String, bucket: Option<Bucket>) {
        let Some(bucket) = bucket else {
            let commas = if self.has_all { PARTS.len() } else { 1 };
            return text.extend(std::iter::repeat_n(',', commas));
        };
        if !self.has_all {
            return number(text, bucket.mean());
        }
        for value in [bucket.least, bucket.greatest, bucket.mean(), bucket.last] {
            number(text, value);
        }
        write!(text, ",{}", bucket.count).expect("a String takes every write");
    }
}

fn number(text: &mut String, value: f64) {
    let size = value.abs();
    let is_plain = size == 0.0 || (1e-6..1e15).contains(&size);
    let written = if is_plain {
        write!(text, ",{value}")
    } else {
        write!(text, ",{value:e}")
    };
    written.expect("a String takes every write");
}

/// Text that is a cell to every reader. What a spreadsheet would take for a formula has an apostrophe before it
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | ':' | '/' | ' ');
    let text = if is_formula {
        ["'", text].concat()
    } else {
        text.to_owned()
    };
    if text.chars().all(is_plain) && text.trim() == text {
        return text;
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// In UTC, as ISO 8601 has it.
fn time(at: Timestamp) -> String {
    let at = DateTime::<Utc>::from_timestamp_millis(at.0.cast_signed());
    at.map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// An instant: a date or a time as ISO 8601 has them, milliseconds since 1970, or so long ago as `-1h`.
fn instant(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    // A plus in an address is a space.
    let written = text.trim().replace(' ', "+");
    let date = || {
        NaiveDate::parse_from_str(&written, "%Y-%m-%d")
            .ok()?
            .and_hms_opt(0, 0, 0)
    };
    let ms = if let Some(ago) = written.strip_prefix('-') {
        span(ago).map(|ms| now.0.saturating_sub(ms))
    } else if let Ok(ms) = written.parse() {
        Some(ms)
    } else if let Ok(at) = DateTime::parse_from_rfc3339(&written) {
        u64::try_from(at.timestamp_millis()).ok()
    } else {
        date().and_then(|at| u64::try_from(at.and_utc().timestamp_millis()).ok())
    };
    ms.map(Timestamp).ok_or_else(|| {
        senseless(&format!(
            "{text:?} is no time: write 2026-01-31, 2026-01-31T12:00:00Z, milliseconds since 1970, or -1h for an hour ago."
        ))
    })
}

fn step(text: &str) -> Result<u64, Problem> {
    let (_, kept_ms) = HISTORY_TIERS[HISTORY_TIERS.len() - 1];
    let step = span(text.trim()).filter(|ms| (1_000..=kept_ms).contains(ms));
    step.ok_or_else(|| senseless(&format!("{text:?} is no step: write 10s, 5m, 1h or 1d.")))
}

/// As a step is asked for.
fn step_text(ms: u64) -> String {
    let unit = UNITS.into_iter().rev().find(|(_, unit_ms)| ms.is_multiple_of(*unit_ms));
    let (unit, unit_ms) = unit.unwrap_or(UNITS[0]);
    format!("{}{unit}", ms / unit_ms)
}

/// A number of seconds, minutes, hours or days, in milliseconds.
fn span(text: &str) -> Option<u64> {
    let (unit, ms) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let digits = text.strip_suffix(unit)?;
    let number: u64 = digits.parse().ok().filter(|_| !digits.starts_with('+'))?;
    number.checked_mul(ms)
}

fn senseless(help: &str) -> Problem {
    Problem::senseless("bad_parameter", help)
}

const UNITS: [(char, u64); 4] = [('s', 1_000), ('m', 60_000), ('h', 3_600_000), ('d', 86_400_000)];
/// How long each row is: it may be longer than was asked for.
const STEP_HEADER: HeaderName = HeaderName::from_static("tideboard-step");
const LINE_END: &str = "\r\n";
/// What is told of each step.
const PARTS: [&str; 5] = ["min", "max", "mean", "last", "count"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_cell_and_nothing_else() {
        for (name, expected) in [
            ("host.cpu", "host.cpu"),
            ("Füllstand 2", "Füllstand 2"),
            ("up{job=\"a,b\"}", "\"up{job=\"\"a,b\"\"}\""),
            ("a,b", "\"a,b\""),
            ("a;b", "\"a;b\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            (" =1", "\" =1\""),
        ] {
            assert_eq!(cell(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_number_is_one_to_every_program() {
        for (value, expected) in [
            (0.0, ",0"),
            (12.5, ",12.5"),
            (-3.0, ",-3"),
            (1e15, ",1e15"),
            (-1.5e300, ",-1.5e300"),
            (2e-7, ",2e-7"),
            (123_456_789.25, ",123456789.25"),
        ] {
            let mut text = String::new();
            number(&mut text, value);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_time_is_written_in_any_of_its_ways() {
        let now = Timestamp(1_760_000_000_000);
        let at = |text: &str| instant(text, now).ok().map(|at| at.0);
        assert_eq!(at("1760000000000"), Some(now.0));
        assert_eq!(at("2025-10-09T08:53:20Z"), Some(now.0));
        assert_eq!(at("2025-10-09T10:53:20+02:00"), Some(now.0));
        assert_eq!(at("2025-10-09T10:53:20 02:00"), Some(now.0), "as an address has a plus");
        assert_eq!(at("2025-10-09"), Some(now.0 - (8 * 3_600 + 53 * 60 + 20) * 1_000));
        assert_eq!(
            [at("-90m"), at("-1h")],
            [Some(now.0 - 5_400_000), Some(now.0 - 3_600_000)]
        );
        for none in [
            "",
            "now",
            "yesterday",
            "-",
            "-1",
            "-1y",
            "--1h",
            "-+1h",
            "2025-13-01",
            "1e12",
            "1900-01-01",
            "-99999999999999999d",
        ] {
            assert_eq!(at(none), None, "{none}");
        }
        assert_eq!(time(now), "2025-10-09T08:53:20Z");
        assert_eq!(step("5m").ok(), Some(300_000));
        for (ms, text) in [(10_000, "10s"), (90_000, "90s"), (600_000, "10m"), (172_800_000, "2d")] {
            assert_eq!((step_text(ms).as_str(), step(text).ok()), (text, Some(ms)));
        }
        for none in ["", "5", "0s", "5 m", "401d", "-5m", "5M", "1.5h"] {
            assert!(step(none).is_err(), "{none}");
        }
    }
}
