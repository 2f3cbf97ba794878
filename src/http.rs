//! The only door to the network: fetches a file, posts a message, answers a browser.
//!
//! Proxies come from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, certificates besides the bundled ones
//! from `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`.
//! Invariant: no password of an address is in an error, and an answer is never longer than asked for.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::host::Host;

pub mod serve;

/// How long a server may take to be found, and to begin its answer (dbt: 30 seconds).
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a server that is out of order is asked.
const ATTEMPTS: u32 = 3;
/// How long to wait before it is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The server says that there is nothing.
    #[error("there is nothing at {0}")]
    NotFound(String),
    /// The server refuses.
    #[error("{0} refuses: HTTP status {1}")]
    Refused(String, u16),
    /// The server is out of order.
    #[error("{0} is out of order: HTTP status {1}")]
    Broken(String, u16),
    /// No connection.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        reason: String,
    },
    /// Too long.
    #[error("{0} is bigger than {1} MiB")]
    TooBig(String, u64),
    /// Not an address.
    #[error("`{0}` is not an address")]
    BadAddress(String),
}

/// A client.
pub struct Http {
    agent: Agent,
}

impl Http {
    /// A client with the proxies and certificates of the environment.
    pub fn new(host: &dyn Host) -> Self {
        let mut config = Agent::config_builder()
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .http_status_as_error(false)
            .user_agent(concat!("forge/", env!("CARGO_PKG_VERSION")));
        if let Some(roots) = own_roots(host) {
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Http { agent: config.build().into() }
    }

    /// The bytes at an address, at most `limit` of them. A server that is out of order is asked again.
    pub fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, HttpError> {
        let mut attempt = 1;
        loop {
            match self.try_get(url, limit) {
                Err(HttpError::Broken(..)) if attempt < ATTEMPTS => {
                    attempt += 1;
                    std::thread::sleep(PAUSE);
                }
                done => return done,
            }
        }
    }

    /// Posts JSON; the answer's text is of no interest. All of it takes no longer than `within`.
    pub fn post(&self, url: &str, json: &str, within: Duration) -> Result<(), HttpError> {
        let to = Recipient::of(url)?;
        let request = self.agent.post(&to.address).content_type("application/json");
        let request = request.config().timeout_global(Some(within)).build();
        let request = match &to.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        };
        let answer = request.send(json).map_err(|error| to.unreachable(&error))?;
        to.judge(answer.status().as_u16())
    }

    fn try_get(&self, url: &str, limit: u64) -> Result<Vec<u8>, HttpError> {
        let to = Recipient::of(url)?;
        let mut request = self.agent.get(&to.address);
        if let Some(authorization) = &to.authorization {
            request = request.header("Authorization", authorization);
        }
        let mut answer = request.call().map_err(|error| to.unreachable(&error))?;
        to.judge(answer.status().as_u16())?;
        let mut bytes = Vec::new();
        let reader = answer.body_mut().as_reader();
        reader
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| to.unreachable(&error.into()))?;
        match bytes.len() as u64 > limit {
            true => Err(HttpError::TooBig(to.shown, limit >> 20)),
            false => Ok(bytes),
        }
    }
}

/// Who is asked.
struct Recipient {
    address: String,
    authorization: Option<String>,
    /// The address for people.
    shown: String,
    host: String,
}

impl Recipient {
    fn of(url: &str) -> Result<Self, HttpError> {
        let (address, credentials) = split_credentials(url);
        let shown = without_query(&address);
        let Some(host) = host_of(&address).map(|host| format!("`{host}`")) else {
            return Err(HttpError::BadAddress(shown));
        };
        let authorization = credentials.map(|words| format!("Basic {}", base64(words.as_bytes())));
        Ok(Recipient { address, authorization, shown, host })
    }

    fn unreachable(&self, error: &ureq::Error) -> HttpError {
        HttpError::Unreachable { host: self.host.clone(), reason: reason(error) }
    }

    fn judge(&self, status: u16) -> Result<(), HttpError> {
        match status {
            200..=299 => Ok(()),
            404 | 410 => Err(HttpError::NotFound(self.shown.clone())),
            500.. => Err(HttpError::Broken(self.host.clone(), status)),
            _ => Err(HttpError::Refused(self.host.clone(), status)),
        }
    }
}

/// An address without a password, for people.
pub fn shown(url: &str) -> String {
    without_query(&split_credentials(url).0)
}

/// The host of an address, for people.
pub fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (!authority.is_empty()).then_some(authority)
}

fn own_roots(host: &dyn Host) -> Option<RootCerts> {
    let named = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"].iter().find_map(|name| host.env(name))?;
    let pem = host.read_bytes(Path::new(&named)).ok()?;
    let certificates = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let certificates: Vec<_> = certificates.collect();
    (!certificates.is_empty()).then(|| RootCerts::Specific(Arc::new(certificates)))
}

/// `user:password@` of an address is not a part of it for HTTP.
fn split_credentials(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url.to_owned(), None);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((credentials, host)) => {
            (format!("{scheme}://{host}{}", &rest[end..]), Some(decoded(credentials)))
        }
        None => (url.to_owned(), None),
    }
}

/// Tokens are often in the query.
fn without_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// `%40` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%').then(|| text_of(tail.get(..2)?)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Bytes as letters and digits (RFC 4648, padded).
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            out.push(match at <= group.len() {
                true => char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]),
                false => '=',
            });
        }
    }
    out
}

const NO_HOST: &str = "there is no such host, or no network";

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => NO_HOST.to_owned(),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::Timeout(_) => "it did not answer in time".to_owned(),
        ureq::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
            // The standard library has no kind for it.
            _ if error.to_string().contains("failed to lookup address") => NO_HOST.to_owned(),
            _ => error.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_leave_the_address() {
        for (url, address, credentials) in [
            ("https://a:b%40c@x.org/y?z=1@2", "https://x.org/y?z=1@2", Some("a:b@c")),
            ("https://x.org/a@b", "https://x.org/a@b", None),
            ("what", "what", None),
        ] {
            let want = (address.to_owned(), credentials.map(str::to_owned));
            assert_eq!(split_credentials(url), want);
        }
        assert_eq!(shown("https://t@x.org/y?token=1"), "https://x.org/y");
        assert_eq!(host_of("https://t@x.org:80/y"), Some("x.org:80"));
        assert_eq!(host_of("x.org"), None);
    }

    #[test]
    fn base64_is_padded() {
        for (text, want) in
            [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("~~~?", "fn5+Pw==")]
        {
            assert_eq!(base64(text.as_bytes()), want);
        }
    }
}
