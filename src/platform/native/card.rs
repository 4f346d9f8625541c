//! Drawing on a device without a graphics card. Mesa plays one there, of whose frames WebKit keeps a hundred megabytes and more; without it, it draws
//! into the window itself.

use std::{env, fs, os::unix::process::CommandExt, path::Path, process::Command};

/// What WebKit reads before it draws anything.
const ITS_OWN_WAY: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Where the kernel has a card, that has a way in here.
const CARDS: &str = "/dev/dri";

/// Begins this program once more, as one that draws without a card, where there is none and nobody has said how to draw. Comes back where it goes
/// on as it is.
pub fn draw_as_can_be() {
    if env::var_os(ITS_OWN_WAY).is_some() || has_card(Path::new(CARDS)) {
        return;
    }
    let mut arguments = env::args_os();
    if let (Ok(program), Some(name)) = (env::current_exe(), arguments.next()) {
        // It ends this one. Where it can't be, all is there but the room.
        let _ = Command::new(program)
            .arg0(name)
            .args(arguments)
            .env(ITS_OWN_WAY, "1")
            .exec();
    }
}

fn has_card(cards: &Path) -> bool {
    let is_way_in = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with("render");
    fs::read_dir(cards).is_ok_and(|listed| listed.flatten().any(is_way_in))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_one_that_draws() {
        let folder = env::temp_dir().join(format!("tideboard-card-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for temporary files");
        assert!(!has_card(&folder));
        // A server's, that only fills a screen.
        fs::write(folder.join("card0"), "").expect("it can be written");
        assert!(!has_card(&folder));
        fs::write(folder.join("renderD128"), "").expect("it can be written");
        assert!(has_card(&folder));
        fs::remove_dir_all(&folder).expect("it was made here");
        assert!(!has_card(&folder));
    }
}
