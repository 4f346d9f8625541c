//! Short names between the page's program and its JavaScript.
//!
//! `wasm-bindgen` calls each function that the program imports by a long name with a hash in it. Three hundred of them, once in
//! either file, are the part of the page that can't be compressed: seven kilobytes. Nobody else calls them. Nor the dozen functions
//! that the program exports under the compiler's names. And what the script has for functions that were pruned is left out of it.
//!
//! A file of a build is kept by browsers for ever under the name that `dx` gave it for what was in it before. So whoever changes
//! how names are chosen here changes what the two files are called, too.

use crate::bundle;
use crate::shell::{Failure, command, run};
use crate::wasm::{
    self, CUSTOM, EXPORTS, FUNCTION, IMPORTS, export, list, number, text, write_export, write_number, write_section,
    write_text,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How the imports of `wasm-bindgen` begin, and how the compiler's own names do.
const PREFIX: &str = "__wb";
const COMPILED: &str = "_R";

/// Compresses each file anew, beside it, as `dx` has done. A program is more like a font than like a text.
pub const COMPRESS: &str = "const { readFileSync, writeFileSync } = require('fs');
const { brotliCompressSync, constants: c } = require('zlib');
for (const file of process.argv.slice(1)) {
  const mode = file.endsWith('.wasm') ? c.BROTLI_MODE_FONT : c.BROTLI_MODE_TEXT;
  writeFileSync(file + '.br', brotliCompressSync(readFileSync(file), { params: { [c.BROTLI_PARAM_MODE]: mode } }));
}";

/// Shortens the names in the release build's page.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Unexpected`] when the build does not look as it should.
pub fn shorten() -> Result<(), Failure> {
    let folder = bundle::folder().join("public/assets");
    let (wasm, script) = (only(&folder, "wasm")?, only(&folder, "js")?);
    let program = std::fs::read(&wasm).map_err(|source| file(&wasm, source))?;
    let text = crate::shell::read(&script)?;
    let (program, names) = renamed(&program).ok_or_else(|| Failure::Unexpected {
        what: format!("{} is not a program as this task knows them", wasm.display()),
    })?;
    // The longest first: one may be another's beginning.
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|(long, _)| std::cmp::Reverse(long.len()));
    let text = names.iter().fold(text, |text, (long, short)| text.replace(long, short));
    let text = without_unused(&text).ok_or_else(|| Failure::Unexpected {
        what: format!("{} is not a script as this task knows them", script.display()),
    })?;
    // The script first: a task that was ended in between finds the same names in the program again.
    replace(&script, text.as_bytes())?;
    replace(&wasm, &program)?;
    run(command("node").args(["-e", COMPRESS, "--"]).args([&wasm, &script]))
}

fn file(path: &Path, source: std::io::Error) -> Failure {
    let path = path.to_owned();
    Failure::File { path, source }
}

/// Writes a file whole, or leaves the one that is there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let new = path.with_extension("new");
    std::fs::write(&new, bytes).map_err(|source| file(&new, source))?;
    std::fs::rename(&new, path).map_err(|source| file(path, source))
}

/// The one file of a kind in a folder.
pub fn only(folder: &Path, extension: &str) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|source| file(folder, source))?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files = files.filter(|path| path.extension().is_some_and(|found| found == extension));
    match (files.next(), files.next()) {
        (Some(path), None) => Ok(path),
        _ => Err(Failure::Unexpected {
            what: format!("{} should hold one .{extension} file", folder.display()),
        }),
    }
}

/// The program with its imports and exports renamed, and what was renamed to what. `None` when it is not understood.
fn renamed(program: &[u8]) -> Option<(Vec<u8>, BTreeMap<String, String>)> {
    let mut names = BTreeMap::new();
    let (header, sections) = wasm::sections(program)?;
    let mut written = header.to_vec();
    for (kind, section) in sections {
        match kind {
            CUSTOM => {} // for tools: a browser reads none
            IMPORTS => write_section(&mut written, kind, &renamed_imports(section, &mut names)?),
            EXPORTS => write_section(&mut written, kind, &renamed_exports(section, &mut names)?),
            _ => write_section(&mut written, kind, section),
        }
    }
    Some((written, names))
}

fn renamed_imports(mut section: &[u8], names: &mut BTreeMap<String, String>) -> Option<Vec<u8>> {
    let mut written = Vec::new();
    let count = number(&mut section)?;
    write_number(&mut written, count);
    for _ in 0..count {
        let (module, name) = (text(&mut section)?, text(&mut section)?);
        let (kind, after) = section.split_first()?;
        if *kind != FUNCTION {
            return None; // `wasm-bindgen` imports functions alone
        }
        section = after;
        let of_what_type = number(&mut section)?;
        // The hash says which one it is; a name without one may be another's beginning.
        let is_hashed = name.starts_with(PREFIX) && name.len() > 17 && is_hash(&name[name.len() - 17..]);
        let next = names.len();
        let name = if is_hashed {
            names.entry(name).or_insert_with(|| short(next)).clone()
        } else {
            name
        };
        // In the script a module is a key, in quotes; in the program it stands before each of its functions.
        let next = names.len();
        let module = names
            .entry(format!("\"{module}\""))
            .or_insert_with(|| format!("\"{}\"", short(next)));
        for text in [module.trim_matches('"'), name.as_str()] {
            write_text(&mut written, text);
        }
        written.push(FUNCTION);
        write_number(&mut written, of_what_type);
    }
    section.is_empty().then_some(written)
}

