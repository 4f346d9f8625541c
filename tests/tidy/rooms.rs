//! Which room may know which, and what may never enter it.

use crate::Breach;
use crate::find_words;
use crate::source::{Source, is_word};

/// A room: a module at the top of `src`, or a part of the server that is pure though the rest is not.
struct Room {
    name: &'static str,
    /// The rooms that it may name; those in [`OPEN`] besides.
    uses: &'static [&'static str],
    /// No I/O, no clock, no randomness, no `async`, no Dioxus, no conditional compilation.
    pure: bool,
    /// May start tasks.
    spawns: bool,
    /// What may not be named here, though the room that has it may be: of `state` and `sync`, those above take plain
    /// types only.
    without: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    pure("time", &[]),
    pure("sorted", &[]),
    pure("config", &[]),
    shell("planted", &[]),
    pure("protocol", &[]),
    pure("board", &["protocol"]),
    pure("sync", &["protocol", "board"]),
    shell("platform", &["protocol", "sync"]).spawning().without(&["Engine"]),
    shell("driver", &["protocol", "sync", "platform"]),
    pure("server::series", &["protocol"]),
    pure("server::log", &["protocol", "board", "server::series"]),
    pure("server::authority", &["protocol", "board", "server::log"]),
    pure("server::first_board", &["protocol", "board", "server::log"]),
    shell("sampling", &["protocol", "board"]).spawning(),
    shell("words", &["platform"]),
    shell("server", &["protocol", "board", "sampling", "terminal", "words"]).spawning(),
    shell(
        "terminal",
        &["protocol", "board", "sampling", "sync", "platform", "driver"],
    )
    .spawning(),
    shell("state", &["protocol", "board", "sync"]).without(&["Engine"]),
    shell("api", &["protocol", "server", "words"]),
    shell(
        "hooks",
        &[
            "protocol", "board", "state", "sync", "platform", "driver", "api", "words",
        ],
    )
    .spawning(),
    shell("components", &["protocol", "board", "state", "sync", "hooks", "words"]).without(&["Engine", "publish("]),
    shell(
        "dashboard",
        &["protocol", "board", "state", "sync", "hooks", "components", "words"],
    )
    .without(&["Engine", "publish("]),
    // What an app's own widgets would have: hooks, and components to look like the rest.
    shell(
        "dashboard::widgets",
        &["protocol", "board", "hooks", "components", "dashboard", "words"],
    ),
    shell("app", &["components", "dashboard"]),
    // The same boards inside a program, and what a browser does for a page.
    shell(
        "webview",
        &["platform", "driver", "hooks", "components", "dashboard", "words"],
    )
    .spawning(),
    shell("desktop", &["platform", "hooks", "components", "webview", "words"]).spawning(),
    shell("phone", &["platform", "hooks", "webview", "words"]).spawning(),
    // Tests of apps: the server's decisions and a page, without what is between them on real machines.
    shell(
        "testing",
        &[
            "protocol",
            "board",
            "server",
            "platform",
            "state",
            "hooks",
            "components",
        ],
    ),
    shell("main", &["app", "desktop", "phone", "server"]),
    shell("lib", &[]),
];

const fn pure(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room {
        pure: true,
        ..shell(name, uses)
    }
}

const fn shell(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room {
        name,
        uses,
        pure: false,
        spawns: false,
        without: &[],
    }
}

impl Room {
    const fn spawning(self) -> Self {
        Self { spawns: true, ..self }
    }

    const fn without(self, without: &'static [&'static str]) -> Self {
        Self { without, ..self }
    }
}

/// Rooms that every room may use.
const OPEN: &[&str] = &["config", "time", "sorted", "planted"];

/// What would let chance, time or a target into the core.
const IMPURE: &[&str] = &[
    "dioxus",
    "cfg(",
    "cfg!(",
    "async",
    ".await",
    "::now()",
    "rand::",
    "getrandom",
    "tokio",
    "std::time",
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "web_sys",
    "js_sys",
];
const WHY_PURE: &str =
    "the core is the same program in the browser, in the server and in the simulator: time and chance are arguments";

const WHY_ONE_WAY: &str =
    "imports go one way, so that each room can be read, tested and replaced without those above it";

const WHY_PLAIN: &str =
    "from `state` and `sync` this room takes plain types: the engine is driven, and state is written, by hooks alone";

const SPAWNERS: &[&str] = &[
    "spawn(",
    "spawn_local(",
    "spawn_forever(",
    "spawn_blocking(",
    "use_future(",
    "use_coroutine(",
];
const WHY_SPAWN: &str = "a task outlives the component that started it, or dies with it, and both are bugs: ask a hook";

/// What names a target inside a `cfg`.
const TARGETS: &[&str] = &[
    "target_",
    "unix",
    "windows",
    "\"web\"",
    "\"desktop\"",
    "\"mobile\"",
    "\"native\"",
];
const WHY_TARGET: &str = "all targets run the same program: `platform` chooses once, on its `mod` lines";

