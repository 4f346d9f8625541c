use std::os::unix::fs::MetadataExt as _;

use tokio_rustls::rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    pki_types::{ServerName, UnixTime},
};

use super::*;
use crate::{
    config::LEAF_RENEW_MS,
    server::tls::{Leaf, provider},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tideboard-authority-{name}-{}", std::process::id()));
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It lies where the system puts what nobody needs for long.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(host: Option<&str>, ips: &[&str]) -> Names {
    Names {
        host: host.map(ToOwned::to_owned),
        ips: ips.iter().map(|ip| ip.parse().unwrap()).collect(),
    }
}

/// Whether a device that trusts the authority believes the certificate for a name, at a time.
fn believes(authority: &Authority, shown: &CertifiedKey, name: &str, at: Timestamp) -> bool {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(authority.certificate().to_vec()))
        .unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_millis(at.0));
    let name = ServerName::try_from(name).unwrap();
    verifier.verify_server_cert(&shown.cert[0], &[], &name, &[], at).is_ok()
}

#[test]
fn it_is_kept_and_its_key_is_for_its_owner_alone() {
    let folder = Folder::new("kept");
    let first = Authority::open(&folder.0, Some("boat-pi"), NOW).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    let key = folder.0.join(KEY_FILE);
    assert_eq!((mode(&folder.0), mode(&key)), (0o700, 0o600));
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    // Another name, years later: who trusts the one trusts the other.
    let again = Authority::open(&folder.0, Some("renamed"), NOW.plus(AUTHORITY_MS / 2)).unwrap();
    assert_eq!(first.certificate(), again.certificate());
    assert_eq!(mode(&key), 0o600);
    let later = NOW.plus(AUTHORITY_MS / 2);
    let shown = again.issue(&names(Some("renamed"), &["10.0.0.7"]), later).unwrap();
    assert!(believes(&first, &shown, "10.0.0.7", later));
    assert!(
        !believes(&first, &shown, "renamed", later),
        "it may sign the first name only"
    );
    assert_eq!(fingerprint(first.certificate()).len(), 32 * 3 - 1);
}

#[test]
fn its_certificates_are_believed_for_this_machine_and_for_nothing_of_the_internet() {
    let folder = Folder::new("bound");
    let authority = Authority::open(&folder.0, Some("boat-pi"), NOW).unwrap();
    let own = ["192.168.7.5", "127.0.0.1", "fd00::5", "8.8.8.8"];
    let shown = authority.issue(&names(Some("boat-pi"), &own), NOW).unwrap();
    for name in [
        "localhost",
        "boat-pi",
        "boat-pi.local",
        "boat-pi.lan",
        "192.168.7.5",
        "127.0.0.1",
        "fd00::5",
    ] {
        assert!(believes(&authority, &shown, name, NOW), "{name}");
    }
    for other in ["192.168.7.6", "8.8.8.8", "other.local"] {
        assert!(!believes(&authority, &shown, other, NOW), "{other}");
    }
    // Whoever stole the key signs what they like, and nobody believes it.
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["bank.example".to_owned()]).unwrap();
    set_time(&mut params, NOW, LEAF_MS);
    let forged = params.signed_by(&key, &authority.issuer).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let forged = CertifiedKey::from_der(vec![forged.der().clone()], private, &provider()).unwrap();
    assert!(!believes(&authority, &forged, "bank.example", NOW));
}

#[test]
fn a_certificate_is_replaced_when_the_names_change_and_long_before_it_ends() {
    let folder = Folder::new("fresh");
    let authority = Authority::open(&folder.0, None, NOW).unwrap();
    let first = names(None, &["10.0.0.7"]);
    let leaf = Leaf::new(authority, first.clone(), NOW).unwrap();
    let renew_at = NOW.plus(LEAF_RENEW_MS);
    assert!(!leaf.refresh(first.clone(), Timestamp(renew_at.0 - 1)).unwrap());
    assert!(leaf.refresh(first.clone(), renew_at).unwrap());
    assert!(!leaf.refresh(first, renew_at).unwrap());
    assert!(leaf.refresh(names(None, &["10.0.0.8"]), renew_at).unwrap());
}

#[test]
fn files_that_do_not_belong_together_are_left_as_they_are() {
    let (folder, other) = (Folder::new("torn"), Folder::new("torn-other"));
    for folder in [&folder, &other] {
        Authority::open(&folder.0, None, NOW).unwrap();
    }
    let foreign = fs::read(other.0.join(KEY_FILE)).unwrap();
    fs::write(folder.0.join(KEY_FILE), &foreign).unwrap();
    let error = Authority::open(&folder.0, None, NOW).err().expect("another's key");
    assert!(error.to_string().contains("from a backup"), "{error}");
    assert_eq!(fs::read(folder.0.join(KEY_FILE)).unwrap(), foreign);
    fs::write(folder.0.join(KEY_FILE), "not a key").unwrap();
    assert!(matches!(
        Authority::open(&folder.0, None, NOW),
        Err(AuthorityError::Broken { .. })
    ));
}
