//! Functions that resemble each other stand side by side in the page's program.
//!
//! Brotli writes what it has seen before the shorter, the less far back that is. The compiler leaves a program's five thousand
//! functions in the order in which it came by them; where each is followed by the one that has most in common with it, those that
//! generics have made of one function are neighbours, and the program compresses seven kilobytes smaller. `wasm-opt` numbers them anew,
//! by names that are given to them for that.

use crate::bundle;
use crate::imports::{only, replace};
use crate::shell::{Failure, command, run};
use crate::wasm::{
    self, CODE, CUSTOM, FUNCTION_NAMES, FUNCTIONS, IMPORTS, NAMES, bytes, imported, list, number, write_number,
    write_section, write_text,
};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// What the compiler uses of WebAssembly.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
];

/// Sorts the functions of the release build's page.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Unexpected`] when the build does not look as it should; `wasm-opt`'s own.
pub fn sort() -> Result<(), Failure> {
    let wasm = only(&bundle::folder().join("public/assets"), "wasm")?;
    let program = std::fs::read(&wasm).map_err(|source| Failure::File {
        path: wasm.clone(),
        source,
    })?;
    let named = named(&program).ok_or_else(|| Failure::Unexpected {
        what: format!("{} is not a program as this task knows them", wasm.display()),
    })?;
    replace(&wasm, &named)?;
    run(command("wasm-opt")
        .arg(&wasm)
        .args(FEATURES)
        .args(["--reorder-functions-by-name", "--strip-debug", "--output"])
        .arg(&wasm))
}

/// The program with each function named by its place in the new order. `None` when it is not understood.
fn named(program: &[u8]) -> Option<Vec<u8>> {
    let (mut types, mut bodies, mut before) = (Vec::new(), Vec::new(), 0);
    let (header, sections) = wasm::sections(program)?;
    let mut written = header.to_vec();
    for (kind, mut section) in sections {
        if kind == CUSTOM {
            continue; // its names would be others
        }
        write_section(&mut written, kind, section);
        match kind {
            IMPORTS => before = imported(section)?,
            FUNCTIONS => types = list(&mut section, number)?,
            CODE => bodies = list(&mut section, bytes)?,
            _ => {}
        }
    }
    if types.len() != bodies.len() {
        return None;
    }
    let order = chained(sorted(&types, &bodies), &bodies);
    let mut names = Vec::new();
    write_number(&mut names, order.len());
    let mut places: Vec<(usize, usize)> = order.into_iter().zip(0..).collect();
    places.sort_unstable();
    for (function, place) in places {
        write_number(&mut names, before + function);
        write_text(&mut names, &format!("{place:06}"));
    }
    let mut section = Vec::new();
    write_text(&mut section, NAMES);
    write_section(&mut section, FUNCTION_NAMES, &names);
    write_section(&mut written, CUSTOM, &section);
    Some(written)
}

/// Functions by their length, type and content.
fn sorted(types: &[usize], bodies: &[&[u8]]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|at| (bodies[*at].len().checked_ilog2(), types[*at], bodies[*at]));
    order
}

/// Functions in an order in which each is followed by the one that has most in common with it, or by the next that there was, where
/// none has a tenth.
fn chained(before: Vec<usize>, bodies: &[&[u8]]) -> Vec<usize> {
    let runs: Vec<HashSet<&[u8]>> = bodies.iter().map(|body| body.windows(RUN_LEN).collect()).collect();
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for at in &before {
        for run in &runs[*at] {
            holders.entry(*run).or_default().push(*at);
        }
    }
    // What all have says nothing.
    holders.retain(|_, holders| (2..=HOLDERS_LEN_MAX).contains(&holders.len()));
    let mut places = vec![0; bodies.len()];
    for (place, at) in before.iter().enumerate() {
        places[*at] = place;
    }
    let mut is_placed = vec![false; bodies.len()];
    let mut order = Vec::with_capacity(before.len());
    for first in before {
        let mut next = (!is_placed[first]).then_some(first);
        while let Some(at) = next {
            is_placed[at] = true;
            order.push(at);
            let mut common: HashMap<usize, usize> = HashMap::new();
            let others = runs[at].iter().filter_map(|run| holders.get(run)).flatten();
            for other in others.filter(|other| !is_placed[**other]) {
                *common.entry(*other).or_default() += 1;
            }
            let share = |(other, common): (usize, usize)| {
                let share = 1_000_000 * common / (runs[at].len() + runs[other].len() - common);
                (share > SHARE_MIN).then_some((share, Reverse(places[other]), other))
            };
            next = common.into_iter().filter_map(share).max().map(|(.., other)| other);
        }
    }
    order
}

/// So many bytes in a row are the least that functions have in common; in so many of them at most; and the share of all of theirs, in
/// millionths, from which two resemble each other. Tried out.
const RUN_LEN: usize = 6;
const HOLDERS_LEN_MAX: usize = 40;
const SHARE_MIN: usize = 100_000;

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::wasm::FUNCTION;

    /// A program with one import, functions of these types and contents, and a section of names.
    pub fn program(functions: &[(u8, &[u8])], names: &[&str]) -> Vec<u8> {
        let mut program = b"\0asm\x01\0\0\0".to_vec();
        let mut add = |kind: u8, section: &[u8]| write_section(&mut program, kind, section);
        add(IMPORTS, &[1, 1, b'm', 1, b'i', FUNCTION, 0]);
        let count = functions.len() as u8;
        add(
            FUNCTIONS,
            &[
                &[count],
                &functions.iter().map(|(kind, _)| *kind).collect::<Vec<_>>()[..],
            ]
            .concat(),
        );
        let mut code = vec![count];
        for (_, body) in functions {
            write_number(&mut code, body.len());
            code.extend(*body);
        }
        add(CODE, &code);
        if !names.is_empty() {
            let mut list = vec![names.len() as u8];
            for (at, name) in names.iter().enumerate() {
                list.push(at as u8 + 1);
                write_text(&mut list, name);
            }
            let mut section = b"\x04name".to_vec();
            write_section(&mut section, FUNCTION_NAMES, &list);
            add(CUSTOM, &section);
        }
        program
    }

    #[test]
    fn functions_are_named_in_the_order_of_length_type_and_content() {
        let functions: [(u8, &[u8]); 4] = [
            (7, &[0, 9, 9, 9, 11]),
            (3, &[0, 2, 11]),
            (7, &[0, 1, 11]),
            (3, &[0, 1, 11]),
        ];
        let names = ["000003", "000001", "000002", "000000"];
        assert_eq!(named(&program(&functions, &[])), Some(program(&functions, &names)));
        assert_eq!(
            named(&program(&functions, &["x"; 4])),
            Some(program(&functions, &names)),
            "old names go"
        );
    }

    #[test]
    fn after_a_function_comes_the_one_that_resembles_it() {
        let own = |first: u8| (first..first + 20).collect::<Vec<u8>>();
        let bodies = [own(0), own(40), [own(0), vec![99]].concat(), own(80)];
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        assert_eq!(chained(vec![0, 1, 2, 3], &bodies), [0, 2, 1, 3]);
        assert_eq!(chained(vec![3, 2, 1, 0], &bodies), [3, 2, 0, 1]);
    }

    #[test]
    fn what_is_no_program_is_left_alone() {
        let whole = program(&[(0, &[0, 11])], &[]);
        assert!(named(&whole).is_some());
        assert_eq!(named(&whole[..whole.len() - 1]), None);
        assert_eq!(named(b"\0asm"), None);
    }
}
