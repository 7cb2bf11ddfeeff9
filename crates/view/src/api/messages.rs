//! The parameters of requests, and the JSON of answers.

use afterimage_experiment::Units;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Serialize;

use crate::answer::Problem;

/// Parameters of a request, as names and values.
pub(crate) type Given = Result<Query<Vec<(String, String)>>, QueryRejection>;

/// Parameters of `encode` and `decode`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) run: Option<String>,
    pub(super) units: Option<Units>,
    pub(super) force_units: bool,
}

impl Asked {
    /// Reads the parameters of a route that takes those of these names.
    ///
    /// # Errors
    /// A parameter of another name, or a value that it cannot have, with those that it can.
    pub(super) fn of(given: Given, names: &[&str]) -> Result<Self, Problem> {
        let Query(given) = given.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
        let mut asked = Self::default();
        for (at, (name, value)) in given.iter().enumerate() {
            if !names.contains(&name.as_str()) {
                let known = names.join(", ");
                return Err(Problem::bad(format!("unknown parameter {name:.40}: there are {known}")));
            }
            if given[..at].iter().any(|(before, _)| before == name) {
                return Err(Problem::bad(format!("the parameter {name} is there twice: give it once")));
            }
            match name.as_str() {
                "units" => {
                    asked.units = Some(Units::named(value).ok_or_else(|| {
                        Problem::bad(format!(
                            "units={value:.40} is no unit: give units=recorded (as in the run's data set) or \
                             units=standardised (z-scored by the run's training responses)"
                        ))
                    })?);
                }
                "force_units" => {
                    asked.force_units = value.parse().map_err(|_| {
                        Problem::bad(format!("force_units={value:.40} is neither true nor false: give one of them"))
                    })?;
                }
                _ => asked.run = Some(value.clone()),
            }
        }
        Ok(asked)
    }
}

/// Answer of `encode`.
#[derive(Debug, Serialize)]
pub(super) struct Predicted<'a> {
    pub(super) run: &'a str,
    pub(super) units: String,
    pub(super) voxels: &'a [usize],
    pub(super) responses: Vec<Vec<f32>>,
}

/// Answer of `decode`.
#[derive(Debug, Serialize)]
pub(super) struct Decoded<'a> {
    pub(super) run: &'a str,
    pub(super) side: usize,
    pub(super) units: Units,
    pub(super) images: Vec<String>,
    pub(super) against_training: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// One of `runs`.
#[derive(Debug, Serialize)]
pub(super) struct Described<'a> {
    pub(super) run: &'a str,
    pub(super) experiment: &'a str,
    pub(super) made_of: Option<&'a str>,
    pub(super) data: &'a str,
    pub(super) created: &'a str,
    pub(super) side: usize,
    pub(super) networks: bool,
    pub(super) voxels: &'a [usize],
    pub(super) columns: Option<usize>,
    pub(super) units: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(given: &[(&str, &str)]) -> Result<Asked, String> {
        let given = given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Asked::of(Ok(Query(given)), &["run", "units", "force_units"]).map_err(Problem::message_of)
    }

    #[test]
    fn parameters_are_read_and_wrong_ones_are_named_with_what_they_can_be() {
        let expected = Asked { run: Some("a".into()), units: Some(Units::Standardised), force_units: true };
        assert_eq!(asked(&[("run", "a"), ("units", "standardized"), ("force_units", "true")]), Ok(expected));
        assert_eq!(asked(&[]), Ok(Asked::default()));
        for (given, said) in [
            (("units", "zscored"), "units=zscored is no unit: give units=recorded"),
            (("force_units", "yes"), "neither true nor false"),
            (("unit", "recorded"), "unknown parameter unit: there are run, units, force_units"),
        ] {
            let message = asked(&[given]).unwrap_err();
            assert!(message.contains(said), "{message}");
        }
        assert!(asked(&[("run", "a"), ("run", "b")]).unwrap_err().contains("twice"));
    }
}
