//! `prepare`.

use std::cell::OnceCell;

use anyhow::{Result, bail};

use afterimage_data::{
    DataSet, PrepareOptions, Scope, SplitRule, TestStatistics, WriteOptions, clusters, prepare_with as of,
};
use afterimage_experiment::Embedder;

use super::import::{finish, next, quoted};
use super::inputs;
use crate::args::{Prepare, SplitKind, WithoutTraining, ZScope};
use crate::progress::Bar;

/// `afterimage prepare`.
pub(super) fn prepare(args: &Prepare) -> Result<()> {
    let data = inputs::data_set(&args.dataset, "prepare")?;
    let options = PrepareOptions {
        split: args.split.map(|kind| split(kind, args, &data)).transpose()?,
        roi: args.roi.clone(),
        detrend: args.detrend,
        zscore: args.zscore.map(|scope| match scope {
            ZScope::Run => Scope::Run,
            ZScope::Session => Scope::Session,
            ZScope::All => Scope::All,
        }),
        test_statistics: match args.test_statistics {
            WithoutTraining::Training => TestStatistics::Training,
            WithoutTraining::Own => TestStatistics::Own,
        },
        select: args.select.clone(),
        average: args.average,
    };
    let bar = OnceCell::new();
    let source = of(&data, &options, &|what, pass, passes| {
        let bar = bar.get_or_init(|| Bar::new("prepare", 0, passes as u64));
        bar.message(what.to_owned());
        bar.set(pass as u64);
    })?;
    if let Some(bar) = bar.get() {
        bar.finish();
    }
    let write = WriteOptions { image_side: data.header().size, overwrite: args.out.overwrite };
    finish(&args.out, |out, bar| source.write(out, write, bar))?;
    if args.out.json { Ok(()) } else { next(&format!("afterimage audit {}", quoted(&args.out.out))) }
}

fn split(kind: SplitKind, args: &Prepare, data: &DataSet) -> Result<SplitRule> {
    let (test, validation, seed) = (args.test, args.validation, args.seed);
    if kind == SplitKind::Validation && test > 0 {
        bail!("--split validation makes the validation part the test part, whose size is given: leave out --test");
    }
    Ok(match kind {
        SplitKind::Random => SplitRule::Random { test, validation, seed },
        SplitKind::Session => SplitRule::Sessions { test: args.test_sessions.clone(), validation, seed },
        SplitKind::Validation => SplitRule::Validation { validation, seed },
        SplitKind::Class => SplitRule::Classes { test, validation, seed },
        SplitKind::Cluster => {
            let embedder = Embedder::new(data.header().size)?;
            let bar = Bar::new("features", 0, data.header().stimuli.len() as u64);
            let features = embedder.stimuli(data, |done| bar.set(done as u64))?;
            bar.finish();
            let of = clusters(features.view(), args.clusters, seed);
            let what = format!("images, {} by k-means on {}", args.clusters, Embedder::NAME);
            SplitRule::Clusters { of, what, test, validation, seed }
        }
    })
}
