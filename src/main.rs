//! Launch: which platform, which server; nothing else.

#[cfg(all(feature = "server", feature = "dashboard"))]
fn main() -> std::process::ExitCode {
    tideboard::server::cli::main(tideboard::app::App)
}

#[cfg(all(not(feature = "server"), feature = "dashboard", feature = "desktop"))]
fn main() -> std::process::ExitCode {
    tideboard::desktop::main()
}

#[cfg(all(
    not(any(feature = "server", feature = "desktop")),
    feature = "dashboard",
    feature = "mobile"
))]
fn main() -> std::process::ExitCode {
    tideboard::phone::main()
}

#[cfg(all(
    not(any(feature = "server", feature = "desktop", feature = "mobile")),
    feature = "dashboard",
    feature = "web"
))]
fn main() {
    dioxus::launch(tideboard::app::App);
}

#[cfg(not(all(
    feature = "dashboard",
    any(feature = "server", feature = "web", feature = "desktop", feature = "mobile")
)))]
fn main() -> std::process::ExitCode {
    eprintln!("This build holds only the library. Build with `--features server`, or run `cargo xtask serve`.");
    std::process::ExitCode::FAILURE
}
