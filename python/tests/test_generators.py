"""`audit` beside the truth: six generators on three public tables, judged on held-out rows. docs/audit.md has a longer run of the same."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from generators import GENERATORS, Cell, Public, judged, publics

#: Pairs of tables in each cell, and resamples of each audit.
PAIRS, BOOTSTRAP = 40, 100

#: Error of this module, over all comparisons that it makes: a verdict in each of 18 cells, an estimate in each.
ERROR = 1e-3 / 36

#: A truth is told from 1 only where it is so many of its standard errors away.
ERRORS = 3


@pytest.fixture(scope="module", params=[table.name for table in publics()])
def cells(request: pytest.FixtureRequest) -> list[Cell]:
    table: Public = next(table for table in publics() if table.name == request.param)
    return [judged(table, generator, 0, PAIRS, BOOTSTRAP) for generator in GENERATORS]


def side(cell: Cell) -> int:
    """Whether pooling truly helps (-1) or harms (1), or these pairs do not tell (0)."""
    truth, error = cell.pooled
    return 0 if abs(truth - 1) <= ERRORS * error else 1 if truth > 1 else -1


def test_a_false_verdict_is_as_rare_as_it_says(cells: list[Cell]) -> None:
    """Each verdict is false with 5 % at most. Of so many pairs no more are than a binomial law with 5 % would exceed with ERROR."""
    most = binom.isf(ERROR, PAIRS, 0.05)
    for cell in cells:
        false = {-1: cell.verdicts["harmful"], 0: 0, 1: cell.verdicts["helps"]}[side(cell)]
        assert false <= most, (cell.generator, cell.pooled, cell.verdicts)


def test_the_estimated_risk_is_on_the_side_of_the_truth(cells: list[Cell]) -> None:
    """Where the truth is told from 1, audit's estimates have their median on its side: no more are on the other one than half would exceed with ERROR."""
    most = binom.isf(ERROR, PAIRS, 0.5)
    for cell in cells:
        other = sum(side(cell) * (audit.pooling["relative_risk"] - 1) < 0 for audit in cell.audits)
        assert other <= most, (cell.generator, cell.pooled, cell.estimated())
    # The generator that repeats rows helps, the one that forgets how columns go together harms.
    by_name = {cell.generator: side(cell) for cell in cells}
    assert by_name["own_rows"] == -1 and by_name["shuffled"] == 1


def test_harm_is_found(cells: list[Cell]) -> None:
    """A table whose pooling is five times as bad as none is called harmful more often than not."""
    for cell in cells:
        if cell.pooled[0] - ERRORS * cell.pooled[1] > 5:
            assert cell.verdicts["harmful"] > PAIRS / 2, (cell.generator, cell.pooled, cell.verdicts)


def test_the_weight_costs_what_the_prices_say(cells: list[Cell]) -> None:
    """A weight that is made from the data may be worse than the real rows alone: by the largest price that audit prints, and the error of this simulation."""
    for cell in cells:
        risk, error = cell.weighted
        declared = max(price["plug_in"] for audit in cell.audits for price in audit.prices)
        assert risk - ERRORS * error <= declared, (cell.generator, cell.weighted, declared)


def test_no_table_was_refused(cells: list[Cell]) -> None:
    assert [cell.refused for cell in cells] == [0] * len(GENERATORS)
