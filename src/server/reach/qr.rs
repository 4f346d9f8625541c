//! Codes that a phone's camera reads.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of light around a code; readers want four.
const MARGIN: i32 = 4;

/// A text as a code. `None` when it is longer than a code can be: 2 KB.
fn encode(text: &str) -> Option<QrCode> {
    QrCode::encode_text(text, QrCodeEcc::Medium).ok()
}

/// A text as an image for a page, dark on light whatever the page's colours are. It says nothing to who can't see it: the
/// text stands beside it.
pub(super) fn svg(text: &str) -> Option<String> {
    let code = encode(text)?;
    let size = code.size() + 2 * MARGIN;
    let mut path = String::new();
    for (x, y) in dark(&code) {
        // Writing to a text can't fail.
        let _ = write!(path, "M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
    }
    Some(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" aria-hidden=\"true\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// A text as lines for a terminal, two rows of modules a line. The colours are said, since a reader wants dark on light
/// and terminals are more often the other way round.
pub(super) fn lines(text: &str) -> Option<String> {
    let code = encode(text)?;
    let rows = -MARGIN..code.size() + MARGIN;
    let mut lines = String::new();
    for y in rows.clone().step_by(2) {
        lines.push_str("  \x1b[30;107m");
        for x in rows.clone() {
            lines.push(match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        lines.push_str("\x1b[0m\n");
    }
    Some(lines)
}

fn dark(code: &QrCode) -> impl Iterator<Item = (i32, i32)> {
    let size = code.size();
    (0..size)
        .flat_map(move |y| (0..size).map(move |x| (x, y)))
        .filter(|(x, y)| code.get_module(*x, *y))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "http://192.168.7.5:8080/join#0123456789abcdef0123456789abcdef";

    #[test]
    fn the_image_has_each_dark_module_once_and_a_margin_all_around() {
        let (code, svg) = (encode(ADDRESS).unwrap(), svg(ADDRESS).unwrap());
        assert_eq!(svg.matches("h1v1h-1z").count(), dark(&code).count());
        // The first module of a finder pattern, and the edge that encloses all.
        assert!(svg.contains("\"M4 4h1v1h-1z"), "{svg}");
        assert!(
            svg.contains(&format!("viewBox=\"0 0 {0} {0}\"", code.size() + 8)),
            "{svg}"
        );
    }

    #[test]
    fn the_lines_show_the_same_code() {
        let (code, lines) = (encode(ADDRESS).unwrap(), lines(ADDRESS).unwrap());
        let rows: Vec<Vec<char>> = lines
            .lines()
            .map(|line| {
                line.trim_start_matches("  \x1b[30;107m")
                    .trim_end_matches("\x1b[0m")
                    .chars()
                    .collect()
            })
            .collect();
        for y in 0..code.size() {
            for x in 0..code.size() {
                let (column, row) = ((x + MARGIN) as usize, (y + MARGIN) as usize);
                let is_dark = match rows[row / 2][column] {
                    '█' => true,
                    '▀' => row % 2 == 0,
                    '▄' => row % 2 == 1,
                    _ => false,
                };
                assert_eq!(is_dark, code.get_module(x, y), "{x} {y}");
            }
        }
    }

    #[test]
    fn what_no_code_can_hold_is_none() {
        assert_eq!(svg(&"x".repeat(4_000)), None);
    }
}
