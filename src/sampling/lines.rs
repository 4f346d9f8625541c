//! Samples that come in pieces, which end anywhere: what is read of them are whole lines. Pure.

use super::line::{LineError, Sample, read};
use crate::{config::SAMPLE_LINE_BYTES_MAX, time::Timestamp};

/// The lines of one text.
#[derive(Debug, Default)]
pub struct Lines {
    /// What its series' names begin with, whatever the line says.
    prefix: String,
    /// Lines so far.
    number: u64,
    /// The beginning of a line whose end has not come.
    rest: Vec<u8>,
}

impl Lines {
    /// A text whose series' names get `prefix` before them.
    #[must_use]
    pub fn new(prefix: String) -> Self {
        Self {
            prefix,
            ..Self::default()
        }
    }

    /// Lines that were read to their end.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Reads the next piece: `each` is told of every line that ends in it, by its number from 1.
    pub fn read(&mut self, piece: &[u8], now: Timestamp, mut each: impl FnMut(u64, Result<Option<Sample>, LineError>)) {
        let mut lines = piece.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            let whole;
            let line = if self.rest.is_empty() {
                line
            } else {
                whole = [&std::mem::take(&mut self.rest), line].concat();
                &whole
            };
            self.number += 1;
            each(self.number, read(line, &self.prefix, now));
        }
        // Of a line that is too long anyway no more is kept than shows that.
        let room = (SAMPLE_LINE_BYTES_MAX + 1).saturating_sub(self.rest.len());
        self.rest.extend_from_slice(&last[..last.len().min(room)]);
    }

    /// There is no more: the last line needs no end.
    pub fn end(&mut self, now: Timestamp, each: impl FnMut(u64, Result<Option<Sample>, LineError>)) {
        if !self.rest.is_empty() {
            self.read(b"\n", now, each);
        }
    }

    /// There should have been more. Half a line would say something else than the whole: it is not read.
    pub fn break_off(&mut self) {
        self.rest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wherever_a_text_is_cut_its_lines_are_the_same() {
        let text = "fuel 1\n\r\n# a comment\nnonsense\noil{tank=\"ü\"} 2\nlast 3".as_bytes();
        let whole = read_in_pieces(text, text.len());
        assert_eq!(whole.len(), 6);
        let named = whole.iter().filter_map(|(_, line)| line.clone().ok()?);
        let names: Vec<String> = named.map(|sample| sample.name).collect();
        assert_eq!(names, ["db.fuel", "db.oil{tank=\"ü\"}", "db.last"]);
        for len in 1..text.len() {
            assert_eq!(read_in_pieces(text, len), whole, "pieces of {len} bytes");
        }
    }

    #[test]
    fn half_a_line_is_not_read() {
        let mut lines = Lines::new(String::new());
        let mut read = Vec::new();
        lines.read(b"oil 7\nfuel 1", Timestamp(0), |number, _| read.push(number));
        lines.break_off();
        lines.end(Timestamp(0), |number, _| read.push(number));
        assert_eq!((read, lines.number()), (vec![1], 1));
    }

    fn read_in_pieces(text: &[u8], len: usize) -> Vec<(u64, Result<Option<Sample>, LineError>)> {
        let mut lines = Lines::new("db.".to_owned());
        let mut told = Vec::new();
        for piece in text.chunks(len) {
            lines.read(piece, Timestamp(0), |number, line| told.push((number, line)));
        }
        lines.end(Timestamp(0), |number, line| told.push((number, line)));
        told
    }
}
