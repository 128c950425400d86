"""Captures of another verb are kept with their code, so that they can be explained when the checkouts are gone."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from sample_results import reading

from membench.harness.explain.captures import LINKS, keep_as, read_links
from membench.harness.explain.keeping import CaptureKeeper
from membench.harness.explain.sources import Sources
from membench.harness.keys import Side, TrialKey

KEY = TrialKey("s", "v", "call_paths", 0, Side.BASE)


def test_the_code_of_frames_below_a_root_is_copied_and_found_when_the_checkout_is_gone(tmp_path: Path) -> None:
    checkout, kept = tmp_path / "base", tmp_path / "kept"
    (checkout / "shop").mkdir(parents=True)
    (checkout / "shop" / "jobs.py").write_text("def work():\n    return 1\n")
    (checkout / "shop" / "unused.py").write_text("")
    seen = str(tmp_path / "link" / "jobs.py")
    sources = Sources([str(checkout)], {str(tmp_path / "link"): str(checkout / "shop"), "/elsewhere": "/stays"})
    place = sources.place("work", seen, 2)
    kept.mkdir()
    (kept / LINKS).write_text(json.dumps(sources.copy_to(kept / "code")))
    shutil.rmtree(checkout)
    assert [str(path.relative_to(kept)) for path in kept.rglob("*.py")] == ["code/shop/jobs.py"]
    again = Sources([str(kept / "code")], read_links(kept))
    assert again.place("work", seen, 2) == place
    assert place == ("work", "shop/jobs.py", "return 1")
    assert again.relative("/elsewhere/x.py") == "/stays/x.py"


def test_a_frame_that_names_a_file_outside_of_the_root_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "secret.py").write_text("x")
    sources = Sources([str(tmp_path / "base")])
    sources.place("f", f"{tmp_path}/base/../secret.py", 1)
    sources.copy_to(tmp_path / "kept" / "code")
    assert not (tmp_path / "kept").exists()


def test_a_trial_without_captures_is_said_and_those_of_an_earlier_gate_are_gone(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "memray.bin").write_text("of an earlier run")
    keeper = CaptureKeeper(tmp_path, 1000)
    assert list(tmp_path.iterdir()) == []
    keeper.keep("base", replace(reading(KEY), detail="killed"), [], {})
    assert keeper.remarks == ["The captures of the base were not kept: its trial left none (killed)."]


def test_captures_that_cannot_be_read_are_said_and_dropped(tmp_path: Path) -> None:
    keeper = CaptureKeeper(tmp_path, 1000)
    (tmp_path / "captures-1").mkdir()
    (tmp_path / "captures-1" / "memray.bin").write_text("no capture")
    keeper.keep("head", replace(reading(KEY), artifacts=(f"{tmp_path.name}/captures-1/memray.bin",)), [], {})
    assert len(keeper.remarks) == 1
    assert keeper.remarks[0].startswith("The captures of the head were not kept: ")
    assert list(tmp_path.iterdir()) == []


def test_captures_that_are_too_large_are_said_and_dropped(tmp_path: Path) -> None:
    captures = tmp_path / "captures-1"
    captures.mkdir()
    (captures / "memray.bin").write_bytes(bytes(2048))
    remark = keep_as(captures, "base", Sources(), most_bytes=1024)
    assert remark == "its captures were not kept: they have 2 KiB, more than 1 KiB"
    assert list(tmp_path.iterdir()) == []
