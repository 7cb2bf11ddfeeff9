//! What can and cannot be seen in the reconstructions, in plain words, by stated thresholds.
//!
//! A verdict is a step of [`Seen`], found from four scores by the rule of [`Evidence::seen`]; `docs/report.md` has the same rule as a
//! table. The thresholds are conventions: they say what words a number deserves, not what a person would see. A study
//! with people answers that.

use afterimage_run::scores::{Score, ScoreFile};

/// Below this many images a verdict is said to be preliminary.
pub(crate) const FEW_IMAGES: usize = 10;
/// Level of significance, against shuffled pairings.
pub(crate) const ALPHA: f64 = 0.05;
/// Pairwise identification from which layout is said to be seen.
pub(crate) const IDENTIFIED: f64 = 0.75;
/// Pixel correlation above that of shuffled pairings from which layout is said to be seen.
pub(crate) const LAYOUT: f64 = 0.1;
/// Pixel correlation from which outlines are said to be seen.
pub(crate) const OUTLINE_PIXELS: f64 = 0.7;
/// Structural similarity at the images' own size from which outlines are said to be seen.
pub(crate) const OUTLINES: f64 = 0.5;
/// Share of images to which a classifier gives the class of the shown image, among 50 classes, from which objects are said to be seen.
pub(crate) const OBJECTS: f64 = 0.5;

/// What follows the verdict on reconstructions with fine structure of photographs.
pub(crate) const WITH_PHOTOGRAPHS: &str = "This is said of reconstructions that contain fine structure of photographs: outlines, \
     textures and recognised objects may be those of a photograph that was not shown.";

/// What can be seen, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// Identification is not above chance.
    Nothing,
    /// Identification is above chance, but too little for layout.
    Trace,
    /// Coarse layout and colour.
    Layout,
    /// Layout, colour and outlines.
    Outlines,
    /// A classifier recognises the objects.
    Objects,
}

/// The scores that the verdict rests on, and two that are named with it, as far as the run has them.
pub(crate) struct Evidence<'a> {
    /// Is a reconstruction nearer to its own image than to another of the test images?
    pub(crate) identified: Option<&'a Score>,
    /// Identification among many candidates.
    pub(crate) among_many: Option<&'a Score>,
    /// Pixel correlation.
    pub(crate) pixels: Option<&'a Score>,
    /// Structural similarity.
    pub(crate) structure: Option<&'a Score>,
    /// Does a classifier give reconstruction and shown image the same class?
    pub(crate) objects: Option<&'a Score>,
    /// How much the reconstructions differ from each other.
    pub(crate) variety: Option<&'a Score>,
}

impl<'a> Evidence<'a> {
    /// The scores of a file; of several measures of one thing the first that exists.
    pub(crate) fn of(file: &'a ScoreFile) -> Self {
        let first = |names: &[&str]| names.iter().find_map(|name| file.get(name)).filter(|s| s.value.is_finite());
        Self {
            identified: first(&[
                "identification.pairwise.perceptual",
                "identification.pairwise.pixcorr",
                "identification.external.perceptual.2way",
            ]),
            among_many: first(&["identification.external.perceptual.50way", "identification.external.perceptual.5way"]),
            pixels: first(&["image.pixcorr", "image.pixcorr.native"]),
            structure: first(&["image.ssim.native", "image.ssim"]),
            objects: first(&["identification.class.50way"]),
            variety: first(&["diversity.distance"]),
        }
    }

    /// What can be seen; `None` without an identification.
    ///
    /// - nothing, if identification is not above shuffled pairings (p < 0.05 and the whole interval above);
    /// - a trace, if it is;
    /// - layout, if also identification is at least 75 % and pixel correlation is above shuffled pairings, and by at
    ///   least 0.1, and above the mean training image where that was scored;
    /// - outlines, if also pixel correlation is at least 0.7 and structural similarity above chance and at least 0.5;
    /// - objects, if layout is seen and a classifier names the same class among 50 for at least half of the images, above
    ///   chance.
    pub(crate) fn seen(&self) -> Option<Seen> {
        let identified = self.identified?;
        if !above(identified) {
            return Some(Seen::Nothing);
        }
        let has_layout = identified.value >= IDENTIFIED
            && self.pixels.is_some_and(|s| above(s) && above_mean(s) && s.value - null(s).unwrap_or(0.0) >= LAYOUT);
        if !has_layout {
            return Some(Seen::Trace);
        }
        if self.objects.is_some_and(|s| above(s) && s.value >= OBJECTS) {
            return Some(Seen::Objects);
        }
        let has_outlines = self.pixels.is_some_and(|s| s.value >= OUTLINE_PIXELS)
            && self.structure.is_some_and(|s| above(s) && s.value >= OUTLINES);
        Some(if has_outlines { Seen::Outlines } else { Seen::Layout })
    }

    /// The verdict in words.
    pub(crate) fn words(&self) -> &'static str {
        let measured = self.objects.is_some();
        match self.seen() {
            None => "What can be seen was not measured.",
            Some(Seen::Nothing) => "Nothing of the shown images can be seen, as far as these scores tell.",
            Some(Seen::Trace) => "A trace of the shown images, too little to see one.",
            Some(Seen::Layout) if measured => "Coarse layout and colour, not objects.",
            Some(Seen::Layout) => "Coarse layout and colour; whether objects can be recognised was not measured.",
            Some(Seen::Outlines) if measured => "Layout, colour and outlines, not objects.",
            Some(Seen::Outlines) => "Layout, colour and outlines; whether objects can be recognised was not measured.",
            Some(Seen::Objects) => "Layout, colour and objects that a classifier recognises.",
        }
    }
}

