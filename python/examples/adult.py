"""Three estimators, retrained on the Adult table: logistic regression and naive Bayes, whose best weight the theory tells, and boosted trees, of which no theory is
known. Runs in about a minute on two cores: python examples/adult.py"""

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import goldenweight as gw


def own_rows(fit, X, rng):
    """Naive Bayes makes covariates too: a class, then independent normal columns."""
    drawn = rng.choice(len(fit.classes_), size=len(X), p=fit.class_prior_)
    return fit.theta_[drawn] + np.sqrt(fit.var_[drawn]) * rng.standard_normal(X.shape), fit.classes_[drawn]


def means_off(fit, reference, X):
    """Squared errors of the class means, over the variances of the classes, weighted by the classes' shares."""
    off = (fit.theta_ - reference.theta_) ** 2 / reference.var_
    return float(reference.class_prior_ @ off.sum(axis=1))


def main() -> None:
    X, y, _ = gw.datasets.adult()
    X = (X - X.mean(axis=0)) / X.std(axis=0)

    # kappa is not k: at these rows the labels vary less, or more, than the model says.
    advice = gw.advise(X, y, family="logistic", synthetic=len(y))
    print(f"advise: kappa/k = {advice.kappa:.4f}, w*(kappa) at k = 1: {advice.weight:.4f}\n")
    logistic = gw.retrain(
        LogisticRegression(C=np.inf, solver="newton-cholesky"), X, y, real=2000, synthetic=2000, weight="search",
        generations=6, burn_in=4, replicates=96, jobs=-1,
    )  # fmt: skip
    print(logistic, "\n")
    assert abs(logistic.limit_weight - advice.weight) < 1e-12

    # The variance of a class mean is that of its rows, whatever their law: A_s = A_r, and the weight is w*(k).
    bayes = gw.retrain(
        GaussianNB(), X, y, real=500, synthetic=1000, weight="search", generations=8, burn_in=5, replicates=96,
        sampler=own_rows, loss=means_off, ratio=1.0, jobs=-1,
    )  # fmt: skip
    print(bayes, "\n")
    assert bayes.limit_weight == bayes.golden_weight

    boosted = gw.retrain(
        GradientBoostingClassifier(n_estimators=20, max_depth=2), X, y, real=500, synthetic=500,
        weight=[0.3, 0.45, 0.618, 0.75, 0.9, 1], generations=4, replicates=48, jobs=-1,
    )  # fmt: skip
    print(boosted)
    assert boosted.theory_weight is None and boosted.theory == "no theory covers GradientBoostingClassifier"


if __name__ == "__main__":
    main()
