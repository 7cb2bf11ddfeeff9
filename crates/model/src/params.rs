//! Trainable parameters by name, each kept flat.
//!
//! Keeping them outside the network makes the three things plain that training does with them: hand out leaves that
//! collect gradients, let an optimiser replace them, and write them to a file and back bit for bit.

use std::collections::BTreeMap;

use afterimage_statistics::draws::{SOLE, Stream, derive_named, stream};
use burn::tensor::{Device, Tensor, TensorData};
use rand_distr::{Distribution, Normal, Uniform};

use crate::module::Parameter;

/// Named parameters; iteration is in the order of the names.
#[derive(Debug, Clone, Default)]
pub struct Params {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    shape: Vec<usize>,
    flat: Tensor<1>,
}

impl Params {
    /// Adds a parameter from its values in row-major order.
    ///
    /// # Panics
    /// If the number of values is not the product of `shape`.
    pub fn insert(&mut self, name: &str, shape: &[usize], values: Vec<f32>, device: &Device) {
        assert_eq!(values.len(), shape.iter().product::<usize>(), "parameter {name} has the wrong length");
        let flat = Tensor::from_data(TensorData::new(values, [shape.iter().product::<usize>()]), device);
        self.entries.insert(name.to_owned(), Entry { shape: shape.to_vec(), flat });
    }

    /// The parameter as a tensor of its own rank.
    ///
    /// # Panics
    /// If the name does not exist or the rank differs: both are errors of the program.
    pub fn get<const D: usize>(&self, name: &str) -> Tensor<D> {
        let Entry { shape, flat } = self.entry(name);
        flat.clone().reshape(<[usize; D]>::try_from(shape.as_slice()).expect("rank of a parameter"))
    }

    /// The parameter as it is kept, flat.
    ///
    /// # Panics
    /// If the name does not exist.
    pub fn flat(&self, name: &str) -> Tensor<1> {
        self.entry(name).flat.clone()
    }

    fn entry(&self, name: &str) -> &Entry {
        self.entries.get(name).unwrap_or_else(|| panic!("no parameter named {name}"))
    }

    /// Copies that collect gradients.
    #[must_use]
    pub fn leaves(&self) -> Self {
        self.map(|flat| flat.without_autodiff().autodiff().require_grad())
    }

    /// Replaces each parameter by `f` of it.
    #[must_use]
    pub fn map(&self, f: impl Fn(Tensor<1>) -> Tensor<1>) -> Self {
        let entries = self
            .entries
            .iter()
            .map(|(name, e)| (name.clone(), Entry { shape: e.shape.clone(), flat: f(e.flat.clone()) }));
        Self { entries: entries.collect() }
    }

    /// Name and flat tensor of each parameter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor<1>)> {
        self.entries.iter().map(|(name, e)| (name.as_str(), &e.flat))
    }

    /// Replaces the values of a parameter, keeping its shape.
    ///
    /// # Panics
    /// If the name does not exist or the length differs.
    pub fn set(&mut self, name: &str, flat: Tensor<1>) {
        self.update(name, |_| flat);
    }

    /// Replaces the values of a parameter by `f` of them, which owns them.
    ///
    /// # Panics
    /// As [`Params::set`].
    pub fn update(&mut self, name: &str, f: impl FnOnce(Tensor<1>) -> Tensor<1>) {
        let (name, entry) = self.entries.remove_entry(name).unwrap_or_else(|| panic!("no parameter named {name}"));
        let length = entry.flat.dims();
        let flat = f(entry.flat);
        assert_eq!(flat.dims(), length, "parameter {name} keeps its length");
        self.entries.insert(name, Entry { shape: entry.shape, flat });
    }

    /// Shape of each parameter, by name.
    pub fn shapes(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.entries.iter().map(|(name, e)| (name.as_str(), e.shape.as_slice()))
    }

    /// Number of values in all.
    pub fn len(&self) -> usize {
        self.entries.values().map(|e| e.shape.iter().product::<usize>()).sum()
    }

    /// Whether there are no parameters.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sum of absolute values over some parameters, at least one, `[1]`.
    pub(crate) fn l1<'a, const D: usize>(&self, of: impl Iterator<Item = &'a Parameter<D>>) -> Tensor<1> {
        of.map(|Parameter(name)| self.flat(name).abs().sum()).reduce(|sum, part| sum + part).expect("a parameter")
    }
}

/// Draws initial values; each parameter has its own stream, so that adding one changes no other.
#[derive(Debug, Clone, Copy)]
pub struct Init {
    seed: u64,
}

impl Init {
    /// Initial values of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// `n` values uniform in ±`bound`.
    pub fn uniform(self, name: &str, n: usize, bound: f32) -> Vec<f32> {
        let distribution = Uniform::new_inclusive(-bound, bound).expect("a finite bound");
        distribution.sample_iter(self.stream(name)).take(n).collect()
    }

    /// `n` normal values of mean 0 and standard deviation `sd`.
    pub fn normal(self, name: &str, n: usize, sd: f32) -> Vec<f32> {
        Normal::new(0.0, sd).expect("a finite deviation").sample_iter(self.stream(name)).take(n).collect()
    }

    /// `n` values uniform in ±1/sqrt(`fan_in`).
    pub(crate) fn of_fan_in(self, name: &str, n: usize, fan_in: usize) -> Vec<f32> {
        self.uniform(name, n, 1.0 / (fan_in as f32).sqrt())
    }

    fn stream(self, name: &str) -> Stream {
        stream(derive_named(self.seed, name), SOLE, 0)
    }
}
