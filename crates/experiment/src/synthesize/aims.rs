//! What images are made for: single voxels, and regions.

use afterimage_data::DataSet;
use afterimage_run::synthesis::Objective;
use afterimage_train::{prepare::Statistics, synthesize::Target};

use super::{Aim, Wanted};
use crate::error::{Result, bail};

/// The targets, in the order asked for; deviations are not known yet.
pub(super) fn aims(data: &DataSet, statistics: &Statistics, wanted: &Wanted) -> Result<Vec<Aim>> {
    let header = &data.header().voxels;
    let used = &statistics.voxels;
    let regions_of = |voxel: usize| -> Vec<String> {
        header.regions.iter().filter(|(_, mask)| mask[voxel]).map(|(name, _)| name.clone()).collect()
    };
    let single = |voxel: usize| -> Result<Aim> {
        let Ok(place) = used.binary_search(&voxel) else { bail!("{}", unknown(voxel, used, header.count)) };
        let mut weights = vec![0.0; used.len()];
        weights[place] = 1.0;
        let target = Target { name: format!("voxel {voxel}"), weights, sd: 0.0 };
        Ok(Aim { target, objective: Objective::Voxel, regions: regions_of(voxel), voxels: 1 })
    };
    let mut aims = wanted.voxels.iter().map(|&voxel| single(voxel)).collect::<Result<Vec<_>>>()?;
    for expression in &wanted.regions {
        let mask = header.mask(expression)?;
        let inside: Vec<bool> = used.iter().map(|&voxel| mask[voxel]).collect();
        let count = inside.iter().filter(|&&inside| inside).count();
        if count == 0 {
            bail!(
                "the run uses no voxel of \"{expression}\": it was trained on data.roi = a part of the data set without it"
            );
        }
        if wanted.objective == Objective::Voxel {
            for (&voxel, _) in used.iter().zip(&inside).filter(|&(_, &inside)| inside) {
                aims.push(single(voxel)?);
            }
            continue;
        }
        let others = used.len() - count;
        if wanted.objective == Objective::Contrast && others == 0 {
            bail!(
                "\"{expression}\" is every voxel of the run, so there are no others to contrast it with: use --objective region"
            );
        }
        let rest = if wanted.objective == Objective::Contrast { -1.0 / others as f32 } else { 0.0 };
        let weights = inside.iter().map(|&inside| if inside { 1.0 / count as f32 } else { rest }).collect();
        let name = match wanted.objective {
            Objective::Contrast => format!("{expression} against the rest"),
            _ => expression.clone(),
        };
        let target = Target { name, weights, sd: 0.0 };
        aims.push(Aim { target, objective: wanted.objective, regions: vec![expression.clone()], voxels: count });
    }
    let mut seen = std::collections::BTreeSet::new();
    aims.retain(|aim| seen.insert(aim.target.name.clone()));
    Ok(aims)
}

fn unknown(voxel: usize, used: &[usize], count: usize) -> String {
    let range = match (used.first(), used.last()) {
        (Some(first), Some(last)) if used.len() == last - first + 1 => format!("{first} to {last}"),
        (Some(first), Some(last)) => format!("{} between {first} and {last}, listed in statistics.json", used.len()),
        _ => "none".into(),
    };
    if voxel < count {
        format!("the run does not use voxel {voxel} of the data set; its voxels are {range}")
    } else {
        format!("there is no voxel {voxel}: the data set has {count}, from 0; those of the run are {range}")
    }
}
