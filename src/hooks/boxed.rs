//! Dioxus's hooks that take a closure, compiled once.
//!
//! Dioxus compiles its own anew for every closure, with the task, the queue and the signals that belong to it: two kilobytes of program each.
//! Here a closure's own code is all that is compiled for it.

use dioxus::prelude::{self, Memo, Signal};

/// Calls `callback` once the component is there, and again when something has changed that it read.
pub(crate) fn use_effect(callback: impl FnMut() + 'static) {
    use_boxed_effect(Box::new(callback));
}

fn use_boxed_effect(callback: Box<dyn FnMut()>) {
    prelude::use_effect(callback);
}

/// Calls `callback` when the component goes.
pub(crate) fn use_drop(callback: impl FnOnce() + 'static) {
    use_boxed_drop(Box::new(callback));
}

fn use_boxed_drop(callback: Box<dyn FnOnce()>) {
    prelude::use_drop(callback);
}

/// What `callback` makes of what it reads, made anew when that has changed.
pub(crate) fn use_memo<T: PartialEq + 'static>(callback: impl FnMut() -> T + 'static) -> Memo<T> {
    use_boxed_memo(Box::new(callback))
}

fn use_boxed_memo<T: PartialEq + 'static>(callback: Box<dyn FnMut() -> T>) -> Memo<T> {
    prelude::use_memo(callback)
}

/// What the component remembers, at first what `first` gives.
pub(crate) fn use_signal<T: 'static>(first: impl FnOnce() -> T) -> Signal<T> {
    use_boxed_signal(Box::new(first))
}

fn use_boxed_signal<T: 'static>(first: Box<dyn FnOnce() -> T + '_>) -> Signal<T> {
    prelude::use_signal(first)
}
