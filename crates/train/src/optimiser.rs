//! Adam and AMSGrad over named parameters, with a state that can be saved and restored.
//!
//! On the processor a step is one pass in place; other devices run the framework's Adam.

use std::collections::BTreeMap;

use afterimage_config::{Optimiser as Kind, Schedule};
use afterimage_kernels::adam::{self, Moments, Step};
use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use afterimage_model::{convert, device::Engine, params::Params};

/// Adam or AMSGrad, with its state for every parameter.
pub struct Optimiser {
    adam: Adam,
    amsgrad: bool,
    clip_norm: f64,
    steps: usize,
    states: BTreeMap<String, State>,
}

/// The moments of a parameter's gradients.
enum State {
    Kernels(Moments),
    Framework(Box<AdamState<1>>),
}

impl Optimiser {
    /// The optimiser of a schedule, with β 0.9 and 0.999 and ε 1e-8.
    pub fn new(schedule: &Schedule) -> Self {
        Self::of(schedule.optimiser == Kind::Amsgrad, schedule.clip_norm)
    }

    /// Adam with the same constants, which does not clip.
    pub fn adam() -> Self {
        Self::of(false, 0.0)
    }

    fn of(amsgrad: bool, clip_norm: f64) -> Self {
        let adam = AdamConfig::new().with_epsilon(1e-8).with_amsgrad(amsgrad).build();
        Self { adam, amsgrad, clip_norm, steps: 0, states: BTreeMap::new() }
    }

    /// Moves `params` against the gradients that `leaves` collected.
    pub fn step(&mut self, params: &mut Params, leaves: Params, mut gradients: Gradients, rate: f64) {
        let collected: Vec<(String, Tensor<1>)> = leaves
            .iter()
            .filter_map(|(name, leaf)| leaf.grad_remove(&mut gradients).map(|g| (name.to_owned(), g)))
            .collect();
        // The leaves share the parameters' memory, and shared memory can't be changed in place.
        drop(leaves);
        let scale = if self.clip_norm > 0.0 { clip_factor(&collected, self.clip_norm) } else { 1.0 };
        self.steps += 1;
        for (name, gradient) in collected {
            let state = self.states.remove(&name);
            let mut after = None;
            params.update(&name, |value| {
                let (value, state) = match Engine::of(&value.device()) {
                    Engine::Kernels => self.step_in_place(value, gradient, state, rate, scale),
                    Engine::Framework => self.step_by_framework(value, gradient * scale, state, rate),
                };
                after = Some(state);
                value
            });
            self.states.extend(after.map(|state| (name, state)));
        }
    }

    fn step_in_place(
        &self,
        value: Tensor<1>,
        gradient: Tensor<1>,
        state: Option<State>,
        rate: f64,
        scale: f64,
    ) -> (Tensor<1>, State) {
        let device = value.device();
        let (mut values, gradient) = (value.into_data(), gradient.into_data());
        let slice = values.as_mut_slice::<f32>().expect("single precision");
        let mut moments = match state {
            Some(State::Kernels(moments)) => moments,
            _ => Moments::zeros(slice.len(), self.amsgrad),
        };
        let step = Step { rate, time: self.steps, scale: scale as f32 };
        step.run(slice, gradient.as_slice::<f32>().expect("single precision"), &mut moments);
        (Tensor::from_data(values, &device), State::Kernels(moments))
    }

    fn step_by_framework(
        &self,
        value: Tensor<1>,
        gradient: Tensor<1>,
        state: Option<State>,
        rate: f64,
    ) -> (Tensor<1>, State) {
        let state = match state {
            Some(State::Framework(state)) => Some(*state),
            _ => None,
        };
        let (value, state) = self.adam.step(rate, value, gradient, state);
        (value, State::Framework(Box::new(state.expect("Adam has a state after a step"))))
    }

