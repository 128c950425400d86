"""Nextflow: the memory of a process, more at each attempt."""

from membench.harness.sizing.forms import label, mebibytes
from membench.harness.sizing.model import Size


class Nextflow:
    """A selector of its configuration."""

    summary = "Nextflow: memory of a process, with a retry after it was killed"

    def render(self, size: Size) -> str:
        """Write the configuration; MB is 1,024 times 1,024 bytes there. 137 to 140 is how a killed task ends."""
        return (
            "process {\n"
            f"    withName: '{label(size.name).replace('-', '_').upper()}' {{\n"
            f"        memory = {{ {mebibytes(size.limit_bytes)}.MB * task.attempt }}\n"
            "        errorStrategy = { task.exitStatus in 137..140 ? 'retry' : 'finish' }\n"
            "        maxRetries = 2\n"
            "    }\n"
            "}\n"
        )


FORM = Nextflow()
