//! Records of a device that something else than our programs damages, and what their people do about them.

use tideboard::{
    protocol::OperationId,
    sync::{Engine, SetAside, SetAsideReason},
};

use super::*;
use crate::{disk::Torn, plan::TORN};

/// How long people wait before they look at what can't be read.
const LOOK_MS: u64 = 15_000;

impl World {
    /// One of the records under a prefix is damaged: in a power loss, or under open pages.
    pub(super) fn tear(&mut self, tab: usize, (kind, pick): (usize, u64), in_a_crash: bool) {
        if in_a_crash {
            self.act(Act::KillDevice { tab });
        }
        let device = self.tabs[tab].device;
        let Some((namespace, torn)) = self.devices[device].disk.tear(TORN[kind % TORN.len()], pick) else {
            return;
        };
        if self.trace {
            eprintln!("{:>9} device {device} {namespace:?} {torn:?}", self.now);
        }
        self.ledger.torn(device, &torn);
        for tab in 0..self.tabs.len() {
            self.forget_unreadable(tab);
        }
    }

    /// A page that is opened anew shows nothing of what can't be read, nor of a board of which something can't be.
    pub(super) fn forget_unreadable(&mut self, tab: usize) {
        let state = &mut self.tabs[tab];
        let disk = &self.devices[state.device].disk;
        let ledger = &self.ledger;
        let is_gone = |board: &BoardId, id: &OperationId| disk.is_torn_of(id) || ledger.may_lack(state.device, board);
        state.was_shown.retain(|(board, ..), (id, _)| !is_gone(board, id));
    }

    /// People find listed what can't be read, and discard it: nothing else goes on in its lane.
    pub(super) fn tidy(&mut self) {
        if self.plan.steps.iter().all(|step| !matches!(step.act, Act::Tear { .. })) {
            return;
        }
        self.run_until(self.now + LOOK_MS, |_| false);
        for tab in 0..self.tabs.len() {
            self.check_listed(tab);
        }
        for tab in 0..self.tabs.len() {
            let listed = self.tabs[tab].engine.as_ref().map(unreadable).unwrap_or_default();
            for aside in listed {
                self.discards(tab, &aside);
            }
        }
    }

    /// Somebody discards what can't be read.
    pub fn discards(&mut self, tab: usize, aside: &SetAside) {
        let device = self.tabs[tab].device;
        let Some(text) = text_of(aside) else { return };
        for torn in self.devices[device].disk.damaged_to(text) {
            self.ledger.discards(&torn);
        }
        self.command(tab, Command::Discard { id: aside.operation.id });
    }

    /// What can't be read of somebody's own is on their list, in every page that does not know it from before.
    fn check_listed(&mut self, tab: usize) {
        let state = &self.tabs[tab];
        let Some(engine) = state.engine.as_ref() else { return };
        let Some(namespace) = engine.status().namespace else {
            return;
        };
        let listed = unreadable(engine);
        let is_known = |torn: &Torn| {
            let id = torn.id();
            engine.pending().any(|pending| Some(pending.operation.id) == id)
                || engine.set_aside_list().any(|aside| Some(aside.operation.id) == id)
                || engine
                    .conflicts()
                    .any(|conflict| torn.key.ends_with(&conflict.id().to_string()))
        };
        // Somebody has decided the card in a page that still knew it: it goes with the next thing that is stored of its board.
        let is_decided = |torn: &Torn| torn.card().is_some_and(|card| self.ledger.is_dealt_with(card));
        let is_listed = |torn: &Torn| listed.iter().any(|aside| text_of(aside) == Some(&torn.text));
        let mut own = self.devices[state.device].disk.torn(&namespace).into_iter();
        let missing = own.find(|torn| torn.is_own() && !is_listed(torn) && !is_known(torn) && !is_decided(torn));
        if let Some(torn) = missing {
            let missing = format!("tab {tab} does not list {torn:?}");
            self.ledger.lost(missing);
        }
    }
}

/// What somebody finds in their list that can't be read.
fn unreadable(engine: &Engine) -> Vec<SetAside> {
    let all = engine.set_aside_list();
    all.filter(|aside| aside.reason == SetAsideReason::Unreadable)
        .cloned()
        .collect()
}

/// What is left of a record that can't be read.
fn text_of(aside: &SetAside) -> Option<&str> {
    match &aside.operation.intent {
        tideboard::protocol::Intent::Set { value, .. } => value.as_str(),
        _ => None,
    }
}
