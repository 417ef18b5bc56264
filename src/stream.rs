//! Keyed random streams: a stream belongs to a key, never to a thread.

use rand::rngs::Xoshiro256PlusPlus;

/// The generator of every draw.
pub type StreamRng = Xoshiro256PlusPlus;
