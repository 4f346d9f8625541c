//! Why a request of another program was not done: a word for it, and what to do, for its people.

use axum::{
    Json,
    extract::rejection::PathRejection,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

/// What was refused. As a response it is an object with `error`, `do`, and what else is to be known.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    error: &'static str,
    help: String,
    more: Map<String, Value>,
    retry_after_ms: Option<u64>,
}

impl Problem {
    /// `error` is for programs, `help` tells people what happened and what to do.
    pub fn new(status: StatusCode, error: &'static str, help: impl Into<String>) -> Self {
        Self {
            status,
            error,
            help: help.into(),
            more: Map::new(),
            retry_after_ms: None,
        }
    }

    /// A request that makes no sense.
    pub fn senseless(error: &'static str, help: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, help)
    }

    /// What else is to be known.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// The same request may be sent again after this long.
    pub fn again_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}

impl From<PathRejection> for Problem {
    fn from(error: PathRejection) -> Self {
        Self::senseless("no_path", format!("The path can’t be read ({error})."))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("error".to_owned(), self.error.into());
        body.insert("do".to_owned(), self.help.into());
        body.extend(self.more);
        let mut response = (self.status, Json(body)).into_response();
        if let Some(ms) = self.retry_after_ms {
            let seconds = HeaderValue::from(ms.div_ceil(1_000));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