fn renamed_exports(mut section: &[u8], names: &mut BTreeMap<String, String>) -> Option<Vec<u8>> {
    let mut written = Vec::new();
    let exports = list(&mut section, export)?;
    write_number(&mut written, exports.len());
    for (mut name, kind, number) in exports {
        if name.starts_with(COMPILED) {
            let next = names.len();
            name = names.entry(name).or_insert_with(|| short(next)).clone();
        }
        write_export(&mut written, &name, kind, number);
    }
    Some(written)
}

/// The script without the functions that still have their long names: the program imports them no more. `None` when one has no end.
fn without_unused(script: &str) -> Option<String> {
    let mut kept = String::new();
    let mut rest = script;
    while let Some(at) = rest.find(FUNCTION_IN_SCRIPT) {
        let (before, function) = rest.split_at(at);
        let name = before.rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let (before, name) = before.split_at(name.map_or(0, |before_name| before_name + 1));
        kept += before;
        let is_unused = name.starts_with(PREFIX) && name.len() > 17 && is_hash(&name[name.len() - 17..]);
        let body = function.find('{')?;
        let len = if is_unused {
            body + len_of_block(&function[body..])?
        } else {
            kept = kept + name + FUNCTION_IN_SCRIPT;
            FUNCTION_IN_SCRIPT.len()
        };
        rest = &function[len..];
        if is_unused {
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
    }
    Some(kept + rest)
}

/// How a function begins, after its name, in the list of those that the script has for the program.
const FUNCTION_IN_SCRIPT: &str = ":function(";

/// From a brace to the one that closes it, with both; none counts in what is quoted.
fn len_of_block(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut is_escaped) = (0, None, false);
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            _ if is_escaped => is_escaped = false,
            ('\\', Some(_)) => is_escaped = true,
            (letter, Some(open)) if letter == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'' | '`', None) => quote = Some(letter),
            ('{', None) => depth += 1,
            ('}', None) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + letter.len_utf8());
        }
    }
    None
}

fn is_hash(end: &str) -> bool {
    end.strip_prefix('_')
        .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// `_0`, `_1`, … in base 36: no word of the language.
fn short(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or_default());
        number /= 36;
        if number == 0 {
            break;
        }
    }
    digits
        .iter()
        .rev()
        .fold("_".to_owned(), |name, digit| name + &digit.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program that imports these functions, and has another section behind.
    fn program(module: &str, names: &[&str]) -> Vec<u8> {
        let mut section = vec![names.len() as u8];
        for name in names {
            for text in [module, name] {
                section.push(text.len() as u8);
                section.extend(text.bytes());
            }
            section.extend([FUNCTION, 3]);
        }
        let mut program = b"\0asm\x01\0\0\0".to_vec();
        program.push(IMPORTS);
        write_number(&mut program, section.len());
        program.extend(section);
        program.extend([3, 2, 1, 0]);
        program
    }

    #[test]
    fn what_has_a_hash_gets_a_short_name_and_all_else_stays() {
        let names = ["__wbg_log_0123456789abcdef", "__wbindgen_init_externref_table"];
        let (after, names) = renamed(&program("./page.js", &names)).expect("it is a program");
        assert_eq!(after, program("_1", &["_0", "__wbindgen_init_externref_table"]));
        let renamed = [("__wbg_log_0123456789abcdef", "_0"), ("\"./page.js\"", "\"_1\"")];
        let renamed = renamed.map(|(long, short)| (long.to_owned(), short.to_owned()));
        assert_eq!(names, BTreeMap::from(renamed));
    }

    #[test]
    fn what_is_exported_under_a_compiled_name_gets_a_short_one() {
        let exports = |names: &[&str]| {
            let mut section = vec![names.len() as u8];
            for name in names {
                write_export(&mut section, name, FUNCTION, 7);
            }
            section
        };
        let mut names = BTreeMap::from([("__wbg_log_0123456789abcdef".to_owned(), short(0))]);
        let after = renamed_exports(&exports(&["memory", "_RNvC1x4main"]), &mut names);
        assert_eq!(after, Some(exports(&["memory", "_1"])));
        assert_eq!(names.get("_RNvC1x4main").map(String::as_str), Some("_1"));
    }

    #[test]
    fn what_is_not_imported_is_not_in_the_script() {
        let script =
            |functions: &str| ["return{\"_1\":{__proto__:null", functions, "}};function f(s){return s}"].concat();
        let unused = r#"__wbg_log_0123456789abcdef:function(t){let e={a:"}"};return`${e}{`}"#;
        let [first, last] = ["_0:function(t){return{}}", "__wbindgen_init:function(){return t}"];
        let before = script(&[",", first, ",", unused, ",", last].concat());
        assert_eq!(without_unused(&before), Some(script(&[",", first, ",", last].concat())));
        assert_eq!(without_unused(&before[..before.len() / 2]), None, "it has no end");
        assert_eq!(without_unused("let a=1;").as_deref(), Some("let a=1;"));
    }

    #[test]
    fn no_two_get_one_name() {
        let names: std::collections::BTreeSet<String> = (0..2_000).map(short).collect();
        assert_eq!(names.len(), 2_000);
        assert!(names.contains("_0") && names.contains("_zz"));
    }

    #[test]
    fn what_is_no_program_is_left_alone() {
        let whole = program("./page.js", &["__wbg_log_0123456789abcdef"]);
        for len in [0, 7, 12, whole.len() - 1] {
            assert_eq!(renamed(&whole[..len]), None, "{len} bytes");
        }
    }
}
