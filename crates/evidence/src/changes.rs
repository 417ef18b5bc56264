//! What changed between two outcomes, the change that needs a reviewer most first.
//!
//! # What is compared
//! A claim is found again by its id, a check by its name within the claim, a comparison by its place; places that only one side has are paired in their order, since
//! a place may be named by a number that changed. For each pair one change is reported, with all that it consists of.
//!
//! What two outcomes *must* differ in is said once, for the run, and not again for each comparison:
//! * another seed draws other numbers: z, estimates and replicates are not compared, and a comparison may stop at another look: a detectable effect is reported where it rose by more than
//!   all looks explain;
//! * another tier has other margins and budgets: these are not compared either;
//! * another number of comparisons moves every bound a little, and a comparison may then stop at another look: replicates are not compared, z, estimate and standard error only where the
//!   replicates are as many, and a detectable effect is reported where it rose by more than a look explains, if its replicates are those of the look before;
//! * what a run was not asked for is not missing from it.
//!
//! # What is worse
//! A verdict that is worse, that of the run too; an expected value that moved by more than [`MOVED`], or is not told any more, or is new in its comparison; a claim, check, comparison or theorem that is
//! gone; a claim that says something else; evidence that is of another kind, or says in other words what it has shown; a margin, a tolerance, a detectable effect or the error rate that rose by more than
//! [`WIDER`]; a number of cases, points or places that fell, or of the places that an audit could compare by more than [`WIDER`]; a check that was not made, but for a proof where there is no Coq; a run that was interrupted. An expected value has no sampling error, so
//! whatever moves it is a change of a formula, or of the place where it is evaluated.

use std::collections::BTreeMap;

use glob::Pattern;
use serde::Serialize;

use crate::extent::Extent;
use crate::outcome::document::{ClaimDocument, ComparisonDocument, EvidenceDocument, ExpectedDocument, RunDocument};
use crate::stats::shown::number_of;
use crate::verdict::{Kind, Verdict};

/// Largest relative change of an expected value that is rounding. Closed forms agree to 1e-12 between platforms, values from quadrature
/// or from a minimiser to some 1e-10. No comparison by simulation detects 1e-6.
pub const MOVED: f64 = 1e-9;

/// Largest relative rise of a margin, of a tolerance, or of a detectable effect, that takes no power away.
pub const WIDER: f64 = 0.1;

/// Largest ratio of detectable effects under two seeds that takes no power away: that of the first and of the last look, the root of eight, and a tenth.
const OTHER_LOOK: f64 = 3.1;

/// Ratio of the replicates of two looks, one after the other, but for what rounding to whole blocks leaves.
const LOOK: std::ops::Range<f64> = 1.98..2.02;

/// What sort of change, in the order in which they are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A verdict.
    Verdict,
    /// An expected value.
    Expected,
    /// A claim, check or comparison that is gone.
    Removed,
    /// A margin, a tolerance, the error that is found with 99 % power, the error rate; how much was shown without sampling.
    Power,
    /// Words, formula, domain, source or reach of a claim; kind or route of a check; place of a comparison.
    Restated,
    /// What one of the runs did not make, for want of a tool or since it was interrupted.
    Ran,
    /// What was measured: z, estimate, replicates, errors without sampling.
    Numbers,
    /// A claim, check or comparison that is new.
    Added,
}

impl What {
    /// Lower-case word, as in JSON.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_evidence::changes::What;
    ///
    /// // A reviewer sees a verdict that changed before words that changed.
    /// assert!(What::Verdict < What::Restated && What::Verdict.word() == "verdict");
    /// ```
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Expected => "expected",
            Self::Removed => "removed",
            Self::Power => "power",
            Self::Restated => "restated",
            Self::Ran => "ran",
            Self::Numbers => "numbers",
            Self::Added => "added",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// Whether a reviewer must accept it.
    pub worse: bool,
    /// The gravest of its parts.
    pub what: What,
    /// Claim; absent where the change is of the whole run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// Check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// Place of the comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Its parts.
    pub parts: Vec<Part>,
}

