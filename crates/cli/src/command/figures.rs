//! `afterimage figures`: the figures of a run as files for a paper.

use anyhow::{Result, bail};

use afterimage_experiment::session;
use afterimage_report::{FigureOptions, Grid, export_figures};
use afterimage_run::RunFolder;

use crate::args::figures::Figures;
use crate::build::caller;
use crate::progress::Terminal;
use crate::say;

/// Draws and writes the figures, and names their files.
pub(super) fn figures(args: &Figures) -> Result<()> {
    let run = RunFolder::open(&args.run)?;
    let _lock = args.out.is_none().then(|| session::lock(&run, &caller())).transpose()?;
    session::note_unchecked(&run, &Terminal::default())?;
    let folder = args.out.clone().unwrap_or_else(|| run.figures_dir());
    let number = |n: Option<u32>| n.map(|n| n as usize);
    let mut formats = Vec::new();
    for format in args.format.iter().map(|format| (*format).into()) {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    let options = FigureOptions {
        width_mm: args.width,
        formats,
        dpi: f64::from(args.dpi),
        grid: Grid { score: args.by.clone(), images: number(args.images), columns: number(args.columns) },
    };
    let written = export_figures(&run, &folder, &options)?;
    if args.json {
        return say::json(&written);
    }
    if written.is_empty() {
        bail!("\"{}\" has nothing to draw yet: run `afterimage evaluate` on it", args.run.display());
    }
    for figure in &written {
        let endings: Vec<_> = figure.files.iter().filter_map(|f| f.extension()?.to_str()).collect();
        let [width, height] = figure.size_mm;
        say::line(format!("{}: {width:.0} x {height:.0} mm, {}", figure.name, endings.join(", ")))?;
    }
    say::line(format!("figures: {}", folder.display()))
}