pub fn check(source: &Source, breaches: &mut Vec<Breach>) {
    let Some(inside) = source
        .path
        .strip_prefix("src/")
        .and_then(|path| path.strip_suffix(".rs"))
    else {
        return;
    };
    let module = inside.replace('/', "::");
    let Some(room) = room_of(&module) else {
        let what = format!("there is no room `{module}` in tests/tidy/rooms.rs");
        let why = "each file belongs to a room with known neighbours: put it in one, or build the room in the table";
        breaches.push(Breach {
            path: source.path.clone(),
            line: 1,
            what,
            why,
        });
        return;
    };
    let mut breach = |line, what, why| {
        breaches.push(Breach {
            path: source.path.clone(),
            line,
            what,
            why,
        })
    };
    for (line, used) in uses(&source.code, &module) {
        if !may_use(room, &used) {
            breach(line, format!("`{}` may not use `{used}`", room.name), WHY_ONE_WAY);
        }
    }
    for word in IMPURE.iter().filter(|_| room.pure) {
        find_words(&source.code, word, |line| {
            breach(line, format!("`{word}` may not enter `{}`", room.name), WHY_PURE)
        });
    }
    for word in room.without {
        find_words(&source.code, word, |line| {
            breach(line, format!("`{word}` in `{}`", room.name), WHY_PLAIN)
        });
    }
    for word in SPAWNERS.iter().filter(|_| !room.spawns) {
        find_words(&source.code, word, |line| {
            breach(line, format!("`{word}` in `{}`", room.name), WHY_SPAWN)
        });
    }
    if !matches!(room.name, "platform" | "lib" | "main") {
        for line in target_cfgs(&source.uncommented) {
            breach(line, format!("a target `cfg` in `{}`", room.name), WHY_TARGET);
        }
    }
}

/// The room of a module: the one with the longest name that it begins with.
fn room_of(module: &str) -> Option<&'static Room> {
    let belongs = |room: &&Room| {
        module == room.name
            || module
                .strip_prefix(room.name)
                .is_some_and(|rest| rest.starts_with("::"))
    };
    ROOMS.iter().filter(belongs).max_by_key(|room| room.name.len())
}

fn may_use(room: &Room, used: &str) -> bool {
    let Some(other) = room_of(used) else {
        return !room.pure && room.name == "lib";
    };
    let server_within = room.name == "server" && other.name.starts_with("server::");
    // Inside the server only: the pure parts may not reach what is around them.
    other.name == room.name || OPEN.contains(&other.name) || room.uses.contains(&other.name) || server_within || {
        other.name.starts_with("server::") && room.uses.contains(&"server")
    }
}

/// The modules that `code` names by a path from the crate's root, each with its line.
fn uses(code: &str, module: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for root in ["crate::", "tideboard::"] {
        for (byte, _) in code.match_indices(root) {
            if !code[..byte].ends_with(is_word) {
                name_paths(code, byte + root.len(), "", &mut found);
            }
        }
    }
    // In `src/board/merge.rs`, whose module is `board::merge`, two `super::` lead to the root.
    let climb = "super::".repeat(module.split("::").count());
    for (byte, _) in code.match_indices(&climb) {
        if !code[..byte].ends_with(is_word) {
            name_paths(code, byte + climb.len(), "", &mut found);
        }
    }
    found
}

/// Reads the path, or the group of paths, that begins at `byte`: two names deep, which tells one room from another.
fn name_paths(code: &str, byte: usize, parent: &str, found: &mut Vec<(usize, String)>) {
    let rest = &code[byte..];
    if let Some(group) = rest.strip_prefix('{') {
        let mut depth = 0_usize;
        let mut start = byte + 1;
        for (at, character) in group.char_indices() {
            let here = byte + 1 + at;
            match character {
                '{' => depth += 1,
                '}' | ',' if depth == 0 => {
                    let member = here - code[start..here].trim_start().len();
                    if member < here {
                        name_paths(code, member, parent, found);
                    }
                    start = here + 1;
                    if character == '}' {
                        return;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        return;
    }
    let name: String = rest.chars().take_while(|character| is_word(*character)).collect();
    let after = &rest[name.len()..];
    if parent.is_empty() && name == "server" && after.starts_with("::") {
        return name_paths(code, byte + name.len() + 2, "server::", found);
    }
    // A type of the server itself, such as `server::Config`, is of the room `server`.
    let is_module = name.starts_with(|first: char| first.is_lowercase());
    let full = if is_module {
        format!("{parent}{name}")
    } else {
        parent.trim_end_matches("::").to_owned()
    };
    if !full.is_empty() && !name.is_empty() {
        found.push((Source::line_of(code, byte), full));
    }
}

/// The lines with a `cfg` that names a target.
fn target_cfgs(uncommented: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    for opening in ["cfg(", "cfg!(", "cfg_attr("] {
        find_words(uncommented, opening, |line| {
            let text: String = uncommented.lines().skip(line - 1).take(4).collect();
            let inside = text.split_once(opening).map_or("", |(_, inside)| inside);
            let end = closing(inside);
            if TARGETS.iter().any(|target| inside[..end].contains(target)) {
                lines.push(line);
            }
        });
    }
    lines
}

fn closing(text: &str) -> usize {
    let mut depth = 1_usize;
    for (byte, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return byte;
        }
    }
    text.len()
}
