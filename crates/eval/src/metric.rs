//! The measures of reconstructions by the names that experiments use.

use crate::feature_scores::FeatureMetric;
use crate::lpips::LpipsNet;

/// A measure of reconstructions against shown images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// [`crate::pixcorr_scores`].
    PixCorr,
    /// [`crate::ssim_scores`].
    Ssim,
    /// [`crate::ms_ssim_scores`].
    MsSsim,
    /// [`crate::lpips_score`], and identification by it.
    Lpips(LpipsNet),
    /// DISTS, which is not implemented.
    Dists,
    /// A [`FeatureMetric`].
    Features(&'static FeatureMetric),
}

impl Metric {
    /// Why DISTS has no score.
    pub const WITHOUT_DISTS: &str = "DISTS is not implemented: it needs VGG16 with L2 pooling in place of maximum pooling, which no backbone here has";

    /// The metric of a name in `evaluation.metrics`.
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "pixcorr" => Self::PixCorr,
            "ssim" => Self::Ssim,
            "ms-ssim" => Self::MsSsim,
            "dists" => Self::Dists,
            _ => match LpipsNet::ALL.into_iter().find(|net| net.key() == name) {
                Some(net) => Self::Lpips(net),
                None => Self::Features(FeatureMetric::find(name)?),
            },
        })
    }

    /// The network it needs, where it needs one.
    pub fn network(self) -> Option<&'static str> {
        match self {
            Self::PixCorr | Self::Ssim | Self::MsSsim | Self::Dists => None,
            Self::Lpips(net) => Some(net.backbone().name()),
            Self::Features(metric) => Some(metric.network),
        }
    }

    /// Names of its scores, for a list of what was not computed; of an identification the part before the ways.
    pub fn score_names(self) -> Vec<String> {
        match self {
            Self::PixCorr => vec!["image.pixcorr".into()],
            Self::Ssim => vec!["image.ssim".into()],
            Self::MsSsim => vec!["image.ms-ssim".into()],
            Self::Dists => vec!["image.dists".into()],
            Self::Lpips(net) => ["image", "identification.external", "identification.pairwise"]
                .map(|family| format!("{family}.{}", net.key()))
                .to_vec(),
            Self::Features(metric) => metric.score_names(),
        }
    }
}

#[cfg(test)]
mod tests {
    use afterimage_config::{METRICS, NSD};

    use super::*;

    #[test]
    fn every_name_of_an_experiment_is_a_metric() {
        for name in METRICS {
            let metric = Metric::find(name).unwrap_or_else(|| panic!("{name}"));
            assert!(metric.score_names().iter().all(|score| score.ends_with(name)), "{name}");
        }
        assert!(NSD.iter().all(|name| METRICS.contains(name)));
        assert_eq!(Metric::find("nsd"), None);
    }
}
