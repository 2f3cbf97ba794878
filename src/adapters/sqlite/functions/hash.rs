//! `md5(x)` and `sha256(x)`: the digest as a blob, as sqlean's `crypto` gives it.
//!
//! `lower(hex(md5(x)))` is the text that other engines return.

use md5::{Digest, Md5};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use sha2::Sha256;

use super::{strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    digest::<Md5>(connection, "md5")?;
    digest::<Sha256>(connection, "sha256")
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
            (
                "lower(hex(sha256('a')))",
                "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
            ),
        ]);
    }
}
