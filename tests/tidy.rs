//! The rules of the house, as a test: which room may know which, and what may never enter it.
//!
//! `docs/architecture.md` says why the house is built so. A rule here is not opinion about style: each guards something
//! that the simulator, the browser build or a reader relies on. To change a rule, change both, and say why.

#[path = "tidy/example.rs"]
mod example;
#[path = "tidy/own_pages.rs"]
mod own_pages;
#[path = "tidy/previous.rs"]
mod previous;
#[path = "tidy/quotes.rs"]
mod quotes;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tables.rs"]
mod tables;
#[path = "tidy/words.rs"]
mod words;

use source::Source;
use std::fmt;
use std::path::Path;

/// A rule broken somewhere.
#[derive(Debug)]
struct Breach {
    path: String,
    line: usize,
    what: String,
    why: &'static str,
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}\n    {}", self.path, self.line, self.what, self.why)
    }
}

/// Lines a file may have.
const LINES_MAX: usize = 500;

#[test]
fn the_house_keeps_its_rules() {
    let sources = sources();
    assert!(
        sources.len() > 10,
        "only {} files were found: is the test started from elsewhere?",
        sources.len()
    );
    let breaches: Vec<String> = sources
        .iter()
        .flat_map(check)
        .map(|breach| breach.to_string())
        .collect();
    assert!(
        breaches.is_empty(),
        "{} rules broken:\n\n{}\n",
        breaches.len(),
        breaches.join("\n")
    );
}

fn check(source: &Source) -> Vec<Breach> {
    let mut breaches = Vec::new();
    rooms::check(source, &mut breaches);
    check_length(source, &mut breaches);
    check_unfinished(source, &mut breaches);
    check_waiting(source, &mut breaches);
    check_globals(source, &mut breaches);
    check_hooks(source, &mut breaches);
    breaches
}

fn check_length(source: &Source, breaches: &mut Vec<Breach>) {
    let lines = source.text.lines().count();
    if lines > LINES_MAX {
        breaches.push(Breach {
            path: source.path.clone(),
            line: LINES_MAX,
            what: format!("the file has {lines} lines; {LINES_MAX} is the limit"),
            why: "a file is read from top to bottom in one sitting: split it where a part has a life of its own",
        });
    }
}

/// Marks of work put off. They are spelt in halves here, since this file is checked too.
const UNFINISHED: &[&str] = &[
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("X", "XX"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("dbg", "!("),
];

fn check_unfinished(source: &Source, breaches: &mut Vec<Breach>) {
    let why = "what is not done is not in the tree: finish it, or write the plan in docs";
    for mark in UNFINISHED {
        find_words(&source.text, mark, |line| {
            breaches.push(Breach {
                path: source.path.clone(),
                line,
                what: format!("`{mark}`"),
                why,
            });
        });
    }
}

/// Ways to wait for time instead of a state.
const WAITING: &[&str] = &[
    concat!("sle", "ep("),
    concat!("waitFor", "Timeout("),
    concat!("networki", "dle"),
];

fn check_waiting(source: &Source, breaches: &mut Vec<Breach>) {
    if !source.path.starts_with("tests/") {
        return;
    }
    let why = "a test that waits for time is slow or flaky, mostly both: wait for a state that can be seen";
    for mark in WAITING {
        find_words(&source.uncommented, mark, |line| {
            breaches.push(Breach {
                path: source.path.clone(),
                line,
                what: format!("`{mark}`"),
                why,
            });
        });
    }
}

/// A global signal is known by its place in the source, and a release build leaves out the columns (`xtask/src/places.rs`).
fn check_globals(source: &Source, breaches: &mut Vec<Breach>) {
    for (number, line) in (1..).zip(source.uncommented.lines()) {
        if line.matches(concat!("::glo", "bal(")).count() > 1 {
            breaches.push(Breach {
                path: source.path.clone(),
                line: number,
                what: "two globals on one line".to_owned(),
                why: "in a release build both are one: a line for each",
            });
        }
    }
}

/// Dioxus's hooks that `hooks::boxed` has, too, and the rooms of which a page is made.
const BOXED: [&str; 4] = ["use_drop", "use_effect", "use_memo", "use_signal"];
const OF_THE_PAGE: [&str; 4] = ["src/components", "src/dashboard", "src/hooks.rs", "src/hooks/"];

/// Dioxus's own come with its prelude: what is called and not imported by name is one of them.
fn check_hooks(source: &Source, breaches: &mut Vec<Breach>) {
    let is_of_the_page = OF_THE_PAGE.iter().any(|room| source.path.starts_with(room));
    if !is_of_the_page || source.path == "src/hooks/boxed.rs" {
        return;
    }
    for hook in BOXED {
        let call = format!("{hook}(");
        let (mut first, mut calls, mut names) = (0, 0, 0);
        find_words(&source.code, &call, |line| {
            first = if calls == 0 { line } else { first };
            calls += 1;
        });
        find_words(&source.code, hook, |_| names += 1);
        if calls > 0 && calls == names {
            breaches.push(Breach {
                path: source.path.clone(),
                line: first,
                what: format!("`{hook}` is Dioxus's own"),
                why: "it would be compiled anew for each closure: import it from `hooks`, which has it boxed",
            });
        }
    }
}

/// Calls `found` with the line of each place where `word` stands in `text`, not as the end of a longer word.
fn find_words(text: &str, word: &str, mut found: impl FnMut(usize)) {
    for (byte, _) in text.match_indices(word) {
        let starts_a_word = word.starts_with(source::is_word);
        let continues = text[..byte].chars().next_back().is_some_and(source::is_word);
        let goes_on = word.ends_with(source::is_word) && text[byte + word.len()..].starts_with(source::is_word);
        if !(starts_a_word && continues || goes_on) {
            found(Source::line_of(text, byte));
        }
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "tests", "benches", "xtask/src", "examples"] {
        collect(root, &root.join(folder), &mut sources);
    }
    sources
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder of the project can be read").path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            collect(root, &path, sources);
        } else if matches!(extension, Some("rs" | "mjs")) {
            let text = std::fs::read_to_string(&path).expect("a source file is readable text");
            let name = path
                .strip_prefix(root)
                .expect("it was found under the root")
                .to_string_lossy()
                .replace('\\', "/");
            sources.push(Source::new(&name, &text));
        }
    }
}

