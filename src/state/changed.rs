//! Which widgets a turn has changed, so that what shows another one is not run again.

use std::sync::Arc;

use crate::{
    protocol::{BoardId, WidgetId},
    sorted::{SortedMap, SortedSet},
    sync::BoardView,
};

/// A widget on its board.
pub(crate) type Place = (BoardId, WidgetId);

/// What [`super::publish`] has changed of what widgets show.
#[derive(Debug)]
pub(crate) struct Changed {
    /// The boards before; `None` where none is another one now.
    pub before: Option<SortedMap<BoardId, BoardView>>,
    /// Widgets of which something is listed, or was before: operations, conflicts, people. Empty where the lists are the
    /// same.
    pub lanes: SortedSet<Place>,
}

impl Changed {
    /// Whether a widget may be shown otherwise, now that the boards are as in `after`.
    pub fn concerns(&self, place: &Place, after: &SortedMap<BoardId, BoardView>) -> bool {
        let (board, widget) = place;
        let is_other = |before: &SortedMap<_, _>| is_shown_otherwise(before.get(board), after.get(board), widget);
        self.lanes.contains(place) || self.before.as_ref().is_some_and(is_other)
    }

    /// Whether a widget was taken off its board, now that the boards are as in `after`, and not by what this device has laid over it:
    /// one that is being brought back from here is not missed, whether the removal was confirmed before or is only now.
    pub fn took(&self, (board, widget): &Place, after: &SortedMap<BoardId, BoardView>) -> bool {
        let removed = |boards: &SortedMap<BoardId, BoardView>, is_confirmed| {
            let shown = &boards.get(board)?.shown;
            let widget = if is_confirmed {
                shown.confirmed_widget(widget)
            } else {
                shown.widget(widget)
            };
            Some(widget?.removed.is_some())
        };
        let before = self.before.as_ref().and_then(|before| removed(before, false));
        let was_confirmed = self.before.as_ref().and_then(|before| removed(before, true));
        let is_removed = |is_confirmed| removed(after, is_confirmed) == Some(true);
        before == Some(false) && was_confirmed != Some(true) && is_removed(true) && is_removed(false)
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
    use super::*;
    use crate::{
        protocol::{Cursor, Revision, Widget},
        sync::{Freshness, Shown},
    };

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
        widget_removed(None)
    }

    fn widget_removed(removed: Option<Revision>) -> Arc<Widget> {
        Arc::new(Widget {
            kind: "counter".parse().expect("a name"),
            created: Revision(1),
            changed: Revision(1),
            removed,
            removed_by: None,
            fields: SortedMap::new(),
        })
    }

    /// Which of two widgets it concerns that the boards were `before`, and are `after`.
    fn concerned(before: &SortedMap<BoardId, BoardView>, after: &SortedMap<BoardId, BoardView>) -> Vec<&'static str> {
        let changed = Changed {
            before: Some(before.clone()),
            lanes: SortedSet::new(),
        };
        let concerns = |name: &&'static str| changed.concerns(&(BoardId::first(), WidgetId::named(name)), after);
        ["fuel", "water"].into_iter().filter(concerns).collect()
    }

    #[test]
    fn a_change_of_a_widget_concerns_it_and_one_of_its_board_all_that_are_there() {
        let (none, fuel) = (SortedMap::new(), widget());
        let live = boards(Freshness::Live, &fuel);
        assert_eq!(concerned(&live, &live), [""; 0]);
        assert_eq!(concerned(&live, &boards(Freshness::Live, &widget())), ["fuel"]);
        let away = boards(Freshness::Offline { since: None }, &fuel);
        assert_eq!(concerned(&live, &away), ["fuel", "water"]);
        assert_eq!(concerned(&none, &live), ["fuel", "water"], "the board has come");
        assert_eq!(concerned(&live, &none), ["fuel", "water"], "the board is gone");
    }

    #[test]
    fn a_removal_that_is_confirmed_under_its_undo_took_nothing() {
        let (there, gone) = (widget(), widget_removed(Some(Revision(2))));
        let place = (BoardId::first(), WidgetId::named("fuel"));
        let with = |shown, confirmed: Option<&Arc<Widget>>| {
            let mut boards = boards(Freshness::Live, shown);
            if let (Some(view), Some(confirmed)) = (boards.get_mut(&BoardId::first()), confirmed) {
                let laid_over = [(WidgetId::named("fuel"), Some(confirmed.clone()))];
                view.shown.confirmed = laid_over.into_iter().collect();
            }
            boards
        };
        let took = |before, after| {
            let changed = Changed {
                before: Some(before),
                lanes: SortedSet::new(),
            };
            changed.took(&place, &after)
        };
        assert!(took(with(&there, None), with(&gone, None)), "by somebody else");
        let (undone, confirmed) = (with(&there, Some(&there)), with(&there, Some(&gone)));
        assert!(!took(undone, confirmed), "it is there all the while");
    }

    #[test]
    fn what_is_listed_of_a_widget_concerns_it() {
        let place = |name: &'static str| (BoardId::first(), WidgetId::named(name));
        let changed = Changed {
            before: None,
            lanes: [place("fuel")].into_iter().collect(),
        };
        let boards = SortedMap::new();
        assert!(changed.concerns(&place("fuel"), &boards) && !changed.concerns(&place("water"), &boards));
    }
}
