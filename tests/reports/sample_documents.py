"""Builders of report documents: realistic ones, hostile ones and extreme ones."""

import math
from dataclasses import replace
from itertools import combinations, pairwise

from membench.harness.attribution.shapley import InteractionKind
from membench.harness.keys import Switch
from membench.harness.model import Level, Outcome, Role
from membench.reports.document import (
    AsWrittenRow,
    Attribution,
    AttributionRow,
    ClaimRow,
    ClaimVerdict,
    Growth,
    InstrumentRow,
    InteractionCell,
    PhaseSpan,
    Report,
    Row,
    Section,
    Step,
    Timeline,
)

KIB = 1024
MIB = 1024 * KIB

FIXES = {
    1: "stream results",
    2: "minimal results",
    3: "clear batches",
    4: "incremental validation",
    5: "lower concurrency",
    6: "clear intermediates",
    7: "smaller batches",
}
FIX_NAMES = {number: Switch(f"fix-{number}", title) for number, title in FIXES.items()}
ENVIRONMENT = (
    ("python", "3.11.7"),
    ("kernel", "Linux 6.18.5"),
    ("address randomisation", "off"),
    ("pinned to CPU", "1"),
)
HOSTILE = {
    "html": "<script>alert(1)</script>",
    "table": "a|b|c",
    "code": "`rm -rf /` ``x``",
    "link": "[x](javascript:alert(1)) ![y](http://evil.example/p.png)",
    "lines": "one\n\n# two\r\n- three",
    "ansi": "\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07link\x1b]8;;\x07",
    "rich": "[bold red]loud[/bold red] [link=http://evil.example]go[/link] :boom:",
    "mention": "@everyone see #1 at www.evil.example or https://evil.example",
    "maths": "$\\frac{1}{0}$ $x_1$",
    "bidi": "abc\u202edcba\u200b",
    "path": "../../x",
    "emphasis": "*a* **b** _c_ ~~d~~ \\*e\\*",
    "surrogate": "half \ud800 and \ufffe",
}


def mib(amount: float) -> int:
    return round(amount * MIB)


def ended(trials: int = 5, **failures: int) -> tuple[Outcome, ...]:
    """Make the outcomes of so many trials, of which so many failed: `ended(crashed=2)`."""
    failed = [Outcome[name.upper()] for name, count in failures.items() for _ in range(count)]
    return (*failed, *(Outcome.OK,) * (trials - len(failed)))


def row(variant: str, peak: float | None, role: Role = Role.OTHER, *, before: float = 61.0, **changes: object) -> Row:
    """Make a row from MiB; its change is against `before`."""
    values: dict[str, object] = {
        "scenario": "league",
        "variant": variant,
        "meter": "peak_rss",
        "role": role,
        "title": variant,
        "peak_bytes": None if peak is None else mib(peak),
        "spread_bytes": None if peak is None else 4096,
        "change_bytes": None if peak is None or role is Role.BEFORE else mib(peak) - mib(before),
        "change_ratio": None if peak is None or role is Role.BEFORE else peak / before - 1,
        "outcomes": ended(),
        "phases": (),
        "warnings": (),
    }
    return Row(**(values | changes))


def league_rows() -> tuple[Row, ...]:
    alone = {1: 31.0, 2: 31.2, 3: 31.05, 4: 61.0, 5: 61.0, 6: 60.9, 7: 61.0}
    written = {1: 61.4, 2: 30.0, 4: 61.1, 6: 61.2, 7: 61.0}
    phases = (("before", mib(12)), ("scrape", mib(58)), ("assign", mib(60)), ("validate", mib(61)), ("after", mib(20)))
    return (
        row("sequential", 28.0, Role.REFERENCE, title="one item at a time"),
        row("baseline", 61.0, Role.BEFORE, title="before: everything accumulates", phases=phases),
        *(row(f"fix-{n}", peak, Role.SINGLE, title=str(FIX_NAMES[n])) for n, peak in alone.items()),
        *(
            row(
                f"fix-{n}-as-written",
                peak,
                Role.AS_WRITTEN,
                title=f"fix {n} as written",
                outcomes=ended(wrong_output=5) if n == 2 else ended(),
                warnings=("the CMS lost 9 of 11 fields",) if n == 2 else (),
            )
            for n, peak in written.items()
        ),
        row("upto-5", 61.0, Role.STEP, title="+ fix 5"),
        row("upto-2", 31.1, Role.STEP, title="+ fix 2"),
        row("all", 28.5, Role.AFTER, title="after: every fix", phases=phases[:2]),
    )


