//! `explain`: the page of a diagnostic code.

use clap::Args;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::names::did_you_mean;
use crate::report::page;

/// Explain a diagnostic code, such as E0301; without one, list all codes.
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// The code or its name
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let text = match &self.code {
            Some(wanted) => page::render(find(wanted)?, context.style),
            None => page::index(context.style),
        };
        context.console.data(&text);
        Ok(Outcome::Fine)
    }
}

fn find(wanted: &str) -> Result<Code, Diagnostics> {
    Code::find(wanted).ok_or_else(|| {
        let known = codes::ALL.iter().flat_map(|code| [code.id(), code.name()]);
        let message = format!("there is no diagnostic code `{wanted}`");
        let near = did_you_mean(wanted, known);
        let unknown = Diagnostic::error(codes::UNKNOWN_NAME, message);
        match near {
            Some(_) => unknown.suggest(near),
            None => unknown.hint("`forge explain` lists all codes"),
        }
        .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_get_a_suggestion() {
        let hint = |wanted| {
            let diagnostics = find(wanted).expect_err("unknown");
            diagnostics.into_iter().next().and_then(|d| d.hint)
        };
        assert_eq!(hint("unknown-reff").as_deref(), Some("did you mean `unknown-ref`?"));
        assert_eq!(hint("zzzzzzzzzz").as_deref(), Some("`forge explain` lists all codes"));
        assert!(find("e0301").is_ok());
    }
}
