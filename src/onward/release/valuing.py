"""Values are completed before anything is trained or judged: what each credential returns, owes and leads to."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from onward.catalog.debt import debt_of
from onward.catalog.onward_value import onward_value
from onward.catalog.value import Completed, Ladder, benchmark_of, complete
from onward.catalog.yardstick import WORDS, by_yardstick, passes_debt_test
from onward.data import scorecard as scorecard_files
from onward.data.mapping import Source
from onward.data.schema import validate
from onward.data.scorecard import Scorecard
from onward.data.tables import Tables
from onward.history.decision_points import started_credentials
from onward.release.holdout import Holdout
from onward.settings import Settings

ONWARD = ["goes_on", "onward_value"]


def scorecard_of(settings: Settings, folder: Path) -> Scorecard | None:
    """Read the Scorecard file that the settings name, relative to ``folder``; None where they name none."""
    return None if settings.value.scorecard is None else scorecard_files.read(folder / settings.value.scorecard)


def with_values(source: Source, settings: Settings, *, scorecard: Scorecard | None = None) -> Source:
    """Complete ``values`` and ``median_debt`` of the source by the settings, with notes on what stands in for what.

    What the college states of four years stays as it stands. Onward value is learned from awards of the training part
    alone. With another yardstick than the premium, or with onward value counted, the column ``chosen_value`` holds
    the dollars a year that rank and are judged. The same source and settings give the same result, and twice is once.
    """
    tables, chosen = source.tables, settings.value
    validate(Tables(credentials=tables.credentials, pathways=tables.pathways, values=tables.values))
    done = _completed(tables, settings, scorecard)
    credentials, owed = _with_debt(tables.credentials, done, settings, scorecard)
    values = done.values.assign(chosen_value=float("nan"))
    own = by_yardstick(
        values,
        credentials,
        yardstick=chosen.yardstick,
        interest_rate=chosen.interest_rate,
        family_wage=settings.audit.family_wage,
    )
    values = _with_onward(values, own, tables, settings)
    if chosen.yardstick not in {"earnings_premium", "own"} or chosen.onward == "counted":
        counted = values["onward_value"].fillna(0.0) if chosen.onward == "counted" else 0.0
        values = values.assign(chosen_value=own.to_numpy(float) + counted)
    notes = dict.fromkeys((*source.notes, *_notes(done), *owed, *_of_file(scorecard)))
    return replace(source, tables=replace(tables, values=values, credentials=credentials), notes=tuple(notes))


def value_words(tables: Tables, settings: Settings) -> str:
    """By what credentials are judged, in a sentence for the audit: yardstick, benchmark, sources, onward value."""
    chosen = settings.value
    said = [WORDS[chosen.yardstick], f"of {len(tables.values)} credentials, {_by_basis(tables.values)}"]
    if chosen.yardstick != "own":
        place = f"of {chosen.state}" if chosen.state else "of the nation"
        said.insert(1, f"where files state no benchmark, that {place}: ${benchmark_of(chosen.state):,.0f} a year")
    if chosen.yardstick == "debt_to_earnings":
        said.append(_debt_test(tables, settings))
    onward = "counted in it" if chosen.onward == "counted" else "shown beside it and not counted"
    return "; ".join((*said, f"what a credential returns through what it leads to is {onward}"))


def _debt_test(tables: Tables, settings: Settings) -> str:
    passes = passes_debt_test(tables.values, tables.credentials, interest_rate=settings.value.interest_rate).dropna()
    return (
        f"of {len(passes)} whose debt is known, {int((~passes).sum())} ask for more than 8% of earnings a year; debt "
        "that is not known counts as none"
    )


def _completed(tables: Tables, settings: Settings, scorecard: Scorecard | None) -> Completed:
    chosen = settings.value
    if chosen.yardstick == "own":
        return Completed(tables.values, len(tables.values), 0, {})
    ladder = Ladder(benchmark_of(chosen.state), scorecard)
    return complete(tables.values, tables.credentials, ladder, fill=chosen.complete == "published")


def _with_debt(
    credentials: pd.DataFrame, done: Completed, settings: Settings, scorecard: Scorecard | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The credentials with median debt where it can be known, and what that was taken from.

    What US programs' completers owe is said of a credential only where its college is known to be there: the settings
    name its state, it has a provider's id, or its value was filled in from the same figures.
    """
    chosen = settings.value
    filled = credentials["credential_id"].isin(done.values["credential_id"].tail(done.found))
    there = filled | credentials["provider_id"].notna() | (chosen.state is not None)
    if chosen.complete == "refuse" or chosen.yardstick == "own" or not there.any():
        return credentials, ()
    found = debt_of(credentials[there], scorecard=scorecard)
    counts = found["basis"].value_counts()
    words = {"institution": "the institution's program", "field": "the field and level over the country"}
    told = [f"{counts[basis]} that of {name}" for basis, name in words.items() if basis in counts]
    note = (f"credentials: median debt is filled in where none is stated, {' and '.join(told)}",) if told else ()
    return credentials.assign(median_debt=found["median_debt"].combine_first(credentials["median_debt"])), note


