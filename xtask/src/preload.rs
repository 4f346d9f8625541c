//! The page's program is asked for together with the script that starts it, and not after that: a round trip less until the
//! board is there, a quarter of a second on a slow phone link.

use crate::bundle;
use crate::imports::only;
use crate::shell::{Failure, read};

/// Names the program in the release build's page.
///
/// # Errors
/// [`Failure::File`]; [`Failure::Unexpected`] when the build does not look as it should.
pub fn add() -> Result<(), Failure> {
    let public = bundle::folder().join("public");
    let program = only(&public.join("assets"), "wasm")?;
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let path = public.join("index.html");
    let page = with_preload(&read(&path)?, &name).ok_or_else(|| Failure::Unexpected {
        what: format!("{} has no head", path.display()),
    })?;
    std::fs::write(&path, page).map_err(|source| Failure::File { path, source })
}

/// The page with a line that asks for the program, as its script asks for it later, so that both get one answer.
fn with_preload(page: &str, program: &str) -> Option<String> {
    let (before, after) = page.split_once("</head>")?;
    let link =
        format!("<link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" href=\"/assets/{program}\" crossorigin>");
    Some(format!("{}{link}</head>{after}", before.replace(&link, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_program_once_however_often_that_is_done() {
        let page = "<html><head><title>x</title></head><body></body></html>";
        let once = with_preload(page, "tideboard_bg-1.wasm").expect("there is a head");
        assert!(
            once.contains("href=\"/assets/tideboard_bg-1.wasm\" crossorigin></head><body>"),
            "{once}"
        );
        assert_eq!(with_preload(&once, "tideboard_bg-1.wasm").as_ref(), Some(&once));
        assert_eq!(with_preload("no page", "x.wasm"), None);
    }
}
