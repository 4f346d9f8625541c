//! The release build: the page and the server that serves it.

use crate::shell::{self, Failure, command, read, root, target};
use crate::{building, imports, order, places, preload, prune, sources, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The example of an app on the layer: what a newcomer starts from.
pub const EXAMPLE: &str = "own-app";

/// A fullstack app without the layer: what the layer weighs is weighed against it.
pub const EMPTY: &str = "empty-page";

/// The folder with the released `server` and, beside it, the page in `public/`.
pub fn folder() -> PathBuf {
    folder_of("tideboard")
}

/// The same of the example.
pub fn example_folder() -> PathBuf {
    folder_of(EXAMPLE)
}

/// The same of a page without the layer.
pub fn empty_folder() -> PathBuf {
    folder_of(EMPTY)
}

/// The same of the release before this one.
pub fn previous_folder() -> PathBuf {
    target().join("dx/tideboard/previous")
}

fn folder_of(package: &str) -> PathBuf {
    target().join("dx").join(package).join("release/web")
}

/// Builds the page and the server in release, after installing what that needs.
///
/// # Errors
/// The failure of an installer or of the build.
pub fn build() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    let _turn = take_turn("release")?;
    println!("building the page and the server: about 6 minutes the first time on two cores, then as much as changed");
    let of = sources::state();
    clear(&aside())?;
    release("tideboard", Of::Now)?;
    places::shorten()?;
    order::sort()?;
    imports::shorten()?;
    preload::add()?;
    sources::note(&folder(), &of)
}

/// The same, or nothing where what is built was built of what is there: the page's program is made smaller anew by each build, which takes a
/// minute.
///
/// # Errors
/// As [`build`].
pub fn build_what_changed() -> Result<(), Failure> {
    // Somebody else may be at it.
    drop(take_turn("release")?);
    if sources::is_built(&folder(), &sources::state()) {
        println!("nothing has changed since the page and the server were built");
        return Ok(());
    }
    build()
}

/// Builds the server with a C library of its own in it: one file for every Linux on this processor. Gives its program.
///
/// `dx` clears the folder of the page for it: that is to be built after it.
///
/// # Errors
/// As [`build`].
pub fn build_static() -> Result<PathBuf, Failure> {
    let _turn = building::take_turn(&[(tools::STATIC_TARGET, "server-release")])?;
    println!(
        "building the server for every Linux: about 5 minutes the first time on two cores, then as much as changed"
    );
    // By `dx`, which writes into it what the page's files are called.
    sources::forget(&folder());
    loosen(&folder().join("server"))?;
    building::run(dx().args([
        "build",
        "--server",
        "--release",
        "--debug-symbols",
        "false",
        "--package",
        "tideboard",
        "--target",
        tools::STATIC_TARGET,
    ]))?;
    let (built, kept) = (folder().join("server"), target().join("dx/tideboard/static-server"));
    std::fs::copy(&built, &kept).map_err(|source| Failure::File { path: built, source })?;
    Ok(kept)
}

/// Builds the example in release, and a page without the layer, with the same profiles and flags: what they depend on is compiled
/// once.
///
/// # Errors
/// As [`build`].
pub fn build_example() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    let _turn = take_turn("release")?;
    println!("building the example: about 3 minutes where the page was built before, then as much as changed");
    release(EXAMPLE, Of::Now)?;
    release(EMPTY, Of::Now)
}

/// Builds the page and the server as the release before this one, for tests that play both: all that they depend on is compiled once.
///
/// # Errors
/// As [`build`].
pub fn build_previous() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    let _turn = take_turn("release")?;
    println!("building the release before this one: about 3 minutes where the page was built before");
    // `dx` builds it where it builds this one, which is put aside so long. What lies there already was left by a build that was killed.
    let here = folder();
    if !aside().exists() {
        shift(&here, &aside())?;
    }
    let built = release("tideboard", Of::Before);
    let kept = built.and_then(|()| shift(&here, &previous_folder()));
    // Whatever became of it: nobody takes it for this one.
    clear(&here)?;
    shift(&aside(), &here)?;
    kept
}