/// What an uninformative pairing scores on these images and candidates.
pub(crate) fn null(score: &Score) -> Option<f64> {
    score.chance.filter(|level| level.is_finite())
}

/// False if the mean training image, as every item's reconstruction, scores as much.
pub(crate) fn above_mean(score: &Score) -> bool {
    score.mean_image.is_none_or(|mean| score.value > mean)
}

/// True if a score is above what shuffled pairings score: by its test and by the whole of its interval, as far as it has them.
pub(crate) fn above(score: &Score) -> bool {
    let Some(null) = null(score) else { return false };
    score.value > null
        && score.p.as_ref().is_none_or(|p| p.value < ALPHA)
        && score.interval.as_ref().is_none_or(|i| i.low > null)
        && (score.p.is_some() || score.interval.is_some())
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::{Interval, PValue};

    use super::*;

    fn score(name: &str, value: f64, null: f64) -> Score {
        let text = r#"{"name":"","title":"","protocol":"image","metric":"","definition":"","unit":"fraction",
            "higher_is_better":true,"value":0.2,"interval":null,"chance":null,"p":null,"n":50,"item_kind":"image","ways":null,
            "candidates":null,"repeats_averaged":null,"seed":0,"items":[],"per_item":[],"notes":[]}"#;
        let plain: Score = serde_json::from_str(text).unwrap();
        let p = if value > null { 0.001 } else { 0.6 };
        Score {
            name: name.into(),
            value,
            chance: Some(null),
            interval: Some(Interval {
                low: value - 0.02,
                high: value + 0.02,
                level: 0.95,
                method: String::new(),
                over: Vec::new(),
            }),
            p: Some(PValue::exact(p, String::new())),
            ..plain
        }
    }

    fn file(pairwise: f64, pixels: f64, structure: f64, objects: f64) -> ScoreFile {
        ScoreFile::new(vec![
            score("identification.pairwise.perceptual", pairwise, 0.5),
            score("image.pixcorr", pixels, 0.1),
            score("image.ssim.native", structure, 0.2),
            score("identification.class.50way", objects, 0.15),
        ])
    }

    fn seen(file: &ScoreFile) -> Option<Seen> {
        Evidence::of(file).seen()
    }

    #[test]
    fn each_verdict_is_reached_at_its_threshold() {
        assert_eq!(seen(&file(0.5, 0.1, 0.2, 0.1)), Some(Seen::Nothing));
        assert_eq!(seen(&file(0.6, 0.3, 0.3, 0.1)), Some(Seen::Trace));
        assert_eq!(
            seen(&file(0.8, 0.19, 0.3, 0.1)),
            Some(Seen::Trace),
            "pixel correlation is too near to shuffled pairings"
        );
        assert_eq!(seen(&file(0.75, 0.3, 0.3, 0.3)), Some(Seen::Layout));
        assert_eq!(seen(&file(0.99, 0.75, 0.4, 0.3)), Some(Seen::Layout), "structure is too low for outlines");
        assert_eq!(seen(&file(0.99, 0.7, 0.5, 0.3)), Some(Seen::Outlines));
        assert_eq!(seen(&file(0.99, 0.4, 0.3, 0.5)), Some(Seen::Objects));
        assert_eq!(seen(&ScoreFile::new(Vec::new())), None);
    }

    #[test]
    fn a_score_whose_interval_or_test_admits_chance_shows_nothing() {
        let mut wide = file(0.8, 0.4, 0.3, 0.1);
        wide.scores[0].interval.as_mut().unwrap().low = 0.45;
        assert_eq!(seen(&wide), Some(Seen::Nothing));
        let mut untested = file(0.8, 0.4, 0.3, 0.1);
        untested.scores[0].p.as_mut().unwrap().value = 0.2;
        assert_eq!(seen(&untested), Some(Seen::Nothing));
        untested.scores[0].p = None;
        untested.scores[0].interval = None;
        assert_eq!(seen(&untested), Some(Seen::Nothing), "neither interval nor test: nothing is shown");
    }

    #[test]
    fn an_uninformative_image_is_measured_against_shuffled_pairings_not_a_guess() {
        let mut grey = score("identification.external.perceptual.2way", 0.6, 0.5);
        (grey.chance, grey.guess) = (Some(0.6), Some(0.5));
        assert_eq!(seen(&ScoreFile::new(vec![grey])), Some(Seen::Nothing));
    }

    #[test]
    fn pixels_that_the_mean_image_matches_are_no_layout() {
        let mut file = file(0.9, 0.4, 0.3, 0.2);
        file.scores[1].mean_image = Some(0.3);
        assert_eq!(seen(&file), Some(Seen::Layout));
        file.scores[1].mean_image = Some(0.45);
        assert_eq!(seen(&file), Some(Seen::Trace));
    }

    #[test]
    fn words_claim_nothing_about_objects_that_were_not_measured() {
        let mut file = file(0.9, 0.4, 0.3, 0.2);
        assert_eq!(Evidence::of(&file).words(), "Coarse layout and colour, not objects.");
        file.scores.pop();
        assert!(Evidence::of(&file).words().contains("not measured"));
        file.scores[0].value = 0.5;
        assert!(Evidence::of(&file).words().starts_with("Nothing"));
    }
}
