//! What must be so at rest, and in the end.

use super::*;

impl Ledger {
    pub fn compare(&mut self, number: usize, tab: &Tab, logs: &BTreeMap<BoardId, Log>) {
        let Some(engine) = &tab.engine else { return };
        for (board, log) in logs {
            let Some((confirmed, _)) = engine.confirmed(board) else {
                continue;
            };
            if board_hash(confirmed) != board_hash(log.board())
                || engine
                    .shown(board)
                    .is_some_and(|shown| board_hash(&shown.board) != board_hash(log.board()))
            {
                self.fail(Failure::Diverged(format!(
                    "tab {number} does not show the server's {board} at rest"
                )));
            }
        }
    }

    /// Where conflicts decide themselves, a tab that sends is left with none that it has not decided; and no two decisions of one
    /// conflict took effect that say different things, whichever tabs took themselves for the sender.
    pub fn decided_by_policy(&mut self, number: usize, tab: &Tab) {
        let sender = tab.engine.as_ref().filter(|engine| engine.status().leading);
        let open = sender.into_iter().flat_map(|engine| engine.conflicts());
        let open: Vec<OperationId> = open
            .map(|conflict| conflict.operation.id)
            .filter(|id| !tab.decided.contains(id))
            .collect();
        if !open.is_empty() {
            self.fail(Failure::Stuck(format!("tab {number} has not decided {open:?}")));
        }
        let mut decisions: HashMap<OperationId, &Intent> = HashMap::default();
        let mut twice = None;
        for (id, made) in &self.made {
            let truth = self.truth.get(&made.operation.board);
            let verdict = truth.and_then(|truth| truth.verdicts.get(id));
            let (Some(card), Some(Verdict::Applied { .. })) = (made.operation.resolves, verdict) else {
                continue;
            };
            let before = decisions.insert(card, &made.operation.intent);
            if before.is_some_and(|before| *before != made.operation.intent) {
                twice = Some(card);
            }
        }
        if let Some(card) = twice {
            self.fail(Failure::Duplicated(format!("{card:?} was decided in two ways")));
        }
    }

    /// Whether an operation was folded into a later one that is saved, and that nothing may be lost of either.
    pub(super) fn is_covered(&self, id: OperationId) -> bool {
        let covers = |made: &Made| made.saved && made.operation.base == Some(Base::Operation(id));
        self.folded.contains(&id) && self.made.values().any(covers)
    }

    /// The card on which an operation waits for its author.
    fn card(&self, id: OperationId, made: &Made) -> OperationId {
        let joined = self.joined.get(&id).copied();
        joined.or(made.operation.resolves).unwrap_or(id)
    }

    /// Whether a conflict needs nobody's decision any more: what met a removal was sent again when its widget was back, or its author
    /// has written the same field anew meanwhile, and not in words.
    fn is_behind(&self, id: OperationId, made: &Made, contention: Contention) -> bool {
        if let (Contention::Ask | Contention::FirstWriteWins, Intent::Set { value, .. }) =
            (contention, &made.operation.intent)
            && value.is_string()
        {
            return false;
        }
        let card = self.card(id, made);
        let is_applied = |id| {
            let standing = self.truth.get(&made.operation.board);
            let standing = standing.and_then(|truth| truth.verdicts.get(id));
            // What is listed as forgotten was settled as applied, and the conflict put away with that. From there on it stands for what
            // its author wanted, whatever they do with it, and must not be lost itself.
            self.forgotten.contains(id) || standing.or_else(|| self.wiped.get(id)).is_some_and(Verdict::is_applied)
        };
        let place = |made: &Made| {
            let operation = &made.operation;
            (
                operation.board.clone(),
                operation.widget.clone(),
                operation.intent.field().cloned(),
            )
        };
        // Nobody but its author decides what met somebody's value.
        let is_removed = contention == Contention::Removed;
        let is_of_card = |made: &Made| is_removed && made.operation.resolves == Some(card);
        let is_set = |made: &Made| is_removed || matches!(made.operation.intent, Intent::Set { .. });
        let sent = self.made.values().filter(|made| is_of_card(made));
        let sent: Vec<&Made> = sent.chain([made]).collect();
        // One device's operations of a lane go in the order of its outbox, whichever tab has made them; one that was sent again has
        // another place there.
        let is_after = |later: &Made, sent: &Made| {
            let [own, before] = [later.operation.id, sent.operation.id];
            let is_next = own.client == before.client && own.sequence > before.sequence;
            let is_same = (later.device, &later.person) == (sent.device, &sent.person);
            is_next || (is_same && later.number > sent.number)
        };
        self.made.iter().any(|(other, later)| {
            let is_later = sent.iter().any(|sent| is_after(later, sent));
            let is_anew = is_of_card(later) || (is_later && is_set(later) && place(later) == place(made));
            *other != id && is_anew && is_applied(other)
        })
    }

