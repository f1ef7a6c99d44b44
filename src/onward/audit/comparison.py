"""Groups set against the others in every figure of a source: means, gaps, and what moves a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from onward.audit.groups import EVERYONE
from onward.audit.intervals import (
    COMPARABLE_SHARE,
    Coded,
    Contrast,
    coded,
    contrast,
    mean_estimates,
    moments,
    with_intervals,
)
from onward.audit.measures import CHANCE, Measured, Shares
from onward.audit.population import Floats
from onward.audit.shares import wilson
from onward.audit.simultaneous import covariance, influence, value_weights

Given = Literal["nothing", "preparation", "stratum"]
"""What learners have in common when they are compared."""
GIVEN: tuple[Given, ...] = ("nothing", "preparation", "stratum")
STRATUM = "stratum"
"""Strata are a column of who learners are: counted and shown, never set against each other."""
ALL_GIVEN = "value"
"""The measure whose gap is shown also given preparation alone."""

Cells = Mapping[tuple[str, Given], Coded]


def cells_of(
    who: pd.DataFrame, strata: pd.DataFrame, count: Floats, *, given: Sequence[Given] = GIVEN
) -> dict[tuple[str, Given], Coded]:
    """Code the groups of every attribute of ``who`` over all learners, and in the strata there are, row by row."""
    columns: dict[Given, pd.Series | None] = {"nothing": None, "stratum": strata["stratum"]}
    if strata["readiness"].notna().all():
        # A class that happens to be called other is no stratum of unlike learners.
        columns["preparation"] = "readiness " + strata["readiness"].astype("str")
    return {
        (attribute, kind): coded(who[attribute], columns[kind], count)
        for attribute in who.columns
        for kind in given
        if kind in columns and not (attribute == STRATUM and kind != "nothing")
    }


@dataclass(frozen=True)
class Estimator:
    """Estimates gaps of one source's figures; ``value_error`` is one standard deviation of each credential's value.

    ``reference`` holds the group of reference of an attribute, where it has one.
    """

    measured: Measured
    cells: Cells
    value_error: Floats
    reference: Mapping[str, str]

    def contrast(self, measure: str, attribute: str, given: Given) -> Contrast:
        """Set the groups of an attribute against the other side."""
        at = self.cells[attribute, given]
        values = self.measured.figures[measure].to_numpy(float)
        return contrast(moments(values, at), at.alike, self._reference(attribute, at))

    def gaps(self, measure: str, attribute: str, given: Given) -> pd.DataFrame:
        """Estimate the gap of every group: its ``error`` joins chance (``sampling``) and the values (``values``)."""
        at = self.cells[attribute, given]
        missing = self.measured.figures[measure].isna().to_numpy()
        found = self.contrast(measure, attribute, given)
        counted = (at.rows(~missing) if missing.any() else at).sums().sum(0)
        estimates = found.estimates(counted).assign(group=list(at.groups))
        weights = self.value_weights(measure, attribute, given)
        by_value = np.zeros(len(at.groups)) if weights is None else ((weights * self.value_error) ** 2).sum(1)
        return _joined(estimates, by_value)

    def value_weights(self, measure: str, attribute: str, given: Given) -> Floats | None:
        """Return by how much a dollar of each credential's value moves each gap, where the measure rests on values."""
        shares = self.measured.shares.get(measure)
        if shares is None or not self.value_error.any():
            return None
        at = self.cells[attribute, given]
        present = self.measured.figures[measure].notna().to_numpy()[shares.row]
        return value_weights(
            at,
            self.contrast(measure, attribute, given),
            row=shares.row[present],
            credential=shares.credential[present],
            weight=shares.weight[present],
            credentials=len(self.value_error),
            reference=self._reference(attribute, at),
        )

    def covariance(self, members: Sequence[tuple[str, str]], measure: str, given: Given) -> Floats:
        """Return the covariance of the gaps of several groups, shape (groups, groups), as (attribute, group)."""
        values = self.measured.figures[measure].to_numpy(float)
        attributes = list(dict.fromkeys(name for name, _ in members))
        found = {name: self.contrast(measure, name, given) for name in attributes}
        weighed = {name: self.value_weights(measure, name, given) for name in attributes}
        moved, by_value = [], []
        for name, group in members:
            at = self.cells[name, given]
            place, weights = at.groups.index(group), weighed[name]
            moved.append(influence(values, at, found[name], place))
            by_value.append(np.zeros_like(self.value_error) if weights is None else weights[place] * self.value_error)
        shared = np.stack(by_value)
        return np.asarray(covariance(moved, self.cells[members[0][0], given].count) + shared @ shared.T)

    def _reference(self, attribute: str, at: Coded) -> int | None:
        named = self.reference.get(attribute)
        return at.groups.index(named) if named in at.groups else None