impl Change {
    /// In one line, as it is printed: its sort, where, and all its parts.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_evidence::changes::{Change, What};
    ///
    /// let claim = Some("mean".to_owned());
    /// let change = Change { worse: true, what: What::Removed, claim, check: None, place: None, parts: Vec::new() };
    /// assert_eq!(change.line(), "removed mean:");
    /// ```
    #[must_use]
    pub fn line(&self) -> String {
        let place: Vec<&str> =
            [&self.claim, &self.check, &self.place].into_iter().flatten().map(String::as_str).collect();
        let place = if place.is_empty() { "run".to_owned() } else { place.join(", ") };
        let parts: Vec<String> = self.parts.iter().map(Part::words).collect();
        // One line, whatever is quoted.
        format!("{} {place}: {}", self.what.word(), parts.join("; ")).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// By how much it counts among those of its sort.
    fn size(&self) -> f64 {
        self.parts.iter().filter_map(|part| part.relative).map(f64::abs).fold(0.0, f64::max)
    }
}

/// One thing that is different, on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// What.
    pub name: String,
    /// Before; absent where there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// After; absent where there is nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Relative change of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
}

impl Part {
    fn words(&self) -> String {
        let none = || "none".to_owned();
        let Self { name, before, after, relative } = self;
        let both = match (before, after) {
            (Some(before), None) if name == "gone" => format!("gone ({before})"),
            (None, Some(after)) if name == "new" => format!("new ({after})"),
            (before, after) => {
                format!("{name} {} → {}", before.clone().unwrap_or_else(none), after.clone().unwrap_or_else(none))
            }
        };
        relative.map_or_else(|| both.clone(), |relative| format!("{both} ({:+.2e} relative)", relative))
    }
}

/// What changed between two outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Changes {
    /// What is different of the runs as a whole.
    pub run: Vec<Part>,
    /// Wall-clock seconds of both.
    pub seconds: (f64, f64),
    /// What could not be compared, and why.
    pub notes: Vec<String>,
    /// The changes, the gravest first.
    pub changes: Vec<Change>,
}

impl Changes {
    /// Those that a reviewer must accept.
    ///
    /// # Examples
    /// see the [example of the crate](crate#examples).
    pub fn worse(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.worse)
    }
}

/// What is different of the runs, so that it need not be said of each comparison.
#[derive(Clone, Copy)]
struct Same {
    seed: bool,
    tier: bool,
    family: bool,
    /// Whether both tell what was expected.
    expected: bool,
}

/// Parts of a change in the making.
#[derive(Default)]
struct Parts {
    found: Vec<(What, bool, Part)>,
}

impl Parts {
    fn words(&mut self, what: What, worse: bool, name: &str, before: &str, after: &str) {
        if before != after {
            let part = Part {
                name: name.to_owned(),
                before: Some(before.to_owned()),
                after: Some(after.to_owned()),
                relative: None,
            };
            self.found.push((what, worse, part));
        }
    }

    fn numbers(&mut self, what: What, worse: bool, name: &str, before: Option<f64>, after: Option<f64>) {
        if before != after {
            let digits = |x: Option<f64>| x.map(|x| format!("{x:?}"));
            let relative = relative(before, after);
            let part = Part { name: name.to_owned(), before: digits(before), after: digits(after), relative };
            self.found.push((what, worse, part));
        }
    }

    fn verdict(&mut self, before: Verdict, after: Verdict) {
        self.words(What::Verdict, after > before, "verdict", before.word(), after.word());
    }

    /// None where nothing is different.
    fn change(self, claim: Option<&str>, check: Option<&str>, place: Option<&str>) -> Option<Change> {
        let what = self.found.iter().map(|(what, worse, _)| (!worse, *what)).min()?.1;
        Some(Change {
            worse: self.found.iter().any(|(_, worse, _)| *worse),
            what,
            claim: claim.map(str::to_owned),
            check: check.map(str::to_owned),
            place: place.map(str::to_owned),
            parts: self.found.into_iter().map(|(_, _, part)| part).collect(),
        })
    }
}

/// (after − before)/|before|; none where there is no such number.
fn relative(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    let (before, after) = (before?, after?);
    Some((after - before) / before.abs()).filter(|x| x.is_finite())
}

/// Whether a number rose by more than this share.
fn rose(before: Option<f64>, after: Option<f64>, share: f64) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after > before * (1.0 + share),
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Pairs of what both sides have, then what only the first has, then what only the second has.
type Paired<'a, T> = (Vec<(&'a T, &'a T)>, Vec<&'a T>, Vec<&'a T>);

/// The same, where the rest is paired in its order if there are as many on both sides: a place may be named by a number that changed.
fn pair_places<'a, T>(before: &'a [T], after: &'a [T], place: impl Fn(&T) -> &str) -> Paired<'a, T> {
    let (mut pairs, gone, new) = pair(before, after, place);
    if gone.len() == new.len() {
        pairs.extend(gone.into_iter().zip(new));
        (pairs, Vec::new(), Vec::new())
    } else {
        (pairs, gone, new)
    }
}

