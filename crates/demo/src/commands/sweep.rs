//! `demo sweep`: many runs at once.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{Refusal, counted, plot, progress, real, say, whole};
use crate::cli::{Names, Shared};
use crate::output::{Destination, failed, is_device, print};
use crate::registry::optimizer_names;
use crate::solve::ProblemArguments;
use crate::sweep::{Description, Format, Found, Maps, Partial, Places, Row, Shards, Study, Summary, open, work};

/// How many threads a processor may have. Those that have nothing to do still wake each other up, which takes longer than
/// the runs if they are thousands.
const MOST_THREADS: usize = 64;

/// What `demo sweep` takes.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  demo sweep --problem notebook --optimizers gd,newton --start -3:3:61,-3:3:61 --csv runs.csv --plot map.svg\n  \
                        demo sweep --problem notebook --optimizers gd --start -3:3,-3:3 --sample 1000 --step 0.001:0.1:5:log --csv runs.csv\n  \
                        demo sweep … --csv runs.csv --resume                 goes on after a kill\n  \
                        demo sweep … --csv part-3.csv --shard 3/8            the third of eight shares\n  \
                        demo sweep --merge part-*.csv --csv runs.csv         joins them\n\
                        Rows are runs: optimizers × steps × starts. See docs/sweeps.md."
)]
pub struct Arguments {
    /// What is minimized.
    #[command(flatten)]
    of: ProblemArguments,
    /// The optimizers, by name (`demo list` tells what each is), separated by commas
    #[arg(long, value_name = "NAME[,…]", value_delimiter = ',', value_parser = Names(optimizer_names), required_unless_present = "merge")]
    optimizers: Vec<String>,
    /// The starts: for each variable a number or LOW:HIGH:COUNT (with `:log`, evenly in logarithms); with --sample LOW:HIGH
    #[arg(long, value_name = "A|A:B:N,…", allow_hyphen_values = true, required_unless_present = "merge")]
    start: Option<String>,
    /// In place of a grid, so many starts at random from the ranges
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>)]
    sample: Option<u64>,
    /// Which random starts
    #[arg(long, value_name = "N", default_value_t = 0, allow_hyphen_values = true, value_parser = whole::<u64>)]
    seed: u64,
    /// Step sizes, numbers or ranges as of --start; those of one optimizer as NAME=…; may be given for several
    #[arg(long = "step", value_name = "[NAME=]H|A:B:N[,…]", allow_hyphen_values = true)]
    steps: Vec<String>,
    /// How many steps at most, for all optimizers; each has its own default
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>)]
    iterations: Option<usize>,
    /// An option of an optimizer (`demo list` has them, with ranges and defaults); may be given for several
    #[arg(long = "set", value_name = "NAME.OPTION=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// End a run when no component of the gradient is larger
    #[arg(long, value_name = "G", allow_hyphen_values = true, value_parser = real)]
    until_gradient: Option<f64>,
    /// End a run when the loss is not larger
    #[arg(long, value_name = "L", allow_hyphen_values = true, value_parser = real)]
    until_loss: Option<f64>,
    /// How many runs at once; as many as there are processors if not given
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>)]
    threads: Option<usize>,
    /// Go on with what an interrupted sweep left, if it left something
    #[arg(long)]
    resume: bool,
    /// Make the I-th of N equal shares alone, I from 1 to N
    #[arg(long, value_name = "I/N", conflicts_with = "merge")]
    shard: Option<String>,
    /// Join the files of all shards
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = [
            "problem", "physics", "loss", "optimizers", "start", "sample", "seed", "steps", "iterations", "set",
            "until_gradient", "until_loss", "resume", "threads"
        ]
    )]
    merge: Vec<PathBuf>,
    /// Write the rows as Parquet, whole when all are made (if this program is built with the feature `parquet`)
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Draw which start ends where, and how fast: FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    plot: Option<String>,
}

