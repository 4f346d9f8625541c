//! The tools that building and testing need: each is looked for first, and installed once if it is missing.
//!
//! Rust tools go where `cargo install` puts them, so that the next clone finds them. If another version is already there,
//! it is left alone and ours goes under `target/tools`, which is first on PATH for every command started here.

use crate::shell::{Failure, answer, command, not_started, read, root, run, target};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

/// Something to be there before a step can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// A C compiler and linker, and the OpenSSL headers that Dioxus's development tools are built with.
    Compiler,
    /// rustfmt.
    Rustfmt,
    /// clippy.
    Clippy,
    /// The standard library of `wasm32-unknown-unknown`.
    WebTarget,
    /// Dioxus's builder.
    Dx,
    /// Makes JavaScript glue for the wasm; must be of exactly the version of the crate in Cargo.lock.
    WasmBindgen,
    /// wasm-opt, esbuild, playwright-core and axe-core, and the page's typeface, in the versions of `xtask/tools/package-lock.json`.
    NodePackages,
    /// Lighthouse, in the version of `xtask/tools/lighthouse/package-lock.json`. Large, and in a folder of its own: no test needs it.
    Lighthouse,
    /// The browser that the tests drive.
    Chromium,
    /// Tells a browser's profile which authorities it trusts.
    Certutil,
    /// One of the reverse proxies of docs/guides/reverse-proxy.md.
    Nginx,
    /// The other one.
    Caddy,
    /// What desktop and mobile link to on Linux.
    Webview,
    /// A screen that nobody sees, with a window manager, a keyboard, and what else a desktop has.
    Screen,
    /// Shows in which order the server writes to its disk and to its sockets.
    Strace,
    /// Tells of its machine in the Prometheus text format.
    NodeExporter,
    /// Checks licences, bans and sources of dependencies.
    CargoDeny,
    /// The standard library of the static target, and a C compiler for it.
    Musl,
    /// What makes packages of Debian's, and what reads a unit of systemd's.
    Packaging,
}

/// What `dx build` needs, web and server.
pub const BUILD: &[Tool] = &[
    Tool::Compiler,
    Tool::WebTarget,
    Tool::Dx,
    Tool::WasmBindgen,
    Tool::NodePackages,
];

/// Everything, the quickest to install first.
pub const ALL: &[Tool] = &[
    Tool::Compiler,
    Tool::Rustfmt,
    Tool::Clippy,
    Tool::WebTarget,
    Tool::NodePackages,
    Tool::Lighthouse,
    Tool::Chromium,
    Tool::Certutil,
    Tool::Nginx,
    Tool::Caddy,
    Tool::Webview,
    Tool::Screen,
    Tool::Strace,
    Tool::NodeExporter,
    Tool::Musl,
    Tool::Packaging,
    Tool::WasmBindgen,
    Tool::CargoDeny,
    Tool::Dx,
];

/// Where the project names the packages of npm that it takes, each with its lock file.
const TOOLS_PACKAGES: &str = "xtask/tools";
const LIGHTHOUSE_PACKAGES: &str = "xtask/tools/lighthouse";

/// For programs that bring their C library along.
pub const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";

const DX_VERSION: &str = "0.7.10";
const CARGO_DENY_VERSION: &str = "0.20.2";

/// Debian's packages for a webview window, as `apt-get` names them.
const WEBVIEW_PACKAGES: &[&str] = &[
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "libxdo-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
];

/// The same for a screen in memory, what stands and types there, and a bus with a keyring and with somebody who shows notifications.
const SCREEN_PACKAGES: &[&str] = &[
    "xvfb",
    "openbox",
    "xdotool",
    "dbus",
    "gnome-keyring",
    "libsecret-tools",
    "dunst",
];

/// The folder of the tools that belong to this checkout only.
pub fn folder() -> PathBuf {
    target().join("tools")
}

/// Lighthouse and what it brings, apart from the tools: nothing of it is on PATH.
fn lighthouse_folder() -> PathBuf {
    target().join("lighthouse")
}

