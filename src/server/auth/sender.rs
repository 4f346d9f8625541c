//! The token of who sends samples and does nothing else.

use std::num::NonZeroU32;

use ring::pbkdf2;

use super::Token;
use crate::config::SAMPLES_TOKEN_ROUNDS;

/// Made of the token that may edit: it has no place of its own to be kept in, is the same after a restart, and another one as soon as that is
/// another one. Who has it finds the other one by trying alone, of which each try costs as much as this does (RFC 8018).
pub(super) fn token_of(edit: &Token) -> Token {
    let rounds = NonZeroU32::new(SAMPLES_TOKEN_ROUNDS).unwrap_or(NonZeroU32::MIN);
    let mut made = [0; 16];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, SALT, edit.0.as_bytes(), &mut made);
    Token(format!("{BEGINNING}{:032x}", u128::from_be_bytes(made)))
}

/// It stands before a secret that is made for nothing else.
const SALT: &[u8] = b"tideboard samples 1";
/// By which people tell it from the tokens that open a board.
const BEGINNING: &str = "samples-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_of_the_same_token_and_tells_nothing_of_it() {
        let of = |edit: &str| token_of(&Token::parse(edit).unwrap());
        let one = of("edit-0123456789abcdef");
        assert_eq!(one.reveal(), of("edit-0123456789abcdef").reveal());
        assert_ne!(one.reveal(), of("edit-0123456789abcdeg").reveal());
        let digits = one.reveal().strip_prefix(BEGINNING).expect("it says what it is");
        assert_eq!(digits.len(), 32);
        assert!(Token::parse(one.reveal()).is_ok(), "a header can carry it");
    }
}
