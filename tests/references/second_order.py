"""The law to second order of logistic regressions whose labels do not follow the model: the digits in tests/adult.rs and theory/tests/laws/misspecified.rs.

    python3 tests/references/second_order.py

The error g = g1 + g2 + g3 of a generation by orders of n^(-1/2), its first three moments about 0 contracted term by term in NumPy, where the program steps the mean,
the covariance and the third cumulant with the terms collected. Made with Python 3.11, NumPy 2.
"""

import pathlib

import numpy as np

es = np.einsum


def mu(e):
    return 1 / (1 + np.exp(-e))


def cum(e):
    s = mu(e)
    v = s * (1 - s)
    return v, v * (1 - 2 * s), v * (1 - 6 * v)


def pseudo(x, mass, q):
    b = np.zeros(x.shape[1])
    for _ in range(60):
        s = mu(x @ b)
        g = (mass * (q - s)) @ x
        I = es("n,ni,nj->ij", mass * s * (1 - s), x, x)
        b = b + np.linalg.solve(I, g)
    return b


class Law:
    """Rows x with their masses and the chance q of a label 1; the error d'Qd. First indices are raised by H."""

    def __init__(s, x, mass, q, Q=None):
        s.p = p = x.shape[1]
        s.b = b = pseudo(x, mass, q)
        m = mu(x @ b)
        a2, a3, a4 = cum(x @ b)
        r1 = q - m
        r2 = q * (1 - m) ** 2 + (1 - q) * m**2
        r3 = q * (1 - m) ** 3 - (1 - q) * m**3
        I = es("n,ni,nj->ij", mass * a2, x, x)
        H = np.linalg.inv(I)
        X = x @ H  # raised
        s.H = H
        s.Q = np.eye(p) if Q is None else Q
        T3 = lambda c, *f: es("n,ni,nj,nk->ijk", mass * c, *f)
        T4 = lambda c, *f: es("n,ni,nj,nk,nl->ijkl", mass * c, *f)
        s.T = T3(a3, X, x, x)
        s.J3 = T3(a3, X, X, X)
        s.Jrr = T3(a3, X, X, x)
        s.K = T4(a4, X, x, x, x)
        s.Krr = T4(a4, X, X, x, x)
        s.S = es("n,ni,nj->ij", mass * r2, X, X)
        s.Q3 = T3(r3, X, X, X)
        s.X = T3(r1 * a2, X, X, x)  # <N_i F_jk>
        s.Y = T4(r1 * a3, X, X, x, x)  # <N_i C_jkl>
        d = np.eye(p)
        s.Phi = T4(a2**2, X, x, X, x) - es("ij,kl->ijkl", d, d)  # <F_ij F_kl>
        s.Zr = T4(r2 * a2, X, X, X, x) - es("ij,kl->ijkl", s.S, d)  # <N_i N_j F_kl>
        s.Zs = T4(a2**2, X, X, X, x) - es("ij,kl->ijkl", H, d)

    def risk(s, st):
        m, C, C2, M3 = st
        T, K, Q = s.T, s.K, s.Q
        W = es("ij,kl->ijkl", C, C)
        W = W + W.transpose(0, 2, 1, 3) + W.transpose(0, 3, 2, 1)
        r2 = es("ij,ij", Q, C2) - es("ai,abc,ibc", Q, T, M3)
        r2 += 0.25 * es("ab,aij,bkl,ijkl", Q, T, T, W)
        r2 -= es("ai,ajkl,ijkl", Q, K, W) / 3
        r2 += es("ai,ajb,bkl,ijkl", Q, T, T, W)
        return np.array([es("ij,ij", Q, C), r2])

    def step(s, st, w, k):
        m, C, C2, M3 = st
        u = 1 - w
        H = s.H
        sym = lambda a: a + a.T
        N1 = w * w * s.S + k * u * u * H
        Cn = u * u * C + N1  # <g1 g1>
        X = w * w * s.X  # <N_i F_jk>, also <g1_i F_jk>
        xi = es("aia->i", X)  # E F N
        mn = u * m - xi
        beta = m - 0.5 * es("iab,ab->i", s.T, C)
        n2 = u * u * C2 + k * u * u * (es("ijl,l->ij", s.Jrr, beta) + 0.5 * es("ijkl,kl->ij", s.Krr, C))
        # E g1_i g2_j , g2=-F g1+uGe
        Z = w**3 * s.Zr + u**3 * k * k * s.Zs  # <N_i N_a F_ja> : index (i,a,j,l)
        A = es("iaja->ij", Z)
        A = A + u * np.outer(m, xi)  # e_i F_ja N_a
        A = A + u * es("ija,a->ij", X, m)  # N_i F_ja e_a
        c = -sym(A)
        # E g2 g2'
        sP = w * w + k * u * u
        FF = lambda M: es("iajb,ab->ij", s.Phi, M)
        g22 = sP * FF(Cn) + np.outer(xi, xi) + es("bia,ajb->ij", X, X)
        g22 += -sym(u * k * u * u * FF(C))  # -(F g1)(uGe)': <FG>=k u Phi, <g1 e>=u C
        g22 += u * u * k * FF(C)
        # E g1_i g3_j ; g3=-F g2 + F T[g1,g1]/2 - C[g1,g1]/2 ; -F g2 = F F g1 - u F G e
        P2 = es("jaab->jb", s.Phi)  # <F_ja F_ab>
        B = sP * es("jb,ib->ij", P2, Cn) + es("ija,bab->ij", X, X) + es("iab,bja->ij", X, X)
        B -= u * k * u * u * es("jb,bi->ij", P2, C)
        # F_ja T_abc g_b g_c g_i : <F g_i><g_b g_c> + 2 <F g_b><g_c g_i>
        B += 0.5 * (es("ija,abc,bc->ij", X, s.T, Cn) + 2 * es("bja,abc,ci->ij", X, s.T, Cn))
        Y = w * w * s.Y
        B -= 0.5 * (es("ijbc,bc->ij", Y, Cn) + 2 * es("bjbc,ci->ij", Y, Cn))
        C2n = n2 + c + g22 + sym(B)
        # third
        sym3 = lambda t: t + t.transpose(1, 0, 2) + t.transpose(1, 2, 0)  # first index distinguished, others symmetric
        M = u**3 * M3 + w**3 * s.Q3 + u**3 * k * k * s.J3
        M = M + sym3(u * es("i,jk->ijk", m, N1) + u**3 * k * es("jkl,li->ijk", s.Jrr, C))
        # g1 g1 g2_k = -( <ij> xi_k + <g_i F_ka><g_j g_a> + (i<->j))
        t = es("k,ij->kij", xi, Cn) + es("ika,ja->kij", X, Cn) + es("jka,ia->kij", X, Cn)
        M = M - sym3(t)
        return mn, Cn, C2n, M

    def path(s, w, k, T):
        p = s.p
        st = (np.zeros(p), np.zeros((p, p)), np.zeros((p, p)), np.zeros((p, p, p)))
        st = s.step(st, 1.0, k)
        out = [s.risk(st)]
        for _ in range(T):
            st = s.step(st, w, k)
            out.append(s.risk(st))
        return np.array(out)


