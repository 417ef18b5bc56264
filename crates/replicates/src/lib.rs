//! Independent replicates of a simulation, with the same digits for any number of threads.
//!
//! * [`stream`]: a random stream belongs to a key, never to a thread.
//! * [`moments`]: count, mean, variance and skewness of a sample, merged in a fixed order.
//! * [`share`]: which part of the work is one process's, where several divide it.
//!
//! # Examples
//! The mean of the largest of three uniform numbers is 3/4. Each replicate draws from the stream of its own index.
//! ```
//! use goldenweight_replicates::{moments::Moments, stream::{Purpose, Streams}};
//! use rand::RngExt;
//!
//! let streams = Streams { seed: 1, experiment: 7 };
//! let mut largest = Moments::default();
//! for replicate in 0..10_000 {
//!     let mut rng = streams.rng(replicate, 0, Purpose::Real, 0);
//!     largest.push((0..3).map(|_| rng.random::<f64>()).fold(0.0, f64::max));
//! }
//! assert!((largest.mean() - 0.75).abs() < 5.0 * largest.std_error());
//! ```

/// The crate whose traits draw from a stream, in the version that fits.
pub use rand;

pub mod moments;
pub mod share;
pub mod stream;

/// Number of replicates in a block. Blocks are simulated side by side, and their moments merged in the order of their index. It determines the order of summation,
/// so changing it changes the last bits of every number.
pub const BLOCK: u64 = 64;
