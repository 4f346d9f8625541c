//! What a request asks for: its parameters, headers and body.

use axum::extract::Query;
use http::{HeaderMap, HeaderName, StatusCode, Uri, header};

use crate::{
    config::{COLOURS_LEN, WEBHOOK_KEY_LEN_MAX, WEBHOOK_KEY_LEN_MIN, WEBHOOK_LINE_BYTES_MAX, WEBHOOK_WITHIN_S_MAX},
    protocol::{self, Device, Revision, Value},
    server::{log::CallChange, problem::Problem},
};

/// A request's parameters and headers.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// By which it may be sent again.
    pub key: Option<String>,
    /// The revision that its author has seen.
    pub seen: Option<Revision>,
    /// Within which time it takes effect, or never.
    pub within_ms: Option<u64>,
    /// Whether the body is text as it stands.
    pub is_text: bool,
    is_line: bool,
    add: Option<Amount>,
    path: Option<String>,
    name: Option<String>,
}

/// How much is added.
#[derive(Clone, Copy, Debug)]
enum Amount {
    Given(i64),
    /// As much as the body says.
    InBody,
}

impl Asked {
    /// Reads a request of a line, or of a field.
    pub fn read(uri: &Uri, headers: &HeaderMap, is_line: bool) -> Result<Self, Problem> {
        let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Problem::senseless("bad_parameter", format!("The parameters can’t be read ({error}).")))?;
        let mut asked = Self {
            key: key(headers)?,
            is_text: content_type(headers) == "text/plain",
            is_line,
            name: named(headers),
            ..Self::default()
        };
        let mut known: Vec<String> = Vec::new();
        for (name, value) in parameters {
            asked.take(&name, value)?;
            if known.contains(&name) {
                return Err(Problem::senseless(
                    "bad_parameter",
                    format!("There are several `{name}`: send one."),
                ));
            }
            known.push(name);
        }
        if asked.add.is_some() && asked.seen.is_some() {
            let help = "What is added conflicts with nobody: leave `seen` out.";
            return Err(Problem::senseless("bad_parameter", help));
        }
        Ok(asked)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Problem> {
        match name {
            "path" if value.is_empty() || value.starts_with('/') => self.path = Some(value),
            "path" => {
                let help =
                    format!("`path` is a JSON pointer, as /alert/title, and {value:?} does not begin with a slash.");
                return Err(Problem::senseless("bad_parameter", help));
            }
            "name" => self.name = Some(value),
            "add" if !self.is_line => self.add = Some(amount(&value)?),
            "within" if !self.is_line => self.within_ms = Some(1_000 * seconds(&value)?),
            "seen" if !self.is_line => {
                let revision = value.parse().map_err(|_| {
                    let help = format!("`seen` is a revision, as an answer tells it, and {value:?} is no such number.");
                    Problem::senseless("bad_parameter", help)
                })?;
                self.seen = Some(Revision(revision));
            }
            _ => {
                let known = if self.is_line {
                    LINE_PARAMETERS
                } else {
                    FIELD_PARAMETERS
                };
                let help = format!("There is no parameter {name:?} here, but {known}. Nothing was changed.");
                return Err(Problem::senseless("bad_parameter", help));
            }
        }
        Ok(())
    }

    /// Who writes, for people.
    pub fn device(&self) -> Device {
        let named = |name: &str| {
            let colour = name.bytes().fold(0_u8, u8::wrapping_add) % COLOURS_LEN;
            let name = name.to_owned();
            Device { name, colour }
        };
        let device = self.name.as_deref().and_then(|name| named(name).kept());
        device.unwrap_or_else(|| named("webhook"))
    }

    /// What becomes of the field, by a body.
    pub fn change(&self, headers: &HeaderMap, body: &[u8]) -> Result<CallChange, Problem> {
        let text = || {
            std::str::from_utf8(body)
                .map_err(|_| Problem::senseless("not_text", "The body is no UTF-8: send it as that."))
        };
        if self.is_line {
            let is_json = self.path.is_some() || content_type(headers).ends_with("json");
            let line = if is_json {
                spoken(self.value(text()?)?)
            } else {
                text()?.to_owned()
            };
            return plain(&line).map(CallChange::Line);
        }
        match self.add {
            Some(Amount::Given(amount)) => Ok(CallChange::Add(amount)),
            Some(Amount::InBody) => {
                let value = self.value(text()?)?;
                let amount = value.as_i64().map(CallChange::Add);
                amount.ok_or_else(|| {
                    unfit(format!(
                        "What is added is a whole number, and this is {}.",
                        short(&value)
                    ))
                })
            }
            None if self.is_text && self.path.is_none() => {
                let text = text()?;
                let text = text
                    .strip_suffix('\n')
                    .map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
                Ok(CallChange::Set(text.into()))
            }
            None => self.value(text()?).map(CallChange::Set),
        }
    }

    /// A body of JSON, or what `path` points at in it.
    fn value(&self, text: &str) -> Result<Value, Problem> {
        if text.trim().is_empty() {
            let help = "There is no body: send the value in it, as -d '22.5'. Nothing was changed.";
            return Err(Problem::senseless("no_body", help));
        }
        let value: Value = protocol::read(text).map_err(|error| {
            let help = format!(
                "The body is no JSON ({error}). Text has quotation marks there, as '\"busy\"', or comes with the header Content-Type: text/plain."
            );
            Problem::senseless("not_json", help)
        })?;
        let Some(path) = &self.path else { return Ok(value) };
        let found = value.pointer(path).cloned();
        found.ok_or_else(|| {
            unfit(format!(
                "There is nothing at {path:?} in the body. Nothing was changed."
            ))
        })
    }
}

