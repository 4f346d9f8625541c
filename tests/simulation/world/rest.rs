//! Whether all has come to rest.

use super::*;

impl World {
    pub(super) fn is_at_rest(&self) -> bool {
        let Some(server) = self
            .server
            .as_ref()
            .filter(|server| server.batch.is_none() && server.inbox.is_empty())
        else {
            return false;
        };
        // Who sends looks at the storage every few seconds: until then nobody knows that it was cleared.
        let knows = |tab: &Tab| !tab.leading || tab.stored_at >= self.devices[tab.device].cleared_at;
        let logs = server.authority.logs();
        self.tabs.iter().all(|tab| knows(tab) && tab.is_at_rest(logs))
    }

    pub(super) fn check_rest(&mut self) {
        let Some(server) = &self.server else {
            return self.ledger.stuck("the server is down".to_owned());
        };
        for (number, tab) in self.tabs.iter().enumerate() {
            if !tab.is_at_rest(server.authority.logs()) {
                let tabs: Vec<String> = self
                    .tabs
                    .iter()
                    .map(|tab| tab.describe(server.authority.logs()))
                    .collect();
                self.ledger
                    .stuck(format!("tab {number} did not come to rest: {tabs:#?}"));
                return;
            }
            self.ledger.compare(number, tab, server.authority.logs());
            if self.plan.shape.auto_resolve {
                self.ledger.decided_by_policy(number, tab);
            }
        }
    }
}
