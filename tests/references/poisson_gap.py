"""How far the risk of Poisson regression without real data is from its limit law (figure 7 (f)), and what that leaves in a ladder.

    python3 tests/references/poisson_gap.py

A row tells e^(x'beta), a lognormal number: n rows are worth n/e^(|beta|^2) equal ones, and the gap is not of order 1/n until n is far beyond
e^(|beta|^2). Fits lose their noise to a control variate: the sum of D_t = I(beta)^(-1/2) I(beta_(t-1))^(-1/2) s_t, where s_t is the mean score of
generation t's rows at the coefficients they were drawn from. Its terms are martingale differences with covariance I(beta)^-1/n, so the squared length
of the sum has the limit law's mean A (1 + t)/n exactly, and goes with the loss of the fit ever more closely as n grows.
The results are in docs/statistics.md. Python 3.11.7, NumPy 2.4.6.
"""

import numpy as np

P, GENERATIONS = 4, (1, 2)
SIZES = {400: 20000, 800: 30000, 1600: 20000, 3200: 12000, 6400: 6000, 12800: 3000, 25600: 1500, 51200: 1000}
LADDERS = ((400, 800, 1600, 3200), (800, 1600, 3200, 6400), (800, 3200, 12800, 51200))
beta = np.ones(P)
rng = np.random.default_rng(20250218)


def inverse_root(b):
    """I(b)^(-1/2), where I(b) = e^(|b|^2/2) (1 + b b')."""
    norm2 = b @ b
    return np.exp(-norm2 / 4) * (np.eye(P) + (1 / np.sqrt(1 + norm2) - 1) * np.outer(b, b) / norm2)


def fit(x, y, start):
    """Maximum likelihood by Newton's method, halving steps that lower the likelihood."""
    b, value = start, y @ (x @ start) - np.exp(x @ start).sum()
    for _ in range(60):
        mean = np.exp(x @ b)
        step = np.linalg.solve((x * mean[:, None]).T @ x, x.T @ (y - mean))
        if abs(step).max() < 1e-9:
            return b
        while (moved := y @ (x @ (b + step)) - np.exp(x @ (b + step)).sum()) < value - 1e-9 * abs(value):
            step = step / 2
        b, value = b + step, moved
    raise ArithmeticError("Newton's method did not converge")


root = inverse_root(beta)
constant = np.trace(root @ root)
gap, error = {}, {}
for n, replicates in SIZES.items():
    loss, control = np.zeros(replicates), np.zeros(replicates)
    for r in range(replicates):
        b, linear = beta, np.zeros(P)
        for t in range(GENERATIONS[-1] + 1):
            x = rng.standard_normal((n, P))
            mean = np.exp(x @ b)
            y = rng.poisson(mean)
            linear = linear + root @ inverse_root(b) @ (x.T @ (y - mean)) / n
            b = fit(x, y, b)
            if t in GENERATIONS:
                limit = constant * (1 + t) / n * len(GENERATIONS)
                loss[r] += (b - beta) @ (b - beta) / limit
                control[r] += linear @ linear / limit
    slope = np.cov(loss, control)[0, 1] / control.var(ddof=1)
    cleared = loss - slope * (control - 1)
    gap[n], error[n] = cleared.mean() - 1, cleared.std() / replicates**0.5
    print(f"n = m = {n}: simulated/limit {loss.mean():.4f} +- {loss.std() / replicates**0.5:.4f}, ", end="")
    print(f"with the control variate {1 + gap[n]:.4f} +- {error[n]:.4f}", flush=True)
for ladder in LADDERS:
    powers = np.vander([ladder[0] / n for n in ladder], 3, increasing=True)
    weights = np.linalg.pinv(powers)[0]
    left, noise = weights @ [gap[n] for n in ladder], np.linalg.norm(weights * [error[n] for n in ladder])
    print(f"{ladder}: the fit 1 + c1/n + c2/n^2 is off by {left:.4f} +- {noise:.4f}; its standard error is {np.linalg.norm(weights):.2f} of a rung's")
