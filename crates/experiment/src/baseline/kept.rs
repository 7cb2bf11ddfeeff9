//! The choice of receptive fields, kept in the cache of features: baselines of one experiment have the same encoder, and choosing
//! takes nearly all of its time.
//!
//! The key is a hash of all that the choice depends on, so a choice is never out of date. The model itself is fitted again, with the
//! bits of a model whose fields were just chosen.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use afterimage_baseline::fwrf::{Candidates, Chosen};
use afterimage_data::TrainingPairs;
use afterimage_eval::cache::Cache;
use afterimage_formats::digest::sha256_bytes;
use afterimage_run::atomic;

/// Changes if a choice would be made in another way.
const VERSION: u32 = 2;

/// The place of a choice in the cache.
pub(super) struct Kept<'a> {
    cache: &'a Cache,
    path: PathBuf,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Choice {
    field: Vec<usize>,
    penalty: Vec<usize>,
}

impl<'a> Kept<'a> {
    /// The place of the choice for these pairs, features and candidates; `None` without a cache.
    pub(super) fn of(
        cache: Option<&'a Cache>,
        training: &TrainingPairs,
        features: &str,
        candidates: &Candidates<'_>,
    ) -> Option<Self> {
        let of_pairs = (training.fingerprint(), training.image_of());
        let Candidates { fields, relative, folds, .. } = candidates;
        let all = format!("{VERSION} {features} {of_pairs:?} {fields:?} {relative:?} {folds:?}");
        let name = &sha256_bytes(all.as_bytes())[..32];
        cache.map(|cache| Self { cache, path: cache.folder().join("receptive-fields").join(format!("{name}.json")) })
    }

    /// The choice, if it was made before; a damaged file is as good as none.
    pub(super) fn read(&self, voxels: usize, candidates: &Candidates<'_>) -> Option<Chosen> {
        let Choice { field, penalty } = atomic::read_json(&self.path).ok()?;
        let fits = |of: &[usize], count: usize| of.len() == voxels && of.iter().all(|&place| place < count);
        let is_whole = fits(&field, candidates.fields.len()) && fits(&penalty, candidates.relative.len());
        is_whole.then(|| self.cache.touch(&self.path))?;
        Some(Chosen { field, penalty })
    }

    /// Keeps a choice; returns what prevented it.
    pub(super) fn write(&self, chosen: &Chosen) -> Option<String> {
        let choice = Choice { field: chosen.field.clone(), penalty: chosen.penalty.clone() };
        // A number has a line of its own.
        if !self.cache.make_room(32 * choice.field.len() as u64) {
            return None;
        }
        let problem = atomic::write_json(&self.path, &choice).err()?;
        Some(problem.to_string())
    }
}

#[cfg(test)]
mod tests {
    use afterimage_baseline::{Folds, field};

    use super::*;

    #[test]
    fn choice_is_read_as_written_and_a_damaged_or_foreign_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path(), 1 << 20);
        let kept = Kept { cache: &cache, path: folder.path().join("receptive-fields/a.json") };
        let folds = Folds::given(vec![0, 1, 0, 1]).unwrap();
        let fields = field::pyramid(2);
        let candidates = Candidates { fields: &fields, relative: &[0.1, 1.0], folds: &folds, at_once: 1 };
        assert_eq!(kept.read(2, &candidates), None);
        let chosen = Chosen { field: vec![0, 3], penalty: vec![1, 0] };
        assert_eq!(kept.write(&chosen), None);
        assert_eq!(kept.read(2, &candidates), Some(chosen.clone()));
        assert_eq!(kept.read(3, &candidates), None, "of other voxels");
        kept.write(&Chosen { field: vec![0, 99], ..chosen });
        assert_eq!(kept.read(2, &candidates), None, "a field that is not there");
        std::fs::write(&kept.path, "{").unwrap();
        assert_eq!(kept.read(2, &candidates), None);
    }
}
