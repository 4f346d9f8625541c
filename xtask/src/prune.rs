//! What never runs in a browser is left out of the page's program.
//!
//! An error of `anyhow`'s, which Dioxus makes, can print the stack on which it was made, and with that come the standard library's
//! reader of compiled names and its printer of stacks: seven kilobytes after compression. A browser shows a program no stack, so
//! they never run; but the compiler can't know that. Nor that the page asks which key was typed, and never where that is on the
//! keyboard, and never reads a file, nor runs a script of its own: a lint keeps it from that. Here such functions do nothing but fail,
//! and `wasm-opt` drops the rest.
//!
//! `dx` takes the names of functions away when it calls `wasm-opt`, so it must be done just before. `dx` finds `wasm-opt` on PATH:
//! there it finds this task, under that name, which does its part and goes on as `wasm-opt`.

use crate::imports::replace;
use crate::shell::{Failure, command, run};
use crate::tools;
use crate::wasm::{
    self, CODE, CUSTOM, EXPORTS, FUNCTION_NAMES, IMPORTS, NAMES, bytes, export, imported, list, number, text,
    write_export, write_number, write_section,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// How the names begin of what never runs, and what else is in them.
const UNUSED: [(&str, &str); 18] = [
    // Prints a stack.
    ("rustc_demangle::", ""),
    ("std::backtrace_rs::", ""),
    ("std::backtrace::Backtrace as ", ""),
    // Prints an error for programmers.
    ("anyhow::error::ErrorImpl>::debug", ""),
    ("anyhow::fmt::Indented", ""),
    // Reads a file that a person gives to a form: no form of ours asks for one.
    ("dioxus_web::files::", ""),
    // Names a key, and its place on a keyboard: they know 300 and 250 of them.
    ("keyboard_types::key::Key as ", "FromStr>::from_str"),
    ("dioxus_web::events::Synthetic<", "HasKeyboardData>::code"),
    // Runs a script, and reads what that answers.
    ("dioxus_web::document::WebDocument as ", "::eval"),
    ("dioxus_web::document::WebEvaluator", ""),
    ("serde_wasm_bindgen::", ""),
    ("serde_json::value::Value as ", "serde_wasm_bindgen::"),
    // Hands a stream of ours to the browser.
    ("wasm_streams::", ""),
    ("js_sys::futures::future_to_promise::<", "wasm_streams::"),
    // Ends a page's program, which ends with its page.
    ("core::ptr::drop_in_place::<dioxus_core::virtual_dom::VirtualDom>", ""),
    (
        "core::slice::sort::",
        "dioxus_core::virtual_dom::VirtualDom as core::ops::drop::Drop>",
    ),
    // Waits for another thread: there is none.
    ("parking_lot::", ""),
    ("parking_lot_core::", ""),
];

/// The same of what adds to the page's head, where that is the server's alone: no component of the page's does; what all of them use
/// says nothing.
const OF_THE_HEAD: (&str, &str) = ("dioxus_web::document::WebDocument as ", "::create_");
const ADDS_TO_THE_HEAD: &str = "dioxus_document::elements::";
const USED_BY_ALL: [&str; 2] = ["::extend_attributes", "::extract_single_text_node"];

/// What stands in for a function, if both are there: its name, that of the other, and which of its arguments that takes in which order.
/// One function that is kept for several does the same for all of them, and so does what stands in for it.
const STAND_INS: [(&str, &str, &[u8]); 4] = [
    // The digits of a number, whose own way is thirteen kilobytes long.
    (
        "<f64 as core::fmt::Display>::fmt",
        "tideboard::platform::decimal::write",
        &[0, 1],
    ),
    (
        "<f64 as core::fmt::Debug>::fmt",
        "tideboard::platform::decimal::write",
        &[0, 1],
    ),
    // A text for programmers: without quotes, and without knowing of each character whether it can be seen.
    (
        "<str as core::fmt::Debug>::fmt",
        "<core::fmt::Formatter>::pad",
        &[2, 0, 1],
    ),
    (
        "<char as core::fmt::Debug>::fmt",
        "<char as core::fmt::Display>::fmt",
        &[0, 1],
    ),
];

/// How the names begin of what a page exports and its script does not call: what is for tools, and what only they would bring with
/// them.
const NOT_CALLED: [&str; 7] = [
    "__ASSETS__",
    "__MANGANIS__",
    "__data_end",
    "__heap_base",
    "__wbg_intounderlying",
    "__wbg_jsowner",
    "intounderlying",
];

/// The shortest function that is pruned, in bytes. The compiler keeps one of several that are the same, and it may have kept that
/// of stacks: long ones are like no other. The short ones go with those that call them.
const LEN_MIN: usize = 200;

/// A function that has no variables, and fails.
const FAILS: [u8; 3] = [0x00, 0x00, 0x0b];

const WASM_OPT: &str = "wasm-opt";

/// Where this task lies under the name of `wasm-opt`.
fn folder() -> PathBuf {
    tools::folder().join("before")
}

/// PATH for a `dx` that is to find this task first where it looks for `wasm-opt`.
///
/// # Errors
/// [`Failure::File`], when this task can't be copied.
pub fn path(search: &OsStr) -> Result<OsString, Failure> {
    let file = folder().join(format!("{WASM_OPT}{}", std::env::consts::EXE_SUFFIX));
    let copy = || {
        std::fs::create_dir_all(folder())?;
        if unfinished().exists() {
            std::fs::remove_file(unfinished())?;
        }
        let new = file.with_extension("new");
        std::fs::copy(std::env::current_exe()?, &new)?;
        std::fs::rename(&new, &file)
    };
    copy().map_err(|source| Failure::File {
        path: file.clone(),
        source,
    })?;
    let folders = std::iter::once(folder()).chain(std::env::split_paths(search));
    Ok(std::env::join_paths(folders).unwrap_or_else(|_| search.to_owned()))
}

/// Whether `dx` started this task as `wasm-opt`.
pub fn is_asked() -> bool {
    let name = std::env::args_os().next().map(PathBuf::from);
    name.is_some_and(|name| name.file_stem() == Some(OsStr::new(WASM_OPT)))
}

/// There while `wasm-opt` is at work, and after it has failed: `dx` goes on without it, and says nothing.
fn unfinished() -> PathBuf {
    folder().join("unfinished")
}

/// Whether `wasm-opt` did its part of the last build, or was never asked.
pub fn is_done() -> bool {
    !unfinished().exists()
}

/// In the environment of a `dx` whose page's program is not to be made smaller: nobody weighs it, and that takes a minute.
pub const LEFT_LARGE: &str = "TIDEBOARD_LEFT_LARGE";

/// Whether an argument is one of those by which `wasm-opt` makes a program smaller.
fn makes_smaller(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    argument.starts_with("-O") || ["--flatten", "--rereloop"].contains(&&*argument)
}

/// Prunes the program that `wasm-opt` is about to read, and goes on as `wasm-opt`.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Unexpected`] when the program is not one; `wasm-opt`'s own.
pub fn stand_in() -> Result<(), Failure> {
    let marked = |source| Failure::File {
        path: unfinished(),
        source,
    };
    std::fs::write(unfinished(), []).map_err(marked)?;
    prune_and_go_on()?;
    std::fs::remove_file(unfinished()).map_err(marked)
}

fn prune_and_go_on() -> Result<(), Failure> {
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if std::env::var_os(LEFT_LARGE).is_some() {
        arguments.retain(|argument| !makes_smaller(argument));
    }
    if let Some(program) = arguments.first().map(Path::new).filter(|path| path.is_file()) {
        prune(program)?;
    }
    let own = folder();
    let search = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&search).filter(|folder| *folder != own);
    let mut wasm_opt = command(WASM_OPT);
    wasm_opt.env("PATH", std::env::join_paths(others).unwrap_or_default());
    run(wasm_opt.args(arguments))
}

