//! Webhooks: other programs change a board with one request.
//!
//! `POST /api/v1/boards/{board}/widgets/{widget}/fields/{field}` sets a field, or adds to a counter; `…/lines` adds a line to a log. It
//! goes the way of any operation: decided by the committer, on the disk before it is answered, and told to everybody.

mod answer;
mod asked;

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::StreamExt as _;
use http::{StatusCode, request::Parts};
use ring::digest::{SHA256, digest};

use self::asked::Asked;
use super::{
    Server, auth,
    log::{Call, CallChange, SEQUENCE_MIN},
    problem::Problem,
};
use crate::{
    config::{BOARDS_PATH, BODY_BYTES_MAX},
    protocol::{Access, BoardId, ClientId, FieldName, Identity, OperationId, WidgetId, encode},
    time::Timestamp,
};

/// The routes.
pub(super) fn routes() -> Router<Server> {
    let widget = [BOARDS_PATH, "/{board}/widgets/{widget}"].concat();
    Router::new()
        .route(&[&widget, "/fields/{field}"].concat(), post(field))
        .route(&[&widget, "/lines"].concat(), post(line))
}

/// What a path names, as it stands there.
type Named<T> = Result<Path<T>, PathRejection>;

async fn field(
    State(server): State<Server>,
    Extension(identity): Extension<Identity>,
    named: Named<(String, String, String)>,
    request: Request,
) -> Response {
    let named = named.map(|Path((board, widget, field))| (board, widget, Some(field)));
    respond(&server, identity, named, request).await
}

async fn line(
    State(server): State<Server>,
    Extension(identity): Extension<Identity>,
    named: Named<(String, String)>,
    request: Request,
) -> Response {
    let named = named.map(|Path((board, widget))| (board, widget, None));
    respond(&server, identity, named, request).await
}

async fn respond(
    server: &Server,
    identity: Identity,
    named: Result<(String, String, Option<String>), PathRejection>,
    request: Request,
) -> Response {
    server.metrics().webhooks.count();
    let done = match named {
        Ok(named) => change(server, identity, named, request).await,
        Err(error) => Err(error.into()),
    };
    done.unwrap_or_else(|problem| {
        server.metrics().webhooks_refused.count();
        problem.into_response()
    })
}

/// Without a field it is a line.
async fn change(
    server: &Server,
    identity: Identity,
    (board, widget, field): (String, String, Option<String>),
    request: Request,
) -> Result<Response, Problem> {
    if identity.access != Access::Edit {
        let help = "This token may only watch: send the request with one that may edit.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "read_only", help));
    }
    let at = server.clock().now();
    let (parts, body) = request.into_parts();
    let Parts { uri, headers, .. } = &parts;
    let asked = Asked::read(uri, headers, field.is_none())?;
    let board: BoardId = board
        .parse()
        .map_err(|error| no_name("unknown_board", "board", &board, &error))?;
    let widget: WidgetId = widget
        .parse()
        .map_err(|error| no_name("unknown_widget", "widget", &widget, &error))?;
    let field = match &field {
        Some(field) => field
            .parse()
            .map_err(|error| no_name("unknown_field", "field", field, &error))?,
        None => line_name(at)?,
    };
    let change = asked.change(headers, &whole(body).await?)?;
    let mut call = Call {
        id: OperationId {
            client: ClientId(0),
            sequence: SEQUENCE_MIN,
        },
        has_key: asked.key.is_some(),
        board,
        widget,
        field,
        change,
        seen: asked.seen,
        within_ms: asked.within_ms,
        at,
    };
    call.id = match &asked.key {
        Some(key) => id_of(key, &identity, &call),
        None => OperationId {
            client: ClientId(random()?),
            ..call.id
        },
    };
    let called = server.call(identity, asked.device(), call.clone()).await;
    let called = called.ok_or_else(|| {
        let help = "The server is stopping: send the request again in a moment.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", help).again_after_ms(1_000)
    })?;
    answer::of(&call, called, asked.is_text).map(|done| Json(done).into_response())
}

/// A body as it is, while it is small.
async fn whole(body: Body) -> Result<Vec<u8>, Problem> {
    let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| Problem::senseless("broken_off", "The connection broke off: send it again."))?;
        if bytes.len() + piece.len() > BODY_BYTES_MAX {
            let help = format!("A body has at most {BODY_BYTES_MAX} bytes: send less. Nothing was changed.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", help));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// What is no name names nothing.
fn no_name(error: &'static str, what: &str, name: &str, why: &dyn std::error::Error) -> Problem {
    let help = format!("{name:?} is no {what}’s name: {why}. Nothing was changed.");
    Problem::new(StatusCode::NOT_FOUND, error, help)
}

/// A line's field: by the time, and unlike those that others make at the same time.
fn line_name(at: Timestamp) -> Result<FieldName, Problem> {
    let random = random()? & 0xffff_ffff_ffff;
    let name = format!("line-{:011x}-{random:012x}", at.0).parse();
    Ok(name.expect("plain characters, and few"))
}

fn random() -> Result<u128, Problem> {
    auth::random().map_err(|_| {
        let help = "The server has no randomness to give: send the request again.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_randomness", help).again_after_ms(1_000)
    })
}

/// The operation of a request that may be sent again: the same as of the one before, where it asks for the same.
fn id_of(key: &str, identity: &Identity, call: &Call) -> OperationId {
    // None of the names has a zero in it.
    let who = ["webhook", identity.principal.as_str(), call.board.as_str(), key].join("\0");
    let (field, change) = match &call.change {
        CallChange::Set(value) => (call.field.as_str(), ["set", &encode(value)].concat()),
        CallChange::Add(amount) => (call.field.as_str(), format!("add{amount}")),
        CallChange::Line(text) => ("", ["line", text].concat()),
    };
    let what = format!(
        "{}\0{field}\0{:?}\0{:?}\0{change}",
        call.widget, call.seen, call.within_ms
    );
    let hash = |text: &str, len: usize| {
        let bytes = digest(&SHA256, text.as_bytes());
        bytes.as_ref()[..len]
            .iter()
            .fold(0, |hash: u128, byte| hash << 8 | u128::from(*byte))
    };
    OperationId {
        client: ClientId(hash(&who, 16)),
        // Six bytes: a number that every language has.
        sequence: SEQUENCE_MIN + hash(&what, 6) as u64,
    }
}
