//! Wrong tokens, counted by address.

use std::{collections::HashMap, net::IpAddr};

use super::SignInError;
use crate::{
    config::{SIGN_IN_FAILURES_MAX, SIGN_IN_PEERS_LEN_MAX, SIGN_IN_WINDOW_MS},
    server::peers::network_of,
    time::Timestamp,
};

/// Wrong tokens by address, within a window that starts at the first of them.
#[derive(Debug, Default)]
pub(super) struct Guesses(HashMap<IpAddr, Guess>);

#[derive(Debug)]
struct Guess {
    count: u32,
    since: Timestamp,
}

impl Guesses {
    /// Whether a token from `peer` may be looked at.
    pub(super) fn check(&self, peer: IpAddr, now: Timestamp) -> Result<(), SignInError> {
        let Some(guess) = self.0.get(&network_of(peer)) else {
            return Ok(());
        };
        let passed = now.since(guess.since);
        if guess.count < SIGN_IN_FAILURES_MAX || passed >= SIGN_IN_WINDOW_MS {
            return Ok(());
        }
        let retry_after_ms = SIGN_IN_WINDOW_MS - passed;
        Err(SignInError::TooMany { retry_after_ms })
    }

    /// Counts a wrong one.
    pub(super) fn count(&mut self, peer: IpAddr, now: Timestamp) {
        let network = network_of(peer);
        if !self.0.contains_key(&network) {
            self.make_room(now);
        }
        let guess = self.0.entry(network).or_insert(Guess { count: 0, since: now });
        if now.since(guess.since) >= SIGN_IN_WINDOW_MS {
            *guess = Guess { count: 0, since: now };
        }
        guess.count += 1;
        assert!(self.0.len() <= SIGN_IN_PEERS_LEN_MAX, "guesses are bounded");
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.0.len() >= SIGN_IN_PEERS_LEN_MAX {
            self.0.retain(|_, guess| now.since(guess.since) < SIGN_IN_WINDOW_MS);
        }
        if self.0.len() >= SIGN_IN_PEERS_LEN_MAX {
            // The one that guessed least is the furthest from harm.
            let least = self.0.iter().min_by_key(|(_, guess)| (guess.count, guess.since));
            let least = least.map(|(network, _)| *network);
            self.0.retain(|network, _| Some(*network) != least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_changes_its_address_within_its_network_is_still_counted() {
        let mut guesses = Guesses::default();
        for host in 0..SIGN_IN_FAILURES_MAX {
            guesses.count(format!("2001:db8::{host:x}").parse().unwrap(), Timestamp(0));
        }
        assert!(guesses.check("2001:db8::ffff".parse().unwrap(), Timestamp(0)).is_err());
        assert!(guesses.check("2001:db8:0:1::1".parse().unwrap(), Timestamp(0)).is_ok());
    }

    #[test]
    fn a_crowd_of_addresses_does_not_make_a_persistent_one_forgotten() {
        let mut guesses = Guesses::default();
        let persistent = "198.51.100.7".parse().unwrap();
        for _ in 0..SIGN_IN_FAILURES_MAX {
            guesses.count(persistent, Timestamp(0));
        }
        for host in 0..2 * SIGN_IN_PEERS_LEN_MAX as u32 {
            guesses.count(IpAddr::V4((0x0a00_0000 + host).into()), Timestamp(1));
        }
        assert!(guesses.check(persistent, Timestamp(1)).is_err());
    }
}
