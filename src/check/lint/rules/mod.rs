//! The table of rules, one file each. What a rule means stands on the page of its code.

use super::settings::Level;
use super::{Finding, Subject};
use crate::diagnostics::{Code, codes};
use crate::manifest::ResourceType::{self, Analysis, Model, Operation, Snapshot, Test};

mod average_of_averages;
mod bare_column;
mod blind_append;
mod clock_in_filter;
mod closed_validity;
mod crossed_key_types;
mod day_end_cut_off;
mod idle_incremental;
mod layer;
mod limit_without_order;
mod mart_reads_raw;
mod mixed_clocks;
mod name;
mod not_in_nullable;
mod null_comparison;
mod order_with_ties;
mod repeated_boundary;
mod star_in_mart;
mod undone_outer_join;
mod union_of_stars;
mod unsafe_change_test;
mod whole_number_ratio;
mod wrapped_column;

/// A rule.
pub struct Rule {
    /// The code of its findings.
    pub code: Code,
    /// How much it counts where nobody says otherwise.
    pub level: Level,
    /// In which nodes it looks.
    pub(super) kinds: &'static [ResourceType],
    pub(super) look: fn(&Subject<'_>) -> Vec<Finding>,
}

/// What is built.
const BUILT: &[ResourceType] = &[Model, Snapshot];
/// All that has SQL of the user's own.
const ALL: &[ResourceType] = &[Model, Snapshot, Test, Analysis, Operation];

const fn rule(
    code: Code,
    kinds: &'static [ResourceType],
    look: fn(&Subject<'_>) -> Vec<Finding>,
) -> Rule {
    Rule { code, level: Level::Warn, kinds, look }
}

/// Every rule, by the number of its code.
pub const RULES: &[Rule] = &[
    rule(codes::MIXED_CLOCKS, &[Model], mixed_clocks::look),
    rule(codes::NOT_IN_NULLABLE, ALL, not_in_nullable::look),
    rule(codes::UNSAFE_CHANGE_TEST, ALL, unsafe_change_test::look),
    rule(codes::CLOSED_VALIDITY, ALL, closed_validity::look),
    rule(codes::BLIND_APPEND, &[Model], blind_append::look),
    rule(codes::CLOCK_IN_FILTER, BUILT, clock_in_filter::look),
    rule(codes::WRAPPED_COLUMN, &[Model], wrapped_column::look),
    rule(codes::STAR_IN_MART, &[Model], star_in_mart::look),
    rule(codes::BARE_COLUMN, ALL, bare_column::look),
    rule(codes::CROSSED_KEY_TYPES, ALL, crossed_key_types::look),
    rule(codes::AVERAGE_OF_AVERAGES, ALL, average_of_averages::look),
    rule(codes::ORDER_WITH_TIES, BUILT, order_with_ties::look),
    rule(codes::MART_READS_RAW, &[Model], mart_reads_raw::look),
    rule(codes::NULL_COMPARISON, ALL, null_comparison::look),
    rule(codes::UNDONE_OUTER_JOIN, ALL, undone_outer_join::look),
    rule(codes::LIMIT_WITHOUT_ORDER, BUILT, limit_without_order::look),
    rule(codes::UNION_OF_STARS, ALL, union_of_stars::look),
    rule(codes::WHOLE_NUMBER_RATIO, ALL, whole_number_ratio::look),
    rule(codes::DAY_END_CUT_OFF, ALL, day_end_cut_off::look),
    rule(codes::REPEATED_BOUNDARY, &[Model], repeated_boundary::look),
    rule(codes::IDLE_INCREMENTAL, &[Model], idle_incremental::look),
    rule(codes::NAME_RULE, BUILT, name::look),
    rule(codes::LAYER_RULE, BUILT, layer::look),
];

/// The rule of a code.
pub fn of(code: Code) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// The code of the rule with this number or name, in any case.
pub fn named(wanted: &str) -> Option<Code> {
    Code::find(wanted).filter(|code| of(*code).is_some())
}

/// The numbers and names of all rules.
pub fn names() -> impl Iterator<Item = &'static str> {
    RULES.iter().flat_map(|rule| [rule.code.id(), rule.code.name()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_in_the_order_of_their_codes() {
        assert!(RULES.is_sorted_by_key(|rule| rule.code.id()));
    }
}