fn pair<'a, T>(before: &'a [T], after: &'a [T], key: impl Fn(&T) -> &str) -> Paired<'a, T> {
    let has = |list: &[T], one: &T| list.iter().any(|other| key(other) == key(one));
    let both = before.iter().filter_map(|one| Some((one, after.iter().find(|other| key(other) == key(one))?)));
    let gone = before.iter().filter(|one| !has(after, one));
    let new = after.iter().filter(|one| !has(before, one));
    (both.collect(), gone.collect(), new.collect())
}

/// What changed from one outcome to the other.
///
/// # Examples
/// see that of the [`crate`].
#[must_use]
pub fn changes(before: &RunDocument, after: &RunDocument) -> Changes {
    let same = Same {
        seed: before.seed == after.seed,
        tier: before.tier == after.tier,
        family: before.checks == after.checks && before.family_false_alarm == after.family_false_alarm,
        expected: tells_expected(before) && tells_expected(after),
    };
    let (pairs, gone, new) = pair(&before.claims, &after.claims, |claim| &claim.says.id);
    let mut found = Vec::new();
    let mut ran = BTreeMap::new();
    for (old, new) in pairs {
        claim(&mut found, &mut ran, same, (before, old), (after, new));
    }
    for claim in gone {
        let is_asked = claim.evidence.iter().any(|evidence| asks(after, same, &claim.says.id, evidence.kind));
        if is_asked && !after.not_begun.contains(&claim.says.id) {
            found.push(alone("gone", What::Removed, true, &claim.says.id, None, None, &claim.says.words));
        }
    }
    for claim in new {
        let is_asked = claim.evidence.iter().any(|evidence| asks(before, same, &claim.says.id, evidence.kind));
        if is_asked && !before.not_begun.contains(&claim.says.id) {
            let worse = claim.verdict == Verdict::Refuted;
            let words = format!("{}: {}", claim.verdict.word(), claim.says.words);
            found.push(alone("new", What::Added, worse, &claim.says.id, None, None, &words));
        }
    }
    for ((kind, does, why), ids) in ran {
        let name = format!("{} of {}", kind.word(), ids.join(" "));
        let (yes, no) = (Some("run".to_owned()), Some(why));
        let (before, after) = if does { (no, yes) } else { (yes, no) };
        let parts = vec![Part { name, before, after, relative: None }];
        // Coq is a tool that a machine may not have. Whatever else was asked for and not made is evidence that is lost.
        let worse = !does && kind != Kind::Proof;
        found.push(Change { worse, what: What::Ran, claim: None, check: None, place: None, parts });
    }
    let mut parts = Parts::default();
    parts.verdict(before.verdict, after.verdict);
    let [old, new] = [before, after].map(|run| Some(run.family_false_alarm));
    parts.numbers(What::Power, rose(old, new, 0.0), "error rate", old, new);
    let [old, new] = [before, after].map(|run| if run.partial { "interrupted" } else { "whole" });
    parts.words(What::Ran, after.partial, "the run", old, new);
    if tells_expected(before) && !tells_expected(after) {
        parts.words(What::Expected, true, "expected values", "told", "not told");
    }
    found.extend(parts.change(None, None, None));
    // Stable: those of one sort and size stay in the order of the registry.
    // Of one sort, those of whole claims first.
    let rank = |change: &Change| (!change.worse, change.what, change.check.is_some());
    found.sort_by(|a, b| rank(a).cmp(&rank(b)).then(b.size().total_cmp(&a.size())));
    Changes {
        run: of_run(before, after),
        seconds: (before.seconds, after.seconds),
        notes: notes(before, after, same),
        changes: found,
    }
}

fn of_run(before: &RunDocument, after: &RunDocument) -> Vec<Part> {
    let kinds = |run: &RunDocument| match run.kinds.as_slice() {
        [] => "all".to_owned(),
        kinds => kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(","),
    };
    let words = |run: &RunDocument| {
        [
            ("version", run.version.clone()),
            ("seed", run.seed.to_string()),
            ("tier", run.tier.clone()),
            ("claims asked for", run.only.clone()),
            ("kinds asked for", kinds(run)),
            ("comparisons that share the error rate", run.checks.to_string()),
        ]
    };
    let both = words(before).into_iter().zip(words(after)).filter(|(before, after)| before != after);
    both.map(|((name, before), (_, after))| Part {
        name: name.to_owned(),
        before: Some(before),
        after: Some(after),
        relative: None,
    })
    .collect()
}