def _joined(estimates: pd.DataFrame, by_value: Floats) -> pd.DataFrame:
    """Join two independent errors; degrees of freedom as Satterthwaite's, those of the values being endless."""
    sampling = estimates["error"].to_numpy(float)
    total = sampling**2 + by_value
    ratio = np.divide(total, sampling**2, out=np.ones_like(total), where=sampling > 0)
    return estimates.assign(
        error=np.sqrt(total),
        freedom=estimates["freedom"] * ratio**2,
        sampling=sampling,
        values=np.where(np.isnan(sampling), np.nan, np.sqrt(by_value)),
    )


def difference(before: Measured, after: Measured, measure: str, sign: int) -> Measured:
    """Return ``after`` + ``sign`` x ``before`` in one measure, learner by learner, with the values both rest on."""
    figure = after.figures[measure] + sign * before.figures[measure]
    shares = {}
    if measure in after.shares:
        one, other = after.shares[measure], before.shares[measure]
        shares[measure] = Shares(
            np.concatenate([one.row, other.row]),
            np.concatenate([one.credential, other.credential]),
            np.concatenate([one.weight, sign * other.weight]),
        )
    return Measured(pd.DataFrame({measure: figure}), shares)


def all_means(measured: Measured, cells: Cells) -> pd.DataFrame:
    """Return attribute, group, measure, n, mean and 95% interval, for everyone first and then every group."""
    count = next(iter(cells.values())).count
    everyone = coded(pd.Series(EVERYONE, index=range(len(count))), count=count)
    by_attribute = {EVERYONE: everyone, **{name: at for (name, given), at in cells.items() if given == "nothing"}}
    found = []
    for measure, values in measured.figures.items():
        for attribute, at in by_attribute.items():
            table = mean_estimates(moments(values.to_numpy(float), at))
            if set(np.unique(values.dropna())) <= {0.0, 1.0}:
                table["low"], table["high"] = wilson(table["mean"] * table["n"], table["n"])
            elif measure in CHANCE:
                table[["low", "high"]] = table[["low", "high"]].clip(0.0, 1.0)
            found.append(table.assign(attribute=attribute, group=list(at.groups), measure=measure))
    return pd.concat(found, ignore_index=True)


def all_gaps(estimator: Estimator, *, level: float) -> pd.DataFrame:
    """Return every gap of one source with its intervals, and whether learners are comparable enough to speak of it."""
    found = []
    for measure in estimator.measured.figures:
        for attribute, given in estimator.cells:
            if attribute == STRATUM or (given == "preparation" and measure != ALL_GIVEN):
                continue
            place = {"attribute": attribute, "measure": measure, "given": given}
            found.append(estimator.gaps(str(measure), attribute, given).assign(**place))
    frame = with_intervals(pd.concat(found, ignore_index=True), level=level)
    return frame.assign(comparable=(frame["covered"] >= COMPARABLE_SHARE) & frame["gap"].notna())


def value_drivers(
    estimator: Estimator, members: Sequence[tuple[str, str]], ids: pd.Index, *, most: int
) -> pd.DataFrame:
    """Return the credentials whose uncertain values move judged gaps most: attribute, group, credential_id, dollars.

    ``dollars`` is by how much the gap moves for one standard deviation of that value. Better values for these would
    tell more than more learners.
    """
    columns = ["attribute", "group", "credential_id", "dollars"]
    found = []
    for attribute, group in members:
        weights = estimator.value_weights("value", attribute, "stratum")
        if weights is None:
            continue
        place = estimator.cells[attribute, "stratum"].groups.index(group)
        moved = pd.Series(np.abs(weights[place]) * estimator.value_error, index=ids).nlargest(most)
        found.append(pd.DataFrame({"credential_id": moved.index, "dollars": moved.to_numpy()}))
        found[-1][["attribute", "group"]] = attribute, group
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)
