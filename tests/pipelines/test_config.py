import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.pipelines.config import ENVIRONMENT_VARIABLES, LARGEST_SETTING, ConfigError, read_overrides
from membench.pipelines.fixes.fix_5_lower_concurrency import AFTER, BEFORE, limits
from membench.pipelines.variant import Form


@pytest.mark.parametrize("variable", ENVIRONMENT_VARIABLES)
@pytest.mark.parametrize("text", ["two", "", "0", "-1", "1.5", "\u00b2", "\u0663", "1e3", "99999999999", " 3"])
def test_a_value_that_is_no_setting_is_an_error_that_names_the_variable(variable: str, text: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        read_overrides({variable: text})


@given(st.dictionaries(st.sampled_from(list(ENVIRONMENT_VARIABLES)), st.integers(1, LARGEST_SETTING)))
def test_each_variable_sets_its_own_limit_and_no_other(numbers: dict[str, int]) -> None:
    overrides = read_overrides({variable: str(number) for variable, number in numbers.items()} | {"HOME": "/"})
    assert overrides == {ENVIRONMENT_VARIABLES[variable]: number for variable, number in numbers.items()}


def test_fix_5_lowers_the_concurrency_and_leaves_the_pool() -> None:
    assert (BEFORE.page_pool_size, BEFORE.competitions_concurrency) == (2, 3)
    assert (BEFORE.teams_concurrency, BEFORE.validation_concurrency) == (3, 5)
    assert (AFTER.page_pool_size, AFTER.competitions_concurrency) == (2, 2)
    assert (AFTER.teams_concurrency, AFTER.validation_concurrency) == (2, 3)


def test_a_setting_of_the_environment_holds_in_both_forms_of_fix_5() -> None:
    for form in (Form.BEFORE, Form.AFTER):
        assert limits(form, {"teams_concurrency": 9}).teams_concurrency == 9
