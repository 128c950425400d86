"""The smallest of GitHub's hosted runners that has room."""

from membench.harness.sizing.model import Size
from membench.harness.units import GIB, format_bytes

SYSTEM_BYTES = 1 * GIB  # what the runner itself and its system take
# Linux, x64. Labels of larger runners are an organisation's own; these are the ones that GitHub suggests.
RUNNERS = (
    (8 * GIB, "ubuntu-latest", "2 CPUs and 8 GB in private repositories, 4 CPUs and 16 GB in public ones"),
    (16 * GIB, "ubuntu-latest-4-cores", "4 CPUs and 16 GB; in public repositories ubuntu-latest has as much"),
    (32 * GIB, "ubuntu-latest-8-cores", "8 CPUs and 32 GB"),
    (64 * GIB, "ubuntu-latest-16-cores", "16 CPUs and 64 GB"),
    (128 * GIB, "ubuntu-latest-32-cores", "32 CPUs and 128 GB"),
    (256 * GIB, "ubuntu-latest-64-cores", "64 CPUs and 256 GB"),
)


class GitHub:
    """`runs-on` of a job."""

    summary = "GitHub Actions: the runner class that has room"

    def render(self, size: Size) -> str:
        """Write the line, or say that none is large enough."""
        needed = size.limit_bytes + SYSTEM_BYTES
        for memory, name, about in RUNNERS:
            if needed <= memory:
                return f"runs-on: {name}  # {about}\n"
        return f"# no hosted runner has {format_bytes(needed)}: use one of your own\n"


FORM = GitHub()
