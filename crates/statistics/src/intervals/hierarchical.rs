//! Bootstrap over two levels: subjects, and images within them.

use super::bootstrap::percentile_of;
use crate::draws::{Purpose, below, repeat};
use crate::{Interval, Sample};

/// Percentile interval of the mean over subjects of the means over their images.
///
/// Each resample draws as many subjects as there are, with replacement, then of each drawn subject as many images as it
/// has, with replacement and independently; its statistic is the mean over drawn subjects of the mean over drawn
/// images. It generalises to new subjects and new images at once; with few subjects it is wide and only approximate.
///
/// `None` with fewer than two subjects, a subject without images, values that are all equal, or no resample.
///
/// Source: Saravanan, Berman and Sober, Neurons, Behavior, Data Analysis and Theory 3, 2020; Davison and Hinkley,
/// *Bootstrap Methods and their Application*, 1997, section 3.8.
pub fn hierarchical_mean(subjects: &[Vec<f64>], resamples: usize, seed: u64) -> Option<Interval> {
    if subjects.len() < 2 || subjects.iter().any(Vec::is_empty) || resamples == 0 {
        return None;
    }
    let means = repeat(resamples, seed, Purpose::Hierarchical, |rng| {
        let mut of_subject = || {
            let images = &subjects[below(rng, subjects.len())];
            (0..images.len()).map(|_| images[below(rng, images.len())]).sum::<f64>() / images.len() as f64
        };
        (0..subjects.len()).map(|_| of_subject()).sum::<f64>() / subjects.len() as f64
    });
    let interval = percentile_of(means, "subjects, then images").filter(Interval::has_width);
    interval.map(|i| Interval {
        method: i.method.replace("percentile bootstrap", "hierarchical percentile bootstrap"),
        over: vec![Sample::of(subjects.len(), "subject"), Sample::of(subjects.iter().map(Vec::len).sum(), "image")],
        ..i
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_follows_the_variances_of_both_levels() {
        // Subject means -2, 0, 2 (variance 8/3), images of each with variance 1: the statistic has variance
        // (8/3 + 1/25) / 3.
        let images = |mean: f64| (0..25).map(|i| mean + if i % 2 == 0 { 0.980_392_2 } else { -1.020_621 }).collect();
        let subjects: Vec<Vec<f64>> = [-2.0, 0.0, 2.0].map(images).to_vec();
        let draws = 20_000;
        let interval = hierarchical_mean(&subjects, draws, 3).unwrap();
        let deviation = ((8.0 / 3.0 + 1.0 / 25.0) / 3.0_f64).sqrt();
        // Three subjects give a lumpy distribution, so the comparison is loose.
        assert!(((interval.high - interval.low) / (2.0 * 1.96 * deviation) - 1.0).abs() < 0.12, "{interval:?}");
        assert!(interval.method.starts_with("hierarchical percentile bootstrap over subjects"));
    }

    #[test]
    fn equal_subjects_leave_the_spread_of_images_alone() {
        let images: Vec<f64> = (0..30).map(f64::from).collect();
        let interval = hierarchical_mean(&vec![images.clone(); 4], 20_000, 1).unwrap();
        let variance = images.iter().map(|v| (v - 14.5).powi(2)).sum::<f64>() / 30.0;
        let half = 1.96 * (variance / (30.0 * 4.0)).sqrt();
        assert!((interval.high - 14.5 - half).abs() < 0.1 && (14.5 - interval.low - half).abs() < 0.1, "{interval:?}");
    }

    #[test]
    fn one_subject_has_no_hierarchical_interval() {
        assert!(hierarchical_mean(&[vec![1.0, 2.0]], 100, 0).is_none());
        assert!(hierarchical_mean(&[vec![1.0], vec![]], 100, 0).is_none());
    }
}
