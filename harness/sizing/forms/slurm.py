"""Slurm kills what takes more than it asked for, so the limit is what to ask for."""

from membench.harness.sizing.forms import label, mebibytes
from membench.harness.sizing.model import Size


class Slurm:
    """Directives of a batch script."""

    summary = "Slurm: #SBATCH --mem for a node"

    def render(self, size: Size) -> str:
        """Write the directives; M is 1,024 times 1,024 bytes there."""
        return f"#SBATCH --job-name={label(size.name)}\n#SBATCH --mem={mebibytes(size.limit_bytes)}M\n"


FORM = Slurm()
