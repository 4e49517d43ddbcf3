#!/usr/bin/env bash
# pyperf 2.11.0 calls every benchmark changed where its two files have unequal numbers of values.
#
# `compare_to` hides what Student's t-test finds no difference in. That test is only made for equally many values; with 8 on one side
# and 5 on the other it raises inside, which is told as one more line, "ERROR when testing if values are significant", while
# the benchmark is listed as faster or slower like any other, and the exit code is 0. So a run
# that was cut short, or measured with another number of processes, makes all its noise look like changes.
#
# Seen (CPython 3.11.7), for values that are the same but for noise: 8 against 8 is "hidden because not significant", 8 against 5
# of them is "slower", with that line. Needs Python 3.11 with venv. Exits 1 where this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install -q --disable-pip-version-check pyperf==2.11.0
cat > write.py <<'PYTHON'
import json

VALUES = [1.00, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1.00]
for name, values in {"eight": VALUES, "again": [one + 0.01 for one in VALUES], "five": [one + 0.01 for one in VALUES[:5]]}.items():
    runs = [{"values": [one]} for one in values]
    with open(f"{name}.json", "w") as file:
        json.dump({"version": "1.0", "benchmarks": [{"metadata": {"name": "echo"}, "runs": runs}]}, file)
PYTHON
env/bin/python write.py
equal=$(env/bin/python -m pyperf compare_to eight.json again.json 2>&1)
unequal=$(env/bin/python -m pyperf compare_to eight.json five.json 2>&1)
printf '8 against 8:\n%s\n8 against 5:\n%s\n' "$equal" "$unequal"
grep -q "not significant" <<<"$equal" && grep -q "ERROR when testing" <<<"$unequal" && grep -q "slower\|faster" <<<"$unequal"