/// Makes the runs, or joins files. A run that fails numerically is a result like others.
///
/// # Errors
///
/// [`Refusal`] if an argument or a file is not right, or the output cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    let plot = arguments.plot.as_deref().map(|path| plot::Target::new(path, shared)).transpose()?;
    let rows_to = arguments.rows_to(shared)?;
    let csv = rows_to.as_ref().map(|(to, _)| to.clone());
    let json = shared.json.as_deref().map(Destination::from);
    if let (Some(csv), Some(json)) = (&csv, &json)
        && csv.is_same(json)
    {
        return Err("--json and --csv name the same destination".to_owned().into());
    }
    arguments.spares(rows_to.as_ref(), json.as_ref(), plot.as_ref())?;
    let shards = if arguments.merge.is_empty() { None } else { Some(Shards::new(&arguments.merge)?) };
    let made;
    let study = match &shards {
        Some(shards) => &shards.study,
        None => {
            made = Study::new(arguments.description(shared)?)?;
            &made
        }
    };
    let maps = plot.as_ref().map(|_| Maps::new(study)).transpose()?;
    let mut seen = Seen { study, summary: Summary::new(study), maps };
    match &shards {
        Some(shards) => merge(shards, rows_to.as_ref(), &mut seen)?,
        None => arguments.make(study, rows_to.as_ref(), shared, &mut seen)?,
    }
    let picture = match (plot, &seen.maps) {
        (Some(plot), Some(maps)) => Some(plot.prepare(&maps.scene(study))?),
        _ => None,
    };
    let stdout_taken = [&csv, &json].into_iter().flatten().any(|to| *to == Destination::Stdout);
    json.map(|to| to.prepare(seen.summary.json(study))).transpose()?.map(|json| json.commit()).transpose()?;
    picture.map(|picture| picture.commit()).transpose()?;
    if !stdout_taken {
        print(seen.summary.text(study))?;
    }
    say(shared, &counted(study.len(), "run"));
    Ok(ExitCode::SUCCESS)
}

/// What is made of the rows beside their file.
struct Seen<'a> {
    study: &'a Study,
    summary: Summary,
    maps: Option<Maps>,
}

impl Seen<'_> {
    fn take(&mut self, run: u64, row: &Row) {
        self.summary.take(run, row);
        if let Some(maps) = &mut self.maps {
            maps.take(self.study, run, row);
        }
    }
}

/// Where rows go.
enum Rows {
    Nowhere,
    /// Standard output, a device or a pipe; there is nothing to resume.
    Stream(Box<dyn Write>, PathBuf),
    Partial(Partial),
}

impl Rows {
    fn stream(to: &Destination) -> Result<Option<Rows>, Refusal> {
        Ok(match to {
            Destination::Stdout => Some(Rows::Stream(Box::new(io::stdout()), "standard output".into())),
            Destination::File(path) if is_device(path) => {
                let device = File::options().write(true).open(path).map_err(|error| failed(path, &error))?;
                Some(Rows::Stream(Box::new(device), path.clone()))
            }
            Destination::File(_) => None,
        })
    }

    /// Writes rows; false if their reader went away.
    fn write(&mut self, text: &str) -> Result<bool, Refusal> {
        match self {
            Rows::Nowhere => {}
            Rows::Partial(partial) => partial.write(text)?,
            Rows::Stream(out, path) => match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(false),
                result => result.map_err(|error| failed(path, &error))?,
            },
        }
        Ok(true)
    }
}

fn merge(shards: &Shards, to: Option<&(Destination, Format)>, seen: &mut Seen<'_>) -> Result<(), Refusal> {
    let Some((to, format)) = to else {
        return shards.read(|run, row, _| {
            seen.take(run, row);
            Ok(true)
        });
    };
    if let Some(mut rows) = Rows::stream(to)? {
        let mut open = rows.write(&shards.study.header())?;
        return shards.read(|run, row, line| {
            seen.take(run, row);
            open = open && rows.write(&format!("{line}\n"))?;
            Ok(open)
        });
    }
    let Destination::File(path) = to else { return Ok(()) };
    shards.join(&Places::new(path, *format)?, |run, row| seen.take(run, row))
}

impl Arguments {
    /// Where the rows go, and in which form.
    fn rows_to(&self, shared: &Shared) -> Result<Option<(Destination, Format)>, Refusal> {
        let csv = shared.csv.as_deref().map(|path| (Destination::from(path), Format::Csv));
        let Some(path) = &self.parquet else { return Ok(csv) };
        if csv.is_some() {
            return Err("--csv and --parquet: one of them".to_owned().into());
        }
        if self.shard.is_some() {
            return Err("--shard makes CSV, of which --merge makes Parquet".to_owned().into());
        }
        if !Format::Parquet.is_available() {
            return Err("--parquet: this program is built without it; cargo build --features parquet has it"
                .to_owned()
                .into());
        }
        if path.as_os_str() == "-" || is_device(path) {
            return Err("--parquet needs a file".to_owned().into());
        }
        Ok(Some((Destination::File(path.clone()), Format::Parquet)))
    }

