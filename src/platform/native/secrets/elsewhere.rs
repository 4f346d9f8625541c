//! A file in the person's own folder, whose rights it has.

use std::{fs, io, path::Path};

pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)
}

pub fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}
