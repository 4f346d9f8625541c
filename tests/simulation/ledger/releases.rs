//! What goes from a page.

use tideboard::config::SCHEMA;

use super::*;

impl Ledger {
    /// A page pushes. What it lists as forgotten by its server is not for it: somebody is to say that it is sent again. Nor is what a newer one
    /// has made: it would send of that what it knows.
    pub fn sent(&mut self, tab: &Tab, push: &str) {
        let is_newer = tab.is_newer;
        let listed = tab.engine.iter().flat_map(Engine::set_aside_list);
        let forgotten = listed.filter(|aside| aside.reason == SetAsideReason::Forgotten);
        let is_sent = |id: OperationId| push.contains(&format!("{{\"id\":\"{id}\",\"board\":"));
        let mut forgotten = forgotten.map(|aside| aside.operation.id);
        let sent = forgotten.find(|id| is_sent(*id) && !self.again.contains_key(id));
        if let Some(id) = sent {
            self.fail(Failure::Duplicated(format!(
                "{id:?} is sent again, and nobody has said so"
            )));
        }
        let newer = format!("\"schema\":{}", SCHEMA + 1);
        if !is_newer && push.contains(&newer) {
            self.fail(Failure::Lost(format!("a page sent what it can't read whole: {push}")));
        }
    }
}
