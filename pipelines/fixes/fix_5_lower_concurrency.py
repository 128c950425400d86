"""Fix 5: fewer operations at once. Its letter is effective as it stands, so it has two forms."""

from collections.abc import Mapping

from membench.pipelines.config import ParallelConfig
from membench.pipelines.fixes.claim import Claim, Of
from membench.pipelines.variant import Form

CLAIM = Claim(low=30, high=40, of=Of.PEAK_PERCENT)

BEFORE = ParallelConfig(page_pool_size=2, competitions_concurrency=3, teams_concurrency=3, validation_concurrency=5)
AFTER = ParallelConfig(page_pool_size=2, competitions_concurrency=2, teams_concurrency=2, validation_concurrency=3)

FORMS: Mapping[Form, ParallelConfig] = {Form.BEFORE: BEFORE, Form.AFTER: AFTER}


def limits(form: Form, overrides: Mapping[str, int]) -> ParallelConfig:
    """Give the limits of a form, with the settings that the environment makes on top."""
    return FORMS[form]._replace(**overrides)
