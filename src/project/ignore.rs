//! `.dbtignore`: patterns in the grammar of `.gitignore`, matched against paths below the package.
//!
//! Invariant: the last pattern that matches decides, and `!` takes back.

use globset::{GlobBuilder, GlobMatcher};

/// The patterns of one file.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    /// The pattern itself, and everything below a folder of that name.
    globs: Vec<GlobMatcher>,
    ignores: bool,
}

impl Ignore {
    /// Reads the patterns; lines that are no pattern are passed over.
    pub(super) fn parse(text: &str) -> Self {
        Ignore { rules: text.lines().filter_map(Rule::parse).collect() }
    }

    /// Whether a file, by its path below the package with `/`, is left out.
    pub(super) fn matches(&self, path: &str) -> bool {
        let matching = |rule: &&Rule| rule.globs.iter().any(|glob| glob.is_match(path));
        let last = self.rules.iter().rev().find(matching);
        last.is_some_and(|rule| rule.ignores)
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let (ignores, pattern) = match line.strip_prefix('!') {
            Some(rest) => (false, rest),
            None => (true, line),
        };
        if pattern.is_empty() || pattern.starts_with('#') {
            return None;
        }
        let pattern = pattern.strip_prefix('\\').unwrap_or(pattern);
        let (pattern, folders_only) = match pattern.strip_suffix('/') {
            Some(folder) => (folder, true),
            None => (pattern, false),
        };
        let anchored = match pattern.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if pattern.contains('/') => pattern.to_owned(),
            None => format!("**/{pattern}"),
        };
        let below = glob(&format!("{anchored}/**"));
        let itself = (!folders_only).then(|| glob(&anchored)).flatten();
        Some(Rule { globs: below.into_iter().chain(itself).collect(), ignores })
    }
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_gitignore() {
        let ignore =
            Ignore::parse("# c\n\nign/\n*h.sql\n/models/top.sql\n!models/keep_h.sql\na/b\n");
        for (path, want) in [
            ("models/ign/i.sql", true),
            ("models/ign", false),
            ("models/deep/ign/x/i.sql", true),
            ("models/h.sql", true),
            ("models/keep_h.sql", false),
            ("models/top.sql", true),
            ("x/models/top.sql", false),
            ("a/b/c.sql", true),
            ("models/a.sql", false),
        ] {
            assert_eq!(ignore.matches(path), want, "{path}");
        }
    }
}
