//! What this page needs besides the style of the report.

/// Cards of trials, tables of counts, histograms.
pub(super) const STYLE: &str = "\
.trials { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1rem .9rem; }
.trials li { min-width: 0; font-size: .78rem; line-height: 1.35; }
.trials img { display: block; width: 100%; height: auto; aspect-ratio: 1; border-radius: .2rem; background: var(--hair); margin-bottom: .25rem; }
.trials b { font-variant-numeric: tabular-nums; }
.trials span { display: block; color: var(--soft); }
.order { columns: 3 16rem; column-gap: 2rem; font-size: .84rem; padding-left: 0; list-style: none; font-variant-numeric: tabular-nums; }
.order li { break-inside: avoid; }
table.counts { border-collapse: collapse; font-size: .9rem; }
table.counts th, table.counts td { text-align: right; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--hair); font-weight: 400; font-variant-numeric: tabular-nums; }
table.counts th:first-child { text-align: left; }
table.counts thead th { color: var(--soft); font-size: .78rem; border-bottom: 1px solid var(--rule); }
table.counts td.text { text-align: left; white-space: normal; min-width: 12rem; }
.bars { height: 8rem; overflow: hidden; border-bottom: 1px solid var(--soft); }
.bars rect { fill: var(--a); fill-opacity: .6; }
.ends { display: flex; justify-content: space-between; font-size: .78rem; color: var(--soft); font-variant-numeric: tabular-nums; }
@media print { .trials { grid-template-columns: repeat(6, 1fr); } }";
