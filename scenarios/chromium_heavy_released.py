"""Chromium's heavy pages kept open for what was read from them, and closed when it is let go of."""

from membench.scenarios import chromium_heavy_open

SCENARIO = chromium_heavy_open.SCENARIO._replace(
    name="chromium-heavy-released",
    summary="chromium-heavy with results that keep their pages open until they are let go of",
    disposes=True,
)
