"""Inside the process that a probe has for itself: one question in, one answer out.

Run as a script with the scratch folder and the probe's file as its arguments. Nothing of this project is imported by
name, so that the search path holds the user's own code alone.
"""

import json
import sys
from pathlib import Path
from runpy import run_path


def main(scratch: Path, probe: str) -> None:
    """Answer the question in a folder."""
    question = json.loads((scratch / "question.json").read_text(encoding="utf-8"))
    sys.path[:0] = question["import_paths"]
    answer = run_path(probe)["answer"](question)
    (scratch / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
