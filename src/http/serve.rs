//! Serves a few files of the project to a browser: GET and HEAD of fixed names, nothing else.
//!
//! Invariants: what is asked for only picks among the names that are known, so it never becomes a path; a request has
//! at most [`LONGEST`] bytes and a limited time; at most [`MOST`] are answered at once. On an address of this machine
//! only requests that name this machine are answered, so that a page of somebody else cannot read the project through
//! a name that it points here.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The longest request.
const LONGEST: usize = 16 * 1024;
/// How long a browser may take for its request, and be silent after it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many requests are answered at once.
const MOST: usize = 16;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its media type.
    pub kind: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Finds what a path of a request stands for.
pub type Find = dyn Fn(&str) -> Option<Page> + Send + Sync;

/// A server that waits for browsers.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the address; port 0 is any that is free.
    ///
    /// # Errors
    /// There is no such address, or another program has it.
    pub fn bind(host: &str, port: u16) -> io::Result<Server> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<SocketAddr> = (bare, port).to_socket_addrs()?.collect();
        // A browser that is told `localhost` asks the older kind of address when nobody answers at the newer one.
        let (first, rest): (Vec<_>, Vec<_>) = addresses.into_iter().partition(SocketAddr::is_ipv4);
        let listener = TcpListener::bind([first, rest].concat().as_slice())?;
        let address = listener.local_addr()?;
        Ok(Server { listener, address })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether only this machine reaches it.
    pub fn is_local(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// Answers as long as the process lives.
    pub fn run(&self, find: Arc<Find>) {
        let busy = Arc::new(AtomicUsize::new(0));
        let is_local = self.is_local();
        for stream in self.listener.incoming().flatten() {
            if busy.load(Ordering::Acquire) >= MOST {
                continue;
            }
            busy.fetch_add(1, Ordering::AcqRel);
            let (find, done) = (find.clone(), busy.clone());
            let started = std::thread::Builder::new().spawn(move || {
                // A browser that went away needs no answer.
                let _ = answer(&stream, is_local, &*find);
                done.fetch_sub(1, Ordering::AcqRel);
            });
            // Where there is no thread for it, this request has no answer, and the next one may have.
            if started.is_err() {
                busy.fetch_sub(1, Ordering::AcqRel);
            }
        }
    }
}

fn answer(mut stream: &TcpStream, is_local: bool, find: &Find) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = read(stream)?;
    let (status, page, has_body) = respond(&request, is_local, find);
    let Page { kind, body } = page;
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\nReferrer-Policy: no-referrer\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    if has_body {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The head of a request; what comes after it is not read.
fn read(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut part = [0; 2048];
    let start = Instant::now();
    while start.elapsed() < PATIENCE
        && request.len() < LONGEST
        && !request.windows(4).any(|end| end == b"\r\n\r\n")
    {
        match stream.read(&mut part)? {
            0 => break,
            count => request.extend_from_slice(&part[..count]),
        }
    }
    Ok(request)
}

/// The status, the page, and whether its bytes are sent.
fn respond(request: &[u8], is_local: bool, find: &Find) -> (&'static str, Page, bool) {
    let said = |status: &'static str| {
        let body = format!("{status}\n").into_bytes();
        (status, Page { kind: "text/plain; charset=utf-8", body }, true)
    };
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return said("400 Bad Request");
    };
    let mut lines = head.split("\r\n");
    let words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let &[method, target, "HTTP/1.1" | "HTTP/1.0"] = words.as_slice() else {
        return said("400 Bad Request");
    };
    let host = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        name.eq_ignore_ascii_case("host").then(|| value.trim().to_owned())
    });
    if is_local && !host.is_some_and(|host| is_this_machine(&host)) {
        return said("403 Forbidden");
    }
    if method != "GET" && method != "HEAD" {
        return said("405 Method Not Allowed");
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    match find(path) {
        Some(page) => ("200 OK", page, method == "GET"),
        None => said("404 Not Found"),
    }
}

/// Whether a `Host` names this machine, whatever the port.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(request: &str) -> String {
        let find =
            |path: &str| (path == "/").then(|| Page { kind: "text/html", body: b"hello".to_vec() });
        respond(request.as_bytes(), true, &find).0.to_owned()
    }

    #[test]
    fn only_known_names_are_answered() {
        for (request, wanted) in [
            ("GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", "200 OK"),
            ("HEAD /?a=b HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "200 OK"),
            ("GET / HTTP/1.0\r\nHost: [::1]:80\r\n\r\n", "200 OK"),
            ("GET /../dbt_project.yml HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found"),
            ("GET /%2e%2e/a HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found"),
            ("GET // HTTP/1.1\r\nHost: localhost\r\n\r\n", "404 Not Found"),
            ("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405 Method Not Allowed"),
            ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 Forbidden"),
            ("GET / HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n", "403 Forbidden"),
            ("GET / HTTP/1.1\r\n\r\n", "403 Forbidden"),
            ("GET /\r\n\r\n", "400 Bad Request"),
            ("GET / HTTP/1.1\r\nHost: localhost", "400 Bad Request"),
            ("\u{0}\u{1}", "400 Bad Request"),
            ("", "400 Bad Request"),
        ] {
            assert_eq!(status(request), wanted, "{request:?}");
        }
    }

    #[test]
    fn a_head_has_the_length_and_no_body() {
        let find = |_: &str| Some(Page { kind: "text/html", body: b"hello".to_vec() });
        let (status, page, has_body) =
            respond(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", true, &find);
        assert_eq!((status, page.body.len(), has_body), ("200 OK", 5, false));
    }
}
