//! Which server a window shows, or whether it asks for one.

use dioxus::prelude::*;

use super::{First, Kept, Leave, Reached};
use crate::platform::{move_secrets, secret};

/// What is shown.
#[derive(Clone, Copy, PartialEq)]
pub struct Showing {
    /// The server, and how it is greeted.
    pub at: Signal<Option<Reached>>,
    /// Its token is being read, for which a person may be asked to unlock the keyring.
    pub is_opening: Signal<bool>,
    /// A person is asked for a server.
    pub is_choosing: Signal<bool>,
    /// Each is another provider, and another engine.
    pub number: Signal<u32>,
    /// Why it is asked for, where a person did not want that.
    pub trouble: Signal<Option<String>>,
    /// What is done as soon as all that is shown is stored.
    pub leaving: Signal<Option<Leave>>,
}

/// Begins with `first`, and with its token, where there is one.
pub fn use_showing(kept: &Kept, first: Option<First>) -> Showing {
    let unknown = first.as_ref().is_some_and(|first| first.wants_token);
    let mut at = use_signal(|| first.clone().filter(|_| !unknown).map(|first| first.reached));
    let mut is_opening = use_signal(|| unknown);
    let is_choosing = use_signal(|| first.is_none());
    let (number, trouble, leaving) = (use_signal(|| 0), use_signal(|| None), use_signal(|| None));
    use_future({
        let kept = kept.clone();
        move || {
            let (kept, first) = (kept.clone(), first.clone());
            async move {
                if let Some(First { reached, .. }) = first.filter(|first| first.wants_token) {
                    let server = reached.server;
                    let token = secret(kept.folder(), &server).await;
                    // Meanwhile a person may have turned to another one.
                    if *is_opening.peek() {
                        at.set(Some(Reached { server, token }));
                        is_opening.set(false);
                    }
                }
                move_secrets(kept.folder().to_owned()).await;
            }
        }
    });
    Showing {
        at,
        is_opening,
        is_choosing,
        number,
        trouble,
        leaving,
    }
}

impl Showing {
    /// Whether no board is shown, so that nothing is to be stored.
    pub fn is_asking(&self) -> bool {
        *self.is_choosing.peek() || *self.is_opening.peek()
    }

    /// A person is asked for a server.
    pub fn ask(&mut self) {
        self.is_opening.set(false);
        self.is_choosing.set(true);
    }

    /// A person has chosen one.
    pub fn open(&mut self, reached: Reached) {
        self.trouble.set(None);
        self.at.set(Some(reached));
        self.number += 1;
        self.is_choosing.set(false);
    }
}
