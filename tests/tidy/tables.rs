//! A table of the pages shows all of its cells: a row with more of them than its header loses the last ones where it is shown.

use std::path::{Path, PathBuf};

/// The pages under a folder of the project.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the project can be read") {
        let path = entry.expect("a folder of the project can be read").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// Rows of a page's tables that have not as many cells as their header: the line, how many there are, and how many belong there.
fn uneven(page: &str) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    let (mut in_code, mut header) = (false, None);
    for (at, line) in page.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code || !line.starts_with('|') {
            header = None;
            continue;
        }
        let row = cells(line);
        let wanted = *header.get_or_insert(row);
        if row != wanted {
            found.push((at + 1, row, wanted));
        }
    }
    found
}

/// How many cells a row has: what stands after the last bar is one too many. A bar behind a backslash is a letter.
fn cells(row: &str) -> usize {
    let row = row.trim_end().replace("\\|", "");
    let bars = row.matches('|').count();
    if row.ends_with('|') { bars - 1 } else { bars }
}

#[test]
fn each_row_of_a_table_has_as_many_cells_as_its_header() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    pages(&root.join("docs"), &mut found);
    assert!(found.len() > 10, "only {} pages were found", found.len());
    let mut broken = Vec::new();
    for path in found {
        let page = std::fs::read_to_string(&path).expect("a page is readable text");
        let rows = uneven(&page).into_iter();
        broken
            .extend(rows.map(|(line, cells, wanted)| format!("{}:{line}: {cells} cells for {wanted}", path.display())));
    }
    assert!(broken.is_empty(), "rows of tables are broken:\n{}", broken.join("\n"));
}

#[test]
fn two_rows_in_one_line_and_a_cell_too_many_are_found() {
    let table = "| what | how |\n|---|---|\n| a | b |\n";
    assert_eq!(uneven(table), []);
    assert_eq!(uneven(&[table, "| c | d || e | f |\n"].concat()), [(4, 5, 2)]);
    assert_eq!(uneven(&[table, "| c | d | |\n"].concat()), [(4, 3, 2)]);
    assert_eq!(uneven(&[table, "| c | d | e\n"].concat()), [(4, 3, 2)]);
    assert_eq!(uneven(&[table, "| c |\n"].concat()), [(4, 1, 2)]);
    assert_eq!(uneven(&[table, "| `c \\| d` | e |\n\n| another |\n"].concat()), []);
    assert_eq!(uneven(&[table, "```text\n| c |\n```\n"].concat()), []);
}
