"""README shows commands that exist, with options that they take, and links and pictures that are there."""

import re
import shlex
from pathlib import Path

import click
import pytest

from membench.harness.commands.command_line import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = "".join(re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
LINES = [shlex.split(line, comments=True) for line in BLOCKS.splitlines()]
COMMANDS = [text[1:] for text in LINES if text[:1] == ["membench"]]


@pytest.mark.parametrize("text", COMMANDS, ids=" ".join)
def test_a_command_is_one_that_membench_takes(text: list[str]) -> None:
    verb = cli.get_command(click.Context(cli), text[0])
    assert verb is not None
    verb.make_context(text[0], text[1:])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)", README))))
def test_a_target_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()
