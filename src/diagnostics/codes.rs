//! The registry of diagnostic codes. Each code has one page, `codes/<CODE>.md`, shown by `forge explain`.
//!
//! Codes are permanent: E01xx project and profile, E02xx files and YAML, E03xx references and graph,
//! E04xx templates, E05xx configuration, E06xx selection, E07xx the database, E08xx tests and runs, E09xx forge itself,
//! E10xx what `lint` finds, E11xx what `check` finds, E13xx what the lineage of columns tells.
//! Invariant: a code is never reused, and never means "something else".

use std::fmt;

/// A diagnostic code: number, name and page.
#[derive(Clone, Copy)]
pub struct Code(&'static Entry);

struct Entry {
    id: &'static str,
    name: &'static str,
    page: &'static str,
}

impl Code {
    /// `E0301`.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// `unknown-ref`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Every name that a warning can be called by: number, name, dbt's events for the same.
    pub fn names(self) -> Vec<&'static str> {
        let events = EVENTS.iter().filter(|(code, _)| *code == self).map(|(_, event)| *event);
        [self.id(), self.name()].into_iter().chain(events).collect()
    }

    /// The Markdown page: what it means, an example, what to do.
    pub fn page(self) -> &'static str {
        self.0.page
    }

    /// The code with this number or name, in any case.
    pub fn find(wanted: &str) -> Option<Code> {
        ALL.iter()
            .copied()
            .find(|c| c.id().eq_ignore_ascii_case(wanted) || c.name().eq_ignore_ascii_case(wanted))
    }
}

/// dbt's names of warnings, which `--warn-error-options` may call them by.
const EVENTS: &[(Code, &str)] = &[
    (BAD_FRESHNESS, "FreshnessConfigProblem"),
    (BAD_STATE, "WarnStateTargetEqual"),
    (DEPRECATED_MODEL, "DeprecatedModel"),
    (DEPRECATED_REF, "DeprecatedReference"),
    (DISABLED_REF, "NodeNotFoundOrDisabled"),
    (DUPLICATE_KEY, "DuplicateYAMLKeysDeprecation"),
    (DUPLICATE_NAME, "DuplicateNameDistinctNodeTypesDeprecation"),
    (IGNORED_SELECTION, "SelectExcludeIgnoredWithSelectorWarning"),
    (MACRO_ARGUMENTS, "InvalidMacroAnnotation"),
    (NAME_WITH_SPACES, "ResourceNamesWithSpacesDeprecation"),
    (NO_MATCH, "NoNodesForSelectionCriteria"),
    (PACKAGE_READS_ROOT, "PackageNodeDependsOnRootProjectNode"),
    (RAISED, "JinjaLogWarning"),
    (SNAPSHOT_TIME, "SnapshotTimestampWarning"),
    (UPCOMING_DEPRECATION, "UpcomingReferenceDeprecation"),
    (STALE_SOURCE, "LogFreshnessResult"),
    (TEST_FAILED, "LogTestResult"),
    (UNENFORCED_CONSTRAINT, "UnsupportedConstraintMaterialization"),
    (UNENFORCED_CONSTRAINT, "ConstraintNotEnforced"),
    (UNENFORCED_CONSTRAINT, "ConstraintNotSupported"),
    (UNFILTERED_BATCHES, "MicrobatchModelNoEventTimeInputs"),
    (UNKNOWN_KEY, "CustomKeyInConfigDeprecation"),
    (UNKNOWN_KEY, "CustomKeyInObjectDeprecation"),
    (UNKNOWN_KEY, "CustomTopLevelKeyDeprecation"),
    (UNKNOWN_KEY, "GenericJSONSchemaValidationDeprecation"),
    (UNKNOWN_REF, "NodeNotFoundOrDisabled"),
    (UNKNOWN_SOURCE, "NodeNotFoundOrDisabled"),
    (UNPINNED_PACKAGE, "DepsUnpinned"),
    (UNUSED_CONFIG, "UnusedResourceConfigPath"),
    (UNUSED_PATCH, "NoNodeForYamlKey"),
    (UNUSED_PATCH, "MacroNotFoundForPatch"),
    (UNUSED_PATCH, "UnusedTables"),
    (UPCOMING_DEPRECATION, "UpcomingReferenceDeprecation"),
    (WRONG_TYPE, "ValidationWarning"),
    (WRONG_TYPE, "InvalidValueForField"),
    (WRONG_TYPE, "WrongResourceSchemaFile"),
];

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id(), self.name())
    }
}

macro_rules! codes {
    ($($constant:ident $id:literal $name:literal),* $(,)?) => {
        $(
            #[doc = concat!("`", $id, "` ", $name)]
            pub const $constant: Code = Code(&Entry {
                id: $id,
                name: $name,
                page: include_str!(concat!("codes/", $id, ".md")),
            });
        )*
        /// Every code, by number.
        pub const ALL: &[Code] = &[$($constant),*];
    };
}

