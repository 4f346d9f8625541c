//! TLS of the server's own, by the real binary.

use std::{fs, net::SocketAddr, os::unix::fs::MetadataExt as _, path::Path, sync::Arc};

use futures_util::{SinkExt as _, StreamExt as _};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tideboard::{
    config::{SCHEMA, SOCKET_PATH},
    protocol::{ClientFrame, Hello, ServerFrame, decode, encode},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};
use tokio_tungstenite::{client_async, tungstenite::Message};

use crate::{
    harness::{Folder, Process, Request, command},
    process::failure,
};

const TOKEN: &str = "edit-0123456789abcdef";

#[tokio::test]
async fn with_a_local_authority_whoever_trusts_it_is_served_by_https_and_has_a_socket() {
    let data = Folder::new();
    let process = Process::start(data.path(), &["--tls-local", "--edit-token", TOKEN]);
    let authority = data.path().join("tls/authority.pem");
    for name in ["127.0.0.1", "localhost"] {
        let health = ask(process.address, &authority, name, "GET /healthz HTTP/1.1", "").await;
        assert!(health.starts_with("HTTP/1.1 200 "), "{name}: {health}");
    }
    let sign_in = format!("token={TOKEN}");
    let signed_in = ask(
        process.address,
        &authority,
        "localhost",
        "POST /api/v1/session HTTP/1.1",
        &sign_in,
    )
    .await;
    assert!(signed_in.contains("; HttpOnly; SameSite=Strict; Secure"), "{signed_in}");

    let stream = connect(process.address, &authority, "localhost")
        .await
        .expect("trusted");
    let (mut socket, _) = client_async(format!("wss://localhost{SOCKET_PATH}"), stream)
        .await
        .expect("an upgrade");
    let hello = ClientFrame::Hello(Hello {
        schema: SCHEMA,
        store: None,
        token: Some(TOKEN.to_owned()),
    });
    socket.send(Message::text(encode(&hello))).await.expect("it reads");
    let Some(Ok(Message::Text(answer))) = socket.next().await else {
        panic!("no answer")
    };
    assert!(matches!(decode(&answer), Ok(ServerFrame::Welcome(_))), "{answer}");
}

#[tokio::test]
async fn who_does_not_trust_the_authority_or_came_by_plain_http_is_shown_how_to() {
    let data = Folder::new();
    let process = Process::start(data.path(), &["--tls-local"]);
    let other = Folder::new();
    let stranger = other.path().join("authority.pem");
    fs::write(&stranger, self_signed("localhost").cert.pem()).expect("the folder is there");
    assert!(connect(process.address, &stranger, "localhost").await.is_err());

    for path in ["/", "/install-authority"] {
        let page = Request::new(process.address, "GET", path).send().await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            page.body.contains("Trust this server") && page.body.contains("fingerprint"),
            "{}",
            page.body
        );
        assert!(
            page.body.contains(&format!("https://{}/", process.address)),
            "{}",
            page.body
        );
        assert_ne!(page.header("content-security-policy"), "");
    }
    let board = Request::new(process.address, "GET", "/boards/deck?wall").send().await;
    let there = format!("https://{}/boards/deck?wall", process.address);
    assert_eq!((board.status, board.header("location")), (307, there.as_str()));
    // The file that a device gets is the one that the server's certificate leads to.
    let authority = data.path().join("tls/authority.pem");
    let path = "GET /install-authority/tideboard-authority.crt HTTP/1.1";
    let file = ask(process.address, &authority, "localhost", path, "").await;
    assert!(file.contains("content-type: application/x-x509-ca-cert"), "{file}");
}

#[tokio::test]
async fn the_authority_outlives_the_server_and_its_key_is_for_its_owner_alone() {
    let data = Folder::new();
    let folder = data.path().join("tls");
    let first = Process::start(data.path(), &["--tls-local"]);
    let authority = fs::read(folder.join("authority.pem")).expect("it is made");
    drop(first);
    let again = Process::start(data.path(), &["--tls-local"]);
    assert_eq!(fs::read(folder.join("authority.pem")).expect("it is kept"), authority);
    assert!(
        connect(again.address, &folder.join("authority.pem"), "localhost")
            .await
            .is_ok()
    );
    let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join("authority-key.pem"))), (0o700, 0o600));
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_served_and_the_authority_is_not() {
    let (data, files) = (Folder::new(), Folder::new());
    let (cert, key) = write(files.path(), &self_signed("board.example"));
    let process = Process::start(
        data.path(),
        &["--tls-cert", &cert, "--tls-key", &key, "--edit-token", TOKEN],
    );
    let health = ask(
        process.address,
        Path::new(&cert),
        "board.example",
        "GET /healthz HTTP/1.1",
        "",
    )
    .await;
    assert!(health.starts_with("HTTP/1.1 200 "), "{health}");
    let plain = Request::new(process.address, "GET", "/")
        .header("Host", "board.example")
        .send()
        .await;
    assert_eq!(
        (plain.status, plain.header("location")),
        (307, "https://board.example/")
    );
    assert_eq!(
        Request::new(process.address, "GET", "/install-authority")
            .send()
            .await
            .status,
        404
    );
    assert!(!data.path().join("tls").exists());
}

#[test]
fn certificates_and_keys_that_cannot_be_used_are_named_with_what_to_do() {
    let (data, files, others) = (Folder::new(), Folder::new(), Folder::new());
    let (cert, key) = write(files.path(), &self_signed("board.example"));
    let (_, other_key) = write(others.path(), &self_signed("board.example"));
    let missing = files.path().join("missing.pem").display().to_string();
    for (cert, key, said) in [
        (&missing, &key, "can't read"),
        (&cert, &missing, "can't read"),
        (&key, &key, "holds no certificate"),
        (&cert, &cert, "holds no private key"),
        (&cert, &other_key, "of the same certificate"),
    ] {
        let message = failure(&mut command(data.path(), &["--tls-cert", cert, "--tls-key", key]));
        assert!(message.contains(said) && message.contains(".pem"), "{message}");
    }
}

fn self_signed(name: &str) -> CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate")
}

fn write(folder: &Path, made: &CertifiedKey<rcgen::KeyPair>) -> (String, String) {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&cert, made.cert.pem()).expect("the folder is there");
    fs::write(&key, made.signing_key.serialize_pem()).expect("the folder is there");
    (cert.display().to_string(), key.display().to_string())
}

/// A device that trusts the certificate in `authority`, and nothing else.
async fn connect(address: SocketAddr, authority: &Path, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).expect("a certificate"))
        .expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn ask(address: SocketAddr, authority: &Path, name: &str, line: &str, form: &str) -> String {
    let mut stream = connect(address, authority, name).await.expect("it is trusted");
    let request = format!(
        "{line}\r\nHost: {name}:{}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        address.port(),
        form.len()
    );
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut reply = Vec::new();
    stream
        .read_to_end(&mut reply)
        .await
        .expect("it answers, and closes in good order");
    String::from_utf8_lossy(&reply).into_owned()
}
