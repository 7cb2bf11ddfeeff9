//! Durations and epochs in words.

use afterimage_run::log::{COMPARABLE, Record, TOTAL};

/// Seconds as a duration.
pub(super) fn duration(secs: f64) -> String {
    let whole = secs.round() as u64;
    match secs {
        s if !s.is_finite() => "unknown time".into(),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Mebibytes as a size.
pub(super) fn size(mib: u64) -> String {
    if mib < 1024 { format!("{mib} MiB") } else { format!("{:.1} GiB", mib as f64 / 1024.0) }
}

/// Losses of an epoch: training next to validation where both have the same terms, then the sum of all terms.
pub(super) fn losses(record: &Record) -> String {
    let all = record.train.get(TOTAL).copied().unwrap_or(f64::NAN);
    let both = record.train.get(COMPARABLE).zip(record.validation.get(COMPARABLE));
    let Some((train, validation)) = both else {
        let validation = record.validation.get(TOTAL).map(|v| format!("; validation, its own terms {v:.4}"));
        return format!("all terms {all:.4}{}", validation.unwrap_or_default());
    };
    let r = record.validation.get("median_r").map(|r| format!(", median r {r:.3}")).unwrap_or_default();
    format!("loss {train:.4}, validation {validation:.4}{r}; all terms {all:.4}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use afterimage_run::layout::Phase;

    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        let of = [0.04, 9.96, 99.6, 72.4, 3600.0, 7325.0].map(duration);
        assert_eq!(of, ["0.0 s", "10 s", "1 min 40 s", "72 s", "60 min 0 s", "2 h 2 min"]);
    }

    #[test]
    fn validation_stands_next_to_the_terms_that_it_has_too() {
        let of = |pairs: &[(&str, f64)]| pairs.iter().map(|&(n, v)| (n.to_owned(), v)).collect::<BTreeMap<_, _>>();
        let mut record = Record {
            phase: Phase::Encoder,
            epoch: 1,
            step: 1,
            learning_rate: 0.1,
            unix_secs: None,
            train: of(&[(TOTAL, 3.0), (COMPARABLE, 1.25)]),
            validation: of(&[(TOTAL, 1.5), (COMPARABLE, 1.5), ("median_r", 0.5)]),
            secs: 1.0,
            loader_wait_secs: 0.0,
        };
        assert_eq!(losses(&record), "loss 1.2500, validation 1.5000, median r 0.500; all terms 3.0000");
        record.train.remove(COMPARABLE);
        assert_eq!(losses(&record), "all terms 3.0000; validation, its own terms 1.5000");
        record.validation.clear();
        assert_eq!(losses(&record), "all terms 3.0000");
    }
}
