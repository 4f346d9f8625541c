//! `POST /api/v1/samples`: what machines and scripts send. What is wrong with a line is said by its number, and the others are taken.
//! And the token by which they do that and nothing else.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use http::StatusCode;

use super::{
    reading::{Reading, Report},
    refuse,
};
use crate::{
    config::{SAMPLES_BODY_BYTES_MAX, SAMPLES_POST_MS_MAX},
    protocol::{Access, Identity},
    server::{Server, auth::Token, clock::Stopwatch},
};

/// Takes samples, one on each line: a JSON object, or a line of the Prometheus text format.
pub async fn post(
    State(server): State<Server>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Response {
    if identity.access != Access::Edit {
        return refuse(
            StatusCode::FORBIDDEN,
            "This token may only watch: send samples with one that may edit.",
        );
    }
    let mut reading = Reading::new(server.sources(), server.clock(), String::new());
    let (mut body, mut bytes) = (request.into_body().into_data_stream(), 0);
    let since = Stopwatch::start();
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else {
            reading.stop("The connection broke off.");
            break;
        };
        bytes += chunk.len();
        if bytes > SAMPLES_BODY_BYTES_MAX || since.elapsed() > Duration::from_millis(SAMPLES_POST_MS_MAX) {
            reading.stop("A post is at most so large, and may take at most so long.");
            break;
        }
        reading.read(&chunk).await;
    }
    let report = reading.end(server.metrics()).await;
    (status(&report), Json(report)).into_response()
}

/// Tells who may edit the token that programs of theirs send samples with; nothing on a server that asks for none. It is asked for as
/// something is changed is, so that no page of another site can.
pub async fn token(State(server): State<Server>, Extension(identity): Extension<Identity>) -> Response {
    if identity.access != Access::Edit {
        return refuse(
            StatusCode::FORBIDDEN,
            "You may only watch: ask somebody who may edit for the token that sends samples.",
        );
    }
    let token = server.auth().samples_token();
    token.map_or("", Token::reveal).to_owned().into_response()
}

const fn status(report: &Report) -> StatusCode {
    match report {
        Report { stopped: Some(_), .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Report {
            taken: 0, refused: 1.., ..
        } => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}
