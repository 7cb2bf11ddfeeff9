//! Adam and AMSGrad over named parameters, with a state that can be written down and taken up again.

use std::collections::BTreeMap;

use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Gradients, Tensor};

use afterimage_model::params::Params;
use afterimage_run::config::{Optimiser as Kind, Schedule};

/// An optimiser with the state of every parameter.
pub struct Optimiser {
    adam: Adam,
    clip_norm: f64,
    steps: usize,
    states: BTreeMap<String, AdamState<1>>,
}

impl Optimiser {
    /// The optimiser of a schedule: β 0.9 and 0.999, ε 1e-8.
    pub fn new(schedule: &Schedule) -> Self {
        let adam = AdamConfig::new().with_epsilon(1e-8).with_amsgrad(schedule.optimiser == Kind::Amsgrad).build();
        Self { adam, clip_norm: schedule.clip_norm, steps: 0, states: BTreeMap::new() }
    }

    /// One step: `params` moved against the gradients that `leaves` collected.
    pub fn step(&mut self, params: &mut Params, leaves: &Params, mut gradients: Gradients, rate: f64) {
        let mut collected: Vec<(String, Tensor<1>)> = leaves
            .iter()
            .filter_map(|(name, leaf)| leaf.grad_remove(&mut gradients).map(|g| (name.to_owned(), g)))
            .collect();
        if self.clip_norm > 0.0 {
            clip(&mut collected, self.clip_norm);
        }
        self.steps += 1;
        for (name, gradient) in collected {
            let value = params.flat(&name);
            let (value, state) = self.adam.step(rate, value, gradient, self.states.remove(&name));
            params.set(&name, value);
            if let Some(state) = state {
                self.states.insert(name, state);
            }
        }
    }

    /// Steps done.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Moments of every parameter, named `NAME#m`, `#v` and, with AMSGrad, `#x`.
    pub fn state(&self) -> Vec<(String, Tensor<1>)> {
        let mut out = Vec::new();
        for (name, AdamState { momentum }) in &self.states {
            out.push((format!("{name}#m"), momentum.moment_1.clone()));
            out.push((format!("{name}#v"), momentum.moment_2.clone()));
            out.extend(momentum.max_moment_2.clone().map(|x| (format!("{name}#x"), x)));
        }
        out
    }

    /// Takes up a state written by [`Optimiser::state`] after `steps` steps.
    pub fn restore(&mut self, steps: usize, mut state: BTreeMap<String, Tensor<1>>) {
        let names: Vec<String> = state.keys().filter_map(|k| k.strip_suffix("#m").map(str::to_owned)).collect();
        self.steps = steps;
        for name in names {
            let (Some(m), Some(v)) = (state.remove(&format!("{name}#m")), state.remove(&format!("{name}#v"))) else {
                continue;
            };
            let mut momentum = AdaptiveMomentumState::new(steps, m, v);
            momentum.max_moment_2 = state.remove(&format!("{name}#x"));
            self.states.insert(name, AdamState::new(momentum));
        }
    }
}

/// Scales all gradients so that their joint norm is at most `limit`.
fn clip(gradients: &mut [(String, Tensor<1>)], limit: f64) {
    let square = |g: &Tensor<1>| f64::from(afterimage_model::term::scalar(&g.clone().powi_scalar(2).sum()));
    let norm = gradients.iter().map(|(_, g)| square(g)).sum::<f64>().sqrt();
    if norm > limit {
        for (_, gradient) in gradients {
            *gradient = gradient.clone() * (limit / norm);
        }
    }
}
