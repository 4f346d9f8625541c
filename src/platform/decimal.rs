//! Numbers in digits, as the standard library writes them.
//!
//! Its own way is thirteen kilobytes of a page's program, and a table. JSON's, which a page has anyway, finds the same digits: only
//! where they stand is another matter. In a released page [`write`] stands in for the standard library's `Display` and `Debug` of a
//! number (`xtask/src/prune.rs`), whoever asks for them. Where two are as short and as near, which takes more than a hundred million million and
//! a fraction, it takes the even one, and the standard library the larger.

use std::{
    fmt::{self, Formatter},
    iter::repeat_n,
};

use serde_json::Number;

/// Writes a number with as few digits as tell it from any other, or with as many after the point as the formatter asks for.
///
/// # Errors
/// The formatter's.
#[inline(never)]
pub fn write(value: &f64, f: &mut Formatter<'_>) -> fmt::Result {
    if value.is_nan() {
        return f.pad_integral(true, "", "NaN");
    }
    let size = value.abs();
    let digits = match f.precision() {
        _ if size.is_infinite() => "inf".to_owned(),
        Some(places) => exact(size, places),
        None => shortest(size),
    };
    f.pad_integral(value.is_sign_positive(), "", &digits)
}

/// JSON's digits, without an exponent.
fn shortest(size: f64) -> String {
    let text = Number::from_f64(size).map_or_else(String::new, |number| number.to_string());
    let (text, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let mut digits = [whole, part.trim_end_matches('0')].concat().into_bytes();
    let point = whole.len() as i32 + exponent.trim_start_matches('+').parse().unwrap_or(0);
    let before = usize::try_from(1 - point).unwrap_or(0);
    digits.splice(0..0, repeat_n(b'0', before));
    let point = point.max(1) as usize;
    digits.extend(repeat_n(b'0', point.saturating_sub(digits.len())));
    pointed(digits, point)
}

/// All that a number has, rounded to so many digits behind the point; half of one to the even neighbour.
fn exact(size: f64, places: usize) -> String {
    let bits = size.to_bits();
    let exponent = (bits >> 52) as i32;
    let (mantissa, exponent) = match exponent {
        0 => (bits & FRACTION, -1074),
        _ => (bits & FRACTION | 1 << 52, exponent - 1075),
    };
    // The lowest first. A half is five tenths: to halve a number once more is to have five times the digits, one place further down.
    let mut digits: Vec<u8> = mantissa.to_string().bytes().rev().map(|digit| digit - b'0').collect();
    for _ in 0..exponent.unsigned_abs() {
        times(&mut digits, if exponent < 0 { 5 } else { 2 });
    }
    let mut below = usize::try_from(-exponent).unwrap_or(0);
    if below > places {
        let cut = below - places;
        digits.resize(digits.len().max(cut + 1), 0);
        let rest = digits.split_off(cut);
        let cut = std::mem::replace(&mut digits, rest);
        let half = cut.iter().rev().skip(1).any(|digit| *digit > 0);
        let up = match cut.last() {
            Some(5) => half || digits[0] % 2 == 1,
            highest => highest > Some(&5),
        };
        let mut at = 0;
        while up && digits.get(at) == Some(&9) {
            digits[at] = 0;
            at += 1;
        }
        digits.resize(digits.len().max(at + 1), 0);
        digits[at] += u8::from(up);
        below = places;
    }
    digits.splice(0..0, repeat_n(0, places - below));
    digits.resize(digits.len().max(places + 1), 0);
    let point = digits.len() - places;
    pointed(digits.iter().rev().map(|digit| digit + b'0').collect(), point)
}

fn times(digits: &mut Vec<u8>, factor: u8) {
    let mut carried = 0;
    for digit in digits.iter_mut() {
        let product = *digit * factor + carried;
        (*digit, carried) = (product % 10, product / 10);
    }
    if carried > 0 {
        digits.push(carried);
    }
}

/// Digits as a text, with the point after so many of them; none where nothing follows it.
fn pointed(mut digits: Vec<u8>, point: usize) -> String {
    if point < digits.len() {
        digits.insert(point, b'.');
    }
    digits.into_iter().map(char::from).collect()
}

/// The bits of a number that are its fraction.
const FRACTION: u64 = (1 << 52) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    struct Own(f64);

    impl fmt::Display for Own {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            write(&self.0, f)
        }
    }

    /// Where two may be as short and as near.
    const TIES: std::ops::Range<f64> = 1e14..1e17;

    /// Numbers of every size, and the odd ones.
    fn numbers() -> impl Iterator<Item = f64> {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let random = std::iter::repeat_with(move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        });
        let any = random.take(20_000).map(f64::from_bits);
        let usual = random
            .take(20_000)
            .map(|bits| (bits % 2_000_001) as f64 / 1_000.0 - 1_000.0);
        let halves = (0..4_000).map(|eighths| f64::from(eighths) / 8.0);
        let odd = [
            0.0,
            -0.0,
            0.1,
            0.3,
            9.995,
            99.5,
            0.05,
            1e15,
            1e16,
            1e21,
            1e22,
            1e-5,
            1e-7,
            123_456_789.0,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        any.chain(usual).chain(halves).chain(odd)
    }

    #[test]
    fn a_number_is_written_as_the_standard_library_writes_it() {
        for number in numbers() {
            let (own, other) = (Own(number).to_string(), number.to_string());
            let is_as_near = || TIES.contains(&number.abs()) && own.len() == other.len() && own.parse() == Ok(number);
            assert!(own == other || is_as_near(), "{own} for {other}");
        }
    }

    #[test]
    fn places_width_and_signs_are_as_asked_for() {
        for number in numbers().step_by(3).filter(|number| !TIES.contains(&number.abs())) {
            let own = Own(number);
            assert_eq!(format!("{own:.0}"), format!("{number:.0}"));
            assert_eq!(format!("{own:.2}"), format!("{number:.2}"));
            if !number.is_nan() {
                // It has no sign, and nobody asks for one.
                assert_eq!(format!("{own:+09.3}"), format!("{number:+09.3}"));
            }
            assert_eq!(
                format!("{own:>12}|{own:<8.1}|{own:*^9.1}"),
                format!("{number:>12}|{number:<8.1}|{number:*^9.1}")
            );
        }
    }
}
