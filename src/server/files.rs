//! The files of a built page: read whole at the start, and handed out as they were built.
//!
//! They lie in a folder beside the server's program, or in an archive behind it: in the same file, after its end, as `cargo xtask dist`
//! makes it. From then on it is the same. Why so: `docs/decisions/one-file.md`.

mod behind;
mod frame;

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use axum::{
    Router,
    body::Bytes,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use ring::digest::{SHA256, digest};

pub(super) use self::frame::{Frames, frame};

/// All of them, by their paths on the server without the first slash; those that were compressed by Brotli under `….br` as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files(BTreeMap<String, Bytes>);

impl Files {
    /// Those of this program: of the folder that it was told, or behind it, or beside it, where `dx` puts them. None where nothing was
    /// built.
    pub(super) fn built() -> Self {
        let told = std::env::var_os(TOLD).is_some();
        let program = std::env::current_exe().ok().filter(|_| !told);
        match program.map(|program| behind::read(&program)).transpose() {
            Ok(Some(Some(files))) => Self(files),
            Ok(_) => Self::beside()
                .map(|folder| Self::of_folder(&folder))
                .unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "the page in this program can't be read: get the program anew");
                Self::default()
            }
        }
    }

    /// The folder that it was told, or the one beside the program: where Dioxus looks, too.
    fn beside() -> Option<PathBuf> {
        let told = std::env::var_os(TOLD).map(PathBuf::from);
        told.or_else(|| Some(std::env::current_exe().ok()?.with_file_name("public")))
    }

    pub(super) fn of_folder(folder: &Path) -> Self {
        let mut files = Self::default();
        files.collect(folder, "");
        files
    }

    fn collect(&mut self, folder: &Path, path: &str) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let (file, path) = (entry.path(), [path, &name].concat());
            if file.is_dir() {
                self.collect(&file, &[&path, "/"].concat());
            } else if let Ok(bytes) = std::fs::read(&file) {
                self.0.insert(path, bytes.into());
            }
        }
    }

    /// The page around what is rendered.
    pub(super) fn page(&self) -> Option<&str> {
        std::str::from_utf8(self.0.get(PAGE)?).ok()
    }

    /// First segments of the paths of what is handed out.
    pub(super) fn first_segments(&self) -> HashSet<String> {
        let names = self.0.keys().filter(|path| *path != PAGE);
        names
            .filter_map(|path| path.split('/').next())
            .map(str::to_owned)
            .collect()
    }

    /// Paths and bytes of what lies in a folder, as it was before it was compressed.
    pub(super) fn within(&self, folder: &str) -> impl Iterator<Item = (&str, &Bytes)> {
        let start = [folder, "/"].concat();
        let plain = self.0.iter().filter(|(path, _)| !path.ends_with(COMPRESSED));
        plain
            .map(|(path, bytes)| (path.as_str(), bytes))
            .filter(move |(path, _)| path.starts_with(&start))
    }

    /// A route for each but the page, which is rendered.
    pub(super) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.routes_of(|path| path != PAGE)
    }

    /// Routes for the typefaces alone, for a door that has no other file.
    pub(super) fn typefaces<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.routes_of(|path| path.ends_with(".woff2"))
    }

    fn routes_of<S: Clone + Send + Sync + 'static>(&self, is_one: fn(&str) -> bool) -> Router<S> {
        let plain = self.0.iter().filter(|(path, _)| !path.ends_with(COMPRESSED));
        plain
            .filter(|(path, _)| is_one(path))
            .fold(Router::new(), |router, (path, bytes)| {
                let file = File::new(path, bytes, self.0.get(&[path, COMPRESSED].concat()));
                // In a route, braces are of a name.
                let route = ["/", &path.replace('{', "{{").replace('}', "}}")].concat();
                router.route(&route, get(async move |headers: HeaderMap| file.answer(&headers)))
            })
    }
}

/// One that is handed out.
#[derive(Clone)]
struct File {
    kind: HeaderValue,
    /// How long a browser keeps it without asking.
    keeping: HeaderValue,
    plain: Version,
    compressed: Option<Version>,
}

/// What is sent of it, and what that is called: two that differ are called otherwise.
#[derive(Clone)]
struct Version {
    bytes: Bytes,
    tag: String,
}

impl File {
    fn new(path: &str, plain: &Bytes, compressed: Option<&Bytes>) -> Self {
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        let keeping = if is_named_by_content(path) { FOR_EVER } else { ASK };
        Self {
            kind: HeaderValue::from_str(kind.as_ref()).expect("a type of a file is visible ASCII"),
            keeping: HeaderValue::from_static(keeping),
            plain: Version::new(plain),
            compressed: compressed.map(Version::new),
        }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let compressed = self.compressed.as_ref().filter(|_| takes_brotli(asked));
        let version = compressed.unwrap_or(&self.plain);
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, self.keeping.clone());
        let tag = HeaderValue::from_str(&version.tag).expect("hexadecimal digits are visible ASCII");
        headers.insert(header::ETAG, tag);
        if self.compressed.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if has(asked, &version.tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, self.kind.clone());
        if compressed.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        (headers, version.bytes.clone()).into_response()
    }
}

impl Version {
    fn new(bytes: &Bytes) -> Self {
        let digest = digest(&SHA256, bytes);
        let digits: String = digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            bytes: bytes.clone(),
            tag: format!("\"{digits}\""),
        }
    }
}

