//! `afterimage study`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Serialize;

use afterimage_experiment::session::{lock, note_unchecked};
use afterimage_run::{
    Artefact, RunFolder,
    manifest::Manifest,
    study::{Analysis, JudgedRun, People},
};
use afterimage_statistics::{Interval, counted};
use afterimage_study::analysis::{Draws, tables};
use afterimage_study::server::{Limits, ServeOptions, serve};
use afterimage_study::{Exclusion, Options, StudyFolder, analyze, create, export, private, store};

use super::inputs;
use crate::args::study::{Analyze, Create, Serve, Study};
use crate::{build::caller, log, number::value, progress::Terminal, say};

/// `afterimage study`.
pub(super) fn study(command: &Study) -> Result<()> {
    match command {
        Study::Create(args) => create_study(args),
        Study::Serve(args) => serve_study(args),
        Study::Analyze(args) => analyze_study(args),
        Study::Forget { study, participant } => forget(study, participant),
        Study::Export { study, out: None, profiles } => say::line(export::export(&open(study)?, *profiles)?.trim_end()),
        Study::Export { study, out: Some(path), profiles } => {
            export::write(&open(study)?, *profiles, path)?;
            say::line(path.display())
        }
    }
}

/// Opens a study, with a note if other users can read it.
fn open(path: &Path) -> Result<StudyFolder> {
    let study = StudyFolder::open(path)?;
    if study.is_exposed() {
        let folder = path.display();
        log::note(&format!(
            "note: other users of this machine can read the answers in \"{folder}\": run chmod 700 on it as its owner"
        ));
    }
    Ok(study)
}

/// Summary of a new study. The token is printed only here.
#[derive(Serialize)]
struct Created<'a> {
    study: &'a Path,
    runs: &'a [String],
    test_items: usize,
    judged_items: usize,
    trials: usize,
    practice: usize,
    attention: usize,
    completion_code: &'a str,
    admin_token: &'a str,
}

fn create_study(args: &Create) -> Result<()> {
    let options = Options {
        title: args.title.clone(),
        language: args.language.clone(),
        seed: args.seed,
        ways: args.ways as usize,
        items: args.items,
        trials: args.trials,
        practice: args.practice,
        attention: args.attention,
        questions: args.questions,
        completion_code: args.completion_code.clone(),
        exclusion: Exclusion {
            unfinished: !args.keep_unfinished,
            min_attention: if args.attention == Some(0) { 0.0 } else { args.min_attention },
            min_median_ms: args.min_median_ms,
            min_trial_ms: args.min_trial_ms,
        },
    };
    args.runs.iter().try_for_each(|run| inputs::refuse_no_run(run))?;
    let created = create(&args.runs, &options, &args.out, args.overwrite)?;
    for run in &args.runs {
        note_unchecked(&RunFolder::open(run)?, &Terminal::default())?;
    }
    let design = &created.design;
    let summary = Created {
        study: created.study.root(),
        runs: &created.runs,
        test_items: created.items.0,
        judged_items: created.items.1,
        trials: design.trials,
        practice: design.practice,
        attention: design.attention,
        completion_code: &design.completion_code,
        admin_token: &created.admin_token,
    };
    if args.json {
        return say::json(&summary);
    }
    let folder = args.out.display();
    say::line(format!(
        "{folder}: {} of {} test items, {}; a participant judges {} reconstructions, with {} practice trials and {} attention checks",
        summary.judged_items,
        summary.test_items,
        if summary.runs.len() == 1 { "1 run".into() } else { format!("{} runs", summary.runs.len()) },
        summary.trials,
        summary.practice,
        summary.attention
    ))?;
    say::line(format!("edit {folder}/consent.md: information, consent and a contact person"))?;
    say::line(format!("check {folder}/study.toml: the exclusion rules are fixed when the first participant begins"))?;
    if !design.completion_code.is_empty() {
        say::line(format!("completion code: {}", design.completion_code))?;
    }
    say::line(format!("admin token, shown only now: {}", created.admin_token))?;
    say::line(format!("then: afterimage study serve {folder} --pilot, to try it, and without --pilot for participants"))
}

