"""Writes what is made of the settings' keys: the JSON Schema for editors, and the page of the documentation.

Run as `python -m membench.harness.commands.settings` from the top of the repository; no verb of membench.
"""

from pathlib import Path

from membench.harness.store.files import atomic_writer, write_json
from membench.harness.suites.settings import settings_page, settings_schema


def main() -> None:
    """Write both."""
    write_json(settings_schema(), Path("harness/schemas/membench-settings.schema.json"))
    with atomic_writer(Path("docs/settings.md")) as file:
        file.write(settings_page())


if __name__ == "__main__":
    main()
