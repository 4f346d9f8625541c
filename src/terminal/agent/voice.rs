//! What an agent says, to standard error: each thing once when it begins, and once when it is over.

use std::io::Write as _;

use crate::platform::ServerAddress;

/// Why nothing gets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No answer.
    Unreachable,
    /// A token is missing, or is not the right one.
    NotAllowed,
    /// The server asks to be left alone.
    Later,
    /// What answers is no Tideboard.
    Unexpected,
    /// What is kept can't be read or let go of.
    Disk,
}

/// Remembers what was said.
#[derive(Debug)]
pub struct Voice {
    server: ServerAddress,
    trouble: Option<Trouble>,
    /// Oldest samples that had to go since the server was last reached.
    gone: u64,
    /// Samples that the disk did not take since it last did.
    lost: u64,
    /// Whether the server refused some of what was sent last.
    refuses: bool,
}

/// A line, whether or not anybody reads it.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "-- {text}");
}

/// The first line.
pub fn greeting(name: &str, server: &ServerAddress, every_s: u64, exporters: usize, kept: u64) -> String {
    let exporters = match exporters {
        0 => String::new(),
        1 => " and an exporter".to_owned(),
        len => format!(" and {len} exporters"),
    };
    let kept = if kept == 0 {
        String::new()
    } else {
        format!("; {kept} samples are kept from before")
    };
    format!("sends {name}{exporters} to {} every {every_s} s{kept}", server.origin())
}

impl Voice {
    /// One that has said nothing.
    pub fn new(server: ServerAddress) -> Self {
        Self {
            server,
            trouble: None,
            gone: 0,
            lost: 0,
            refuses: false,
        }
    }

    /// Nothing gets through. Why is told where that is another kind of reason than before.
    pub fn worse(&mut self, trouble: Trouble, reason: &str) {
        if self.trouble.replace(trouble) == Some(trouble) {
            return;
        }
        let server = self.server.origin();
        say(&match trouble {
            Trouble::Unreachable => format!("can't reach {server} ({reason}): samples are kept until it can be"),
            Trouble::NotAllowed => format!(
                "{server} does not take samples with this token ({reason}): start this again with one that may edit in \
                 TIDEBOARD_TOKEN. Samples are kept until then"
            ),
            Trouble::Later => format!("{server} takes nothing now ({reason}): samples are kept until it does"),
            Trouble::Unexpected => format!("{server} takes no samples: {reason}. They are kept"),
            Trouble::Disk => format!("what is kept on the disk can't be used ({reason}): it is tried again"),
        });
    }

    /// It gets through, and so much was kept for it.
    pub fn better(&mut self, kept: u64) {
        if self.trouble.take().is_none() {
            return;
        }
        let gone = std::mem::take(&mut self.gone);
        let gone = if gone == 0 {
            String::new()
        } else {
            format!("; the {gone} oldest had no room")
        };
        let server = self.server.origin();
        say(&format!(
            "{server} takes samples again: {kept} were kept, and are sent{gone}"
        ));
    }

    /// Samples are on the disk, and so many of the oldest had to go for them.
    pub fn kept(&mut self, gone: u64) {
        if gone > 0 && self.gone == 0 {
            say("no more can be kept: the oldest samples go, as new ones come");
        }
        self.gone += gone;
        if self.lost > 0 {
            say(&format!("samples can be kept again; {} were lost", self.lost));
            self.lost = 0;
        }
    }

    /// Samples are not on the disk.
    pub fn not_kept(&mut self, len: u64, reason: &str) {
        if self.lost == 0 {
            say(&format!(
                "samples can't be kept ({reason}), and are lost until they can be"
            ));
        }
        self.lost += len;
    }

    /// So many of what was sent were refused, and which was the first, and why.
    pub fn refused(&mut self, refused: u64, first: Option<(String, &str)>) {
        let refused_before = std::mem::replace(&mut self.refuses, refused > 0);
        if refused == 0 || refused_before {
            return;
        }
        let first = first
            .map(|(series, reason)| format!(": {series}: {reason}"))
            .unwrap_or_default();
        let server = self.server.origin();
        say(&format!(
            "{server} refuses samples, which are dropped; {refused} of those just sent{first}"
        ));
    }

    /// The last line.
    pub fn goodbye(&self, kept: u64) {
        if kept > 0 {
            say(&format!(
                "stopped; {kept} samples are kept, and sent when this is started again"
            ));
        } else {
            say("stopped; all samples are sent");
        }
    }
}
