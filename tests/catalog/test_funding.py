import pytest

from onward.catalog.funding import funding_flags, length_fits, loan_years, yearly_payment
from onward.data.tables import FUNDING

UNKNOWN = float("nan")


@pytest.mark.parametrize(
    ("weeks", "clock_hours", "credits_", "fits"),
    [
        (8.0, 150.0, UNKNOWN, True),
        (14.9, 599.0, UNKNOWN, True),
        (8.0, 149.0, UNKNOWN, False),
        (8.0, 600.0, UNKNOWN, False),
        (7.9, 300.0, UNKNOWN, False),
        (15.0, 300.0, UNKNOWN, False),
        (10.0, UNKNOWN, 4.0, True),
        (10.0, UNKNOWN, 15.5, True),
        (10.0, UNKNOWN, 3.0, False),
        (10.0, UNKNOWN, 16.0, False),
        (10.0, 100.0, 6.0, False),
        (10.0, UNKNOWN, UNKNOWN, None),
        (10.0, UNKNOWN, 0.0, None),
        (UNKNOWN, 300.0, 6.0, None),
        (20.0, UNKNOWN, UNKNOWN, False),
    ],
)
def test_the_length_of_workforce_pell_is_told_where_it_is_known(weeks, clock_hours, credits_, fits):
    assert length_fits(weeks=weeks, clock_hours=clock_hours, credits_=credits_) is fits


def test_what_the_catalogue_names_may_pay_and_the_rest_may_not():
    flags = funding_flags("pell|gi_bill")
    assert {source for source, pays in flags.items() if pays} == {"pell", "gi_bill"}
    assert {source for source, pays in flags.items() if pays is False} == set(FUNDING) - {"pell", "gi_bill"}


def test_where_the_catalogue_says_nothing_nothing_is_said():
    assert funding_flags(None) == dict.fromkeys(FUNDING)


def test_twelve_payments_a_year_repay_the_debt():
    rate, years = 0.0639, 10
    payment, owed = yearly_payment(9_000.0, rate=rate, years=years) / 12, 9_000.0
    for _ in range(12 * years):
        owed = owed * (1 + rate / 12) - payment
    assert owed == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("level", "years"),
    [("20", 10), ("4", 10), ("3", 10), ("6", 10), ("8", 10), ("5", 15), ("7", 15), ("17", 20), ("18", 20), ("19", 20)],
)
def test_certificates_and_associate_degrees_have_ten_years_to_repay_and_higher_degrees_longer(level, years):
    assert loan_years(level) == years
