//! Tokens: each by its server, and for nobody else's eyes.

use tideboard::platform::{keep_secret, secret};

use crate::folder::Folder;

#[tokio::test]
async fn a_token_is_kept_for_its_server_until_it_is_forgotten() {
    let folder = Folder::new();
    let of = |server| secret(folder.path(), server);
    assert_eq!(of("http://one").await, None);
    keep_secret(folder.path(), "http://one", Some("the token of one"))
        .await
        .expect("it can be written");
    keep_secret(folder.path(), "http://two", Some("the token of two"))
        .await
        .expect("it can be written");
    assert_eq!(of("http://one").await.as_deref(), Some("the token of one"));
    keep_secret(folder.path(), "http://one", None)
        .await
        .expect("it can be written");
    assert_eq!(
        (of("http://one").await, of("http://two").await.as_deref()),
        (None, Some("the token of two"))
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_not_written_over() {
    let folder = Folder::new();
    let file = folder.path().join("tokens.json");
    std::fs::write(&file, "{\"http://one\":").expect("it can be written");
    keep_secret(folder.path(), "http://two", Some("the token of two"))
        .await
        .expect_err("it holds what nobody has read");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "{\"http://one\":");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let file = folder.path().join("tokens.json");
    // A file that was there before, and that all may read.
    std::fs::write(&file, "{}").expect("it can be written");
    keep_secret(folder.path(), "http://one", Some("the token of one"))
        .await
        .expect("it can be written");
    let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
}
