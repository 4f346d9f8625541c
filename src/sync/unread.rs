//! Records that can't be read: a newer version of this program wrote them, or they were damaged. Somebody's edit among them is listed with its
//! text and stays until they discard it; a copy of the server's state goes, and the board is asked for anew.

use super::{
    Effect, Engine, SetAside, SetAsideReason,
    clearing::high_in,
    keeping::{Busy, Keeping},
    outbox::Unreadable,
    storage::{
        GENERATION, HIGH, META, OUTBOX, Records, Transaction, fingerprint, generation_key, meta_key, outbox_number,
        under, widgets_prefix,
    },
};
use crate::{
    planted::{self, Bug},
    protocol::{BoardId, ClientId, Cursor, FieldName, Intent, Operation, OperationId, WidgetId},
    time::Timestamp,
};

/// A record that can't be read, as a person finds it in their list.
#[derive(Debug)]
pub(super) struct Unread {
    key: String,
    text: String,
    pub aside: SetAside,
}

impl Keeping {
    /// Notes a record as of no use: what is stored of a board, or the last number of the outbox.
    pub fn is_unfit(&mut self, key: String, text: &str) {
        if !self.goes(&key) {
            self.unfit.push((key, text.to_owned()));
        }
    }

    /// Whether a record is noted so, or was discarded.
    fn goes(&self, key: &str) -> bool {
        self.unfit.iter().any(|(unfit, _)| unfit == key)
    }
}

impl Engine {
    /// What is stored of how often a board's history has broken must be what is stored of that board: no edit of it is stored before.
    pub(super) fn read_generations(&mut self, records: &Records) {
        for (board, text) in under(records, GENERATION) {
            if let Ok(board) = board.parse()
                && self.generation_of(&board).as_deref() != Some(text)
                && !self.keeping.goes(&meta_key(&board))
                && !planted::is(Bug::GenerationNotMended)
            {
                self.keeping.is_unfit(generation_key(&board), text);
            }
        }
    }

    /// The number of the last operation that was appended. Where that can't be read it is written anew, as far as anybody knows.
    pub(super) fn read_high(&mut self, records: &Records) -> u64 {
        let high = high_in(records);
        match records.get(HIGH) {
            Some(text) if text.parse::<u64>().is_err() => {
                self.keeping.is_unfit(HIGH.to_owned(), text);
                high.max(self.keeping.high)
            }
            _ => high,
        }
    }

    /// What stands beside the state of a board that is stored: written together with that, so that it can be told from it.
    pub(super) fn generation_of(&self, board: &BoardId) -> Option<String> {
        let (_, meta) = self.replicas.get(board)?.stored.as_ref()?;
        (meta.generation > 0).then(|| meta.generation.to_string())
    }

    /// Lists what of this person's can't be read, by its key.
    pub(super) fn list_unread(&mut self, records: Vec<(String, String)>) {
        self.keeping.unread.clear();
        self.outbox.unreadable.clear();
        for (key, text) in records {
            if planted::is(Bug::UnreadableSkipped) {
                continue;
            }
            if self.keeping.goes(&key) {
                continue; // it was discarded
            }
            // Whatever it says, its name here is of its key alone: no two have the same.
            let id = OperationId {
                client: ClientId(fingerprint(&key).into()),
                sequence: 0,
            };
            let (board, widget) = (said(&text, "board"), said(&text, "widget"));
            let lane: Option<(BoardId, WidgetId)> = board.and_then(|board| Some((board, widget?)));
            let number = key.strip_prefix(OUTBOX).and_then(outbox_number);
            if let Some((lane, number)) = lane.clone().zip(number) {
                let id = said(&text, "id").unwrap_or(id);
                self.outbox.unreadable.push(Unreadable { number, lane, id });
            }
            let (board, widget) = lane.unwrap_or_else(|| (named(), named()));
            let intent = Intent::Set {
                field: named::<FieldName>(),
                value: text.as_str().into(),
            };
            let operation = Operation {
                id,
                board,
                widget,
                schema: 0,
                made_at: Cursor::ORIGIN,
                intent,
                base: None,
                base_value: None,
                deadline: None,
                resolves: None,
            };
            let aside = SetAside {
                operation,
                reason: SetAsideReason::Unreadable,
                made_at_ms: None,
            };
            self.keeping.unread.push(Unread { key, text, aside });
        }
    }

    /// A person discards what can't be read. Answers whether there is such a record.
    pub(super) fn discard_unread(&mut self, id: OperationId) -> bool {
        let unread = &mut self.keeping.unread;
        let place = unread.iter().position(|unread| unread.aside.operation.id == id);
        let Some(place) = place else { return false };
        let Unread { key, text, .. } = unread.remove(place);
        self.keeping.unfit.push((key, text));
        true
    }

    /// Takes out of the storage what is of no use, as it was read: a record that somebody has written since stays.
    pub(super) fn mend(&mut self) -> Option<Transaction> {
        let (key, text) = self.keeping.unfit.first()?.clone();
        let mut transaction = Transaction {
            delete: vec![key.clone()],
            ..Transaction::default()
        };
        let anew = |text: String| Transaction {
            put: vec![(key.clone(), text)],
            ..Transaction::default()
        };
        if key == HIGH {
            // Written anew, as what was read says; where that is nothing, there is none.
            let high = (self.keeping.high > 0).then(|| self.keeping.high.to_string());
            transaction = high.map_or(transaction, anew);
        } else if let Some(board) = key.strip_prefix(GENERATION).and_then(|board| board.parse().ok()) {
            transaction = self.generation_of(&board).map_or(transaction, anew);
            let replica = self.replicas.get(&board);
            let stored = replica.and_then(|replica| replica.stored.as_ref());
            transaction
                .expect
                .push((meta_key(&board), stored.map(|(text, _)| text.clone())));
        } else if let Some(board) = board_of(&key) {
            transaction.wipe = Some(widgets_prefix(&board));
            transaction.delete.push(generation_key(&board));
        }
        transaction.expect.push((key, Some(text)));
        self.keeping.busy = Some(Busy::Mending);
        Some(transaction)
    }

    /// It is done: what this tab knows of the board is stored anew, and what waited for the record goes on.
    pub(super) fn mended(&mut self, now: Timestamp) {
        let (key, _) = self.keeping.unfit.remove(0);
        if let Some(board) = board_of(&key) {
            if self
                .replicas
                .get(&board)
                .is_some_and(|replica| replica.cursor != Cursor::ORIGIN)
            {
                self.store_anew(now, &board);
            }
        } else if let Some(number) = key.strip_prefix(OUTBOX).and_then(outbox_number) {
            self.outbox.unreadable.retain(|unread| unread.number != number);
            self.outbox.iter_mut().for_each(|pending| pending.hasten(now));
        }
        self.effects.push_back(Effect::Broadcast);
    }
}

fn board_of(key: &str) -> Option<BoardId> {
    key.strip_prefix(META)?.parse().ok()
}

/// What a damaged record says under a name, as far as that is still there. What an operation is about comes first in each.
fn said<T: std::str::FromStr>(text: &str, name: &str) -> Option<T> {
    let (_, rest) = text.split_once(&["\"", name, "\":\""].concat())?;
    rest.split_once('"')?.0.parse().ok()
}

/// What there is no name of.
fn named<T: std::str::FromStr>() -> T
where
    T::Err: std::fmt::Debug,
{
    "record".parse().expect("a plain name")
}
