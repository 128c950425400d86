"""systemd: reclaims above the request, and kills above the limit."""

from membench.harness.sizing.forms import mebibytes
from membench.harness.sizing.model import Size


class Systemd:
    """Settings of a unit, or of `systemd-run`."""

    summary = "systemd: MemoryHigh and MemoryMax of a unit"

    def render(self, size: Size) -> str:
        """Write a drop-in for a service."""
        return (
            "[Service]\n"
            f"MemoryHigh={mebibytes(size.limit_bytes)}M\n"
            f"MemoryMax={mebibytes(round(size.limit_bytes * 1.1))}M\n"
            "MemorySwapMax=0\n"
        )


FORM = Systemd()
