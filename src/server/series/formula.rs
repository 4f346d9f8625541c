//! What is to be worked out from which series, as a person writes it where a series' name may stand: `rate 1m of fuel`.
//!
//! ```text
//! formula = part [ " / " part ]
//! part    = over " " window " of " part       over time:  rate delta avg min max p0 … p100
//!         | ago " of " part                   earlier:    yesterday, last week
//!         | several "(" part { " + " part } ")"   of several: sum avg min max top-N
//!         | name [ "*" ]
//! ```
//!
//! So written, a formula is a name as any other: it has no comma, and one that ends in `*` stands for one of each series that begins so.

use std::fmt;

use crate::config::{FORMULA_DEPTH_MAX, SERIES_NAME_BYTES_MAX, TOP_LEN_MAX, WINDOWS};

/// What is to be worked out.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// A series.
    Series(String),
    /// Every series that begins so, each for itself.
    Each(String),
    /// Of a part, over a window that moves with it.
    Over(Over, u64, Box<Self>),
    /// A part as it was so many milliseconds ago.
    Ago(u64, Box<Self>),
    /// One of several parts.
    Several(Several, Vec<Self>),
    /// The first by the second.
    Ratio(Box<[Self; 2]>),
}

/// What is worked out over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Over {
    /// By how much a counter grows in a second; where it falls it began anew at zero.
    Rate,
    /// By how much the last differs from the first.
    Delta,
    /// The mean.
    Mean,
    /// The least.
    Least,
    /// The greatest.
    Greatest,
    /// The least value that so many percent of all do not exceed.
    Percentile(f64),
}

/// What is worked out of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// All together.
    Sum,
    /// Their mean.
    Mean,
    /// The least.
    Least,
    /// The greatest.
    Greatest,
    /// So many of the greatest, as rows with their names.
    Top(usize),
}

/// Why a text that is meant as a formula is none. `Display` says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormulaError {
    /// There is no such function.
    Unknown(String),
    /// The function has no window.
    NoWindow(String),
    /// The function has a window, and no `of` behind it.
    NoOf(String),
    /// The function has a window that is none of [`WINDOWS`].
    Window(String),
    /// No percentile is called so.
    Percentile(String),
    /// A list of the greatest is of so many.
    Top,
    /// A list of the greatest is within another part.
    TopWithin,
    /// A function of several series is written without parentheses.
    NoParentheses(String),
    /// A function over time is written with them.
    Parentheses(String),
    /// A parenthesis is not closed at the end of its part.
    Unclosed(String),
    /// A series' name is missing.
    NoSeries,
    /// A `*` stands elsewhere than at the end of a name.
    Star(String),
    /// A part that stands for many series is in a ratio.
    ManyInRatio(String),
    /// There are several ratios, or one within a part.
    Ratios,
    /// Too many functions are within each other.
    TooDeep,
    /// It is longer than a name may be.
    TooLong,
}

impl Formula {
    /// Reads a text; `None` of one that is a series' name, which it is as soon as it does not begin as a formula does.
    pub fn read(text: &str) -> Option<Result<Self, FormulaError>> {
        let parts = split(text, " / ");
        match parts[..] {
            _ if text.len() > SERIES_NAME_BYTES_MAX && (parts.len() > 1 || is_meant(text)) => {
                Some(Err(FormulaError::TooLong))
            }
            [only] if is_meant(only) => Some(part(only, FORMULA_DEPTH_MAX, false)),
            [_] => None,
            [above, below] => Some(ratio(above, below)),
            _ => Some(Err(FormulaError::Ratios)),
        }
    }

    /// How the series begin for each of which there is one; `None` of what is one by itself.
    pub fn each(&self) -> Option<&str> {
        match self {
            Self::Each(beginning) => Some(beginning),
            Self::Over(_, _, of) | Self::Ago(_, of) => of.each(),
            Self::Series(_) | Self::Several(..) | Self::Ratio(_) => None,
        }
    }