fn unfit(help: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit_body", help)
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(KEY).into_iter();
    let key = match (keys.next(), keys.next()) {
        (None, _) => return Ok(None),
        (Some(key), None) => key.to_str().ok(),
        (Some(_), Some(_)) => None,
    };
    let is_fit = |key: &&str| {
        (WEBHOOK_KEY_LEN_MIN..=WEBHOOK_KEY_LEN_MAX).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let key = key.filter(is_fit).map(str::to_owned).ok_or_else(|| {
        let help = format!(
            "An Idempotency-Key is one of {WEBHOOK_KEY_LEN_MIN} to {WEBHOOK_KEY_LEN_MAX} letters, digits and signs, as a UUID. Nothing was changed."
        );
        Problem::senseless("bad_key", help)
    })?;
    Ok(Some(key))
}

fn named(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(NAME)?;
    Some(String::from_utf8_lossy(name.as_bytes()).into_owned())
}

/// A `+` in an address is a space.
fn amount(text: &str) -> Result<Amount, Problem> {
    if text.is_empty() {
        return Ok(Amount::InBody);
    }
    text.trim().parse().map(Amount::Given).map_err(|_| {
        let help = format!(
            "`add` is a whole number, as ?add=1, and {text:?} is none; or nothing, and the body says how much."
        );
        Problem::senseless("bad_parameter", help)
    })
}

fn seconds(text: &str) -> Result<u64, Problem> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| (1..=WEBHOOK_WITHIN_S_MAX).contains(seconds));
    seconds.ok_or_else(|| {
        let help = format!("`within` is 1 to {WEBHOOK_WITHIN_S_MAX} seconds, as ?within=10, and not {text:?}.");
        Problem::senseless("bad_parameter", help)
    })
}

/// A value as a person would say it: text without its quotation marks.
fn spoken(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// One line: without what can't be shown, and not too long.
fn plain(text: &str) -> Result<String, Problem> {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut line = words.join(" ");
    if line.is_empty() {
        return Err(unfit(
            "A line has something to read in it. Nothing was changed.".to_owned(),
        ));
    }
    if line.len() > WEBHOOK_LINE_BYTES_MAX {
        line.truncate(line.floor_char_boundary(WEBHOOK_LINE_BYTES_MAX - CUT.len()));
        line.push_str(CUT);
    }
    Ok(line)
}

/// The beginning of a value, for a message.
fn short(value: &Value) -> String {
    let text = value.to_string();
    let beginning: String = text.chars().take(40).collect();
    if beginning.len() < text.len() {
        [&beginning, CUT].concat()
    } else {
        text
    }
}

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const NAME: HeaderName = HeaderName::from_static("x-tideboard-name");
const FIELD_PARAMETERS: &str = "`add`, `name`, `path`, `seen` and `within`";
const LINE_PARAMETERS: &str = "`name` and `path`";
/// What stands for the rest.
const CUT: &str = "…";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(body: &str) -> Option<String> {
        let asked = Asked {
            is_line: true,
            ..Asked::default()
        };
        match asked.change(&HeaderMap::new(), body.as_bytes()).ok()? {
            CallChange::Line(line) => Some(line),
            _ => None,
        }
    }

    #[test]
    fn a_line_is_one_line_and_has_an_end() {
        assert_eq!(line(" pump\r\n\t2\u{0} off \n").as_deref(), Some("pump 2 off"));
        assert_eq!(line("\n \u{1b}"), None);
        let long = line(&"é".repeat(WEBHOOK_LINE_BYTES_MAX)).expect("a line");
        assert!(long.len() <= WEBHOOK_LINE_BYTES_MAX && long.ends_with("é…"), "{long}");
    }

    #[test]
    fn whoever_calls_has_a_name_and_always_the_same_colour() {
        let called = |name: Option<&str>| {
            let name = name.map(str::to_owned);
            Asked {
                name,
                ..Asked::default()
            }
            .device()
        };
        assert_eq!(called(None).name, "webhook");
        assert_eq!(called(Some("\u{7} ")).name, "webhook");
        assert_eq!(called(Some(&"é".repeat(40))).name, "é".repeat(32));
        assert_eq!(called(Some("deploys")), called(Some("deploys")));
        assert!(called(Some("deploys")).colour < COLOURS_LEN);
    }

    #[test]
    fn what_is_pointed_at_is_taken_out_of_the_body() {
        let body = r#"{"a/b": [1, {"~": "x"}], "n": null}"#;
        let at = |path: &str| {
            let path = Some(path.to_owned());
            Asked {
                path,
                ..Asked::default()
            }
            .value(body)
            .ok()
        };
        assert_eq!(at("/a~1b/1/~0"), Some(json!("x")));
        assert_eq!(at("/n"), Some(Value::Null));
        assert_eq!(at("").map(|all| all["a/b"][0].clone()), Some(json!(1)));
        assert_eq!(
            [at("/a~1b/2"), at("/a~1b/01"), at("/b"), at("/a~1b/-")],
            [None, None, None, None]
        );
    }
}
