//! `cargo xtask size`: what a first visit downloads, against its budget.

use crate::bundle;
use crate::imports::COMPRESS;
use crate::shell::{self, Failure, command};
use std::path::{Path, PathBuf};

/// All wasm and JavaScript of the page, compressed with Brotli, in bytes (a KB is 1,000): at 1.6 Mbit/s, a slow phone link,
/// 2.4 seconds. How it is kept to: `docs/decisions/a-small-page.md`.
const BUDGET: u64 = 485_500;

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

/// What the layer adds to a page, compressed with Brotli, in bytes: the example of `docs/quickstart.md` less a fullstack page that
/// shows one word and calls one server function. Why it is so much: `docs/decisions/a-small-page.md`.
const SHARE_BUDGET: u64 = 259_500;

/// Prints how much of the example's page is the layer.
///
/// # Errors
/// [`Failure::OverBudget`]; [`Failure::Unexpected`] when the two pages were not built.
pub fn share() -> Result<(), Failure> {
    let weight = |folder: PathBuf| {
        let mut files = Vec::new();
        collect(&folder.join("public"), &mut files)?;
        if files.is_empty() {
            return Err(Failure::Unexpected {
                what: "there is no release build of the example yet: `cargo xtask test --only example` makes it".into(),
            });
        }
        shell::run(command("node").args(["-e", COMPRESS, "--"]).args(&files))?;
        compressed(&files).map(|sizes| sizes.iter().sum::<u64>())
    };
    let (with, without) = (weight(bundle::example_folder())?, weight(bundle::empty_folder())?);
    let share = with.saturating_sub(without);
    println!(
        "{:>9} KB  the layer's share: a page on it takes {} KB, one without {} KB; its budget is {} KB",
        kilobytes(share),
        kilobytes(with),
        kilobytes(without),
        kilobytes(SHARE_BUDGET)
    );
    if share > SHARE_BUDGET {
        Err(Failure::OverBudget {
            total: share,
            budget: SHARE_BUDGET,
        })
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

/// What is sent of each file: the build has compressed it already.
fn compressed(files: &[PathBuf]) -> Result<Vec<u64>, Failure> {
    let size = |file: &PathBuf| {
        let sent = PathBuf::from(format!("{}.br", file.display()));
        let found = std::fs::metadata(&sent).map(|found| found.len());
        found.map_err(|source| Failure::File { path: sent, source })
    };
    files.iter().map(size).collect()
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000, bytes % 1_000 / 100)
}