    /// The one among those that is of this series.
    pub fn of(&self, series: &str) -> Self {
        match self {
            Self::Each(_) => Self::Series(series.to_owned()),
            Self::Over(over, window_ms, of) => Self::Over(*over, *window_ms, Box::new(of.of(series))),
            Self::Ago(ms, of) => Self::Ago(*ms, Box::new(of.of(series))),
            other => other.clone(),
        }
    }

    /// The names it is of, as somebody would watch them.
    pub fn inputs(&self) -> Vec<String> {
        match self {
            Self::Series(name) => vec![name.clone()],
            Self::Each(beginning) => vec![[beginning, "*"].concat()],
            Self::Over(_, _, of) | Self::Ago(_, of) => of.inputs(),
            Self::Several(_, parts) => parts.iter().flat_map(Self::inputs).collect(),
            Self::Ratio(parts) => parts.iter().flat_map(Self::inputs).collect(),
        }
    }

    /// How long before an instant what it is of has a say, in milliseconds.
    pub fn window_ms(&self) -> u64 {
        match self {
            Self::Series(_) | Self::Each(_) => 0,
            Self::Over(_, window_ms, of) => window_ms + of.window_ms(),
            Self::Ago(_, of) => of.window_ms(),
            Self::Several(_, parts) => parts.iter().map(Self::window_ms).max().unwrap_or(0),
            Self::Ratio(parts) => parts.iter().map(Self::window_ms).max().unwrap_or(0),
        }
    }

    /// Whether its value is a number, and so has a past.
    pub const fn is_number(&self) -> bool {
        !matches!(self, Self::Several(Several::Top(_), _))
    }
}

fn ratio(above: &str, below: &str) -> Result<Formula, FormulaError> {
    let half = |text: &str| {
        let half = part(text, FORMULA_DEPTH_MAX, false)?;
        match half {
            _ if half.each().is_some() => Err(FormulaError::ManyInRatio(text.trim().to_owned())),
            _ if !half.is_number() => Err(FormulaError::TopWithin),
            _ => Ok(half),
        }
    };
    Ok(Formula::Ratio(Box::new([half(above)?, half(below)?])))
}

/// One part, with at most so many functions within each other. Inside parentheses a name may end in `{*}` as well as in `{*`.
fn part(text: &str, depth: usize, is_inside: bool) -> Result<Formula, FormulaError> {
    let text = text.trim();
    if split(text, " / ").len() > 1 {
        return Err(FormulaError::Ratios);
    }
    let within = |text: &str, is_inside| {
        let depth = depth.checked_sub(1).ok_or(FormulaError::TooDeep)?;
        let within = part(text, depth, is_inside)?;
        within.is_number().then_some(within).ok_or(FormulaError::TopWithin)
    };
    if let Some((head, rest)) = called(text) {
        let several = several(head).ok_or_else(|| FormulaError::Parentheses(head.to_owned()))??;
        let rest = rest.strip_suffix(')');
        let rest = rest.ok_or_else(|| FormulaError::Unclosed(text.to_owned()))?;
        let parts = split(rest, " + ").into_iter().map(|text| within(text, true));
        return Ok(Formula::Several(several, parts.collect::<Result<_, _>>()?));
    }
    if let Some(head) = lacks_of(text) {
        return Err(FormulaError::NoOf(head));
    }
    let Some((head, rest)) = of(text) else {
        return name(text, is_inside);
    };
    if let Some((_, ms)) = AGO.into_iter().find(|(word, _)| *word == head) {
        return Ok(Formula::Ago(ms, Box::new(within(rest, is_inside)?)));
    }
    let (word, window) = head.split_once(' ').unwrap_or((head, ""));
    let over = match (over(word), several(head)) {
        (Some(over), _) => over?,
        (None, Some(_)) => return Err(FormulaError::NoParentheses(head.to_owned())),
        (None, None) => return Err(FormulaError::Unknown(word.to_owned())),
    };
    if window.is_empty() {
        return Err(FormulaError::NoWindow(word.to_owned()));
    }
    let known = WINDOWS.into_iter().find(|(written, _)| *written == window.trim());
    let (_, window_ms) = known.ok_or_else(|| FormulaError::Window(window.to_owned()))?;
    Ok(Formula::Over(over, window_ms, Box::new(within(rest, is_inside)?)))
}

