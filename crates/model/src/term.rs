//! Named terms of an objective: summed for the gradient, logged one by one.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

/// Weighted terms.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    terms: Vec<(String, Tensor<1>)>,
}

impl Terms {
    /// Adds a term, already weighted.
    pub fn push(&mut self, name: &str, value: Tensor<1>) {
        self.terms.push((name.to_owned(), value));
    }

    /// Adds all terms of `other`, their names after `prefix`.
    pub fn extend(&mut self, prefix: &str, other: Self) {
        self.terms.extend(other.terms.into_iter().map(|(name, value)| (format!("{prefix}{name}"), value)));
    }

    /// All terms times `factor`.
    #[must_use]
    pub fn scale(self, factor: f64) -> Self {
        Self { terms: self.terms.into_iter().map(|(name, value)| (name, value * factor)).collect() }
    }

    /// The sum, the objective.
    ///
    /// # Panics
    /// Where there is no term.
    pub fn total(&self) -> Tensor<1> {
        let mut values = self.terms.iter().map(|(_, value)| value.clone());
        let first = values.next().expect("an objective has at least one term");
        values.fold(first, |sum, value| sum + value)
    }

    /// The term of this name; `None` where there is none.
    pub fn only(&self, name: &str) -> Option<Tensor<1>> {
        self.terms.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    }

    /// Value of each term.
    pub fn values(&self) -> BTreeMap<String, f64> {
        self.terms.iter().map(|(name, value)| (name.clone(), f64::from(scalar(value)))).collect()
    }
}

/// The value of a tensor of one element.
pub fn scalar(value: &Tensor<1>) -> f32 {
    crate::convert::values(value)[0]
}