    /// Whether it was to turn round what another tab has turned round before, or what the server has forgotten, and its author is told
    /// nothing of that, having signed out since.
    fn was_turned_in_vain(&self, made: &Made) -> bool {
        let place = |made: &Made| {
            let operation = &made.operation;
            (
                (made.device, made.person.clone()),
                operation.board.clone(),
                operation.widget.clone(),
                operation.intent.field().cloned(),
            )
        };
        let is_anothers =
            |other: &Made| other.is_turn && other.saved && other.maker != made.maker && place(other) == place(made);
        let is_of_place = |id: &OperationId| self.made.get(id).is_some_and(|other| place(other) == place(made));
        let is_there = |id: &OperationId| self.truth.values().any(|truth| truth.verdicts.contains_key(id));
        let has_left = self.people.get(&made.maker).is_some_and(|people| people.len() > 1);
        // What another tab has taken back is its matter, also where the server had applied it.
        let is_void = || {
            let is_gone = |id: &OperationId| is_of_place(id) && !is_there(id);
            // Another tab knows nothing but what is stored.
            let is_stored = |id: &&OperationId| self.made.get(id).is_some_and(|other| other.number.is_some());
            self.made.values().any(is_anothers)
                || self.wiped.keys().any(is_gone)
                || self.taken_back.iter().filter(is_stored).any(is_of_place)
        };
        // A press is undone within its time or never; and what can't be undone any more, other tabs let go of.
        if has_left && made.is_turn && made.operation.deadline.is_some() {
            return true;
        }
        if !has_left || !is_void() {
            return false;
        }
        // Presses that have waited for the journal are done at once. What one of them made and the next took back is first seen as taken
        // back, and no more as a turn; it goes with what it was to turn round: a turn of its own tab, made before it at the same place,
        // and not stored either.
        let own = made.operation.id;
        let is_before = |other: &Made| {
            let id = other.operation.id;
            let is_given_up = other.is_turn && !other.saved && other.maker == made.maker && place(other) == place(made);
            is_given_up && id.client == own.client && id.sequence < own.sequence
        };
        made.is_turn || (self.taken_back.contains(&own) && self.made.values().any(is_before))
    }

    /// Whether a backup has wiped out an operation together with what it had turned round, and so on, by pairs: nothing is missing.
    pub fn went_in_pairs(&self, id: OperationId) -> bool {
        let gone = self.rounds_gone(id);
        gone > 0 && gone.is_multiple_of(2)
    }

    /// How many a backup has wiped out, of an operation, what it had turned round, and so on.
    fn rounds_gone(&self, id: OperationId) -> usize {
        let is_gone = |id: &OperationId| {
            let made = self.made.get(id);
            let truth = made.and_then(|made| self.truth.get(&made.operation.board));
            let stands = truth.is_some_and(|truth| truth.verdicts.contains_key(id));
            !stands && self.wiped.get(id).is_some_and(Verdict::is_applied)
        };
        let turned = |id: &OperationId| self.made.get(id)?.turns;
        std::iter::successors(Some(id), turned).take_while(is_gone).count()
    }

    /// Nothing takes away what a backup has wiped out, or brings back what stands since it has.
    fn nothing_turned_in_vain(&mut self) {
        let stands = |id: &OperationId, made: &Made| {
            let truth = self.truth.get(&made.operation.board);
            truth
                .and_then(|truth| truth.verdicts.get(id))
                .is_some_and(Verdict::is_applied)
        };
        let in_vain = |(id, made): &(&OperationId, &Made)| {
            let turned = made.turns.filter(|turned| self.rounds_gone(*turned) % 2 == 1);
            // Where the server has forgotten so much, nobody can tell.
            stands(id, made) && turned.is_some() && !self.pruned.contains(&made.operation.board)
        };
        if let Some((id, made)) = self.made.iter().find(in_vain) {
            let turned = format!("{id:?} turns {:?} round, which a backup has wiped out", made.turns);
            self.fail(Failure::Duplicated(turned));
        }
    }