    /// That no result is written over the sweep's own files, or over those that are joined.
    fn spares(
        &self,
        rows_to: Option<&(Destination, Format)>,
        json: Option<&Destination>,
        plot: Option<&plot::Target>,
    ) -> Result<(), Refusal> {
        let mut own: Vec<PathBuf> = self.merge.iter().flat_map(|path| Places::beside(path)).collect();
        if let Some((Destination::File(path), _)) = rows_to
            && !is_device(path)
        {
            own.extend(Places::beside(path));
        }
        let own: Vec<Destination> = own.into_iter().map(Destination::File).collect();
        let others = [("json", json), ("plot", plot.map(plot::Target::destination))];
        for (name, to) in others.into_iter().filter_map(|(name, to)| Some((name, to?))) {
            if let (Some(_), Destination::File(path)) = (own.iter().find(|own| own.is_same(to)), to) {
                return Err(format!("--{name} {}: that is a file of the sweep itself", path.display()).into());
            }
        }
        Ok(())
    }

    fn description(&self, shared: &Shared) -> Result<Description, Refusal> {
        let shard = match self.shard.as_deref() {
            None => [1, 1],
            Some(text) => {
                let parts = text.split_once('/').map(|(i, n)| (i.trim().parse(), n.trim().parse()));
                match parts {
                    Some((Ok(i), Ok(n))) if (1..=n).contains(&i) => [i, n],
                    _ => return Err(format!("--shard {text}: I/N is needed, with I from 1 to N").into()),
                }
            }
        };
        for (name, value) in [("until-gradient", self.until_gradient), ("until-loss", self.until_loss)] {
            if let Some(value) = value.filter(|value| !value.is_finite()) {
                return Err(format!("--{name} is {value}: a finite number is needed").into());
            }
        }
        Ok(Description {
            format: Description::FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            problem: self.of.problem.clone(),
            physics: self.of.physics.clone(),
            loss: self.of.loss.clone(),
            optimizers: self.optimizers.clone(),
            start: self.start.clone().unwrap_or_default(),
            sample: self.sample,
            seed: self.seed,
            steps: self.steps.clone(),
            iterations: self.iterations,
            set: self.set.clone(),
            until_gradient: self.until_gradient,
            until_loss: self.until_loss,
            precision: shared.precision.name().to_owned(),
            shard,
        })
    }

    fn make(
        &self,
        study: &Study,
        to: Option<&(Destination, Format)>,
        shared: &Shared,
        seen: &mut Seen<'_>,
    ) -> Result<(), Refusal> {
        if self.threads == Some(0) {
            return Err("threads is 0: at least one is needed".to_owned().into());
        }
        let (mut rows, first) = match to {
            None => (Rows::Nowhere, 0),
            Some((to, format)) => match (Rows::stream(to)?, to) {
                (Some(mut rows), _) => {
                    rows.write(&study.header())?;
                    (rows, 0)
                }
                (None, Destination::File(path)) => match self.open(&Places::new(path, *format)?, study, seen)? {
                    Some((partial, first)) => (Rows::Partial(partial), first),
                    None => {
                        say(shared, "all rows are there already");
                        return Ok(());
                    }
                },
                (None, Destination::Stdout) => return Ok(()),
            },
        };
        if self.resume && !matches!(rows, Rows::Partial(_)) {
            return Err("--resume needs a file: --csv FILE".to_owned().into());
        }
        let processors = std::thread::available_parallelism().map_or(1, |n| n.get());
        let threads = self.threads.unwrap_or(processors).min(processors * MOST_THREADS);
        if self.threads.is_some_and(|asked| asked > threads) {
            say(
                shared,
                &format!("{}, {MOST_THREADS} for each processor: more would only wait", counted(threads, "thread")),
            );
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| -> Refusal { format!("threads cannot be had: {error}").into() })?;
        let bar = bar(study.len(), first, shared);
        work(study, first, &pool, |chunk| {
            for (run, row) in &chunk.rows {
                seen.take(*run, row);
            }
            bar.inc(chunk.rows.len() as u64);
            rows.write(&chunk.text)
        })?;
        bar.finish_and_clear();
        match rows {
            Rows::Partial(partial) => partial.finish(study),
            _ => Ok(()),
        }
    }

    /// The file and how many rows it has; `None` if it has all.
    fn open(&self, places: &Places, study: &Study, seen: &mut Seen<'_>) -> Result<Option<(Partial, u64)>, Refusal> {
        Ok(match open(places, study, self.resume, |run, row| seen.take(run, row))? {
            Found::Whole => None,
            Found::Partial(partial, first) => Some((partial, first)),
        })
    }
}

/// Shown on a terminal alone.
fn bar(runs: u64, first: u64, shared: &Shared) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(runs), progress::target(shared));
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} runs, {rate}, {eta} left") {
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.0} a second", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar.set_position(first);
    bar.reset_eta();
    bar
}
