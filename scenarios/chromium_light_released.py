"""Chromium's light pages kept open for what was read from them, and closed when it is let go of."""

from membench.scenarios import chromium_light_open

SCENARIO = chromium_light_open.SCENARIO._replace(
    name="chromium-light-released",
    summary="chromium-light with results that keep their pages open until they are let go of",
    disposes=True,
)
