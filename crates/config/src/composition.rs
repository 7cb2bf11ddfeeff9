//! What predictions and reconstructions are made of besides the two networks, in words that the report, figures, `decode` and `view`
//! share.

use crate::Experiment;

impl Experiment {
    /// What reconstructions of a trained run are made of; `None` if the decoder network makes them alone.
    ///
    /// ```
    /// use afterimage_config::Experiment;
    ///
    /// assert_eq!(Experiment::preset("gaziv2022")?.reconstruction_parts(), None);
    /// assert!(Experiment::preset("best")?.reconstruction_parts().unwrap().contains("ridge regression"));
    /// # Ok::<(), afterimage_config::ConfigError>(())
    /// ```
    pub fn reconstruction_parts(&self) -> Option<String> {
        let linear = &self.decoder.linear;
        let regression = (linear.pixels > 0).then(|| {
            let coarse = match linear.share {
                0.0 => "The coarse structure of reconstructions is that of the decoder network".to_owned(),
                1.0 => "The coarse structure of reconstructions is that of ridge regression from responses to pixels".to_owned(),
                share => format!(
                    "The coarse structure of reconstructions is {} that of ridge regression from responses to pixels and {} that of the \
                     decoder network",
                    short(share),
                    short(1.0 - share)
                ),
            };
            let fine = if linear.detail > 0.0 { short(linear.detail) } else { "none".to_owned() };
            format!("{coarse}; of the network's fine structure they have {fine}.")
        });
        let parts: Vec<String> = regression.into_iter().chain(self.photograph_part()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// What reconstructions take from photographs, and what follows from it; `None` if they take nothing.
    pub fn photograph_part(&self) -> Option<String> {
        let photographs = &self.decoder.photographs;
        (photographs.images > 0 && photographs.detail > 0.0).then(|| {
            format!(
                "Each reconstruction has {} of the fine structure of an unpaired photograph, the one most like the response: its edges and \
                 textures are no evidence of what was seen.",
                short(photographs.detail)
            )
        })
    }

    /// What predicted responses of a trained run are made of; `None` if the encoder network makes them alone.
    pub fn prediction_parts(&self) -> Option<String> {
        let fields = &self.encoder.fields;
        (fields.levels > 0 && fields.share > 0.0).then(|| {
            format!(
                "Predictions are {} those of the encoder network and {} those of a ridge regression from features in one Gaussian \
                 receptive field.",
                short(1.0 - fields.share),
                short(fields.share)
            )
        })
    }
}

/// At most two digits after the point.
fn short(factor: f64) -> String {
    let text = format!("{factor:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(settings: &[&str]) -> Experiment {
        let settings: Vec<String> = settings.iter().map(|&text| text.to_owned()).collect();
        Experiment::preset("best").unwrap().with_settings(&settings).unwrap()
    }

    #[test]
    fn networks_alone_need_no_words() {
        for preset in ["gaziv2022", "v4", "demo"] {
            let experiment = Experiment::preset(preset).unwrap();
            let parts =
                [experiment.reconstruction_parts(), experiment.photograph_part(), experiment.prediction_parts()];
            assert_eq!(parts, [None, None, None], "{preset}");
        }
        let off = best(&["decoder.photographs.detail=0", "decoder.linear.pixels=0", "encoder.fields.share=0"]);
        assert_eq!((off.reconstruction_parts(), off.prediction_parts()), (None, None));
    }

    #[test]
    fn shares_are_those_of_the_experiment() {
        let text = best(&["decoder.linear.share=0.3", "decoder.linear.detail=1"]).reconstruction_parts().unwrap();
        assert!(
            text.contains("0.3 that of ridge regression") && text.contains("0.7 that of the decoder network"),
            "{text}"
        );
        assert!(
            text.contains("they have 1.") && text.contains("0.5 of the fine structure of an unpaired photograph"),
            "{text}"
        );
        let text = best(&["decoder.photographs.images=0", "decoder.linear.share=0"]).reconstruction_parts().unwrap();
        assert!(
            text.starts_with("The coarse structure of reconstructions is that of the decoder network;")
                && !text.contains("photograph"),
            "{text}"
        );
        let text = best(&["encoder.fields.share=0.25"]).prediction_parts().unwrap();
        assert!(text.contains("0.75 those of the encoder network and 0.25 those of a ridge regression"), "{text}");
    }
}
