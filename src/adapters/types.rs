//! What the declared types of a contract ask of queries and of values.
//!
//! An engine that keeps its types itself fits what it stores anyway; one that does not answers here.

/// How an engine reads declared types.
pub trait TypeRules: Send + Sync {
    /// Whether a query's column of the type `found` may fill a column that is declared as `declared`.
    /// An empty `found` is a type that the engine does not know; only the values can tell.
    fn fits(&self, declared: &str, found: &str) -> bool;

    /// A condition that is true for the values of `column` (as it is written in SQL) that are not of the type;
    /// none when every value is.
    fn violation(&self, column: &str, declared: &str) -> Option<String>;

    /// The type as it has to stand in `create table` so that values stay as they are.
    fn in_ddl<'t>(&self, declared: &'t str) -> &'t str;

    /// Whether a primary key over one column of this type would replace NULL by a number of the engine's own.
    fn numbers_null_keys(&self, declared: &str) -> bool;

    /// Whether a name can stand in SQL without quotes.
    fn is_plain_name(&self, name: &str) -> bool;
}
