//! The examples on the pages of the rules: what fails is found by its rule alone, what passes by none.

use forge::check::lint::rules::RULES;
use forge::diagnostics::Code;

use super::{found, project};

/// A fenced example of a page.
struct Example {
    /// `fails`, `passes`, or the file that it is.
    what: String,
    path: Option<String>,
    text: String,
}

/// The fenced blocks of a page: after the language stand what they show, and the path of their file.
fn examples(code: Code) -> Vec<Example> {
    let blocks = code.page().split("```").skip(1).step_by(2);
    let example = |block: &str| {
        let (head, text) = block.split_once('\n').unwrap();
        let mut words = head.split_whitespace().skip(1).map(str::to_owned);
        let what = words.next().unwrap_or_default();
        Example { what, path: words.next(), text: text.to_owned() }
    };
    blocks.map(example).collect()
}

#[test]
fn every_rule_finds_its_example_and_nothing_in_the_remedy() {
    for rule in RULES {
        let examples = examples(rule.code);
        let settings = examples.iter().find(|one| one.what == "forge_lint.yml");
        let settings = settings.map_or("", |one| one.text.as_str());
        for what in ["fails", "passes"] {
            let example = examples.iter().find(|one| one.what == what);
            let example =
                example.unwrap_or_else(|| panic!("{:?} has no example {what}", rule.code));
            let path = example.path.as_deref().unwrap_or("models/example.sql");
            let files = format!("//- forge_lint.yml\n{settings}\n//- {path}\n{}", example.text);
            let (places, outcome) = found(&project(&files), &[]);
            let codes: Vec<&str> = places.iter().map(|one| &one[..5]).collect();
            let wanted = if what == "fails" { vec![rule.code.id()] } else { Vec::new() };
            assert_eq!(codes, wanted, "{:?} {what}: {}", rule.code, outcome.stderr);
        }
    }
}

#[test]
fn the_engine_takes_every_example() {
    let mut files = String::new();
    for rule in RULES {
        for example in examples(rule.code).iter().filter(|one| one.what != "forge_lint.yml") {
            let name = format!("{}_{}", rule.code.id().to_lowercase(), example.what);
            files += &format!("//- models/{name}.sql\n{}", example.text);
        }
    }
    project(&files).forge(&["check"]).expect(0, &[]).without(&["error["]);
}
