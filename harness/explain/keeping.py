"""Keeps the captures that another verb has taken, with their code, for `membench explain`."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from membench.harness.errors import MeasurementError
from membench.harness.explain.captures import captures_of, keep_as, read_heap
from membench.harness.explain.measuring import PLACES
from membench.harness.explain.sources import Sources
from membench.harness.model import Reading


class CaptureKeeper:
    """Keeps one pair of captures in a folder; those of an earlier run into the same folder are gone."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._most_bytes = most_bytes  # of one side
        self.remarks: list[str] = []
        """What could not be kept, and why."""
        for place in PLACES:
            shutil.rmtree(folder / place, ignore_errors=True)

    def keep(self, place: str, reading: Reading, roots: Sequence[str], links: Mapping[str, str]) -> None:
        """Keep what the trial of one side has left in the folder.

        Args:
            place: "base" or "head".
            reading: of the meter `call_paths`.
            roots: the folders to name files from, which may be gone later.
            links: what the trial has seen in place of folders.
        """
        captures = captures_of(reading.artifacts, self.folder)
        if captures is None:
            self.remarks.append(f"The captures of the {place} were not kept: its trial left none ({reading.detail}).")
            return
        sources = Sources(roots, links)
        try:
            read_heap(captures, sources)
        except MeasurementError as error:
            shutil.rmtree(captures)
            self.remarks.append(f"The captures of the {place} were not kept: {error}")
            return
        remark = keep_as(captures, place, sources, most_bytes=self._most_bytes)
        if remark:
            self.remarks.append(f"The {place}: {remark}.")
