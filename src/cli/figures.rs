//! `figures`: the paper's figures and other pictures, as SVG, with their numbers as CSV.

use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
    process::exit,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use clap::Args;
use goldenweight::{
    answer::Reasons,
    experiment::{InputError, within},
    figures::{Picture, svg, table::Table},
    simulate::engine::Shared,
};
use indicatif::ProgressBar;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Failure, Status,
    args::{Compute, whole},
    origin::Origin,
    output::{open_folder, show, write_files},
    progress::Progress,
    store::{self, Keeping},
    usage::did_you_mean,
};

/// Most replicates: the losses of figure 7 are all kept for its quantiles.
const MAX_REPLICATES: u64 = 100_000;

/// The paper's figures with simulation and theory on one plot, and pictures of the theory: SVG, with the numbers as CSV
#[derive(Args)]
#[command(after_help = "Example: goldenweight figures 8 --out figures --replicates 200\n\n\
    NAMES are figures (7, 8, 9, 10), panels (8a) and other pictures by name, or theory for all of those; without a name,\n\
    everything is made. Of theory, schedules, density, ladders and calibration are simulated: calibration runs the checks of verify, which takes\n\
    minutes (fewer with --replicates below 1000); the others are made at once. Each picture is two files, figure-8a.svg and figure-8a.csv. The CSV's header has the command that makes\n\
    it again, version, seed and replicates, the meaning and unit of every column, and the rule behind bands and minima.\n\n\
    A second run reuses the pictures whose CSV was made by the same command, seed, version and replicates. Ctrl-C leaves\n\
    finished pictures, says what is missing and ends with exit code 3.\n\n\
    JSON: out, seed, pictures [{name, title, svg, csv, replicates, reused, seconds, reasons}]; reasons says of what is null why.")]
pub struct FiguresArgs {
    /// Figures, panels or pictures by name [default: all]
    #[arg(value_name = "NAMES")]
    names: Vec<String>,
    /// Directory to write to; made where it does not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Independent replicates (chains) behind each point, 2 to 100000 [default: as in the paper]
    #[arg(long, value_name = "R", value_parser = whole, allow_hyphen_values = true)]
    replicates: Option<u64>,
    #[command(flatten)]
    compute: Compute,
    #[command(flatten)]
    keeping: Keeping,
}

#[derive(Serialize, JsonSchema)]
struct Made {
    name: String,
    title: String,
    svg: String,
    csv: String,
    replicates: Option<u64>,
    reused: bool,
    seconds: f64,
    reasons: Reasons,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FiguresDocument")]
pub struct Document {
    out: String,
    seed: u64,
    pictures: Vec<Made>,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Made { title, svg, csv, reused, seconds, .. } in &self.pictures {
            let how = if *reused { "reused".to_owned() } else { format!("{seconds:.1} s") };
            writeln!(f, "{svg:28} {csv:28} {how:>9}  {title}")?;
        }
        writeln!(f, "in {}", self.out)
    }
}

/// A picture with the facts that its CSV must state.
struct Job {
    picture: Picture,
    replicates: u64,
    facts: Vec<(String, String)>,
}

impl Job {
    fn new(picture: Picture, asked: Option<u64>, seed: u64) -> Self {
        let replicates = picture.replicates().map(|full| asked.unwrap_or(full));
        let mut command = format!("goldenweight figures {}", picture.name());
        let mut facts = vec![("picture".to_owned(), picture.title().to_owned())];
        if let Some(replicates) = replicates {
            command += &format!(" --replicates {replicates} --seed {seed}");
            facts.extend([("seed".to_owned(), seed.to_string()), ("replicates".to_owned(), replicates.to_string())]);
        }
        facts.insert(0, ("command".to_owned(), command));
        Self { picture, replicates: replicates.unwrap_or(0), facts }
    }

    fn file(&self, ending: &str) -> String {
        format!("{}.{ending}", self.picture.file_stem())
    }

    /// The table of an earlier run, where it was made by the same command, version, seed and replicates.
    fn earlier(&self, out: &Path) -> Option<Table> {
        let text = fs::read_to_string(out.join(self.file("csv"))).ok()?;
        let table = Table::from_csv(&text).ok()?;
        self.facts.iter().all(|(key, value)| table.fact(key) == Some(value)).then_some(table)
    }

    fn effort(&self) -> u64 {
        self.picture.effort(self.replicates)
    }
}

/// What is not on disk yet. It is locked while files are written, so that an interruption never leaves half of one.
#[derive(Default)]
struct Unfinished {
    missing: Vec<String>,
    bar: Option<ProgressBar>,
}

impl FiguresArgs {
    /// Makes the pictures and lists them.
    pub fn run(&self, origin: &Origin) -> Result<Status, Failure> {
        let pictures = select(&self.names)?;
        if let Some(replicates) = self.replicates {
            within("--replicates", replicates, 2..=MAX_REPLICATES)?;
        }
        // Not after hours of work.
        open_folder("--out", &self.out)?;
        let seed = self.compute.seed;
        let jobs: Vec<Job> = pictures.into_iter().map(|picture| Job::new(picture, self.replicates, seed)).collect();
        let store = self.keeping.open(origin, seed)?;
        if let Some(share) = store.shard {
            on_interruption(|| {
                store::save();
                end("what is finished is in the store, and the same command goes on from there");
            })?;
            self.compute.install(|| self.draw(&jobs, share))?;
            return store.shared(origin, seed, true, true, Vec::new())?.show(self.compute.json, origin);
        }
        let document = self.compute.install(|| self.make(jobs))?;
        store.close()?;
        show(&document, self.compute.json, origin, Some(seed))?;
        Ok(Status::Done)
    }

