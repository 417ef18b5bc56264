//! Which part of the work is one process's, where several divide it.

/// One of several equal shares of the work.
///
/// # Examples
/// ```
/// use goldenweight_replicates::share::Share;
///
/// let shares = [0, 1, 2].map(|index| Share { index, of: 3 });
/// assert_eq!(shares.map(|share| share.has(7)), [false, true, false]);
/// // Whose turn it is depends on where one begins to count.
/// assert_eq!(shares.map(|share| share.from(1).has(7)), [true, false, false]);
/// assert!(!Share::NOTHING.has(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its index, from 0.
    pub index: u64,
    /// Their number.
    pub of: u64,
}

impl Share {
    /// What has no part in the work.
    pub const NOTHING: Self = Self { index: 1, of: 1 };

    /// Whether this share has unit number `unit` of the work: units are dealt out one by one.
    #[must_use]
    pub const fn has(self, unit: u64) -> bool {
        unit % self.of == self.index
    }

    /// The same where the dealing begins this many shares later, so that not all first units are of the first share.
    #[must_use]
    pub const fn from(self, first: u64) -> Self {
        if self.index >= self.of { self } else { Self { index: (self.index + first % self.of) % self.of, of: self.of } }
    }
}
