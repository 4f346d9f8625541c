//! `cargo xtask dist`: what people install. A tarball with the server, one file that needs nothing beside it, and a package of Debian's
//! with the desktop's program; and their tests, which install and start both.

use crate::shell::{self, Failure, answer, cargo, command, read, root, target};
use crate::tools::{self, Tool};
use crate::{browser, bundle, desktop};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What packages are made with.
pub const TOOLS: &[Tool] = &[Tool::Musl, Tool::Packaging];

/// What they are tested with besides.
pub const TEST_TOOLS: &[Tool] = &[
    Tool::Compiler,
    Tool::Webview,
    Tool::NodePackages,
    Tool::Screen,
    Tool::Chromium,
    Tool::Packaging,
];

/// Makes the packages from release builds, and tests them.
///
/// # Errors
/// The failure of an installer, of a build, of a packer or of a test.
pub fn run() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    tools::ensure(TOOLS)?;
    tools::ensure(TEST_TOOLS)?;
    let server = bundle::build_static()?;
    bundle::build()?;
    let program = desktop::build("server-release", "release")?;
    let folder = target().join("dist");
    make(&folder, &server, &program, "-Zxz")?;
    check(&folder)
}

/// The same of what the other steps have built already: the server linked to this machine's C library, and the desktop's program for
/// development.
///
/// # Errors
/// As [`run`].
pub fn test() -> Result<(), Failure> {
    let program = desktop::build(desktop::DEVELOPMENT, "dev")?;
    let folder = target().join("dist-test");
    make(&folder, &bundle::folder().join("server"), &program, "-Znone")?;
    check(&folder)
}

fn make(folder: &Path, server: &Path, program: &Path, compression: &str) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|source| failed(folder, source))?;
    }
    let version = version()?;
    tarball(folder, server, &version)?;
    debian_package(folder, program, &version, compression)
}

/// The server with its page, and what who installs it needs to know.
fn tarball(folder: &Path, server: &Path, version: &str) -> Result<(), Failure> {
    let name = format!("tideboard-{version}");
    let inside = folder.join(&name);
    make_folder(&inside)?;
    let whole = inside.join("tideboard");
    with_page(server, &bundle::folder().join("public"), &whole)?;
    for (from, to) in [
        ("docs/guides/install.md", "README.md"),
        ("LICENSE-MIT", "LICENSE-MIT"),
        ("LICENSE-APACHE", "LICENSE-APACHE"),
        ("packaging/tideboard.service", "tideboard.service"),
        ("packaging/Dockerfile", "Dockerfile"),
    ] {
        copy(&root().join(from), &inside.join(to))?;
    }
    let others = notices(&[SERVER, PAGE])?;
    write(&inside.join("LICENSES-OF-OTHERS"), others.as_bytes())?;
    let packed = folder.join(format!("{name}-{}-linux.tar.gz", std::env::consts::ARCH));
    shell::run(tar(folder).args(["--gzip", "--file"]).arg(&packed).arg(&name))?;
    tell(&whole)?;
    tell(&packed)
}

/// The server's program and, behind its end, an archive of the page, the archive's length and a word: what
/// `src/server/files/behind.rs` reads.
fn with_page(server: &Path, public: &Path, whole: &Path) -> Result<(), Failure> {
    let mut packing = tar(public);
    let packed = packing.args(["--format=ustar", "."]).output();
    let packed = packed.map_err(|source| shell::not_started(&packing, source))?;
    if !packed.status.success() {
        return Err(Failure::Unsuccessful {
            command: shell::line(&packing),
            status: packed.status,
        });
    }
    let archive = packed.stdout;
    copy(server, whole)?;
    let len = (archive.len() as u64).to_le_bytes();
    let appended = fs::OpenOptions::new()
        .append(true)
        .open(whole)
        .and_then(|mut program| program.write_all(&[&archive[..], MARK, &len].concat()));
    appended.map_err(|source| failed(whole, source))
}

