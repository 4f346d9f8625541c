//! A program whose system calls are watched, or fail on their way as a dying or a full disk lets them.

use std::process::{Command, Stdio};

/// What `plain` starts, with every thread under `strace`. It stays the process that was started: what is sent to it, or said
/// by it, passes no other.
pub fn traced(plain: &Command, options: &[&str]) -> Command {
    let mut traced = Command::new("strace");
    traced.args(["-D", "-f", "-qq"]).args(options);
    traced.arg(plain.get_program()).args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced.stdin(Stdio::null()).stderr(Stdio::piped());
    traced
}
