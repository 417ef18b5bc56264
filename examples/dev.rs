//! dev
use goldenweight::claims::*; use goldenweight::report; 
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let seed = a.get(2).and_then(|s| s.parse().ok()).unwrap_or(1);
    let s = Settings { seed, tier: Tier::Quick, only: a.get(1).map(|p| glob::Pattern::new(p).unwrap()) };
    println!("{}", report::table_head());
    let r = verify(&registry(), &s, &mut |e| if let Event::Claim(c) = e { println!("{}", report::claim_row(c)); if a.len() > 3 { for e in &c.evidence { println!("     {:?} {} {:?} {:.2}s: {}", e.kind, e.check, e.verdict, e.seconds, e.detail); } } }).unwrap();
    println!("{}", report::summary(&r));
}
