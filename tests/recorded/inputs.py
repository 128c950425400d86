"""Makes the files that the recorded programs read, compile or run."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

WORDS = 400_000
ROWS = 400_000
COMMITS = 200

SPAWN = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def work(number):
    return len([str(item) for item in range(int(sys.argv[1]))])


if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        print(sum(pool.map(work, range(4))))
"""
WORKERS = """
const { Worker, isMainThread, workerData } = require('worker_threads')
if (isMainThread) {
  for (let i = 0; i < 3; i++) new Worker(__filename, { workerData: Number(process.argv[2]) })
} else {
  const kept = []
  for (let i = 0; i < workerData; i++) kept.push({ id: i, name: `team ${i}` })
  console.log(kept.length)
}
"""
MAPS = """
import java.util.HashMap;
class Maps { public static void main(String[] a) {
  var m = new HashMap<Integer, String>();
  for (int i = 0; i < Integer.parseInt(a[0]); i++) m.put(i, "team " + i);
  System.out.println(m.size()); } }
"""
GARBAGE = """
import java.util.ArrayList;
class Garbage { public static void main(String[] a) {
  var kept = new ArrayList<String>();
  for (int i = 0; i < Integer.parseInt(a[0]); i++) { var s = "team " + i + " of many"; if (i % 10 == 0) kept.add(s); }
  System.out.println(kept.size()); } }
"""
STREAMS = """
import java.util.stream.*;
class Streams { public static void main(String[] a) {
  System.out.println(IntStream.range(0, Integer.parseInt(a[0])).parallel().mapToObj(i -> "team " + i)
    .collect(Collectors.groupingByConcurrent(String::length)).size()); } }
"""
ARENAS = """
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static int blocks;
static void *work(void *seed) {
  unsigned state = (unsigned)(long)seed;
  void *kept[64] = {0};
  for (int i = 0; i < blocks; i++) {
    int slot = rand_r(&state) % 64;
    free(kept[slot]);
    size_t size = 1000 + rand_r(&state) % (10 * (size_t)blocks);
    kept[slot] = memset(malloc(size), 1, size);
  }
  return 0;
}
int main(int count, char **words) {
  (void)count;
  blocks = atoi(words[1]);
  pthread_t threads[6];
  for (long i = 0; i < 6; i++) pthread_create(&threads[i], 0, work, (void *)i);
  for (int i = 0; i < 6; i++) pthread_join(threads[i], 0);
}
"""
MAP = """
#include <map>
#include <string>
#include <cstdlib>
int main(int, char **words) {
  std::map<int, std::string> kept;
  for (int i = 0; i < std::atoi(words[1]); i++) kept[i * 7919 % 1000003] = std::string(20, 'x');
  return kept.empty();
}
"""


def make_inputs(folder: Path, levels: dict[str, Sequence[int]]) -> None:
    """Make them in a folder that is there, for the levels of each program."""
    (folder / "words.txt").write_text("".join(f"team-{number * 7919 % 99991} plays\n" for number in range(WORDS)))
    rows = (f"{number % 997},{number * 1.5},name {number % 5003}\n" for number in range(ROWS))
    (folder / "table.csv").write_text("k,v,name\n" + "".join(rows))
    (folder / "spawn.py").write_text(SPAWN)
    (folder / "workers.js").write_text(WORKERS)
    for size in levels["rustc"]:
        functions = (f"pub fn f{i}(x: u64) -> Vec<u64> {{ (0..x).map(|y| y * {i}).collect() }}\n" for i in range(size))
        (folder / f"wide{size}.rs").write_text("".join(functions))
    _make_c(folder / "c", levels)
    _make_java(folder / "java", levels)
    _make_python(folder / "python", levels)
    _make_repository(folder / "repository")


def _make_c(folder: Path, levels: dict[str, Sequence[int]]) -> None:
    folder.mkdir()
    for size in {*levels["gcc"], *levels["make-j3"]}:
        body = "".join(f"int f{i}(int x) {{ int s = 0; while (x--) s += x * {i}; return s; }}\n" for i in range(size))
        (folder / f"wide{size}.c").write_text(body)
    recipe = "\tgcc -O1 -DPART=$@ -c -o /dev/null wide$(N).c\n"
    (folder / "Makefile").write_text(f"all: a b c d e f\na b c d e f:\n{recipe}")
    for name, suffix, text, compiler in (
        ("arenas", "c", ARENAS, ["gcc", "-pthread"]),
        ("map", "cpp", MAP, ["g++"]),
    ):
        source = folder / f"{name}.{suffix}"
        source.write_text(text)
        _run([*compiler, "-O1", "-o", str(folder / name), str(source)])


def _make_java(folder: Path, levels: dict[str, Sequence[int]]) -> None:
    folder.mkdir()
    for name, text in (("Maps", MAPS), ("Garbage", GARBAGE), ("Streams", STREAMS)):
        (folder / f"{name}.java").write_text(text)
        _run(["javac", "-d", str(folder), str(folder / f"{name}.java")])
    for size in levels["javac"]:
        methods = "".join(
            f"  static int f{i}(int x) {{ return x * {i} + f{max(0, i - 1)}(x - 1); }}\n" for i in range(size)
        )
        (folder / f"Wide{size}.java").write_text(f"class Wide{size} {{\n{methods}}}\n")


def _make_python(folder: Path, levels: dict[str, Sequence[int]]) -> None:
    folder.mkdir()
    for size in levels["mypy"]:
        functions = "".join(
            f"def f{i}(x: int) -> list[str]:\n    return [str(y * {i}) for y in range(x)]\n\n\n" for i in range(size)
        )
        (folder / f"typed{size}.py").write_text(functions)
    for size in levels["ruff"]:
        (folder / str(size)).mkdir()
        for part in range(size):
            shutil.copy(folder / f"typed{levels['mypy'][1]}.py", folder / str(size) / f"part{part}.py")


def _make_repository(folder: Path) -> None:
    folder.mkdir()
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    _run([*git, "init", "-q"])
    for number in range(COMMITS):
        text = "".join(f"line {line} of {(line * number) % 97}\n" for line in range(1_000))
        (folder / f"file{number % 7}.txt").write_text(text)
        _run([*git, "add", "."])
        _run([*git, "commit", "-q", "-m", f"Change {number}"])


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)
