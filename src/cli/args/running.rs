//! Flags of the verbs that run nodes, about how that is done.

use clap::{Args, ValueEnum};

use crate::project::{ComputeAside, FlagOverrides};

/// How models are built.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct RunningArgs {
    /// Fail when a model takes more than FACTOR times the work of its last runs
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    fail_on_cost_growth: Option<f64>,

    /// Which models are computed beside the one that is written, when there are several threads: those for which that
    /// brings something, all that can be, or none
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true)]
    compute_aside: When,
}

/// When models are computed beside the writer.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum When {
    #[default]
    Auto,
    Always,
    Never,
}

impl RunningArgs {
    pub(in crate::cli) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.fail_on_cost_growth = self.fail_on_cost_growth;
        flags.compute_aside = match self.compute_aside {
            When::Auto => None,
            When::Always => Some(ComputeAside::Always),
            When::Never => Some(ComputeAside::Never),
        };
    }
}

/// Where the time of the run goes.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct ProfileArgs {
    /// Tell where the time of this run went: by kind of work, and by node
    #[arg(long)]
    profile_run: bool,
}

impl ProfileArgs {
    pub(in crate::cli) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.profile_run = self.profile_run.then_some(true);
    }
}

/// Whether small tests share a scan.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct BatchArgs {
    /// Give every not_null and accepted_values test a scan of its own
    #[arg(long)]
    no_batch_tests: bool,
}

impl BatchArgs {
    pub(in crate::cli) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.batch_tests = self.no_batch_tests.then_some(false);
    }
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor >= 1.0 => Ok(factor),
        Ok(_) => Err("a factor is 1 or more".to_owned()),
        Err(_) => Err("not a number such as 2.0".to_owned()),
    }
}
