"""A workload of a folder's own pyproject.toml, with its parameters that can be on or off as switches."""

from collections.abc import Callable, Mapping, Sequence

from membench.harness.attribution.shapley import Combination
from membench.harness.errors import UsageError, unknown_name
from membench.harness.keys import Scalar, Switch, value_text
from membench.harness.model import Results, Workload
from membench.harness.suites.configuration import WorkloadSettings, variant_name
from membench.harness.suites.story import Story
from membench.harness.suites.switched import SwitchedStory

MakeVariant = Callable[[str, Mapping[str, Scalar]], Workload]
"""Makes a workload of a variant's name and its parameters."""


def choose_switched(
    known: Mapping[str, WorkloadSettings], name: str | None, fixed: Mapping[str, str]
) -> WorkloadSettings:
    """Choose the workload whose parameters are switched.

    Args:
        known: all workloads of the project, by name.
        name: the workload; None where only one has switches.
        fixed: values as text for parameters that shall be no switches, or that have several values.

    Raises:
        UsageError: there is no such workload, or nothing that could be switched.
    """
    if name is None:
        switched = [settings.name for settings in known.values() if _switches_of(settings, fixed)]
        if len(switched) != 1:
            found = f"those that have are {', '.join(switched)}" if switched else "none has"
            raise UsageError(f"--scenario must name a workload with parameters that are [false, true]; {found}.")
        (name,) = switched
    if name not in known:
        raise unknown_name("workload", name, list(known))
    settings = known[name]
    if not _switches_of(settings, fixed):
        raise UsageError(
            f"{name} has no parameter that is [false, true] and not given with --set: there is nothing to switch."
        )
    return settings


class ProjectSwitches:
    """A project's workload whose parameters can be on or off; implements `Switched`."""

    further: Sequence[Switch] = ()

    def __init__(self, settings: WorkloadSettings, fixed: Mapping[str, str], make: MakeVariant) -> None:
        self.scenario = settings.name
        self.order = _switches_of(settings, fixed)
        self.switches: Sequence[Switch] = tuple(map(Switch, self.order))
        self._names = tuple(settings.params)
        self._others = _others_of(settings, fixed, self.order)
        self._make = make
        self._made: dict[str, Combination] = {}

    def claim(self, switch: str) -> str:
        """Know of no claims."""
        del switch
        return ""

    def story(self, results: Results) -> Story:
        """Tell the samples of the workloads that were made here by which switches are on."""
        del results
        return SwitchedStory(self.switches, self.order, self._made)

    def workload(self, combination: Combination) -> Workload:
        """Make the workload with these parameters true, all other switches false, and the rest as given."""
        parameters = {name: self._others.get(name, name in combination) for name in self._names}
        workload = self._make(variant_name(parameters), parameters)
        self._made[workload.variant] = combination
        return workload


def _switches_of(settings: WorkloadSettings, fixed: Mapping[str, str]) -> tuple[str, ...]:
    both = {"false", "true"}
    return tuple(
        name
        for name, values in settings.params.items()
        if name not in fixed and all(isinstance(value, bool) for value in values) and {*map(value_text, values)} == both
    )


def _others_of(settings: WorkloadSettings, fixed: Mapping[str, str], switches: Sequence[str]) -> dict[str, Scalar]:
    """Give the value of each parameter that is no switch.

    Raises:
        UsageError: one has several, and none was chosen; or there is no such parameter or value.
    """
    for name in fixed:
        if name not in settings.params:
            raise unknown_name(f"parameter of {settings.name}", name, list(settings.params))
    found: dict[str, Scalar] = {}
    for name, values in settings.params.items():
        if name in switches:
            continue
        known = {value_text(value): value for value in values}
        words = fixed.get(name, next(iter(known)) if len(known) == 1 else None)
        if words is None:
            raise UsageError(
                f"{name} of {settings.name} has {len(known)} values, and a saving is divided at one of them. "
                f"Give --set {name}=VALUE with one of: {', '.join(known)}."
            )
        if words not in known:
            raise unknown_name(f"value of {name}", words, list(known))
        found[name] = known[words]
    return found
