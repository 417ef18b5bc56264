//! Numbers as the page writes them: few digits, a real minus sign.

/// With its sign and two decimals, or as a power of ten where that would be a long row of digits.
pub fn signed(value: f64) -> String {
    typeset(&if value.abs() < 1e4 { format!("{value:+.2}") } else { format!("{value:+.1e}") })
}

/// Without a sign: two decimals, or two digits where those would be zeros or many.
pub fn plain(value: f64) -> String {
    let decimals = value == 0.0 || (0.01..1e4).contains(&value.abs());
    typeset(&if decimals { format!("{value:.2}") } else { format!("{value:.1e}") })
}

/// A share in percent, with its sign.
pub fn percent(share: f64) -> String {
    typeset(&format!("{:+.2}", 100.0 * share)) + " %"
}

/// A share in percent, without a sign.
pub fn size(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// An interval of shares in percent.
pub fn interval((low, high): (f64, f64)) -> String {
    typeset(&format!("({:+.2}, {:+.2})", 100.0 * low, 100.0 * high)) + " %"
}

/// A duration.
pub fn seconds(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.0} min {:.0} s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}

/// A count with its thousands apart.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join("\u{202f}")
}

/// A whole number.
pub fn whole(number: i32) -> String {
    typeset(&number.to_string())
}

fn typeset(number: &str) -> String {
    number.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_typeset() {
        assert_eq!([signed(-1.254), signed(2.2e11)], ["−1.25", "+2.2e11"]);
        assert_eq!([plain(0.5), plain(0.0), plain(3e-5), plain(1e6)], ["0.50", "0.00", "3.0e−5", "1.0e6"]);
        assert_eq!([percent(-0.1777), size(0.03), interval((-0.01, 0.02))], ["−17.77 %", "3.00 %", "(−1.00, +2.00) %"]);
        assert_eq!([seconds(7.26), seconds(125.4)], ["7.3 s", "2 min 5 s"]);
        assert_eq!([count(7), count(1_000), count(1_234_567)], ["7", "1\u{202f}000", "1\u{202f}234\u{202f}567"]);
    }
}
