//! A panic of the page says its file and line, without the column; one in a library its file.
//!
//! Fourteen hundred columns, of which none is like the one before it, are more than a kilobyte of the page, and nobody misses them:
//! a line has one call that fails. The lines of libraries are another one; what they were called with is said by what fails.

use crate::bundle;
use crate::imports::{only, replace};
use crate::shell::Failure;
use crate::wasm::{self, DATA, bytes, number, write_section};

/// Takes out of the release build's page what nobody misses of them.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Unexpected`] when the build does not look as it should.
pub fn shorten() -> Result<(), Failure> {
    let wasm = only(&bundle::folder().join("public/assets"), "wasm")?;
    let program = std::fs::read(&wasm).map_err(|source| Failure::File {
        path: wasm.clone(),
        source,
    })?;
    let shortened = shortened(&program).ok_or_else(|| Failure::Unexpected {
        what: format!("{} is not a program as this task knows them", wasm.display()),
    })?;
    replace(&wasm, &shortened)
}

/// The program with each column zero, and each line of a library. `None` when it is not understood.
fn shortened(program: &[u8]) -> Option<Vec<u8>> {
    let (header, sections) = wasm::sections(program)?;
    let mut written = header.to_vec();
    for (kind, section) in sections {
        let mut section = section.to_vec();
        if kind == DATA {
            for (start, from, to) in pieces(&section)? {
                blank(start, &mut section[from..to]);
            }
        }
        write_section(&mut written, kind, &section);
    }
    Some(written)
}

/// Of each piece of data, the address at which it starts, and from where to where in the section it is.
fn pieces(section: &[u8]) -> Option<Vec<(u32, usize, usize)>> {
    let mut rest = section;
    let count = number(&mut rest)?;
    let piece = |rest: &mut &[u8]| {
        let after = rest.strip_prefix(&[0x00, 0x41])?; // it lies where a number says
        *rest = after;
        let start = u32::try_from(number(rest)?).ok()?;
        *rest = rest.strip_prefix(&[0x0b])?;
        let len = bytes(rest)?.len();
        let to = section.len() - rest.len();
        Some((start, to - len, to))
    };
    (0..count).map(|_| piece(&mut rest)).collect()
}

/// The places in a piece of data: the address and length of a file's name, a line and a column. They are known by the name, which
/// ends as none else does.
fn blank(start: u32, data: &mut [u8]) {
    let word = |data: &[u8], at: usize| data[at..].first_chunk().map(|word| u32::from_le_bytes(*word));
    let mut at = (start as usize).next_multiple_of(4) - start as usize;
    while at + 16 <= data.len() {
        let name = word(data, at).zip(word(data, at + 4)).and_then(|(address, len)| {
            let from = address.checked_sub(start)? as usize;
            data.get(from..from.checked_add(len as usize)?)
        });
        let is_name = name
            .is_some_and(|name| name.ends_with(b".rs") && name.len() < 256 && name.iter().all(u8::is_ascii_graphic));
        let is_line = (1..100_000).contains(&word(data, at + 8).unwrap_or_default());
        let is_column = (1..1_000).contains(&word(data, at + 12).unwrap_or_default());
        if is_name && is_line && is_column {
            let is_own = name.is_some_and(|name| name.starts_with(OWN));
            let from = if is_own { 12 } else { 8 };
            data[at + from..at + 16].fill(0);
            at += 12;
        }
        at += 4;
    }
}

/// How the names of the page's own files begin.
const OWN: &[u8] = b"src/";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::{CODE, write_number};

    fn program(data: &[u8]) -> Vec<u8> {
        let mut section = vec![1, 0x00, 0x41, 0x80, 0x08, 0x0b]; // at 1,024
        write_number(&mut section, data.len());
        section.extend(data);
        let mut program = b"\0asm\x01\0\0\0".to_vec();
        write_section(&mut program, CODE, &[0]);
        write_section(&mut program, DATA, &section);
        program
    }

    fn data(words: [u32; 6]) -> Vec<u8> {
        of_file(b"src/app.rs..", words)
    }

    fn of_file(name: &[u8; 12], words: [u32; 6]) -> Vec<u8> {
        [name.to_vec(), words.into_iter().flat_map(u32::to_le_bytes).collect()].concat()
    }

    #[test]
    fn a_place_loses_its_column_and_all_else_stays() {
        let [before, after] = [17, 0].map(|column| data([7, 1_024, 10, 300, column, 17]));
        assert_eq!(shortened(&program(&before)), Some(program(&after)));
        for other in [
            [7, 1_024, 9, 300, 17, 17],
            [7, 900, 10, 300, 17, 17],
            [7, 1_024, 10, 0, 17, 17],
            [7, 1_024, u32::MAX, 300, 17, 17],
        ] {
            let whole = program(&data(other));
            assert_eq!(shortened(&whole), Some(whole.clone()), "{other:?}");
        }
    }

    #[test]
    fn a_place_in_a_library_loses_its_line_too() {
        let before = of_file(b"lib-1/src.rs", [7, 1_024, 12, 300, 17, 17]);
        let after = of_file(b"lib-1/src.rs", [7, 1_024, 12, 0, 0, 17]);
        assert_eq!(shortened(&program(&before)), Some(program(&after)));
    }

    #[test]
    fn what_is_no_program_is_left_alone() {
        let whole = program(&data([0; 6]));
        assert!(shortened(&whole).is_some());
        assert_eq!(shortened(&whole[..whole.len() - 1]), None);
    }
}
