#![allow(missing_docs, unused)]
use goldenweight_evidence::stats::family::*;
use goldenweight_evidence::*;
use std::sync::atomic::AtomicBool;
fn main() {
    let stop = AtomicBool::new(false);
    let claims = judge::claims();
    let n: usize = claims.iter().flat_map(|c| &c.checks).map(Check::comparisons).sum();
    let family = Family::new(1e-3, 610).with_looks(LOOKS);
    println!("{n}");
    for seed in 1..=1 {
        for c in &claims {
            for k in &c.checks {
                if matches!(k.body, Body::Mutants) {
                    continue;
                }
                let t = std::time::Instant::now();
                let f = k.run(&Context::of(&c.says.id, k.name, seed, Tier::QUICK, family, &stop));
                println!(
                    "{:.2}s {:?} {} {}: {} det {:?} z {:?}",
                    t.elapsed().as_secs_f64(),
                    f.verdict,
                    c.says.id,
                    k.name,
                    f.detail.chars().take(100).collect::<String>(),
                    f.detectable_effect(),
                    f.statistic()
                );
            }
        }
    }
}
