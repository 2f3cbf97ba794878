//! `md5(text)` and `sha256(text)`: lower-case hexadecimal digits, as in PostgreSQL and Snowflake.

use md5::{Digest, Md5};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use sha2::Sha256;

use super::{strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "md5", 1, |context| {
        Ok(Some(hex::<Md5>(&bytes_of(context))))
    })?;
    strict(connection, "sha256", 1, |context| {
        Ok(Some(hex::<Sha256>(&bytes_of(context))))
    })
}

fn bytes_of(context: &rusqlite::functions::Context<'_>) -> Vec<u8> {
    match context.get_raw(0) {
        ValueRef::Blob(bytes) => bytes.to_vec(),
        _ => text_of(context, 0).into_bytes(),
    }
}

fn hex<D: Digest>(bytes: &[u8]) -> String {
    D::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn hashes_are_hexadecimal() {
        check(&[
            ("md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
            ("md5(12)", "c20ad4d76fe97759aa27a0c99bff6710"),
            ("md5(null)", "NULL"),
            (
                "sha256('a')",
                "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
            ),
        ]);
    }
}
