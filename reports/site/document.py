"""What the site shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from membench.harness.history.regressions import Judged, State
from membench.harness.history.series import Run, Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A place in the code that holds more since a change."""

    where: str
    shift_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """A change of level with its state and causes."""

    judged: Judged
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSeries:
    """One series with its changes, oldest first."""

    series: Series
    changes: tuple[ShownChange, ...]

    @property
    def slug(self) -> str:
        """The name of its page: the same each time, and safe in any file system."""
        names = "\0".join((*self.series.key, self.series.machine_class))
        return sha256(names.encode(errors="backslashreplace")).hexdigest()[:16]

    @property
    def newest(self) -> int | None:
        """The newest peak that is known."""
        known = self.series.known
        return self.series.peak_bytes[known[-1]] if known else None

    @property
    def open_changes(self) -> list[ShownChange]:
        """The rises that nobody has accepted or fixed."""
        return [change for change in self.changes if change.judged.state is State.NEW]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that is shown. The same site gives the same files."""

    title: str
    runs: tuple[Run, ...]
    by_commit: bool
    series: tuple[ShownSeries, ...]
    warnings: tuple[str, ...]
    address: str = ""  # of the site's folder, ending in a slash; "" where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitChanges:
    """All changes that one run began."""

    run: Run
    number: int
    changes: Sequence[tuple[ShownSeries, ShownChange]]


def by_commit(site: Site) -> list[CommitChanges]:
    """Group the changes by the run that they begin at, newest first, the largest rise first."""
    groups: dict[int, list[tuple[ShownSeries, ShownChange]]] = {}
    for series in site.series:
        for change in series.changes:
            groups.setdefault(change.judged.change.run, []).append((series, change))
    return [
        CommitChanges(
            run=site.runs[number],
            number=number,
            changes=sorted(groups[number], key=lambda pair: -pair[1].judged.change.shift_bytes),
        )
        for number in sorted(groups, reverse=True)
    ]
