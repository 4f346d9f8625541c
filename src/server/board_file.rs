//! `GET /api/v1/boards/{board}/file`: a board as a file, as a page exports it.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header};

use super::{ReadError, Server, download, problem::Problem};
use crate::{
    board::{Board, BoardFile},
    protocol::{BoardId, Identity, Subscribe, Widget, WidgetId},
    sorted::SortedMap,
    terminal::names,
};

/// Gives the file.
pub(super) async fn file(
    State(server): State<Server>,
    Extension(identity): Extension<Identity>,
    named: Result<Path<String>, PathRejection>,
) -> Response {
    let given = match named {
        Ok(Path(board)) => given(&server, &identity, &board).await,
        Err(error) => Err(error.into()),
    };
    given.unwrap_or_else(|problem| problem.into_response())
}

async fn given(server: &Server, identity: &Identity, board: &str) -> Result<Response, Problem> {
    let directory = widgets(server, identity, BoardId::directory()).await?;
    let id: Option<BoardId> = board.parse().ok();
    // The list of boards is none.
    let widgets = match id.clone().filter(|id| *id != BoardId::directory()) {
        Some(id) => widgets(server, identity, id).await?,
        None => SortedMap::new(),
    };
    let Some(id) = id.filter(|_| !widgets.is_empty()) else {
        return Err(unknown(board, &directory));
    };
    // What people call it is in the list; what it was first called, on it.
    let called = directory.get(&id.entry()).and_then(|entry| entry.text("name"));
    let board: Board = widgets.into_iter().map(|(id, widget)| (id, Arc::new(widget))).collect();
    let file = BoardFile::of(&board);
    let file = BoardFile {
        name: called.map(str::to_owned).or(file.name),
        ..file
    };
    let name = download::file_name(file.name.as_deref().unwrap_or_default(), id.as_str(), "board.json");
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, download::attachment(&name)),
    ];
    Ok((headers, file.to_text()).into_response())
}

/// What is on a board; nothing, where there is no such board.
async fn widgets(server: &Server, identity: &Identity, board: BoardId) -> Result<SortedMap<WidgetId, Widget>, Problem> {
    let read = server.subscribe(identity.clone(), Subscribe::whole(board)).await;
    read.map(|document| document.widgets).map_err(|error| match error {
        ReadError::TooLarge => {
            let help = "The board is too large for one piece: a page that has it open can export it.";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", help)
        }
        ReadError::Ended => {
            let help = "The server is stopping: ask again in a moment.";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", help).again_after_ms(1_000)
        }
    })
}

fn unknown(board: &str, directory: &SortedMap<WidgetId, Widget>) -> Problem {
    let known = || {
        let there = directory.iter().filter(|(_, entry)| entry.removed.is_none());
        there.map(|(id, _)| id.as_str())
    };
    let help = format!(
        "There is no board {board:?} here.{} Boards: {}.",
        names::did_you_mean(names::meant(board, known().map(|name| (name, name)))),
        names::list(known())
    );
    Problem::new(StatusCode::NOT_FOUND, "unknown_board", help)
}
