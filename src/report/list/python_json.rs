//! JSON as Python's `json.dumps` writes it by default: a space after `,` and `:`, ASCII only.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;
use serde_json::{Map, Serializer, Value as Json};

/// One object on one line.
pub(super) fn line(object: &Map<String, Json>) -> String {
    let mut out = Vec::new();
    object
        .serialize(&mut Serializer::with_formatter(&mut out, Python))
        .expect("invariant: a JSON value can be written to memory");
    String::from_utf8(out).expect("invariant: JSON is UTF-8")
}

struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if matches!(c, ' '..='~') {
                out.write_all(&[c as u8])?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_what_python_prints() {
        let Json::Object(object) = json!({"a": [1, "ü\n\"😀"], "b": {}, "c": null, "d": []})
        else {
            unreachable!("it is an object");
        };
        assert_eq!(
            line(&object),
            r#"{"a": [1, "\u00fc\n\"\ud83d\ude00"], "b": {}, "c": null, "d": []}"#
        );
    }
}
