//! Messages to a webhook: each is kept in a file until the webhook has taken it, so it arrives at least once.
//!
//! Invariants: the run never waits longer than [`PATIENCE`] and never fails over it; the address of the webhook is a
//! secret and stands in no file, log or message: a message's file carries a hash of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::diagnostics::{Diagnostic, codes};
use crate::host::Host;
use crate::http::{Http, HttpError};

/// How long all deliveries of a command may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Messages that wait at most; of more, the oldest are given up.
const MOST: usize = 50;

/// A webhook with the folder in which its messages wait.
#[derive(Clone)]
pub struct Outbox {
    url: String,
    folder: PathBuf,
}

// Whoever prints it must not print the address.
impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Outbox {
    /// The messages to `url` that wait in `folder`.
    pub fn new(url: String, folder: PathBuf) -> Self {
        Outbox { url, folder }
    }

    /// Sends what waits, then `message` (JSON). What was not taken waits for the next command; why, is returned.
    /// `id` tells the message from others.
    pub fn send(&self, host: &Arc<dyn Host>, id: &str, message: &str) -> Option<Diagnostic> {
        let begin = Instant::now();
        let kept = host.write(&self.free(&**host, id), message);
        let waiting = self.waiting(&**host);
        let (done, outcome) = mpsc::channel();
        let (own, url) = (host.clone(), self.url.clone());
        let is_kept = kept.is_ok();
        let last = (!is_kept).then(|| message.to_owned());
        // A thread, as looking up a name can take longer than any client allows for.
        std::thread::spawn(move || {
            // Nobody listens any more when it took too long.
            let _ = done.send(deliver(&*own, &url, &waiting, last.as_deref(), begin));
        });
        let outcome = outcome.recv_timeout(PATIENCE.saturating_sub(begin.elapsed()));
        let reason = match outcome {
            Ok(Ok(())) => return None,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it did not answer in time".to_owned(),
        };
        Some(undelivered(&reason, is_kept))
    }

    /// A file for a message; names are in the order of time.
    fn free(&self, host: &dyn Host, id: &str) -> PathBuf {
        let (address, now) = (self.address(), host.now().as_millisecond());
        let names = (0..).map(|number| format!("{address}-{now}-{number:02}-{id}.json"));
        let mut paths = names.map(|name| self.folder.join(name));
        paths.find(|path| !host.exists(path)).expect("invariant: a folder is finite")
    }

    /// The messages that wait, oldest first.
    fn waiting(&self, host: &dyn Host) -> Vec<PathBuf> {
        let address = self.address();
        let is_own = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with(&address) && name.ends_with(".json"))
        };
        let mut waiting: Vec<PathBuf> =
            host.walk(&self.folder).into_iter().filter(is_own).collect();
        for old in waiting.drain(..waiting.len().saturating_sub(MOST)) {
            let _ = host.remove_file(&old);
        }
        waiting
    }

    /// Tells messages to different webhooks apart without naming any.
    fn address(&self) -> String {
        let digest = Sha256::digest(self.url.as_bytes());
        digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Posts the messages in their files, and one that could not be kept; stops at the first that is not taken.
fn deliver(
    host: &dyn Host,
    url: &str,
    waiting: &[PathBuf],
    last: Option<&str>,
    begin: Instant,
) -> Result<(), HttpError> {
    let http = Http::new(host);
    let post = |text: &str| http.post(url, text, PATIENCE.saturating_sub(begin.elapsed()));
    for path in waiting {
        if let Some(text) = readable(host, path) {
            post(&text)?;
        }
        let _ = host.remove_file(path);
    }
    last.map_or(Ok(()), post)
}

fn readable(host: &dyn Host, path: &Path) -> Option<String> {
    host.read(path).ok().filter(|text| !text.is_empty())
}

fn undelivered(reason: &str, is_kept: bool) -> Diagnostic {
    let message = format!("the webhook of `--notify` was not told: {reason}");
    let next = match is_kept {
        true => "the message is kept, and sent by the next command with `--notify`",
        false => "the message could not be kept either",
    };
    Diagnostic::warning(codes::NOT_NOTIFIED, message).note(next)
}
