//! Variants by region of interest: some alone, as the paper has them, and each left out.

use crate::error::{Result, bail};

use afterimage_config::Experiment;
use afterimage_data::Voxels;

use super::variants::{Found, quoted};

/// Regions that make up lower and higher visual cortex, where a data set has no mask of that name.
const LOWER: (&str, [&str; 3]) = ("LVC", ["V1", "V2", "V3"]);
const HIGHER: (&str, [&str; 3]) = ("HVC", ["LOC", "FFA", "PPA"]);

/// Regions alone: those of the expressions, or V1, lower and higher visual cortex.
pub(super) fn rois(voxels: &Voxels, expressions: Option<&[&str]>) -> Result<Found> {
    refuse_none(voxels, "roi")?;
    let setting = |label: String, expression: &str| (label, vec![format!("data.roi={}", quoted(expression))]);
    if let Some(expressions) = expressions {
        // A name that is not there is refused now and not when its turn comes.
        let checked = |e: &&str| voxels.mask(e).map(|_| setting(format!("{e} only"), e));
        return Ok(expressions.iter().map(checked).collect::<afterimage_data::Result<_>>()?);
    }
    let has = |name: &str| voxels.regions.contains_key(name);
    let area = |(whole, parts): (&str, [&str; 3])| {
        if has(whole) {
            return Some(whole.to_owned());
        }
        Some(parts.into_iter().filter(|p| has(p)).collect::<Vec<_>>().join(" + ")).filter(|e| !e.is_empty())
    };
    let presets = [
        ("V1 only", has("V1").then(|| "V1".to_owned())),
        ("lower visual cortex only", area(LOWER)),
        ("higher visual cortex only", area(HIGHER)),
    ];
    let found: Found = presets.into_iter().filter_map(|(label, e)| Some(setting(label.into(), &e?))).collect();
    if found.is_empty() {
        bail!(
            "--over roi: the data set has none of V1, V2, V3, LVC, LOC, FFA, PPA, HVC; name regions of its own, as roi={}",
            names(voxels).join("|")
        );
    }
    Ok(found)
}

/// All voxels of the experiment but those of an expression; of each region that it uses some but not all voxels of, where none is given.
pub(super) fn without(full: &Experiment, voxels: &Voxels, expressions: Option<&[&str]>) -> Result<Found> {
    refuse_none(voxels, "without-roi")?;
    let base = if full.data.roi.trim().is_empty() { "all" } else { full.data.roi.as_str() };
    let used = voxels.mask(base)?;
    let mut found = Found::new();
    let named: Vec<(String, Vec<bool>, String)> = match expressions {
        Some(expressions) => expressions
            .iter()
            .map(|e| Ok(((*e).to_owned(), voxels.mask(e)?, minus(e))))
            .collect::<afterimage_data::Result<_>>()?,
        None => {
            voxels.regions.iter().map(|(name, mask)| (name.clone(), mask.clone(), format!(" - \"{name}\""))).collect()
        }
    };
    for (label, mask, taken) in named {
        let left = used.iter().zip(&mask).filter(|&(&used, &out)| used && !out).count();
        let of_it = used.iter().zip(&mask).filter(|&(&used, &out)| used && out).count();
        if expressions.is_some() && (left == 0 || of_it == 0) {
            let what = if left == 0 { "nothing is left" } else { "nothing is taken away" };
            bail!("--over without-roi={label}: {what} of the experiment's voxels (data.roi = \"{}\")", full.data.roi);
        }
        if left > 0 && of_it > 0 {
            let expression = format!("{base}{taken}");
            let kept = voxels.mask(&expression)?;
            if (0..kept.len()).any(|v| kept[v] != (used[v] && !mask[v])) {
                bail!("--over without-roi={label}: name regions joined by +, without taking any away");
            }
            found.push((format!("without {label}"), vec![format!("data.roi={}", quoted(&expression))]));
        }
    }
    if found.is_empty() {
        let regions = names(voxels).join(", ");
        bail!(
            "--over without-roi: nothing can be left out and something kept: the experiment's voxels are all in, or all outside, each of {regions}"
        );
    }
    Ok(found)
}

/// ` - A - B` for an expression `A + B`: terms are read from left to right, so that both are taken away.
fn minus(expression: &str) -> String {
    let mut quoted = false;
    let flipped = expression.chars().map(|c| {
        quoted ^= c == '"';
        if c == '+' && !quoted { '-' } else { c }
    });
    format!(" - {}", flipped.collect::<String>())
}

fn refuse_none(voxels: &Voxels, over: &str) -> Result<()> {
    if voxels.regions.is_empty() {
        bail!("--over {over}: the data set has no regions; `afterimage inspect` shows what it holds");
    }
    Ok(())
}

fn names(voxels: &Voxels) -> Vec<&str> {
    voxels.regions.keys().map(String::as_str).collect()
}
