import pytest
from pydantic import ValidationError

from onward.data.standards import GIVES, StateListRules
from onward.data.tables import BY_NAME


def test_standards_give_tables_that_there_are():
    assert set().union(*GIVES.values()) <= set(BY_NAME)


def test_a_state_list_names_a_file():
    with pytest.raises(ValidationError, match="state at least one of programs"):
        StateListRules(state="Ohio")