fn notes(before: &RunDocument, after: &RunDocument, same: Same) -> Vec<String> {
    let mut notes = Vec::new();
    if !same.seed {
        let words = "other random numbers: z, estimates and replicates are not compared, detectable effects only where all looks together do not explain them";
        notes.push(words.to_owned());
    }
    if !same.tier {
        notes.push("another tier: margins, replicates and what only one tier runs are not compared".to_owned());
    }
    if same.seed && same.tier && !same.family {
        notes.push(
            "another share of the error rate for each comparison: bounds and replicates are not compared, z and estimates only where the replicates are as many".to_owned(),
        );
    }
    for (side, run) in [("first", before), ("second", after)] {
        if !tells_expected(run) {
            notes.push(format!("the {side} outcome does not say what was expected: expected values are not compared"));
        }
        if !run.not_begun.is_empty() {
            let left = number_of(run.not_begun.len() as u64, "claim");
            notes.push(format!("the {side} run was interrupted before it came to {left}: not compared"));
        }
    }
    notes
}

/// Whether a document has expected values; one from before the key has none.
fn tells_expected(run: &RunDocument) -> bool {
    let mut comparisons = run.claims.iter().flat_map(|claim| &claim.evidence).flat_map(|e| &e.comparisons).peekable();
    comparisons.peek().is_none() || comparisons.any(|comparison| !comparison.expected.is_empty())
}

/// Whether a run was asked for evidence of this kind of this claim; a tier that does not have it was not.
fn asks(run: &RunDocument, same: Same, id: &str, kind: Kind) -> bool {
    let of_claim = Pattern::new(&run.only).map_or(true, |glob| glob.matches(id));
    same.tier && of_claim && (run.kinds.is_empty() || run.kinds.contains(&kind))
}

/// A claim, check or comparison that only one side has.
fn alone(
    name: &str,
    what: What,
    worse: bool,
    claim: &str,
    check: Option<&str>,
    place: Option<&str>,
    words: &str,
) -> Change {
    let words = Some(words.to_owned());
    let (before, after) = if what == What::Removed { (words, None) } else { (None, words) };
    let parts = vec![Part { name: name.to_owned(), before, after, relative: None }];
    let [check, place] = [check, place].map(|word| word.map(str::to_owned));
    Change { worse, what, claim: Some(claim.to_owned()), check, place, parts }
}

/// Evidence that one side has and the other could not make: its kind, whether it is the second side that has it, and why not.
type Ran = BTreeMap<(Kind, bool, String), Vec<String>>;

fn claim(
    found: &mut Vec<Change>,
    ran: &mut Ran,
    same: Same,
    (run_before, before): (&RunDocument, &ClaimDocument),
    (run_after, after): (&RunDocument, &ClaimDocument),
) {
    let id = &before.says.id;
    let mut parts = Parts::default();
    parts.verdict(before.verdict, after.verdict);
    let words = |claim: &ClaimDocument| {
        let says = claim.says.clone();
        [says.words, says.formula, says.domain, says.source, says.exactness]
    };
    let names = ["statement", "formula", "domain", "source", "reach"];
    for (name, (before, after)) in names.into_iter().zip(words(before).iter().zip(words(after).iter())) {
        parts.words(What::Restated, true, name, before, after);
    }
    found.extend(parts.change(Some(id), None, None));
    let (pairs, gone, new) = pair(&before.evidence, &after.evidence, |evidence| &evidence.check);
    for (before, after) in pairs {
        if before.ran == after.ran {
            evidence(found, same, id, before, after);
        } else {
            let why = if before.ran { &after.detail } else { &before.detail };
            let why = why.lines().next().unwrap_or_default().to_owned();
            ran.entry((before.kind, after.ran, why)).or_default().push(id.clone());
        }
    }
    for evidence in gone.into_iter().filter(|evidence| asks(run_after, same, id, evidence.kind)) {
        found.push(alone("gone", What::Removed, true, id, Some(&evidence.check), None, evidence.kind.word()));
    }
    for evidence in new.into_iter().filter(|evidence| asks(run_before, same, id, evidence.kind)) {
        let words = format!("{}, {}", evidence.kind.word(), evidence.verdict.word());
        let worse = evidence.verdict == Verdict::Refuted;
        found.push(alone("new", What::Added, worse, id, Some(&evidence.check), None, &words));
    }
}

