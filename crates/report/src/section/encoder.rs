//! How well responses are predicted: per region, and over all voxels.

use afterimage_run::scores::{Score, ScoreFile};
use maud::html;

use super::{Part, spread};
use crate::{
    number::{many, score as shown_value},
    plot::{self, Entry},
    source::Source,
};

/// Accuracy per region as bars and over voxels as a histogram.
pub(crate) fn encoder(source: &Source) -> Part {
    match &source.scores {
        None if source.finished("encoder") => {
            Part::missing("The encoder is trained but not scored yet.", "afterimage evaluate RUN")
        }
        None => {
            Part::missing("The encoder is not trained yet.", "afterimage train encoder RUN/experiment.toml --out RUN")
        }
        Some(file) => plots(source, file),
    }
}

fn plots(source: &Source, file: &ScoreFile) -> Part {
    let (one, more) = (source.unit().singular(), source.unit().plural());
    let regions = regional(source, file);
    let overall = file.get("encoder.r.median").into_iter().chain(file.scores.iter().filter(|s| s.item_kind == "voxel"));
    let histogram = overall
        .filter(|s| s.name.starts_with("encoder."))
        .find_map(|s| spread::histogram(source, s, (420.0, 230.0)).map(|plot| (s, plot)));
    if regions.is_empty() && histogram.is_none() {
        let reason = format!("no score with values per {one} was computed.");
        return Part::without("The accuracy of the encoder:", &reason);
    }
    // One bar alone compares nothing: its score is in the table.
    let bars = if regions.len() > 1 { plot::bars(&regions, "Pearson r", "Encoder accuracy per region") } else { None };
    Part::shown(html! {
        p { "Correlation between predicted and measured responses to the held-out images, for each of the \
             " (more) "." @if let Some(parts) = &source.prediction_parts { " " (parts) } }
        div.plots {
            @if let Some(bars) = &bars { figure { figcaption { "By region, with intervals" } (bars) } }
            @if let Some((score, plot)) = &histogram { figure { figcaption { (one_value(&score.title)) " of each of the " (more) } (plot) } }
        }
    })
}

/// The title of a score over voxels as that of its values.
fn one_value(title: &str) -> &str {
    title.split_once(", median over").map_or(title, |(measure, _)| measure)
}

/// One bar per region that has a score of its own; regions may overlap.
fn regional(source: &Source, file: &ScoreFile) -> Vec<Entry> {
    let regions = &source.manifest.data.regions;
    let of_regions = file.scores.iter().filter(|s| s.name.starts_with("encoder.r.") && s.value.is_finite());
    of_regions
        .filter_map(|score| {
            let region = regions.keys().find(|r| names(score, r))?;
            Some(Entry {
                name: region.clone(),
                value: score.value,
                interval: score.interval.as_ref().map(|i| (i.low, i.high)),
                note: format!("{} (n\u{a0}{})", shown_value(score), many(score.n)),
            })
        })
        .collect()
}

/// True if a part of the score's dotted name is the region's name.
fn names(score: &Score, region: &str) -> bool {
    let (name, region) = (score.name.to_lowercase(), region.to_lowercase());
    name.split('.').any(|part| part == region) || name.ends_with(&format!(".{region}"))
}
