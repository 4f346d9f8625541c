//! Files that are taken away: what they are called.

/// A file's name from what people call a thing: `instead` where nothing of that can stand in one.
pub(super) fn file_name(called: &str, instead: &str, ending: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let words = called.split(|letter| !plain(letter)).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    // No hidden file, no way to another folder, and no option of a program.
    let name = name.trim_matches(['.', '-']);
    let name = &name[..name.len().min(NAME_LEN_MAX)];
    let name = if name.is_empty() { instead } else { name };
    [name, ".", ending].concat()
}

/// The header that says so. The name is plain, as [`file_name`] makes it.
pub(super) fn attachment(file_name: &str) -> String {
    format!("attachment; filename=\"{file_name}\"")
}

/// Long enough to know it by.
const NAME_LEN_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_plain_name_whatever_the_thing_is_called() {
        for (called, expected) in [
            ("Deck 2", "Deck-2.csv"),
            ("host.cpu", "host.cpu.csv"),
            ("up{job=\"a\"}", "up-job-a.csv"),
            ("../../etc/passwd", "etc-passwd.csv"),
            ("-rf", "rf.csv"),
            ("a\"; x=\"\r\nSet-Cookie: b", "a-x-Set-Cookie-b.csv"),
            ("深い", "series.csv"),
            ("", "series.csv"),
        ] {
            assert_eq!(file_name(called, "series", "csv"), expected);
        }
        assert_eq!(file_name(&"x".repeat(500), "series", "csv").len(), NAME_LEN_MAX + 4);
    }
}