fn evidence(found: &mut Vec<Change>, same: Same, id: &str, before: &EvidenceDocument, after: &EvidenceDocument) {
    let check = Some(before.check.as_str());
    let (pairs, gone, new) = pair_places(&before.comparisons, &after.comparisons, |comparison| &comparison.place);
    let first = found.len();
    for (before, after) in pairs {
        found.extend(comparison(same, id, check, before, after));
    }
    for comparison in gone {
        found.push(alone("gone", What::Removed, true, id, check, Some(&comparison.place), &comparison.of));
    }
    for comparison in new {
        let worse = comparison.verdict == Verdict::Refuted;
        found.push(alone("new", What::Added, worse, id, check, Some(&comparison.place), comparison.verdict.word()));
    }
    let mut parts = Parts::default();
    if !found[first..].iter().any(|change| change.parts.iter().any(|part| part.name == "verdict")) {
        parts.verdict(before.verdict, after.verdict);
    }
    parts.words(What::Restated, true, "kind", before.kind.word(), after.kind.word());
    let route = |evidence: &EvidenceDocument| {
        let words = evidence.route.clone().unwrap_or_else(|| "none".to_owned());
        if evidence.computed_by.is_empty() { words } else { format!("{words} ({})", evidence.computed_by.join(" ")) }
    };
    parts.words(What::Restated, false, "route", &route(before), &route(after));
    // Without comparisons: errors without sampling, theorems, audits, mutants.
    let is_certain = before.comparisons.is_empty() && after.comparisons.is_empty();
    if is_certain && before.kind == after.kind {
        extent(&mut parts, same, before, after);
    }
    if is_certain && before.kind == Kind::Recursion && after.kind == Kind::Recursion {
        certain(&mut parts, before, after);
    }
    let drawn = matches!(before.kind, Kind::Property | Kind::Audit | Kind::Mutant) || before.kind.is_sampled();
    let judged = before.kind != Kind::Property && drawn;
    if is_certain && (same.seed || !drawn) && ((same.family && same.tier) || !judged) {
        parts.numbers(What::Numbers, false, "statistic", before.statistic, after.statistic);
        parts.words(What::Numbers, false, "detail", &before.detail, &after.detail);
    }
    found.extend(parts.change(Some(id), check, None));
}

/// What evidence without comparisons has shown. It is worse to show less, or to say it in words that cannot be compared.
fn extent(parts: &mut Parts, same: Same, before: &EvidenceDocument, after: &EvidenceDocument) {
    // A random place may have a tolerance of its own.
    if before.kind != Kind::Audit {
        let [old, new] = [before, after].map(|evidence| tolerance(&evidence.detail));
        parts.numbers(What::Power, rose(old, new, WIDER), "tolerance", old, new);
    }
    let [old, new] = [before, after].map(|evidence| Extent::of(evidence.kind, &evidence.detail));
    if old.theorems.iter().any(|theorem| !new.theorems.contains(theorem)) {
        parts.words(What::Removed, true, "theorems", &old.theorems.join(", "), &new.theorems.join(", "));
    }
    if !same.tier || before.verdict != Verdict::Confirmed || after.verdict != Verdict::Confirmed {
        return;
    }
    if old.form != new.form {
        parts.words(What::Restated, true, "shown", old.words, new.words);
    } else if old.counts.iter().zip(&new.counts).any(|(old, new)| new < old) {
        parts.words(What::Power, true, "shown", old.words, new.words);
    }
    // What the route could not compare has no part in the verdict. Another seed has other places, of which a share varies.
    let slack = if same.seed { WIDER } else { 1.0 };
    if rose(new.compared, old.compared, slack) {
        parts.numbers(What::Power, true, "places compared", old.compared, new.compared);
    }
    if rose(old.detectable_percent, new.detectable_percent, slack) {
        let [old, new] = [old.detectable_percent, new.detectable_percent];
        parts.numbers(What::Power, true, "detects at nine of ten, in %", old, new);
    }
}

/// The tolerance that a [`Deviation`](crate::Deviation) says in words; none in other words.
fn tolerance(detail: &str) -> Option<f64> {
    detail.split_once("(tolerance ")?.1.split_once(')')?.0.parse().ok()
}

