"""A field's figure: its own, a thin one moved toward the wider, or the wider alone."""

import numpy as np
import pandas as pd
import pytest

from onward.catalog.field_figures import FieldFigures, field_figures
from onward.catalog.shrinkage import SPREADS

COLUMNS = ["field", "level", "median", "p25", "p75", "programs", "debt_programs", "median_debt"]


def figures(*rows):
    return FieldFigures.of(pd.DataFrame(rows, columns=COLUMNS))


WIDER = ("51", "1", 40_000, 35_000, 48_000, 50, 40, 9_000)
ALL = ("all", "1", 38_000, 30_000, 50_000, 900, 700, 9_500)


def test_a_field_with_five_programs_stands_for_itself():
    found = figures(("5139", "1", 55_000, 50_000, 60_000, 5, 4, 8_000), WIDER, ALL).figure("513901", "1")
    assert (found.field, found.median, found.low, found.high, found.programs) == ("5139", 55_000, 50_000, 60_000, 5)
    assert found.basis == "published"


def test_a_thin_field_is_moved_toward_its_series_by_the_stated_formula():
    found = figures(("5139", "1", 55_000, 50_000, 60_000, 2, 2, 8_000), WIDER, ALL).figure("513901", "1")
    between, programs = SPREADS["1"].fields ** 2, SPREADS["1"].programs ** 2
    weight = between / (between + np.pi / 2 * programs / 2)
    assert found.median == round(55_000**weight * 40_000 ** (1 - weight))
    assert found.basis == "imputed"
    assert found.low < found.median < found.high
    spread = found.median * np.sqrt(weight * np.pi / 2 * programs / 2)
    assert (found.high - found.low) / 1.34898 == pytest.approx(spread, abs=1)


def test_a_thin_series_gives_way_to_the_level():
    thin = ("51", "1", 40_000, 35_000, 48_000, 4, 4, 9_000)
    assert figures(thin, ALL).figure("513901", "1").field == "all"
    assert figures(thin, ALL).figure("513901", "1").median == 38_000


def test_a_field_without_programs_takes_the_wider_as_imputed():
    found = figures(WIDER, ALL).figure("513901", "1")
    assert (found.field, found.median, found.basis) == ("51", 40_000, "imputed")


def test_a_code_of_two_digits_takes_its_series():
    assert figures(WIDER, ALL).figure("51", "1").basis == "imputed"


def test_nothing_is_said_of_a_series_that_does_not_exist():
    assert figures(WIDER, ALL).figure("999999", "1") is None
    assert field_figures().figure("999999", "1") is None


def test_nothing_is_said_of_a_level_without_figures():
    assert figures(WIDER, ALL).figure("513901", "2") is None


def test_debt_takes_five_programs():
    enough = figures(("5139", "1", None, None, None, 0, 5, 8_000), WIDER)
    few = figures(("5139", "1", None, None, None, 0, 4, 8_000), WIDER)
    assert enough.debt("513901", "1") == 8_000
    assert few.debt("513901", "1") is None
    assert enough.debt("513801", "1") is None


def test_a_field_without_earnings_has_no_programs():
    found = figures(("5139", "1", None, None, None, 0, 5, 8_000), WIDER)
    assert found.programs("513901", "1") == 0
    assert found.programs("010101", "1") == 0
