//! Accuracy of identification against the number of candidates, with interval and chance.

use afterimage_run::scores::Score;

use super::panels::{Panel, Sign, chart_width, compose, in_columns};
use super::{Figure, cell, row};
use crate::number::range;
use crate::source::Source;
use crate::ways::{curve, families};

/// Least width of a chart.
const NARROW: f64 = 190.0;
const HEIGHT: f64 = 170.0;

/// One chart per measure that was scored at several numbers of candidates; none without.
pub(super) fn identification(source: &Source, width: f64) -> Option<Figure> {
    let families = families(&source.scores.as_ref()?.scores);
    let columns = ((width / NARROW) as usize).clamp(1, families.len().max(1));
    let size = (chart_width(width, columns), HEIGHT);
    let mut table = vec![row(&["protocol", "metric", "candidates", "value", "low", "high", "chance", "n"])];
    let mut panels = Vec::new();
    for family in &families {
        let title = title(family[0]);
        let Some(svg) = curve(family, &title, size) else { continue };
        panels.push(Panel { title, svg, size });
        table.extend(family.iter().map(|s| cells(s)));
    }
    if panels.is_empty() {
        return None;
    }
    let legend = [(Sign::Solid { dots: true }, "accuracy and its interval"), (Sign::Chance, "chance")];
    let label = "Identification against the number of candidates";
    let (svg, size) = compose(in_columns(panels, columns), width, &legend, label);
    let n = || families.iter().flatten().map(|score| score.n as u64);
    let n = range(n().min().unwrap_or(0), n().max().unwrap_or(0));
    let caption = format!(
        "Fraction of held-out images that are identified against the number of candidates, the true image among them; lines \
         at the dots are 95 % intervals, the dashed line is chance: what uninformative reconstructions score on these images \
         and candidates. n: {n} images."
    );
    Some(Figure { name: "identification".into(), caption, svg, size, table })
}

/// What the chart is about, without the number of candidates of its first score.
fn title(score: &Score) -> String {
    let measure = score.name.split('.').rev().nth(1).unwrap_or_default();
    match score.protocol.as_str() {
        "external" => format!("external images, {measure}"),
        "encoding" => "from predicted responses".into(),
        "class" => "classes of a classifier".into(),
        "representative" => "class representatives".into(),
        other => format!("{other}, {measure}"),
    }
}

fn cells(s: &Score) -> Vec<String> {
    let ends = s.interval.as_ref().map_or([f64::NAN; 2], |i| [i.low, i.high]);
    let numbers = [s.value, ends[0], ends[1], s.chance.unwrap_or(f64::NAN)].map(cell);
    let names = vec![s.protocol.clone(), s.metric.clone(), s.ways.unwrap_or_default().to_string()];
    [names, numbers.to_vec(), vec![s.n.to_string()]].concat()
}