/// Values that follow from a formula, without sampling error.
fn expected(parts: &mut Parts, before: &[ExpectedDocument], after: &[ExpectedDocument]) {
    let is_alike = before.len() == after.len() && before.iter().zip(after).all(|(old, new)| old.place == new.place);
    // In their order where the places are the same: a place may be there twice.
    let (pairs, gone, new) = if is_alike {
        (before.iter().zip(after).collect(), Vec::new(), Vec::new())
    } else {
        pair_places(before, after, |expected| &expected.place)
    };
    let at = |expected: &ExpectedDocument| format!("expected at {}", expected.place);
    for (old, new) in &pairs {
        let moved = relative(old.value, new.value).is_none_or(|relative| relative.abs() > MOVED);
        let what = if moved { What::Expected } else { What::Numbers };
        let is_one = before.len() == 1 && pairs.len() == 1;
        let name = if is_one { "expected".to_owned() } else { at(old) };
        parts.numbers(what, moved, &name, old.value, new.value);
    }
    // A size that only one side has: whoever accepts it accepts its value.
    gone.iter().for_each(|old| parts.numbers(What::Expected, true, &at(old), old.value, None));
    new.iter().for_each(|new| parts.numbers(What::Expected, true, &at(new), None, new.value));
}

/// Where a check without sampling error was worst, and the number that another computation has there.
fn worst_case(detail: &str) -> Option<ExpectedDocument> {
    let (place, numbers) = detail.split_once("the worst at ")?.1.rsplit_once(": ")?;
    let value = numbers.split_once(" against ")?.1.split_once(", ")?.0.parse().ok()?;
    Some(ExpectedDocument { place: place.to_owned(), value: Some(value) })
}

/// What a check without sampling error compares. A document from before the key has the worst case alone, which is compared where it is at the same place.
fn certain(parts: &mut Parts, before: &EvidenceDocument, after: &EvidenceDocument) {
    if !before.expected.is_empty() {
        expected(parts, &before.expected, &after.expected);
    } else if let (Some(old), Some(new)) = (worst_case(&before.detail), worst_case(&after.detail))
        && old.place == new.place
    {
        let moved = relative(old.value, new.value).is_none_or(|relative| relative.abs() > MOVED);
        if moved {
            parts.numbers(What::Expected, true, &format!("expected at {}", old.place), old.value, new.value);
        }
    }
}

/// Two comparisons of one place.
fn comparison(
    same: Same,
    id: &str,
    check: Option<&str>,
    before: &ComparisonDocument,
    after: &ComparisonDocument,
) -> Option<Change> {
    let mut parts = Parts::default();
    parts.verdict(before.verdict, after.verdict);
    parts.words(What::Restated, false, "place", &before.place, &after.place);
    parts.words(What::Restated, false, "error of", &before.of, &after.of);
    if same.expected {
        expected(&mut parts, &before.expected, &after.expected);
    }
    if same.tier {
        let wider = rose(before.margin, after.margin, WIDER);
        parts.numbers(What::Power, wider, "margin", before.margin, after.margin);
    }
    if same.seed && same.tier {
        let replicates = before.replicates as f64 / after.replicates as f64;
        let look = if !same.family && LOOK.contains(&replicates) { replicates.sqrt() } else { 1.0 };
        let weaker = rose(before.detectable_effect, after.detectable_effect, look * (1.0 + WIDER) - 1.0);
        if weaker || same.family {
            parts.numbers(What::Power, weaker, "detects", before.detectable_effect, after.detectable_effect);
        }
    }
    if same.tier && !same.seed && rose(before.detectable_effect, after.detectable_effect, OTHER_LOOK - 1.0) {
        parts.numbers(What::Power, true, "detects", before.detectable_effect, after.detectable_effect);
    }
    if same.seed && same.tier && (same.family || before.replicates == after.replicates) {
        parts.numbers(What::Numbers, false, "z", before.z, after.z);
        // A document from before the keys has none.
        let both =
            [("estimate", before.estimate, after.estimate), ("standard error", before.std_error, after.std_error)];
        for (name, old, new) in both.into_iter().filter(|(_, old, _)| old.is_some()) {
            parts.numbers(What::Numbers, false, name, old, new);
        }
    }
    if same.seed && same.tier && same.family {
        let [old, new] = [before, after].map(|comparison| Some(comparison.replicates as f64));
        parts.numbers(What::Numbers, false, "replicates", old, new);
    }
    parts.change(Some(id), check, Some(&before.place))
}
