"""Times the peer and the program side by side, after a check that they simulate the same thing. Run by benches/peer/run."""

import json
import math
import platform
import resource
import statistics
import subprocess
import sys
import time

import numba
import numpy as np

import peer

PROGRAM = sys.argv[1]
ROUNDS = 9
N, M, P, T, B = 100, 100, 2, 200, 150

# Weight; chains of a turn of the peer, of the program by rows, and of the program by sufficient statistics: some .2 s each.
MODELS = {
    "gaussian": (0.618034, 256, 640, 4096),
    "linear": (0.618034, 256, 512, 4096),
    "logistic": (0.618034, 64, 128, 0),
    "poisson": (0.618034, 48, 128, 0),
    "cdf": (0.616977, 256, 384, 0),
}

# Exact risks at n = m = 100, p = 2 (p = 1 for the cdf), averaged over t = 150..199, at these weights.
EXACT = {
    "mean": ("gaussian", 0, 0.618034, 0.0123607),
    "covariance": ("gaussian", 1, 0.619810, 0.0375641),
    "cdf": ("cdf", 0, 0.616977, 0.00102829),
}
CHECKED = 1500  # chains per check

# Six comparisons; all of them right, one exceeds it with probability 4e-4.
Z_BOUND = 4.0


def program(model, weight, simulator, replicates):
    """The program's own document for these chains, on one thread."""
    name = "gaussian-mean" if model == "gaussian" else model
    line = f"simulate --threads 1 --json --model {name} --real {N} --synthetic {M} --weight {weight} --simulator {simulator}"
    line += f" --generations {T} --burn-in {B} --replicates {replicates}"
    run = subprocess.run([PROGRAM, *line.split()], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{line}: {run.stderr}")
    return json.loads(run.stdout)


def chains(rng, model, weight, count):
    return peer.MODELS[model](rng, N, M, P, weight, T, B, count)


def check(rng):
    """Compares the peer's risks with exact ones, and where there are none with the program's."""
    print("| risk | weight | peer | expected | z |\n|---|---|---|---|---|")
    rows = []
    for name, (model, loss, weight, exact) in EXACT.items():
        rows.append((name, weight, chains(rng, model, weight, CHECKED)[loss], exact, 0.0))
    for model in ("linear", "logistic", "poisson"):
        weight = MODELS[model][0]
        document = program(model, weight, "rows", CHECKED)
        rows.append((model, weight, chains(rng, model, weight, CHECKED)[0], document["risk"], document["std_error"]))
    bad = []
    for name, weight, losses, expected, error in rows:
        risk = losses.mean()
        z = (risk - expected) / math.hypot(losses.std(ddof=1) / math.sqrt(losses.size), error)
        print(f"| {name} | {weight} | {risk:.6g} | {expected:.6g}{' (the program)' if error else ''} | {z:+.2f} |")
        if not abs(z) <= Z_BOUND:  # NaN is bad too
            bad.append(name)
    if bad:
        sys.exit(f"the peer does not simulate the same: {', '.join(bad)}")


def peer_ms(rng, model, weight, count):
    """Milliseconds of processor time of a chain."""
    start = time.process_time()
    chains(rng, model, weight, count)
    return (time.process_time() - start) / count * 1e3


def program_ms(model, weight, simulator, count):
    """As peer_ms: the difference of two numbers of replicates, so that the start of the process has no part in it."""

    def seconds(replicates):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        program(model, weight, simulator, replicates)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return (seconds(64 + count) - seconds(64)) / count * 1e3


def spread(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def compare(rng):
    print("\n| model | peer, ms per chain | program by rows | peer / program | program, its fast simulator | peer / program |")
    print("|---|---|---|---|---|---|")
    for model, (weight, peers, rows, sufficient) in MODELS.items():
        turns = []
        for _ in range(ROUNDS):
            turn = [peer_ms(rng, model, weight, peers), program_ms(model, weight, "rows", rows)]
            turns.append(turn + ([program_ms(model, weight, "sufficient", sufficient)] if sufficient else []))
        times = list(zip(*turns))
        medians = [statistics.median(column) for column in times]
        by_rows = spread([a / b for a, b in zip(times[0], times[1])])
        fast = ["the same", ""]
        if sufficient:
            fast = [f"{medians[2]:.4f}", spread([a / b for a, b in zip(times[0], times[2])])]
        print(f"| {model} | {medians[0]:.3f} | {medians[1]:.3f} | {by_rows} | {fast[0]} | {fast[1]} |", flush=True)


def main():
    with open("/proc/cpuinfo") as cpuinfo, open("/proc/loadavg") as load:
        cpu = next(line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name"))
        print(f"{cpu}, load {load.read().split()[0]}; {time.strftime('%Y-%m-%d')}")
    print(f"peer: Python {platform.python_version()}, Numba {numba.__version__}, NumPy {np.__version__}\n")
    rng = np.random.default_rng(20250218)
    for model in MODELS:  # compiled before it is timed
        chains(rng, model, 0.5, 1)
    check(rng)
    compare(rng)
    print(f"\nMedians of {ROUNDS} rounds in which the two take turns, processor time on one thread; in brackets the smallest and largest of a round.")


main()
