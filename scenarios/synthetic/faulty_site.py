"""A site of which a share of the pages fails, in every way that a page can."""

from membench.pipelines.site import Response
from membench.scenarios.synthetic.scenario import Scenario
from membench.scenarios.synthetic.site import SMALL_PAGE_DOM_BYTES, Draw, SyntheticSite

NEVER_SECONDS = 3600.0
ATTEMPTS_OF_PERMANENT = 99
PERMANENT_SHARE = 0.3  # of the faults; the others pass with the next attempt or the one after it

TIMEOUT, SERVER_ERROR, NOT_FOUND, CRASH, MALFORMED = FAULTS = (
    "timeout",
    "server-error",
    "not-found",
    "crash",
    "malformed",
)
"""How a page fails."""


class FaultySite(SyntheticSite):
    """Answers as the site of the scenario does, except for its faults; implements `membench.pipelines.site.Site`."""

    def __init__(self, scenario: Scenario, teams: int) -> None:
        super().__init__(scenario, teams)
        self._seed = scenario.seed
        self._faulty_share = scenario.faulty_share

    def latency_seconds(self, url: str, attempt: int) -> float:
        """Tell how long the site takes to answer."""
        return NEVER_SECONDS if self._fault(url, attempt) == TIMEOUT else super().latency_seconds(url, attempt)

    def respond(self, url: str, attempt: int) -> Response:
        """Answer a request, with the fault that the scenario has for it."""
        fault = self._fault(url, attempt)
        if fault == SERVER_ERROR:
            return _error_page(503)
        if fault == NOT_FOUND:
            return _error_page(404)
        response = super().respond(url, attempt)
        if fault == CRASH:
            return Response(status=200, markup=b"", dom_bytes=0, crashes=True)
        if fault == MALFORMED:
            return response._replace(markup=response.markup[: len(response.markup) * 2 // 3])
        return response

    def _fault(self, url: str, attempt: int) -> str | None:
        draw = Draw(self._seed, "fault", url)
        if not _happens(draw, self._faulty_share):
            return None
        fault = draw.choice(FAULTS)
        failing_attempts = ATTEMPTS_OF_PERMANENT if _happens(draw, PERMANENT_SHARE) else draw.between(1, 2)
        return fault if attempt < failing_attempts else None


def _happens(draw: Draw, share: float) -> bool:
    return draw.below(1_000_000) < share * 1_000_000


def _error_page(status: int) -> Response:
    return Response(status=status, markup=b"<html><body/></html>", dom_bytes=SMALL_PAGE_DOM_BYTES)