/// The rules themselves are seen to fail, on the least source that breaks each.
mod the_rules {
    use super::*;

    #[track_caller]
    fn refuses(path: &str, text: &str, said: &str) {
        let breaches = check(&Source::new(path, text));
        let all: Vec<String> = breaches.iter().map(|breach| breach.to_string()).collect();
        assert!(
            all.iter().any(|breach| breach.contains(said)),
            "{path}: {text:?} gave {all:?}, without {said:?}"
        );
    }

    #[track_caller]
    fn allows(path: &str, text: &str) {
        let breaches = check(&Source::new(path, text));
        assert!(breaches.is_empty(), "{path}: {text:?} gave {breaches:?}");
    }

    #[test]
    fn a_room_may_use_the_rooms_below_it_only() {
        allows(
            "src/sync/outbox.rs",
            "use crate::protocol::Operation;\nuse crate::time::Timestamp;",
        );
        refuses(
            "src/sync/outbox.rs",
            "use crate::server::log::Log;",
            "`sync` may not use `server::log`",
        );
        refuses(
            "src/board.rs",
            "fn f() { crate::sync::f() }",
            "`board` may not use `sync`",
        );
        refuses(
            "src/server/log.rs",
            "use crate::sync::Engine;",
            "`server::log` may not use `sync`",
        );
        refuses(
            "src/components/badge.rs",
            "use crate::server::fanout;",
            "`components` may not use `server::fanout`",
        );
        allows(
            "src/server/router.rs",
            "use crate::protocol::Identity;\nuse crate::server::auth::Auth;",
        );
        refuses(
            "src/server/log/decide.rs",
            "use crate::server::store::Store;",
            "may not use `server::store`",
        );
    }

    #[test]
    fn a_group_or_a_climb_hides_nothing() {
        refuses(
            "src/board.rs",
            "use crate::{protocol::{Value, Kind}, sync::Engine};",
            "`sync`",
        );
        refuses("src/board.rs", "use super::platform;", "`platform`");
        refuses("src/board/merge.rs", "use super::super::platform;", "`platform`");
        allows("src/board/merge.rs", "use super::Field;");
    }

