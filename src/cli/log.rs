//! The log file of a command, and what its first lines say.

use std::sync::Arc;

use serde_json::Value as Json;

use super::program::Program;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Level};
use crate::host::Host;
use crate::project::{FlagOverrides, Flags, Peeked};
use crate::report::Console;
use crate::report::json_lines::Form;
use crate::report::log_file::{Logged, Settings};
use crate::source::SourceMap;

/// The console with a log file beside it: `logs/forge.log` of the project, unless none is wanted. A log that cannot be
/// written is one warning.
pub(super) fn beside(
    console: Arc<dyn Console>,
    host: &Arc<dyn Host>,
    sources: &Arc<SourceMap>,
    peeked: &Peeked,
    program: Program,
) -> Arc<dyn Console> {
    let Peeked { flags, folders } = peeked;
    let (Some(settings), Some([_, logs])) = (settings(flags), folders) else {
        return console;
    };
    let path = logs.join(program.log_file());
    match host.open_log(&path, flags.log_file_max_bytes) {
        Ok(out) => {
            let (host, sources) = (host.clone(), sources.clone());
            Arc::new(Logged::new(console, host, sources, out, settings))
        }
        Err(error) => {
            let message = format!("the log file `{}` cannot be written: {error}", path.display());
            let hint = "name a folder with `--log-path`, or do without: `--log-level-file none`";
            let warning = Diagnostic::warning(codes::NOT_WRITTEN, message).hint(hint);
            console.emit(Event::Diagnostic(warning));
            console
        }
    }
}

fn settings(flags: &Flags) -> Option<Settings> {
    let least = match flags.log_level_file.as_str() {
        "none" => return None,
        "error" => Level::Error,
        "warn" => Level::Warn,
        "info" => Level::Info,
        _ => Level::Debug,
    };
    let form = if flags.log_format_file == "json" { Form::Json } else { Form::Text };
    Some(Settings { form, least })
}

/// The beginning of a command. dbt: values as Python prints them.
pub(super) fn started(given: &FlagOverrides, peeked: &Peeked) -> Event {
    let invocation_id = given.invocation_id.clone().unwrap_or_default();
    let published = peeked.folders.as_ref().map(|[root, _]| peeked.flags.published(root));
    let all = match published {
        Some(Json::Object(all)) => all,
        _ => serde_json::Map::new(),
    };
    let args = all.iter().map(|(name, value)| (name.to_lowercase(), printed(value))).collect();
    Event::CommandStarted { invocation_id, args }
}

fn printed(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
