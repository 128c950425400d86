"""A site over ten runs for tests that store nothing."""

from membench.harness.history.regressions import judge_changes
from membench.harness.history.series import Change, Run, Series
from membench.reports.site.document import Cause, ShownChange, ShownSeries, Site

MIB = 1024 * 1024
CREATED = [f"2026-01-{day:02d}T00:00:00+00:00" for day in range(1, 11)]
RISE = Change(run=4, before_bytes=60 * MIB, after_bytes=64 * MIB, found_run=5)
FALL = Change(run=7, before_bytes=64 * MIB, after_bytes=60 * MIB, found_run=8)


def series(*changes: Change, scenario: str = "orders") -> Series:
    return Series(
        scenario=scenario, variant="n=1", meter="peak_rss", peak_bytes=(60 * MIB,) * 10, changes=changes,
        machine_class="ci",
    )  # fmt: skip


def site(name: str = "orders", address: str = "") -> Site:
    runs = tuple(
        Run(label=f"c{number}", created=created, fingerprint="a", path="", machine_class="ci", subject=f"fix {name}")
        for number, created in enumerate(CREATED)
    )
    own = series(RISE, scenario=name)
    (judged,) = judge_changes(own, CREATED, ())
    change = ShownChange(judged=judged, causes=(Cause(where=f"{name}.py:3 in load", shift_bytes=4 * MIB),))
    shown = ShownSeries(series=own, changes=(change,))
    return Site(title=name, runs=runs, by_commit=True, series=(shown,), warnings=(name,), address=address)