def steps_between(peaks: dict[str, float]) -> tuple[Step, ...]:
    """Make the steps through some peaks in MiB, the first of which saved nothing yet."""
    labels = list(peaks)
    first = Step(label=labels[0], peak_bytes=mib(peaks[labels[0]]), saved_bytes=0)
    return first, *(
        Step(label=now, peak_bytes=mib(peaks[now]), saved_bytes=mib(peaks[was]) - mib(peaks[now]))
        for was, now in pairwise(labels)
    )


def timeline(variant: str, role: Role, peak: float, seconds: float, *, batches: int = 40) -> Timeline:
    """Make a line that climbs to its peak while scraping and assigning take turns."""
    times = tuple(seconds * i / 200 for i in range(201))
    wave = [0.02 * math.sin(i * 0.9) if 5 < i < 160 else 0.0 for i in range(201)]
    rss = tuple(
        mib(12 + (peak - 12.5) * min(1.0, i / 150) * (1 if i < 180 else 0.6) * (1 + wave[i])) for i in range(201)
    )
    each = seconds * 0.75 / batches
    phases = [PhaseSpan(name="before", start_seconds=0.0, end_seconds=seconds * 0.02)]
    for batch in range(batches):
        start = seconds * 0.02 + batch * each
        phases.append(PhaseSpan(name="scrape", start_seconds=start, end_seconds=start + each * 0.7))
        phases.append(PhaseSpan(name="assign", start_seconds=start + each * 0.7, end_seconds=start + each))
    phases.append(PhaseSpan(name="validate", start_seconds=seconds * 0.77, end_seconds=seconds * 0.95))
    phases.append(PhaseSpan(name="after", start_seconds=seconds * 0.95, end_seconds=seconds))
    sampled = tuple(min(size, mib(peak)) for size in rss)
    return Timeline(
        variant=variant, role=role, seconds=times, rss_bytes=sampled, peak_bytes=mib(peak), phases=tuple(phases)
    )


def verdict(low: float, high: float, measured: float | None) -> ClaimVerdict:
    """Judge a claim as the league does."""
    if measured is None:
        return ClaimVerdict.UNTESTED
    if measured < low:
        return ClaimVerdict.LESS
    return ClaimVerdict.MORE if measured > high else ClaimVerdict.AS_CLAIMED


def claims() -> tuple[ClaimRow, ...]:
    def claim(
        fix: int, text: str, unit: str, low: float, high: float, measured: float | None, **more: object
    ) -> ClaimRow:
        values: dict[str, object] = {"measured_as_written": None, "verdict": verdict(low, high, measured)}
        return ClaimRow(
            fix=FIX_NAMES[fix],
            claim=text,
            unit=unit,
            claimed_low=low,
            claimed_high=high,
            measured=measured,
            **(values | more),
        )

    peak = "% of the peak"
    return (
        claim(
            1,
            "50-70 % while processing",
            peak,
            50,
            70,
            49.2,
            measured_as_written=-0.7,
            notes=("as written every task still returns its result",),
        ),
        claim(
            2,
            "60-80 % per object",
            "% per object",
            60,
            80,
            93.1,
            measured_as_written=93.1,
            loses="fields of the CMS",
        ),
        claim(3, "2-5 MB", "MiB", 1.9, 4.8, 29.95),
        claim(
            4,
            "1-2 MB",
            "MiB",
            0.95,
            1.9,
            0.0,
            measured_as_written=-0.1,
            notes=("each result is held twice as written",),
        ),
        claim(5, "30-40 % of the peak", peak, 30, 40, 0.0),
        claim(
            6, "5-10 MB", "MiB", 4.8, 9.5, 0.1, measured_as_written=-0.2, notes=("both lists hold the same objects",)
        ),
        claim(7, "20-30 % of the peak", peak, 20, 30, None, untested="the thresholds are never reached"),
    )


