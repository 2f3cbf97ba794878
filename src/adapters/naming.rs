//! How a relation becomes a name in SQL: the one place that knows, as data.
//!
//! [`Placement::Qualified`] writes `schema."identifier"`. [`Placement::Prefixed`] keeps all schemas in one
//! namespace: a relation of another schema is named `"schema__identifier"`.

/// One switch for each part of a relation's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    /// The first part.
    pub database: bool,
    /// The second part.
    pub schema: bool,
    /// The third part.
    pub identifier: bool,
}

impl Policy {
    /// Every part.
    pub const ALL: Policy = Policy { database: true, schema: true, identifier: true };

    /// This policy with the given switches changed.
    pub fn with(self, update: PolicyUpdate) -> Self {
        Self {
            database: update.database.unwrap_or(self.database),
            schema: update.schema.unwrap_or(self.schema),
            identifier: update.identifier.unwrap_or(self.identifier),
        }
    }
}

/// The switches of a [`Policy`] that change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PolicyUpdate {
    /// The first part.
    pub database: Option<bool>,
    /// The second part.
    pub schema: Option<bool>,
    /// The third part.
    pub identifier: Option<bool>,
}

/// Where the schema of a relation goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Placement {
    /// In front of the identifier, with a dot.
    Qualified,
    /// Into the identifier, `schema__identifier`, as all schemas share one namespace.
    Prefixed {
        /// The schema whose relations carry no prefix.
        bare: String,
        /// The engine's schema that holds all relations.
        home: &'static str,
        /// Whether that stands in front of them.
        is_home_written: bool,
        /// Schemas that the engine itself knows and that stay in front with a dot, such as `temp`.
        qualified: Vec<String>,
    },
}

/// Stands between schema and identifier in [`Placement::Prefixed`].
pub const SEPARATOR: &str = "__";

/// Relations with this prefix belong to forge: they are not listed and not dropped with a schema.
pub const RESERVED_PREFIX: &str = "_forge";

/// The naming rules of one target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamingPolicy {
    /// What the names of the engine's classes begin with where templates print them.
    pub label: &'static str,
    /// Put around an identifier; doubled inside it.
    pub quote_character: char,
    /// Which parts are quoted unless the project says otherwise.
    pub quote: Policy,
    /// Which parts are written unless the project says otherwise.
    pub include: Policy,
    /// Where the schema goes.
    pub placement: Placement,
}

/// The name of a relation as the engine stores it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhysicalName {
    /// The engine's schema, when one has to be written.
    pub schema: Option<String>,
    /// The name inside that schema.
    pub name: String,
}

impl NamingPolicy {
    /// `identifier` in quotes.
    pub fn quoted(&self, identifier: &str) -> String {
        let quote = self.quote_character;
        let doubled = identifier.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }

    /// The name under which the engine stores `identifier` of `schema`.
    pub fn physical(&self, schema: Option<&str>, identifier: &str) -> PhysicalName {
        let schema = schema.filter(|schema| !schema.is_empty());
        let home = match &self.placement {
            Placement::Prefixed { home, is_home_written: true, .. } => schema.map(|_| *home),
            _ => None,
        };
        let (schema, name) = match (schema, self.prefix(schema)) {
            (_, Some(prefix)) => (home, format!("{prefix}{identifier}")),
            (Some(schema), None) if self.is_written(schema) => {
                (Some(schema), identifier.to_owned())
            }
            _ => (home, identifier.to_owned()),
        };
        PhysicalName { schema: schema.map(str::to_owned), name }
    }

    /// The same rules with the engine's schema in front of relations that need none; nothing when all have one.
    pub fn qualified(&self) -> Option<Self> {
        let mut naming = self.clone();
        match &mut naming.placement {
            Placement::Prefixed { is_home_written, .. } => *is_home_written = true,
            Placement::Qualified => return None,
        }
        Some(naming)
    }

    /// What every stored name of `schema` starts with; nothing when names carry no prefix.
    pub fn prefix(&self, schema: Option<&str>) -> Option<String> {
        let schema = schema.filter(|schema| !schema.is_empty())?;
        match &self.placement {
            Placement::Prefixed { bare, .. }
                if !self.is_written(schema) && !bare.eq_ignore_ascii_case(schema) =>
            {
                Some(format!("{schema}{SEPARATOR}"))
            }
            _ => None,
        }
    }

    /// Whether `schema` is a schema of the engine and stands in front of the identifier.
    pub fn is_written(&self, schema: &str) -> bool {
        match &self.placement {
            Placement::Qualified => true,
            Placement::Prefixed { qualified, .. } => {
                qualified.iter().any(|name| name.eq_ignore_ascii_case(schema))
            }
        }
    }
}

/// Whether a stored name belongs to forge itself.
pub fn is_reserved(name: &str) -> bool {
    name.get(..RESERVED_PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX))
}
