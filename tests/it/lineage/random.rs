//! Random queries before both judges.

use proptest::prelude::*;

use super::database::{is_valid, lineage, objections};
use super::writer;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_global_rejects: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_judges_do_not_object(bytes in prop::collection::vec(any::<u8>(), 0..160)) {
        let sql = writer::query(&bytes);
        if let Err(reason) = is_valid(&sql) {
            return Err(TestCaseError::reject(reason));
        }
        let lineage = lineage(&sql).map_err(|unknown| TestCaseError::fail(format!("{unknown}: {sql}")))?;
        let objections = objections(&sql, &lineage);
        prop_assert!(objections.is_empty(), "{objections:#?}\n{sql}\n{lineage:#?}");
    }
}
