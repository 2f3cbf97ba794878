//! What happens to entries of batches when their table begins again.

use super::open::Ledger;
use crate::adapters::{Result, Session};

impl Ledger {
    /// Says in the open transaction that the batches which earlier runs built in this relation are no longer there.
    pub fn replace_batches(
        &self,
        session: &mut dyn Session,
        unique_id: &str,
        relation: &str,
    ) -> Result<()> {
        let Some(run_id) = self.run_id() else {
            return Ok(());
        };
        let sql = "update _forge_batches set status = 'replaced' where unique_id = ? and relation = ? \
                   and run_id <> ? and status in ('success', 'sampled', 'missing')";
        session.query(sql, &[unique_id.into(), relation.into(), run_id.into()]).map(drop)
    }
}
