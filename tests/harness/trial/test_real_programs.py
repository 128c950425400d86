"""Large programs as people run them: the account agrees with the mark of each process at its exit, nothing is left."""

import os
import shutil
from pathlib import Path

import pytest

from membench.harness.kernel.controls import Controls, usable_cpus
from membench.harness.kernel.live_tree import below
from membench.harness.model import Outcome
from membench.harness.trial import follower
from membench.harness.trial.account import Account
from membench.harness.trial.command import CommandTrial, run_command

pytestmark = pytest.mark.slow

UNTOUCHED = Controls(address_randomisation_off=False, pinned_cpu=False, hash_seed=None, environment_scrubbed=False)
PAGE = (
    "<script>let a = []; for (let i = 0; i < 200000; i++) a.push({i, s: 'x' + i}); document.title = a.length</script>"
)
JAVA = """
public class Grow {
    public static void main(String[] none) {
        byte[][] blocks = new byte[100][];
        for (int i = 0; i < 100; i++) java.util.Arrays.fill(blocks[i] = new byte[1 << 20], (byte) 1);
    }
}
"""
WORKERS = """
const { Worker, isMainThread } = require('worker_threads');
if (isMainThread) for (let i = 0; i < 3; i++) new Worker(__filename);
else { const held = []; for (let i = 0; i < 40; i++) held.push(Buffer.alloc(1 << 20, 1)); }
"""
RUST = 'fn main() { std::thread::spawn(|| println!("hello")).join().unwrap(); }\n'
FILES = {
    "page.html": PAGE,
    "Grow.java": JAVA,
    "workers.js": WORKERS,
    "Makefile": "all: $(patsubst %.c,%.o,$(wildcard *.c))\n",
    "Cargo.toml": '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": RUST,
} | {f"part{number}.c": '#include <stdio.h>\nint part(void) { return puts(""); }\n' for number in range(40)}
CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "page.html")
COMMANDS = {
    "chromium": CHROMIUM,
    "chromium without a zygote": (*CHROMIUM[:1], "--no-zygote", *CHROMIUM[1:]),
    "jvm": ("java", "Grow.java"),
    "node": ("node", "workers.js"),
    "make": ("make", "-j4"),
    "cargo": ("cargo", "build", "--offline"),
    "initdb": ("initdb", "-D", "database", "-A", "trust"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_account_agrees_with_the_marks_at_exit(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, *arguments = COMMANDS[name]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if program == "initdb" and os.getuid() == 0:
        pytest.skip("initdb does not run as root")
    for file, text in FILES.items():
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    accounts: list[Account] = []
    monkeypatch.setattr(follower, "Account", lambda **known: accounts.append(Account(**known)) or accounts[-1])
    with (tmp_path / "output").open("w+b") as output:
        reading = run_command(
            CommandTrial(
                argv=[program, *arguments],
                meter="peak_rss",
                repeat=0,
                controls=UNTOUCHED,
                cpu=usable_cpus()[0],
                stdin=output.fileno(),
                stdout=output.fileno(),
                stderr=output.fileno(),
                folder=str(tmp_path),
                time_limit_seconds=300,
                trace=True,
            )
        )
    assert reading.outcome is Outcome.OK, reading.stderr_tail
    [account] = accounts
    assert account.traced is not None
    marks = max(seen.peak for seen in account.traced.values())
    assert max(ended.peak_bytes for ended in account.ended) == pytest.approx(marks, rel=0.01)
    assert reading.command is not None
    assert reading.command.exact
    assert below(os.getpid()) == []
