"""Stand in for GitHub's `gh api`: comments are kept in a file, and every call is recorded beside it."""

import json
import os
import re
import sys
from itertools import pairwise
from pathlib import Path

FOLDER = Path(os.environ["GH_FOLDER"])
OURS = re.compile(
    r'\.\[\] \| select\(\.user\.type == "Bot" and \(\.body \| startswith\(env\.(\w+)\)\)\) \| \.id'
)
"""The query that this stand-in knows."""


def main(words: list[str]) -> int:
    """Answer one call as `gh` does: 1 where the token may not do it."""
    options = dict(pairwise(words))
    (path,) = [word for word in words if word.startswith("repos/")]
    method = options.get("--method", "GET")
    with (FOLDER / "calls").open("a") as file:
        file.write(f"{method} {path}\n")
    comments = json.loads((FOLDER / "comments.json").read_text())
    if words[0] != "api" or not os.environ["GH_TOKEN"]:
        return 1
    if method == "GET":
        query = OURS.fullmatch(options["--jq"])
        assert query, options["--jq"]
        mark = os.environ[query[1]]
        for one in comments:
            if one["user"] == "Bot" and one["body"].startswith(mark):
                print(one["id"])
        return 0
    if "GH_READS_ONLY" in os.environ:
        print("gh: Resource not accessible by integration (HTTP 403)", file=sys.stderr)
        return 1
    body = Path(options["-F"].removeprefix("body=@")).read_text()
    if method == "POST":
        comments.append({"id": 1 + len(comments), "user": "Bot", "body": body})
    else:
        number = int(path.rpartition("/")[2])
        comments[number - 1]["body"] = body
    (FOLDER / "comments.json").write_text(json.dumps(comments))
    return 0


sys.exit(main(sys.argv[1:]))
