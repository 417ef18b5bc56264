//! Whether the fits of a chain exist.

use super::{FitFailure, Simulator};
use crate::stream::StreamRng;

/// Another simulator's chains, of which the loss is 1 from the first fit on that does not exist, and 0 before.
#[derive(Clone, Debug)]
pub struct Existence<S>(pub S);

/// The chain, and whether a fit of it has failed.
#[derive(Clone, Debug)]
pub struct State<T> {
    chain: T,
    fit: Result<(), FitFailure>,
}

impl<S: Simulator> Simulator for Existence<S> {
    type Real = S::Real;
    type Noise = S::Noise;
    type State = State<S::State>;

    const LOSSES: &'static [&'static str] = &["ended"];

    fn real(&self) -> S::Real {
        self.0.real()
    }

    fn noise(&self) -> S::Noise {
        self.0.noise()
    }

    fn state(&self) -> Self::State {
        State { chain: self.0.state(), fit: Ok(()) }
    }

    fn draw_real(&self, rng: &mut StreamRng, real: &mut S::Real) -> Result<(), FitFailure> {
        self.0.draw_real(rng, real)
    }

    fn draw_noise(&self, rng: &mut StreamRng, noise: &mut S::Noise) {
        self.0.draw_noise(rng, noise);
    }

    fn start(&self, real: &S::Real, State { chain, fit }: &mut Self::State) -> Result<(), FitFailure> {
        *fit = self.0.start(real, chain);
        Ok(())
    }

    fn retrain(
        &self,
        weight: f64,
        real: &S::Real,
        noise: &S::Noise,
        State { chain, fit }: &mut Self::State,
    ) -> Result<(), FitFailure> {
        *fit = fit.and_then(|()| self.0.retrain(weight, real, noise, chain));
        Ok(())
    }

    fn losses(&self, state: &Self::State, out: &mut [f64]) {
        out[0] = f64::from(u8::from(state.fit.is_err()));
    }
}
