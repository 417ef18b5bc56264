//! One kernel alone: counted by an outside tool, or timed beside its floor.
//!
//!     kernel list                      the names
//!     kernel count NAME GENERATIONS    4 replicates, with the loss of every generation
//!     kernel ratios                    CSV: chain and floor in microseconds, their ratio and its spread

mod kernels;

use std::env;
use std::time::Instant;

use kernels::{DIM, GENERATIONS, Kernel, ROWS, kernels, one_thread, plan};

/// A few, since Newton's method takes more steps in one than in another.
const REPLICATES: u64 = 4;

/// Chain and floor take turns in so many rounds, so that both meet the same load.
const ROUNDS: usize = 60;

/// Seconds of a turn: short beside the time that a scheduler gives to a process, so that many turns are not interrupted.
const TURN: f64 = 2e-3;

fn main() {
    one_thread();
    let args: Vec<_> = env::args().skip(1).collect();
    let kernels = kernels(ROWS, DIM);
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => kernels.iter().for_each(|kernel| println!("{}", kernel.name)),
        ["count", name, generations] => {
            let kernel = kernels.iter().find(|kernel| kernel.name == name).expect("a name of the list");
            let generations = generations.parse().expect("a whole number");
            println!("{}", kernel.run(&plan(REPLICATES, 0, generations)));
        }
        ["ratios"] => {
            println!("kernel,chain_us,floor_us,ratio,low,high");
            kernels.iter().for_each(ratio);
        }
        _ => panic!("usage: kernel list | kernel count NAME GENERATIONS | kernel ratios"),
    }
}

/// Prints the times of a chain of figure 8 and of its floor, and their ratio: each the shortest of all rounds, which no load can have made
/// shorter. The ratio from the even rounds alone and that from the odd ones show how far it can be trusted.
fn ratio(kernel: &Kernel) {
    let chain = || kernel.run(&plan(1, GENERATIONS - 50, GENERATIONS));
    let floor = || kernel.variates.draw(GENERATIONS);
    let (chain_repeats, floor_repeats) = (repeats(&chain), repeats(&floor));
    let mut shortest = [[f64::INFINITY; 2]; 2];
    for round in 0..ROUNDS {
        let [chains, floors] = &mut shortest[round % 2];
        *chains = chains.min(seconds(chain_repeats, &chain));
        *floors = floors.min(seconds(floor_repeats, &floor));
    }
    let [a, b] = shortest.map(|[chain, floor]| chain / floor);
    let [chain, floor] = [0, 1].map(|i| shortest[0][i].min(shortest[1][i]));
    let (name, ratio) = (kernel.name, chain / floor);
    println!("{name},{:.1},{:.1},{ratio:.2},{:.2},{:.2}", chain * 1e6, floor * 1e6, a.min(b), a.max(b));
}

/// How often fills a turn.
fn repeats(what: &impl Fn() -> f64) -> u32 {
    let shortest = (0..5).map(|_| seconds(1, what)).fold(f64::INFINITY, f64::min);
    (TURN / shortest).ceil() as u32
}

/// Seconds of one of as many repetitions.
fn seconds(repeats: u32, what: &impl Fn() -> f64) -> f64 {
    let start = Instant::now();
    (0..repeats).for_each(|_| {
        what();
    });
    start.elapsed().as_secs_f64() / f64::from(repeats)
}
