"""Kubernetes: a pod, whose `resources` fit into any workload."""

from membench.harness.sizing.forms import label, mebibytes
from membench.harness.sizing.model import Size


class Kubernetes:
    """A pod with a request and a limit."""

    summary = "Kubernetes: requests and limits of a container"

    def render(self, size: Size) -> str:
        """Write the YAML."""
        name = label(size.name)
        return (
            "apiVersion: v1\n"
            "kind: Pod\n"
            "metadata:\n"
            f"  name: {name}\n"
            "spec:\n"
            "  restartPolicy: Never\n"
            "  containers:\n"
            f"    - name: {name}\n"
            "      image: IMAGE\n"
            "      resources:\n"
            "        requests:\n"
            f"          memory: {mebibytes(size.request_bytes)}Mi\n"
            "        limits:\n"
            f"          memory: {mebibytes(size.limit_bytes)}Mi\n"
        )


FORM = Kubernetes()