fn prune(path: &Path) -> Result<(), Failure> {
    let program = std::fs::read(path).map_err(|source| Failure::File {
        path: path.to_owned(),
        source,
    })?;
    let pruned = pruned(&program).ok_or_else(|| Failure::Unexpected {
        what: format!(
            "{} names no function that prints stacks. Is `strip` set for wasm-release in Cargo.toml?",
            path.display()
        ),
    })?;
    replace(path, &pruned)
}

/// The program with the functions that never run failing. `None` when it is not understood, or names none.
fn pruned(program: &[u8]) -> Option<Vec<u8>> {
    let (header, sections) = wasm::sections(program)?;
    let of_kind = |wanted: u8| sections.iter().find(|(kind, _)| *kind == wanted);
    let before = of_kind(IMPORTS).map_or(Some(0), |(_, section)| imported(section))?;
    let names = sections.iter().filter(|(kind, _)| *kind == CUSTOM);
    let names = names.filter_map(|(_, section)| names_of_functions(section));
    let mut names = names.reduce(|names, _| names)?;
    for (_, name) in &mut names {
        *name = format!("{:#}", rustc_demangle::demangle(name));
    }
    let adds = |(_, name): &(usize, String)| {
        name.contains(ADDS_TO_THE_HEAD) && USED_BY_ALL.iter().all(|used| !name.contains(used))
    };
    let of_the_head = (!names.iter().any(adds)).then_some(OF_THE_HEAD);
    let unused: Vec<(&str, &str)> = UNUSED.into_iter().chain(of_the_head).collect();
    let unused = names.iter().filter(|(_, name)| is_one_of(name, &unused));
    let unused: BTreeSet<usize> = unused.map(|(number, _)| *number).collect();
    (!unused.is_empty()).then_some(())?;
    let stand_ins = stand_ins(&names);
    let mut written = header.to_vec();
    for (kind, mut section) in sections {
        match kind {
            EXPORTS => write_section(&mut written, kind, &called(section)?),
            CODE => {
                let bodies = list(&mut section, bytes)?;
                let mut code = Vec::new();
                write_number(&mut code, bodies.len());
                for (number, body) in (before..).zip(bodies) {
                    let is_out = unused.contains(&number) && body.len() >= LEN_MIN;
                    let stand_in = stand_ins.get(&number).map(Vec::as_slice);
                    let body = stand_in.unwrap_or(if is_out { &FAILS } else { body });
                    write_number(&mut code, body.len());
                    code.extend(body);
                }
                write_section(&mut written, kind, &code);
            }
            _ => write_section(&mut written, kind, section),
        }
    }
    Some(written)
}

