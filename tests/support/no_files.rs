//! No files: the records in memory are the device's storage, as in a build without the native half.
#![allow(dead_code, reason = "the scenarios ask less of it than the simulator")]

use tideboard::sync::storage::{Namespace, Outcome, Records, Transaction};

#[derive(Default)]
pub struct Files {}

impl Files {
    pub fn commit(&mut self, _: usize, _: &Namespace, _: &Transaction, _: &Outcome, _: &Records) {}

    pub fn load(&mut self, _: usize, _: &Namespace, _: bool, records: Records) -> Records {
        records
    }

    pub fn sync(&mut self) {}

    pub fn kill(&mut self, _: usize) -> bool {
        false
    }

    pub fn cut(&mut self, _: u64) {}

    pub fn holds<'a>(&mut self, _: impl IntoIterator<Item = (&'a Namespace, &'a Records)>) -> bool {
        false
    }

    pub fn must_hold<'a>(&mut self, _: impl IntoIterator<Item = (&'a Namespace, &'a Records)>) {}

    pub fn overwrite<'a>(&mut self, _: impl IntoIterator<Item = (&'a Namespace, &'a Records)>) {}
}
