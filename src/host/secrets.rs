//! Secrets: values of `DBT_ENV_SECRET…` variables, which nobody may read in what forge writes.
//!
//! Invariant: a text that comes out of [`Mask::apply`] has none of the values, plain or as a JSON string.

use std::borrow::Cow;

use super::Host;

/// Variables whose names start so are secrets.
pub const PREFIX: &str = "DBT_ENV_SECRET";

/// What stands in place of a secret, as in dbt 1.12.
pub const STARS: &str = "*****";

/// The values to be hidden.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    values: Vec<String>,
}

impl Mask {
    /// Hides what the environment of a host calls secret; blank values are none.
    pub fn of(host: &dyn Host) -> Self {
        Self::new(host.env_all())
    }

    fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut values = Vec::new();
        for (name, value) in variables {
            if name.starts_with(PREFIX) && !value.trim().is_empty() {
                let json = serde_json::Value::from(value.as_str()).to_string();
                values.push(json[1..json.len() - 1].to_owned());
                values.push(value);
            }
        }
        // A secret may be a part of another one.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Mask { values }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The text with stars for every secret.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut masked = Cow::Borrowed(text);
        for value in &self.values {
            if masked.contains(value.as_str()) {
                masked = Cow::Owned(masked.replace(value.as_str(), STARS));
            }
        }
        masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_plain_and_in_json() {
        let variables = [
            ("DBT_ENV_SECRET_A", "a\"b"),
            ("DBT_ENV_SECRET_LONGER", "xa\"by"),
            ("DBT_ENV_SECRET_NONE", " "),
            ("OTHER", "plain"),
        ];
        let mask = Mask::new(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let text = r#"a"b, a\"b, xa"by, plain"#;
        assert_eq!(mask.apply(text), "*****, *****, *****, plain");
        assert!(Mask::default().is_empty());
    }
}