codes! {
    NO_PROJECT "E0101" "no-project",
    BAD_PROJECT "E0102" "bad-project",
    VERSION_MISMATCH "E0103" "version-mismatch",
    UNKNOWN_PROFILE "E0104" "unknown-profile",
    UNKNOWN_TARGET "E0105" "unknown-target",
    BAD_PROFILE "E0106" "bad-profile",
    BAD_VARS "E0107" "bad-vars",
    BAD_PACKAGE "E0108" "bad-package",
    BAD_PACKAGES_FILE "E0109" "bad-packages-file",
    MISSING_PACKAGE "E0110" "missing-package",
    UNKNOWN_PACKAGE "E0111" "unknown-package",
    PACKAGE_CONFLICT "E0112" "package-conflict",
    PACKAGE_UNREACHABLE "E0113" "package-unreachable",
    UNSAFE_PACKAGE "E0114" "unsafe-package",
    UNPINNED_PACKAGE "E0115" "unpinned-package",
    UNREADABLE_FILE "E0201" "unreadable-file",
    BAD_YAML "E0202" "bad-yaml",
    DUPLICATE_KEY "E0203" "duplicate-key",
    UNKNOWN_KEY "E0204" "unknown-key",
    WRONG_TYPE "E0205" "wrong-type",
    MISSING_KEY "E0206" "missing-key",
    BAD_SEED "E0207" "bad-seed",
    UNKNOWN_REF "E0301" "unknown-ref",
    UNKNOWN_SOURCE "E0302" "unknown-source",
    DUPLICATE_NAME "E0303" "duplicate-name",
    DUPLICATE_RELATION "E0304" "duplicate-relation",
    DUPLICATE_PATCH "E0305" "duplicate-patch",
    CYCLE "E0306" "cycle",
    UNUSED_PATCH "E0307" "unused-patch",
    DISABLED_REF "E0308" "disabled-ref",
    UNKNOWN_DOC "E0309" "unknown-doc",
    AMBIGUOUS_REF "E0310" "ambiguous-ref",
    REF_ARGUMENTS "E0311" "ref-arguments",
    UNDECLARED_REF "E0312" "undeclared-ref",
    PRIVATE_REF "E0313" "private-ref",
    PACKAGE_READS_ROOT "E0314" "package-reads-root",
    DEPRECATED_MODEL "E0315" "deprecated-model",
    DEPRECATED_REF "E0316" "deprecated-ref",
    UPCOMING_DEPRECATION "E0317" "upcoming-deprecation",
    NAME_WITH_SPACES "E0320" "name-with-spaces",
    JINJA_SYNTAX "E0401" "jinja-syntax",
    UNKNOWN_NAME "E0402" "unknown-name",
    RENDER_ERROR "E0403" "render-error",
    MISSING_VAR "E0404" "missing-var",
    MISSING_ENV_VAR "E0405" "missing-env-var",
    RAISED "E0406" "raised",
    MACRO_ARGUMENTS "E0407" "macro-arguments",
    DUPLICATE_MACRO "E0408" "duplicate-macro",
    UNKNOWN_TEST "E0409" "unknown-test",
    BAD_PYTHON "E0410" "bad-python",
    BAD_CONFIG "E0501" "bad-config",
    UNUSED_CONFIG "E0502" "unused-config",
    BAD_TEST "E0503" "bad-test",
    UNKNOWN_MATERIALIZATION "E0504" "unknown-materialization",
    UNSUPPORTED "E0505" "unsupported",
    BAD_VERSION "E0506" "bad-version",
    BAD_SNAPSHOT "E0510" "bad-snapshot",
    BAD_EXPECTATION "E0520" "bad-expectation",
    UNENFORCED_CONSTRAINT "E0530" "unenforced-constraint",
    BAD_UNIT_TEST "E0540" "bad-unit-test",
    BAD_MICROBATCH "E0551" "bad-microbatch",
    UNFILTERED_BATCHES "E0552" "unfiltered-batches",
    BAD_SELECTOR "E0601" "bad-selector",
    NO_MATCH "E0602" "no-match",
    IGNORED_SELECTION "E0603" "ignored-selection",
    BAD_WINDOW "E0651" "bad-window",
    NOT_MICROBATCH "E0652" "not-microbatch",
    BAD_STATE "E0620" "bad-state",
    CANNOT_CONNECT "E0701" "cannot-connect",
    DATABASE_LOCKED "E0702" "database-locked",
    READ_ONLY "E0703" "read-only",
    NOT_A_DATABASE "E0704" "not-a-database",
    SQL_ERROR "E0705" "sql-error",
    MISSING_RELATION "E0706" "missing-relation",
    CONSTRAINT "E0707" "constraint",
    SCHEMA_CHANGE "E0708" "schema-change",
    ENGINE_FUNCTION "E0709" "engine-function",
    DATE_CAST "E0710" "date-cast",
    SNAPSHOT_KEY "E0720" "snapshot-key",
    SNAPSHOT_TABLE "E0721" "snapshot-table",
    SNAPSHOT_TIME "E0722" "snapshot-time",
    CONTRACT "E0730" "contract",
    OLD_CONSTRAINTS "E0731" "old-constraints",
    TEST_FAILED "E0801" "test-failed",
    NOT_WRITTEN "E0802" "not-written",
    ANOTHER_RUN "E0803" "another-run",
    LOST_HISTORY "E0804" "lost-history",
    TIMEOUT "E0805" "timeout",
    NOT_PUBLISHED "E0806" "not-published",
    NOTHING_TO_RETRY "E0807" "nothing-to-retry",
    EMPTY_SOURCE "E0808" "empty-source",
    NOT_NOTIFIED "E0809" "not-notified",
    STALE_SOURCE "E0811" "stale-source",
    BAD_FRESHNESS "E0812" "bad-freshness",
    CANNOT_SERVE "E0815" "cannot-serve",
    EXPECTATION_VIOLATED "E0820" "expectation-violated",
    ROWS_LOST "E0821" "rows-lost",
    COST_GROWTH "E0830" "cost-growth",
    OUTSIDE_BATCH "E0851" "rows-outside-batch",
    EVENT_TIME "E0852" "unreadable-event-time",
    NO_BATCHES "E0853" "no-batches-yet",
    PARTIAL_SNAPSHOT "E0854" "partial-snapshot",
    BUG "E0901" "bug",
    MIXED_CLOCKS "E1001" "mixed-clocks",
    NOT_IN_NULLABLE "E1002" "not-in-nullable",
    UNSAFE_CHANGE_TEST "E1003" "unsafe-change-test",
    CLOSED_VALIDITY "E1004" "closed-validity",
    BLIND_APPEND "E1005" "blind-append",
    CLOCK_IN_FILTER "E1006" "clock-in-filter",
    WRAPPED_COLUMN "E1007" "wrapped-column",
    STAR_IN_MART "E1008" "star-in-mart",
    BARE_COLUMN "E1009" "bare-column",
    CROSSED_KEY_TYPES "E1010" "crossed-key-types",
    AVERAGE_OF_AVERAGES "E1011" "average-of-averages",
    ORDER_WITH_TIES "E1012" "order-with-ties",
    MART_READS_RAW "E1013" "mart-reads-raw",
    NULL_COMPARISON "E1014" "null-comparison",
    UNDONE_OUTER_JOIN "E1015" "undone-outer-join",
    LIMIT_WITHOUT_ORDER "E1016" "limit-without-order",
    UNION_OF_STARS "E1017" "union-of-stars",
    WHOLE_NUMBER_RATIO "E1018" "whole-number-ratio",
    DAY_END_CUT_OFF "E1019" "day-end-cut-off",
    REPEATED_BOUNDARY "E1020" "repeated-boundary",
    IDLE_INCREMENTAL "E1021" "idle-incremental",
    NAME_RULE "E1031" "name-rule",
    LAYER_RULE "E1032" "layer-rule",
    UNUSED_ALLOWANCE "E1041" "unused-allowance",
    NOT_LINTED "E1042" "not-linted",
    FIX_REFUSED "E1043" "fix-refused",
    UNKNOWN_COLUMN "E1101" "unknown-column",
    UNKNOWN_KEY_COLUMN "E1102" "unknown-key-column",
    VARIANTS_DIFFER "E1103" "variants-differ",
    READ_BY_NAME "E1104" "read-by-name",
    UNREAD_REFERENCE "E1105" "unread-reference",
    UNCHECKED "E1106" "unchecked",
    SCHEMA_IN_VIEW "E1107" "schema-in-view",
    EXPOSED_PII "E1301" "exposed-pii",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_starts_with_its_code_and_says_what_to_do() {
        for code in ALL {
            let title = format!("# {} {}\n", code.id(), code.name());
            assert!(code.page().starts_with(&title), "{code:?}");
            assert!(code.page().lines().count() >= 5, "{code:?} needs an explanation");
        }
    }

    #[test]
    fn codes_are_found_by_number_and_name() {
        assert_eq!(Code::find("e0301"), Some(UNKNOWN_REF));
        assert_eq!(Code::find("unknown-ref"), Some(UNKNOWN_REF));
        assert_eq!(Code::find("E9999"), None);
    }
}
