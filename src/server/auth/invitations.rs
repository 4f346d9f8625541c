//! Share codes that wait to be used.

use super::Token;
use crate::{
    config::{INVITATION_MS, INVITATIONS_LEN_MAX},
    protocol::Access,
    time::Timestamp,
};

/// Codes that nobody has used yet, the oldest first; some may be too old.
#[derive(Debug, Default)]
pub(super) struct Invitations(Vec<Invitation>);

#[derive(Debug)]
struct Invitation {
    code: Token,
    access: Access,
    next: String,
    expires_at: Timestamp,
}

impl Invitations {
    /// Adds one. Where there are too many of its access the oldest ends: who may only watch can't end those of an editor.
    pub(super) fn offer(&mut self, code: Token, access: Access, next: &str, now: Timestamp) {
        self.0.retain(|one| now < one.expires_at);
        let like_it = |one: &Invitation| one.access == access;
        if self.0.iter().filter(|one| like_it(one)).count() >= INVITATIONS_LEN_MAX
            && let Some(oldest) = self.0.iter().position(like_it)
        {
            self.0.remove(oldest);
        }
        let expires_at = now.plus(INVITATION_MS);
        self.0.push(Invitation {
            code,
            access,
            next: next.to_owned(),
            expires_at,
        });
        assert!(self.0.len() <= 2 * INVITATIONS_LEN_MAX, "codes are bounded");
    }

    /// What a code lets in to, and where it leads, while it is good.
    pub(super) fn find(&self, code: &str, now: Timestamp) -> Option<(Access, String)> {
        let one = self.0.get(self.position(code)?).filter(|one| now < one.expires_at)?;
        Some((one.access, one.next.clone()))
    }

    /// Uses a code up.
    pub(super) fn take(&mut self, code: &str) {
        if let Some(position) = self.position(code) {
            self.0.remove(position);
        }
    }

    /// All are always compared, each in constant time: how long it takes tells nothing about which one was nearer.
    fn position(&self, code: &str) -> Option<usize> {
        let compared = self.0.iter().enumerate();
        compared.fold(
            None,
            |found, (position, one)| {
                if one.code.matches(code) { Some(position) } else { found }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(number: usize) -> Token {
        Token::parse(&format!("{number:032x}")).unwrap()
    }

    #[test]
    fn a_code_is_good_until_its_time_is_over() {
        let mut invitations = Invitations::default();
        invitations.offer(code(1), Access::Edit, "/boards/deck", Timestamp(5));
        let last = Timestamp(5 + INVITATION_MS - 1);
        let found = invitations.find(code(1).reveal(), last);
        assert_eq!(found, Some((Access::Edit, "/boards/deck".to_owned())));
        assert_eq!(invitations.find(code(1).reveal(), last.plus(1)), None);
        assert_eq!(invitations.find(code(2).reveal(), last), None);
        assert_eq!(invitations.find("", last), None);
    }

    #[test]
    fn a_code_that_was_used_is_gone_and_the_others_stay() {
        let mut invitations = Invitations::default();
        for number in [1, 2] {
            invitations.offer(code(number), Access::View, "/", Timestamp(0));
        }
        invitations.take(code(1).reveal());
        assert_eq!(invitations.find(code(1).reveal(), Timestamp(0)), None);
        assert!(invitations.find(code(2).reveal(), Timestamp(0)).is_some());
    }

    #[test]
    fn one_too_many_ends_the_oldest_of_its_access_and_none_of_the_other() {
        let mut invitations = Invitations::default();
        invitations.offer(code(1_000), Access::Edit, "/", Timestamp(0));
        for number in 0..=INVITATIONS_LEN_MAX {
            invitations.offer(code(number), Access::View, "/", Timestamp(number as u64));
        }
        let now = Timestamp(INVITATIONS_LEN_MAX as u64);
        let is_there = |number: usize| invitations.find(code(number).reveal(), now).is_some();
        assert!(is_there(1_000) && !is_there(0));
        assert!((1..=INVITATIONS_LEN_MAX).all(is_there));
    }

    #[test]
    fn a_code_is_hidden_from_whoever_prints_what_waits() {
        let mut invitations = Invitations::default();
        invitations.offer(code(0xbeef), Access::Edit, "/", Timestamp(0));
        assert!(!format!("{invitations:?}").contains("beef"));
    }
}