/// Where this release is while the one before it is built.
fn aside() -> PathBuf {
    folder().with_extension("aside")
}

/// Moves a folder, if it is there, to where nothing is kept.
fn shift(from: &Path, to: &Path) -> Result<(), Failure> {
    if !from.exists() {
        return Ok(());
    }
    clear(to)?;
    std::fs::rename(from, to).map_err(|source| Failure::File {
        path: from.to_owned(),
        source,
    })
}

fn clear(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|source| Failure::File {
            path: folder.to_owned(),
            source,
        })?;
    }
    Ok(())
}

/// Waits until nothing else builds what `dx` does in these profiles: `release`, or `dev`.
///
/// # Errors
/// [`Failure::File`] and [`Failure::Unexpected`].
pub fn take_turn(kind: &str) -> Result<building::Turn, Failure> {
    let (page, server) = (format!("wasm-{kind}"), format!("server-{kind}"));
    building::take_turn(&[("wasm32-unknown-unknown", &page), (&shell::host()?, &server)])
}

/// Which release.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// This one.
    Now,
    /// The one before it. Nobody weighs its page.
    Before,
}

fn release(package: &str, of: Of) -> Result<(), Failure> {
    sources::forget(&folder_of(package));
    // `dx` leaves what earlier builds called by another hash; it would be measured, and kept for ever.
    clear(&folder_of(package).join("public"))?;
    loosen(&folder_of(package).join("server"))?;
    place_public()?;
    // Symbols for a debugger bring checks into the JavaScript; names stay until `wasm-opt` has read them.
    let mut build = dx();
    build
        .args([
            "build",
            "--web",
            "--release",
            "--debug-symbols",
            "false",
            "--keep-names",
        ])
        .args(["--package", package])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags())
        .env("PATH", prune::path(&shell::search_path())?);
    if of == Of::Before {
        build.args(["--features", "previous"]).env(prune::LEFT_LARGE, "1");
    }
    building::run(&mut build)?;
    leave_typefaces_as_they_are(&folder_of(package).join("public/assets"))?;
    if prune::is_done() {
        Ok(())
    } else {
        Err(Failure::Unexpected {
            what: "`wasm-opt` has failed on the page's program; target/build.log says why".to_owned(),
        })
    }
}

/// Lets a server of the last build run on while the next one is put in its place: a system writes to no program that runs.
fn loosen(server: &Path) -> Result<(), Failure> {
    if !server.exists() {
        return Ok(());
    }
    let before = server.with_extension("before");
    let loosened = std::fs::rename(server, &before).and_then(|()| std::fs::copy(&before, server));
    let loosened = loosened.and_then(|_| std::fs::remove_file(&before));
    loosened.map_err(|source| Failure::File {
        path: server.to_owned(),
        source,
    })
}

/// A typeface is compressed already: compressed once more, as `dx` does with all that it finds, it is larger.
fn leave_typefaces_as_they_are(assets: &Path) -> Result<(), Failure> {
    let failed = |source| Failure::File {
        path: assets.to_owned(),
        source,
    };
    if !assets.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(assets).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.to_string_lossy().ends_with(".woff2.br") {
            std::fs::remove_file(&path).map_err(failed)?;
        }
    }
    Ok(())
}

/// The page's typeface, as npm calls it.
const TYPEFACE: &str = "@fontsource-variable/hanken-grotesk";

