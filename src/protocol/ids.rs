//! Identifiers. Random ones are 128 bits, written as 32 hexadecimal digits; chosen ones are short plain names.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
    sync::Arc,
};

use serde::{Deserialize, Serialize, de};

use crate::config::NAME_BYTES_MAX;

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdError {
    /// A random id is 32 hexadecimal digits.
    NotHex,
    /// An operation's id is `<client>-<sequence>`.
    NotAnOperation,
    /// A name is 1 to [`NAME_BYTES_MAX`] characters of `A–Z a–z 0–9 . _ -`.
    NotAName,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHex => write!(f, "an id is 32 hexadecimal digits"),
            Self::NotAnOperation => write!(
                f,
                "an operation's id is a client's 32 hexadecimal digits, a dash and a number"
            ),
            Self::NotAName => write!(f, "a name is 1 to {NAME_BYTES_MAX} of the characters A-Z a-z 0-9 . _ -"),
        }
    }
}

impl std::error::Error for IdError {}

pub(super) fn hex(text: &str) -> Result<u128, IdError> {
    if text.len() != 32 {
        return Err(IdError::NotHex);
    }
    let mut bytes = [0; 16];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for digit in digits {
            let digit = char::from(*digit).to_digit(16).ok_or(IdError::NotHex)?;
            *byte = *byte << 4 | digit as u8;
        }
    }
    Ok(u128::from_be_bytes(bytes))
}

/// The text of an id, written without the formatter: every frame and record has a dozen of them.
pub(super) struct IdText {
    bytes: [u8; OPERATION_BYTES_MAX],
    len: usize,
}

/// 32 digits, a dash, and the 20 digits of the largest number.
const OPERATION_BYTES_MAX: usize = 53;

impl IdText {
    pub(super) fn hex(bits: u128) -> Self {
        let (mut bytes, len) = ([0; OPERATION_BYTES_MAX], 32);
        for (digits, byte) in bytes.chunks_exact_mut(2).zip(bits.to_be_bytes()) {
            for (digit, nibble) in digits.iter_mut().zip([byte >> 4, byte & 15]) {
                *digit = b"0123456789abcdef"[usize::from(nibble)];
            }
        }
        Self { bytes, len }
    }

    fn operation(id: OperationId) -> Self {
        let mut text = Self::hex(id.client.0);
        let (mut rest, mut at) = (id.sequence, OPERATION_BYTES_MAX);
        loop {
            at -= 1;
            text.bytes[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        text.bytes[32] = b'-';
        text.bytes.copy_within(at.., 33);
        text.len = 33 + OPERATION_BYTES_MAX - at;
        text
    }
}

impl AsRef<str> for IdText {
    fn as_ref(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

/// Serde by way of the text that is shown, and of `FromStr`.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text().as_ref())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::protocol::ids::FromText(std::marker::PhantomData))
            }
        }
    };
}

/// Reads an id from text where it stands, without copying it first.
pub(super) struct FromText<T>(pub(super) PhantomData<T>);

impl<T: FromStr<Err = IdError>> de::Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

pub(super) use serde_as_text;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);
        impl $name {
            fn text(&self) -> $crate::protocol::ids::IdText {
                $crate::protocol::ids::IdText::hex(self.0)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text().as_ref())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // The first digits tell two apart in a trace.
                write!(f, concat!(stringify!($name), "({:08x}…)"), self.0 >> 96)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                hex(text).map(Self)
            }
        }
        $crate::protocol::ids::serde_as_text!($name);
    };
}
pub(super) use random_id;

random_id! {
    /// A database. Made with it; survives a backup.
    StoreId
}
random_id! {
    /// A server process.
    RunId
}
random_id! {
    /// One start of a tab or process. Drawn anew at every start and never stored for reuse: a restored or cloned
    /// device would otherwise mint an id twice, and the second edit would be taken for a duplicate.
    ClientId
}

/// An operation's identity: its client's start and that start's counter, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId {
    /// Who minted it.
    pub client: ClientId,
    /// Counter in that client's memory, from 1.
    pub sequence: u64,
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_ref())
    }
}

impl OperationId {
    fn text(&self) -> IdText {
        IdText::operation(*self)
    }
}

impl fmt::Debug for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}…-{}", self.client.0 >> 96, self.sequence)
    }
}

impl FromStr for OperationId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (client, sequence) = text.split_once('-').ok_or(IdError::NotAnOperation)?;
        Ok(Self {
            client: client.parse()?,
            sequence: sequence.parse().map_err(|_| IdError::NotAnOperation)?,
        })
    }
}

