//! What is known of a board while a server renders its page.

use std::sync::Arc;

use crate::{
    api::{self, FirstLook},
    board::Board,
    state::{Series, Snapshot, publish},
    sync::{BoardView, Freshness, Shown},
    time::Timestamp,
};

/// The board of the page that is being rendered, where there is one and its reader may see it.
pub fn first_look() -> Option<FirstLook> {
    api::first_look()
}

/// What that board is called.
pub fn first_name() -> Option<String> {
    Some(api::first_look()?.name()?.to_owned())
}

/// Shows it to the hooks of a page that will never come alive: as it stands, without a clock.
pub fn show_first_look(look: &FirstLook) {
    let document = look.document();
    let widgets = document.widgets.iter();
    let board: Board = widgets
        .map(|(id, widget)| (id.clone(), Arc::new(widget.clone())))
        .collect();
    let view = BoardView {
        shown: Shown {
            board,
            ..Shown::default()
        },
        freshness: Freshness::Live,
        cursor: document.subscribed.at,
        is_known: true,
    };
    let samples = look.samples();
    let series = samples.series.iter().cloned().map(|arrived| {
        let (name, mut series) = (arrived.name.clone(), Series::default());
        series.take(Timestamp(0), samples.interval_ms, arrived);
        (name, Arc::new(series))
    });
    publish(Snapshot {
        boards: [(document.subscribed.board.clone(), view)].into_iter().collect(),
        samples: Some(series.collect()),
        ..Snapshot::blank()
    });
}
