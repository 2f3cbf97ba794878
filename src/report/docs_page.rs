//! The page that shows a project: templates/docs put together into one file that needs no other.
//!
//! Invariants: the page's policy lets only its own script run; what is embedded cannot end the element that it is in.

use sha2::{Digest, Sha256};

use crate::http::base64;
use crate::templates;

/// The scripts, in the order in which they need each other.
const SCRIPTS: [&str; 5] = ["data.js", "text.js", "lineage.js", "pages.js", "main.js"];

/// The page; it reads `manifest.json` and `catalog.json` beside it.
pub fn page() -> String {
    with("")
}

/// The page with the texts of the two files in it.
pub fn static_page(manifest: &str, catalog: &str) -> String {
    let data = |name: &str, text: &str| {
        // In JSON `<` is only ever part of a text.
        let text = text.replace('<', "\\u003c");
        format!("<script type=\"application/json\" id=\"data-{name}\">{text}</script>\n")
    };
    with(&(data("manifest", manifest) + &data("catalog", catalog)))
}

fn with(data: &str) -> String {
    let style = templates::docs("style.css");
    let script: String = SCRIPTS.map(templates::docs).concat();
    let script = format!("(() => {{ 'use strict';\n{script}}})();\n");
    let hash = |text: &str| format!("'sha256-{}'", base64(&Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action 'none'",
        hash(&script),
        hash(style)
    );
    let mut rest = templates::docs("page.html");
    let mut page = String::with_capacity(rest.len() + script.len() + style.len() + data.len());
    let parts =
        [("%policy%", &*policy), ("%style%", style), ("%data%", data), ("%script%", &script)];
    for (place, text) in parts {
        let (before, after) = rest.split_once(place).expect("invariant: the page has the place");
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page();
        for outside in
            ["src=", "@import", "url(", "<link", "innerHTML", "insertAdjacentHTML", "eval("]
        {
            assert!(!page.contains(outside), "{outside} is in the page");
        }
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains("%data%") && !page.contains("%script%"));
        assert!(page.len() < 100_000, "{}", page.len());
    }

    #[test]
    fn what_is_embedded_stays_data() {
        let hostile = r#"{"a":"</script><script>alert(1)</script><!--"}"#;
        let page = static_page(hostile, "{}");
        assert_eq!(page.matches("<script").count(), 3);
        let text =
            page.split("id=\"data-manifest\">").nth(1).and_then(|t| t.split("</script>").next());
        let text = text.expect("the data");
        assert!(!text.contains('<'));
        let parse = |text| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(parse(text), parse(hostile));
    }
}
