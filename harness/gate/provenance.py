"""Proves that each side ran the code of its own checkout.

Where a project is installed with an import hook, base and head are the same code, and no rise can be seen. The
interpreter that will run a callable is asked where it takes its modules from.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from membench.harness.errors import UsageError
from membench.harness.gate.measuring import Version
from membench.harness.keys import Side, WorkloadKey
from membench.harness.model import Workload
from membench.harness.suites.probes import Place, run_probe
from membench.harness.trial.adapters import FUNCTION

_INSTALLED = ("site-packages", "dist-packages")


def find_misplaced(versions: Sequence[Version], repository: Path) -> dict[WorkloadKey, str]:
    """Name the workloads of which a side would run other code than its checkout's, each with the reason.

    Args:
        versions: base and head; the folders that their files are named relative to are where their code may lie.
        repository: the head's, and the base's is checked out elsewhere.
    """
    found: dict[WorkloadKey, str] = {}
    for version in versions:
        own = [Path(os.path.realpath(root)) for root in version.roots]
        for together in _asked_alike(version.workloads):
            files = _ask(together)
            for workload in together:
                for module in _modules(workload):
                    wrong = _wrong_file(module, files.get(module, ()), own, Path(os.path.realpath(repository)))
                    if wrong:
                        found.setdefault(workload.key, _reason(version.side, module, wrong))
    return found


def _asked_alike(workloads: Iterable[Workload]) -> list[list[Workload]]:
    groups: dict[tuple[object, ...], list[Workload]] = {}
    for workload in workloads:
        if workload.adapter == FUNCTION:
            place = (
                workload.interpreter,
                workload.folder,
                workload.import_paths,
                *sorted(workload.environment.items()),
            )
            groups.setdefault(place, []).append(workload)
    return list(groups.values())


def _modules(workload: Workload) -> list[str]:
    return [target.partition(":")[0] for target in (workload.target, workload.setup) if target]


def _ask(workloads: Sequence[Workload]) -> Mapping[str, Sequence[str]]:
    first = workloads[0]
    modules = sorted({module for workload in workloads for module in _modules(workload)})
    question = {"import_paths": first.import_paths, "modules": modules, "words": "Finding where modules come from"}
    try:
        answer: dict[str, list[str]] = run_probe(
            "origins",
            question,
            Place(interpreter=first.interpreter, folder=first.folder, environment=first.environment),
        )
    except UsageError:
        return {}  # a module that ends its process says so in its own trial
    return answer


def _wrong_file(module: str, files: Sequence[str], own: Sequence[Path], repository: Path) -> str:
    """Find a file of the project's that is not the side's own; "" where there is none.

    A module that no checkout has, such as one of a library, is the same on both sides, and meant to be.
    """
    top = module.partition(".")[0]
    for number, file in enumerate(files):
        if any(Path(file).is_relative_to(root) for root in own):
            continue
        of_head = Path(file).is_relative_to(repository) and not _is_installed(file)
        if of_head or (number == 0 and any(_has_package(root, top) for root in own)):
            return file
    return ""


def _is_installed(file: str) -> bool:
    return not set(Path(file).parts).isdisjoint(_INSTALLED)


def _has_package(checkout: Path, top: str) -> bool:
    """Tell whether a checkout has a package or module of that name, at its top or one or two folders below."""
    patterns = [f"{above}{top}{end}" for above in ("", "*/", "*/*/") for end in (".py", "/*.py", "/*.pyx")]
    return any(not _is_installed(str(found)) for pattern in patterns for found in checkout.glob(pattern))


def _reason(side: Side, module: str, file: str) -> str:
    return (
        f"the {side} takes {module} from {file} and not from its checkout, so both sides may be the same code; set "
        "install and python in [tool.membench.gate], so that each checkout has an environment of its own, such as "
        'install = ["sh", "-c", "python -m venv .venv && .venv/bin/pip install ."] and python = ".venv/bin/python"'
    )
