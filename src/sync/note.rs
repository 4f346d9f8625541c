//! What a device remembers for its next start.

use serde::{Deserialize, Serialize};

use super::storage::Namespace;
use crate::{
    config::LOCAL,
    planted::{self, Bug},
    protocol::{Principal, SignedIn, StoreId},
};

/// Whose records a device worked with last, and by which token it came to them. Who starts next may be somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    store: StoreId,
    principal: Principal,
    /// Tells tokens apart; too little of one to guess it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<u32>,
    /// Other stores that edits of the same person may wait for on this device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    before: Vec<StoreId>,
}

impl Note {
    /// A note of a namespace that the server named to whoever showed this token; `None` for a session cookie.
    #[must_use]
    pub fn new(namespace: Namespace, token: Option<&str>, before: &[StoreId]) -> Self {
        let Namespace { store, principal } = namespace;
        let token = token.map(print);
        Self {
            store,
            principal,
            token,
            before: before.to_vec(),
        }
    }

    /// Which other stores were at the same address before, that edits of the same person may wait for.
    #[must_use]
    pub fn stores_before(note: Option<&Self>) -> Vec<StoreId> {
        note.map_or_else(Vec::new, |note| note.before.clone())
    }

    /// What it is called, of a server: see [`Self::name_for`].
    #[must_use]
    pub fn name(&self, server: &str) -> String {
        name_of(server, self.token)
    }

    /// What a note is called, of a server and of whoever comes with this token: each has one, so that what waits for a token is
    /// found again after another one was used.
    #[must_use]
    pub fn name_for(server: &str, token: Option<&str>) -> String {
        name_of(server, token.map(print))
    }

    /// The namespace, to start from without a network; `None` when it is not known to be the one of whoever starts now: by the
    /// token they start with, or by who the browser says is signed in. Where nobody has to sign in, everybody is the same.
    #[must_use]
    pub fn namespace_for(self, token: Option<&str>, signed_in: Option<&SignedIn>) -> Option<Namespace> {
        let Self {
            store,
            principal,
            token: print_then,
            ..
        } = self;
        let is_theirs = print_then == token.map(print)
            && match signed_in.filter(|signed_in| signed_in.store == store) {
                Some(signed_in) => signed_in.principal.as_ref() == Some(&principal),
                None => token.is_some() || principal.as_str() == LOCAL,
            };
        (is_theirs || planted::is(Bug::NoteForAnyone)).then_some(Namespace { store, principal })
    }
}

fn name_of(server: &str, print: Option<u32>) -> String {
    match print {
        None => format!("namespace {server}"),
        Some(print) => format!("namespace {server} {print}"),
    }
}

/// 24 bits of FNV-1a (Fowler, Noll and Vo, 1991).
fn print(token: &str) -> u32 {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = token.bytes().fold(0xcbf2_9ce4_8422_2325, mix);
    ((hash >> 40) ^ (hash >> 16)) as u32 & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann() -> Namespace {
        Namespace {
            store: StoreId(7),
            principal: "ann".parse().expect("a name"),
        }
    }

    #[test]
    fn where_nobody_has_to_sign_in_it_is_for_everybody() {
        let local = Namespace {
            principal: LOCAL.parse().expect("a name"),
            ..ann()
        };
        let note = Note::new(local.clone(), None, &[]);
        assert_eq!(note.clone().namespace_for(None, None), Some(local.clone()));
        let elsewhere = signed_in(StoreId(8), "bo");
        let namespace = note.clone().namespace_for(None, elsewhere.as_ref());
        assert_eq!(namespace, Some(local), "of another server on the same host");
        let here = signed_in(ann().store, "bo");
        assert_eq!(note.namespace_for(None, here.as_ref()), None, "now somebody has to");
    }

    fn signed_in(store: StoreId, who: &str) -> Option<SignedIn> {
        let principal = who.parse().ok();
        Some(SignedIn { store, principal })
    }

    #[test]
    fn each_token_has_one() {
        let name = |token| Note::name_for("http://b", token);
        let names = [None, Some("token of ann"), Some("token of bo")].map(name);
        assert!(
            names[0] != names[1] && names[1] != names[2] && names[0] != names[2],
            "{names:?}"
        );
        assert_eq!(Note::new(ann(), None, &[]).name("http://b"), names[0]);
        assert_eq!(Note::new(ann(), Some("token of bo"), &[]).name("http://b"), names[2]);
    }

    #[test]
    fn it_is_for_whoever_comes_with_the_same_token() {
        let note = Note::new(ann(), Some("token of ann"), &[]);
        assert_eq!(note.clone().namespace_for(Some("token of ann"), None), Some(ann()));
        assert_eq!(note.clone().namespace_for(Some("token of bo"), None), None);
        assert_eq!(note.namespace_for(None, None), None);
    }

    #[test]
    fn in_a_browser_it_is_for_whoever_is_signed_in() {
        let note = Note::new(ann(), None, &[]);
        let namespace_for = |signed_in: Option<SignedIn>| note.clone().namespace_for(None, signed_in.as_ref());
        assert_eq!(namespace_for(None), None, "whoever it was has cleared their cookies");
        assert_eq!(namespace_for(signed_in(ann().store, "ann")), Some(ann()));
        assert_eq!(namespace_for(signed_in(ann().store, "bo")), None);
        assert_eq!(namespace_for(signed_in(ann().store, "")), None, "ann has signed out");
        let elsewhere = signed_in(StoreId(8), "bo");
        assert_eq!(
            namespace_for(elsewhere),
            None,
            "of another server on the same host, and so is the session"
        );
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let note = Note::new(ann(), Some("token of ann"), &[]);
        let text = serde_json::to_string(&note).expect("plain data");
        assert!(!text.contains("token of ann"), "{text}");
        assert_eq!(serde_json::from_str::<Note>(&text).expect("its own text"), note);
    }
}
