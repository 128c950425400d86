"""Results for tests that measure nothing."""

from membench.harness.keys import TrialKey
from membench.harness.model import Environment, Outcome, PhaseSpan, Reading, Results, Sample, Timeline

ENVIRONMENT = Environment(
    python="3.11.7",
    implementation="CPython",
    kernel="6.1",
    libc="glibc 2.36",
    machine="x86_64",
    cpu_count=2,
    page_size=4096,
    thp="madvise",
    controls={
        "address_randomisation_off": True,
        "hash_seed": "0",
        "pinned_cpu": True,
        "environment_scrubbed": True,
    },
    settings={"teams_concurrency": 4},
    fingerprint="abc",
)


def sample(variant: str = "baseline", peaks: tuple[int, ...] = (100, 100), **changes: object) -> Sample:
    fields: dict[str, object] = {
        "scenario": "smoke",
        "variant": variant,
        "meter": "peak_rss",
        "peak_bytes": peaks,
        "wall_seconds": (0.1,) * len(peaks),
        "outcomes": (Outcome.OK,) * len(peaks),
        "digest": "sha256:0",
        "phases": {"before": 50, "scrape": 100},
        "phase_spans": (PhaseSpan(name="before", start_seconds=0.0, end_seconds=0.5, peak_bytes=50),),
        "timeline": Timeline(seconds=(0.0, 0.1), rss_bytes=(10, 90)),
    }
    return Sample(**(fields | changes))  # type: ignore[arg-type]  # a dict of fields has no better type


def reading(key: TrialKey, peak_bytes: int | None = 1, **changes: object) -> Reading:
    """Make what the trial of a key came to."""
    fields: dict[str, object] = {
        **key._asdict(),
        "outcome": Outcome.OK,
        "peak_bytes": peak_bytes,
        "wall_seconds": 0.1,
    }
    return Reading(**(fields | changes))  # type: ignore[arg-type]  # a dict of fields has no better type


def results(*samples: Sample) -> Results:
    return Results(created="2026-01-01T00:00:00+00:00", environment=ENVIRONMENT, samples=samples)