/// Whether a function is one of these itself. That its name speaks of them is not enough: it may be a generic one that was made for
/// them, and is used by all.
fn is_one_of(name: &str, unused: &[(&str, &str)]) -> bool {
    let own = name.trim_start_matches(['<', '&']);
    let mut unused = unused.iter();
    unused.any(|(begins, and)| own.strip_prefix(begins).is_some_and(|rest| rest.contains(and)))
}

/// Of each function for which another stands in: a body that has no variables, and calls that.
fn stand_ins(names: &[(usize, String)]) -> BTreeMap<usize, Vec<u8>> {
    let find = |wanted: &str| names.iter().find(|(_, name)| name == wanted).map(|(number, _)| *number);
    let stand_in = |(name, other, arguments): (&str, &str, &[u8])| {
        let (number, other) = (find(name)?, find(other)?);
        let mut body = vec![0x00];
        for argument in arguments {
            body.extend([0x20, *argument]);
        }
        body.push(0x10);
        write_number(&mut body, other);
        body.push(0x0b);
        Some((number, body))
    };
    STAND_INS.into_iter().filter_map(stand_in).collect()
}

/// A section of exports without those that nobody calls.
fn called(mut section: &[u8]) -> Option<Vec<u8>> {
    let mut exports = list(&mut section, export)?;
    exports.retain(|(name, ..)| !NOT_CALLED.iter().any(|begins| name.starts_with(begins)));
    let mut written = Vec::new();
    write_number(&mut written, exports.len());
    for (name, kind, number) in exports {
        write_export(&mut written, &name, kind, number);
    }
    Some(written)
}

