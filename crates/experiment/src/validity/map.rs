//! The images of a run on two axes.

use afterimage_data::TrainingPairs;
use afterimage_eval::validity::principal_map;
use afterimage_run::validity::{Map, Points, Validity};
use afterimage_train::prepare::ImagePool as _;
use ndarray::{Array2, Axis, concatenate};

use super::without;
use crate::embedder::Embedder;
use crate::error::Result;
use crate::evaluate::Material;
use crate::{Session, choice};

/// Most images of a kind on the map.
const MOST: usize = 500;

/// Makes the map.
pub(super) fn make(session: &Session, of: &Material, training: &TrainingPairs, found: &mut Validity) -> Result<()> {
    let embedder = Embedder::new(of.experiment.image.side)?;
    let (test, learned) = (of.test.images(), training.images());
    let spread = |total: usize| -> Vec<usize> { (0..total.min(MOST)).map(|i| i * total / total.min(MOST)).collect() };
    let (of_test, of_training) = (spread(test.len_of(Axis(0))), spread(learned.len_of(Axis(0))));
    let mut groups = vec![
        ("test", test.len_of(Axis(0)), embedder.embed(test.select(Axis(0), &of_test).view())),
        ("training", learned.len_of(Axis(0)), embedder.embed(learned.select(Axis(0), &of_training).view())),
    ];
    // Only those that the run has chosen: opening others would audit them.
    if let Some(kept) = session.choice()?.filter(choice::Choice::has_unpaired)
        && let Some(pool) = choice::without_responses(Some(&kept), &of.data, &of.experiment, None)?
    {
        let images = pool.read(&spread(pool.len()))?;
        groups.push(("unpaired", pool.len(), embedder.embed(images.view())));
    }
    let features: Vec<_> = groups.iter().map(|(_, _, features)| features.view()).collect();
    let features: Array2<f32> = concatenate(Axis(0), &features)?;
    let Some((places, shares)) = principal_map(features.view()) else {
        found
            .not_computed
            .push(without("map", "the features of all images are equal, or there are fewer than three images"));
        return Ok(());
    };
    let mut rows = places.outer_iter().map(|place| [place[0], place[1]]);
    let groups = groups.iter().map(|(name, all, features)| Points {
        name: (*name).into(),
        of: *all,
        points: rows.by_ref().take(features.nrows()).collect(),
    });
    found.map = Some(Map {
        groups: groups.collect(),
        definition: format!("The two principal axes of {} over all images of the map.", Embedder::NAME),
        shares,
    });
    Ok(())
}
