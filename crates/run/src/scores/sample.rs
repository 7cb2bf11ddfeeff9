//! n in words: of what the value is, and what its interval is over.

use afterimage_statistics::{RecordedUnit, sample_text};

use super::Score;

impl Score {
    /// Returns n with its noun and, if it is over something else, what the interval is over: "967 voxels, interval over
    /// 5 images". `digits` writes the numbers.
    pub fn sample_text(&self, unit: RecordedUnit, digits: impl Fn(usize) -> String) -> String {
        sample_text(self.n, &self.item_kind, self.interval.as_ref(), unit, digits)
    }
}

#[cfg(test)]
mod tests {
    use afterimage_statistics::{Interval, Sample};

    use super::super::headline::tests::score;
    use super::*;

    #[test]
    fn interval_over_other_things_than_the_items_says_so() {
        let mut score = score("encoder.r.median", 0.124, None);
        (score.n, score.item_kind) = (967, "voxel".into());
        let text = |score: &Score| score.sample_text(RecordedUnit::Neuron, |n| n.to_string());
        assert_eq!(text(&score), "967 neurons");
        let method = "percentile bootstrap over images, 1000 resamples".into();
        score.interval =
            Some(Interval { low: 0.0, high: 1.0, level: 0.95, method, over: vec![Sample::of(5, "image")] });
        assert_eq!(text(&score), "967 neurons, interval over 5 images");
        score.interval.as_mut().unwrap().over = vec![Sample::of(967, "voxel")];
        assert_eq!(text(&score), "967 neurons");
        score.n = 1;
        score.interval = None;
        assert_eq!(text(&score), "1 neuron");
    }
}
