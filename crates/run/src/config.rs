//! placeholder replaced below
/// Experiment.
#[derive(Debug)]
pub struct Experiment;
