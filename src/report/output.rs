//! Writing to standard output and standard error without dying of a closed pipe.
//!
//! `forge ls | head -1` closes the pipe early: the rest is dropped, nobody panics.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::OnceLock;

use crate::host::secrets::Mask;

/// What must not be read on the terminal.
static MASK: OnceLock<Mask> = OnceLock::new();

/// Hides secrets in all that is written from now on; the first mask stays.
pub fn hide(mask: Mask) {
    let _ = MASK.set(mask);
}

/// The text without secrets.
pub fn masked(text: &str) -> Cow<'_, str> {
    MASK.get().map_or(Cow::Borrowed(text), |mask| mask.apply(text))
}

/// Writes text on standard output.
pub fn stdout(text: &str) {
    write(&mut io::stdout().lock(), text);
}

/// Writes text on standard error.
pub fn stderr(text: &str) {
    write(&mut io::stderr().lock(), text);
}

// A reader that has gone away wants nothing more; there is nobody left to tell of the error.
fn write(out: &mut impl Write, text: &str) {
    let _ = out.write_all(masked(text).as_bytes()).and_then(|()| out.flush());
}

/// The text with exactly one line end.
pub fn line(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_pipe_is_not_a_panic() {
        write(&mut Closed, "text");
    }

    #[test]
    fn a_line_ends_once() {
        assert_eq!(line("a\n\n"), "a\n");
        assert_eq!(line(""), "\n");
    }
}
