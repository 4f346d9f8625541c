//! A folder of one's own.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// On the disk that the build is on, and gone with its owner.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("folder-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the build folder can be written to");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the build folder: not worth failing for.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
