//! The archive behind a program: a tar, its length, and a word by which it is known.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use axum::body::Bytes;

/// The files behind a program, by their paths. `None` where there is no archive.
///
/// # Errors
/// When the program can't be read, or what is behind it is no archive, though it says so.
pub(super) fn read(program: &Path) -> io::Result<Option<BTreeMap<String, Bytes>>> {
    let mut program = File::open(program)?;
    let len = program.metadata()?.len();
    let Some(end) = len.checked_sub(END_LEN as u64) else {
        return Ok(None);
    };
    let mut word = [0; END_LEN];
    program.seek(SeekFrom::Start(end))?;
    program.read_exact(&mut word)?;
    let Some(archive_len) = word.strip_prefix(MARK).and_then(|len| len.try_into().ok()) else {
        return Ok(None);
    };
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is damaged");
    let archive_len = u64::from_le_bytes(archive_len);
    let start = end.checked_sub(archive_len).ok_or_else(damaged)?;
    program.seek(SeekFrom::Start(start))?;
    let mut archive = Vec::new();
    program.take(archive_len).read_to_end(&mut archive)?;
    unpack(&archive.into()).map(Some).ok_or_else(damaged)
}

/// What stands behind an archive of that length: with it, the last bytes of a program that has one.
#[cfg(test)]
pub(super) fn end(archive_len: u64) -> Vec<u8> {
    [MARK, &archive_len.to_le_bytes()].concat()
}

/// The files of a tar, as `tar --format=ustar` writes it: a block that names each, then the bytes of it, in blocks.
fn unpack(archive: &Bytes) -> Option<BTreeMap<String, Bytes>> {
    let mut files = BTreeMap::new();
    let mut rest = archive.clone();
    loop {
        let head = rest.get(..BLOCK)?;
        if head.iter().all(|byte| *byte == 0) {
            return Some(files);
        }
        let (name, folder) = (text(&head[..100])?, text(&head[345..500])?);
        let len = usize::from_str_radix(text(&head[124..136])?.trim(), 8).ok()?;
        let kind = head[156];
        let next = BLOCK + len.next_multiple_of(BLOCK);
        if rest.len() < next {
            return None;
        }
        if kind == b'0' {
            let path = [folder, if folder.is_empty() { "" } else { "/" }, name].concat();
            let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
            files.insert(path, rest.slice(BLOCK..BLOCK + len));
        }
        rest = rest.slice(next..);
    }
}

/// A field: up to its first zero.
fn text(field: &[u8]) -> Option<&str> {
    let len = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    std::str::from_utf8(&field[..len]).ok()
}

const BLOCK: usize = 512;
/// `xtask/src/dist.rs` writes the same.
const MARK: &[u8] = b"tideboard's page";
const END_LEN: usize = MARK.len() + size_of::<u64>();