serde_as_text!(OperationId);

/// A name's text, beside its first bytes: fields are told apart by those. Boards, widgets and fields are looked up by name a dozen
/// times for each operation.
#[derive(Clone)]
struct Name {
    /// As a number, in the order of the text: what is missing is zero, which is in no name.
    head: u64,
    text: Arc<str>,
}

/// How many bytes of a name are its head.
const HEAD_BYTES: usize = 8;

impl Name {
    fn new(text: &str) -> Self {
        let mut head = [0; HEAD_BYTES];
        for (to, from) in head.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        Self {
            head: u64::from_be_bytes(head),
            text: text.into(),
        }
    }

    fn tail(&self) -> &[u8] {
        self.text.as_bytes().get(HEAD_BYTES..).unwrap_or_default()
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        let heads = self.head.cmp(&other.head);
        if heads.is_ne() || self.text.len().max(other.text.len()) <= HEAD_BYTES {
            return heads;
        }
        self.tail().cmp(other.tail())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text) || self.cmp(other).is_eq()
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.text.hash(hasher);
    }
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Name);
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0.text
            }
            /// The name that a program's own text spells out: `named("fuel")`.
            ///
            /// # Panics
            /// When it is none: what comes from elsewhere is parsed instead.
            #[must_use]
            #[track_caller]
            pub fn named(text: &'static str) -> Self {
                text.parse().unwrap_or_else(|error| panic!("`{text}`: {error}"))
            }
            fn text(&self) -> &str {
                &self.0.text
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.text)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0.text, f)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
                if text.is_empty() || text.len() > NAME_BYTES_MAX || !text.bytes().all(plain) {
                    return Err(IdError::NotAName);
                }
                Ok(Self(Name::new(text)))
            }
        }
        serde_as_text!($name);
    };
}

name_id! {
    /// A board: the unit of subscription and of order.
    BoardId
}
name_id! {
    /// A widget of a board.
    WidgetId
}
name_id! {
    /// A widget's field.
    FieldName
}
name_id! {
    /// A widget's kind, as the catalog knows it.
    Kind
}
name_id! {
    /// Who made an operation, as the server knows them.
    Principal
}

impl BoardId {
    /// The board whose widgets are the boards: how they are listed, renamed and removed.
    #[must_use]
    pub fn directory() -> Self {
        Self(Name::new("boards"))
    }

    /// Its entry in the directory: the widget that has its name.
    ///
    /// # Panics
    /// Never: what names a board can name a widget.
    #[must_use]
    pub fn entry(&self) -> WidgetId {
        self.as_str().parse().expect("a board's name is a widget's name")
    }

    /// The board that our own server is born with: the one that is meant where none is named.
    #[must_use]
    pub fn first() -> Self {
        Self(Name::new("this-machine"))
    }

    /// The board on a page that does not know yet which one it will show.
    #[must_use]
    pub fn unnamed() -> Self {
        Self(Name::new("board"))
    }

    /// No board: the name under which a server keeps its refusals of operations on boards that are not there.
    #[must_use]
    pub fn refusals() -> Self {
        Self(Name::new(".refusals"))
    }
}

const BIRTH: &str = "board";

impl WidgetId {
    /// The widget whose creation is a board's first record: a board exists from then on.
    #[must_use]
    pub fn birth() -> Self {
        Self(Name::new(BIRTH))
    }

    /// Whether it is that one.
    #[must_use]
    pub fn is_birth(&self) -> bool {
        self.as_str() == BIRTH
    }
}

/// What a principal may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Watch only; every operation is refused.
    View,
    /// Watch and change.
    Edit,
}

/// A principal with its access: what the server's door hands to the rooms behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Who.
    pub principal: Principal,
    /// What they may do.
    pub access: Access,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_their_text() {
        let texts = [
            "-",
            "a",
            "a-",
            "aaaaaaa",
            "aaaaaaaa",
            "aaaaaaaa-",
            "aaaaaaaab",
            "aaaaaaab",
            "b",
            "boards",
            "this-machine",
        ];
        let names: Vec<BoardId> = texts.iter().map(|text| text.parse().expect("a name")).collect();
        for (one, name) in texts.iter().zip(&names) {
            for (other, named) in texts.iter().zip(&names) {
                assert_eq!(name.cmp(named), one.cmp(other), "{one} and {other}");
                assert_eq!(name == named, one == other, "{one} and {other}");
            }
        }
    }
}
