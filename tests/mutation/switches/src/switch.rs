//! What a switched expression calls. Each function does what stood in the source, or, where its site is the one that is on, something else.
#![allow(missing_docs)]

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The site that is on: 0 is none, and `ALL` counts how often each site is executed.
static ACTIVE: AtomicU32 = AtomicU32::new(NOT_READ);
const NOT_READ: u32 = u32::MAX;
const ALL: u32 = u32::MAX - 1;
static VISITS: [AtomicU32; 1 << 14] = [const { AtomicU32::new(0) }; 1 << 14];

#[inline(always)]
pub fn on(site: u32) -> bool {
    let active = ACTIVE.load(Relaxed);
    active == site || active >= ALL && first(site, active)
}

#[inline(never)]
fn first(site: u32, mut active: u32) -> bool {
    if active == NOT_READ {
        active = match std::env::var("SWITCH") {
            Ok(site) if site == "all" => ALL,
            Ok(site) => site.parse().expect("SWITCH is a site, or all"),
            Err(_) => 0,
        };
        ACTIVE.store(active, Relaxed);
    }
    if active == ALL {
        let visits = &VISITS[site as usize];
        visits.store(visits.load(Relaxed).saturating_add(1), Relaxed);
    }
    active == site
}

/// Writes how often each site was executed, a line each, where `SWITCH=all`.
pub fn write_visits() {
    if let Ok(path) = std::env::var("SWITCH_VISITS") {
        let lines: Vec<String> = VISITS.iter().map(|visits| visits.load(Relaxed).to_string()).collect();
        std::fs::write(path, lines.join("\n")).expect("SWITCH_VISITS can be written");
    }
}

macro_rules! exchanged {
    ($($name:ident: $this:ident $one:ident, $that:ident $other:ident;)*) => {$(
        #[inline(always)]
        pub fn $name<A: $this<B> + $that<B, Output = <A as $this<B>>::Output>, B>(site: u32, a: A, b: B) -> <A as $this<B>>::Output {
            if on(site) { a.$other(b) } else { a.$one(b) }
        }
    )*};
}
exchanged! {
    add: Add add, Sub sub;
    sub: Sub sub, Add add;
    mul: Mul mul, Div div;
    div: Div div, Mul mul;
    rem: Rem rem, Div div;
}

#[inline(always)]
pub fn neg<A: Neg<Output = A>>(site: u32, a: A) -> A {
    if on(site) { a } else { -a }
}
#[inline(always)]
pub fn not(site: u32, a: bool) -> bool {
    if on(site) { a } else { !a }
}
#[inline(always)]
pub fn lt<A: PartialOrd<B> + ?Sized, B: ?Sized>(site: u32, a: &A, b: &B) -> bool {
    if on(site) { a <= b } else { a < b }
}
#[inline(always)]
pub fn le<A: PartialOrd<B> + ?Sized, B: ?Sized>(site: u32, a: &A, b: &B) -> bool {
    if on(site) { a < b } else { a <= b }
}
#[inline(always)]
pub fn gt<A: PartialOrd<B> + ?Sized, B: ?Sized>(site: u32, a: &A, b: &B) -> bool {
    if on(site) { a >= b } else { a > b }
}
#[inline(always)]
pub fn ge<A: PartialOrd<B> + ?Sized, B: ?Sized>(site: u32, a: &A, b: &B) -> bool {
    if on(site) { a > b } else { a >= b }
}
#[inline(always)]
pub fn eq<A: PartialEq<B> + ?Sized, B: ?Sized>(site: u32, a: &A, b: &B) -> bool {
    if on(site) { a != b } else { a == b }
}
#[inline(always)]
pub fn ne<A: PartialEq<B> + ?Sized, B: ?Sized>(site: u32, a: &A, b: &B) -> bool {
    if on(site) { a == b } else { a != b }
}

/// A number: a fraction by 1 % (0 becomes .01), an integer by one.
#[inline(always)]
pub fn number<A: Number>(site: u32, a: A) -> A {
    if on(site) { a.other() } else { a }
}
/// What is added: subtracted.
#[inline(always)]
pub fn added<A: Number>(site: u32, a: A) -> A {
    if on(site) { a.negative() } else { a }
}
/// What is multiplied by: divided by.
#[inline(always)]
pub fn factor(site: u32, a: f64) -> f64 {
    if on(site) { 1. / a } else { a }
}

pub trait Number {
    fn other(self) -> Self;
    fn negative(self) -> Self;
}
impl Number for f64 {
    fn other(self) -> f64 {
        if self == 0. { 0.01 } else { self * 1.01 }
    }
    fn negative(self) -> f64 {
        -self
    }
}
macro_rules! integers {
    ($($integer:ty)*) => {$(
        impl Number for $integer {
            fn other(self) -> $integer {
                self.wrapping_add(1)
            }
            fn negative(self) -> $integer {
                self.wrapping_neg()
            }
        }
    )*};
}
integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