/// Functions' numbers and names, if this is the section of names.
fn names_of_functions(mut section: &[u8]) -> Option<Vec<(usize, String)>> {
    (text(&mut section)? == NAMES).then_some(())?;
    while let [kind, rest @ ..] = section {
        section = rest;
        let mut part = bytes(&mut section)?;
        if *kind == FUNCTION_NAMES {
            return list(&mut part, |part| Some((number(part)?, text(part)?)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::program;
    use crate::wasm::FUNCTION;

    const PRINTER: &str = "_RNvMs_NtCshash_14rustc_demangle2v0NtB4_7Printer10print_path";

    #[test]
    fn what_prints_a_stack_fails_and_all_else_stays() {
        let long = [1; LEN_MIN];
        let names = [
            PRINTER,
            "_RNvNtCshash_14rustc_demangle2v010basic_type",
            // One of the vector's, made in that crate.
            "_RNvMs_NtCshash_5alloc7raw_vecINtB4_6RawVechE8grow_oneCshash_14rustc_demangle",
            "_RNvMNtCshash_3std9backtraceNtB2_9Backtrace7capture",
        ];
        let whole = program(&[(7, &long), (3, &[0, 2, 11]), (7, &long), (7, &long)], &names);
        let without = program(&[(7, &FAILS), (3, &[0, 2, 11]), (7, &long), (7, &long)], &names);
        assert_eq!(pruned(&whole), Some(without));
    }

    #[test]
    fn of_a_type_only_the_functions_that_never_run_fail() {
        let is_unused = |name: &str| is_one_of(name, &UNUSED);
        let document = |method| {
            let document = "<dioxus_web::document::WebDocument as dioxus_document::document::Document>::";
            is_unused(&[document, method].concat())
        };
        assert_eq!(["eval", "set_title", "create_link"].map(document), [true, false, false]);
        let keyboard = |method| {
            let keyboard = "<dioxus_web::events::Synthetic<KeyboardEvent> as dioxus_html::HasKeyboardData>::";
            is_unused(&[keyboard, method].concat())
        };
        assert_eq!(["code", "key"].map(keyboard), [true, false]);
    }

    #[test]
    fn where_a_component_adds_to_the_head_what_it_takes_stays() {
        let long = [1; LEN_MIN];
        let create = "<dioxus_web::document::WebDocument as dioxus_document::document::Document>::create_link";
        let pruned_with = |component| {
            let names = [create, PRINTER, component];
            pruned(&program(&[(7, &long), (7, &long), (7, &long)], &names))
        };
        let program = |first: &[u8], component| {
            let names = [create, PRINTER, component];
            Some(program(&[(7, first), (7, &FAILS), (7, &long)], &names))
        };
        let (helper, link) = ["extend_attributes", "link::Link"]
            .map(|name| [ADDS_TO_THE_HEAD, name].concat())
            .into();
        assert_eq!(pruned_with(&helper), program(&FAILS, &helper));
        assert_eq!(pruned_with(&link), program(&long, &link));
    }

    #[test]
    fn another_stands_in_for_a_function_where_both_are_there() {
        let [(name, other, _), .., (_, _, arguments)] = STAND_INS;
        assert_eq!(arguments, [0, 1]);
        let functions: [(u8, &[u8]); 3] = [(7, &[0, 11]), (7, &[0, 11]), (7, &[1; LEN_MIN])];
        let stands_in = [0x00, 0x20, 0, 0x20, 1, 0x10, 2, 0x0b];
        let after: [(u8, &[u8]); 3] = [(7, &stands_in), (7, &[0, 11]), (7, &FAILS)];
        let names = [name, other, PRINTER];
        assert_eq!(pruned(&program(&functions, &names)), Some(program(&after, &names)));
        let names = [name, "x", PRINTER];
        let after = [functions[0], functions[1], after[2]];
        assert_eq!(pruned(&program(&functions, &names)), Some(program(&after, &names)));
    }

    #[test]
    fn what_is_exported_for_nobody_is_exported_no_more() {
        let exports = |names: &[&str]| {
            let mut section = vec![names.len() as u8];
            for name in names {
                write_export(&mut section, name, FUNCTION, 5);
            }
            section
        };
        let before = exports(&[
            "memory",
            "intounderlyingsink_write",
            "__wbindgen_malloc",
            "__ASSETS__12",
        ]);
        assert_eq!(called(&before), Some(exports(&["memory", "__wbindgen_malloc"])));
    }

    #[test]
    fn a_program_that_is_none_or_has_no_such_names_is_refused() {
        let whole = program(&[(0, &[0, 11])], &[PRINTER]);
        assert!(pruned(&whole).is_some());
        assert_eq!(pruned(&whole[..whole.len() - 1]), None);
        assert_eq!(pruned(&program(&[(0, &[0, 11])], &["main"])), None);
        assert_eq!(pruned(&program(&[(0, &[0, 11])], &[])), None);
    }
}
