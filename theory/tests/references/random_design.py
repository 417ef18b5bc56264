"""Digits of the exact law of linear regression under random design: g and rho of e_t = sigma^2 g + rho e_{t-1}.

    pip install python-flint==0.9.0
    python3 random_design.py > random_design.csv

By de Bruijn's Pfaffians of the joint density of the eigenvalues, with the double integrals that they are made of, over monomials and in 120 digits; rho from its
original formula ((nu - 1) E sum F^2 - E (sum F)^2)/(p (nu - p - 1)), which needs pairs of eigenvalues. The program computes neither a Pfaffian nor a pair.
It takes eight minutes. Every number is computed with two steps of the quadrature that are not multiples of each other, and is printed if they agree to 22 digits.
"""
import math
from flint import arb, arb_mat, ctx, fmpq

ctx.dps = 120

PLACES = [  # n, m, p, w
    (7, 12, 1, "0.4"), (100, 100, 1, "0.618"), (4, 9, 1, "0.001"), (12, 1, 1, "0.97"),
    (7, 12, 2, "0.4"), (8, 6, 2, "0.7"), (100, 100, 2, "0.618"), (60, 15, 2, "0.0001"), (4, 2, 2, "0.3"), (400, 2, 2, "0.999"), (5000, 800, 2, "0.85"),
    (9, 7, 3, "0.4"), (1000, 1000, 3, "0.6"), (6, 40, 3, "0.05"),
    (12, 20, 4, "0.3"), (30, 8, 4, "0.7"), (100, 526, 4, "0.35"), (6, 5, 4, "0.5"),
    (10, 3, 5, "0.5"), (9, 20, 7, "0.2"), (40, 25, 8, "0.6"), (16, 12, 13, "0.9"), (25, 30, 20, "0.5"),
]


def sine_integrals(count):
    """Si(pi j), j = 0 .. count - 1."""
    return [(arb.pi() * j).si() for j in range(count)]


def law(n, m, p, w, step):
    w = arb(fmpq(int(w.split(".")[1]), 10 ** len(w.split(".")[1])))
    u, nu = 1 - w, n + m
    # Eigenvalues inside (0, 1): see the rank-deficient case in the derivation.
    inside = p - max(p - m, 0) - max(p - n, 0)
    a, b = arb(fmpq(abs(m - p) + 1, 2)), arb(fmpq(abs(n - p) + 1, 2))
    kappa = w * m / (u * n)
    center = (abs(m - p) + inside) / (abs(n - p) + inside)
    # The weight decays like e^{as} to the left and e^{-bs} to the right, the functions change around ln kappa.
    bulk = 20 * math.sqrt(1 / float(a.mid()) + 1 / float(b.mid()))
    low = min(math.log(center), float(kappa.log().mid())) - (70 + 10 * inside) / float(a.mid()) - bulk
    high = max(math.log(center), float(kappa.log().mid())) + (70 + 10 * inside) / float(b.mid()) + bulk
    low, high = math.floor(low / step), math.ceil(high / step)
    rows, h = [], arb(step)
    mean = arb(center) / (1 + arb(center))
    for k in range(low, high + 1):
        odds = (h * k).exp()
        x = odds / (1 + odds)
        weight = ((a * x.log()) + b * (1 - x).log()).exp()
        rows.append((x, weight, odds / (odds + kappa)))
    largest = max(r[1].mid() for r in rows)
    # Beyond, nothing is left in the digits printed: polynomials and the functions of F grow by less than 10^30.
    rows = [r for r in rows if r[1].mid() > largest * arb("1e-60")]
    count = len(rows)
    si = sine_integrals(count)
    factor = 2 * h * h / arb.pi()
    sign = arb_mat(count, count, [factor * (si[l - k] if l >= k else -si[k - l]) for k in range(count) for l in range(count)])
    phi = [[weight * (x - mean) ** i for i in range(inside)] for x, weight, _ in rows]

    def scaled(values):
        return arb_mat(count, inside, [v * e for v, row in zip(values, phi) for e in row])

    odd = inside % 2
    size = inside + odd
    one = scaled([arb(1)] * count)

    def skew(left, right, border):
        block = left.transpose() * (sign * right)
        full = arb_mat(size, size)
        for i in range(inside):
            for j in range(inside):
                full[i, j] = block[i, j]
            if odd and border is not None:
                v = sum((border[k, i] for k in range(count)), arb(0)) * h
                full[i, inside], full[inside, i] = v, -v
        return full

    inverse = skew(one, one, one).inv()

    def first(values):
        f = scaled(values)
        once = skew(f, one, None) + skew(one, f, f)
        return inverse * once

    def trace(matrix):
        return sum((matrix[i, i] for i in range(size)), arb(0))

    f = [r[2] for r in rows]
    q = [(w / n) * (1 - r[0]) + (u / m) * r[0] for r in rows]
    g = [((w / n) ** 2 * (1 - r[0]) + (u / m) ** 2 * r[0]) / qq ** 2 for r, qq in zip(rows, q)]
    single = first(f)
    sum_f = trace(single) / 2
    scaled_f = scaled(f)
    twice = 2 * (inverse * skew(scaled_f, scaled_f, None))
    pairs = trace(twice) / 2 - trace(single * single) / 2 + sum_f ** 2
    squares = trace(first([v * v for v in f])) / 2
    ones = max(p - n, 0)
    zeros = max(p - m, 0)
    sum_g = trace(first(g)) / 2 + zeros + ones
    all_squares = squares + ones
    square_of_sum = pairs + squares + 2 * ones * sum_f + ones ** 2
    rest = nu - p - 1
    return sum_g / rest, ((nu - 1) * all_squares - square_of_sum) / (p * rest)


def digits(x):
    return x.mid().str(20, radius=False)


if __name__ == "__main__":
    print("n,m,p,w,g,rho")
    for n, m, p, w in PLACES:
        inside = p - max(p - m, 0) - max(p - n, 0)
        # Narrow weights need a small step: four standard deviations of ln(x/(1 - x)) are about 2 (1/a + 1/b)^(1/2).
        spread = math.sqrt(1 / (abs(m - p) + 1) + 1 / (abs(n - p) + 1)) if inside else 1
        step = min(0.125, 0.2 * spread) / (1 + inside / 16)
        one, other = law(n, m, p, w, step), law(n, m, p, w, 0.8125 * step)
        for x, y in zip(one, other):
            assert abs((x - y) / y).mid() < 1e-22, (n, m, p, w, digits(x), digits(y), digits(abs((x - y) / y)))
        print(f"{n},{m},{p},{w},{digits(other[0])},{digits(other[1])}", flush=True)
