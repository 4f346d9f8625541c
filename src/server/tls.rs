//! TLS of the server's own: with a certificate that somebody gave it, or one of an authority that it makes.

mod authority;
mod leaf;

use std::{
    error, fmt, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use tokio_rustls::rustls::{
    self, ConfigBuilder, ServerConfig, WantsVerifier,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject},
    server::WantsServerCert,
};

pub use self::{
    authority::{Authority, AuthorityError, fingerprint},
    leaf::Leaf,
};
use super::{clock::Clock, reach::Names};

/// How to speak TLS.
#[derive(Clone, Debug, Default, Args)]
pub struct TlsArgs {
    /// Certificate of this server in PEM, and those that lead to its authority after it; serves https
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "tls_local")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of that certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Serve https with a certificate of this server's own authority, made in the data folder; each device must trust that
    /// authority once, and the same port over plain http says how
    #[arg(long)]
    pub tls_local: bool,
}

/// TLS, ready to serve.
pub(super) struct Tls {
    pub config: Arc<ServerConfig>,
    /// The local authority and the certificate it keeps fresh.
    pub local: Option<Arc<Leaf>>,
}

/// Why there is no TLS. `Display` tells people what to do.
#[derive(Debug)]
pub enum TlsError {
    /// A file can't be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file holds no certificate.
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file holds no private key.
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The certificate and the key can't be used, or not with each other.
    Unusable {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// The local authority can't be used.
    Authority(AuthorityError),
}

impl TlsArgs {
    /// What the arguments ask for; `None`: plain http. `data` is the folder of the local authority, `listen` where the
    /// server listens.
    ///
    /// # Errors
    /// [`TlsError`].
    pub(super) fn prepare(&self, data: &Path, listen: IpAddr, clock: &Clock) -> Result<Option<Tls>, TlsError> {
        if self.tls_local {
            let names = Names::of_this_machine(listen);
            let authority = Authority::open(&data.join("tls"), names.host.as_deref(), clock.now());
            let leaf = authority.and_then(|authority| Leaf::new(authority, names, clock.now()));
            let leaf = Arc::new(leaf.map_err(TlsError::Authority)?);
            let config = builder().with_cert_resolver(leaf.clone());
            return Ok(Some(Tls {
                config: Arc::new(config),
                local: Some(leaf),
            }));
        }
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            return Ok(None);
        };
        let config = builder()
            .with_single_cert(certificates(cert)?, private_key(key)?)
            .map_err(|source| TlsError::Unusable {
                cert: cert.clone(),
                key: key.clone(),
                source,
            })?;
        Ok(Some(Tls {
            config: Arc::new(config),
            local: None,
        }))
    }

    /// Whether they ask for TLS.
    pub(super) fn is_on(&self) -> bool {
        self.tls_local || self.tls_cert.is_some()
    }
}

fn builder() -> ConfigBuilder<ServerConfig, WantsServerCert> {
    let builder: ConfigBuilder<ServerConfig, WantsVerifier> = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring knows the versions that rustls thinks safe");
    builder.with_no_client_auth()
}

/// Said, and not left to rustls to choose: another crate may bring a second one.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let nothing = || TlsError::NoCertificate { path: path.to_owned() };
    match read {
        Ok(certificates) if certificates.is_empty() => Err(nothing()),
        Ok(certificates) => Ok(certificates),
        Err(pem::Error::Io(source)) => Err(unreadable(path, source)),
        Err(_) => Err(nothing()),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
        pem::Error::Io(source) => unreadable(path, source),
        _ => TlsError::NoKey { path: path.to_owned() },
    })
}

fn unreadable(path: &Path, source: io::Error) -> TlsError {
    TlsError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, source } => write!(
                f,
                "can't read {}: {source}. Check --tls-cert and --tls-key, and that this user may read both.",
                path.display()
            ),
            Self::NoCertificate { path } => write!(
                f,
                "{} holds no certificate in PEM (“-----BEGIN CERTIFICATE-----”). Name the certificate with --tls-cert.",
                path.display()
            ),
            Self::NoKey { path } => write!(
                f,
                "{} holds no private key in PEM that is not encrypted (“-----BEGIN PRIVATE KEY-----”). Name the key with \
                 --tls-key.",
                path.display()
            ),
            Self::Unusable { cert, key, source } => write!(
                f,
                "the certificate {} can't be served with the key {}: {source}. Give both of the same certificate.",
                cert.display(),
                key.display()
            ),
            Self::Authority(error) => error.fmt(f),
        }
    }
}

impl error::Error for TlsError {}
