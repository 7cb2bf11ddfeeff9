//! Names of the metrics of reconstructions, defined in `docs/metrics.md`.

use crate::EvaluationConfig;

/// Every metric that `evaluation.metrics` accepts, besides the shorthand `nsd`.
pub const METRICS: [&str; 14] = [
    "pixcorr",
    "ssim",
    "ms-ssim",
    "lpips-alex",
    "lpips-vgg",
    "lpips-squeeze",
    "dists",
    "alexnet2",
    "alexnet5",
    "inception",
    "clip",
    "efficientnet-b1",
    "swav",
    "efficientnet-lite0",
];

/// The common suite of the Natural Scenes Dataset.
pub const NSD: [&str; 8] = ["pixcorr", "ssim", "alexnet2", "alexnet5", "inception", "clip", "efficientnet-b1", "swav"];

/// Every name that `evaluation.metrics` accepts.
pub(crate) fn metric_names() -> Vec<&'static str> {
    METRICS.into_iter().chain(["nsd"]).collect()
}

impl EvaluationConfig {
    /// The chosen metrics, each once, in the order of the list, with `nsd` expanded.
    ///
    /// ```
    /// let mut evaluation = afterimage_config::Experiment::preset("demo")?.evaluation;
    /// evaluation.metrics = vec!["clip".into(), "nsd".into()];
    /// assert_eq!(evaluation.chosen_metrics()[..3], ["clip", "pixcorr", "ssim"]);
    /// assert_eq!(evaluation.chosen_metrics().len(), 8);
    /// # Ok::<(), afterimage_config::ConfigError>(())
    /// ```
    pub fn chosen_metrics(&self) -> Vec<&str> {
        let mut chosen: Vec<&str> = Vec::new();
        for name in &self.metrics {
            let names = if name == "nsd" { &NSD[..] } else { &[name.as_str()][..] };
            for name in names {
                if !chosen.contains(name) {
                    chosen.push(name);
                }
            }
        }
        chosen
    }
}
