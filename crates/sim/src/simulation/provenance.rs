//! What a data set of a simulated brain says of where it came from.

use afterimage_data::{Provenance, Step};

use crate::brain::Brain;

/// What a data set of a simulated brain says of itself; `further` steps follow those of the responses.
pub(crate) fn provenance(brain: &Brain, title: String, further: impl IntoIterator<Item = Step>) -> Provenance {
    let config = brain.config();
    let mut steps = vec![
        Step::plain(format!("responses simulated by afterimage-sim {}", env!("CARGO_PKG_VERSION"))),
        Step::plain(format!(
            "single-trial signal-to-noise ratio log-normal, median {}, log spread {}",
            config.snr_median, config.snr_spread
        )),
    ];
    steps.extend(further);
    Provenance {
        title,
        kind: "simulation".into(),
        licence: Some("MIT OR Apache-2.0".into()),
        units: Some("standard deviations of the noiseless signal over scenes".into()),
        steps,
        software: format!("afterimage {}", env!("CARGO_PKG_VERSION")),
        ..Provenance::of_voxels()
    }
}
