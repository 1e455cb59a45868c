//! TLS by this server itself, for installations without a proxy.

use crate::config::Server;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// What the server speaks TLS with; none when it does not. Nothing older than TLS 1.2 is spoken.
///
/// # Errors
/// A file that cannot be read, holds nothing of its kind, or a key that is not the certificate's.
pub fn config(server: &Server) -> Result<Option<ServerConfig>, String> {
    let (Some(certificate), Some(key)) = (&server.tls_certificate, &server.tls_key) else { return Ok(None) };
    let wrong = |path: &std::path::Path, what: &str| format!("{}: {what}", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(certificate, &format!("no certificate chain in PEM: {error}")))?;
    if chain.is_empty() {
        return Err(wrong(certificate, "no certificate in it"));
    }
    // The key's own text stays out of what is said of it.
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|_| wrong(key, "no private key in PEM"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map(Some)
        .map_err(|error| wrong(certificate, &format!("certificate and key do not serve: {error}")))
}
