//! Dates without a time zone database: RFC 3339 to seconds and back, in the Gregorian calendar.

use std::time::SystemTime;

/// `time` as `yyyy-mm-ddThh:mm:ss` in UTC, without the zone; the year 1970 for times before it.
#[must_use]
pub fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(i64::try_from(seconds / 86_400).unwrap_or(0));
    let clock = seconds % 86_400;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60)
}

/// Seconds since 1970 in UTC of an RFC 3339 date and time; `None` where it is not one.
#[must_use]
pub fn seconds(rfc3339: &str) -> Option<i64> {
    let field = |from: usize, to: usize| rfc3339.get(from..to)?.parse::<i64>().ok();
    let days = days(field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let clock = field(11, 13)? * 3600 + field(14, 16)? * 60 + field(17, 19)?;
    let zone = rfc3339.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes().first()? {
        b'Z' | b'z' => 0,
        sign @ (b'+' | b'-') => {
            let minutes = zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    Some(days * 86_400 + clock - offset * 60)
}

/// Year, month and day of a number of days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since 1970-01-01 of a date; the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{civil, days, seconds, utc};
    use proptest::prelude::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn known_instants_are_written_in_utc() {
        assert_eq!(utc(SystemTime::UNIX_EPOCH), "1970-01-01T00:00:00");
        assert_eq!(utc(SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_208_001)), "2024-02-29T12:00:01");
    }

    #[test]
    fn offsets_count() {
        assert_eq!(seconds("2024-02-29T12:00:00Z"), Some(1_709_208_000));
        assert_eq!(seconds("2024-02-29T14:00:00+02:00"), Some(1_709_208_000));
        assert_eq!(seconds("2024-02-29T06:30:00.5-05:30"), Some(1_709_208_000));
        assert_eq!(seconds("yesterday"), None);
    }

    proptest! {
        #[test]
        fn every_day_survives_the_round_trip(day in -800_000_i64..800_000) {
            let (year, month, date) = civil(day);
            prop_assert_eq!(days(year, month, date), day);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,30}") {
            let _ = seconds(&text);
        }
    }
}
