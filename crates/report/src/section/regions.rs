//! Scores of regions and voxels, and knock-outs of the decoder.

mod tables;

use std::collections::BTreeSet;

use afterimage_run::regions::{Condition, Matched, Part as Piece, Regions};
use afterimage_run::scores::Score;
use maud::{Markup, html};

use super::{Part, spread};
use crate::{
    number::{many, of, signed, value},
    plot::{self, Entry},
    source::Source,
};

/// Number of voxels at which the figure compares regions, if all have as many: identification is far from its ceiling
/// there.
const SHOWN_SIZE: usize = 20;

/// The section; without `regions.json`, how to make it.
pub(crate) fn regions(source: &Source) -> Part {
    let more = source.unit().plural();
    let Some(found) = &source.regions else {
        return Part::missing(&format!("Regions and single {more} were not scored."), "afterimage regions RUN");
    };
    // A data set without regions has one part, all of it: there is nothing to compare it with.
    let regions: BTreeSet<&String> =
        found.encoding.iter().chain(&found.decoding).filter_map(|c| c.region.as_ref()).collect();
    let lost = (regions.len() < 2).then(|| html! {
        "Regions are not compared: the data set has " @if regions.is_empty() { "no regions" } @else { "one region" } " (" code { "voxels.regions" } " in the manifest of "
        code { "afterimage import generic" } " names them)."
    });
    let content = html! {
        (encoding(source, found))
        (decoding(found))
        (tables::tables(found, more))
        (remarks(found))
    };
    Part::shown(content).lacking(lost)
}

/// Encoding by region, and from single voxels.
fn encoding(source: &Source, found: &Regions) -> Markup {
    let more = source.unit().plural();
    let alone = bars(found.encoding.iter().filter(|c| c.part != Piece::Without).filter_map(most_ways));
    let size = shown_size(&found.matched);
    let equal =
        bars(found.matched.iter().filter(|m| Some(m.voxels) == size).map(|m| (m.region.as_ref(), m.voxels, &m.score)));
    let single = found.single.as_ref().and_then(|single| single.groups.first());
    let single = single.and_then(|group| Some((group, spread::histogram(source, &group.score, (420.0, 230.0))?)));
    let what = found.encoding.first().and_then(most_ways).map(|(_, _, score)| score.title.clone()).unwrap_or_default();
    html! {
        @if alone.is_some() || equal.is_some() || single.is_some() {
            p { "Identification of the shown test image from measured responses: the image whose \
                 predicted responses correlate best with them. No decoder is used. "
                @if alone.is_some() { "Regions differ in their number of " (more) ", and more carry more information: \
                 the second figure compares them at equal numbers." } }
            div.plots {
                @if let Some(plot) = &alone { figure { figcaption { (what) ": each region separately, with all its " (more) } (plot) } }
                @if let (Some(plot), Some(size)) = (&equal, size) { figure { figcaption { (what) ": from random subsets of " (of(size, source.unit().singular(), more)) " each" } (plot) } }
                @if let Some((group, plot)) = &single { figure { figcaption { "Two-way identification from one of the " (more) " at a time; "
                    (value(group.above_chance, "fraction")) " above chance at a false discovery rate of 5\u{202f}%" } (plot) } }
            }
        }
    }
}

/// The largest number of voxels, up to [`SHOWN_SIZE`], that every region was measured at.
fn shown_size(matched: &[Matched]) -> Option<usize> {
    let groups = matched.iter().map(|m| &m.region).collect::<std::collections::BTreeSet<_>>().len();
    let sizes = matched.iter().map(|m| m.voxels).filter(|&size| size <= SHOWN_SIZE);
    sizes.filter(|&size| matched.iter().filter(|m| m.voxels == size).count() == groups).max()
}

/// The identification of the most ways.
fn most_ways(condition: &Condition) -> Option<(Option<&String>, usize, &Score)> {
    let score = condition.scores.iter().filter(|s| s.unit == "fraction").max_by_key(|s| s.ways)?;
    Some((condition.region.as_ref(), condition.voxels, score))
}

fn bars<'a>(of: impl Iterator<Item = (Option<&'a String>, usize, &'a Score)>) -> Option<Markup> {
    let all: Vec<(Option<&String>, usize, &Score)> = of.collect();
    let (_, _, first) = all.first()?;
    if all.len() < 2 {
        return None;
    }
    let bar = |(region, voxels, score): &(Option<&String>, usize, &Score)| Entry {
        name: region.map_or("all", |name| name).to_owned(),
        value: score.value * 100.0,
        interval: score.interval.as_ref().map(|i| (i.low * 100.0, i.high * 100.0)),
        note: format!("{} ({})", value(score.value, &score.unit), many(*voxels)),
    };
    let chance = first.chance.map(|c| format!(", chance {}", value(c, "fraction"))).unwrap_or_default();
    let shown: Vec<Entry> = all.iter().map(bar).collect();
    plot::bars(&shown, &format!("per cent identified{chance}"), &format!("{} by region", first.title))
}

/// Knock-outs of the trained decoder.
fn decoding(found: &Regions) -> Markup {
    let intact: &[Score] = found.decoding.first().map_or(&[], |c| &c.scores);
    let plots = intact.iter().flat_map(|score| {
        [Piece::Without, Piece::Alone].map(|part| Some((score, part, effects(&found.decoding, score, part)?)))
    });
    let plots: Vec<(&Score, Piece, Markup)> = plots.flatten().collect();
    html! {
        @if !plots.is_empty() {
            h3 { "What the decoder uses" }
            p { "The decoder, trained on all voxels, decodes the held-out responses again with the responses of a \
                 region, or of all other voxels, set to their training mean. "
                "Dots are mean differences from all voxels, image by image, lines their intervals. A loss shows that \
                 this decoder depends on the region; "
                "no loss shows that it does not, either because the region carries no information or because other \
                 regions carry the same. The decoder was never trained on a single region as input." }
            div.plots { @for (score, part, plot) in &plots { figure {
                figcaption { (score.title) (match part { Piece::Without => ", without a region", _ => ", one region alone" }) "; intact " (value(score.value, &score.unit)) }
                (plot)
            } } }
        }
    }
}

fn effects(conditions: &[Condition], of: &Score, part: Piece) -> Option<Markup> {
    let (scale, unit) = if of.unit == "fraction" { (100.0, "percentage points") } else { (1.0, of.unit.as_str()) };
    let effect = |condition: &Condition| {
        let difference = &condition.differences.iter().find(|d| d.score == of.name)?.difference;
        Some(Entry {
            name: condition.region.clone()?,
            value: difference.value * scale,
            interval: difference.interval.as_ref().map(|i| (i.low * scale, i.high * scale)),
            note: signed(difference.value, &of.unit),
        })
    };
    let shown: Vec<Entry> = conditions.iter().filter(|c| c.part == part).filter_map(effect).collect();
    plot::forest(&shown, &format!("difference, {unit}"), &format!("Differences in {} {}", of.title, part.name()))
}

fn remarks(found: &Regions) -> Markup {
    html! {
        @for note in &found.notes { p.note { (note) } }
        @if !found.not_computed.is_empty() {
            details { summary { "Not computed" } dl.facts { @for m in &found.not_computed { div { dt { (m.name) } dd { (m.reason) } } } } }
        }
    }
}
