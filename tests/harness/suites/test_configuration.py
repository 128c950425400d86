"""`[tool.membench]`: what is read from it, and how each mistake in it is told."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membench.harness.errors import UsageError
from membench.harness.model import LONGEST_NAME
from membench.harness.statistics.thresholds import Thresholds
from membench.harness.suites.configuration import (
    Configuration,
    GateSettings,
    WorkloadSettings,
    parse_configuration,
    read_configuration,
    variant_name,
)

KIB = 1024
MIB = 1024 * KIB

WHOLE = """
[tool.membench]
import_paths = ["lib"]
python = ".venv/bin/python"

[tool.membench.workloads.import-orders]
call = "shop.jobs:Import.orders"
setup = "shop.jobs:prepare"
params = { orders = [1000, 10000], mode = ["fast", "slow"], dry = true }
budget = "256 MiB"
timeout = 30
tags = ["nightly"]
environment = { SHOP = "test" }

[tool.membench.workloads."scrape pages"]
command = ["node", "scrape.js", "--pages={pages}"]
params = { pages = [10] }

[tool.membench.gate]
relative = "0.5 %"
absolute = "64 KiB"
slope = "128 B"
install = "python -m pip install -e '.[dev]'"
removed = ["old"]
repeats = 5
"""


def read(folder: Path, text: str) -> Configuration:
    (folder / "pyproject.toml").write_text(text)
    return read_configuration(folder)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(folder, text)
    return str(caught.value).removeprefix(str(folder) + "/")


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    found = read(tmp_path, WHOLE)
    orders, pages = found.workloads
    assert (orders.name, orders.call, orders.setup) == ("import-orders", "shop.jobs:Import.orders", "shop.jobs:prepare")
    assert (orders.budget_bytes, orders.time_limit_seconds, orders.tags) == (256 * MIB, 30.0, ("nightly",))
    assert orders.environment == {"SHOP": "test"}
    assert list(orders.variants) == [
        "orders=1000,mode=fast,dry=true",
        "orders=1000,mode=slow,dry=true",
        "orders=10000,mode=fast,dry=true",
        "orders=10000,mode=slow,dry=true",
    ]
    assert orders.variants["orders=1000,mode=slow,dry=true"] == {"orders": 1000, "mode": "slow", "dry": True}
    assert (pages.name, pages.command) == ("scrape pages", ("node", "scrape.js", "--pages={pages}"))
    assert found.import_paths == ("lib",)
    assert found.gate == GateSettings(
        thresholds=Thresholds(relative=0.005, absolute_bytes=64 * KIB, slope_bytes=128),
        install=("python", "-m", "pip", "install", "-e", ".[dev]"),
        python=".venv/bin/python",
        removed=("old",),
        repeats=5,
    )


@pytest.mark.parametrize("text", [None, "", "[tool]", "[tool.ruff]\nline-length = 100", "[tool.membench]"])
def test_a_folder_without_the_table_has_an_empty_configuration(tmp_path: Path, text: str | None) -> None:
    found = read_configuration(tmp_path) if text is None else read(tmp_path, text)
    assert found == Configuration(folder=tmp_path)
    assert found.gate == GateSettings(thresholds=Thresholds(relative=0.01, absolute_bytes=256 * KIB), repeats=3)


def test_a_folder_src_is_on_the_search_path_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert read(tmp_path, "").import_paths == (".", "src")


def test_a_workload_without_parameters_has_one_variant() -> None:
    found = parse_configuration({"workloads": {"a": {"call": "shop:run"}}}, Path())
    assert found.workloads[0].variants == {"default": {}}


W = "[tool.membench.workloads.w]\n"
CALL = W + 'call = "shop:run"\n'
GATE = "[tool.membench.gate]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.membench", "pyproject.toml is not TOML: "),
        ("[tool]\nmembench = 1", "pyproject.toml, [tool.membench]: a table was wanted, not 1."),
        (CALL + 'bugdet = "1 MiB"', "[tool.membench.workloads.w], bugdet: there is no such key. Known: budget, call,"),
        (GATE + "repeat = 3", "[tool.membench.gate], repeat: there is no such key. Known: repeats, "),
        ("[tool.membench]\nworkload = {}", "[tool.membench], workload: there is no such key. Known: workloads, "),
        (W, "[tool.membench.workloads.w], call: a workload has either call = "),
        (CALL + 'command = "true"', "this has both"),
        (W + 'call = "shop.run"', "\"package.module:function\" was wanted, not 'shop.run'"),
        (W + "call = 5", "call: a text was wanted, not 5"),
        (W + "command = 'echo \"'", "command: 'echo \"' is no command: No closing quotation."),
        (W + "command = []", "command: a program and its arguments were wanted"),
        (W + 'command = "true"\nsetup = "a:b"', "setup: only a call has a set-up of its own"),
        (W + 'command = "true"\nparams = { n = [1] }', "'n' is not in the command. Write {n}"),
        (CALL + "budget = 256", "budget: '256' is not a size. Write a number and a unit, such as 64 MiB"),
        (CALL + 'budget = "256"', "budget: '256' is not a size."),
        (CALL + "timeout = 0", "timeout: a number of seconds above 0 and up to 86,400 was wanted, not 0."),
        (CALL + "timeout = nan", "not nan"),
        (CALL + "timeout = true", "not True"),
        (CALL + "params = { n = [] }", "params: 'n' has no values."),
        (CALL + "params = { n = [[1]] }", "params: 'n' takes numbers, booleans and one-line texts"),
        (CALL + "params = { n = [1979-05-27] }", "params: 'n' takes numbers"),
        (CALL + "params = { n = [1, '1'] }", "params: two values of a parameter are the same"),
        (CALL + "params = { 'a b' = [1] }", "'a b' is no name of a parameter."),
        (CALL + "tags = 'nightly'", "tags: a list of texts was wanted"),
        (CALL + "environment = { A = 1 }", "environment: 'A' takes text, such as \"1\"; not 1."),
        (CALL + "environment = { 'A=B' = '1' }", "'A=B' is no name of a variable."),
        (CALL + "ok-status = [1]", "ok-status: only a command has an exit status"),
        (W + 'command = "lint"\nok-status = [256]', "ok-status: exit statuses from 0 to 255 were wanted"),
        (W + 'command = "lint"\nok-status = true', "such as [1], not True"),
        ('[tool.membench]\npass_environment = "A"', "pass_environment: a list of texts was wanted"),
        ('[tool.membench.workloads.""]\ncall = "a:b"', "'' is no name for a workload."),
        (GATE + 'relative = "1"', "relative: '1' is no percentage from 0 % to 100 %"),
        (GATE + "relative = 0.01", "'0.01' is no percentage"),
        (GATE + 'relative = "101 %"', "'101 %' is no percentage"),
        (GATE + "absolute = 1024", "absolute: '1024' is not a size."),
        (GATE + "repeats = 0", "repeats: a whole number from 1 to 10,000 was wanted, not 0."),
        (GATE + "install = 5", "install: a text was wanted, not 5."),
        ('[tool.membench]\nimport_paths = ["lib"]', "import_paths: 'lib' is no folder in "),
    ],
)
def test_a_mistake_is_one_error_that_names_file_table_and_key(tmp_path: Path, text: str, said: str) -> None:
    found = complaint(tmp_path, text)
    assert found.startswith("pyproject.toml")
    assert said in found
    assert found.count("\n") == 0


def test_a_file_that_is_no_text_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not TOML"):
        read_configuration(tmp_path)


def test_deep_nesting_is_one_error(tmp_path: Path) -> None:
    assert "is not TOML" in complaint(tmp_path, "a = " + "[" * 100_000)


scalars = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.sampled_from(["1 MiB", "1 %", "a:b"])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
KEYS = "workloads gate import_paths call command setup params budget timeout tags environment relative absolute slope"
known = st.sampled_from([*KEYS.split(), "install", "python", "removed", "repeats"])
tables = st.dictionaries(known, values, max_size=4)


@given(
    st.one_of(
        values,
        tables,
        st.fixed_dictionaries({}, optional={"workloads": st.dictionaries(st.text(max_size=5), tables), "gate": tables}),
    )
)
def test_any_table_gives_a_configuration_or_a_usage_error(table: Any) -> None:
    try:
        found = parse_configuration(table, Path("/nowhere"))
    except UsageError as error:
        assert str(error).startswith("/nowhere/pyproject.toml, [tool.membench")
    else:
        assert all(workload.variants for workload in found.workloads)


def test_a_long_value_makes_a_name_that_a_document_holds_and_two_stay_two() -> None:
    names = {variant_name({"url": f"https://example.org/{'a' * 300}{end}"}) for end in "xy"}
    assert len(names) == 2
    assert all(len(name) <= LONGEST_NAME for name in names)


def test_more_combinations_than_one_run_measures_are_refused_where_all_are_wanted() -> None:
    settings = WorkloadSettings(name="w", call="shop:run", params={"a": tuple(range(40)), "b": tuple(range(40))})
    with pytest.raises(UsageError, match="make 1,600 combinations, and one run measures at most 1,000"):
        _ = settings.variants
