"""Programs whose peak is hard to see from outside, and a script that measures all of them under one condition.

    python followed_programs.py FOLDER [--trace] [--plain]

Each writes the kernel's mark of its largest process, as that process read it itself, to the file that it is given. The
script prints one JSON object: for each program the figure, the truth, and what was said about it.
"""

import json
import sys
from pathlib import Path

_OWN = """
import ctypes, os, signal, subprocess, sys, threading, time
def grow(mib): return bytearray(b"\\1") * (mib << 20)
def tell():
    with open("/proc/thread-self/status") as file:
        mark = next(line.split()[1] for line in file if line.startswith("VmHWM"))
    with open(sys.argv[1], "w") as file: file.write(mark)
def child(code): return subprocess.run([sys.executable, "-S", "-E", "-c", OWN + code, sys.argv[1]])
"""
# Each part is one program; `child` starts another.
_SPIKE = "held = grow(100); del held; tell()"
_SHORT = "held = grow(60); tell(); os._exit(0)"
PROGRAMS = {
    "spike": _SPIKE,
    "short child": f"child({_SHORT!r})",
    "child of a thread": f"t = threading.Thread(target=child, args=({_SHORT!r},)); t.start(); t.join()",
    "leader ends first": """
def work():
    time.sleep(0.1); held = grow(80); tell(); os._exit(0)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
""",
    "exec after growing": "held = grow(100); tell(); os.execv('/bin/true', ['true'])",
    "child that execs after growing": "child(\"held = grow(100); tell(); os.execv('/bin/true', ['true'])\")",
    "daemon": """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        held = grow(90)
        for _ in range(5): tell(); time.sleep(0.01)  # after a fork, code that runs for the first time is mapped anew
        open(sys.argv[1] + "-ready", "w").close(); time.sleep(1000)
    os._exit(0)
os.wait()
while not os.path.exists(sys.argv[1] + "-ready"): time.sleep(0.01)
""",
    "daemon of a thread that ends": """
def work(): subprocess.Popen([sys.executable, "-S", "-E", "-c", OWN + "held = grow(70); tell()", sys.argv[1]])
t = threading.Thread(target=work); t.start(); t.join(); os._exit(0)
""",
    "mark reset": "held = grow(80); tell(); time.sleep(0.3); del held; open('/proc/self/clear_refs', 'w').write('5')",
    "children ignored": f"signal.signal(signal.SIGCHLD, signal.SIG_IGN)\nfor _ in range(2): child({_SHORT!r})",
}


def source(name: str) -> str:
    """Give the source of a program, with all that it needs."""
    return f"OWN = {_OWN!r}; exec(OWN)\n{PROGRAMS[name]}"


def main(folder: Path, *, trace: bool) -> dict[str, dict[str, object]]:
    """Measure all of them."""
    from membench.harness.kernel.controls import Controls, usable_cpus
    from membench.harness.trial.command import CommandTrial, run_command

    found = {}
    with (folder / "output").open("w+b") as nowhere:
        for name in PROGRAMS:
            truth = folder / name.replace(" ", "-")
            trial = CommandTrial(
                argv=[sys.executable, "-S", "-E", "-c", source(name), str(truth)],
                meter="peak_rss",
                repeat=0,
                controls=Controls(
                    address_randomisation_off=False, pinned_cpu=False, hash_seed=None, environment_scrubbed=False
                ),
                cpu=usable_cpus()[0],
                stdin=nowhere.fileno(),
                stdout=nowhere.fileno(),
                stderr=2,
                time_limit_seconds=60,
                trace=trace,
            )
            reading = run_command(trial)
            facts = reading.command
            assert facts is not None
            found[name] = {
                "figure": reading.peak_bytes,
                "truth": int(truth.read_text()) * 1024,
                "outcome": str(reading.outcome),
                "exact": facts.exact,
                "method": facts.method,
                "caveats": list(facts.caveats),
                "name": facts.largest_process,
            }
    return found


if __name__ == "__main__":
    if "--plain" in sys.argv:
        from membench.harness.kernel import supervisor_program

        supervisor_program.supervisor_command = supervisor_program.plain_command  # type: ignore[assignment]  # for this process
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), trace="--trace" in sys.argv)))
