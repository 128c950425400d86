"""Compiles the supervisor of commands into the wheel, where the machine that builds it has a C compiler.

It is linked statically, so it runs on every Linux of that processor. A wheel that was built without a compiler is pure:
the supervisor is then compiled on first need, or the one in Python takes its place.
"""

import importlib.util
import platform
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNEL = "membench/harness/kernel"


class CustomBuildHook(BuildHookInterface[Any]):
    """Adds the compiled supervisor to a wheel, and puts it beside its source for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile it before the files are collected."""
        folder = Path(self.root) / "src" / KERNEL
        program = _load(folder / "supervisor_program.py")
        binary = folder / program.binary_name()
        try:
            compiled = binary.exists() or program.compile_supervisor(binary, static=True)
        except OSError:  # the sources lie where nobody may write
            return
        if not compiled or version == "editable":
            return
        machine = platform.machine()
        build_data["force_include"][str(binary)] = f"{KERNEL}/{binary.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-manylinux_2_17_{machine}.musllinux_1_1_{machine}"


def _load(path: Path) -> Any:
    specification = importlib.util.spec_from_file_location("supervisor_program", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
