//! `cargo xtask size`: what a first visit downloads, against its budget.

use crate::bundle;
use crate::shell::{Failure, answer, command};
use std::path::{Path, PathBuf};

/// All wasm and JavaScript of the page, compressed with Brotli, in bytes (a KB is 1,000). At 1.6 Mbit/s, a slow phone
/// link, this is two seconds.
const BUDGET: u64 = 420_000;

/// Compresses each file with Node's Brotli at its best level, as the server sends it; prints one size a line.
const COMPRESS: &str = "const { readFileSync } = require('fs'); const { brotliCompressSync } = require('zlib');
for (const file of process.argv.slice(1)) console.log(brotliCompressSync(readFileSync(file)).length);";

/// Prints the size of each file of the release build, and the total.
///
/// # Errors
/// [`Failure::OverBudget`]; [`Failure::Unexpected`] when there is no release build to measure.
pub fn run() -> Result<(), Failure> {
    let public = bundle::folder().join("public");
    let mut files = Vec::new();
    collect(&public, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Failure::Unexpected {
            what: "there is no release build yet: `cargo xtask test --only web` makes it".into(),
        });
    }
    let sizes = compressed(&files)?;
    for (file, size) in files.iter().zip(&sizes) {
        println!(
            "{:>9} KB  {}",
            kilobytes(*size),
            file.strip_prefix(&public).unwrap_or(file).display()
        );
    }
    let total = sizes.iter().sum();
    println!(
        "{:>9} KB  in all, Brotli; the budget is {} KB",
        kilobytes(total),
        kilobytes(BUDGET)
    );
    if total > BUDGET {
        Err(Failure::OverBudget { total, budget: BUDGET })
    } else {
        Ok(())
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry
            .map_err(|source| Failure::File {
                path: folder.to_owned(),
                source,
            })?
            .path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_dir() {
            collect(&path, files)?;
        } else if matches!(extension, Some("wasm" | "js" | "mjs")) {
            files.push(path);
        }
    }
    Ok(())
}

fn compressed(files: &[PathBuf]) -> Result<Vec<u64>, Failure> {
    let unreadable = || Failure::Unexpected {
        what: "the sizes could not be measured. Does `node --version` work?".into(),
    };
    let text = answer(command("node").args(["-e", COMPRESS, "--"]).args(files)).ok_or_else(unreadable)?;
    let sizes: Vec<u64> = text.lines().filter_map(|line| line.parse().ok()).collect();
    if sizes.len() == files.len() {
        Ok(sizes)
    } else {
        Err(unreadable())
    }
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000, bytes % 1_000 / 100)
}
