//! One trial: the image in question, and the candidate images as buttons of a form.

use maud::{Markup, html};

use super::Page;
use crate::plan::{Kind, Trial};
use crate::strings::fill;
use crate::{Design, Stimuli, Strings};

/// What a trial page needs.
pub(crate) struct Shown<'a> {
    pub(crate) design: &'a Design,
    pub(crate) strings: &'a Strings,
    pub(crate) stimuli: &'a Stimuli,
    /// The study's part of the link.
    pub(crate) link: &'a str,
    pub(crate) token: &'a str,
    pub(crate) proof: &'a str,
    pub(crate) trials: &'a [Trial],
    pub(crate) number: usize,
}

/// The page of a trial.
pub(crate) fn trial(shown: &Shown) -> Markup {
    let words = &shown.strings.trial;
    let progress = progress(shown);
    let trial = &shown.trials[shown.number];
    let ways = trial.options.len();
    let next = shown.trials.get(shown.number + 1);
    Page::new(shown.design, shown.strings, &progress.text, "judging").around(&html! {
        div.bar {
            h1 tabindex="-1" { (progress.text) }
            progress max=(progress.of) value=(progress.at - 1) aria-label=(progress.text) {}
        }
        p.question #question { (words.question) }
        form.trial method="post" action={ "/p/" (shown.token) "/answer" } aria-labelledby="question"
            data-next=(next.map(|trial| pictures(shown, trial)).unwrap_or_default()) {
            input type="hidden" name="proof" value=(shown.proof);
            input type="hidden" name="trial" value=(shown.number);
            input type="hidden" name="response_ms" value="";
            input type="hidden" name="interrupted" value="";
            div.target { img src=(path(shown, &trial.picture)) alt=(words.target); }
            div class={ "options of" (ways) } {
                @for (i, item) in trial.options.iter().enumerate() {
                    button type="submit" name="choice" value=(i + 1) aria-keyshortcuts=(digit(i)) {
                        img src=(path(shown, &shown.stimuli.items[*item].shown.file)) alt=(fill(&words.option, &[("number", i + 1)]));
                        span aria-hidden="true" { (digit(i)) }
                    }
                }
            }
            p.note.loading role="status" hidden { (words.loading) }
            p.error.failed role="alert" hidden { (words.failed) " " a href={ "/p/" (shown.token) } { (words.again) } }
            p.note.how { (words.how) }
        }
    })
}

struct Progress {
    text: String,
    at: usize,
    of: usize,
}

/// Practice is counted separately. Attention checks count like reconstructions, so that nothing distinguishes them.
fn progress(shown: &Shown) -> Progress {
    let words = &shown.strings.trial;
    let practice = shown.design.practice;
    let (text, at, of) = match shown.number.checked_sub(practice) {
        None => (&words.practice_progress, shown.number + 1, practice),
        Some(after) => (&words.progress, after + 1, shown.trials.len() - practice),
    };
    Progress { text: fill(text, &[("trial", at), ("total", of)]), at, of }
}

/// The page after a practice trial: the same pictures at the same places, the right and the chosen one marked.
pub(crate) fn solution(shown: &Shown, chosen: usize) -> Markup {
    let words = &shown.strings.trial;
    let progress = progress(shown);
    let trial = &shown.trials[shown.number];
    let is_right = chosen == trial.right;
    let verdict = if is_right { words.right.clone() } else { fill(&words.wrong, &[("number", trial.right + 1)]) };
    let is_last = shown.trials.get(shown.number + 1).is_none_or(|next| next.kind != Kind::Practice);
    Page::new(shown.design, shown.strings, &verdict, "judging").around(&html! {
        div.bar {
            p.count { (progress.text) }
            progress max=(progress.of) value=(progress.at) aria-label=(progress.text) {}
        }
        h1.question.verdict.right[is_right] tabindex="-1" { (verdict) }
        div.trial {
            div.target { img src=(path(shown, &trial.picture)) alt=(words.target); }
            ol class={ "options of" (trial.options.len()) } {
                @for (i, item) in trial.options.iter().enumerate() {
                    li.solved.right[i == trial.right].chosen[i == chosen] {
                        img src=(path(shown, &shown.stimuli.items[*item].shown.file)) alt=(fill(&words.option, &[("number", i + 1)]));
                        @if i == trial.right { strong { "✓ " (words.was_this) } }
                        @if i == chosen { span { (words.yours) } }
                    }
                }
            }
            @if is_last { p.how.note { (words.over) } }
            p.on { a.button.continue href={ "/p/" (shown.token) } { (words.next) } }
        }
    })
}

/// The key of an option: 1 to 9, and 0 for the tenth.
fn digit(option: usize) -> usize {
    (option + 1) % 10
}

fn path(shown: &Shown, file: &str) -> String {
    format!("/s/{}/picture/{file}", shown.link)
}

fn pictures(shown: &Shown, trial: &Trial) -> String {
    let options = trial.options.iter().map(|item| path(shown, &shown.stimuli.items[*item].shown.file));
    std::iter::once(path(shown, &trial.picture)).chain(options).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;

    #[test]
    fn page_does_not_tell_the_answer() {
        let (design, stimuli) = (crate::design::tests::design(), crate::stimuli::tests::stimuli(30, 1));
        let strings: Strings = toml::from_str(Strings::template("en")).unwrap();
        let trials = plan(&design, &stimuli, 0);
        let of = |trials: &[Trial]| {
            trial(&Shown {
                design: &design,
                strings: &strings,
                stimuli: &stimuli,
                link: "l",
                token: "t",
                proof: "p",
                trials,
                number: 2,
            })
            .into_string()
        };
        // The right place decides about nothing on the page.
        let mut moved = trials.clone();
        moved[2].right = (moved[2].right + 1) % 5;
        assert_eq!(of(&trials), of(&moved));
        // Nor does it say which trials are checks.
        let mut check = trials.clone();
        check[2].kind = Kind::Attention;
        assert_eq!(of(&trials), of(&check));
    }
}
