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
    self, CODE, CUSTOM, FUNCTION_NAMES, IMPORTS, NAMES, bytes, imported, list, number, text, write_number,
    write_section,
};
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// How the names begin and end of what never runs.
const UNUSED: [(&str, &str); 8] = [
    // Prints a stack.
    ("rustc_demangle::", ""),
    ("std::backtrace_rs::", ""),
    ("anyhow::fmt::<impl anyhow::error::ErrorImpl>::", "debug"),
    // Reads a file that a person gives to a form: no form of ours asks for one.
    ("dioxus_web::files::", ""),
    // Names the place of a key on a keyboard: it knows 250 of them.
    ("dioxus_web::events::keyboard::", "::code"),
    // Runs a script, and reads what that answers.
    ("dioxus_web::document::WebDocument as ", "::eval"),
    ("dioxus_web::document::WebEvaluator", ""),
    // Hands a stream of ours to the browser. A page exports it, and so it is there.
    ("intounderlying", ""),
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
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
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
    let names = names.reduce(|names, _| names)?;
    let unused = |(number, name): (usize, String)| is_unused(&name).then_some(number);
    let unused: BTreeSet<usize> = names.into_iter().filter_map(unused).collect();
    (!unused.is_empty()).then_some(())?;
    let mut written = header.to_vec();
    for (kind, mut section) in sections {
        if kind != CODE {
            write_section(&mut written, kind, section);
            continue;
        }
        let bodies = list(&mut section, bytes)?;
        let mut code = Vec::new();
        write_number(&mut code, bodies.len());
        for (number, body) in (before..).zip(bodies) {
            let is_out = unused.contains(&number) && body.len() >= LEN_MIN;
            let body = if is_out { &FAILS } else { body };
            write_number(&mut code, body.len());
            code.extend(body);
        }
        write_section(&mut written, kind, &code);
    }
    Some(written)
}

/// Whether a function is one of these itself. That its compiled name speaks of them is not enough: it may be a generic one
/// that was made for them, and is used by all.
fn is_unused(compiled: &str) -> bool {
    let name = format!("{:#}", rustc_demangle::demangle(compiled));
    let own = name.trim_start_matches(['<', '&']);
    let mut unused = UNUSED.iter();
    unused.any(|(begins, ends)| own.starts_with(begins) && own.ends_with(ends))
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
        let [eval, title] = [
            "<dioxus_web::document::WebDocument as dioxus_document::document::Document>::eval",
            "<dioxus_web::document::WebDocument as dioxus_document::document::Document>::set_title",
        ];
        assert_eq!([is_unused(eval), is_unused(title)], [true, false]);
        let [code, key] = ["code", "key"].map(|method| ["<dioxus_web::events::keyboard::Typed>::", method].concat());
        assert_eq!([is_unused(&code), is_unused(&key)], [true, false]);
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
