//! A box of text that goes while somebody types in it.

use std::cell::RefCell;

use dioxus::{dioxus_core::NoOpMutations, prelude::*};
use tideboard::hooks::use_typed_text;

thread_local! {
    static SENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

static IS_THERE: GlobalSignal<bool> = Signal::global(|| true);

fn page() -> Element {
    rsx! {
        if IS_THERE() {
            Note {}
        }
    }
}

#[component]
fn Note() -> Element {
    let shown = use_signal(String::new);
    let typed = use_typed_text(shown.into(), 400, |text, _| {
        SENT.with_borrow_mut(|sent| sent.push(text))
    });
    use_hook(|| typed.put("two ropes".to_owned()));
    rsx! {
        textarea { value: typed.text() }
    }
}

#[test]
fn what_was_typed_when_its_box_goes_is_sent() {
    let mut dom = VirtualDom::new(page);
    dom.rebuild_in_place();
    assert!(SENT.take().is_empty(), "the typing has not paused yet");
    dom.in_scope(ScopeId::ROOT, || *IS_THERE.write() = false);
    dom.render_immediate(&mut NoOpMutations);
    assert_eq!(SENT.take(), ["two ropes"]);
}
