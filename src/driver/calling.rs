//! What a device is called: as its note has it, or until a person names it.

use crate::{config::COLOURS_LEN, protocol::Device};

/// A device that nobody has named yet, with a word and a colour of its own: `Chrome on Linux · Heron`. So that two of a kind are told
/// apart, by who reads their names and by who sees but their first letters. `None` where `known` was named by a person; what an
/// earlier version called by its kind alone gets a word, when this one starts on it for the first time (`is_new`).
pub fn drawn(kind: &str, known: Option<&Device>, is_new: bool, random: u128) -> Option<Device> {
    if known.is_some_and(|known| !is_new || known.name != kind) {
        return None;
    }
    let [colour, word, ..] = random.to_le_bytes();
    let word = WORDS.split(' ').nth(usize::from(word) % WORDS_LEN).unwrap_or_default();
    Some(Device {
        name: [kind, " · ", word].concat(),
        colour: known.map_or(colour % COLOURS_LEN, |known| known.colour),
    })
}

/// What a device is called, as its note has it: the number of its colour, and its name.
pub fn device_in(note: &str) -> Option<Device> {
    let (colour, name) = note.split_once(' ')?;
    let (colour, name) = (colour.parse().ok()?, name.to_owned());
    Some(Device { name, colour })
}

/// The note of a device, which [`device_in`] reads.
pub fn note_of(device: &Device) -> String {
    [device.colour.to_string().as_str(), " ", &device.name].concat()
}

/// Birds, and what lies at a harbour: short, easily said by radio, and of nobody.
const WORDS: &str = "Anchor Auk Avocet Barnacle Beacon Bittern Buoy Capstan Coot Coral Crane Curlew Dune Dunlin Eider Ember Falcon \
    Fern Fjord Gannet Grebe Gull Harbour Heron Ibis Inlet Island Jetty Kelp Kestrel Kite Lagoon Lantern Lapwing Lark Mallard \
    Martin Mast Moss Oar Oriole Osprey Otter Pelican Pier Plover Puffin Quay Rail Raven Reef Robin Rudder Sail Shore Sparrow \
    Swift Tern Thistle Tide Umber Wave Willow Wren";
const WORDS_LEN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "Chrome on Linux";

    #[test]
    fn the_words_are_as_many_as_are_drawn_from_and_each_is_another() {
        let mut words = WORDS.split(' ').collect::<Vec<_>>();
        assert!(
            words.is_sorted() && words.iter().all(|word| word.len() > 2),
            "{words:?}"
        );
        words.dedup();
        assert_eq!(words.len(), WORDS_LEN);
    }

    #[test]
    fn two_of_a_kind_have_each_a_word_of_their_own_after_what_they_are() {
        let name = |random| drawn(KIND, None, true, random).expect("it is new").name;
        assert_eq!(name(0x0000), "Chrome on Linux · Anchor");
        assert_eq!(name(0x3f00), "Chrome on Linux · Wren");
        assert_eq!(name(0x4100), "Chrome on Linux · Auk");
        let colours = [0_u128, 7, 8].map(|random| drawn(KIND, None, true, random).expect("it is new").colour);
        assert_eq!(colours, [0, 7, 0]);
    }

    #[test]
    fn what_a_person_has_named_is_called_so_and_what_nobody_has_keeps_its_colour_and_its_word() {
        let named = |note| drawn(KIND, device_in(note).as_ref(), true, 0x0102);
        assert_eq!(named("3 Bridge"), None);
        assert_eq!(
            named("3 Chrome on Linux · Heron"),
            None,
            "it has its word since it started first"
        );
        assert_eq!(named("3 Firefox on Linux"), None, "a person has called it so");
        let device = named("3 Chrome on Linux").expect("an earlier version gave it none");
        assert_eq!((device.name.as_str(), device.colour), ("Chrome on Linux · Auk", 3));
    }
}
