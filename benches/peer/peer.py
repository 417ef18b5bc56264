"""Figure 8's chains in Numba: the peer with whose time the program's is compared. One thread, one weight, one replicate per chain.

Each function runs chains of T generations (0 to T - 1, of which 0 is fitted on real rows alone) and returns, for each of them, the loss
averaged over generations B to T - 1. Every row is drawn. Real and synthetic rows have weights w/n and (1 - w)/m; fits are warm-started
from the last generation's. Numba's own generator is a compiled PCG64 with ziggurat normals, faster than its legacy Mersenne Twister.
"""

import math

import numpy as np
from numba import njit

# Division by zero gives an infinity, as in NumPy: no branch around a division.
compiled = njit(cache=True, error_model="numpy")

# A Newton step that changes no coefficient by more is the last: the error left is of the order of its square. A step that changes one
# by more than 1 is shortened, so that far from the maximum Newton's method does not overshoot.
LAST_STEP = 1e-6
MOST_STEPS = 100


@compiled
def cholesky(a, p):
    """Replaces the lower triangle of a by its Cholesky factor."""
    for j in range(p):
        for k in range(j):
            a[j, j] -= a[j, k] * a[j, k]
        a[j, j] = math.sqrt(a[j, j])
        for i in range(j + 1, p):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
            a[i, j] /= a[j, j]


@compiled
def solve(a, b, p):
    """Replaces b by the solution of a x = b and a by its factor."""
    cholesky(a, p)
    for i in range(p):
        for k in range(i):
            b[i] -= a[i, k] * b[k]
        b[i] /= a[i, i]
    for i in range(p - 1, -1, -1):
        for k in range(i + 1, p):
            b[i] -= a[k, i] * b[k]
        b[i] /= a[i, i]


@compiled
def squared_error(beta, truth):
    total = 0.0
    for j in range(beta.size):
        total += (beta[j] - truth) ** 2
    return total


@compiled
def add_moments(rng, origin, factor, rows, share, mean, cov, x, z):
    """Draws rows N(origin, factor factor') and adds share times their mean and covariance (lower triangle)."""
    p = origin.size
    own = np.zeros(p)
    for r in range(rows):
        for j in range(p):
            z[j] = rng.standard_normal()
        for i in range(p):
            value = origin[i]
            for k in range(i + 1):
                value += factor[i, k] * z[k]
            x[r, i] = value
            own[i] += value
    for j in range(p):
        own[j] /= rows
        mean[j] += share * own[j]
    scale = share / (rows - 1)
    for r in range(rows):
        for i in range(p):
            centred = scale * (x[r, i] - own[i])
            for j in range(i + 1):
                cov[i, j] += centred * (x[r, j] - own[j])


@compiled
def gaussian(rng, n, m, p, w, T, B, chains):
    """|mean|^2 and |covariance - I|^2."""
    losses = np.zeros((2, chains))
    zeros, identity = np.zeros(p), np.eye(p)
    x, z = np.empty((max(n, m), p)), np.empty(p)
    for c in range(chains):
        mean, cov, factor = np.zeros(p), np.zeros((p, p)), np.zeros((p, p))
        for t in range(T):
            new_mean, new_cov = np.zeros(p), np.zeros((p, p))
            add_moments(rng, zeros, identity, n, 1.0 if t == 0 else w, new_mean, new_cov, x, z)
            if t > 0:
                factor[:] = cov
                cholesky(factor, p)
                add_moments(rng, mean, factor, m, 1.0 - w, new_mean, new_cov, x, z)
            mean, cov = new_mean, new_cov
            if t >= B:
                losses[0, c] += squared_error(mean, 0.0) / (T - B)
                for i in range(p):
                    losses[1, c] += (cov[i, i] - 1.0) ** 2 / (T - B)
                    for j in range(i):
                        losses[1, c] += 2.0 * cov[i, j] ** 2 / (T - B)
    return losses


