"""Inside the process that an inquiry has for itself: one question in, one answer out.

Run as a script with the scratch folder and the inquiry's file as its arguments. Nothing of this project is imported by
name: `harness` may be somebody else's package here.
"""

import json
import sys
from pathlib import Path
from runpy import run_path

HARNESS = Path(__file__).absolute().parent.parent


def main(scratch: Path, inquiry: str) -> None:
    """Answer the question in a folder."""
    question = json.loads((scratch / "question.json").read_text(encoding="utf-8"))
    run_path(str(HARNESS / "package_names.py"))["mean_theirs"](question["import_paths"])
    sys.path[:0] = question["import_paths"]
    answer = run_path(inquiry)["answer"](question)
    (scratch / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