/// Installs those of `tools` that are missing.
///
/// # Errors
/// The failure of an installer, or [`Failure::InstallByHand`] where this user may not install.
pub fn ensure(tools: &[Tool]) -> Result<(), Failure> {
    for tool in tools {
        if is_present(*tool)? {
            continue;
        }
        let started = Instant::now();
        println!("installing {}: {}, once", describe(*tool), estimate(*tool));
        install(*tool)?;
        if !is_present(*tool)? {
            return Err(Failure::StillMissing {
                what: describe(*tool).into(),
            });
        }
        println!("installed {} in {} s", describe(*tool), started.elapsed().as_secs());
    }
    Ok(())
}

fn describe(tool: Tool) -> &'static str {
    match tool {
        Tool::Compiler => "the C compiler and OpenSSL's headers",
        Tool::Rustfmt => "rustfmt",
        Tool::Clippy => "clippy",
        Tool::WebTarget => "the web target of Rust",
        Tool::Dx => "dx",
        Tool::WasmBindgen => "wasm-bindgen",
        Tool::NodePackages => "wasm-opt, esbuild, the page's typeface and the browser tests' packages",
        Tool::Lighthouse => "Lighthouse (185 MB)",
        Tool::Chromium => "Chromium",
        Tool::Certutil => "certutil",
        Tool::Nginx => "nginx",
        Tool::Caddy => "Caddy",
        Tool::Webview => "the webview's libraries",
        Tool::Screen => "a screen that nobody sees",
        Tool::Strace => "strace",
        Tool::NodeExporter => "Prometheus' node exporter",
        Tool::CargoDeny => "cargo-deny",
        Tool::Musl => "the static target of Rust, and musl's C compiler",
        Tool::Packaging => "dpkg-dev and systemd's own checks",
    }
}

fn estimate(tool: Tool) -> &'static str {
    match tool {
        Tool::Dx => "about 12 minutes on two cores",
        Tool::CargoDeny => "about 2 minutes on two cores",
        Tool::WasmBindgen => "about 3 minutes on two cores",
        Tool::Compiler | Tool::Chromium | Tool::Webview => "about 1 minute",
        Tool::Rustfmt | Tool::Clippy | Tool::WebTarget | Tool::NodePackages => "some seconds",
        Tool::Lighthouse | Tool::Screen | Tool::Strace | Tool::Certutil | Tool::Nginx | Tool::Caddy => "some seconds",
        Tool::NodeExporter | Tool::Musl | Tool::Packaging => "some seconds",
    }
}

fn is_present(tool: Tool) -> Result<bool, Failure> {
    Ok(match tool {
        Tool::Compiler => {
            answer(command("cc").arg("--version")).is_some()
                && answer(command("pkg-config").args(["--exists", "openssl"])).is_some()
        }
        Tool::Rustfmt => answer(command("cargo").args(["fmt", "--version"])).is_some(),
        Tool::Clippy => answer(command("cargo").args(["clippy", "--version"])).is_some(),
        Tool::WebTarget => has_target("wasm32-unknown-unknown"),
        Tool::Dx => has_version("dx", DX_VERSION),
        Tool::WasmBindgen => has_version("wasm-bindgen", &wasm_bindgen_version()?),
        Tool::CargoDeny => has_version("cargo-deny", CARGO_DENY_VERSION),
        Tool::NodePackages => has_node_packages(TOOLS_PACKAGES, &folder())?,
        Tool::Lighthouse => has_node_packages(LIGHTHOUSE_PACKAGES, &lighthouse_folder())?,
        Tool::Strace => answer(command("strace").arg("--version")).is_some(),
        Tool::NodeExporter => answer(command("prometheus-node-exporter").arg("--version")).is_some(),
        Tool::Chromium => answer(command("chromium").arg("--version")).is_some(),
        // It knows no question that it answers with success, but one that it answers at all.
        Tool::Certutil => command("certutil").arg("-H").output().is_ok(),
        Tool::Nginx => answer(command("nginx").arg("-v")).is_some(),
        Tool::Caddy => answer(command("caddy").arg("version")).is_some(),
        Tool::Musl => has_target(STATIC_TARGET) && answer(command("musl-gcc").arg("--version")).is_some(),
        Tool::Packaging => {
            answer(command("dpkg-shlibdeps").arg("--version")).is_some()
                && answer(command("systemd-analyze").arg("--version")).is_some()
        }
        Tool::Webview => {
            let libraries = ["webkit2gtk-4.1", "gtk+-3.0", "ayatana-appindicator3-0.1", "librsvg-2.0"];
            answer(command("pkg-config").arg("--exists").args(libraries)).is_some()
        }
        Tool::Screen => {
            // It knows no question that it answers with success, either.
            command("Xvfb").arg("-version").output().is_ok()
                && answer(command("openbox").arg("--version")).is_some()
                && answer(command("xdotool").arg("--version")).is_some()
                && answer(command("dbus-daemon").arg("--version")).is_some()
                && answer(command("gnome-keyring-daemon").arg("--version")).is_some()
                && answer(command("dunst").arg("--version")).is_some()
                && command("secret-tool").output().is_ok()
        }
    })
}