/// Whether its name changes with what is in it: `dx` calls files so.
fn is_named_by_content(path: &str) -> bool {
    path.rsplit_once("-dxh").is_some_and(|(_, rest)| {
        let digits = rest.split('.').next().unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn takes_brotli(asked: &HeaderMap) -> bool {
    listed(asked, header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .map(|weight| weight.trim().parse::<f32>());
        name.trim().eq_ignore_ascii_case("br") && weight.is_none_or(|weight| weight.is_ok_and(|weight| weight > 0.0))
    })
}

/// Whether who asks has it already. A proxy that compresses may have made the tag a weak one.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    listed(asked, header::IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn listed(asked: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = asked.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// The variable in which `dx` says where the folder is.
const TOLD: &str = "DIOXUS_PUBLIC_PATH";
const PAGE: &str = "index.html";
const COMPRESSED: &str = ".br";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK: &str = "no-cache";

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::{Method, Request};
    use tower::ServiceExt;

    use super::*;

    /// A built page: its files, in a folder of this test's own.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tideboard-files-{name}-{}", std::process::id()));
        for (path, text) in [
            ("index.html", "<div id=\"main\"></div>"),
            ("robots.txt", "for all"),
            ("assets/page-dxh1f.js", "plain"),
            ("assets/page-dxh1f.js.br", "compressed"),
            ("assets/letters-dxh53.woff2", "letters"),
            ("a{b}.txt", "braces"),
        ] {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        folder
    }

    async fn ask(files: &Files, method: Method, path: &str, headers: &[(&str, &str)]) -> (Response, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = files.routes::<()>().oneshot(request).await.expect("it never fails");
        let (parts, body) = response.into_parts();
        let text = to_bytes(body, 1_000).await.expect("a few words");
        let text = String::from_utf8(text.to_vec()).expect("text");
        (Response::from_parts(parts, Body::empty()), text)
    }

    fn header_of<'a>(response: &'a Response, name: &str) -> &'a str {
        let value = response.headers().get(name);
        value.map_or("", |value| value.to_str().expect("text"))
    }

    #[test]
    fn an_archive_behind_a_program_holds_what_the_folder_held() {
        let folder = folder("archive");
        let program = folder.with_extension("program");
        let tar = std::process::Command::new("tar")
            .args(["--create", "--format=ustar", "--directory"])
            .arg(&folder)
            .arg(".")
            .output()
            .expect("tar is there");
        std::fs::write(&program, b"a program").expect("it is written");
        assert_eq!(behind::read(&program).expect("it is read"), None);
        let whole = [&b"a program"[..], &tar.stdout, &behind::end(tar.stdout.len() as u64)].concat();
        std::fs::write(&program, &whole).expect("it is written");
        let files = behind::read(&program).expect("it is read").map(Files);
        assert_eq!(files, Some(Files::of_folder(&folder)));
        // One of which the beginning is missing says so, instead of being no page.
        std::fs::write(&program, &whole[whole.len() - 600..]).expect("it is written");
        assert!(behind::read(&program).is_err());
        std::fs::remove_file(&program).expect("it was there");
        std::fs::remove_dir_all(&folder).expect("it was there");
    }

    #[tokio::test]
    async fn a_file_is_sent_as_it_was_built_and_not_twice() {
        let folder = folder("sent");
        let files = Files::of_folder(&folder);
        std::fs::remove_dir_all(&folder).expect("it was there");
        let script = "/assets/page-dxh1f.js";
        for (takes, encoding, text) in [
            ("gzip, br", "br", "compressed"),
            ("BR;q=0.5", "br", "compressed"),
            ("br;q=0", "", "plain"),
            ("identity", "", "plain"),
        ] {
            let (response, sent) = ask(&files, Method::GET, script, &[("accept-encoding", takes)]).await;
            assert_eq!(
                (header_of(&response, "content-encoding"), &*sent),
                (encoding, text),
                "{takes}"
            );
            assert_eq!(header_of(&response, "content-type"), "text/javascript");
            assert_eq!(header_of(&response, "cache-control"), FOR_EVER);
            assert_eq!(header_of(&response, "vary"), "accept-encoding");
            let tag = header_of(&response, "etag").to_owned();
            let known = [
                ("accept-encoding", takes),
                ("if-none-match", &format!("\"0\", W/{tag}")),
            ];
            let (again, sent) = ask(&files, Method::GET, script, &known).await;
            assert_eq!((again.status(), &*sent), (StatusCode::NOT_MODIFIED, ""));
        }
        let (head, sent) = ask(&files, Method::HEAD, script, &[]).await;
        assert_eq!((header_of(&head, "content-length"), &*sent), ("5", ""));
        let (robots, _) = ask(&files, Method::GET, "/robots.txt", &[]).await;
        assert_eq!(header_of(&robots, "cache-control"), ASK);
        let (braces, sent) = ask(&files, Method::GET, "/a{b}.txt", &[]).await;
        assert_eq!((braces.status(), &*sent), (StatusCode::OK, "braces"));
        for path in ["/index.html", "/assets/page-dxh1f.js.br", "/assets/page-dxh2f.js"] {
            let (response, _) = ask(&files, Method::GET, path, &[]).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn only_what_is_named_by_its_content_is_kept_for_ever() {
        for path in ["assets/page-dxh1f.js", "assets/page-dxh1f.js.map"] {
            assert!(is_named_by_content(path), "{path}");
        }
        for path in ["robots.txt", "page-dxh.js", "page-dxh1g.js", "page-dxh1-more.js"] {
            assert!(!is_named_by_content(path), "{path}");
        }
    }
}
