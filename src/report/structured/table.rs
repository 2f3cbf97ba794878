//! dbt's codes by the names of its events, as in dbt 1.12.

const CODES: &[(&str, &str)] = &[
    ("CommandCompleted", "Q039"),
    ("CompiledNode", "Q042"),
    ("ConcurrencyLine", "Q027"),
    ("CustomKeyInConfigDeprecation", "D026"),
    ("DeprecatedModel", "I065"),
    ("DeprecatedReference", "I067"),
    ("DepsUnpinned", "M029"),
    ("DuplicateNameDistinctNodeTypesDeprecation", "D040"),
    ("DuplicateYAMLKeysDeprecation", "D024"),
    ("EndOfRunSummary", "Z030"),
    ("FinishedRunningStats", "E047"),
    ("Formatting", "Z017"),
    ("FoundStats", "W006"),
    ("FreshnessCheckComplete", "Q003"),
    ("JinjaLogDebug", "I063"),
    ("JinjaLogInfo", "I062"),
    ("LogBatchResult", "Q046"),
    ("LogFreshnessResult", "Q018"),
    ("LogHookEndLine", "Q033"),
    ("LogHookStartLine", "Q032"),
    ("LogModelResult", "Q012"),
    ("LogSeedResult", "Q016"),
    ("LogSnapshotResult", "Q015"),
    ("LogStartLine", "Q011"),
    ("LogTestResult", "Q007"),
    ("MainEncounteredError", "Z002"),
    ("MainReportArgs", "A002"),
    ("MainReportVersion", "A001"),
    ("MicrobatchModelNoEventTimeInputs", "I074"),
    ("NoNodeForYamlKey", "I058"),
    ("NoNodesForSelectionCriteria", "M030"),
    ("NodeFinished", "Q025"),
    ("NodeNotFoundOrDisabled", "I060"),
    ("NodeStart", "Q024"),
    ("Note", "Z050"),
    ("NothingToDo", "Q035"),
    ("PackageNodeDependsOnRootProjectNode", "I077"),
    ("PrintEvent", "Z052"),
    ("ResourceNamesWithSpacesDeprecation", "D015"),
    ("RunResultError", "Z024"),
    ("RunResultFailure", "Z022"),
    ("RunResultWarning", "Z021"),
    ("RunResultWarningMessage", "Z046"),
    ("SQLQuery", "E016"),
    ("SelectExcludeIgnoredWithSelectorWarning", "Z064"),
    ("ShowNode", "Q041"),
    ("SkippingDetails", "Q034"),
    ("SnapshotTimestampWarning", "Q043"),
    ("StatsLine", "Z023"),
    ("UnsupportedConstraintMaterialization", "I068"),
    ("UnusedResourceConfigPath", "I051"),
    ("UpcomingReferenceDeprecation", "I066"),
    ("WarnStateTargetEqual", "I072"),
];

/// dbt's code; empty for an event that dbt does not have.
pub(super) fn code(name: &str) -> &'static str {
    CODES.binary_search_by(|(known, _)| (*known).cmp(name)).map_or("", |at| CODES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_looked_up_by_halving() {
        assert!(CODES.is_sorted_by_key(|(name, _)| *name));
        assert_eq!((code("LogModelResult"), code("Diagnostic")), ("Q012", ""));
    }
}
