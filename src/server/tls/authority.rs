//! A certificate authority of this server's own, for networks where no name of the internet leads to it.
//!
//! A phone that trusts an authority believes whatever it signs. So this one is bound, by the certificate itself, to names
//! and addresses that are nobody else's in the world: who steals its key can't pass for a bank. Its key is readable by the
//! server's user alone, and never leaves the data folder.

use std::{
    error, fmt,
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io::{self, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
use ring::digest::{SHA256, digest};
use tokio_rustls::rustls::{
    self,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
    sign::CertifiedKey,
};

use crate::{
    config::LEAF_MS,
    server::reach::{Names, is_private},
    time::Timestamp,
};

/// The authority, ready to sign.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    /// The machine's name when the authority was made: the only one it may sign.
    host: Option<String>,
}

/// Why the authority can't be used. `Display` tells people what to do.
#[derive(Debug)]
pub enum AuthorityError {
    /// A file of it can't be read or written.
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Its files do not hold what they should.
    Broken {
        /// Their folder.
        folder: PathBuf,
    },
    /// No certificate can be made.
    Signing(rcgen::Error),
    /// A certificate that was made can't be served.
    Unusable(rustls::Error),
}

impl Authority {
    /// The authority in `folder`, made there when there is none. `host` is the machine's name.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn open(folder: &Path, host: Option<&str>, now: Timestamp) -> Result<Self, AuthorityError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| file(folder, source))?;
        let key = key_in(folder)?;
        let path = folder.join(CERTIFICATE_FILE);
        let (text, is_new) = match fs::read_to_string(&path) {
            Ok(text) => (text, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let params = params(&key, host, now);
                let pem = params.self_signed(&key).map_err(AuthorityError::Signing)?.pem();
                (format!("{HOST_LINE}{}\n{pem}", host.unwrap_or_default()), true)
            }
            Err(source) => return Err(file(&path, source)),
        };
        let broken = || AuthorityError::Broken {
            folder: folder.to_owned(),
        };
        let der = CertificateDer::from_pem_slice(text.as_bytes()).map_err(|_| broken())?;
        let is_of_key = der
            .windows(key.public_key_raw().len())
            .any(|window| window == key.public_key_raw());
        if !is_of_key {
            return Err(broken());
        }
        if is_new {
            write_new(&path, 0o644, &text)?;
        }
        let host = text.lines().find_map(|line| line.strip_prefix(HOST_LINE));
        let host = host.filter(|host| !host.is_empty()).map(ToOwned::to_owned);
        Ok(Self {
            // Of these only the name and the usages are used, and they follow from key and host.
            issuer: Issuer::new(params(&key, host.as_deref(), now), key),
            der,
            host,
        })
    }

    /// What devices shall trust, in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.der
    }

    /// A certificate for those of `names` that it may sign, with a new key.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn issue(&self, names: &Names, now: Timestamp) -> Result<Arc<CertifiedKey>, AuthorityError> {
        let key = KeyPair::generate().map_err(AuthorityError::Signing)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named("Tideboard");
        params.subject_alt_names = self.alternatives(names)?;
        set_time(&mut params, now, LEAF_MS);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer).map_err(AuthorityError::Signing)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        CertifiedKey::from_der(vec![certificate.der().clone()], private, &super::provider())
            .map(Arc::new)
            .map_err(AuthorityError::Unusable)
    }

    fn alternatives(&self, names: &Names) -> Result<Vec<SanType>, AuthorityError> {
        let mut hosts = vec!["localhost".to_owned()];
        if let Some(host) = names.host.as_ref().filter(|host| self.host.as_ref() == Some(host)) {
            let label = host.split('.').next().unwrap_or_default();
            hosts.push(host.clone());
            hosts.extend(LOCAL_DOMAINS.map(|domain| format!("{label}.{domain}")));
        }
        let dns = hosts
            .into_iter()
            .map(|host| host.try_into().map(SanType::DnsName).map_err(AuthorityError::Signing));
        let ips = names.ips.iter().filter(|ip| is_private(**ip));
        dns.chain(ips.map(|ip| Ok(SanType::IpAddress(*ip)))).collect()
    }
}

/// A certificate's fingerprint, as browsers and phones show it: SHA-256, in pairs of digits.
#[must_use]
pub fn fingerprint(der: &[u8]) -> String {
    let pairs = digest(&SHA256, der)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect::<Vec<_>>();
    pairs.join(":")
}

