//! Reads the crate's own Rust files as text: with comments, strings or test code blanked out.
//!
//! Just enough of a lexer for `architecture`; macros are not expanded.
//! Invariant: blanking keeps every line where it is, so that a finding has the right line number.

use std::path::{Path, PathBuf};

/// A Rust file of the repository.
pub(crate) struct RustFile {
    /// The path from the repository's root, with `/`.
    pub(crate) path: String,
    /// The file as it is.
    pub(crate) text: String,
    /// Without comments and strings.
    pub(crate) bare: String,
    /// Without comments and test code, strings left in.
    pub(crate) shipped: String,
    /// Without comments, strings and test code.
    pub(crate) shipped_bare: String,
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every `.rs` file below a folder of the repository, sorted by path.
pub(crate) fn files_below(folder: &str) -> Vec<RustFile> {
    let entries = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    let paths = entries.into_iter().filter_map(Result::ok).map(walkdir::DirEntry::into_path);
    let mut files = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| RustFile::read(&path))
        .collect::<Vec<_>>();
    let test_modules = files.iter().flat_map(RustFile::test_modules).collect::<Vec<_>>();
    for file in &mut files {
        let path = PathBuf::from(&file.path);
        if test_modules
            .iter()
            .any(|module| path.starts_with(module) || path == module.with_extension("rs"))
        {
            file.shipped.clear();
            file.shipped_bare.clear();
        }
    }
    files
}

impl RustFile {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let below = path.strip_prefix(root()).unwrap();
        RustFile::new(&below.to_string_lossy().replace('\\', "/"), text)
    }

    /// A file from its text.
    pub(crate) fn new(path: &str, text: String) -> Self {
        let Masked { uncommented, bare } = mask(&text);
        let tests = test_items(&bare);
        RustFile {
            path: path.to_owned(),
            shipped: blank(&uncommented, &tests),
            shipped_bare: blank(&bare, &tests),
            bare: bare.into_iter().collect(),
            text,
        }
    }

    /// The folder of its module: `src/a` for `src/a.rs` and `src/a/mod.rs`.
    fn module(&self) -> PathBuf {
        let path = Path::new(&self.path);
        match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("mod" | "lib" | "main") => path.parent().unwrap().to_owned(),
            _ => path.with_extension(""),
        }
    }

    /// The folders of modules that this file declares for tests only.
    fn test_modules(&self) -> Vec<PathBuf> {
        let bare = self.bare.chars().collect::<Vec<_>>();
        let items = test_items(&bare).into_iter().map(|item| bare[item].iter().collect::<String>());
        let names = items.filter(|item| item.ends_with(';')).filter_map(|item| {
            let name = item.rsplit_once("mod ")?.1;
            Some(name.trim_end_matches(';').trim().to_owned())
        });
        names.map(|name| self.module().join(name)).collect()
    }
}

/// The number of the line, from 1, that a byte offset is on.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

/// Byte offsets of `word` in `text` where it is not a part of a longer name.
pub(crate) fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        !text[..at].ends_with(is_name) && !text[at + word.len()..].starts_with(is_name)
    })
}

struct Masked {
    uncommented: Vec<char>,
    bare: Vec<char>,
}

/// Blanks out comments, and in `bare` the insides of strings and character literals too.
fn mask(text: &str) -> Masked {
    let chars = text.chars().collect::<Vec<_>>();
    let (mut uncommented, mut bare) = (chars.clone(), chars.clone());
    let mut at = 0;
    while at < chars.len() {
        let (end, is_comment) = match token_end(&chars, at) {
            Some(token) => token,
            None => {
                at += 1;
                continue;
            }
        };
        for place in at..end {
            if chars[place] != '\n' {
                bare[place] = ' ';
                if is_comment {
                    uncommented[place] = ' ';
                }
            }
        }
        at = end;
    }
    Masked { uncommented, bare }
}

