#!/usr/bin/env bash
# Python's hdrhistogram 0.10.8 and JavaScript's hdr-histogram-js 3.0.1 read one log and tell different percentiles.
#
# Both decode the same interval: equal counts, equal maximum. A percentile is the value at a rank, and they come to the
# rank differently: Python adds a half and cuts, JavaScript takes the next whole one. So wherever the rank has a fraction below one
# half Python's value is that of the observation before. With thousands of observations that is nothing in the middle, and one
# observation at the tail, where neighbours lie far apart: a p99 of two tools differs though the histogram is the same.
#
# Seen (CPython 3.11.7, Node 20.20.2): for the values 1 to 7 and the percentiles 20 30 50 60 90
# Python says 1 2 4 4 6 and JavaScript 2 3 4 5 7. Needs Python 3.11 with venv, Node and npm. Exits 1 where this is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install -q --disable-pip-version-check hdrhistogram==0.10.8
npm install --silent --no-audit --no-fund --prefix "$folder" hdr-histogram-js@3.0.1 >/dev/null
cat > write.py <<'PYTHON'
from hdrh.histogram import HdrHistogram

made = HdrHistogram(1, 3_600_000_000, 3)
for value in range(1, 8):
    made.record_value(value)
payload = made.encode().decode()
with open("one.hlog", "w") as log:
    log.write("#[Histogram log format version 1.3]\n")
    log.write('"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n')
    log.write(f"0.000,1.000,0.000,{payload}\n")
PYTHON
cat > read.py <<'PYTHON'
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

found = HistogramLogReader("one.hlog", HdrHistogram(1, 3_600_000_000, 3)).get_next_interval_histogram()
print(found.get_total_count(), *(found.get_value_at_percentile(one) for one in (20, 30, 50, 60, 90)))
PYTHON
cat > read.js <<'JAVASCRIPT'
const { HistogramLogReader } = require("hdr-histogram-js");
const { readFileSync } = require("fs");
const found = new HistogramLogReader(readFileSync("one.hlog", "utf8")).nextIntervalHistogram();
console.log(found.totalCount, ...[20, 30, 50, 60, 90].map((one) => found.getValueAtPercentile(one)));
JAVASCRIPT
env/bin/python write.py
python=$(env/bin/python read.py)
javascript=$(node read.js)
echo "count and percentiles 20 30 50 60 90 of 1 to 7: Python $python, JavaScript $javascript"
[ "$python" = "7 1 2 4 4 6" ] && [ "$javascript" = "7 2 3 4 5 7" ]
