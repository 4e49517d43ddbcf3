"""The releases or commits from one server spec to another, the oldest first, each as a spec of its own."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace
from packaging.version import InvalidVersion, Version

from ..errors import UsageError
from ..targets.spec import ServerSpec
from . import interpreter_search, interpreters, provision, releases, tools
from . import messages as complaints

FORMS = "write two releases (tornado==6.1) or two commits (tornado@git:REPO#REF)"
_COMMIT = re.compile(r"([0-9a-f]{40,64}) (.*)")


class Candidate(msgspec.Struct, frozen=True):
    """A release or a commit: its version or first digits, a commit's subject line, the server it makes."""

    name: str
    subject: str
    spec: ServerSpec


def candidates_between(good: ServerSpec, bad: ServerSpec) -> tuple[Candidate, ...]:
    """Return what came from `good` on up to `bad`, both included; of commits those of the first parents.

    Raises `UsageError` where the two differ in more than release or commit, or `bad` did not follow `good`.
    """
    for spec in (good, bad):
        if not spec.library or not (spec.version or spec.source.startswith("git:")):
            raise UsageError(f"{spec.label} is neither a release nor a commit: {FORMS}")
    if good.library != bad.library:
        raise UsageError(f"{good.label} and {bad.label} are of different libraries: {FORMS} of one")
    if _bare(good) != _bare(bad):
        raise UsageError(f"{good.label} and {bad.label} differ in more than release or commit: {FORMS}")
    if bool(good.version) != bool(bad.version):
        raise UsageError(f"{good.label} and {bad.label}: a release and a commit have no order: {FORMS}")
    found = _releases(good, bad) if good.version else _commits(good, bad)
    if len(found) < 2:
        raise UsageError(f"there is one {'release' if good.version else 'commit'} only, {found[0].name}")
    return found


def _bare(spec: ServerSpec) -> ServerSpec:
    return replace(spec, label="", version="", source="")


def _releases(good: ServerSpec, bad: ServerSpec) -> tuple[Candidate, ...]:
    """Return releases; pre-releases are left out, unless they are an end."""
    first, last = (_version(spec) for spec in (good, bad))
    if first > last:
        raise UsageError(f"{bad.label} came before {good.label}: name the older one first")
    listed = releases.versions_of(good.library)
    for spec, version in ((good, first), (bad, last)):
        if version not in listed and not version.is_prerelease:
            raise UsageError(
                f"the package index has no {good.library} {version}: wsbench list --versions {spec.name}"
            )
    between = {version for version in listed if first < version < last}
    return tuple(
        Candidate(str(one), "", replace(good, label=f"{good.name}=={one}", version=str(one)))
        for one in sorted({first, last, *between})
    )


def _version(spec: ServerSpec) -> Version:
    try:
        return Version(spec.version)
    except InvalidVersion:
        raise UsageError(f"{spec.label}: {spec.version!r} is no version") from None


def _commits(good: ServerSpec, bad: ServerSpec) -> tuple[Candidate, ...]:
    """Return commits on the line of first parents that leads to `bad`."""
    (repository, first), (other, last) = (_located(spec) for spec in (good, bad))
    if repository != other:
        raise UsageError(f"{good.label} and {bad.label} are of different repositories: {FORMS} of one")
    with _history(good.label, repository) as folder:
        start, end = (
            _commit(folder, spec.label, repository, revision)
            for spec, revision in ((good, first), (bad, last))
        )
        if start != end and _git(folder, "merge-base", "--is-ancestor", start, end).code:
            raise UsageError(f"{bad.label} did not grow from {good.label}: name the older one first")
        listed = _git(folder, "rev-list", "--format=%H %s", "--max-count=1", start)
        after = _git(folder, "rev-list", "--first-parent", "--reverse", "--format=%H %s", f"{start}..{end}")
        lines = (listed.output + after.output).decode(errors="replace").split("\n")
    found = (match for line in lines if (match := _COMMIT.fullmatch(line)))
    return tuple(_candidate(good, repository, *match.groups()) for match in found)


def _candidate(spec: ServerSpec, repository: str, commit: str, subject: str) -> Candidate:
    made = replace(spec, label=f"{spec.name}@{commit[:10]}", source=f"git:{repository}#{commit}")
    return Candidate(commit[:10], subject, made)


def _located(spec: ServerSpec) -> tuple[str, str]:
    """Return repository and revision of a spec."""
    path = interpreter_search.find(spec.python) if spec.python else sys.executable
    return provision.located(spec, interpreters.ask(path) or interpreters.ours())


@contextmanager
def _history(what: str, repository: str) -> Iterator[str]:
    """Have a folder with a repository's history inside: its own, or of one elsewhere a copy without files."""
    if repository.startswith("file://"):
        yield unquote(urlsplit(repository).path)
        return
    with tempfile.TemporaryDirectory(prefix="wsbench-") as scratch:
        target = str(Path(scratch, "history"))
        done = tools.run(
            ["git", "clone", "--quiet", "--bare", "--filter=blob:none", "--", repository, target]
        )
        if done.code:
            raise UsageError(f"{what}: {repository} can't be read: {complaints.short(done.words)}")
        yield target


def _commit(folder: str, what: str, repository: str, revision: str) -> str:
    wanted = f"{revision}^{{commit}}"
    done = _git(folder, "rev-parse", "--quiet", "--verify", "--end-of-options", wanted)
    if done.code and done.words.strip():
        raise UsageError(f"{what}: {repository} can't be read: {complaints.short(done.words)}")
    if done.code:
        raise UsageError(f"{what}: {repository} has no commit {revision}")
    return done.output.decode().strip()


def _git(folder: str, *words: str) -> tools.Done:
    return tools.run(["git", "-C", folder, *words])