    /// Every saved operation is somewhere; and every one is saved whose tab lives.
    pub fn nothing_lost(&mut self, devices: &[Device], tabs: &[Tab]) {
        if self.failed() {
            return;
        }
        self.nothing_turned_in_vain();
        let lives = |made: &Made| tabs[made.maker.0].life == made.maker.1;
        let unsaved = self.made.iter().find(|(id, made)| {
            !made.saved && lives(made) && !self.made_anew.contains(id) && !self.was_turned_in_vain(made)
        });
        if let Some((id, made)) = unsaved {
            let unsaved = format!("{id:?} of {} was never saved, though its tab lives", made.person);
            return self.fail(Failure::Lost(unsaved));
        }
        let records: Vec<_> = devices.iter().flat_map(|device| device.disk.whole()).collect();
        let kept: BTreeSet<OperationId> = records.iter().flat_map(kept_ids).collect();
        let listed: BTreeSet<OperationId> = records.iter().flat_map(waiting_ids).collect();
        let asked: HashMap<OperationId, OperationId> = records.iter().flat_map(cards).collect();
        let mut lost = None;
        for (id, made) in self.made.iter().filter(|(_, made)| made.saved) {
            let truth = self.truth.get(&made.operation.board);
            let standing = truth.and_then(|truth| truth.verdicts.get(id));
            let verdict = standing.or_else(|| self.wiped.get(id));
            let card = self.card(*id, made);
            // Of what waits on one card, what its author wanted last.
            let is_on_card = || {
                let newest = asked.get(&card).and_then(|newest| self.made.get(newest));
                let is_decision = made.operation.resolves.is_some();
                kept.contains(&card) && (is_decision || newest.is_none_or(|newest| newest.number >= made.number))
            };
            // What met a removal and was sent again waits as that, should a backup have wiped out where that went.
            let is_kept_anew = || {
                let mut anew = self
                    .made
                    .iter()
                    .filter(|(_, later)| later.operation.resolves == Some(card));
                anew.any(|(later, _)| kept.contains(later))
            };
            let given_up = self.taken_back.contains(id) || self.is_covered(*id);
            let decided = self.dealt.contains(&card) && !self.joined.contains_key(id);
            let dealt = self.dealt.contains(id) || decided || given_up || self.is_made_again(*id, &kept);
            let settled = match verdict {
                // What a backup has wiped out waits to be sent again, or its author is told; unless the server has forgotten
                // so much that nobody can tell.
                Some(Verdict::Applied { .. }) => {
                    let is_told = listed.contains(id) || self.went_in_pairs(*id);
                    let is_told = is_told || self.is_out_of_journal(*id);
                    standing.is_some() || is_told || self.pruned.contains(&made.operation.board)
                }
                Some(Verdict::Conflict { contention, .. }) => {
                    let is_sent_again = *contention == Contention::Removed && is_kept_anew();
                    kept.contains(id) || is_on_card() || is_sent_again || self.is_behind(*id, made, *contention)
                }
                Some(Verdict::Rejected { .. } | Verdict::Expired { .. }) => kept.contains(id),
                Some(Verdict::Withdrawn { .. }) => false,
                None => kept.contains(id),
            };
            if !settled && !dealt {
                lost = Some(format!("{id:?} was saved, and is nowhere (verdict {verdict:?})"));
            }
        }
        if let Some(lost) = lost {
            self.fail(Failure::Lost(lost));
        }
    }
}

/// Operations that are stored in any way.
fn kept_ids(records: &SortedMap<String, String>) -> Vec<OperationId> {
    let applied = records.iter().filter(|(key, _)| key.starts_with("journal/"));
    let applied = applied.map(|(_, text)| appended_id(text));
    waiting_ids(records).into_iter().chain(applied).collect()
}

/// Cards, and the operations whose values are on them.
fn cards(records: &SortedMap<String, String>) -> Vec<(OperationId, OperationId)> {
    let card = |(key, text): (&String, &String)| {
        let card = key.strip_prefix("conflict/")?.parse().ok()?;
        Some((card, appended_id(text)))
    };
    records.iter().filter_map(card).collect()
}

/// Operations that wait: to be sent, or for their author.
fn waiting_ids(records: &SortedMap<String, String>) -> Vec<OperationId> {
    let named = |key: &str| key.split_once('/').and_then(|(_, id)| id.parse().ok());
    let id = |(key, text): (&String, &String)| match key.split('/').next() {
        Some("outbox") => Some(appended_id(text)),
        Some("aside" | "conflict") => named(key),
        _ => None,
    };
    records.iter().filter_map(id).collect()
}