def league() -> Section:
    start, *steps = steps_between(
        {
            "before": 61.0,
            "+ fix 5: lower concurrency": 61.0,
            "+ fix 2: minimal results": 31.1,
            "+ fix 3: clear batches": 28.9,
            "+ fix 1: stream results": 29.3,
            "+ fix 4: incremental validation": 28.6,
            "+ fix 7: smaller batches": 28.6,
            "+ fix 6: clear intermediates": 28.5,
        }
    )
    return Section(
        scenario="league",
        summary="120 teams of 10 fixtures, 5 to 10 KB each",
        headline="All seven fixes bring the peak from 61.00 MiB to 28.50 MiB, 0.50 MiB above sequential.",
        rows=league_rows(),
        levels=(Level(label="sequential", peak_bytes=mib(28)),),
        waterfall_start=start,
        steps=tuple(steps),
        timelines=(
            timeline("baseline", Role.BEFORE, 61.0, 2.4),
            timeline("fix-3", Role.SINGLE, 31.0, 2.4),
            timeline("all", Role.AFTER, 28.5, 3.1),
        ),
        claims=claims(),
    )


def incident() -> Section:
    start, *steps = steps_between(
        {
            "before": 2150.0,
            "+ fix 5: lower concurrency": 1712.5,
            "+ fix 2: minimal results": 1240.0,
            "+ fix 3: clear batches": 1010.0,
            "+ fix 1: stream results": 985.5,
            "+ fix 4: incremental validation": 972.0,
            "+ fix 7: smaller batches": 961.0,
            "+ fix 6: clear intermediates": 960.0,
        }
    )
    rows = (
        row("sequential", 880.0, Role.REFERENCE, before=2150.0, scenario="incident", title="one item at a time"),
        row(
            "baseline",
            2150.0,
            Role.BEFORE,
            before=2150.0,
            scenario="incident",
            title="before: everything accumulates",
            spread_bytes=mib(3.2),
        ),
        row(
            "all",
            960.0,
            Role.AFTER,
            before=2150.0,
            scenario="incident",
            title="after: every fix",
            spread_bytes=mib(1.1),
        ),
    )
    return Section(
        scenario="incident",
        summary="the scale of the incident: 2,000 teams on a machine of 2 GB",
        headline="All seven fixes bring the peak from 2.100 GiB to 960.00 MiB: it fits the 2 GB machine again.",
        rows=rows,
        levels=(Level(label="sequential", peak_bytes=mib(880)), Level(label="2 GB machine", peak_bytes=mib(1907))),
        waterfall_start=start,
        steps=tuple(steps),
        timelines=(timeline("baseline", Role.BEFORE, 2150.0, 41.0), timeline("all", Role.AFTER, 960.0, 47.5)),
    )


def report(*sections: Section, **changes: object) -> Report:
    values: dict[str, object] = {
        "title": "Peak memory before and after seven fixes",
        "created": "2025-03-01T12:30:00+00:00",
        "sections": sections,
        "environment": ENVIRONMENT,
    }
    return Report(**(values | changes))


def realistic() -> Report:
    return report(league(), incident(), warnings=("address randomisation could not be switched off",))


def section(*rows: Row, **changes: object) -> Section:
    values: dict[str, object] = {"scenario": "league", "summary": "a summary", "headline": "A headline.", "rows": rows}
    return Section(**(values | changes))


def empty() -> Report:
    return report(section(), environment=())


