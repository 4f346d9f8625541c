//! The page's program as bytes: what is read of it and written anew between the compiler and the browser.
//!
//! The format: <https://webassembly.github.io/spec/core/binary/modules.html>.

/// A section of a program that means nothing to who runs it: its names, among others.
pub const CUSTOM: u8 = 0;

/// The section of a program that lists what it imports, and the kind of an import that is a function.
pub const IMPORTS: u8 = 2;
pub const FUNCTION: u8 = 0;

/// The sections of a program that say which type each of its functions has, and what each does.
pub const FUNCTIONS: u8 = 3;
pub const CODE: u8 = 10;

/// The section of what a program exports.
pub const EXPORTS: u8 = 7;

/// The section of what lies in its memory when it starts.
pub const DATA: u8 = 11;

/// What the section of names is called, and the part of it that is the functions'.
pub const NAMES: &str = "name";
pub const FUNCTION_NAMES: u8 = 1;

/// A section of a program: its kind, and what is in it.
pub type Section<'a> = (u8, &'a [u8]);

/// A program's header, and its sections. `None` when it is none.
pub fn sections(program: &[u8]) -> Option<(&[u8], Vec<Section<'_>>)> {
    let (header, mut rest) = program.split_at_checked(8)?;
    let mut sections = Vec::new();
    while let [kind, after @ ..] = rest {
        rest = after;
        sections.push((*kind, bytes(&mut rest)?));
    }
    Some((header, sections))
}

pub fn write_section(written: &mut Vec<u8>, kind: u8, section: &[u8]) {
    written.push(kind);
    write_number(written, section.len());
    written.extend(section);
}

/// A list: how many there are, then each.
pub fn list<'a, T>(section: &mut &'a [u8], item: impl Fn(&mut &'a [u8]) -> Option<T>) -> Option<Vec<T>> {
    (0..number(section)?).map(|_| item(section)).collect()
}

/// Bytes after their length.
pub fn bytes<'a>(section: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = number(section)?;
    let (bytes, rest) = section.split_at_checked(len)?;
    *section = rest;
    Some(bytes)
}

/// How many functions are imported: they are numbered before the program's own. `wasm-bindgen` imports functions alone.
pub fn imported(mut section: &[u8]) -> Option<usize> {
    let import = |section: &mut &[u8]| {
        let _module_and_name = (text(section)?, text(section)?);
        let (kind, rest) = section.split_first()?;
        *section = rest;
        (*kind == FUNCTION).then_some(number(section)?)
    };
    list(&mut section, import).map(|imports| imports.len())
}

/// An export: its name, its kind, and which one of that it is.
pub fn export(section: &mut &[u8]) -> Option<(String, u8, usize)> {
    let name = text(section)?;
    let (kind, rest) = section.split_first()?;
    *section = rest;
    Some((name, *kind, number(section)?))
}

pub fn write_export(written: &mut Vec<u8>, name: &str, kind: u8, number: usize) {
    write_text(written, name);
    written.push(kind);
    write_number(written, number);
}

/// A number in seven bits a byte, the lowest first.
pub fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

pub fn write_number(written: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        written.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    written.push(number as u8);
}

pub fn text(section: &mut &[u8]) -> Option<String> {
    String::from_utf8(bytes(section)?.to_vec()).ok()
}

pub fn write_text(written: &mut Vec<u8>, text: &str) {
    write_number(written, text.len());
    written.extend(text.bytes());
}