@compiled
def add_equations(rng, beta, rows, share, gram, moment, x):
    """Draws rows y = x'beta + N(0, 1) and adds share times their normal equations (lower triangle)."""
    p = beta.size
    for _ in range(rows):
        mean = 0.0
        for j in range(p):
            x[j] = rng.standard_normal()
            mean += x[j] * beta[j]
        y = mean + rng.standard_normal()
        for i in range(p):
            scaled = share * x[i]
            moment[i] += scaled * y
            for j in range(i + 1):
                gram[i, j] += scaled * x[j]


@compiled
def linear(rng, n, m, p, w, T, B, chains):
    """|beta_t - beta|^2."""
    losses = np.zeros((1, chains))
    truth, gram, x = np.ones(p), np.empty((p, p)), np.empty(p)
    for c in range(chains):
        fit = np.zeros(p)
        for t in range(T):
            gram[:] = 0.0
            moment = np.zeros(p)
            add_equations(rng, truth, n, (1.0 if t == 0 else w) / n, gram, moment, x)
            if t > 0:
                add_equations(rng, fit, m, (1.0 - w) / m, gram, moment, x)
            solve(gram, moment, p)
            fit = moment
            if t >= B:
                losses[0, c] += squared_error(fit, 1.0) / (T - B)
    return losses


@compiled
def draw_labels(rng, x, y, beta, first, last):
    p = beta.size
    for r in range(first, last):
        eta = 0.0
        for j in range(p):
            x[r, j] = rng.standard_normal()
            eta += x[r, j] * beta[j]
        y[r] = 1.0 if rng.random() < 1.0 / (1.0 + math.exp(-eta)) else 0.0


@compiled
def draw_counts(rng, x, y, beta, first, last):
    p = beta.size
    for r in range(first, last):
        eta = 0.0
        for j in range(p):
            x[r, j] = rng.standard_normal()
            eta += x[r, j] * beta[j]
        y[r] = rng.poisson(math.exp(eta))


@compiled
def logistic_newton(x, y, weight, rows, beta, hessian, step):
    """Weighted maximum likelihood from the beta given. True where it converged."""
    p = beta.size
    for _ in range(MOST_STEPS):
        hessian[:] = 0.0
        step[:] = 0.0
        for r in range(rows):
            eta = 0.0
            for j in range(p):
                eta += x[r, j] * beta[j]
            mean = 1.0 / (1.0 + math.exp(-eta))
            residual = weight[r] * (y[r] - mean)
            variance = weight[r] * mean * (1.0 - mean)
            for i in range(p):
                step[i] += residual * x[r, i]
                scaled = variance * x[r, i]
                for j in range(i + 1):
                    hessian[i, j] += scaled * x[r, j]
        solve(hessian, step, p)
        largest = 0.0
        for j in range(p):
            largest = max(largest, abs(step[j]))
        length = 1.0 if largest <= 1.0 else 1.0 / largest
        for j in range(p):
            beta[j] += length * step[j]
        if largest < LAST_STEP:
            return True
    return False


@compiled
def poisson_newton(x, y, weight, rows, beta, hessian, step):
    """Weighted maximum likelihood from the beta given. True where it converged."""
    p = beta.size
    for _ in range(MOST_STEPS):
        hessian[:] = 0.0
        step[:] = 0.0
        for r in range(rows):
            eta = 0.0
            for j in range(p):
                eta += x[r, j] * beta[j]
            mean = math.exp(eta)
            residual = weight[r] * (y[r] - mean)
            variance = weight[r] * mean
            for i in range(p):
                step[i] += residual * x[r, i]
                scaled = variance * x[r, i]
                for j in range(i + 1):
                    hessian[i, j] += scaled * x[r, j]
        solve(hessian, step, p)
        largest = 0.0
        for j in range(p):
            largest = max(largest, abs(step[j]))
        length = 1.0 if largest <= 1.0 else 1.0 / largest
        for j in range(p):
            beta[j] += length * step[j]
        if largest < LAST_STEP:
            return True
    return False


