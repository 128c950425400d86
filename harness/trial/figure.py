"""Makes the reading of a trial of what its process claims and what was seen from outside."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from membench.harness.kernel.process_tree import TreeSource, huge_pages_left_out
from membench.harness.model import Outcome, PhaseSpan, Reading, Trial
from membench.harness.trial.adapters import ASV
from membench.harness.trial.call_sites import call_site
from membench.harness.trial.claims import RawPhase
from membench.harness.trial.exit_status import judge_status
from membench.harness.trial.fixed_paths import FixedPaths
from membench.harness.trial.measured_process import Ended
from membench.harness.trial.monitor import Recorder
from membench.harness.trial.protocol import Claim
from membench.harness.units import MIB, format_bytes

RSS_METER = "peak_rss"
COUNTER_ERROR_BYTES = MIB
"""Since Linux 6.2 each CPU keeps up to 32 pages of every counter to itself, which a reading meanwhile is wrong by."""


def make_reading(
    trial: Trial,
    ended: Ended,
    claim: Claim | None,
    phases: Sequence[RawPhase],
    collected: dict[str, Any],
    *,
    tree: TreeSource | None,
    paths: FixedPaths,
) -> Reading:
    """Put together what one trial returned; what was seen from outside is a floor under what its process claims."""
    outcome, detail = _judge(trial, ended, claim)
    found: dict[str, Any] = {**(claim or {}), **collected}
    peak, source = _figure(trial, ended, found, phases, tree)
    source = "; ".join(filter(None, (source, *ended.left_out, *huge_pages_left_out(ended.huge_bytes))))
    return Reading(
        scenario=trial.workload.scenario,
        variant=trial.workload.variant,
        meter=trial.meter,
        repeat=trial.repeat,
        outcome=outcome,
        peak_bytes=peak,
        wall_seconds=round(ended.wall_seconds, 6),
        phases=_spans(phases, ended, tree),
        timeline=ended.recorder.timeline(),
        digest=found.get("digest"),
        detail=detail,
        stderr_tail="" if outcome is Outcome.OK else paths.restored(ended.stderr.decode(errors="replace")),
        source=source,
        call_sites=tuple(call_site(site) for site in found.get("call_sites", ())),
        artifacts=tuple(collected.get("artifacts", ())),
    )


def _judge(trial: Trial, ended: Ended, claim: Claim | None) -> tuple[Outcome, str]:
    if ended.timed_out:
        return Outcome.TIMED_OUT, f"no end after {ended.wall_seconds:.1f} s"
    if ended.status != 0 or ended.oom_kills:
        return judge_status(ended.status, ended.oom_kills)
    if claim is None:
        return Outcome.CRASHED, "left no reading"
    expected = trial.workload.expected_digest
    if expected is not None and claim.get("digest") != expected:
        return Outcome.WRONG_OUTPUT, f"digest {claim.get('digest')} instead of {expected}"
    return Outcome.OK, ""


def _figure(
    trial: Trial, ended: Ended, found: dict[str, Any], phases: Sequence[RawPhase], tree: TreeSource | None
) -> tuple[int | None, str]:
    """Give the peak, and say where it was read if that is not the meter's alone."""
    claimed: int | None = found.get("peak_bytes")
    seen = _seen(ended.recorder, found.get("counted_from", ended.started) - ended.started)
    if tree is not None:
        floor = f", and never below the {format_bytes(claimed)} of its first process" if claimed else ""
        peak = max(seen, claimed or 0)
        return peak or None, f"{tree.contents}; {_sampling(ended)}{floor}"
    if claimed is None:
        told = max((peak or 0 for *_, peak in phases), default=0)
        return max(seen, told) or None, f"the process left no figure of its own: {_sampling(ended)}"
    if trial.meter == RSS_METER:
        return _largest(trial, claimed, seen, found.get("children_bytes", 0), ended)
    return claimed, found.get("source", "")


def _largest(trial: Trial, claimed: int, seen: int, children: int, ended: Ended) -> tuple[int, str]:
    if seen > claimed + COUNTER_ERROR_BYTES:
        return seen, f"{_sampling(ended)}; the process itself claims no more than {format_bytes(claimed)}"
    if children <= claimed + COUNTER_ERROR_BYTES:
        return claimed, ""
    if _is_set_up_first(trial):
        held = format_bytes(children)
        return claimed, f"a process that the set-up or the call has started held {held}, which is not in this figure"
    return children, f"a process that it has started and waited for; its own process held {format_bytes(claimed)}"


def _is_set_up_first(trial: Trial) -> bool:
    """Tell whether something of the user's ran before what is counted."""
    return bool(trial.workload.setup) or trial.workload.adapter == ASV


def _seen(recorder: Recorder, since: float) -> int:
    samples = zip(recorder.seconds, recorder.rss, strict=True)
    return max((size for second, size in samples if second >= since), default=0)


def _sampling(ended: Ended) -> str:
    """Say how closely the process was watched."""
    seconds = ended.recorder.seconds
    gap = max(later - earlier for earlier, later in pairwise([0.0, *seconds, ended.wall_seconds]))
    return f"sampled {len(seconds)} times, at most {gap * 1000:.0f} ms apart"


def _spans(phases: Sequence[RawPhase], ended: Ended, tree: TreeSource | None) -> tuple[PhaseSpan, ...]:
    """Give the phases with times since the start; of a tree, with what was seen of all its processes in each."""
    spans = []
    for name, start, end, peak in phases:
        since, until = start - ended.started, end - ended.started
        seen = _largest_between(ended.recorder, since, until) if tree is not None else 0
        if peak is not None or seen:
            span = PhaseSpan(
                name=name,
                start_seconds=round(since, 4),
                end_seconds=round(until, 4),
                peak_bytes=max(peak or 0, seen),
            )
            spans.append(span)
    return tuple(spans)


def _largest_between(recorder: Recorder, since: float, until: float) -> int:
    first, last = bisect_left(recorder.seconds, since), bisect_right(recorder.seconds, until)
    return max(recorder.rss[first:last], default=0)
