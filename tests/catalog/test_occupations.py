"""Occupations behind a field: which fit, what they pay, and when a field joins what pays differently."""

import numpy as np
import pandas as pd
import pytest

from onward.catalog.occupations import (
    ASSOCIATE,
    DOCTOR,
    FITTING,
    HIGH_SCHOOL,
    NONDEGREE,
    POINTS,
    Occupations,
    occupations,
)


def made_up():
    wages = pd.DataFrame(
        [
            ("311131", "Aides", 300.0, 36_000.0, NONDEGREE, None),
            ("292061", "Nurses", 100.0, 60_000.0, NONDEGREE, None),
            ("311120", "Carers", 900.0, 30_000.0, HIGH_SCHOOL, "311121|311122"),
            ("251072", "Teachers", 50.0, 70_000.0, DOCTOR, None),
            ("292055", "Technicians", 10.0, 50_000.0, ASSOCIATE, None),
            ("999999", "Unpaid", 10.0, np.nan, NONDEGREE, None),
        ],
        columns=["soc", "title", "employment", "pct25", "entry_education", "soc_2018"],
    ).set_index("soc")
    wages = wages.assign(pct10=wages["pct25"] - 5_000, median=wages["pct25"] + 5_000)
    pairs = [
        *(("513902", soc) for soc in ("311131", "251072")),
        *(("513901", soc) for soc in ("292061", "251072", "999999")),
        *(("512601", soc) for soc in ("311120", "251072")),
        ("510909", "292055"),
    ]
    return Occupations(wages, pd.DataFrame(pairs, columns=["cip", "soc"]))


def test_teachers_never_count():
    assert made_up().fitting("513902", "1") == ("311131",)
    assert made_up().fitting("513902", "6") == ()


def test_the_education_that_fits_best_is_taken_first_and_another_where_there_is_none():
    assert made_up().fitting("512601", "1") == ("311120",)
    assert made_up().fitting("510909", "2") == ("292055",)
    assert made_up().fitting("513901", "2") == ("292061",)
    assert made_up().fitting("513901", "3") == ()


def test_an_occupation_without_wages_does_not_count():
    assert made_up().fitting("513901", "1") == ("292061",)


def test_wages_are_averaged_in_logs_by_employment():
    wage = made_up()._of(("311131", "292061"), "1")
    assert wage.dollars == pytest.approx(36_000**0.75 * 60_000**0.25, abs=0.01)
    assert wage.occupations == ("Aides", "Nurses")


def test_a_credentials_own_occupation_comes_before_its_fields():
    assert made_up().wage("513902", "292061", "1").dollars == 60_000.0
    assert made_up().wage("513902", None, "1").dollars == 36_000.0


def test_an_own_occupation_is_found_with_more_digits_and_under_the_code_that_joins_it():
    assert made_up().wage("010101", "29206100", "1").dollars == 60_000.0
    assert made_up().wage("010101", "311122", "1").occupations == ("Carers",)


def test_an_occupation_that_is_not_known_gives_way_to_the_fields():
    assert made_up().wage("513902", "000000", "1").occupations == ("Aides",)
    assert made_up().wage("010101", "000000", "1") is None


def test_a_field_that_joins_two_wages_is_lumped_for_both():
    found = made_up()
    # Of 36,000 (300 at work) and 60,000 (100) the mean of logs is 40,900: both are more than a tenth away.
    assert found.lumped("513902", None, "1")
    assert found.lumped("513901", None, "1")
    assert not found.lumped("510909", None, "2")


def test_from_the_bachelors_on_a_field_is_never_taken_as_lumped():
    bachelors = made_up().wages.assign(entry_education="Bachelor's degree")
    assert not Occupations(bachelors, made_up().crosswalk).lumped("513902", None, "3")


def test_an_own_occupation_outside_the_field_does_not_say_that_the_field_is_lumped():
    assert not made_up().lumped("510909", "311131", "2")


def test_nursing_assistants_and_practical_nurses_are_told_apart():
    aides, nurses = (occupations().wage(cip, None, "1") for cip in ("513902", "513901"))
    assert (aides.dollars, nurses.dollars) == (37_260.0, 59_000.0)
    assert occupations().lumped("513902", None, "1")
    assert occupations().lumped("513901", "292061", "1")


def test_every_level_has_a_point_and_educations():
    assert set(POINTS) == set(FITTING) == set("12345678")
