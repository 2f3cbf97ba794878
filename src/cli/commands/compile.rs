//! `compile`: templates to SQL, in files and on standard output.

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json};

use crate::cli::Context;
use crate::cli::args::{EmptyArgs, OutputFormat, SelectArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, CompileOptions, Compiled, Variant};
use crate::project::FlagOverrides;
use crate::report::style::count;
use crate::report::{Style, diff};

/// Turn templates into SQL, below target/compiled; print it when one node is selected.
///
/// An incremental model has two variants: the SQL of a full refresh and that of an incremental run.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge compile --select orders\n  forge compile --select orders --diff"
)]
pub(in crate::cli) struct Compile {
    #[command(flatten)]
    select: SelectArgs,

    /// Compile this SQL instead of files
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "selector"])]
    inline: Option<String>,

    /// Which SQL of incremental models, whatever is in the database
    #[arg(long, value_enum, value_name = "VARIANT")]
    variant: Option<VariantArg>,

    /// Show what differs between the variants
    #[arg(long)]
    diff: bool,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,

    /// Compile incremental models as a full refresh
    #[arg(short, long)]
    full_refresh: bool,

    #[command(flatten)]
    empty: EmptyArgs,
}

/// A variant of an incremental model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VariantArg {
    /// As if the table were built anew
    FullRefresh,
    /// As if the table were there
    Incremental,
    /// Both, side by side
    Both,
}

impl Compile {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        flags.argument("inline", self.inline.clone());
        flags.argument("output", self.output.as_str());
        self.empty.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let options = CompileOptions { variant: self.variant(), inline: self.inline.clone() };
        let selection = self.select.selection();
        let compiled = pipeline::compile(&context.world, &prepared, &selection, options)?;
        self.print(context, &compiled);
        Ok(Outcome::Fine)
    }

    fn variant(&self) -> Variant {
        match self.variant {
            _ if self.diff => Variant::Both,
            Some(VariantArg::FullRefresh) => Variant::FullRefresh,
            Some(VariantArg::Incremental) => Variant::Incremental,
            Some(VariantArg::Both) => Variant::Both,
            None => Variant::Auto,
        }
    }

    fn print(&self, context: &Context, compiled: &[Compiled]) {
        let named = self.inline.is_some() || self.select.is_given();
        match self.asked_for(compiled).as_slice() {
            [] => context.say(Level::Warn, "nothing to compile: the selection is empty"),
            [one] if named => context.console.data(&self.text(one, context.style)),
            many if self.variant() == Variant::Both => self.print_pairs(context, many),
            many => {
                let nodes = count(many.len() as i64, "node");
                context.say(Level::Info, format!("compiled {nodes}"));
            }
        }
    }

    /// What was asked for: tests come along with what they are on, and count when there is nothing else.
    fn asked_for<'c>(&self, compiled: &'c [Compiled]) -> Vec<&'c Compiled> {
        let is_test = |one: &&Compiled| one.id.resource_type() == "test";
        match compiled.iter().all(|one| is_test(&one)) {
            true => compiled.iter().collect(),
            false => compiled.iter().filter(|one| !is_test(one)).collect(),
        }
    }

    /// The models among many that have two variants.
    fn print_pairs(&self, context: &Context, many: &[&Compiled]) {
        let pairs = many.iter().filter(|c| c.incremental.is_some() && c.full_refresh.is_some());
        for compiled in pairs {
            if self.output == OutputFormat::Text {
                context.say(Level::Info, format!("{}:", compiled.name));
            }
            context.console.data(&self.text(compiled, context.style));
        }
    }

    fn text(&self, compiled: &Compiled, style: Style) -> String {
        if self.output == OutputFormat::Json {
            return pretty(&self.object(compiled));
        }
        let (Some(full_refresh), Some(incremental)) =
            (&compiled.full_refresh, &compiled.incremental)
        else {
            return compiled.code.clone();
        };
        let old = ("full-refresh", full_refresh.as_str());
        let new = ("incremental", incremental.as_str());
        match self.variant() {
            Variant::Both if self.diff => diff::unified(old, new, style),
            Variant::Both => diff::side_by_side(old, new, style),
            _ => compiled.code.clone(),
        }
    }

    /// dbt's object, with both variants when they were asked for.
    fn object(&self, compiled: &Compiled) -> Json {
        let mut object = Map::new();
        if self.inline.is_none() {
            object.insert("node".to_owned(), compiled.name.clone().into());
        }
        object.insert("compiled".to_owned(), compiled.code.clone().into());
        if self.variant() == Variant::Both {
            let variants =
                [("full_refresh", &compiled.full_refresh), ("incremental", &compiled.incremental)];
            let given = variants.into_iter().filter_map(|(name, sql)| Some((name, sql.clone()?)));
            object.extend(given.map(|(name, sql)| (name.to_owned(), sql.into())));
        }
        Json::Object(object)
    }
}

fn pretty(value: &Json) -> String {
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        compile: Compile,
    }

    fn text(arguments: &str, compiled: &Compiled) -> String {
        let only = Only::try_parse_from(arguments.split_whitespace()).expect("arguments");
        only.compile.text(compiled, Style::PLAIN)
    }

    fn compiled() -> Compiled {
        Compiled {
            id: "model.shop.m".into(),
            name: "m".into(),
            code: "select 1".into(),
            full_refresh: Some("select 1\n".into()),
            incremental: Some("select 1\nwhere x\n".into()),
            path: None,
        }
    }

    #[test]
    fn one_node_is_its_sql_and_nothing_else() {
        assert_eq!(text("compile -s m", &compiled()), "select 1");
    }

    #[test]
    fn json_is_dbts_object() {
        assert_eq!(
            text("compile -s m --output json", &compiled()),
            "{\n  \"node\": \"m\",\n  \"compiled\": \"select 1\"\n}"
        );
        let inline = text("compile --inline x --output json", &compiled());
        assert_eq!(inline, "{\n  \"compiled\": \"select 1\"\n}");
    }

    #[test]
    fn diff_shows_both_variants() {
        let diff = text("compile -s m --diff", &compiled());
        assert_eq!(diff, "--- full-refresh\n+++ incremental\n@@ -1 +1,2 @@\n select 1\n+where x\n");
    }
}
