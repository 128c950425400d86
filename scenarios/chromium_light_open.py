"""Chromium's light pages kept open for what was read from them, and never closed."""

from membench.scenarios import chromium_light

SCENARIO = chromium_light.SCENARIO._replace(
    name="chromium-light-open",
    summary="chromium-light with results that keep their pages open, and handles that are never disposed of",
    results="open",
)
