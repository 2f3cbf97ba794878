//! `docs generate` and `docs serve`: the page, its data, and that nothing else is answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::Value as Json;

use crate::scratch::Scratch;

const MODELS: &str = "//- models/a.sql
select 1 as id
//- models/a.yml
models:
  - name: a
    description: \"</script><script>alert(1)</script>\"
";

/// A server that runs until it is dropped.
struct Served {
    forge: Child,
    address: String,
}

impl Served {
    fn start(scratch: &Scratch) -> Self {
        let mut command = scratch.command(&["docs", "serve", "--port", "0", "--no-browser"]);
        let mut forge = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(forge.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(';').next());
        Served { forge, address: address.unwrap_or_else(|| panic!("{line}")).to_owned() }
    }

    /// The answer's head and body.
    fn ask(&self, request: &str, host: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
        (head.to_owned(), body.to_owned())
    }

    fn status(&self, request: &str, host: &str) -> String {
        let (head, _) = self.ask(request, host);
        head.split(' ').nth(1).unwrap().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.forge.kill();
        let _ = self.forge.wait();
    }
}

#[test]
fn the_page_and_its_data_are_served_and_nothing_else() {
    let scratch = Scratch::new(MODELS);
    scratch.forge(&["docs", "generate"]).expect(0, &["catalog.json"]);
    let served = Served::start(&scratch);
    let (head, page) = served.ask("GET /", "localhost");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html"), "{head}");
    assert_eq!(page, scratch.read("target/index.html"));
    for (name, key) in [("manifest.json", "nodes"), ("catalog.json", "sources")] {
        let (head, body) = served.ask(&format!("GET /{name}"), "127.0.0.1:1");
        assert!(head.contains("application/json") && head.contains("nosniff"), "{head}");
        assert!(serde_json::from_str::<Json>(&body).unwrap()[key].is_object());
    }
    for path in ["/run_results.json", "/../dbt_project.yml", "/%2e%2e/shop.db", "//etc/passwd", "*"]
    {
        assert_eq!(served.status(&format!("GET {path}"), "localhost"), "404", "{path}");
    }
    assert_eq!(served.status("GET /", "attacker.example"), "403");
    assert_eq!(served.status("POST /", "localhost"), "405");
    // What is written later is seen.
    scratch.write("models/b.sql", "select 2 as id\n");
    scratch.forge(&["docs", "generate"]).expect(0, &[]);
    assert!(served.ask("GET /manifest.json", "localhost").1.contains("model.shop.b"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_server() {
    let scratch = Scratch::new(MODELS);
    scratch.forge(&["docs", "generate"]).expect(0, &[]);
    let mut served = Served::start(&scratch);
    assert_eq!(served.status("GET /", "localhost"), "200");
    let id = served.forge.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(served.forge.wait().unwrap().code(), Some(130));
}

#[test]
fn without_documentation_or_a_place_for_it_there_is_no_server() {
    let scratch = Scratch::new(MODELS);
    scratch.forge(&["docs", "serve"]).expect(2, &["E0815", "forge docs generate"]);
    scratch.forge(&["parse"]).expect(0, &[]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    scratch.forge(&["docs", "serve", "--port", &port]).expect(2, &["E0815", "--port"]);
}

#[test]
fn a_static_page_has_the_project_in_it() {
    let scratch = Scratch::new(MODELS);
    scratch.forge(&["docs", "generate", "--static"]).expect(0, &[]);
    let page = scratch.read("target/static_index.html");
    assert_eq!(page.matches("<script").count(), 3, "a description made an element");
    let data = |name: &str| {
        let text = page.split(&format!("id=\"data-{name}\">")).nth(1).unwrap();
        serde_json::from_str::<Json>(text.split("</script>").next().unwrap()).unwrap()
    };
    let written = |name: &str| serde_json::from_str::<Json>(&scratch.read(name)).unwrap();
    assert_eq!(data("manifest"), written("target/manifest.json"));
    assert_eq!(data("catalog"), written("target/catalog.json"));
}