    #[test]
    fn nothing_impure_enters_the_core() {
        for text in [
            "use dioxus::prelude::*;",
            "#[cfg(feature = \"web\")] fn f() {}",
            "async fn f() {}",
            "fn f() { g().await }",
            "fn f() { Timestamp::now(); }",
            "fn f() { rand::random() }",
            "use std::time::Duration;",
            "use std::fs;",
            "use tokio::sync::mpsc;",
        ] {
            refuses("src/sync/connection.rs", text, "may not enter `sync`");
            refuses("src/server/authority.rs", text, "may not enter `server::authority`");
        }
        allows(
            "src/sync/connection.rs",
            "// async fn of dioxus\nconst S: &str = \"dioxus, tokio\";",
        );
        allows(
            "src/sync/connection.rs",
            "#[cfg(test)]\nmod tests { use std::time::Duration; }",
        );
        refuses(
            "src/sync.rs",
            "#[cfg(test)]\nmod tests { fn f() {} }\nuse std::fs;",
            "src/sync.rs:3",
        );
    }

    #[test]
    fn a_target_is_chosen_in_one_place() {
        allows("src/platform.rs", "#[cfg(target_arch = \"wasm32\")]\nmod web;");
        refuses(
            "src/hooks/use_sync_loop.rs",
            "#[cfg(target_arch = \"wasm32\")]\nfn f() {}",
            "target `cfg`",
        );
        refuses(
            "src/components/badge.rs",
            "fn f() { if cfg!(feature = \"web\") {} }",
            "target `cfg`",
        );
        allows("src/api.rs", "#[cfg(feature = \"server\")]\nfn f() {}");
    }

    #[test]
    fn only_hooks_spawn() {
        allows("src/hooks/use_sync_loop.rs", "fn f() { spawn(async {}); }");
        refuses("src/components/badge.rs", "fn f() { spawn(async {}); }", "`spawn(`");
        refuses(
            "src/dashboard/page.rs",
            "fn f() { wasm_bindgen_futures::spawn_local(async {}); }",
            "`spawn_local(`",
        );
        refuses(
            "src/components/badge.rs",
            "fn f() { use_future(|| async {}); }",
            "`use_future(`",
        );
    }

    #[test]
    fn what_is_shown_is_not_driven() {
        allows(
            "src/components/badge.rs",
            "use crate::sync::Conflict;\nuse crate::state::ConnectionStatus;",
        );
        refuses("src/components/badge.rs", "use crate::sync::Engine;", "`Engine`");
        refuses(
            "src/dashboard/page.rs",
            "fn f() { crate::state::publish(snapshot) }",
            "`publish(`",
        );
    }

    #[test]
    fn a_page_has_its_hooks_compiled_once() {
        allows(
            "src/dashboard/page.rs",
            "use crate::hooks::{focus, use_effect};\nfn f() { use_effect(g) }",
        );
        for called in [
            "fn f() { use_effect(g); use_effect(h) }",
            "use a::use_memo;\nfn f() { use_effect(g) }",
        ] {
            refuses("src/dashboard/page.rs", called, "`use_effect` is Dioxus's own");
        }
        allows("src/desktop/alone.rs", "fn f() { use_effect(g) }");
    }

    #[test]
    fn a_built_in_widget_has_what_an_apps_own_has() {
        allows(
            "src/dashboard/widgets/counter.rs",
            "use crate::{components::icon::Icon, hooks::RealtimeUpdates};",
        );
        for beyond in [
            "use crate::state::PENDING;",
            "use crate::sync::Conflict;",
            "use crate::platform::clock;",
        ] {
            refuses(
                "src/dashboard/widgets/counter.rs",
                beyond,
                "`dashboard::widgets` may not use",
            );
        }
    }

    #[test]
    fn an_unknown_room_is_refused() {
        refuses("src/helpers.rs", "", "no room `helpers`");
    }

    #[test]
    fn a_file_has_an_end_and_nothing_put_off() {
        refuses("src/board.rs", &"fn f() {}\n".repeat(LINES_MAX + 1), "501 lines");
        refuses("src/board.rs", concat!("// TO", "DO: later"), concat!("`TO", "DO`"));
        refuses(
            "tests/server.rs",
            concat!("fn f() { thread::sle", "ep(d) }"),
            "waits for time",
        );
        allows(
            "src/platform/native.rs",
            concat!("fn f() { tokio::time::sle", "ep(d) }"),
        );
    }

    #[test]
    fn code_is_told_from_strings_and_comments() {
        let text = "let a = '\"'; // x\nlet b = r#\"y \" // z\"#; /* /* n */ */ let c: &'a str = \"\\\"w\";";
        let code = Source::new("src/board.rs", text).code;
        for gone in ["x", "y", "z", "n", "w"] {
            assert!(!code.contains(gone), "`{gone}` was left in {code:?}");
        }
        assert!(code.contains("let c: &'a str ="), "{code:?}");
        assert_eq!(code.lines().count(), 2);
    }
}
