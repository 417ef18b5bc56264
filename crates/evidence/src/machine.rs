//! The machine of a run, for its report: no result depends on it.

use std::{env::consts, fs, thread};

use serde::{Deserialize, Serialize};

/// Where a run was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Machine {
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub architecture: String,
    /// Name of the processor, where the system tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
    /// Threads that the system offers.
    pub cores: usize,
    /// Threads of the run; no number depends on them.
    pub threads: usize,
}

/// This machine, and the threads of the current pool.
///
/// # Examples
/// ```
/// let machine = goldenweight_evidence::machine();
/// assert_eq!((machine.os.as_str(), machine.architecture.as_str()), (std::env::consts::OS, std::env::consts::ARCH));
/// assert!(machine.cores >= 1 && machine.threads >= 1);
/// ```
#[must_use]
pub fn machine() -> Machine {
    Machine {
        os: consts::OS.to_owned(),
        architecture: consts::ARCH.to_owned(),
        processor: fs::read_to_string("/proc/cpuinfo").ok().as_deref().and_then(processor),
        cores: thread::available_parallelism().map_or(1, usize::from),
        threads: rayon::current_num_threads(),
    }
}

/// The processor's name in the text of Linux's `/proc/cpuinfo`; not every architecture has one.
fn processor(cpuinfo: &str) -> Option<String> {
    let mut fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let (_, name) = fields.find(|(field, _)| field.trim() == "model name")?;
    // Some machines pad the words of the name with blanks.
    Some(name.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::processor;

    #[test]
    fn the_model_is_read_from_cpuinfo() {
        let x86 =
            "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\nmodel name\t: A  CPU @ 2.00GHz\nflags\t\t: fpu";
        assert_eq!(processor(x86).as_deref(), Some("A CPU @ 2.00GHz"));
        assert_eq!(processor("processor\t: 0\nBogoMIPS\t: 50.00\n"), None);
        assert_eq!(processor("model name\t:\n"), None);
    }
}
