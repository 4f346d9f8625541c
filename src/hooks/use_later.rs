//! Something to do a little later, unless something else comes first.

use std::future::poll_fn;

use dioxus::{core::Task, prelude::*};
use futures_util::future::{FutureExt, LocalBoxFuture, select};

use super::use_platform::current_platform;
use crate::platform::{NetworkEvent, Platform};

/// A wish that waits. `Copy`; forgotten with its component.
#[derive(Clone, Copy, PartialEq)]
pub struct Later {
    pub(super) delay_ms: u64,
    action: Callback<()>,
    waiting: CopyValue<Option<Task>>,
}

/// Does `action` a while after the last [`Later::start`]: typing that pauses, say. Nothing waits until it is started, and
/// nothing waits on once the page is hidden: there may be no later.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::{RealtimeUpdates, use_later};
///
/// #[component]
/// fn Text(note: RealtimeUpdates) -> Element {
///     let mut text = use_signal(|| note.text("text"));
///     let save = use_later(400, move |()| note.edit("text", text()));
///     rsx! {
///         textarea {
///             oninput: move |event| {
///                 text.set(event.value());
///                 save.start();
///             },
///             onblur: move |_| save.finish(),
///         }
///     }
/// }
/// ```
pub fn use_later(delay_ms: u64, action: impl FnMut(()) + 'static) -> Later {
    let action = use_callback(action);
    let waiting = use_hook(|| CopyValue::new(None));
    Later {
        delay_ms,
        action,
        waiting,
    }
}

impl Later {
    /// Waits, from now; a wait under way begins again.
    pub fn start(self) {
        self.start_in(self.delay_ms);
    }

    /// The same, for another while.
    pub(super) fn start_in(mut self, delay_ms: u64) {
        self.cancel();
        let Self {
            action, mut waiting, ..
        } = self;
        let platform = current_platform();
        let task = spawn(async move {
            let clock = platform.clock();
            select(clock.sleep_until(clock.now().plus(delay_ms)), put_away(&*platform)).await;
            waiting.set(None);
            action(());
        });
        self.waiting.set(Some(task));
    }

    /// Whether it waits.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.peek().is_some()
    }

    /// Does it now, if it waits.
    pub fn finish(mut self) {
        if self.cancel() {
            (self.action)(());
        }
    }

    /// Forgets it. Answers whether it was waiting.
    pub fn cancel(&mut self) -> bool {
        let waiting = self.waiting.write().take();
        if let Some(task) = waiting {
            task.cancel();
        }
        waiting.is_some()
    }
}

/// Ends when nobody can see the page any more.
fn put_away(platform: &dyn Platform) -> LocalBoxFuture<'static, ()> {
    let mut network = platform.network();
    async move {
        while !matches!(
            poll_fn(|cx| network.poll_event(cx)).await,
            NetworkEvent::Hidden | NetworkEvent::Suspended | NetworkEvent::Frozen
        ) {}
    }
    .boxed_local()
}