def all_failed() -> Report:
    outcomes = (ended(crashed=5), ended(timed_out=5), ended(out_of_memory=5), ended(wrong_output=5))
    rows = tuple(row(f"fix-{n}", None, Role.SINGLE, outcomes=ends) for n, ends in enumerate(outcomes, start=1))
    return report(section(row("baseline", None, Role.BEFORE, outcomes=ended(crashed=2)), *rows))


def magnitudes() -> Report:
    """Twenty-five variants with names of thirty characters, from a few KiB to some GiB."""
    rows = [row(f"variant-with-a-long-name-no-{n:03d}"[:30], 0.004 * 1.75**n, Role.SINGLE) for n in range(24)]
    rows.append(row("baseline-of-thirty-characters-", 2500.0, Role.BEFORE))
    steps = steps_between({f"+ step number {n} with a long name": 2500 / 1.75**n for n in range(24)})
    spread = tuple(
        ClaimRow(
            fix=Switch(f"fix-{n}", "a name of some thirty letters"),
            claim="somewhere between low and high, so they said",
            unit="MiB",
            claimed_low=10.0**n,
            claimed_high=3 * 10.0**n,
            measured=(-1) ** n * 2 * 10.0**n,
            measured_as_written=2.1 * 10.0**n,
            verdict=ClaimVerdict.AS_CLAIMED,
        )
        for n in range(-1, 4)
    )
    levels = (
        Level(label="sequential", peak_bytes=mib(2400)),
        Level(label="2 GB machine", peak_bytes=mib(1907)),
        Level(label="limit of the container", peak_bytes=mib(1950)),
    )
    lines = (timeline("baseline", Role.BEFORE, 2500.0, 300.0), timeline("all", Role.AFTER, 2499.0, 2.0, batches=300))
    return report(
        section(*rows, levels=levels, waterfall_start=steps[0], steps=steps[1:], timelines=lines, claims=spread)
    )


def budgets() -> Report:
    """Make three sections with budgets: two exceeded, one kept, one far above every peak, and one without a figure."""
    orders = (
        row("orders=1000", 11.5, change_bytes=None, change_ratio=None, budget_bytes=mib(40)),
        row(
            "orders=50000",
            58.6,
            change_bytes=None,
            change_ratio=None,
            budget_bytes=mib(40),
            over_budget_bytes=mib(18.6),
        ),
    )
    wrong = {"outcomes": ended(wrong_output=2), "budget_bytes": mib(24), "over_budget_bytes": mib(1.5)}
    lossy = row("default", 25.5, change_bytes=None, change_ratio=None, **wrong)
    far = row("default", 12.0, change_bytes=None, change_ratio=None, budget_bytes=mib(2048))
    crashed = row("default", None, outcomes=ended(crashed=5), budget_bytes=mib(24))
    return report(
        section(*orders, scenario="import", summary="", headline="One budget is exceeded: orders=50000 by 18.60 MiB."),
        section(lossy, scenario="export", summary="", headline="The peak is 25.50 MiB."),
        section(far, scenario="count", summary="", headline="The peak is 12.00 MiB."),
        section(crashed, scenario="broken", summary="", headline="No trial came to a figure."),
        headline="2 of 4 budgets are exceeded: import/orders=50000 by 18.60 MiB and export/default by 1.50 MiB.",
    )


