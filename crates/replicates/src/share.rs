//! Which part of the work is one process's, where several divide it.

/// One of several equal shares of the work.
///
/// # Examples
/// ```
/// use goldenweight_replicates::share::Share;
///
/// let shares = [0, 1, 2].map(|index| Share { index, of: 3 });
/// assert_eq!(shares.map(|share| share.has(7)), [false, true, false]);
/// // Whose turn it is depends on how much was dealt before.
/// assert_eq!(shares.map(|share| share.after(1, 0).has(7)), [false, false, true]);
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

    /// The same where so many units of other work were dealt before unit number `first`: the dealing goes on where that ended.
    #[must_use]
    pub const fn after(self, dealt: u64, first: u64) -> Self {
        let Self { index, of } = self;
        if index >= of { self } else { Self { index: (index + first % of + of - dealt % of) % of, of } }
    }
}