def _with_onward(values: pd.DataFrame, own: pd.Series, tables: Tables, settings: Settings) -> pd.DataFrame:
    """Fill onward value where the college states none, from the training part."""
    if tables.pathways.empty or tables.awards.empty or tables.attempts.empty:
        return values
    awards, known_before = _of_training(tables, settings)
    found = onward_value(
        own.dropna(),
        tables.pathways,
        awards,
        known_before=known_before,
        window_years=settings.value.onward_window_years,
        discount_rate=settings.value.discount_rate,
        fewest=settings.audit.minimum_cell,
    )
    of_rows = found.reindex(values["credential_id"])[ONWARD].set_axis(values.index)
    stated = values[ONWARD].notna().any(axis=1)
    filled = values[ONWARD].astype(float).where(stated, of_rows)
    return values.assign(**{name: filled[name] for name in ONWARD})


def _of_training(tables: Tables, settings: Settings) -> tuple[pd.DataFrame, pd.Timestamp]:
    """Awards that onward value may be learned from, and the day before which they count.

    By time, those before the first decision that is kept from the models; at random, those of learners who are not.
    """
    points = started_credentials(tables)
    holdout = Holdout.divide(points, settings.holdout, seed=settings.seed)
    if holdout.calibration_from is not None:
        return tables.awards, holdout.calibration_from
    people = pd.DataFrame({"learner_id": tables.awards["learner_id"]})
    training = (holdout.part_of(people) == "train").to_numpy()
    return tables.awards[training], pd.Timestamp(settings.data.data_through) + pd.Timedelta(days=1)


def _notes(done: Completed) -> list[str]:
    notes = []
    if done.set_aside:
        told = ", ".join(f"{n} {why}" for why, n in done.set_aside.items())
        notes.append(
            f"values: rows set aside, because earnings are compared four years after completing: {told}; none is used"
        )
    if done.found:
        added = done.values.tail(done.found)
        notes.append(
            f"values: public figures stand in for {done.found} credentials without four-year earnings of their own: "
            f"{_by_basis(added)}"
        )
    return notes


def _of_file(scorecard: Scorecard | None) -> list[str]:
    if scorecard is None:
        return []
    early = f"{scorecard.one_year_only:,} state earnings after one year alone and are set aside"
    return [f"{scorecard.name}: {scorecard.rows:,} rows; {early}"]


def _by_basis(values: pd.DataFrame) -> str:
    """Count rows by basis.

    >>> _by_basis(pd.DataFrame({"basis": ["occupation", "published", "state_list", "published"]}))
    '2 by published earnings, 1 by a state list, 1 by the wages of an occupation'
    """
    words = {
        "published": "by published earnings",
        "state_list": "by a state list",
        "occupation": "by the wages of an occupation",
        "imputed": "by a figure that stands in for another",
    }
    counts = values["basis"].value_counts()
    return ", ".join(f"{counts[basis]} {text}" for basis, text in words.items() if basis in counts)
