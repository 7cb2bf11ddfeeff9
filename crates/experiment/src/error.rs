//! What can go wrong in an experiment.

use std::error::Error as StdError;

use thiserror::Error;

/// Result of an experiment.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the caller, or the cause of another.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Errors of an experiment.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// From a baseline.
    #[error(transparent)]
    Baseline(#[from] afterimage_baseline::BaselineError),
    /// From receptive fields.
    #[error(transparent)]
    Biology(#[from] afterimage_biology::BiologyError),
    /// From the experiment file.
    #[error(transparent)]
    Config(#[from] afterimage_config::ConfigError),
    /// From the data set or its images.
    #[error(transparent)]
    Data(#[from] afterimage_data::Error),
    /// From a score.
    #[error(transparent)]
    Eval(#[from] afterimage_eval::EvalError),
    /// From a file.
    #[error(transparent)]
    Formats(#[from] afterimage_formats::Error),
    /// From a network or its weights.
    #[error(transparent)]
    Model(#[from] afterimage_model::ModelError),
    /// From the folder of a run.
    #[error(transparent)]
    Run(#[from] afterimage_run::RunError),
    /// From the simulated subject.
    #[error(transparent)]
    Sim(#[from] afterimage_sim::SimError),
    /// From training, or from applying what was trained.
    #[error(transparent)]
    Train(#[from] afterimage_train::TrainError),
    /// From the system.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Arrays that do not fit together.
    #[error(transparent)]
    Shape(#[from] ndarray::ShapeError),
    /// What was asked for cannot be done, with the fix.
    #[error("{0}")]
    Refused(String),
    /// An error with what was being done, or what to do about it.
    #[error("{context}")]
    Context {
        /// What was being done.
        context: String,
        /// The cause.
        source: BoxError,
    },
}

impl Error {
    /// The error as the cause of another.
    pub(crate) fn context(self, context: impl Into<String>) -> Self {
        Self::Context { context: context.into(), source: self.into() }
    }

    /// The error and its causes, outermost first; an error of another crate as itself.
    pub fn chain(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        std::iter::successors(Some(self.concrete()), |&error| {
            error.source().map(|cause| cause.downcast_ref().map_or(cause, Self::concrete))
        })
    }

    /// What a transparent variant holds.
    fn concrete(&self) -> &(dyn StdError + 'static) {
        match self {
            Self::Baseline(error) => error,
            Self::Biology(error) => error,
            Self::Config(error) => error,
            Self::Data(error) => error,
            Self::Eval(error) => error,
            Self::Formats(error) => error,
            Self::Model(error) => error,
            Self::Run(error) => error,
            Self::Sim(error) => error,
            Self::Train(error) => error,
            Self::Io(error) => error,
            Self::Shape(error) => error,
            Self::Refused(_) | Self::Context { .. } => self,
        }
    }

    /// The innermost cause, in words.
    pub(crate) fn root_cause(&self) -> String {
        self.chain().last().map(ToString::to_string).unwrap_or_default()
    }
}

/// An error and its causes in one line, each once: many errors already tell their cause.
pub fn in_words(error: &(dyn StdError + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(|cause| without_code(&cause.to_string())).fold(String::new(), |text, cause| match text.as_str() {
        "" => cause,
        _ if text.contains(&cause) => text,
        _ => format!("{text}: {cause}"),
    })
}

/// A text without the number that the standard library adds to what the system says: "(os error 2)".
fn without_code(text: &str) -> String {
    let Some((before, after)) = text.split_once(" (os error ") else { return text.to_owned() };
    let after = after.split_once(')').map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// Says what was being done when something failed or was missing.
pub(crate) trait Context<T> {
    /// With a text.
    fn context(self, context: impl Into<String>) -> Result<T>;
    /// With a text that is made when it is needed.
    fn with_context<S: Into<String>>(self, context: impl FnOnce() -> S) -> Result<T>;
}

impl<T, E: Into<BoxError>> Context<T> for Result<T, E> {
    fn context(self, context: impl Into<String>) -> Result<T> {
        self.with_context(|| context)
    }

    fn with_context<S: Into<String>>(self, context: impl FnOnce() -> S) -> Result<T> {
        self.map_err(|source| Error::Context { context: context().into(), source: source.into() })
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, context: impl Into<String>) -> Result<T> {
        self.with_context(|| context)
    }

    fn with_context<S: Into<String>>(self, context: impl FnOnce() -> S) -> Result<T> {
        self.ok_or_else(|| Error::Refused(context().into()))
    }
}

/// Returns [`Error::Refused`] with a formatted text.
macro_rules! bail {
    ($($text:tt)*) => {
        return Err($crate::Error::Refused(format!($($text)*)))
    };
}
pub(crate) use bail;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_is_told_in_words_and_once() {
        let cause = std::io::Error::from_raw_os_error(2);
        let plain = without_code(&cause.to_string());
        assert!(cause.to_string().contains("(os error 2)") && !plain.contains("os error"), "{plain}");
        let error = Error::from(cause).context(format!("cannot open \"a\": {plain}"));
        assert_eq!(in_words(&error), format!("cannot open \"a\": {plain}"));
    }
}
