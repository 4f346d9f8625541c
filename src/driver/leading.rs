//! Which page of a device sends for all of them: each competes for it, and the next one has its turn where one ends, is put away, or lets it be.

use std::any::Any;

use futures_util::future::LocalBoxFuture;

use super::{Driver, options::Leads};
use crate::{platform::NetworkEvent, sync::Input};

/// This page's part in it.
#[derive(Default)]
pub(super) struct Leading {
    pub electing: Option<LocalBoxFuture<'static, Box<dyn Any>>>,
    /// To have it is to lead.
    pub lead: Option<Box<dyn Any>>,
    /// The page was put away, and competes no more.
    stands_back: bool,
    /// It stands still, and begins nothing in the storage, in which the others would wait for its end.
    pub is_frozen: bool,
}

impl Driver {
    /// Competes for the right to send, behind all who wait for it.
    pub(super) fn elect(&mut self) {
        if self.leading.stands_back {
            return; // it does when it is back
        }
        if let Some(namespace) = self
            .remembered
            .as_ref()
            .filter(|_| matches!(self.leads, Leads::Elected))
        {
            self.leading = Leading {
                electing: Some(self.storage.lead(namespace)),
                ..Leading::default()
            };
            self.ready.push_back(Input::Leading(false));
        }
    }

    /// A page that is put away, which may be frozen, holds nobody up; it competes anew when it is back.
    pub(super) fn stand_back(&mut self, event: NetworkEvent) {
        match event {
            NetworkEvent::Suspended | NetworkEvent::Frozen if matches!(self.leads, Leads::Elected) => {
                self.leading = Leading {
                    stands_back: true,
                    ..Leading::default()
                };
                self.ready.push_back(Input::Leading(false));
            }
            NetworkEvent::Woke | NetworkEvent::Shown => {
                self.leading.is_frozen = false;
                if std::mem::take(&mut self.leading.stands_back) {
                    self.elect();
                }
            }
            _ => {}
        }
        self.leading.is_frozen |= matches!(event, NetworkEvent::Frozen);
    }
}