fn name(text: &str, is_inside: bool) -> Result<Formula, FormulaError> {
    let closed = text.strip_suffix("{*}").filter(|_| is_inside);
    let each = match closed {
        Some(name) => Some([name, "{"].concat()),
        None => text.strip_suffix('*').map(str::to_owned),
    };
    let name = each.as_deref().unwrap_or(text);
    if text.is_empty() {
        return Err(FormulaError::NoSeries);
    }
    if name.contains('*') {
        return Err(FormulaError::Star(text.to_owned()));
    }
    Ok(match each {
        Some(beginning) => Formula::Each(beginning),
        None => Formula::Series(text.to_owned()),
    })
}

/// Whether a text begins as a formula does. Other names may have the same words in them, as “number of cars” has.
fn is_meant(text: &str) -> bool {
    called(text).is_some() || lacks_of(text).is_some() || of(text).is_some()
}

/// A function with its window, where something else than `of` comes next.
fn lacks_of(text: &str) -> Option<String> {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let (word, window, next) = (words.next()?, words.next()?, words.next()?);
    let is_one = over(word).is_some() && is_like_window(window) && next != "of";
    is_one.then(|| [word, " ", window].concat())
}

/// A function and what is behind its opening parenthesis.
fn called(text: &str) -> Option<(&str, &str)> {
    let (head, rest) = text.trim().split_once('(')?;
    (is_function(head) || several(head).is_some()).then_some((head, rest))
}

/// A function with its window, and what it is of.
fn of(text: &str) -> Option<(&str, &str)> {
    // Its own `of` may have nothing behind it.
    let (head, rest) = text
        .trim()
        .split_once(" of")
        .filter(|(_, rest)| rest.is_empty() || rest.starts_with(' '))?;
    let mut words = head.split(' ').filter(|word| !word.is_empty());
    let is_meant = match [words.next(), words.next(), words.next()] {
        [Some(_), Some(window), None] if is_like_window(window) => true,
        [Some(word), Some(second), None] => {
            second.starts_with(|first: char| first.is_ascii_digit()) && (is_function(word) || word == "top")
        }
        [Some(word), None, None] => is_function(word),
        _ => false,
    };
    (is_meant || AGO.iter().any(|(ago, _)| *ago == head)).then_some((head, rest))
}

fn is_like_window(word: &str) -> bool {
    let rest = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    rest.len() < word.len() && matches!(rest, "ms" | "s" | "sec" | "m" | "min" | "h" | "d" | "w")
}

fn is_function(word: &str) -> bool {
    over(word).is_some() || word == "sum" || AGO.iter().any(|(ago, _)| *ago == word)
}

/// `None` of a word that is no such function.
fn over(word: &str) -> Option<Result<Over, FormulaError>> {
    Some(Ok(match word {
        "rate" => Over::Rate,
        "delta" => Over::Delta,
        "avg" => Over::Mean,
        "min" => Over::Least,
        "max" => Over::Greatest,
        _ => {
            let percent = word.strip_prefix('p')?;
            let is_number = percent.starts_with(|first: char| first.is_ascii_digit());
            let is_number = is_number && percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let parsed = percent.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
            return is_number.then(|| {
                parsed
                    .map(Over::Percentile)
                    .ok_or_else(|| FormulaError::Percentile(word.to_owned()))
            });
        }
    }))
}