    /// One share of the simulations of those pictures that are not there.
    fn draw(&self, jobs: &[Job], share: Shared) -> Result<(), Failure> {
        let missing: Vec<&Job> = jobs.iter().filter(|job| job.earlier(&self.out).is_none()).collect();
        let progress = Progress::new(missing.iter().map(|job| job.effort()).sum::<u64>() / share.of, self.compute.json);
        for job in missing {
            job.picture.draw_share(self.compute.seed, job.replicates, share, &|done| progress.advance(done))?;
        }
        Ok(())
    }

    fn make(&self, jobs: Vec<Job>) -> Result<Document, Failure> {
        let jobs: Vec<(Job, Option<Table>)> = jobs
            .into_iter()
            .map(|job| {
                let earlier = job.earlier(&self.out);
                (job, earlier)
            })
            .collect();
        let left = |(job, earlier): &(Job, Option<Table>)| if earlier.is_some() { 0 } else { job.effort() };
        let progress = Progress::new(jobs.iter().map(left).sum(), self.compute.json);
        let unfinished = Arc::new(Mutex::new(Unfinished {
            missing: jobs
                .iter()
                .filter(|(_, earlier)| earlier.is_none())
                .map(|(job, _)| job.picture.file_stem())
                .collect(),
            bar: progress.bar(),
        }));
        let (state, out) = (Arc::clone(&unfinished), self.out.display().to_string());
        on_interruption(move || interrupted(&state, &out))?;

        let (mut made, mut before) = (Vec::new(), 0);
        for (job, earlier) in jobs {
            let began = Instant::now();
            let reused = earlier.is_some();
            progress.stage(&job.picture.file_stem(), before);
            let table = match earlier {
                Some(table) => table,
                None => {
                    before += job.effort();
                    let table = job.picture.table(self.compute.seed, job.replicates, &|done| progress.advance(done));
                    table?.headed(&job.facts)
                }
            };
            self.write(&job, &table, reused, &unfinished)?;
            made.push(Made {
                name: job.picture.name().to_owned(),
                title: job.picture.title().to_owned(),
                svg: job.file("svg"),
                csv: job.file("csv"),
                replicates: job.picture.replicates().map(|_| job.replicates),
                reused,
                seconds: began.elapsed().as_secs_f64(),
                reasons: Reasons::from_iter(
                    job.picture.replicates().is_none().then(|| ("replicates", "nothing is simulated".to_owned())),
                ),
            });
        }
        drop(progress);
        Ok(Document { out: self.out.display().to_string(), seed: self.compute.seed, pictures: made })
    }

    /// The files of a picture; those of a reused one only where they are not as they should be.
    fn write(&self, job: &Job, table: &Table, reused: bool, unfinished: &Mutex<Unfinished>) -> Result<(), Failure> {
        let drawing = svg(&job.picture.chart(table));
        let mut unfinished = unfinished.lock().unwrap_or_else(PoisonError::into_inner);
        for (ending, text) in [("csv", (!reused).then(|| table.to_csv())), ("svg", Some(drawing))] {
            let name = job.file(ending);
            let path = self.out.join(&name);
            let Some(text) = text else { continue };
            if reused && fs::read_to_string(&path).is_ok_and(|old| old == text) {
                continue;
            }
            write_files(&self.out, &[(&name, &text)])?;
        }
        unfinished.missing.retain(|stem| *stem != job.picture.file_stem());
        Ok(())
    }
}

/// Ends the process. What is finished lies on disk; a file that is being written is waited for.
fn interrupted(unfinished: &Mutex<Unfinished>, out: &str) {
    let unfinished = unfinished.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bar) = &unfinished.bar {
        bar.finish_and_clear();
    }
    store::save();
    let missing = unfinished.missing.join(", ");
    end(&format!("missing {missing}; finished pictures stay in {out}, and the same command reuses them"));
}

/// What Ctrl-C (or SIGTERM) does.
fn on_interruption(does: impl FnMut() + 'static + Send) -> Result<(), Failure> {
    ctrlc::set_handler(does).map_err(|e| Failure::CouldNotRun(format!("waiting for Ctrl-C: {e}")))
}

/// Ends an interrupted process, and says what is left of it.
fn end(left: &str) {
    // Nothing is left to tell where stderr is closed.
    let _ = writeln!(std::io::stderr(), "error: interrupted: {left}");
    exit(Status::Inconclusive as i32);
}

/// The pictures of these names, each once, in the order of [`Picture::all`].
fn select(names: &[String]) -> Result<Vec<Picture>, InputError> {
    let all = Picture::all();
    let named = |picture: &Picture, name: &str| picture.name() == name || picture.group() == name;
    for name in names {
        if !all.iter().any(|picture| named(picture, name)) {
            let panels = all.chunk_by(|one, next| one.group() == next.group()).map(|group| match group {
                [first, .., last] if first.group() != "theory" => {
                    format!("{} ({} to {})", first.group(), first.name(), last.name())
                }
                group => format!("theory ({})", group.iter().map(Picture::name).collect::<Vec<_>>().join(", ")),
            });
            let panels = panels.collect::<Vec<_>>().join(", ");
            let names = all.iter().flat_map(|picture| [picture.group(), picture.name()]);
            let condition = format!("must be one of {panels}{}", did_you_mean(name, names));
            return Err(InputError::new("figures", name, condition));
        }
    }
    let asked = |picture: &Picture| names.is_empty() || names.iter().any(|name| named(picture, name));
    Ok(all.into_iter().filter(asked).collect())
}