    /// Returns the number of steps done.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Returns the moments of every parameter: `NAME#m`, `NAME#v` and, with AMSGrad, `NAME#x`.
    pub fn state(&self) -> Vec<(String, Vec<f32>)> {
        let mut out = Vec::new();
        for (name, state) in &self.states {
            let (m, v, x) = match state {
                State::Kernels(moments) => (moments.first.clone(), moments.second.clone(), moments.largest.clone()),
                State::Framework(state) => (
                    convert::values(&state.momentum.moment_1),
                    convert::values(&state.momentum.moment_2),
                    state.momentum.max_moment_2.as_ref().map(convert::values),
                ),
            };
            out.push((format!("{name}#m"), m));
            out.push((format!("{name}#v"), v));
            out.extend(x.map(|x| (format!("{name}#x"), x)));
        }
        out
    }

    /// Restores the moments that [`Optimiser::state`] returned after `steps` steps, for parameters on `device`.
    pub fn restore(&mut self, steps: usize, mut state: BTreeMap<String, Vec<f32>>, device: &Device) {
        let names: Vec<String> = state.keys().filter_map(|k| k.strip_suffix("#m").map(str::to_owned)).collect();
        self.steps = steps;
        for name in names {
            let (Some(first), Some(second)) = (state.remove(&format!("{name}#m")), state.remove(&format!("{name}#v")))
            else {
                continue;
            };
            let largest = state.remove(&format!("{name}#x"));
            let state = match Engine::of(device) {
                Engine::Kernels => State::Kernels(Moments { first, second, largest }),
                Engine::Framework => {
                    State::Framework(Box::new(framework_state(steps, [first, second], largest, device)))
                }
            };
            self.states.insert(name, state);
        }
    }
}

fn framework_state(steps: usize, moments: [Vec<f32>; 2], largest: Option<Vec<f32>>, device: &Device) -> AdamState<1> {
    let tensor = |values: Vec<f32>| {
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), device)
    };
    let [first, second] = moments.map(tensor);
    let mut momentum = AdaptiveMomentumState::new(steps, first, second);
    momentum.max_moment_2 = largest.map(tensor);
    AdamState::new(momentum)
}

/// Returns the factor that reduces the joint norm of all gradients to `limit`; 1 if it is not larger.
fn clip_factor(gradients: &[(String, Tensor<1>)], limit: f64) -> f64 {
    let square = |g: &Tensor<1>| match Engine::of(&g.device()) {
        Engine::Kernels => adam::square(g.clone().into_data().as_slice::<f32>().expect("single precision")),
        Engine::Framework => f64::from(afterimage_model::term::scalar(&g.clone().powi_scalar(2).sum())),
    };
    let norm = gradients.iter().map(|(_, g)| square(g)).sum::<f64>().sqrt();
    if norm > limit { limit / norm } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares the processor's step with the framework's, with a state that is saved and restored in between.
    #[test]
    fn in_place_and_framework_agree() {
        let device = Device::flex();
        for kind in [Kind::Adam, Kind::Amsgrad] {
            let experiment = afterimage_config::Experiment::preset("gaziv2022").expect("a valid preset");
            let schedule = Schedule { optimiser: kind, ..experiment.decoder.schedule() };
            let tensor = |step: f32| {
                let values: Vec<f32> = (0..300).map(|i| (i as f32 * step).sin()).collect();
                Tensor::<1>::from_data(TensorData::new(values, [300]), &device)
            };
            let mut ours = Optimiser::new(&schedule);
            let theirs = Optimiser::new(&schedule);
            let (mut a, mut b) = (tensor(0.1), tensor(0.1));
            let mut state = None;
            for step in 1..=5 {
                let gradient = tensor(0.3 * step as f32);
                ours.steps = step;
                let before = ours.states.remove("p");
                let (value, after) = ours.step_in_place(a, gradient.clone(), before, 0.01, 1.0);
                ours.states.insert("p".into(), after);
                let written = ours.state().into_iter().collect();
                ours.restore(step, written, &device);
                a = value;
                let (value, after) = theirs.step_by_framework(b, gradient, state, 0.01);
                b = value;
                state = Some(after);
            }
            for (a, b) in convert::values(&a).iter().zip(convert::values(&b)) {
                assert!((a - b).abs() < 1e-5, "{kind:?}: {a} {b}");
            }
        }
    }
}
