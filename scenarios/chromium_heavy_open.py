"""Chromium's heavy pages kept open for what was read from them, and never closed."""

from membench.scenarios import chromium_heavy

SCENARIO = chromium_heavy.SCENARIO._replace(
    name="chromium-heavy-open",
    summary="chromium-heavy with results that keep their pages open, and handles that are never disposed of",
    results="open",
)
