//! `forge_now()`: the time in UTC as `YYYY-MM-DD HH:MM:SS`, frozen when the run's clock is.
//!
//! A frozen clock also stands still for the engine's own names of now: `datetime()`, `date()`, `current_timestamp` and
//! `current_date`. Text with `now` in it (`datetime('now')`) asks the machine.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Result};

use super::timestamps::Moment;
use crate::host;

pub(super) fn register(connection: &Connection, now: Option<Timestamp>) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    if let Some(now) = now {
        let at = now.to_zoned(TimeZone::UTC).datetime();
        let (day, second) = (at.date().to_string(), at.strftime("%Y-%m-%d %H:%M:%S").to_string());
        for (name, text) in [
            ("datetime", &second),
            ("current_timestamp", &second),
            ("date", &day),
            ("current_date", &day),
        ] {
            let text = text.clone();
            connection.create_scalar_function(name, 0, flags, move |_| Ok(text.clone()))?;
        }
    }
    connection.create_scalar_function("forge_now", 0, flags, move |_| {
        let now = now.unwrap_or_else(host::machine_now);
        let seconds = now.to_zoned(TimeZone::UTC).datetime().with().subsec_nanosecond(0).build();
        Ok(seconds.ok().map(|at| Moment { at, date_only: false }.to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn a_frozen_clock_stands_still() {
        check(&[
            ("forge_now()", "2024-05-06 07:08:09"),
            ("datetime()", "2024-05-06 07:08:09"),
            ("current_timestamp", "2024-05-06 07:08:09"),
            ("date()", "2024-05-06"),
            ("date('2020-01-31', '+1 day')", "2020-02-01"),
        ]);
    }
}
