//! Maps and sets as sorted lists, with the names of the standard library's.
//!
//! For what a page holds: at most some ten thousand entries, mostly added at the end and read in order. A list does that as
//! well as a tree of nodes, and its program is a fifth as long, once for every type of key and value. A large value goes into
//! a `Box`, since those after an entry are moved when it comes or goes.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    fmt,
    marker::PhantomData,
    ops::{Bound, Range, RangeBounds},
    slice, vec,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A map, in the order of its keys.
#[derive(Clone, PartialEq, Eq)]
pub struct SortedMap<K, V>(Vec<(K, V)>);

/// A set, in order.
#[derive(Clone, PartialEq, Eq)]
pub struct SortedSet<T>(Vec<T>);

impl<K: Ord, V> SortedMap<K, V> {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(&self.0[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(&mut self.0[at].1)
    }

    /// Whether there is such a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Sets the value of a key, and gives the one it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes a key out, and gives its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Takes the first entry out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (!self.is_empty()).then(|| self.0.remove(0))
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The place of a key, there or to come.
    pub const fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { map: self, key }
    }

    /// The entries, in order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.0.iter())
    }

    /// The entries, in order, their values to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The entries of a range of keys, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        Iter(self.0[places(&self.0, &range, |(key, _)| key.borrow())].iter())
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The values alone, in the order of their keys.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = V> {
        self.0.into_iter().map(|(_, value)| value)
    }

    /// Keeps the entries that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// Takes out the entries that `take` says yes to, as far as the iterator is read.
    pub fn extract_if(&mut self, mut take: impl FnMut(&K, &mut V) -> bool) -> impl Iterator<Item = (K, V)> {
        self.0.extract_if(.., move |(key, value)| take(key, value))
    }

    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(other, _)| other.borrow().cmp(key))
    }
}

/// The place of a key in a map.
pub struct Entry<'a, K, V> {
    map: &'a mut SortedMap<K, V>,
    key: K,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// The value, which is `value` if there was none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        let Self { map, key } = self;
        let at = map.find(&key).unwrap_or_else(|at| {
            map.0.insert(at, (key, value));
            at
        });
        &mut map.0[at].1
    }

    /// The value, which is the default one if there was none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert(V::default())
    }
}

impl<T: Ord> SortedSet<T> {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// How many there are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is in there.
    pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.find(value).is_ok()
    }

    /// Puts it in; answers whether it is new.
    pub fn insert(&mut self, value: T) -> bool {
        let place = self.find(&value);
        if let Err(at) = place {
            self.0.insert(at, value);
        }
        place.is_err()
    }

    /// Takes it out; answers whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.find(value);
        if let Ok(at) = place {
            self.0.remove(at);
        }
        place.is_ok()
    }

    /// All of it, in order.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.0.iter()
    }

    /// What lies in a range, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> slice::Iter<'_, T>
    where
        T: Borrow<Q>,
    {
        self.0[places(&self.0, &range, |value| value.borrow())].iter()
    }

    /// What is here and not in the other.
    pub fn difference(&self, other: &Self) -> impl Iterator<Item = &T> {
        self.iter().filter(|value| !other.contains(*value))
    }

    /// Keeps what `keep` says yes to.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    fn find<Q: Ord + ?Sized>(&self, value: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|other| other.borrow().cmp(value))
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

/// The entries of a map, in order.
#[derive(Clone)]
pub struct Iter<'a, K, V>(slice::Iter<'a, (K, V)>);

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key, value))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (key, value))
    }
}

impl<'a, K: Ord, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        for value in values {
            self.insert(value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    /// Of a key that comes twice, the later value stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut entries: Vec<(K, V)> = entries.into_iter().collect();
        if !entries.is_sorted_by(|(key, _), (next, _)| key < next) {
            entries = sorted(entries, |(key, _), (other, _)| key.cmp(other));
            entries.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Self(entries)
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values: Vec<T> = values.into_iter().collect();
        if !values.is_sorted_by(|value, next| value < next) {
            values = sorted(values, T::cmp);
            values.dedup();
        }
        Self(values)
    }
}

/// Sorts, and leaves equals in their order: one program for every type, where that of `sort_by` is a long one for each.
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
    let mut places: Vec<usize> = (0..len).collect();
    places.sort_by(|one, other| compare(*one, *other));
    for at in 0..len {
        // The value that belongs here was moved by the exchanges before, and again by those of where it went.
        while places[at] < at {
            places[at] = places[places[at]];
        }
    }
    places.into_iter().enumerate().collect()
}

impl<K: Ord, V, const LEN: usize> From<[(K, V); LEN]> for SortedMap<K, V> {
    fn from(entries: [(K, V); LEN]) -> Self {
        entries.into_iter().collect()
    }
}

impl<T: Ord, const LEN: usize> From<[T; LEN]> for SortedSet<T> {
    fn from(values: [T; LEN]) -> Self {
        values.into_iter().collect()
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for SortedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<K: Ord + Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for SortedMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// Reads a map.
struct Reader<K, V>(PhantomData<(K, V)>);

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> de::Visitor<'de> for Reader<K, V> {
    type Value = SortedMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(entries.into_iter().collect())
    }
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
