//! Who shows which widget: a change of one runs again what shows it, and not what shows a thousand others.

use std::{cell::RefCell, sync::Arc};

use dioxus::{core::ReactiveContext, prelude::*};

use crate::{
    protocol::{BoardId, WidgetId},
    sorted::SortedMap,
    sync::BoardView,
};

/// A widget on its board.
pub(super) type Place = (BoardId, WidgetId);

static READERS: GlobalSignal<RefCell<Vec<(Place, ReactiveContext)>>> = Signal::global(RefCell::default);

/// The memo or component that calls this runs again, once, when the widget is shown otherwise. What it knows of the widget it
/// peeks at, in whichever signals that is.
pub(crate) fn follow(board: &BoardId, widget: &WidgetId) {
    if let Some(reader) = ReactiveContext::current() {
        let place = (board.clone(), widget.clone());
        READERS.peek().borrow_mut().push((place, reader));
    }
}

/// Tells those who follow a widget on `lanes`, or one that is shown otherwise on a board than it was `before`; `None` where no
/// board has changed. Called when everything is written that they read. Whoever is told follows anew, if it is still there.
pub(super) fn tell(
    before: Option<&SortedMap<BoardId, BoardView>>,
    after: &SortedMap<BoardId, BoardView>,
    lanes: &[Place],
) {
    let mut told = Vec::new();
    READERS.peek().borrow_mut().retain(|(place, reader)| {
        let (board, widget) = place;
        let is_told = lanes.contains(place)
            || before.is_some_and(|before| is_shown_otherwise(before.get(board), after.get(board), widget));
        if is_told {
            told.push(*reader);
        }
        !is_told
    });
    for reader in told {
        reader.mark_dirty();
    }
}

/// A shared widget is not looked into: an unchanged one is the same.
fn is_shown_otherwise(before: Option<&BoardView>, after: Option<&BoardView>, widget: &WidgetId) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return before.is_some() != after.is_some();
    };
    let values = |view: &BoardView| view.shown.widget(widget).map(Arc::as_ptr);
    let confirmed = |view: &BoardView| {
        view.shown
            .confirmed
            .get(widget)
            .map(|widget| widget.as_ref().map(Arc::as_ptr))
    };
    (before.freshness, before.is_known) != (after.freshness, after.is_known)
        || values(before) != values(after)
        || confirmed(before) != confirmed(after)
        || before.shown.pending.get(widget) != after.shown.pending.get(widget)
}

#[cfg(test)]
mod tests {
    use dioxus::core::NoOpMutations;

    use super::*;
    use crate::{
        protocol::{Cursor, Revision, Widget},
        sync::{Freshness, Shown},
    };

    thread_local! {
        static RENDERED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    fn rendered() -> Vec<&'static str> {
        let mut rendered = RENDERED.take();
        rendered.sort_unstable();
        rendered
    }

    fn app() -> Element {
        rsx! {
            Shows { name: "fuel" }
            Shows { name: "water" }
        }
    }

    #[component]
    fn Shows(name: &'static str) -> Element {
        follow(&BoardId::first(), &WidgetId::named(name));
        RENDERED.with_borrow_mut(|rendered| rendered.push(name));
        rsx! {}
    }

    fn boards(freshness: Freshness, fuel: &Arc<Widget>) -> SortedMap<BoardId, BoardView> {
        let mut shown = Shown::default();
        shown.board.put(WidgetId::named("fuel"), fuel.clone());
        let view = BoardView {
            shown,
            freshness,
            cursor: Cursor::ORIGIN,
            is_known: true,
        };
        SortedMap::from([(BoardId::first(), view)])
    }

    fn widget() -> Arc<Widget> {
        Arc::new(Widget {
            kind: "counter".parse().expect("a name"),
            created: Revision(1),
            changed: Revision(1),
            removed: None,
            fields: SortedMap::new(),
        })
    }

    #[test]
    fn a_change_is_told_to_those_whom_it_concerns() {
        let mut dom = VirtualDom::new(app);
        dom.rebuild_in_place();
        rendered();
        let mut told = |before: Option<&SortedMap<_, _>>, after: &SortedMap<_, _>, lanes: &[Place]| {
            dom.in_scope(ScopeId::ROOT, || tell(before, after, lanes));
            dom.render_immediate(&mut NoOpMutations);
            rendered()
        };
        let (none, fuel) = (SortedMap::new(), widget());
        let live = boards(Freshness::Live, &fuel);
        assert_eq!(told(Some(&none), &live, &[]), ["fuel", "water"], "the board is there");
        assert_eq!(told(Some(&live), &live.clone(), &[]), [""; 0]);
        let other = boards(Freshness::Live, &widget());
        assert_eq!(told(Some(&live), &other, &[]), ["fuel"]);
        let away = boards(Freshness::Offline { since: None }, &fuel);
        assert_eq!(told(Some(&live), &away, &[]), ["fuel", "water"]);
        let lane = (BoardId::first(), WidgetId::named("water"));
        assert_eq!(told(None, &away, &[lane]), ["water"]);
        assert_eq!(told(Some(&away), &none, &[]), ["fuel", "water"], "the board is gone");
        assert_eq!(told(Some(&none), &live, &[]), ["fuel", "water"], "and is back");
    }
}