/// `None` of words that are no such function.
fn several(head: &str) -> Option<Result<Several, FormulaError>> {
    Some(Ok(match head.trim() {
        "sum" => Several::Sum,
        "avg" => Several::Mean,
        "min" => Several::Least,
        "max" => Several::Greatest,
        "top" => return Some(Err(FormulaError::Top)),
        head => {
            let len = head.strip_prefix("top ")?.trim();
            if !len.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let len = len.parse().ok().filter(|len| (1..=TOP_LEN_MAX).contains(len));
            return Some(len.map(Several::Top).ok_or(FormulaError::Top));
        }
    }))
}

/// Where a separator stands that is in no label and in no parentheses.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut braces, mut parentheses, mut is_quoted, mut is_escaped) = (0_u32, 0_u32, false, false);
    for (at, letter) in text.char_indices() {
        let rest = &text[at..];
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' if braces > 0 => is_quoted = !is_quoted,
            _ if is_quoted => {}
            // Of all labels there are: it needs no end.
            '{' if !rest.starts_with("{*") => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '(' => parentheses += 1,
            ')' => parentheses = parentheses.saturating_sub(1),
            ' ' if braces == 0 && parentheses == 0 && at >= start && rest.starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// What was then is as it was so many milliseconds ago.
const AGO: [(&str, u64); 2] = [("yesterday", 86_400_000), ("last week", 7 * 86_400_000)];

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let windows = || WINDOWS.map(|(written, _)| written).join(", ");
        match self {
            Self::Unknown(word) => write!(
                f,
                "there is no function `{word}`: over time there are rate, delta, avg, min, max and p0 to p100, as `avg 5m of fuel`"
            ),
            Self::NoWindow(word) => write!(f, "`{word}` needs a window ({}): write `{word} 5m of fuel`", windows()),
            Self::NoOf(head) => write!(f, "after `{head}` an `of` is missing: write `{head} of fuel`"),
            Self::Window(window) => write!(
                f,
                "`{window}` is no window: write one of {}, as `rate 1m of fuel`",
                windows()
            ),
            Self::Percentile(word) => write!(f, "`{word}` is no percentile: write p0 to p100, as `p95 5m of latency`"),
            Self::Top => write!(f, "of the greatest there are 1 to {TOP_LEN_MAX}: write `top 3(fuel*)`"),
            Self::TopWithin => f.write_str(
                "a list of the greatest is a table, and no part of something else: write `top 3(rate 1m of fuel*)`",
            ),
            Self::NoParentheses(head) => {
                write!(f, "`{head}` is of several series in parentheses: write `{head}(fuel*)`")
            }
            Self::Parentheses(head) => write!(f, "`{head}` is written without parentheses: {}", instead_of(head)),
            Self::Unclosed(part) => write!(
                f,
                "`{part}` has no `)` at its end: write `avg(fuel*)` of several series, and `avg 5m of fuel` of one over time"
            ),
            Self::NoSeries => f.write_str("a series’ name is missing: write `rate 1m of fuel`"),
            Self::Star(name) => write!(
                f,
                "in `{name}` the `*` is not at the end: write `fuel*`, or `fuel{{*` for all of its labels"
            ),
            Self::ManyInRatio(part) => write!(
                f,
                "`{part}` is of each of many series, and a ratio is of two numbers: write `sum(fuel*) / tank`"
            ),
            Self::Ratios => f.write_str(
                "there is one ` / ` at most, and it is outside of parentheses: write `sum(fuel*) / sum(tank*)`",
            ),
            Self::TooLong => write!(
                f,
                "it has more than {SERIES_NAME_BYTES_MAX} bytes: use `*` for many series"
            ),
            Self::TooDeep => write!(
                f,
                "more than {FORMULA_DEPTH_MAX} functions are within each other: write fewer"
            ),
        }
    }
}

impl std::error::Error for FormulaError {}

fn instead_of(head: &str) -> String {
    if AGO.iter().any(|(ago, _)| *ago == head) {
        format!("write `{head} of fuel`")
    } else {
        format!("write `{head} 1m of fuel`")
    }
}

#[cfg(test)]
mod tests;
