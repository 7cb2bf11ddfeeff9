//! Named terms of an objective: summed for the gradient, logged one by one.

use std::collections::BTreeMap;

use burn::tensor::Tensor;

/// Weighted terms.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    terms: Vec<(String, Tensor<1>)>,
}

impl Terms {
    /// Adds a term `[1]`, already weighted.
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
    /// If there are no terms.
    pub fn total(&self) -> Tensor<1> {
        let mut values = self.terms.iter().map(|(_, value)| value.clone());
        let first = values.next().expect("an objective has at least one term");
        values.fold(first, |sum, value| sum + value)
    }

    /// The term of this name, if any.
    pub fn only(&self, name: &str) -> Option<Tensor<1>> {
        self.terms.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    }

    /// Value of each term. All come to the host in one transfer: each waits until the device has done all that was asked of
    /// it.
    ///
    /// # Panics
    /// If a term has more than one element.
    pub fn values(&self) -> BTreeMap<String, f64> {
        if self.terms.is_empty() {
            return BTreeMap::new();
        }
        let parts = self.terms.iter().map(|(_, value)| value.clone().without_autodiff()).collect();
        let values = crate::convert::values(&Tensor::cat(parts, 0)); // [terms]
        assert_eq!(values.len(), self.terms.len(), "a term has one element");
        self.terms.iter().map(|(name, _)| name.clone()).zip(values.into_iter().map(f64::from)).collect()
    }
}

/// The value of a tensor of one element.
pub fn scalar(value: &Tensor<1>) -> f32 {
    crate::convert::values(value)[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;

    #[test]
    fn values_are_those_of_the_single_terms_bit_by_bit() {
        let device = device("cpu").unwrap();
        let numbers = [0.1_f32, -3.3e-8, 1.0e20, 7.0];
        let mut terms = Terms::default();
        for (name, number) in ["d", "a", "c", "b"].into_iter().zip(numbers) {
            let leaf = Tensor::<1>::from_floats([number], &device.clone().autodiff());
            terms.push(name, if name == "c" { leaf.without_autodiff() } else { leaf });
        }
        let single = |name: &str| f64::from(scalar(&terms.only(name).unwrap()));
        let values = terms.values();
        assert_eq!(values.keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        assert!(values.iter().all(|(name, value)| value.to_bits() == single(name).to_bits()));
        assert!(Terms::default().values().is_empty());
    }
}
