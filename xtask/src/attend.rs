//! Staying with a server until it ends, and saying how it did: one that is killed from outside says nothing itself.

use crate::shell::{Failure, not_started};
use std::process::{Command, ExitStatus};

/// Runs the program until it ends. Signals that ask this task to end are passed on to it.
///
/// # Errors
/// [`Failure::NotStarted`]; [`Failure::Ended`], unless it ended with 0.
#[cfg(unix)]
pub fn attend(program: &mut Command) -> Result<(), Failure> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM},
        iterator::Signals,
    };
    use std::os::unix::process::CommandExt;

    // Heard from before it starts: none is missed.
    let mut signals =
        Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]).map_err(|source| not_started(program, source))?;
    // In a group of its own: a terminal's Ctrl-C reaches this task alone, and the server once; a second one hurries it.
    let server = program.process_group(0).spawn();
    let mut server = server.map_err(|source| not_started(program, source))?;
    let (id, listening) = (server.id().to_string(), signals.handle());
    let passing_on = std::thread::spawn(move || {
        for signal in signals.forever() {
            // It may have ended meanwhile: that is seen below.
            let _ = Command::new("kill").args([&format!("-{signal}"), &id]).status();
        }
    });
    let status = server.wait().map_err(|source| not_started(program, source));
    listening.close();
    passing_on.join().expect("it only passes signals on");
    ended(status?)
}

#[cfg(not(unix))]
pub fn attend(program: &mut Command) -> Result<(), Failure> {
    let status = program.status().map_err(|source| not_started(program, source))?;
    ended(status)
}

fn ended(status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Ended { status })
    }
}

/// How a server ended, and what to do.
pub fn how(status: ExitStatus) -> String {
    const AGAIN: &str = "Nothing that it had acknowledged is lost: the same command starts it again.";
    match signal(status) {
        Some(9) => {
            format!("the server was killed, by somebody or by the system for want of memory (signal 9). {AGAIN}")
        }
        Some(25) => format!(
            "the server was stopped, since a file of it reached the size that this user's limit allows (`ulimit -f`; signal 25). {AGAIN}"
        ),
        Some(signal) => format!("the server was ended by signal {signal}. {AGAIN}"),
        None => format!("the server has ended ({status}); what it said above says why."),
    }
}

/// Its own code; as shells have it, 128 and the signal's number where a signal ended it.
pub fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| Some(128 + signal(status)?));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn ends(script: &str) -> Option<(u8, String)> {
        let failure = attend(Command::new("sh").args(["-c", script])).err()?;
        Some((failure.exit_code(), failure.to_string()))
    }

    /// One after the other: a signal to this process reaches all that it attends to.
    #[test]
    fn a_server_that_ends_is_spoken_of_and_one_that_is_told_to_end_is_told_so() {
        assert_eq!(ends("exit 0"), None);
        let (code, said) = ends("kill -9 $$").expect("it was killed");
        assert_eq!(code, 137);
        assert!(
            said.contains("killed, by somebody") && said.contains("starts it again"),
            "{said}"
        );
        let (code, said) = ends("exit 3").expect("that is no success");
        assert_eq!(code, 3);
        assert!(said.contains("exit status: 3") && said.contains("says why"), "{said}");
        for (signal, number) in [("TERM", 21), ("INT", 22), ("HUP", 23)] {
            let script = format!(
                "sleep 600 & late=$!; trap 'kill $late; exit {number}' {signal}; kill -{signal} $PPID; wait $late; exit 1"
            );
            assert_eq!(
                ends(&script).map(|(code, _)| code),
                Some(number),
                "{signal} was not passed on"
            );
        }
    }
}
