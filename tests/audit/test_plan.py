import pytest

from onward.audit.plan import AuditPlan
from onward.errors import SettingsError


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"limit": 0.0}, "limit is 0.0; set it to a number of dollars above 0"),
        ({"limit": float("nan")}, "limit is nan"),
        ({"minimum_cell": 1}, "minimum_cell is 1; set it to 2 or more"),
        ({"family_minimum": 5}, "family_minimum is 5, below minimum_cell 10"),
        ({"attributes": ("pell",)}, "choose from race_ethnicity and gender"),
        ({"attributes": ()}, "choose from race_ethnicity and gender"),
        ({"judged": "history"}, "judged and compared_with are both history"),
        ({"power": 1.0}, "power is 1.0; set it to a chance between 0 and 1"),
        ({"reporting": "omb"}, "reporting is omb; choose from ipeds_1997, spd15_2024"),
        ({"reference": {"pell": "no"}}, "reference names pell; name attributes that are judged"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(settings, message):
    with pytest.raises(SettingsError, match=message):
        AuditPlan(**settings)
