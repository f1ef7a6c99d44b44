"""How advice is judged where the truth is known: one column per question, for one policy's first choices."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import PolynomialFeatures

from lab.contrasts import Contrasts, Floats, Texts
from lab.world import LabWorld
from lab.yardstick import Frontier, Places, best_open, by_prices, ceiling, oracle

CENT = 0.01
"""Dollars by which a learner must be worse off to count."""
PERMUTATIONS = 200
CHANCE = 0.95
LATENT_SHARE = 0.9999
"""Share of the variance of the truth, on the probit scale, that its components must hold."""
LATENTS = 16
"""Components of the truth at most."""
SURE = 1e-6
EVERYONE = "everyone"


@dataclass(frozen=True, eq=False)
class Reference:
    """What judging needs of a world and no policy changes.

    oracle, ceiling: positions of their choices, (n,). reached: mean real benefit of each. own: real benefit of the
    logged choice, (n,). hull: who could be paid what at which value. interest_rank: 1 where no field is of more stated
    interest, (n, c). Contrasts: everyone alike, given preparation, given preparation and goal, given true latent facts.
    structural: the gap of the oracle given preparation and goal in the same world without steering and barrier.
    shuffles: orders of the learners that keep everyone in their stratum, (n, permutations). from_record: the gaps to
    expect from the record, of ``proxies.expected_contrasts``; with it a second ceiling at the same gap is reckoned.
    """

    world: LabWorld
    real: Floats
    oracle: Places
    ceiling: Places
    own: Floats
    hull: Frontier
    interest_rank: Floats
    alike: Contrasts
    given_preparation: Contrasts
    given_goal: Contrasts
    given_latents: Contrasts
    structural: Mapping[str, float]
    shuffles: npt.NDArray[np.int64]
    members: Floats
    from_record: Contrasts | None

    @classmethod
    def of(
        cls, world: LabWorld, *, permutations: int = PERMUTATIONS, from_record: Contrasts | None = None
    ) -> "Reference":
        """Work out all of it once for a world."""
        groups = world.groups
        given_goal = Contrasts.within(groups, world.stratum)
        untracked = best_open(world.benefit(world.untracked), world.eligible)
        real = world.real_benefit
        return cls(
            world=world,
            real=real,
            oracle=oracle(world),
            ceiling=ceiling(world),
            own=at(real, world.logged),
            hull=Frontier.of(world.blind_benefit, world.eligible, world.value),
            interest_rank=interest_rank(world),
            alike=Contrasts.within(groups, np.full(len(world), "everyone alike")),
            given_preparation=Contrasts.within(groups, world.preparation),
            given_goal=given_goal,
            given_latents=Contrasts.given(groups, latent_basis(world.untracked)),
            structural=given_goal.named(world.value[untracked]),
            shuffles=within_stratum(world.stratum, permutations, np.random.default_rng(world.seed)),
            members=np.array(list(groups.values()), float).reshape(len(groups), len(world)),
            from_record=from_record,
        )

    def by_group(self, figure: Floats) -> dict[str, float]:
        """The mean of a figure, (n,), among everyone and in each judged group."""
        means = self.members @ figure / self.members.sum(axis=1)
        return {EVERYONE: float(figure.mean())} | dict(zip(self.given_goal.names, means.tolist(), strict=True))


def judge(
    world: LabWorld, choice: Places, shown: Floats | None = None, *, reference: Reference | None = None
) -> dict[str, float]:
    """Judge the first choices of the judged learners, positions (n,); ``shown`` is the P(complete) shown, (n, c).

    Names of columns that hold one figure per group end in ``:group``. Gaps are group minus everyone else, in dollars.
    """
    known = reference or Reference.of(world)
    return (
        _reached(known, choice)
        | _worse_off(known, choice)
        | _interest(known, choice)
        | _gaps(known, choice)
        | _proxy(known, choice)
        | (_optimism(known, choice, shown) if shown is not None else {})
    )


def _reached(known: Reference, choice: Places) -> dict[str, float]:
    """Benefit as a share of what could be had, and completion.

    The ceiling at the same gap may be as wide as the policy's own widest, for every judged group. It is a share of the
    ceiling by what the record tells, and is put to the truth as that same share of what the ceiling really returns.
    ``share_at_same_gap`` is of advice that may read every label, ``share_at_same_gap_from_record`` of advice that may
    not; that one is estimated, and there where the reference has ``from_record``.
    """
    world, value = known.world, known.world.value[choice]
    limit = float(np.abs(known.given_goal.of(value)).max(initial=0.0))
    expected = float(at(world.blind_benefit, known.ceiling).mean())
    bounds = {"share_at_same_gap": known.given_goal, "share_at_same_gap_from_record": known.from_record}
    kept = {name: by_prices(known.hull, by, limit).benefit / expected for name, by in bounds.items() if by is not None}
    benefit, reachable = (float(at(known.real, chosen).mean()) for chosen in (choice, known.ceiling))
    completion = float(at(world.p, choice).mean())
    return {
        "benefit": benefit,
        "share_of_oracle": benefit / float(at(known.real, known.oracle).mean()),
        "share_of_ceiling": benefit / reachable,
        **{name: benefit / (reachable * share) for name, share in kept.items()},
        "completion": completion,
        "ceiling_completion_more": float(at(world.p, known.ceiling).mean()) - completion,
        **_columns("benefit_of", known.by_group(at(known.real, choice))),
    }


def _worse_off(known: Reference, choice: Places) -> dict[str, float]:
    worse, of_ceiling = (
        (at(known.real, chosen) < known.own - CENT).astype(float) for chosen in (choice, known.ceiling)
    )
    shares = known.by_group(worse)
    sizes = {EVERYONE: len(worse)} | dict(zip(known.given_goal.names, known.members.sum(axis=1), strict=True))
    errors = {name: float(np.sqrt(share * (1 - share) / sizes[name])) for name, share in shares.items()}
    return _columns("worse", shares) | _columns("worse_error", errors) | {"ceiling_worse": float(of_ceiling.mean())}


def _interest(known: Reference, choice: Places) -> dict[str, float]:
    """Share advised in the stated field, and the mean rank of the advised field by stated interest, 1 the highest."""
    world = known.world
    return {
        "in_goal_field": float(np.mean(world.catalogue.field[choice] == world.goal)),
        "interest_rank": float(np.nanmean(at(known.interest_rank, choice))),
    }


def _gaps(known: Reference, choice: Places) -> dict[str, float]:
    value = known.world.value[choice]
    return {
        **_columns("gap", known.alike.named(value)),
        **_columns("gap_preparation", known.given_preparation.named(value)),
        **_columns("gap_preparation_goal", known.given_goal.named(value)),
        **_columns("gap_benefit", known.given_goal.named(at(known.real, choice))),
        **_columns("gap_latents", known.given_latents.named(value)),
        **_columns("structural", known.structural),
        **_columns("by_chance", sampling_floor(known, value)),
        **_columns("covered", dict(zip(known.given_goal.names, known.given_goal.covered.tolist(), strict=True))),
        **_columns("level", known.by_group(value)),
    }


def sampling_floor(known: Reference, value: Floats) -> dict[str, float]:
    """The |gap| that labels dealt out at random within strata stay inside in 95 of 100 deals, by group."""
    dealt = np.abs(known.given_goal.of(value[known.shuffles]))
    return dict(zip(known.given_goal.names, np.quantile(dealt, CHANCE, axis=1).tolist(), strict=True))


def _proxy(known: Reference, choice: Places) -> dict[str, float]:
    """How well the advised value alone tells who is a woman, and who is minoritised: .5 not at all, below .5 lower."""
    value = known.world.value[choice]
    labels = {"auc_woman": known.world.woman, "auc_minoritised": known.world.minoritised}
    return {name: float(roc_auc_score(label, value)) for name, label in labels.items() if 0 < label.mean() < 1}


def _optimism(known: Reference, choice: Places, shown: Floats) -> dict[str, float]:
    """P(complete) that is shown at the first choice less the true one."""
    return _columns("optimism", known.by_group(at(shown, choice) - at(known.world.p, choice)))


def at(matrix: Floats, choice: Places) -> Floats:
    """The entry of each row at its choice, (n,)."""
    return np.asarray(matrix[np.arange(len(choice)), choice])


def interest_rank(world: LabWorld) -> Floats:
    """How many fields of the catalogue are of more stated interest than the credential's own, plus 1, (n, c)."""
    _, first = np.unique(world.catalogue.field.astype(str), return_index=True)
    more = np.zeros(world.interest.shape)
    for field in first:
        more += world.interest[:, [field]] > world.interest
    return np.where(np.isnan(world.interest), np.nan, more + 1.0)


