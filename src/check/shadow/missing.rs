//! Tables that a query reads and the shadow does not have.

use std::sync::Arc;

use super::{Shadow, Unchecked};
use crate::adapters::{AdapterError, Column};
use crate::check::rules::reads;
use crate::compile::{Compiler, Variant};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::Node;
use crate::names::did_you_mean;

impl Shadow<'_> {
    /// Looks for a table that was not found. `Ok`: it is there now, and the text can be prepared again.
    pub(super) fn missing(
        &mut self,
        node: &Arc<Node>,
        at: (Variant, &str),
        name: &str,
    ) -> Result<(), (Diagnostics, Unchecked)> {
        let table = name.rsplit('.').next().unwrap_or(name);
        if let Some(id) = self.tables.get(&table.to_lowercase()).cloned() {
            return Err(self.of_project(node, at, (name, &id)));
        }
        let stored = self.stored(name);
        if !stored.is_empty() {
            let warning = reads::undeclared(self, node, at, name);
            self.tell(warning);
            return match self.copy(name, &stored) {
                true => Ok(()),
                false => Err((Diagnostics::new(), Unchecked::NoColumns)),
            };
        }
        if self.is_made_by_hand(table) {
            return Err((Diagnostics::new(), Unchecked::NeedsRows));
        }
        let mistake = self.not_found(node, at, name);
        Err((mistake.into(), Unchecked::Wrong))
    }

    /// A table of the project: unless it is read through `ref`, nothing says that it is there in time.
    fn of_project(
        &self,
        node: &Arc<Node>,
        at: (Variant, &str),
        (name, id): (&str, &crate::names::UniqueId),
    ) -> (Diagnostics, Unchecked) {
        let is_declared = node.depends_on.nodes.contains(id);
        match is_declared {
            true => (Diagnostics::new(), Unchecked::Reads(id.clone())),
            false => {
                let mistake = reads::without_reference(self, node, at, (name, id));
                (mistake.into(), Unchecked::Reads(id.clone()))
            }
        }
    }

    /// The columns of a table of the user's database.
    fn stored(&self, name: &str) -> Vec<Column> {
        let relation = self.relation_named(name);
        self.real.with(|session| session.columns(&relation)).ok().flatten().unwrap_or_default()
    }

    fn relation_named(&self, name: &str) -> crate::adapters::Relation {
        let adapter = &self.compiler.globals.adapter;
        match name.split_once('.') {
            Some((schema, table)) => adapter.relation(Some(schema), table),
            None => adapter.relation(None, name),
        }
    }

    fn copy(&self, name: &str, columns: &[Column]) -> bool {
        let relation = self.relation_named(name);
        let made = self.connection.with(|session| super::create(session, &relation, columns));
        made.is_ok()
    }

    /// Whether a hook or a macro of the project names the table: it may make it.
    fn is_made_by_hand(&self, table: &str) -> bool {
        let texts = self.making.get_or_init(|| making(&self.compiler));
        texts.contains(&table.to_lowercase())
    }

    fn not_found(&self, node: &Arc<Node>, at: (Variant, &str), name: &str) -> Diagnostic {
        let error = AdapterError::Sql {
            message: format!("no such table: {name}"),
            offset: None,
            sql: at.1.to_owned(),
        };
        let mut mistake = self.mistake(node, at, &error);
        mistake.code = codes::MISSING_RELATION;
        let manifest = &self.compiler.manifest;
        let wanted = name.rsplit('.').next().unwrap_or(name);
        let refable = manifest.nodes.values().filter(|node| node.resource_type.is_refable());
        if let Some(same) = refable.clone().find(|node| node.name.eq_ignore_ascii_case(wanted)) {
            return mistake.hint(format!("read it with `{{{{ ref('{}') }}}}`", same.name));
        }
        let sources = manifest.sources.values();
        if let Some(same) = sources.clone().find(|one| one.name.eq_ignore_ascii_case(wanted)) {
            let (source, table) = (&same.source_name, &same.name);
            return mistake.hint(format!("read it with `{{{{ source('{source}', '{table}') }}}}`"));
        }
        let names = refable.map(|node| node.name.as_str()).chain(sources.map(|s| s.name.as_str()));
        match did_you_mean(wanted, names) {
            Some(near) => {
                mistake.hint(format!("did you mean `{near}`? Read it with `ref` or `source`"))
            }
            None => mistake.hint("declare it as a source, and read it with `source`"),
        }
    }
}

/// The hooks of the project and the macros that create something, in lower case.
fn making(compiler: &Compiler) -> String {
    let project = compiler.project.root();
    let mut texts = String::new();
    let mut add = |text: &str| {
        texts += &text.to_lowercase();
        texts.push('\n');
    };
    project.config.on_run_start.iter().for_each(|hook| add(&hook.value));
    for node in compiler.manifest.nodes.values() {
        for key in ["pre-hook", "post-hook"] {
            node.config.hooks(key).iter().for_each(|hook| add(&hook.sql));
        }
    }
    let macros = compiler.manifest.macros.values();
    let own = macros.filter(|one| one.package_name == project.name);
    let creates = |sql: &str| sql.to_lowercase().contains("create");
    own.filter(|one| creates(&one.macro_sql)).for_each(|one| add(&one.macro_sql));
    texts
}
