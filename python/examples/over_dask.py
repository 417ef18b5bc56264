"""Blocks of replicates over a Dask cluster, here on this machine alone (loopback): the same bits as one process. python examples/over_dask.py"""

import numpy as np
from dask.distributed import Client, LocalCluster
from sklearn.linear_model import LinearRegression

import goldenweight as gw


def main() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((5000, 3))
    y = X @ [1.0, -2.0, 0.5] + rng.standard_normal(5000)
    asked = dict(real=100, synthetic=100, weight=[0.5, 0.618, 0.75], generations=10, burn_in=5, replicates=48, seed=7)
    alone = gw.retrain(LinearRegression(), X, y, **asked)
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        with Client(cluster) as client:
            spread = gw.retrain(
                LinearRegression(), X, y, **asked, mapper=lambda block, blocks: client.gather(client.map(block, blocks))
            )
    print(spread)
    assert spread == alone, "the bits depend on the cluster"
    print("\nthe same bits as one process")


if __name__ == "__main__":
    main()