four = Law(
    np.array([[1, 0.0], [1, 1], [1, 2.5], [1, -1]]), np.array([0.3, 0.3, 0.2, 0.2]), np.array([0.5, 0.2, 0.8, 0.6]), np.array([[2, -0.5], [-0.5, 1]])
)
print("four rows", four.b)
for k, w in [(1, 0.6), (0.5, 0.3), (2, 0.8), (1, 0)]:
    path = four.path(w, k, 400 if w else 3)
    print(k, w, *(repr(float(r)) for t in (0, 3, -1) for r in path[t]))

table = np.loadtxt(pathlib.Path(__file__).parents[2] / "src" / "adult" / "rows.csv", delimiter=",", skiprows=1)
columns, label, share = table[:, :5], table[:, 5], table[:, 6] / table[:, 6].sum()
means = share @ columns
spreads = np.sqrt(share @ (columns - means) ** 2)
x = np.column_stack([np.ones(len(share)), (columns - means) / spreads])
to_raw = np.diag(np.concatenate([[1], 1 / spreads]))
to_raw[0, 1:] = -means / spreads
for name, loss in [("raw", to_raw.T @ to_raw), ("standardised", np.eye(6))]:
    law = Law(x, share, label, loss)
    for k, w in [(1, 1), (1, 0.62), (4, 0.5)]:
        path = law.path(w, k, 60)
        print(name, k, w, *(repr(float(r)) for t in (0, 5, -1) for r in path[t]))
