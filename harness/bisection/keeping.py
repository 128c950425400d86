"""What a bisection has measured, on disk: a results document for each commit, and which could not be measured.

Nothing in it depends on where a walk begins or ends, so that another walk over the same history takes it up as well.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from membench.harness.errors import UnreadableInputError, UsageError
from membench.harness.keys import Key
from membench.harness.model import Sample
from membench.harness.runs.session import Session
from membench.harness.store.files import write_json
from membench.harness.store.readings import Origin
from membench.harness.store.results import read_results, write_results_file

STATE_FILE = "bisection.json"
COMMITS_FOLDER = "commits"
_FORMAT = "membench-bisection-state"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a commit, or why it could not be."""

    samples: Mapping[Key, Sample] = field(default_factory=dict)
    failure: str = ""


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Knows what was measured of each commit, and keeps it in a folder if there is one."""

    session: Session
    origin: Origin
    install: Sequence[str]
    folder: Path | None
    _known: dict[str, Measured] = field(default_factory=dict)

    def begin(self, *, resume: bool) -> None:
        """Take up what an earlier bisection has kept in the folder, or remove it.

        Raises:
            UsageError: it was measured elsewhere, with other workloads, or built in another way.
            UnreadableInputError: it is no file of a bisection.
        """
        if self.folder is None:
            return
        commits = self.folder / COMMITS_FOLDER
        commits.mkdir(exist_ok=True)
        if not resume:
            for path in commits.glob("*.json"):
                path.unlink()
        elif (self.folder / STATE_FILE).exists():
            state = _read_state(self.folder / STATE_FILE)
            self._require_alike(state)
            self._known = {commit: Measured(failure=failure) for commit, failure in state["failures"].items()}
            for path in commits.glob("*.json"):
                samples = {sample.key: sample for sample in read_results(path).samples}
                self._known[path.stem] = Measured(samples)
        self._write_state()

    def _require_alike(self, state: Mapping[str, Any]) -> None:
        own = self.origin.workloads
        changed = [name for name, digest in state["workloads"].items() if own.get(name, digest) != digest]
        for differs, how in (
            (state["fingerprint"] != self.origin.fingerprint, "in another environment"),
            (state["install"] != list(self.install), "with another install command"),
            (bool(changed), f"with another definition of {', '.join(changed[:3])}"),
        ):
            if differs:
                raise UsageError(f"What is in {self.folder} was measured {how}. Leave out --resume to begin anew.")

    def known(self, commit: str) -> Measured:
        """Give what is known of a commit; an empty one where nothing is."""
        return self._known.get(commit, Measured())

    def keep(self, commit: str, measured: Measured) -> Measured:
        """Keep what was measured of a commit, beside what was known of other workloads; give all of it.

        Raises:
            UnwritableOutputError: it cannot be written.
        """
        known = Measured({**self.known(commit).samples, **measured.samples}, measured.failure)
        self._known[commit] = known
        if self.folder is not None:
            if known.samples:
                results = self.session.results(list(known.samples.values()))
                write_results_file(results, self.folder / COMMITS_FOLDER / f"{commit}.json")
            self._write_state()
        return known

    def _write_state(self) -> None:
        assert self.folder is not None
        state = {
            "format": _FORMAT,
            "format_version": _VERSION,
            "fingerprint": self.origin.fingerprint,
            "install": list(self.install),
            "workloads": dict(self.origin.workloads),
            "failures": {commit: known.failure for commit, known in self._known.items() if known.failure},
        }
        write_json(state, self.folder / STATE_FILE)


def _read_state(path: Path) -> dict[str, Any]:
    fault = UnreadableInputError(f"{path} is no state of a bisection. Leave out --resume to begin anew.")
    try:
        state: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise fault from error
    known = isinstance(state, dict) and (state.get("format"), state.get("format_version")) == (_FORMAT, _VERSION)
    if not known or not isinstance(state.get("install"), list) or not isinstance(state.get("fingerprint"), str):
        raise fault
    for name in ("failures", "workloads"):
        table = state.get(name)
        if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
            raise fault
    return dict(state)