/// The key in `folder`, made when there is none.
fn key_in(folder: &Path) -> Result<KeyPair, AuthorityError> {
    let path = folder.join(KEY_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => {
            // A restored backup may have let others read it.
            fs::set_permissions(&path, Permissions::from_mode(KEY_MODE)).map_err(|source| file(&path, source))?;
            KeyPair::from_pem(&text).map_err(|_| AuthorityError::Broken {
                folder: folder.to_owned(),
            })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = KeyPair::generate().map_err(AuthorityError::Signing)?;
            write_new(&path, KEY_MODE, &key.serialize_pem())?;
            Ok(key)
        }
        Err(source) => Err(file(&path, source)),
    }
}

/// Writes a file that is there whole or not at all, and not over another: a temporary one is linked to its name.
fn write_new(path: &Path, mode: u32, text: &str) -> Result<(), AuthorityError> {
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::hard_link(&temporary, path)
        });
    // It may not be there.
    let _ = fs::remove_file(&temporary);
    written.map_err(|source| file(path, source))
}

/// What the authority is: its name follows from its key, so that two of one machine are told apart; what it may sign is
/// written into it.
fn params(key: &KeyPair, host: Option<&str>, now: Timestamp) -> CertificateParams {
    let print = digest(&SHA256, key.public_key_raw());
    let print: String = print.as_ref()[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&match host {
        Some(host) => format!("Tideboard on {host} ({print})"),
        None => format!("Tideboard ({print})"),
    });
    set_time(&mut params, now, AUTHORITY_MS);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted(host),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn permitted(host: Option<&str>) -> Vec<GeneralSubtree> {
    let mut hosts = vec!["localhost".to_owned()];
    hosts.extend(LOCAL_DOMAINS.map(ToOwned::to_owned));
    hosts.extend(host.map(ToOwned::to_owned));
    let v4 = [
        ([127, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
    ]
    .into_iter()
    .chain([([169, 254, 0, 0], 16), ([100, 64, 0, 0], 10)])
    .map(|(address, prefix)| (IpAddr::V4(Ipv4Addr::from(address)), prefix));
    let v6 = [
        (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
        (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    ];
    let networks = v4
        .chain(v6)
        .map(|(address, prefix)| CidrSubnet::from_addr_prefix(address, prefix));
    hosts
        .into_iter()
        .map(GeneralSubtree::DnsName)
        .chain(networks.map(GeneralSubtree::IpAddress))
        .collect()
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

/// Good from a day ago, since a phone's clock may be behind, for so long from now.
fn set_time(params: &mut CertificateParams, now: Timestamp, good_ms: u64) {
    let epoch = date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_millis(now.0.saturating_sub(DAY_MS));
    params.not_after = epoch + Duration::from_millis(now.plus(good_ms).0);
}

fn file(path: &Path, source: io::Error) -> AuthorityError {
    AuthorityError::File {
        path: path.to_owned(),
        source,
    }
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(
                f,
                "can't use {}: {source}. Give this user the right to read and write there, or choose another folder with \
                 --data.",
                path.display()
            ),
            Self::Broken { folder } => write!(
                f,
                "{CERTIFICATE_FILE} and {KEY_FILE} in {} are damaged, or not of one authority. Put both back from a backup; \
                 or move both away, and a new authority is made, which every device must trust anew.",
                folder.display()
            ),
            Self::Signing(source) => write!(f, "no certificate could be made: {source}. Try again."),
            Self::Unusable(source) => write!(f, "the certificate that was made can't be served: {source}. Try again."),
        }
    }
}

impl error::Error for AuthorityError {}

const CERTIFICATE_FILE: &str = "authority.pem";
const KEY_FILE: &str = "authority-key.pem";
/// Its owner alone.
const KEY_MODE: u32 = 0o600;
/// Before the certificate in its file, where readers of PEM read nothing.
const HOST_LINE: &str = "Authority of the host: ";
/// What routers of homes and offices put behind a machine's name; none of them is a domain of the internet.
const LOCAL_DOMAINS: [&str; 3] = ["local", "lan", "home.arpa"];
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// Twenty years: it is trusted by hand, on each device.
const AUTHORITY_MS: u64 = 20 * 365 * DAY_MS;

#[cfg(test)]
#[path = "authority/tests.rs"]
mod tests;
