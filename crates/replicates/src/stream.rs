//! Keyed random streams: a stream belongs to a key, never to a thread.
//!
//! One Philox4x64-10 block turns a key into the 256-bit seed of a xoshiro256++ generator. For a fixed (seed, experiment)
//! the block is a bijection of the counter, so no two keys of an experiment share a seed, and streams can be opened in
//! any order.

use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};

/// Seed of every run unless one is given, so that equal commands and the tests agree: the digits of the paper's number, arXiv 2502.18049.
pub const DEFAULT_SEED: u64 = 250_218_049;

/// The generator of every draw: a published algorithm, the same on every platform.
pub type StreamRng = Xoshiro256PlusPlus;

/// What a stream is drawn for. The discriminants are part of the key: changing them is value-breaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Real rows.
    Real = 0,
    /// Synthetic rows.
    Synthetic = 1,
}

/// All streams of one experiment under one seed.
///
/// # Examples
/// ```
/// use goldenweight_replicates::{rand::RngExt, stream::{Purpose, Streams, experiment_id}};
///
/// let streams = Streams { seed: 1, experiment: experiment_id("dice") };
/// let throw = |replicate| streams.rng(replicate, 0, Purpose::Real, 0).random_range(1..=6);
/// let forwards: Vec<u8> = (0..10).map(throw).collect();
/// let backwards: Vec<u8> = (0..10).rev().map(throw).collect();
/// assert!(forwards.iter().eq(backwards.iter().rev()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Seed of the run.
    pub seed: u64,
    /// Experiment, see [`experiment_id`].
    pub experiment: u64,
}

impl Streams {
    /// The stream of a replicate that needs only one. It is that of the first real rows, at generation 0.
    #[must_use]
    pub fn of_replicate(self, replicate: u64, cell: u64) -> StreamRng {
        self.rng(replicate, 0, Purpose::Real, cell)
    }

    /// The stream of a key, from its beginning: the first of its purpose.
    #[must_use]
    pub fn rng(self, replicate: u64, generation: u32, purpose: Purpose, cell: u64) -> StreamRng {
        self.nth(replicate, generation, purpose, 0, cell)
    }

    /// Stream number `index` (from 0) of a purpose, where a generation needs several.
    #[inline]
    #[must_use]
    pub fn nth(self, replicate: u64, generation: u32, purpose: Purpose, index: u64, cell: u64) -> StreamRng {
        let purpose = purpose as u64 + 2 * index;
        let words = philox4x64_10([u64::from(generation), replicate, purpose, cell], [self.seed, self.experiment]);
        let mut seed = [0; 32];
        for (bytes, word) in seed.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        StreamRng::from_seed(seed)
    }
}

/// Number of an experiment: the 64-bit FNV-1a hash of its name.
///
/// # Source
/// Fowler, Noll, Vo; draft-eastlake-fnv: h <- (h xor byte) * 0x100000001b3, from h = 0xcbf29ce484222325.
///
/// # Examples
/// ```
/// use goldenweight_replicates::stream::experiment_id;
/// // The test vectors of its authors.
/// assert_eq!(experiment_id(""), 0xcbf2_9ce4_8422_2325);
/// assert_eq!(experiment_id("foobar"), 0x8594_4171_f739_67e8);
/// ```
#[must_use]
pub const fn experiment_id(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x100_0000_01b3);
        i += 1;
    }
    hash
}

/// Fresh seed number `index` that is derived from a base seed, the same on every platform.
///
/// # Formula
/// The first word of the Philox block of counter (index, 0, 0, 0) under the key (base, FNV-1a of "fresh seed").
///
/// # Examples
/// ```
/// use goldenweight_replicates::stream::{DEFAULT_SEED, fresh_seed};
/// // The same number as NumPy's Philox gives.
/// assert_eq!(fresh_seed(DEFAULT_SEED, 0), 6_460_693_981_964_702_039);
/// ```
#[must_use]
pub fn fresh_seed(base: u64, index: u64) -> u64 {
    philox4x64_10([index, 0, 0, 0], [base, experiment_id("fresh seed")])[0]
}

/// The Philox4x64-10 bijection of a counter under a key.
///
/// # Source
/// Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011), with its constants.
///
/// # Tested by
/// the known-answer vectors of the authors' library Random123.
#[inline]
fn philox4x64_10(mut c: [u64; 4], mut k: [u64; 2]) -> [u64; 4] {
    for _ in 0..10 {
        let (low0, high0) = widening_mul(0xD2E7_470E_E14C_6C93, c[0]);
        let (low1, high1) = widening_mul(0xCA5A_8263_9512_1157, c[2]);
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0];
        k = [k[0].wrapping_add(0x9E37_79B9_7F4A_7C15), k[1].wrapping_add(0xBB67_AE85_84CA_A73B)];
    }
    c
}

/// Low and high word of the product.
const fn widening_mul(a: u64, b: u64) -> (u64, u64) {
    let product = a as u128 * b as u128;
    (product as u64, (product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random123, tests/kat_vectors, lines "philox4x64 10": counter, key, output.
    #[test]
    fn philox_known_answers() {
        let ones = u64::MAX;
        let pi = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89];
        let cases = [
            (
                [0; 4],
                [0; 2],
                [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b],
            ),
            (
                [ones; 4],
                [ones; 2],
                [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0],
            ),
            (
                pi,
                [0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c],
                [0xa528_f454_03e6_1d95, 0x38c7_2dbd_566e_9788, 0xa5a1_610e_72fd_18b5, 0x57bd_43b5_e52b_7fe6],
            ),
        ];
        for (counter, key, output) in cases {
            assert_eq!(philox4x64_10(counter, key), output);
        }
    }

    /// NumPy's Philox is the same bijection and adds 1 to its counter first: `numpy.random.Philox(counter=[index - 1, 0, 0, 0],
    /// key=[base, fnv("fresh seed")]).random_raw()`.
    #[test]
    fn fresh_seeds_are_those_of_another_system() {
        assert_eq!(fresh_seed(DEFAULT_SEED, 0), 6_460_693_981_964_702_039);
        assert_eq!(fresh_seed(DEFAULT_SEED, 1), 10_701_673_802_632_808_246);
        assert_eq!(fresh_seed(7, 19), 6_056_083_027_917_396_700);
    }

    /// The test vectors of the FNV authors for 64-bit FNV-1a.
    #[test]
    fn fnv_known_answers() {
        assert_eq!(experiment_id(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(experiment_id("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(experiment_id("foobar"), 0x8594_4171_f739_67e8);
    }
}
