//! `import`, `inspect`, `audit`.

use anyhow::Result;

use afterimage_data::{DataSet, Exclusions, Manifest, Summary, UnpairedPool, import_generic};
use crate::audit_tmp::Verdict;

use crate::args::{self, ImportKind};
use crate::progress::Bar;
use crate::say;

/// `afterimage import`.
pub(super) fn import(args: &args::Import) -> Result<()> {
    let ImportKind::Generic = args.kind;
    let manifest = Manifest::read(&args.manifest)?;
    let mut bar: Option<Bar> = None;
    let summary = import_generic(&manifest, &args.out, args.overwrite, |progress| {
        bar.get_or_insert_with(|| Bar::new("import", 0, progress.total as u64)).set(progress.done as u64);
    })?;
    if let Some(bar) = &bar {
        bar.finish();
    }
    show(&summary, args.json)
}

/// `afterimage inspect`.
pub(super) fn inspect(args: &args::Inspect) -> Result<()> {
    show(&Summary::of(&DataSet::open(&args.dataset)?), args.json)
}

/// `afterimage audit`.
pub(super) fn audit(args: &args::Audit) -> Result<()> {
    let data = DataSet::open(&args.dataset)?;
    let side = data.header().size as u32;
    let pool = match args.unpaired.is_empty() {
        true => None,
        false => Some(UnpairedPool::open(&args.unpaired, side, &Exclusions::default())?),
    };
    let audit = crate::audit_tmp::audit(&data, pool.as_ref())?;
    if args.json {
        return say::json(&audit);
    }
    for check in &audit.checks {
        let verdict = match check.verdict {
            Verdict::Pass => "pass",
            Verdict::Warn => "WARN",
            Verdict::Fail => "FAIL",
            Verdict::NotApplicable => "n/a",
        };
        say::line(format!("{verdict:>4}  {}: {}", check.name, check.detail))?;
        check.items.iter().take(10).try_for_each(|item| say::line(format!("        {item}")))?;
    }
    Ok(())
}

fn show(summary: &Summary, json: bool) -> Result<()> {
    if json { say::json(summary) } else { say::line(summary.to_string().trim_end()) }
}