@compiled
def logistic(rng, n, m, p, w, T, B, chains):
    """|beta_t - beta|^2; NaN for a chain of which a fit failed."""
    losses = np.zeros((1, chains))
    truth, hessian, step = np.ones(p), np.empty((p, p)), np.empty(p)
    x, y, weight = np.empty((n + m, p)), np.empty(n + m), np.empty(n + m)
    for c in range(chains):
        fit = np.zeros(p)
        weight[:n], weight[n:] = 1.0 / n, 0.0
        for t in range(T):
            draw_labels(rng, x, y, truth, 0, n)
            if t > 0:
                draw_labels(rng, x, y, fit, n, n + m)
            if t == 1:
                weight[:n], weight[n:] = w / n, (1.0 - w) / m
            if not logistic_newton(x, y, weight, n if t == 0 else n + m, fit, hessian, step):
                losses[0, c] = math.nan
                break
            if t >= B:
                losses[0, c] += squared_error(fit, 1.0) / (T - B)
    return losses


@compiled
def poisson(rng, n, m, p, w, T, B, chains):
    """|beta_t - beta|^2; NaN for a chain of which a fit failed."""
    losses = np.zeros((1, chains))
    truth, hessian, step = np.ones(p), np.empty((p, p)), np.empty(p)
    x, y, weight = np.empty((n + m, p)), np.empty(n + m), np.empty(n + m)
    for c in range(chains):
        fit = np.zeros(p)
        weight[:n], weight[n:] = 1.0 / n, 0.0
        for t in range(T):
            draw_counts(rng, x, y, truth, 0, n)
            if t > 0:
                draw_counts(rng, x, y, fit, n, n + m)
            if t == 1:
                weight[:n], weight[n:] = w / n, (1.0 - w) / m
            if not poisson_newton(x, y, weight, n if t == 0 else n + m, fit, hessian, step):
                losses[0, c] = math.nan
                break
            if t >= B:
                losses[0, c] += squared_error(fit, 1.0) / (T - B)
    return losses


@compiled
def cdf_loss(real, synthetic, w):
    """The integral of (F - u)^2 over [0, 1], F of weight w on the real atoms and 1 - w on the synthetic ones; sorts both."""
    real.sort()
    synthetic.sort()
    n, m = real.size, synthetic.size
    i, j, a, level, total = 0, 0, 0.0, 0.0, 0.0
    while i < n or j < m:
        if j == m or (i < n and real[i] <= synthetic[j]):
            b = real[i]
            i += 1
        else:
            b = synthetic[j]
            j += 1
        left, right = level - a, level - b
        total += (b - a) * (left * left + left * right + right * right)
        a, level = b, i * w / n + j * (1.0 - w) / m
    left, right = level - a, level - 1.0
    return (total + (1.0 - a) * (left * left + left * right + right * right)) / 3.0


@compiled
def cdf(rng, n, m, p, w, T, B, chains):
    """The integral of (F_t - F)^2 dF, real rows U(0, 1). Atoms are sorted only where the loss is needed."""
    losses = np.zeros((1, chains))
    for c in range(chains):
        real, new_real = np.empty(n), np.empty(n)
        synthetic, new_synthetic = np.empty(m), np.empty(m)
        for t in range(T):
            for r in range(n):
                new_real[r] = rng.random()
            if t > 0:
                # One uniform picks the part and the row in it.
                on_real = 1.0 if t == 1 else w
                for r in range(m):
                    u = rng.random()
                    if u < on_real:
                        new_synthetic[r] = real[min(int(u / on_real * n), n - 1)]
                    else:
                        new_synthetic[r] = synthetic[min(int((u - on_real) / (1.0 - on_real) * m), m - 1)]
            real, new_real = new_real, real
            synthetic, new_synthetic = new_synthetic, synthetic
            if t >= B:
                losses[0, c] += cdf_loss(real, synthetic, w) / (T - B)
    return losses


MODELS = {"gaussian": gaussian, "linear": linear, "logistic": logistic, "poisson": poisson, "cdf": cdf}
