"""What uv and git say when something fails becomes one line, in the words of all their versions."""

import pytest
from wsbench.environments.messages import WIDTH, explain, flat, short, sources_only

NONE = """Using Python 3.12.1 environment at: v
error: No solution found when resolving dependencies
  cause: Because there is no version of tiny==9.1 and you require tiny==9.1, we can conclude that …
"""
NONE_DRAWN = """  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of tiny==9.1 and you require
      tiny==9.1, we can conclude that your requirements are
      unsatisfiable.
"""
UNKNOWN = "error: …\n  cause: Because tiny was not found in the package registry and you require tiny, …"
NO_WHEEL = """error: No solution found when resolving dependencies
  cause: Because tiny==1.0 has no wheels with a matching Python ABI tag (e.g., `cp312`) and you require …

hint: You require CPython 3.12 (`cp312`), but we only found wheels for `tiny` (v1.0) with …: `cp39`
"""
SOURCE = """error: No solution found when resolving dependencies
  cause: Because small==1.0 has no usable wheels and only small==1.0 is available, we can conclude that …
         And because all versions of tiny depend on small and you require tiny==1.0, we can …

hint: Wheels are required for `small` because building from source is disabled for all packages
"""
TOO_OLD = "error: …\n  cause: Because tiny==1.0 requires Python >=3.14 and you require tiny==1.0, …"
TOO_OLD_LONG = (
    "  × No solution found:\n  ╰─▶ Because the current Python version (3.12.1) does not satisfy\n"
    "      Python>=3.14 and tiny==1.0 depends on Python>=3.14, we can conclude that tiny==1.0 cannot be used."
)
REFUSED = """error: Request failed after 3 retries in 4.9s
  cause: Failed to fetch: http://somewhere/simple/tiny/
  cause: error sending request for url (http://somewhere/simple/tiny/)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
OFFLINE = """error: No solution found when resolving dependencies
  cause: Because tiny was not found in the cache and you require tiny==1.0, we can …

hint: Packages were unavailable because the network was disabled. When the network is …
"""
OTHER_NAME = """   Building tiny @ file:///somewhere
error: Failed to build `tiny @ file:///somewhere`
  cause: Package metadata name `huge` does not match given name `tiny`
"""
BROKEN = """error: Failed to build `tiny @ file:///somewhere`
  cause: The build backend returned an error
  cause: Call to `backend.build_wheel` failed (exit status: 1)

         [stderr]
         Traceback (most recent call last):
           File "<string>", line 8, in <module>
         ModuleNotFoundError: No module named 'cython'

hint: This error likely indicates that `tiny@1.0` depends on `cython`
"""
CONFLICT = (
    "error: …\n  cause: Because all versions of tiny depend on small<2 and you require tiny, we can conclude "
    "that you require small<2.\n         And because you require small==2.0, we can conclude that …"
)
NO_COMMIT = """error: Failed to download and build `tiny @ git+file:///somewhere@1111`
  cause: Git operation failed
  cause: failed to fetch commit `1111`
  cause: process didn't exit successfully: `/usr/bin/git fetch` (exit status: 128)
         --- stderr
         fatal: remote error: upload-pack: not our ref 1111
"""


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (NONE, "there is no tiny 9.1; the newest for Python 3.12.1 is 2.0"),
        (NONE_DRAWN, "there is no tiny 9.1; the newest for Python 3.12.1 is 2.0"),
        (UNKNOWN, "the package index has no tiny"),
        (NO_WHEEL, "tiny 1.0 has no wheel for Python 3.12.1 on this machine"),
        (SOURCE, "small 1.0 has no wheel for Python 3.12.1 on this machine"),
        (TOO_OLD, "tiny 1.0 needs Python >=3.14, not 3.12.1"),
        (TOO_OLD_LONG, "tiny 1.0 needs Python >=3.14, not 3.12.1"),
        (REFUSED, "tiny==1 could not be fetched: the network says 'Connection refused (os error 111)'"),
        (OFFLINE, "tiny==1 could not be fetched: the network is switched off (UV_OFFLINE)"),
        (OTHER_NAME, "tiny==1 is a checkout of huge"),
        (
            BROKEN,
            "tiny==1 could not be built for Python 3.12.1: ModuleNotFoundError: No module named 'cython'",
        ),
        (
            CONFLICT,
            "tiny==1 can't be installed for Python 3.12.1: "
            "all versions of tiny depend on small<2 and you require tiny",
        ),
        (
            NO_COMMIT,
            "tiny==1 can't be installed for Python 3.12.1: remote error: upload-pack: not our ref 1111",
        ),
        ("", "tiny==1 can't be installed for Python 3.12.1: it says nothing"),
        ("something new", "tiny==1 can't be installed for Python 3.12.1: something new"),
    ],
)
def test_a_failure_is_one_line(said: str, line: str):
    """Each kind of failure is told as what it is, and an unknown one in uv's own words."""
    assert explain(said, "tiny==1", "3.12.1", lambda name: {"tiny": "2.0"}[name]) == line


def test_a_newest_version_that_is_not_known():
    """Where nobody knows the newest version, nothing is said about it."""
    assert explain(NONE, "tiny==9.1", "3.12.1", lambda name: "") == "there is no tiny 9.1"


def test_what_has_a_source_only():
    """Name and version of what could be built are read; what has no source is not among it."""
    assert sources_only(SOURCE) == [("small", "==1.0")]
    assert sources_only("Because small has no usable wheels and …") == [("small", "")]
    assert sources_only("Because big depends on small>=1.0 and small>=1.0 has no usable wheels, …") == [
        ("small", ">=1.0")
    ]
    assert sources_only(NO_WHEEL) == sources_only(NONE) == []


def test_long_complaints_are_cut():
    """A line stays readable whatever they say."""
    assert short("error: " + "x" * 500) == "x" * (WIDTH - 1) + "…"
    assert flat(" ×  a\n ╰─▶ b ") == "a b"