def latent_basis(p: Floats) -> Floats:
    """What makes learners differ in the truth without barrier, with squares and products: shape (n, k).

    P(complete) is Phi(index), and the index is linear in preparation, in interests, in hours and in recognised credit;
    so the main components of the index over all credentials span the latent facts. They hold nothing of race, gender
    or the barrier, and no signal of the record: a policy that reads the record alone has no gap given them but for what
    the record tells of a group beyond them.
    """
    index = ndtri(np.clip(p, SURE, 1.0 - SURE))
    components = PCA(min(LATENTS, *index.shape), whiten=True, svd_solver="covariance_eigh").fit(index)
    needed = int(np.searchsorted(np.cumsum(components.explained_variance_ratio_), LATENT_SHARE)) + 1
    return np.asarray(PolynomialFeatures(2, include_bias=False).fit_transform(components.transform(index)[:, :needed]))


def within_stratum(stratum: Texts, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """``count`` orders of the learners in which everyone is replaced by one of their own stratum, (n, count)."""
    _, code = np.unique(stratum, return_inverse=True)
    home = np.argsort(code, kind="stable")
    dealt = np.empty((len(stratum), count), np.int64)
    dealt[home] = np.argsort(code[:, None] + rng.random((len(stratum), count)), axis=0)
    return dealt


def _columns(name: str, figures: Mapping[str, float]) -> dict[str, float]:
    """One column per group; that of everyone has no ending."""
    return {name if group == EVERYONE else f"{name}:{group}": figure for group, figure in figures.items()}
