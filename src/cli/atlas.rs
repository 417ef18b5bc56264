//! `atlas`: the settings of the atlas, as tables.

use std::fmt;

use clap::Args;
use goldenweight::answer::Reasons;
use goldenweight::atlas::{Golden, Place, Reading, SETTINGS, Schedule, Setting};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::number,
    origin::Origin,
    output::{short, show},
};

/// Where the golden weight holds and where it stops: settings of recursive training with their best weights, why, and claims
#[derive(Args)]
#[command(after_help = "Example: goldenweight atlas --ratio 0.1\n\n\
    The tables are in Markdown. rows: of which numbers of rows the weight is: any n and m at this ratio, many (n, m to infinity), or 100 of the rarer kind.\n\
    limit risk: relative to that of the n real rows alone. times golden: the same over w*(k), the relative limit risk of the golden weight on fresh rows.\n\
    golden: golden, the weight is w*(k) = (sqrt(k^2 + 4k) - k)/2; in the limit, it tends to w*(k) for many rows; no, it is another; no weight, there is none.\n\
    The picture of the best weights at k = 1 is made by: goldenweight figures atlas --out DIR\n\n\
    JSON: ratio, golden_weight, real, synthetic, settings [{name, model, schedule, kept, rows, weight, relative_risk, over_golden, golden, why, claims,\n\
    reasons}]; reasons says of what is null why.")]
pub struct AtlasArgs {
    /// Mixing ratio k = n/m, 0.01 to 100
    #[arg(long, value_name = "K", value_parser = number, allow_hyphen_values = true, default_value_t = 1.0)]
    ratio: f64,
    /// Make each claim a link, as in docs/atlas.md
    #[arg(long)]
    links: bool,
    /// Print one JSON document instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, JsonSchema)]
struct Line {
    name: &'static str,
    model: &'static str,
    schedule: &'static str,
    kept: &'static str,
    rows: &'static str,
    weight: Option<f64>,
    relative_risk: Option<f64>,
    over_golden: Option<f64>,
    golden: &'static str,
    why: &'static str,
    claims: &'static [&'static str],
    reasons: Reasons,
    #[serde(skip)]
    reading: Reading,
}

impl Line {
    fn new(setting: &'static Setting, place: &Place) -> Self {
        let reading = setting.read(place);
        let finite = |x: Option<f64>| x.filter(|x| x.is_finite());
        let (relative_risk, over_golden) = (finite(reading.relative_risk), finite(reading.over_golden));
        let no_weight = reading.weight.is_none().then(|| {
            let any = "any positive weight does";
            ("weight", if reading.relative_risk.is_none() { any } else { "the schedule takes none" })
        });
        let no_risk =
            if reading.relative_risk.is_none() { "any positive weight does" } else { "it grows without bound" };
        let no_risk = |key, value: Option<f64>| value.is_none().then_some((key, no_risk));
        let missing = [no_weight, no_risk("relative_risk", relative_risk), no_risk("over_golden", over_golden)];
        let reasons = missing.into_iter().flatten().map(|(key, why)| (key, why.to_owned()));
        Self {
            name: setting.name,
            model: setting.model,
            schedule: setting.schedule.name(),
            kept: setting.schedule.kept(),
            rows: setting.reach.word(),
            weight: reading.weight,
            relative_risk,
            over_golden,
            golden: reading.golden.word(),
            why: setting.why,
            claims: setting.claims,
            reasons: reasons.collect(),
            reading,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AtlasDocument")]
pub struct Document {
    ratio: f64,
    golden_weight: f64,
    real: u64,
    synthetic: u64,
    settings: Vec<Line>,
    #[serde(skip)]
    links: bool,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ratio, golden_weight, real, synthetic, settings, links } = self;
        writeln!(
            f,
            "k = {}, w*(k) = {}; settings of 100 rows have n = {real}, m = {synthetic}.",
            short(*ratio),
            short(*golden_weight)
        )?;
        let claim = |id: &&str| if *links { format!("[{id}](claims.md#{id})") } else { (*id).to_owned() };
        for schedule in Schedule::ALL.map(Schedule::name) {
            let mut settings = settings.iter().filter(|line| line.schedule == schedule).peekable();
            let Some(first) = settings.peek() else { continue };
            writeln!(f, "\n### {}{}\n", schedule[..1].to_uppercase(), &schedule[1..])?;
            writeln!(f, "A generation is fitted on {}.\n", first.kept)?;
            writeln!(
                f,
                "| setting | model | rows | best weight | limit risk | times golden | golden | why | claims |"
            )?;
            writeln!(f, "|---|---|---|---|---|---|---|---|---|")?;
            for Line { name, model, rows, golden, why, claims, reading, .. } in settings {
                let weight = match reading.golden {
                    Golden::NoWeight if reading.relative_risk.is_none() => "any above 0".to_owned(),
                    _ => short(reading.weight),
                };
                let [risk, times] = [reading.relative_risk, reading.over_golden].map(short);
                let claims = claims.iter().map(claim).collect::<Vec<_>>().join(", ");
                writeln!(
                    f,
                    "| {name} | {model} | {rows} | {weight} | {risk} | {times} | {golden} | {why} | {claims} |"
                )?;
            }
        }
        Ok(())
    }
}

impl AtlasArgs {
    /// Computes and prints.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let place = Place::new(self.ratio)?;
        let document = Document {
            ratio: self.ratio,
            golden_weight: place.golden_weight(),
            real: place.sizes().real(),
            synthetic: place.sizes().synthetic(),
            settings: SETTINGS.iter().map(|setting| Line::new(setting, &place)).collect(),
            links: self.links,
        };
        show(&document, self.json, origin, None)?;
        Ok(Status::Done)
    }
}