/// Puts the page's typeface, with its licence, and what is in `public/` where `dx` takes files from that are served under their
/// own names (`public_dir` in Dioxus.toml). A build without it is a page in the device's typeface.
///
/// # Errors
/// [`Failure::File`], when it can't be copied; [`Failure::Unexpected`], when the list of packages names none.
pub fn place_public() -> Result<(), Failure> {
    let package = tools::folder().join("node_modules").join(TYPEFACE);
    let public = root().join("target/public");
    let assets = public.join("assets");
    // Another version has another name.
    if public.exists() {
        std::fs::remove_dir_all(&public).map_err(|source| Failure::File {
            path: public.clone(),
            source,
        })?;
    }
    std::fs::create_dir_all(&assets).map_err(|source| Failure::File {
        path: assets.clone(),
        source,
    })?;
    let copy = |from: &str, to: &str| {
        let from = package.join(from);
        let copied = std::fs::copy(&from, assets.join(to));
        copied.map(drop).map_err(|source| Failure::File { path: from, source })
    };
    let own = root().join("public");
    let entries = std::fs::read_dir(&own).map_err(|source| Failure::File {
        path: own.clone(),
        source,
    })?;
    for entry in entries {
        let copied = entry.and_then(|entry| std::fs::copy(entry.path(), public.join(entry.file_name())));
        copied.map_err(|source| Failure::File {
            path: own.clone(),
            source,
        })?;
    }
    copy("files/hanken-grotesk-latin-wght-normal.woff2", &typeface_name()?)?;
    copy("LICENSE", "hanken-grotesk-license.txt")
}

/// What its file is called: by its version, in the form that Dioxus's server lets browsers keep for ever.
fn typeface_name() -> Result<String, Failure> {
    let packages = read(&root().join("xtask/tools/package.json"))?;
    let version = version_of(&packages, TYPEFACE).ok_or_else(|| Failure::Unexpected {
        what: format!("xtask/tools/package.json names no version of {TYPEFACE}. Restore that line."),
    })?;
    Ok(format!("hanken-grotesk-dxh{}.woff2", version.replace('.', "")))
}

fn version_of(packages: &str, name: &str) -> Option<String> {
    let (_, rest) = packages.split_once(&format!("\"{name}\": \""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

/// Functions are called by names that say of which types they are made: by them it is known what never runs. And this machine's folders
/// are left out of the page's program, in which each panic names its file: they mean nothing to who reads them there, and the page
/// would weigh something else on every machine.
fn flags() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.map(|home| home.join("registry/src"));
    // Cargo keeps each registry's in a folder of their own, whose name is another one on other machines.
    let registries = sources.and_then(|sources| std::fs::read_dir(sources).ok());
    let folders = registries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().display().to_string()));
    let plain = folders.filter(|path| !path.contains(char::is_whitespace));
    let mut remaps: Vec<String> = plain.map(|path| format!(" --remap-path-prefix={path}=")).collect();
    remaps.sort();
    [NAMES_OF_TYPES, &remaps.concat()].concat()
}

const NAMES_OF_TYPES: &str = "-Csymbol-mangling-version=v0";

/// `dx`, told to take its helpers from PATH.
pub fn dx() -> Command {
    building("dx")
}

/// A program that starts `dx`, or `dx` itself: by itself it would fetch its helpers, in versions of its own choice, or take those
/// that it has fetched for others.
pub fn building(program: &str) -> Command {
    let mut command = command(program);
    command.env("NO_DOWNLOADS", "1");
    command.env("DX_HOME", tools::folder().join("dx"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_the_typeface_asks_for_the_version_that_is_put_there() {
        let name = typeface_name().expect("its version is listed");
        for path in ["assets/typeface.css", "index.html"] {
            let file = read(&root().join(path)).expect("it is in the tree");
            assert_eq!(file.matches("hanken-grotesk-dxh").count(), 1, "{path}");
            assert!(file.contains(&name), "{path} does not ask for {name}");
        }
    }

    #[test]
    fn a_version_is_that_of_the_package_with_exactly_this_name() {
        let packages = "{ \"a-font-more\": \"1.0.0\", \"a-font\": \"5.3.0\" }";
        assert_eq!(version_of(packages, "a-font").as_deref(), Some("5.3.0"));
        assert_eq!(version_of(packages, "font"), None);
    }
}
