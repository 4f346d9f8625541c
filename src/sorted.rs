//! Maps and sets as sorted lists, with the names of the standard library's.
//!
//! For what a page holds: at most some ten thousand entries, mostly added at the end and read in order. A list does that as
//! well as a tree of nodes, by a much shorter program, which is compiled once for every type of key and value. A large value
//! goes into a `Box`, since the entries after one are moved when it comes or goes.

mod map;
mod set;

use std::{
    cmp::Ordering,
    ops::{Bound, Range, RangeBounds},
};

pub use map::{Entry, Iter, SortedMap};
pub use set::SortedSet;

/// Sorts, and leaves equals in their order: one short program for every type, where that of `sort_by` is a long one for each.
#[must_use]
pub fn sorted<T>(mut values: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let swaps = swaps(values.len(), &|one, other| compare(&values[one], &values[other]));
    for (at, from) in swaps {
        values.swap(at, from);
    }
    values
}

/// What to exchange, in this order, for the values to be sorted.
fn swaps(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<(usize, usize)> {
    if (1..len).all(|at| compare(at - 1, at).is_le()) {
        return Vec::new(); // as nearly everything comes
    }
    let mut places: Vec<usize> = (0..len).collect();
    heap_sort(&mut places, &|one, other| compare(one, other).then(one.cmp(&other)));
    for at in 0..len {
        // The value that belongs here was moved by the exchanges before, and again by those of where it went.
        while places[at] < at {
            places[at] = places[places[at]];
        }
    }
    places.into_iter().enumerate().collect()
}

/// Sorts within a dozen lines, and never slowly: the library's sort is one of the longest programs of a page.
fn heap_sort(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    let (mut root, mut end) = (places.len() / 2, places.len());
    while end > 1 {
        if root > 0 {
            root -= 1; // the heap grows from its end
        } else {
            end -= 1; // its greatest goes where it belongs
            places.swap(0, end);
        }
        let mut parent = root;
        while let Some(mut child) = Some(2 * parent + 1).filter(|child| *child < end) {
            if child + 1 < end && compare(places[child], places[child + 1]).is_lt() {
                child += 1;
            }
            if compare(places[parent], places[child]).is_ge() {
                break;
            }
            places.swap(parent, child);
            parent = child;
        }
    }
}

/// Where the entries of a range lie in a sorted list.
fn places<T, Q: Ord + ?Sized>(entries: &[T], range: &impl RangeBounds<Q>, key: impl Fn(&T) -> &Q) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Included(first) => entries.partition_point(|entry| key(entry) < first),
        Bound::Excluded(last) => entries.partition_point(|entry| key(entry) <= last),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => entries.partition_point(|entry| key(entry) <= last),
        Bound::Excluded(first) => entries.partition_point(|entry| key(entry) < first),
        Bound::Unbounded => entries.len(),
    };
    start..end
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const UNSORTED: [(&str, u32); 6] = [("c", 1), ("a", 2), ("d", 3), ("a", 4), ("b", 5), ("c", 6)];

    #[test]
    fn what_is_collected_is_what_the_standard_librarys_map_holds() {
        let (ours, theirs) = (SortedMap::from(UNSORTED), BTreeMap::from(UNSORTED));
        assert!(ours.iter().eq(&theirs));
        assert!(ours.into_iter().eq(theirs));
    }

    #[test]
    fn one_by_one_comes_to_the_same_as_all_at_once() {
        let mut map = SortedMap::new();
        let replaced: Vec<_> = UNSORTED.map(|(key, value)| map.insert(key, value)).into();
        assert_eq!(replaced, [None, None, None, Some(2), None, Some(1)]);
        assert_eq!(map, SortedMap::from(UNSORTED));
        assert_eq!(map.remove("b"), Some(5));
        assert_eq!(map.remove("b"), None);
        *map.entry("e").or_default() += 1;
        *map.entry("e").or_default() += 1;
        assert_eq!(map.get("e"), Some(&2));
        assert_eq!(map.pop_first(), Some(("a", 4)));
        assert_eq!(map.extract_if(|_, value| *value == 3).collect::<Vec<_>>(), [("d", 3)]);
        assert!(map.keys().eq(&["c", "e"]));
    }

    #[test]
    fn a_set_is_what_the_standard_librarys_set_is() {
        let values = [5, 1, 4, 1, 3];
        let (mut ours, mut theirs) = (SortedSet::from(values), BTreeSet::from(values));
        for value in [3, 2, 9] {
            assert_eq!(ours.insert(value), theirs.insert(value));
        }
        for value in [1, 7] {
            assert_eq!(ours.remove(&value), theirs.remove(&value));
        }
        assert!(ours.iter().eq(&theirs));
        let (other, same) = (SortedSet::from([4, 9]), BTreeSet::from([4, 9]));
        assert!(ours.difference(&other).eq(theirs.difference(&same)));
    }

    #[test]
    fn ranges_begin_and_end_where_the_standard_librarys_do() {
        let keys = [2, 4, 6, 8];
        let (ours, theirs) = (SortedSet::from(keys), BTreeSet::from(keys));
        for edge in 1..=9 {
            assert!(ours.range(edge..).eq(theirs.range(edge..)));
            assert!(ours.range(..edge).eq(theirs.range(..edge)));
            assert!(ours.range(..=edge).eq(theirs.range(..=edge)));
        }
    }

    #[test]
    fn equals_stay_in_their_order() {
        let by_length = sorted(vec!["bb", "a", "aa", "b"], |one, other| one.len().cmp(&other.len()));
        assert_eq!(by_length, ["a", "b", "bb", "aa"]);
        let far_apart: Vec<u32> = (0..100).map(|number| number * 37 % 101).collect();
        let mut as_the_standard_library = far_apart.clone();
        as_the_standard_library.sort();
        assert_eq!(sorted(far_apart, u32::cmp), as_the_standard_library);
    }

    #[test]
    fn json_is_that_of_the_standard_librarys_map() {
        let map = SortedMap::from(UNSORTED);
        let text = serde_json::to_string(&map).expect("plain");
        assert_eq!(text, r#"{"a":4,"b":5,"c":6,"d":3}"#);
        let read: SortedMap<String, u32> = serde_json::from_str(r#"{"d":3,"c":1,"a":4,"c":6,"b":5}"#).expect("a map");
        assert_eq!(serde_json::to_string(&read).expect("plain"), text);
        let empty = SortedMap::<String, u32>::new();
        assert_eq!(serde_json::to_string(&empty).expect("plain"), "{}");
    }
}