const MARK: &[u8] = b"tideboard's page";

/// `tar`, told to make the same of the same files wherever and whenever it is done.
fn tar(folder: &Path) -> Command {
    let mut tar = command("tar");
    tar.args([
        "--create",
        "--sort=name",
        "--mtime=@0",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=u=rwX,go=rX",
    ]);
    tar.arg("--directory").arg(folder);
    tar
}

/// The desktop's program as Debian installs it, with all that lies beside it: in a folder of its own, to which leads what people type.
fn debian_package(folder: &Path, program: &Path, version: &str, compression: &str) -> Result<(), Failure> {
    let inside = folder.join(DESKTOP);
    let [control, home, typed, entry, documents] = [
        "DEBIAN",
        "usr/lib/tideboard",
        "usr/bin",
        "usr/share/applications",
        "usr/share/doc/tideboard-desktop",
    ]
    .map(|path| inside.join(path));
    for folder in [&control, &home, &typed, &entry, &documents] {
        make_folder(folder)?;
    }
    let bytes = copy_folder(&program.with_file_name(""), &home)?;
    let leads = typed.join(DESKTOP);
    std::os::unix::fs::symlink("../lib/tideboard/tideboard", &leads).map_err(|source| failed(&leads, source))?;
    copy(
        &root().join("packaging/tideboard.desktop"),
        &entry.join("tideboard.desktop"),
    )?;
    for size in ["192", "512"] {
        let icons = inside.join(format!("usr/share/icons/hicolor/{size}x{size}/apps"));
        make_folder(&icons)?;
        copy(
            &root().join(format!("public/icon-{size}.png")),
            &icons.join("tideboard.png"),
        )?;
    }
    let own = [
        read(&root().join("LICENSE-MIT"))?,
        read(&root().join("LICENSE-APACHE"))?,
    ];
    let copyright = [
        &own[0],
        "\n",
        &own[1],
        "\n",
        &notices(&[desktop::FEATURES, desktop::SERVER_FEATURES])?,
    ]
    .concat();
    write(&documents.join("copyright"), copyright.as_bytes())?;
    let architecture = answer(command("dpkg").arg("--print-architecture")).unwrap_or_default();
    let filled = read(&root().join("packaging/control"))?
        .replace("{version}", version)
        .replace("{architecture}", &architecture)
        .replace("{depends}", &libraries(folder, program)?)
        .replace("{size}", &bytes.div_ceil(1024).to_string());
    write(&control.join("control"), filled.as_bytes())?;
    let packed = folder.join(format!("{DESKTOP}_{version}_{architecture}.deb"));
    let mut packing = command("dpkg-deb");
    packing.args(["--build", "--root-owner-group", compression]);
    shell::run(packing.arg(&inside).arg(&packed))?;
    tell(&packed)
}

/// How the package is called, and the program on PATH: `tideboard` is the server there, and the terminal's client.
const DESKTOP: &str = "tideboard-desktop";

/// The packages of Debian whose libraries a program is linked to, in the versions that it needs.
fn libraries(folder: &Path, program: &Path) -> Result<String, Failure> {
    // It reads for whom it asks, and writes nothing.
    let asks = folder.join("libraries");
    make_folder(&asks.join("debian"))?;
    write(
        &asks.join("debian/control"),
        b"Source: tideboard\n\nPackage: tideboard-desktop\nArchitecture: any\n",
    )?;
    let told = answer(command("dpkg-shlibdeps").current_dir(&asks).arg("-O").arg(program));
    fs::remove_dir_all(&asks).map_err(|source| failed(&asks, source))?;
    let told = told.and_then(|told| Some(told.strip_prefix("shlibs:Depends=")?.to_owned()));
    told.ok_or_else(|| Failure::Unexpected {
        what: format!(
            "`dpkg-shlibdeps` did not say which packages {} needs",
            program.display()
        ),
    })
}