/// Where the comment or literal that starts at `at` ends, and whether it is a comment.
fn token_end(chars: &[char], at: usize) -> Option<(usize, bool)> {
    let next = chars.get(at + 1).copied();
    match (chars[at], next) {
        ('/', Some('/')) => Some((find(chars, at, |rest| rest[0] == '\n'), true)),
        ('/', Some('*')) => Some((block_comment_end(chars, at), true)),
        ('"', _) => Some((string_end(chars, at), false)),
        ('r', Some('"' | '#')) => Some((raw_string_end(chars, at)?, false)),
        ('\'', Some('\\')) => Some((find(chars, at + 3, |rest| rest[0] == '\'') + 1, false)),
        ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => Some((at + 3, false)),
        _ => None,
    }
}

fn find(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| stop(&chars[at..])).unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < chars.len() {
        let step = match chars[at..] {
            ['/', '*', ..] => 1,
            ['*', '/', ..] => -1,
            _ => 0,
        };
        depth += step;
        at += if step == 0 { 1 } else { 2 };
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// The end of `r"…"` or `r#"…"#`; `None` for a name that starts with `r` and for `r#name`.
fn raw_string_end(chars: &[char], start: usize) -> Option<usize> {
    let inside_name = start > 0 && (chars[start - 1].is_alphanumeric() || chars[start - 1] == '_');
    let inside_name = inside_name && !matches!(chars[start - 1], 'b' | 'c');
    let hashes = chars[start + 1..].iter().take_while(|&&c| c == '#').count();
    let open = start + 1 + hashes;
    if inside_name || chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |rest: &[char]| {
        rest[0] == '"' && rest.len() > hashes && rest[1..=hashes].iter().all(|&c| c == '#')
    };
    Some((find(chars, open + 1, closes) + 1 + hashes).min(chars.len()))
}

/// The items under `#[cfg(test)]`, from the attribute to the closing brace or semicolon.
fn test_items(bare: &[char]) -> Vec<std::ops::Range<usize>> {
    let attribute = "#[cfg(test)]".chars().collect::<Vec<_>>();
    let mut items = Vec::new();
    let mut from = 0;
    loop {
        let start = find(bare, from, |rest| rest.starts_with(&attribute));
        if start == bare.len() {
            return items;
        }
        let open = find(bare, start, |rest| matches!(rest[0], '{' | ';'));
        let mut depth = 0;
        let mut end = open;
        while end < bare.len() {
            match bare[end] {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            end += 1;
            if depth == 0 {
                break;
            }
        }
        items.push(start..end);
        from = end;
    }
}

fn blank(chars: &[char], ranges: &[std::ops::Range<usize>]) -> String {
    let inside = |at: usize| ranges.iter().any(|range| range.contains(&at));
    let kept = chars.iter().enumerate();
    kept.map(|(at, &c)| if c != '\n' && inside(at) { ' ' } else { c }).collect()
}

#[test]
fn comments_strings_and_tests_are_blanked_in_place() {
    let text = concat!(
        "//! one \"two\n",
        "let a = \"three // \\\" four\"; /* five /* six */ */ let b = 'x';\n",
        "fn f<'a>(s: &'a str) { r#\"seven \" eight\"# }\n",
        "#[cfg(test)]\nmod tests {\n fn g() { \"}\"; }\n}\nfn nine() {}\n",
    );
    let file = RustFile::new("src/a.rs", text.to_owned());
    for word in ["one", "five", "six"] {
        assert!(!file.shipped.contains(word), "{word}");
    }
    for word in ["three", "four", "seven", "eight", "nine", "let b", "'a str"] {
        assert!(file.shipped.contains(word), "{word}");
    }
    for word in ["three", "four", "seven", "eight", "mod tests", "fn g"] {
        assert!(!file.shipped_bare.contains(word), "{word}");
    }
    assert!(file.bare.contains("fn g"));
    assert_eq!(line_of(&file.shipped_bare, file.shipped_bare.find("nine").unwrap()), 8);
}

#[test]
fn a_word_is_not_a_part_of_a_name() {
    assert_eq!(words("print! eprint! print!(", "print!").collect::<Vec<_>>(), [0, 15]);
}
