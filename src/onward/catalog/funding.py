"""What may pay for a credential, and what borrowing for it asks later: facts for learners, never a ranking."""

import numpy as np

from onward.data.tables import FUNDING, RUNGS

CLOCK_HOURS = (150.0, 600.0)
SEMESTER_HOURS = (4.0, 16.0)
WEEKS = (8.0, 15.0)
"""From the first and below the second: the length of a programme that Workforce Pell may pay for."""
DEGREES_OF_15_YEARS = ("5", "7")
"""Award levels of bachelor's and master's degrees."""
LOAN_RATE = 0.0639
"""Interest of Direct Loans to undergraduates first disbursed from July 2025 to June 2026; fixed for their life."""


def length_fits(*, weeks: float, clock_hours: float, credits_: float) -> bool | None:
    """Whether a programme's length alone is that of Workforce Pell; None where it is not known. Never eligibility.

    At least 150 and below 600 clock hours, or as much in credit hours (4 to below 16 semester hours), over at least 8
    and below 15 weeks. Clock hours count where both are known; no credits say nothing of the length. Besides, the
    governor and the Secretary have to approve the programme.

    Source: Public Law 119-21, section 83002, in force from 1 July 2026.

    >>> length_fits(weeks=10.0, clock_hours=200.0, credits_=6.0), length_fits(weeks=16.0, clock_hours=200.0, credits_=6)
    (True, False)
    >>> length_fits(weeks=10.0, clock_hours=float("nan"), credits_=0.0) is None
    True
    """
    if np.isnan(weeks):
        return None
    if not WEEKS[0] <= weeks < WEEKS[1]:
        return False
    if clock_hours > 0:
        return bool(CLOCK_HOURS[0] <= clock_hours < CLOCK_HOURS[1])
    if credits_ > 0:
        return bool(SEMESTER_HOURS[0] <= credits_ < SEMESTER_HOURS[1])
    return None


def funding_flags(codes: str | None) -> dict[str, bool | None]:
    """Whether each source of ``FUNDING`` may pay, by the catalogue; None throughout where it says nothing.

    >>> flags = funding_flags("pell|wioa")
    >>> flags["pell"], flags["employer"], funding_flags(None)["pell"]
    (True, False, None)
    """
    named = None if codes is None else set(codes.split("|"))
    return {source: None if named is None else source in named for source in FUNDING}


def yearly_payment(debt: float, *, rate: float, years: float) -> float:
    """Dollars a year that repay ``debt`` in ``years`` of equal monthly payments, at a yearly interest ``rate``.

    The formula of an annuity; the federal debt-to-earnings rates use it (34 CFR 668.403).

    >>> round(yearly_payment(10_000.0, rate=0.06, years=10))
    1332
    >>> yearly_payment(10_000.0, rate=0.0, years=10)
    1000.0
    """
    months, monthly = years * 12, rate / 12
    if monthly == 0:
        return debt / years
    return float(12 * debt * monthly / (1 - (1 + monthly) ** -months))


def loan_years(award_level: str) -> int:
    """Years over which a loan for a credential of this level is taken to be repaid: 10, 15 or 20.

    Source: 34 CFR 668.403(b): 10 for associate degrees and certificates, those after a degree among them, 15 for
    bachelor's and master's degrees, 20 beyond.

    >>> loan_years("3"), loan_years("5"), loan_years("8"), loan_years("17")
    (10, 15, 10, 20)
    """
    if award_level in DEGREES_OF_15_YEARS:
        return 15
    return 20 if RUNGS[award_level] > RUNGS["8"] else 10
