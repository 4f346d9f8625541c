//! The page that the window opens on: the same stylesheets as a browser's, inside the program.

use crate::words::spoken;

/// The page's frame. The body is filled by the app.
const FRAME: &str = include_str!("page/frame.html");

const STYLES: &str = include_str!("../../assets/tideboard.css");

const TYPEFACE: &str = include_str!("../../assets/typeface.css");

/// Draws where there are no frames. The other one stands on it.
const FRAMES: &str = include_str!("page/frames.js");

/// Keeps what is typed from its own echo.
const TYPING: &str = include_str!("page/typing.js");

/// What is the window's alone.
const OWN_STYLES: &str = include_str!("page/window.css");

/// The page, with all its styles in it. The typeface is a file in `assets`, beside the program; without it the letters are the device's.
pub fn page() -> String {
    let typeface = TYPEFACE.replace("url(\"", "url(\"/assets/");
    let styles = [&typeface, STYLES, OWN_STYLES].concat();
    let frame = match spoken() {
        Some(words) => FRAME.replace("lang=\"en\"", &["lang=\"", words.tag, "\""].concat()),
        None => FRAME.to_owned(),
    };
    frame
        .replace("/* styles */", &styles)
        .replace("/* script */", &[FRAMES, TYPING].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_its_styles_and_a_place_for_the_app() {
        let page = page();
        assert!(page.contains("<div id=\"main\"></div>") && page.contains("</head>") && page.contains("</body>"));
        assert!(page.contains("url(\"/assets/hanken-grotesk-dxh") && page.contains("--ground:"));
        for end in ["</style>", "</script>"] {
            assert_eq!(page.matches(end).count(), 1, "{end} would end the page's own");
        }
    }
}
