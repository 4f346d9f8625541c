//! Where this page's person is, and who else is there. Lossy, and gone with the connection.

use std::sync::Arc;

use super::{Engine, updates::Subscription};
use crate::{
    config::{DEBOUNCE_MS, PEOPLE_EVERY_MS},
    protocol::{BoardId, ClientFrame, Here, People, WidgetId},
    time::Timestamp,
};

/// What is said of this page, and what was heard of others.
#[derive(Debug, Default)]
pub(super) struct Whereabouts {
    /// The boards that the page shows; the last one is said.
    boards: Vec<BoardId>,
    /// The widget that has the focus.
    held: Option<(BoardId, WidgetId)>,
    /// What this connection has said last.
    said: Option<Here>,
    /// The next place is not said before.
    due: Timestamp,
    others: Option<Arc<People>>,
}

impl Engine {
    pub(super) fn look(&mut self, board: BoardId, looks: bool) {
        let Whereabouts { boards, held, .. } = &mut self.whereabouts;
        if looks {
            // What was left with another board is not held when that is shown again.
            held.take_if(|(of, _)| *of != board);
            boards.push(board);
        } else if let Some(at) = boards.iter().rposition(|shown| *shown == board) {
            boards.remove(at);
        }
    }

    /// What is let go for something else is not told by itself: the two come one after the other.
    pub(super) fn hold(&mut self, now: Timestamp, place: (BoardId, WidgetId), holds: bool) {
        let whereabouts = &mut self.whereabouts;
        if holds {
            whereabouts.held = Some(place);
        } else {
            whereabouts.held.take_if(|held| *held == place);
        }
        whereabouts.due = whereabouts.due.max(now.plus(DEBOUNCE_MS));
    }

    /// Whether a widget has the focus in this page.
    #[must_use]
    pub fn holds(&self, place: &(BoardId, WidgetId)) -> bool {
        self.whereabouts.held.as_ref() == Some(place)
    }

    /// Says where the person is, where that is news. That they look at nothing any more is said at once: a page that was just
    /// hidden may not get another moment.
    pub(super) fn say_here(&mut self, now: Timestamp) {
        let here = self.here();
        if here == self.whereabouts.said || (here.is_some() && now < self.whereabouts.due) {
            return;
        }
        match here {
            Some(_) => self.whereabouts.due = now.plus(PEOPLE_EVERY_MS),
            None => self.whereabouts.others = None,
        }
        self.send(&ClientFrame::Here(here.clone().unwrap_or_default()));
        self.whereabouts.said = here;
    }

    /// Where the person is, as far as this server wants to know: on a board that they see and it is asked for.
    fn here(&self) -> Option<Here> {
        let Whereabouts { boards, held, .. } = &self.whereabouts;
        let board = boards.last().filter(|_| self.visible)?;
        self.connection.welcome()?.people?;
        let replica = self.replicas.get(board)?;
        if matches!(replica.subscription, Subscription::Off) {
            return None;
        }
        // What is taken off the board under somebody's hands is not let go by them.
        let is_there = |widget| {
            replica
                .confirmed
                .widget(widget)
                .is_none_or(|known| known.removed.is_none())
        };
        let held = held.as_ref().filter(|(of, widget)| of == board && is_there(widget));
        Some(Here {
            board: Some(board.clone()),
            device: self.birth.device.clone(),
            widget: held.map(|(_, widget)| widget.clone()),
        })
    }

    pub(super) fn here_wakeup(&self) -> Option<Timestamp> {
        let is_news = self
            .here()
            .is_some_and(|here| self.whereabouts.said.as_ref() != Some(&here));
        is_news.then_some(self.whereabouts.due)
    }

    /// Takes a list, without this page itself: it is named, or among those who are counted.
    pub(super) fn met(&mut self, mut people: People) {
        if self.whereabouts.said.is_none() {
            return; // late: it is at no board any more
        }
        let own = self.connection.welcome().and_then(|welcome| welcome.people);
        let len = people.people.len();
        people.people.retain(|person| Some(person.id) != own);
        if people.people.len() == len {
            people.more = people.more.saturating_sub(1);
        }
        self.whereabouts.others = Some(Arc::new(people));
    }

    /// The connection has ended.
    pub(super) fn part(&mut self) {
        (self.whereabouts.said, self.whereabouts.others) = (None, None);
    }

    /// Who else looks at the board that this page shows, or showed a moment ago; `None` while that is not known.
    #[must_use]
    pub const fn others(&self) -> Option<&Arc<People>> {
        self.whereabouts.others.as_ref()
    }
}
