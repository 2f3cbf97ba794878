//! The verbs, one file each; their doc comments are the help.

use clap::Subcommand;

use super::Context;
use super::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{self, Prepared, Selection, Verb};
use crate::project::FlagOverrides;
use crate::report::Begun;

mod backfill;
mod build;
mod check;
mod clean;
mod clone;
mod compile;
mod completion;
mod contract;
mod cost;
mod debug;
mod deps;
mod diff;
mod docs;
mod explain;
mod generate;
mod history;
mod init;
mod lineage;
mod lint;
mod ls;
mod man;
mod parse;
mod requeue;
mod retry;
mod run;
mod run_operation;
mod seed;
mod show;
mod snapshot;
mod source;
mod test;

/// A verb with its arguments.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(init::Init),
    Debug(debug::Debug),
    Deps(deps::Deps),
    Diff(diff::Diff),
    Parse(parse::Parse),
    Check(check::Check),
    Lint(lint::Lint),
    Compile(compile::Compile),
    #[command(alias = "list")]
    Ls(ls::Ls),
    Seed(seed::Seed),
    Snapshot(snapshot::Snapshot),
    Run(run::Run),
    RunOperation(run_operation::RunOperation),
    Test(test::Test),
    Build(build::Build),
    Requeue(requeue::Requeue),
    Retry(retry::Retry),
    History(history::History),
    Cost(cost::Cost),
    Backfill(backfill::Backfill),
    Show(show::Show),
    Source(source::Source),
    Clone(clone::Clone),
    Docs(docs::Docs),
    Contract(contract::Contract),
    Lineage(lineage::Lineage),
    Clean(clean::Clean),
    Explain(explain::Explain),
    #[command(name = "gen")]
    Generate(generate::Generate),
    Completion(completion::Completion),
    Man(man::Man),
}

impl Command {
    /// dbt's name of the verb (`which`).
    pub(super) fn name(&self) -> &'static str {
        match self {
            Command::Init(_) => "init",
            Command::Debug(_) => "debug",
            Command::Deps(_) => "deps",
            Command::Diff(_) => "diff",
            Command::Parse(_) => "parse",
            Command::Check(_) => "check",
            Command::Lint(_) => "lint",
            Command::Compile(_) => "compile",
            Command::Ls(_) => "list",
            Command::Seed(_) => "seed",
            Command::Snapshot(_) => "snapshot",
            Command::Run(_) => "run",
            Command::RunOperation(_) => "run-operation",
            Command::Test(_) => "test",
            Command::Build(_) => "build",
            Command::Requeue(_) => "requeue",
            Command::Retry(_) => "retry",
            Command::History(_) => "history",
            Command::Cost(_) => "cost",
            Command::Backfill(_) => "backfill",
            Command::Show(_) => "show",
            // dbt: the verb below the verb.
            Command::Source(_) => "freshness",
            Command::Clone(_) => "clone",
            Command::Docs(_) => "generate",
            Command::Contract(_) => "contract",
            Command::Lineage(_) => "lineage",
            Command::Clean(_) => "clean",
            Command::Explain(_) => "explain",
            Command::Generate(_) => "gen",
            Command::Completion(_) => "completion",
            Command::Man(_) => "man",
        }
    }

    /// Whether it is worth a log: what reads no project writes nothing.
    pub(super) fn has_log(&self) -> bool {
        use Command::{Completion, Explain, Init, Man};
        !matches!(self, Init(_) | Explain(_) | Completion(_) | Man(_))
    }

    /// Adds the verb's own flags.
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        match self {
            Command::Compile(verb) => verb.set_flags(flags),
            Command::Cost(verb) => verb.set_flags(flags),
            Command::Lint(verb) => verb.set_flags(flags),
            Command::Seed(verb) => verb.set_flags(flags),
            Command::Snapshot(verb) => verb.set_flags(flags),
            Command::Run(verb) => verb.set_flags(flags),
            Command::Test(verb) => verb.set_flags(flags),
            Command::Build(verb) => verb.set_flags(flags),
            Command::Retry(verb) => verb.set_flags(flags),
            Command::Backfill(verb) => verb.set_flags(flags),
            Command::Show(verb) => verb.set_flags(flags),
            Command::Clone(verb) => verb.set_flags(flags),
            Command::Docs(verb) => verb.set_flags(flags),
            Command::RunOperation(verb) => verb.set_flags(flags),
            _ => {}
        }
    }

    /// Does it.
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        match self {
            Command::Init(verb) => verb.run(context),
            Command::Debug(verb) => verb.run(context),
            Command::Deps(verb) => verb.run(context),
            Command::Diff(verb) => verb.run(context),
            Command::Parse(verb) => verb.run(context),
            Command::Check(verb) => verb.run(context),
            Command::Lint(verb) => verb.run(context),
            Command::Compile(verb) => verb.run(context),
            Command::Ls(verb) => verb.run(context),
            Command::Seed(verb) => verb.run(context),
            Command::Snapshot(verb) => verb.run(context),
            Command::Run(verb) => verb.run(context),
            Command::RunOperation(verb) => verb.run(context),
            Command::Test(verb) => verb.run(context),
            Command::Build(verb) => verb.run(context),
            Command::Requeue(verb) => verb.run(context),
            Command::Retry(verb) => verb.run(context),
            Command::History(verb) => verb.run(context),
            Command::Cost(verb) => verb.run(context),
            Command::Backfill(verb) => verb.run(context),
            Command::Show(verb) => verb.run(context),
            Command::Source(verb) => verb.run(context),
            Command::Clone(verb) => verb.run(context),
            Command::Docs(verb) => verb.run(context),
            Command::Contract(verb) => verb.run(context),
            Command::Lineage(verb) => verb.run(context),
            Command::Clean(verb) => verb.run(context),
            Command::Explain(verb) => verb.run(context),
            Command::Generate(verb) => verb.run(context),
            Command::Completion(verb) => verb.run(context),
            Command::Man(verb) => verb.run(context),
        }
    }
}

/// The project, loaded, parsed and resolved.
fn prepare(context: &Context) -> Result<Prepared, Diagnostics> {
    prepare_with(context, &context.flags)
}

/// The same with other flags than those of the command line.
fn prepare_with(context: &Context, flags: &FlagOverrides) -> Result<Prepared, Diagnostics> {
    let invocation_id = context.flags.invocation_id.clone();
    let flags = FlagOverrides { invocation_id, ..flags.clone() };
    let prepared = pipeline::prepare(&context.world, &flags)?;
    let project = &prepared.project;
    context.console.begin(&Begun {
        target: project.target.name.clone(),
        manifest: prepared.manifest.clone(),
        artifacts: project.flags.write_json.then(|| project.target_dir()),
    });
    // The process ends with the verb: taking apart what is large would only cost time.
    let globals = &prepared.compiler.globals;
    let kept = (prepared.manifest.clone(), project.clone(), prepared.compiler.resolver());
    std::mem::forget((kept, globals.engine.clone(), globals.macros.clone()));
    Ok(prepared)
}

/// Runs the selected nodes.
fn execute(context: &Context, selection: &Selection, verb: Verb) -> Result<Outcome, Diagnostics> {
    let prepared = prepare(context)?;
    let summary = pipeline::run(&context.world, &prepared, selection, verb)?;
    Ok(Outcome::of(&summary))
}