def hostile(text: str) -> Report:
    """Put one text into every place of the document that takes a text."""
    rows = (
        row(text, 61.0, Role.BEFORE, scenario=text, meter=text, title=text, phases=((text, 1),), warnings=(text,)),
        row(text, None, Role.AFTER, scenario=text, meter=text, title=text, outcomes=ended(crashed=1)),
    )
    spans = (PhaseSpan(name=text, start_seconds=0.0, end_seconds=1.0),)
    line = Timeline(
        variant=text, role=Role.BEFORE, seconds=(0.0, 1.0), rss_bytes=(1, MIB), peak_bytes=MIB, phases=spans
    )
    claim = ClaimRow(
        fix=Switch(text, text),
        claim=text,
        unit=text,
        claimed_low=1,
        claimed_high=2,
        measured=1,
        measured_as_written=0,
        verdict=ClaimVerdict.UNTESTED,
        untested=text,
        notes=(text,),
        loses=text,
    )
    step = Step(label=text, peak_bytes=MIB, saved_bytes=0)
    return report(
        section(
            *rows,
            scenario=text,
            summary=text,
            headline=text,
            levels=(Level(label=text, peak_bytes=MIB),),
            waterfall_start=step,
            steps=(step,),
            timelines=(line,),
            claims=(claim,),
        ),
        title=text,
        headline=text,
        created=text,
        environment=((text, text),),
        warnings=(text,),
    )


def close_levels() -> Report:
    """Make levels so close to each other and to the bars' ends that their labels compete for room."""
    labels = {"sequential": 98.0, "machine": 99.0, "container": 99.5, "soft limit": 100.0}
    levels = tuple(Level(label=label, peak_bytes=mib(amount)) for label, amount in labels.items())
    rows = [row(f"fix-{n}", 95.0 + n, Role.SINGLE, before=100.0) for n in range(6)]
    start, *steps = steps_between({"before": 100.0, "a": 99.0, "b": 97.0})
    return report(section(*rows, levels=levels, waterfall_start=start, steps=tuple(steps)))


def two_meters() -> Report:
    """Measure the same variants twice, with figures that may not be compared."""
    rows = (row("baseline", 61.0, Role.BEFORE), row("baseline", 90.0, Role.BEFORE, meter="memray", before=90.0))
    return report(section(*rows, levels=(Level(label="sequential", peak_bytes=mib(28)),)))


def attribution() -> Attribution:
    """Divide 32.5 MiB among seven fixes, three of which replace each other."""
    figures = {1: (10.9, 30.0, 0.1, 0.4), 2: (10.8, 29.8, 0.0, 29.9), 3: (10.0, 29.95, -0.1, 2.2)}
    rows = tuple(
        AttributionRow(
            fix=name,
            shapley_bytes=mib(figures.get(n, (0.2,))[0]),
            alone_bytes=mib(figures[n][1]) if n in figures else 0,
            leave_one_out_bytes=mib(figures[n][2]) if n in figures else 0,
            cumulative_bytes=mib(figures[n][3]) if n in figures else 4096,
        )
        for n, name in FIX_NAMES.items()
    )
    cells = tuple(
        InteractionCell(
            first=FIX_NAMES[one],
            second=FIX_NAMES[other],
            saved_bytes=mib(-29.5) if other in figures else mib(0.2) if (one, other) == (4, 6) else 0,
            kind=InteractionKind.REPLACE
            if other in figures
            else InteractionKind.NEED
            if (one, other) == (4, 6)
            else InteractionKind.INDEPENDENT,
        )
        for one, other in combinations(FIX_NAMES, 2)
    )
    notes = ("Streaming, minimal results and clearing replace each other: any one of them takes off nearly all.",)
    return Attribution(rows=rows, interactions=cells, saved_bytes=mib(32.5), notes=notes)


def as_written() -> tuple[AsWrittenRow, ...]:
    amounts = {
        1: (30.0, -0.4, ""),
        2: (29.8, 31.0, "9 of 11 fields of each fixture"),
        6: (0.1, -0.2, ""),
        7: (0, None, ""),
    }
    return tuple(
        AsWrittenRow(
            fix=FIX_NAMES[n],
            effective_bytes=mib(effective),
            as_written_bytes=None if written is None else mib(written),
            loses=loses,
        )
        for n, (effective, written, loses) in amounts.items()
    )