/// The features of the two programs in the tarball.
const SERVER: &str = "dashboard,server";
const PAGE: &str = "dashboard,web";

/// The licences of all that is compiled into programs with these features.
fn notices(features: &[&str]) -> Result<String, Failure> {
    let mut packages = Vec::new();
    for features in features {
        let mut tree = cargo(&[
            "tree",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--no-default-features",
        ]);
        tree.args(["--package", "tideboard", "--locked", "--features", features]);
        if *features == PAGE {
            tree.args(["--target", "wasm32-unknown-unknown"]);
        }
        let told = answer(&mut tree).ok_or_else(|| Failure::Unexpected {
            what: format!("`{}` did not list what is compiled in", shell::line(&tree)),
        })?;
        // A package is `name v1.2.3`; behind it stands where it lies, or that it was named before.
        packages.extend(told.lines().filter_map(|line| {
            let mut words = line.split(' ');
            Some([words.next()?, words.next()?].join(" "))
        }));
    }
    packages.sort();
    packages.dedup();
    packages.retain(|package| !package.starts_with("tideboard "));
    let mut node = command("node");
    node.arg("xtask/src/dist/notices.mjs").arg(root()).args(&packages);
    answer(&mut node)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Failure::Unexpected {
            what: "the licences of what is compiled in could not be read: xtask/src/dist/notices.mjs".into(),
        })
}

/// Installs what is in the folder and starts it.
fn check(folder: &Path) -> Result<(), Failure> {
    let mut node = command("node");
    node.arg("tests/dist/run.mjs").env("TIDEBOARD_PACKAGES", folder);
    shell::run(browser::with_places(&mut node))
}

/// The version in Cargo.toml, as cargo tells it: the last of `path+file:///…#tideboard@0.1.0`, or of `…/tideboard#0.1.0`.
fn version() -> Result<String, Failure> {
    answer(&mut cargo(&["pkgid", "--package", "tideboard"]))
        .and_then(|told| Some(told.rsplit(['#', '@']).next()?.to_owned()))
        .ok_or_else(|| Failure::Unexpected {
            what: "`cargo pkgid --package tideboard` did not say its version".into(),
        })
}

fn tell(file: &Path) -> Result<(), Failure> {
    let bytes = fs::metadata(file).map_err(|source| failed(file, source))?.len();
    println!(
        "{:>7}.{} MB  {}",
        bytes / 1_000_000,
        bytes % 1_000_000 / 100_000,
        file.display()
    );
    Ok(())
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(file, bytes).map_err(|source| failed(file, source))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).map(drop).map_err(|source| failed(from, source))
}

/// Copies all that is in a folder, and gives how many bytes that is.
fn copy_folder(from: &Path, to: &Path) -> Result<u64, Failure> {
    make_folder(to)?;
    let mut bytes = 0;
    for entry in fs::read_dir(from).map_err(|source| failed(from, source))? {
        let entry = entry.map_err(|source| failed(from, source))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        bytes += if from.is_dir() {
            copy_folder(&from, &to)?
        } else {
            fs::copy(&from, &to).map_err(|source| failed(&from, source))?
        };
    }
    Ok(bytes)
}

fn failed(path: &Path, source: std::io::Error) -> Failure {
    Failure::File {
        path: PathBuf::from(path),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_looks_for_the_word_that_is_written_behind_it() {
        let reader = read(&root().join("src/server/files/behind.rs")).expect("it is in the tree");
        let mark = std::str::from_utf8(MARK).expect("text");
        assert!(reader.contains(&format!("b\"{mark}\"")));
    }

    #[test]
    fn a_package_has_the_version_of_cargo_toml() {
        let manifest = read(&root().join("Cargo.toml")).expect("it is in the tree");
        let version = version().expect("cargo tells it");
        assert!(manifest.contains(&format!("\nversion = \"{version}\"\n")), "{version}");
    }
}