fn install(tool: Tool) -> Result<(), Failure> {
    match tool {
        Tool::Compiler => debian_packages(describe(tool), &["build-essential", "pkg-config", "libssl-dev"]),
        Tool::Rustfmt => run(command("rustup").args(["component", "add", "rustfmt"])),
        Tool::Clippy => run(command("rustup").args(["component", "add", "clippy"])),
        Tool::WebTarget => run(command("rustup").args(["target", "add", "wasm32-unknown-unknown"])),
        Tool::Dx => {
            let features = ["--locked", "--features", "no-downloads,disable-telemetry"];
            cargo_install("dioxus-cli", "dx", DX_VERSION, &features)
        }
        // Its own lock file can name a crate version that was withdrawn, so it is not used.
        Tool::WasmBindgen => cargo_install("wasm-bindgen-cli", "wasm-bindgen", &wasm_bindgen_version()?, &[]),
        Tool::CargoDeny => cargo_install("cargo-deny", "cargo-deny", CARGO_DENY_VERSION, &["--locked"]),
        Tool::NodePackages => node_packages(TOOLS_PACKAGES, &folder()),
        Tool::Lighthouse => node_packages(LIGHTHOUSE_PACKAGES, &lighthouse_folder()),
        Tool::Chromium => debian_packages(describe(tool), &["chromium"]),
        Tool::Strace => debian_packages(describe(tool), &["strace"]),
        Tool::NodeExporter => debian_packages(describe(tool), &["prometheus-node-exporter"]),
        Tool::Certutil => debian_packages(describe(tool), &["libnss3-tools"]),
        Tool::Nginx => debian_packages(describe(tool), &["nginx"]),
        Tool::Caddy => debian_packages(describe(tool), &["caddy"]),
        Tool::Musl => {
            run(command("rustup").args(["target", "add", STATIC_TARGET]))?;
            debian_packages(describe(tool), &["musl-tools"])
        }
        Tool::Packaging => debian_packages(describe(tool), &["dpkg-dev", "systemd"]),
        Tool::Webview => debian_packages(describe(tool), WEBVIEW_PACKAGES),
        Tool::Screen => debian_packages(describe(tool), SCREEN_PACKAGES),
    }
}

/// Whether Rust has the standard library of a target.
fn has_target(target: &str) -> bool {
    let folder = answer(command("rustc").args(["--print", "target-libdir", "--target", target]));
    folder.is_some_and(|folder| PathBuf::from(folder).is_dir())
}

fn has_version(program: &str, version: &str) -> bool {
    answer(command(program).arg("--version")).is_some_and(|text| text.split_whitespace().any(|word| word == version))
}

/// The version of wasm-bindgen in Cargo.lock: glue and wasm must agree on it to the last digit.
fn wasm_bindgen_version() -> Result<String, Failure> {
    let lock = read(&root().join("Cargo.lock"))?;
    locked_version(&lock, "wasm-bindgen").ok_or_else(|| Failure::Unexpected {
        what: "Cargo.lock names no wasm-bindgen. Run `cargo generate-lockfile`.".into(),
    })
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    Some(
        lines
            .next()?
            .strip_prefix("version = \"")?
            .strip_suffix('"')?
            .to_owned(),
    )
}