fn serve_study(args: &Serve) -> Result<()> {
    log::start();
    let options = ServeOptions {
        listen: args.listen,
        behind_proxy: args.behind_proxy,
        hosts: args.hosts.clone(),
        limits: Limits {
            starts_a_minute: args.starts_a_minute,
            requests_a_second: args.requests_a_second,
            ..Limits::default()
        },
        pilot: args.pilot,
    };
    if args.pilot {
        log::note("note: a pilot: whoever begins now is marked, and left out of the analysis once others took part");
    }
    if !args.listen.ip().is_loopback() && !args.behind_proxy {
        log::note(
            "note: other machines can reach this address, without encryption; use a proxy with TLS (docs/study.md)",
        );
    }
    if args.behind_proxy && args.hosts.is_empty() {
        log::note("note: without --host the server accepts any host name; give the name of the proxy");
    }
    let started = |address: std::net::SocketAddr, path: &str| {
        let _ = say::line(format!("participants: http://{address}{path}"));
        let _ = say::line(format!("progress: http://{address}/admin"));
        if args.behind_proxy {
            log::note("note: participants use the address of the proxy, with the same path");
        }
    };
    Ok(serve(&open(&args.study)?, &options, started)?)
}

fn analyze_study(args: &Analyze) -> Result<()> {
    let study = open(&args.study)?;
    let draws = args.draws as usize;
    let analysis = analyze(&study, Draws { resamples: draws, permutations: draws, seed: args.seed })?;
    let folder = args.out.clone().unwrap_or_else(|| study.analysis_dir());
    let page = write(&analysis, &folder)?;
    let reports = args.into.iter().map(|run| into_report(run, &analysis)).collect::<Result<Vec<_>>>()?;
    if args.json {
        return say::json(&analysis);
    }
    for row in &analysis.accuracy {
        say::line(format!(
            "{}{}: {} correct{}, chance {}; {} of {} on {}",
            if analysis.pilot { "pilot, " } else { "" },
            row.run.as_deref().unwrap_or("all runs"),
            value(row.value, "fraction"),
            between(row.interval.as_ref()),
            value(analysis.chance, "fraction"),
            counted(row.answers, "answer"),
            counted(row.participants, "participant"),
            counted(row.items, "item")
        ))?;
    }
    for pair in &analysis.comparisons {
        let d = &pair.difference;
        let text = format!(
            "{} minus {}: {}{}",
            pair.run,
            pair.baseline,
            value(d.value, "fraction"),
            between(d.interval.as_ref())
        );
        say::line(format!("{text}, {} (Holm {}) over {}", d.p, d.p.corrected_text(d.p_holm), counted(d.n, "item")))?;
    }
    for rule in analysis.rules.iter().filter(|rule| rule.excluded > 0) {
        say::line(format!("excluded: {} ({})", rule.excluded, rule.rule))?;
    }
    for note in &analysis.notes {
        say::line(format!("note: {note}"))?;
    }
    reports.iter().try_for_each(|report| say::line(format!("report: {}", report.display())))?;
    say::line(format!("page: {}", page.display()))
}

/// Writes `analysis.html`, `analysis.json` and the tables into a folder, readable only by their owner, since they list
/// every participant. Returns the path of the page.
fn write(analysis: &Analysis, folder: &Path) -> Result<PathBuf> {
    private::write_json(&folder.join("analysis.json"), analysis)?;
    for (name, table) in tables(analysis) {
        private::write(&folder.join(format!("{name}.csv")), table.as_bytes())?;
    }
    let page = folder.join("analysis.html");
    private::write(&page, afterimage_report::render_study(analysis).as_bytes())?;
    Ok(page)
}

/// Stores the analysis in a judged run and writes its report again.
fn into_report(path: &Path, analysis: &Analysis) -> Result<PathBuf> {
    let run = RunFolder::open(path)?;
    let manifest = Manifest::read(&run)?;
    let is_this = |judged: &&JudgedRun| judged.created == manifest.created && judged.experiment == manifest.name;
    let Some(judged) = analysis.runs.iter().find(is_this) else {
        let runs: Vec<&str> = analysis.runs.iter().map(|run| run.label.as_str()).collect();
        bail!("\"{}\" is not a run of this study: the judged runs are {}", path.display(), runs.join(", "));
    };
    let _lock = lock(&run, &caller())?;
    People { label: judged.label.clone(), analysis: analysis.clone() }.write(&run)?;
    Manifest::read(&run)?.write(&run)?;
    Ok(afterimage_report::write(&run)?)
}

fn between(interval: Option<&Interval>) -> String {
    interval.map_or(String::new(), |i| format!(" [{:.1}, {:.1}]", i.low * 100.0, i.high * 100.0))
}

fn forget(study: &Path, participant: &str) -> Result<()> {
    let study = open(study)?;
    let answers = store::forget(&store::open(&study.database_file())?, participant)?;
    say::line(format!("deleted: participant {} with {answers} answers", participant.trim().to_ascii_uppercase()))?;
    say::line(
        "earlier analyses and exports still contain these answers: create them again. Backups keep the answers until \
         you delete them",
    )
}
