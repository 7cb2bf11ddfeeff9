//! Histograms of responses and repeats, and the table of reliability.

use afterimage_data::overview::{Overview, PartSpread, no_repeats};
use maud::{Markup, html};

use crate::number::{many, of, plain, px};
use crate::section::wide;

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 128.0;
/// Rows of the table of repeats.
const ROWS: usize = 30;

/// The values of the responses of each part.
pub(super) fn responses(overview: &Overview) -> Markup {
    let unit = overview.summary.provenance.unit();
    html! {
        p {
            "All values of the responses, by part. The parts of one recording look alike; a part with another level or spread, or many \
             outliers, has other units, artefacts, or columns that are no responses."
        }
        div.plots.small { @for (split, spread) in &overview.spread { figure {
            figcaption { b { (split.name()) } ", " (of(spread.trials, "trial", "trials")) @if spread.trials < spread.of { " of " (many(spread.of)) } }
            (histogram(split.name(), spread))
            p.note {
                "mean " (plain(spread.mean_sd.0)) ", sd " (plain(spread.mean_sd.1)) " over trials (medians over " (unit.plural()) "); from "
                (plain(spread.extremes.0)) " to " (plain(spread.extremes.1)) "; "
                (many(spread.outliers as usize)) " more than 6 sd from the mean of their " (unit.singular())
                @if spread.constant > 0 { "; " (of(spread.constant, unit.singular(), unit.plural())) " constant" }
            }
        } } }
    }
}

fn histogram(part: &str, spread: &PartSpread) -> Markup {
    let most = spread.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let width = WIDTH / spread.counts.len() as f64;
    let (low, high) = spread.range;
    let label = format!("Histogram of the responses of the {part} part, from {} to {}", plain(low), plain(high));
    html! {
        svg.bars viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(label) {
            @for (bin, count) in spread.counts.iter().enumerate() {
                @let height = (*count as f64 / most) * HEIGHT;
                rect x=(px(bin as f64 * width)) y=(px(HEIGHT - height)) width=(px(width * 0.92)) height=(px(height)) {}
            }
        }
        div.ends { span { "≤ " (plain(low)) } span { "≥ " (plain(high)) } }
    }
}

/// Repeats of stimuli, and what they say of the voxels of the test part.
pub(super) fn reliability(overview: &Overview) -> Markup {
    html! {
        (repeats(overview))
        h3 { "Reliability of the test part" }
        @match &overview.reliability {
            None => p.note { (no_repeats(&overview.summary)) "." },
            Some(reliable) => {
                p { "From " (of(reliable.ceiling.stimuli, "test stimulus", "test stimuli")) " with repeats, over "
                    (many(reliable.ceiling.ncsnr.len())) " " (overview.summary.provenance.unit().plural()) "." }
                (wide("Reliability", &html! { table.counts {
                    thead { tr { th scope="col" { "measure" } th scope="col" { "median" } th scope="col" { "5 %" } th scope="col" { "95 %" } th scope="col" { "meaning" } } }
                    tbody { @for m in reliable.measures() { tr {
                        th scope="row" { (m.name) }
                        td { (plain(m.quantiles[1])) } td { (plain(m.quantiles[0])) } td { (plain(m.quantiles[2])) }
                        td.text { (m.meaning) }
                    } } }
                } }))
            },
        }
    }
}

/// Stimuli by the number of their repeats.
fn repeats(overview: &Overview) -> Markup {
    html! {
        (wide("Repeats", &html! { table.counts {
            thead { tr { th scope="col" { "part" } th scope="col" { "repeats" } th scope="col" { "stimuli" } } }
            tbody { @for (split, counts) in &overview.repeats { @for (repeats, stimuli) in counts.iter().take(ROWS) { tr {
                th scope="row" { (split.name()) } td { (repeats) } td { (many(*stimuli)) }
            } } } }
        } }))
        p.note { "Repeats that are already averaged in a row count too." }
    }
}