fn cargo_install(package: &str, program: &str, version: &str, arguments: &[&str]) -> Result<(), Failure> {
    let mut install = command("cargo");
    install
        .args(["install", &format!("{package}@{version}")])
        .args(arguments);
    // A tool that is used a few times an hour need not be the fastest it can be: its build takes less than half as long so.
    install
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    // Cargo must not take the project's settings for a foreign program.
    install.env_remove("CARGO_TARGET_DIR").current_dir(std::env::temp_dir());
    if answer(command(program).arg("--version")).is_some() {
        install.arg("--root").arg(folder());
    }
    run(&mut install)
}

/// Whether `folder` holds what the lock file in `packages` names.
fn has_node_packages(packages: &str, folder: &Path) -> Result<bool, Failure> {
    let wanted = read(&root().join(packages).join("package-lock.json"))?;
    let found = std::fs::read_to_string(folder.join("package-lock.json"));
    // npm writes the inner one when all are there.
    Ok(folder.join("node_modules/.package-lock.json").is_file() && found.is_ok_and(|found| found == wanted))
}

fn node_packages(packages: &str, folder: &Path) -> Result<(), Failure> {
    let has_npm = answer(command("npm").arg("--version")).is_some();
    if !has_npm {
        debian_packages("Node.js", &["nodejs", "npm"])?;
    }
    std::fs::create_dir_all(folder).map_err(|source| Failure::File {
        path: folder.to_owned(),
        source,
    })?;
    for name in ["package.json", "package-lock.json"] {
        let from = root().join(packages).join(name);
        std::fs::copy(&from, folder.join(name)).map_err(|source| Failure::File { path: from, source })?;
    }
    run(command("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder))
}

/// Installs Debian's packages when this user may, else says the line that does.
fn debian_packages(what: &str, packages: &[&str]) -> Result<(), Failure> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_debian_package_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = Failure::InstallByHand {
        what: what.into(),
        line: format!(
            "sudo apt-get install --yes --no-install-recommends {}",
            missing.join(" ")
        ),
    };
    let is_root = answer(command("id").arg("-u")).is_some_and(|user| user == "0");
    if !is_root || answer(command("apt-get").arg("--version")).is_none() {
        return Err(by_hand);
    }
    let mut update = command("apt-get");
    update.args(["update", "--quiet", "--quiet"]);
    let updated = update.status().map_err(|source| not_started(&update, source))?;
    if !updated.success() {
        println!("the list of packages could not be refreshed; going on with the one at hand");
    }
    let arguments = ["install", "--yes", "--no-install-recommends", "--quiet", "--quiet"];
    let mut install = command("apt-get");
    install
        .args(arguments)
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Of a server only its program is wanted: none is started.
        .env("RUNLEVEL", "1");
    // Its progress is pages long; what goes wrong, it says on the other channel.
    run(install.stdout(Stdio::null())).map_err(|_| by_hand)
}

fn is_debian_package_installed(package: &str) -> bool {
    answer(command("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_with_exactly_this_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "serde"), None);
    }

    #[test]
    fn packages_are_there_when_npm_has_finished_and_the_lock_file_is_still_the_same() {
        let folder = std::env::temp_dir().join(format!("tideboard-packages-{}", std::process::id()));
        let modules = folder.join("node_modules");
        std::fs::create_dir_all(&modules).expect("a folder for temporary files");
        let is_there = || has_node_packages(LIGHTHOUSE_PACKAGES, &folder).expect("the project has a lock file");
        let lock = read(&root().join(LIGHTHOUSE_PACKAGES).join("package-lock.json")).expect("the same");
        std::fs::write(folder.join("package-lock.json"), &lock).expect("it can be written");
        assert!(!is_there(), "npm was interrupted");
        std::fs::write(modules.join(".package-lock.json"), "{}").expect("it can be written");
        assert!(is_there());
        std::fs::write(folder.join("package-lock.json"), lock + " ").expect("it can be written");
        assert!(!is_there(), "another version is wanted");
        std::fs::remove_dir_all(&folder).expect("it was made here");
    }
}
