//! Something to do a little later, unless something else comes first.

use dioxus::{core::Task, prelude::*};

use crate::platform;

/// A wish that waits. `Copy`; forgotten with its component.
#[derive(Clone, Copy, PartialEq)]
pub struct Later {
    delay_ms: u64,
    action: Callback<()>,
    waiting: CopyValue<Option<Task>>,
}

/// Does `action` a while after the last [`Later::start`]: typing that pauses, say. Nothing waits until it is started.
///
/// ```ignore
/// let save = use_later(400, move |()| widget.edit("text", text()));
/// rsx! { textarea { oninput: move |event| { text.set(event.value()); save.start(); }, onblur: move |_| save.finish() } }
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
    pub fn start(mut self) {
        self.cancel();
        let Self {
            delay_ms,
            action,
            mut waiting,
        } = self;
        let task = spawn(async move {
            let clock = platform::clock();
            clock.sleep_until(clock.now().plus(delay_ms)).await;
            waiting.set(None);
            action(());
        });
        self.waiting.set(Some(task));
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
