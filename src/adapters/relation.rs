//! A table, a view or a CTE by name, and how that name is written.
//!
//! Follows dbt 1.12's `BaseRelation`; what differs between targets is in [`NamingPolicy`].

use std::fmt;
use std::sync::Arc;

use super::naming::{NamingPolicy, PhysicalName, Policy, PolicyUpdate};

/// What a relation is. Names as in dbt 1.12's `RelationType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// Rows on disk.
    Table,
    /// A stored query.
    View,
    /// A common table expression, the shape of an ephemeral model.
    Cte,
    /// A stored query with stored rows.
    MaterializedView,
    /// Rows outside of the database.
    External,
    /// An ephemeral model before it became a CTE.
    Ephemeral,
    /// An alias of a table.
    PointerTable,
    /// A function defined in the database.
    Function,
}

impl RelationKind {
    /// dbt's name of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Cte => "cte",
            Self::MaterializedView => "materialized_view",
            Self::External => "external",
            Self::Ephemeral => "ephemeral",
            Self::PointerTable => "pointer_table",
            Self::Function => "function",
        }
    }

    /// The kind with dbt's name `name`.
    pub fn parse(name: &str) -> Option<Self> {
        const ALL: [RelationKind; 8] = [
            RelationKind::Table,
            RelationKind::View,
            RelationKind::Cte,
            RelationKind::MaterializedView,
            RelationKind::External,
            RelationKind::Ephemeral,
            RelationKind::PointerTable,
            RelationKind::Function,
        ];
        ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for RelationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The time window that a microbatch reads of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventTimeFilter {
    /// The column, as it is written into the SQL.
    pub field_name: String,
    /// Inclusive start, as it is written into the SQL between quotes.
    pub start: Option<String>,
    /// Exclusive end.
    pub end: Option<String>,
    /// What is written instead of comparing the column with both bounds.
    pub condition: Option<String>,
}

/// A named thing with rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// First part of the path; most engines here have one database and never write it.
    pub database: Option<String>,
    /// Second part of the path, as the project knows it.
    pub schema: Option<String>,
    /// Third part of the path, as the project knows it.
    pub identifier: Option<String>,
    /// What it is, when known.
    pub kind: Option<RelationKind>,
    /// Which parts are quoted.
    pub quote_policy: Policy,
    /// Which parts are written.
    pub include_policy: Policy,
    /// Rows to read at most; `--empty` sets 0.
    pub limit: Option<u64>,
    /// Time window to read.
    pub event_time_filter: Option<EventTimeFilter>,
    /// Whether the name comes from the project, so that case is ignored where quotes are not written.
    pub dbt_created: bool,
    /// The rules of the target.
    pub naming: Arc<NamingPolicy>,
}

/// The parts of a [`Relation`] that [`Relation::incorporate`] changes; `None` leaves a part alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelationUpdate {
    /// First part of the path.
    pub database: Option<Option<String>>,
    /// Second part of the path.
    pub schema: Option<Option<String>>,
    /// Third part of the path.
    pub identifier: Option<Option<String>>,
    /// What it is.
    pub kind: Option<Option<RelationKind>>,
    /// Which parts are quoted.
    pub quote: PolicyUpdate,
    /// Which parts are written.
    pub include: PolicyUpdate,
}

/// A relation has the wanted name in another case, so that neither yes nor no is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{wanted}` and `{found}` differ only in case; quoting decides whether they are the same relation"
)]
pub struct ApproximateMatch {
    /// What was asked for.
    pub wanted: String,
    /// What is there.
    pub found: String,
}

impl Relation {
    /// A relation with the target's policies.
    pub fn new(
        naming: &Arc<NamingPolicy>,
        database: Option<&str>,
        schema: Option<&str>,
        identifier: Option<&str>,
    ) -> Self {
        Self {
            database: database.map(str::to_owned),
            schema: schema.map(str::to_owned),
            identifier: identifier.map(str::to_owned),
            kind: None,
            quote_policy: naming.quote,
            include_policy: naming.include,
            limit: None,
            event_time_filter: None,
            dbt_created: false,
            naming: Arc::clone(naming),
        }
    }

    /// The CTE that stands for the ephemeral model `identifier`.
    pub fn ephemeral(naming: &Arc<NamingPolicy>, identifier: &str) -> Self {
        let cte = Self::ephemeral_name(identifier);
        Self::new(naming, None, None, Some(&cte))
            .with_kind(RelationKind::Cte)
            .quote(PolicyUpdate { identifier: Some(false), ..PolicyUpdate::default() })
    }

