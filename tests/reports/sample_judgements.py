"""Builders of judgements: one with every verdict, and hostile ones."""

from membench.harness.gate.causes import Cause
from membench.harness.gate.verdicts import GateRow, Judgement, Verdict
from membench.harness.statistics.shift import Interval, Shift
from membench.harness.statistics.thresholds import Thresholds

MIB = 1024 * 1024
COMMIT = "origin/main (0123456789ab)"
BASELINE = "the baseline"
CAUSES = (
    Cause(file="shop/imports.py", line=42, function="load_orders", shift_bytes=3 * MIB),
    Cause(file="/usr/lib/python3.11/json/decoder.py", line=353, function="raw_decode", shift_bytes=70_000),
)


def exact(size: int) -> Shift:
    return Shift(bytes=size, interval=Interval(low_bytes=size, high_bytes=size), repeats_agree=True)


def row(variant: str, verdict: Verdict, **changes: object) -> GateRow:
    values: dict[str, object] = {
        "scenario": "imports",
        "variant": variant,
        "meter": "peak_rss",
        "against": COMMIT,
        "base_bytes": 100 * MIB,
        "head_bytes": 100 * MIB,
        "shift": exact(0),
        "budget_bytes": None,
        "verdict": verdict,
        "reason": "",
    }
    return GateRow(**(values | changes))  # type: ignore[arg-type]  # a dict of fields has no better type


def judgement(*rows: GateRow, **changes: object) -> Judgement:
    values: dict[str, object] = {"rows": rows, "thresholds": Thresholds(), "noise_floor_bytes": 4096}
    return Judgement(**(values | changes))  # type: ignore[arg-type]  # as above


def every_verdict() -> Judgement:
    nothing = {"head_bytes": None, "shift": None}
    return judgement(
        row("orders=1000", Verdict.PASS),
        row("orders=10000", Verdict.IMPROVEMENT, head_bytes=90 * MIB, shift=exact(-10 * MIB), reason="the peak fell"),
        row(
            "orders=100000",
            Verdict.REGRESSION,
            head_bytes=103 * MIB,
            shift=exact(3 * MIB),
            reason="the peak rose by 3.00 MiB, more than the 1.00 MiB that are allowed",
            causes=CAUSES,
        ),
        row(
            "orders=100000",
            Verdict.REGRESSION,
            against=BASELINE,
            head_bytes=103 * MIB,
            shift=exact(2 * MIB),
            budget_bytes=101 * MIB,
            reason="the peak of 103.00 MiB is over its budget of 101.00 MiB",
            causes=CAUSES[:1],
        ),
        row("old", Verdict.MISSING, reason="origin/main has this workload and the head has not", **nothing),
        row(
            "noisy",
            Verdict.INCONCLUSIVE,
            shift=Shift(bytes=MIB, interval=Interval(low_bytes=-MIB, high_bytes=3 * MIB)),
            reason="the rise may lie anywhere from -1.00 MiB to +3.00 MiB; 1.00 MiB are allowed",
        ),
        row("young", Verdict.NEW, base_bytes=None, shift=None, reason="origin/main has no such workload"),
        row("broken", Verdict.FAILED, shift=None, reason="crashed (signal 9); crashed (exit status 1): ValueError: x"),
        warnings=("The baseline was measured elsewhere: kernel 6.1 and 6.2. The shift is not the program's alone.",),
    )


def all_pass() -> Judgement:
    return judgement(row("orders=1000", Verdict.PASS), noise_floor_bytes=None)


def hostile(text: str) -> Judgement:
    """Put one text into every place of a judgement that takes a text."""
    cause = Cause(file=text, line=7, function=text, shift_bytes=MIB)
    rows = [
        row(
            text,
            verdict,
            scenario=text,
            meter=text,
            against=text,
            reason=text,
            causes=(cause,) if verdict is Verdict.REGRESSION else (),
        )
        for verdict in Verdict
    ]
    return judgement(*rows, warnings=(text,))


def huge(count: int, letter: str = "x") -> Judgement:
    """Make so many rows of every verdict, each with all the causes there can be, under names as long as can be."""
    verdicts = list(Verdict)
    long = letter * 200
    cause = Cause(file=letter * 4096, line=2**31, function=letter * 1000, shift_bytes=2**60)
    return judgement(
        *(
            row(
                long,
                verdicts[number % len(verdicts)],
                scenario=f"{number} {long}",
                against=long,
                reason=letter * 10_000,
                causes=(cause,) * 10,
            )
            for number in range(count)
        ),
        warnings=(letter * 10_000,) * 20,
    )
