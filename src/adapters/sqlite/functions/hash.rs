//! `md5(x)` and `sha256(x)`: the digest as a blob, as sqlean's `crypto` gives it.
//!
//! `lower(hex(md5(x)))` is the text that other engines return. `md5_number_upper64(x)` and `…_lower64` are its halves as
//! numbers.

use md5::{Digest, Md5};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use sha2::Sha256;

use super::{strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    digest::<Md5>(connection, "md5")?;
    digest::<Sha256>(connection, "sha256")?;
    half(connection, "md5_number_upper64", 0)?;
    half(connection, "md5_number_lower64", 8)
}

/// Eight bytes of an MD5, from `start` on, as a number. The engine's integers are signed, so it may be negative.
fn half(connection: &Connection, name: &str, start: usize) -> Result<()> {
    strict(connection, name, 1, move |context| {
        let hash = Md5::digest(bytes_of(context));
        let half = &hash[start..start + 8];
        Ok(Some(half.iter().fold(0_i64, |number, byte| number << 8 | i64::from(*byte))))
    })
}

fn digest<D: Digest>(connection: &Connection, name: &str) -> Result<()> {
    strict(connection, name, 1, |context| Ok(Some(D::digest(bytes_of(context)).to_vec())))
}

fn bytes_of(context: &rusqlite::functions::Context<'_>) -> Vec<u8> {
    match context.get_raw(0) {
        ValueRef::Blob(bytes) => bytes.to_vec(),
        _ => text_of(context, 0).into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn hashes_are_blobs() {
        check(&[
            ("typeof(md5('a'))", "blob"),
            ("lower(hex(md5('a')))", "0cc175b9c0f1b6a831c399e269772661"),
            ("lower(hex(md5(12)))", "c20ad4d76fe97759aa27a0c99bff6710"),
            ("md5(null)", "NULL"),
            ("md5_number_upper64('a')", "919145239626757800"),
            ("md5_number_lower64('a')", "3585878926028121697"),
            (
                "lower(hex(sha256('a')))",
                "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
            ),
        ]);
    }
}