    /// The CTE name of an ephemeral model.
    pub fn ephemeral_name(identifier: &str) -> String {
        format!("__dbt__cte__{identifier}")
    }

    /// This relation, known to be `kind`.
    pub fn with_kind(mut self, kind: RelationKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// This relation with other parts written.
    pub fn include(&self, update: PolicyUpdate) -> Self {
        let mut relation = self.clone();
        relation.include_policy = self.include_policy.with(update);
        relation
    }

    /// This relation with other parts quoted.
    pub fn quote(&self, update: PolicyUpdate) -> Self {
        let mut relation = self.clone();
        relation.quote_policy = self.quote_policy.with(update);
        relation
    }

    /// The schema of this relation.
    pub fn without_identifier(&self) -> Self {
        let mut relation =
            self.include(PolicyUpdate { identifier: Some(false), ..PolicyUpdate::default() });
        relation.identifier = None;
        relation
    }

    /// This relation with the given parts replaced.
    pub fn incorporate(&self, update: RelationUpdate) -> Self {
        let mut relation = self.include(update.include).quote(update.quote);
        relation.database = update.database.unwrap_or(relation.database);
        relation.schema = update.schema.unwrap_or(relation.schema);
        relation.identifier = update.identifier.unwrap_or(relation.identifier);
        relation.kind = update.kind.unwrap_or(relation.kind);
        relation
    }

    /// Whether the given parts are this relation's; parts that are `None` do not matter.
    pub fn matches(
        &self,
        database: Option<&str>,
        schema: Option<&str>,
        identifier: Option<&str>,
    ) -> Result<bool, ApproximateMatch> {
        let parts = [
            (&self.database, database, self.quote_policy.database),
            (&self.schema, schema, self.quote_policy.schema),
            (&self.identifier, identifier, self.quote_policy.identifier),
        ];
        let (mut exact, mut approximate) = (true, true);
        for (have, want, quoted) in parts {
            let Some(want) = want else { continue };
            let have = have.as_deref().unwrap_or_default();
            let same_but_case = have.to_lowercase() == want.to_lowercase();
            exact &= have == want || (self.dbt_created && !quoted && same_but_case);
            approximate &= same_but_case;
        }
        if approximate && !exact {
            let wanted = Self::new(&self.naming, database, schema, identifier);
            return Err(ApproximateMatch { wanted: wanted.render(), found: self.render() });
        }
        Ok(exact)
    }

    /// The name under which the engine stores this relation; the name is empty for a schema.
    pub fn physical(&self) -> PhysicalName {
        let identifier = self.identifier.as_deref().unwrap_or_default();
        self.naming.physical(self.schema.as_deref(), identifier)
    }

    /// The name in SQL, without limit and time window.
    pub fn render(&self) -> String {
        let mut parts = Vec::with_capacity(3);
        let include = self.include_policy;
        let quote = self.quote_policy;
        if let Some(database) = self.database.as_deref().filter(|_| include.database) {
            parts.push(self.part(database, quote.database));
        }
        match self.identifier.as_deref().filter(|_| include.identifier) {
            Some(_) => {
                let physical = self.physical();
                if let Some(schema) = physical.schema.filter(|_| include.schema) {
                    parts.push(self.part(&schema, quote.schema));
                }
                parts.push(self.part(&physical.name, quote.identifier));
            }
            None => {
                if let Some(schema) = self.schema.as_deref().filter(|_| include.schema) {
                    parts.push(self.part(schema, quote.schema));
                }
            }
        }
        parts.join(".")
    }

    fn part(&self, name: &str, quoted: bool) -> String {
        if quoted { self.naming.quoted(name) } else { name.to_owned() }
    }

    fn limited(&self) -> String {
        let rendered = self.render();
        let alias = self.identifier.as_deref().unwrap_or("None");
        match self.limit {
            None => rendered,
            Some(0) => {
                format!("(select * from {rendered} where false limit 0) _dbt_limit_subq_{alias}")
            }
            Some(limit) => {
                format!("(select * from {rendered} limit {limit}) _dbt_limit_subq_{alias}")
            }
        }
    }

    fn windowed(&self, rendered: String) -> String {
        let Some(filter) = &self.event_time_filter else {
            return rendered;
        };
        let field = &filter.field_name;
        let bounds: Vec<String> = [(">=", &filter.start), ("<", &filter.end)]
            .into_iter()
            .filter_map(|(sign, bound)| Some(format!("{field} {sign} '{}'", bound.as_ref()?)))
            .collect();
        if bounds.is_empty() {
            return rendered;
        }
        let condition = filter.condition.clone().unwrap_or_else(|| bounds.join(" and "));
        let alias = self.identifier.as_deref().unwrap_or("None");
        format!("(select * from {rendered} where {condition}) _dbt_et_filter_subq_{alias}")
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.kind == Some(RelationKind::Table)
    }

    /// Whether it is a view.
    pub fn is_view(&self) -> bool {
        self.kind == Some(RelationKind::View)
    }

    /// Whether it is a CTE.
    pub fn is_cte(&self) -> bool {
        self.kind == Some(RelationKind::Cte)
    }

    /// Whether it is a materialized view.
    pub fn is_materialized_view(&self) -> bool {
        self.kind == Some(RelationKind::MaterializedView)
    }
}

/// What a template prints: the name, wrapped in a subquery when rows are limited.
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.windowed(self.limited()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::naming::Placement;
    use super::*;

    fn naming(placement: Placement) -> Arc<NamingPolicy> {
        Arc::new(crate::adapters::sqlite::naming(placement))
    }

    fn attached() -> Arc<NamingPolicy> {
        naming(Placement::Qualified)
    }

    fn single() -> Arc<NamingPolicy> {
        naming(Placement::Prefixed {
            bare: "main".into(),
            home: "main",
            is_home_written: false,
            qualified: vec!["temp".into()],
        })
    }

    fn relation(naming: &Arc<NamingPolicy>, schema: &str, identifier: &str) -> Relation {
        Relation::new(naming, Some("database"), Some(schema), Some(identifier))
    }

    #[test]
    fn attached_names_carry_their_schema() {
        let m1 = relation(&attached(), "main", "m1");
        assert_eq!(m1.render(), "main.\"m1\"");
        assert_eq!(m1.without_identifier().render(), "main");
        let no_schema = PolicyUpdate { schema: Some(false), ..PolicyUpdate::default() };
        assert_eq!(m1.include(no_schema).render(), "\"m1\"");
        let unquoted = PolicyUpdate { identifier: Some(false), ..PolicyUpdate::default() };
        assert_eq!(m1.quote(unquoted).render(), "main.m1");
    }

    #[test]
    fn single_file_names_carry_a_prefix_outside_of_the_target_schema() {
        assert_eq!(relation(&single(), "main", "m1").render(), "\"m1\"");
        assert_eq!(relation(&single(), "staging", "m1").render(), "\"staging__m1\"");
        assert_eq!(relation(&single(), "temp", "m1").render(), "temp.\"m1\"");
        let schema = relation(&single(), "staging", "m1").without_identifier();
        assert_eq!(schema.render(), "staging");
    }

    #[test]
    fn quotes_inside_a_name_are_doubled() {
        assert_eq!(relation(&single(), "main", "a\"b").render(), "\"a\"\"b\"");
    }

    #[test]
    fn a_cte_is_its_identifier() {
        assert_eq!(Relation::ephemeral(&single(), "x").to_string(), "__dbt__cte__x");
    }

    #[test]
    fn a_limit_wraps_the_relation() {
        let mut m1 = relation(&attached(), "main", "m1");
        m1.limit = Some(0);
        let expected = "(select * from main.\"m1\" where false limit 0) _dbt_limit_subq_m1";
        assert_eq!(m1.to_string(), expected);
        m1.event_time_filter = Some(EventTimeFilter {
            field_name: "at".into(),
            start: Some("2024-01-01".into()),
            end: None,
            condition: None,
        });
        let expected =
            format!("(select * from {expected} where at >= '2024-01-01') _dbt_et_filter_subq_m1");
        assert_eq!(m1.to_string(), expected);
    }

    #[test]
    fn a_match_in_another_case_is_an_error_unless_case_does_not_matter() {
        let mut m1 = relation(&attached(), "main", "M1");
        assert_eq!(m1.matches(None, Some("main"), Some("M1")), Ok(true));
        assert_eq!(m1.matches(None, None, Some("m2")), Ok(false));
        assert!(m1.matches(None, None, Some("m1")).is_err());
        m1.dbt_created = true;
        m1.quote_policy.identifier = false;
        assert_eq!(m1.matches(None, None, Some("m1")), Ok(true));
    }

    #[test]
    fn incorporate_replaces_only_what_is_given() {
        let tmp = relation(&attached(), "main", "m1").incorporate(RelationUpdate {
            schema: Some(Some("temp".into())),
            identifier: Some(Some("m1__tmp".into())),
            kind: Some(Some(RelationKind::Table)),
            ..RelationUpdate::default()
        });
        assert_eq!(tmp.render(), "temp.\"m1__tmp\"");
        assert!(tmp.is_table());
    }
}
