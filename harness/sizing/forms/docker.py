"""Docker, and what takes its options."""

from membench.harness.sizing.forms import mebibytes
from membench.harness.sizing.model import Size


class Docker:
    """Options of `docker run`."""

    summary = "docker run: a limit without swap, and a reservation"

    def render(self, size: Size) -> str:
        """Write the command."""
        limit = mebibytes(size.limit_bytes)
        return (
            f"docker run --memory={limit}m --memory-swap={limit}m "
            f"--memory-reservation={mebibytes(size.request_bytes)}m IMAGE\n"
        )


FORM = Docker()
