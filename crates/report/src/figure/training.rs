//! The course of training: every term of the objective over epochs.

use afterimage_run::{
    layout::Phase,
    log::{COMPARABLE, Record, TOTAL},
};

use super::panels::{Panel, Sign, chart_width, compose, in_columns};
use super::{Figure, cell, row};
use crate::course::{courses, terms::words};
use crate::source::Source;

/// Least width of a chart.
const NARROW: f64 = 190.0;
const HEIGHT: f64 = 140.0;

/// The curves of a phase; none if it has no record.
pub(super) fn training(source: &Source, phase: Phase, width: f64) -> Option<Figure> {
    let records: Vec<&Record> = source.log.iter().filter(|r| r.phase == phase).collect();
    let courses = courses(&records);
    let columns = ((width / NARROW) as usize).clamp(1, courses.len().max(1));
    let size = (chart_width(width, columns), HEIGHT);
    let mut table = vec![row(&["epoch", "term", "training", "validation"])];
    let (mut panels, mut names) = (Vec::new(), Vec::new());
    for course in courses {
        let Some(svg) = course.chart(&course.title, size) else { continue };
        table.extend(records.iter().map(|record| {
            let epoch = f64::from(record.epoch);
            let at = |points: &[(f64, f64)]| points.iter().find(|p| p.0 == epoch).map_or(f64::NAN, |p| p.1);
            vec![record.epoch.to_string(), course.name.clone(), cell(at(&course.train)), cell(at(&course.validation))]
        }));
        names.push(course.name);
        panels.push(Panel { title: course.title, svg, size });
    }
    if panels.is_empty() {
        return None;
    }
    let legend = [(Sign::Solid { dots: false }, "training"), (Sign::Dashed, "validation")];
    let label = format!("Training of the {}", phase.name());
    let (svg, size) = compose(in_columns(panels, columns), width, &legend, &label);
    let sums = if names.iter().any(|name| name == COMPARABLE) {
        format!(
            " \u{201c}{}\u{201d} adds up the same terms for both. \u{201c}{}\u{201d} is what training minimises: it \
             contains terms that validation does not have, such as penalties, so no validation is drawn next to it.",
            words(COMPARABLE),
            words(TOTAL)
        )
    } else {
        String::new()
    };
    let caption = format!(
        "Training of the {}: each term of the objective as it enters the sum, weight included, as mean over an epoch. \
         Validation is drawn where it has the same term, at the same weight.{sums}",
        phase.name()
    );
    Some(Figure { name: format!("training-{}", phase.name()), caption, svg, size, table })
}
