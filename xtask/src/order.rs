//! Functions that resemble each other stand side by side in the page's program.
//!
//! Brotli writes what it has seen before the shorter, the less far back that is. The compiler leaves a program's five thousand
//! functions in the order in which it came by them; sorted by length, type and content, those that generics have made of one
//! function are neighbours, and the program compresses six kilobytes smaller. `wasm-opt` numbers them anew, by names that are
//! given to them for that.

use crate::bundle;
use crate::imports::{only, replace};
use crate::shell::{Failure, command, run};
use crate::wasm::{
    self, CODE, CUSTOM, FUNCTION_NAMES, FUNCTIONS, IMPORTS, NAMES, bytes, imported, list, number, write_number,
    write_section, write_text,
};

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
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|at| (bodies[*at].len().checked_ilog2(), types[*at], bodies[*at]));
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
    fn what_is_no_program_is_left_alone() {
        let whole = program(&[(0, &[0, 11])], &[]);
        assert!(named(&whole).is_some());
        assert_eq!(named(&whole[..whole.len() - 1]), None);
        assert_eq!(named(b"\0asm"), None);
    }
}
