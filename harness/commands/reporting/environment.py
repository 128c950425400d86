"""Lists where a run was measured, and warns of what was not under control there."""

from dataclasses import asdict

from membench.harness.model import Environment


def environment_rows(environment: Environment, revision: str) -> tuple[tuple[str, str], ...]:
    """List names and values, the revision of the code first where it is known."""
    facts = asdict(environment)
    controls = facts.pop("controls")
    settings = facts.pop("settings")
    first = {"revision": revision} if revision else {}
    values = (*first.items(), *(facts | controls | settings).items())
    return tuple((name.replace("_", " "), _in_words(value)) for name, value in values)


def _in_words(value: object) -> str:
    return str(value) if not isinstance(value, bool) else "yes" if value else "no"


def environment_warnings(environment: Environment) -> tuple[str, ...]:
    """Warn of each control that did not hold."""
    unmet = {
        "address_randomisation_off": "address randomisation could not be turned off",
        "pinned_cpu": "trials could not be pinned to one CPU",
    }
    return tuple(
        f"{text}: expect repeats to differ, and take more of them"
        for control, text in unmet.items()
        if not environment.controls.get(control)
    )