def growth_line(
    variant: str,
    role: Role,
    intercept: float,
    slope: float,
    *,
    sizes: tuple[int, ...] = (100, 1000, 5000, 10_000),
    within: float,
    straight: bool,
    off: int = 0,
) -> Growth:
    """Make the line of an intercept in MiB and a slope in bytes, known within so many; some peaks lie off it."""
    return Growth(
        variant=variant,
        role=role,
        sizes=sizes,
        peak_bytes=tuple(mib(intercept) + round(slope * size) + off * (size % 3) for size in sizes),
        intercept_bytes=float(mib(intercept)),
        slope_bytes=slope,
        slope_low=slope - within,
        slope_high=slope + within,
        straight=straight,
    )


def growth() -> tuple[Growth, ...]:
    """Make a line, and what is nearly one, of different slope."""
    return (
        growth_line("baseline", Role.BEFORE, 24.0, 380.0 * KIB, within=3.8 * KIB, straight=True, off=4096),
        growth_line("all", Role.AFTER, 24.5, 1.4 * KIB, within=0.014 * KIB, straight=False, off=4096),
    )


def instruments() -> tuple[InstrumentRow, ...]:
    def of(variant: str, rss: float, heap: float | None) -> InstrumentRow:
        return InstrumentRow(
            variant=variant, figures=(("peak_rss", mib(rss)), ("memray", None if heap is None else mib(heap)))
        )

    return of("baseline", 61.0, 40.2), of("all", 28.5, None)


def with_findings() -> Section:
    """Make the league with every part that a section can have."""
    rows = league_rows()
    with_files = replace(
        rows[1], artifacts=("artifacts/baseline flame graph.html", "../outside.html", "javascript:alert(1)")
    )
    return replace(
        league(),
        rows=(rows[0], with_files, *rows[2:]),
        remarks=("Alone, fix-4, fix-5, fix-6 and fix-7 move the peak by less than 1 %.",),
        attribution=attribution(),
        as_written=as_written(),
        growth=growth(),
        instruments=instruments(),
        instrument_notes=("memray: what was asked of the allocator",),
    )


def full() -> Report:
    """Make a report with every part that a report can have."""
    noise = ("peak_rss: the largest spread of unchanged repeats is 4 KiB (league, fix-1, 0.01 % of its peak).",)
    return report(
        with_findings(), incident(), noise=noise, warnings=("address randomisation could not be switched off",)
    )


def hostile_findings(text: str) -> Report:
    """Put one text into every place that `hostile` leaves out."""
    report_of = hostile(text)
    (one,) = report_of.sections
    whole = attribution()
    shares = (
        replace(whole.rows[0], fix=Switch(text)),
        replace(whole.rows[1], fix=Switch(f"{text} 2", text)),
        *whole.rows[2:],
    )
    pairs = tuple(replace(pair, first=Switch(text)) for pair in whole.interactions)
    everywhere = replace(
        one,
        rows=(replace(one.rows[0], artifacts=(text, f"../{text}")), *one.rows[1:]),
        remarks=(text,),
        attribution=replace(whole, rows=shares, interactions=pairs, notes=(text,)),
        as_written=(AsWrittenRow(fix=Switch(text), effective_bytes=1, as_written_bytes=2, loses=text),),
        growth=tuple(replace(line, variant=text) for line in growth()),
        growth_notes=(text,),
        instruments=(InstrumentRow(variant=text, figures=((text, 1), ("memray", None))),),
        instrument_notes=(text,),
    )
    return replace(report_of, sections=(everywhere,), noise=(text,))


def many_samples(count: int) -> Report:
    """Make one section of so many samples, each with a timeline and phases."""
    line = timeline("x", Role.OTHER, 31.0, 2.4)
    phases = (("scrape", mib(58)), ("validate", mib(61)))
    rows = [row("baseline", 61.0, Role.BEFORE)]
    rows += [row(f"variant-{n}", 20 + (n * 7919 % 4000) / 100, phases=phases) for n in range(1, count)]
    lines = tuple(replace(line, variant=one.variant, role=one.role) for one in rows)
    return report(section(*rows, timelines=lines))
