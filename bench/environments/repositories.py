"""Where a library's repository is, and which commit a branch, tag or digits mean in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib.metadata import PackageMetadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import UsageError
from . import messages as complaints
from . import tools

HOSTS = re.compile(r"github\.com|gitlab\..+|bitbucket\.org|codeberg\.org|git\..+")
NO_OWNERS = frozenset({"sponsors", "orgs", "users", "apps", "marketplace", "settings", "topics"})
"""First parts of paths on such hosts that do not name an owner of repositories."""

_LABELS = ("repository", "repo", "source", "code", "github", "gitlab", "home")
"""What projects call their repository among their addresses, the surest first."""

_SCP = re.compile(r"(?P<host>[\w.-]+@[\w.-]+):(?P<path>.+)")
_WHOLE = re.compile(r"[0-9a-f]{40}")


def locate(what: str, source: str, home: Callable[[], str]) -> tuple[str, str]:
    """Return the repository and the revision of `git:REF` or `git:REPOSITORY#REF`, `home` for the former.

    A repository without a revision is meant as it is checked out; it may be written `git@host:path`. Raises
    `UsageError`, naming `what` it is for.
    """
    text = source.removeprefix("git:")
    where, mark, revision = text.rpartition("#")
    if not mark and ("://" in text or _SCP.fullmatch(text) or text[0] in "/.~"):
        where, revision = text, "HEAD"
    if not where:
        return home(), revision or "HEAD"
    if "://" in where:
        return where, revision or "HEAD"
    if there := _SCP.fullmatch(where):  # what git takes, but not who installs from it
        return f"ssh://{there['host']}/{there['path'].lstrip('/')}", revision or "HEAD"
    folder = Path(where).expanduser().absolute()
    if not folder.exists():
        raise UsageError(f"{what}: there is no repository {folder}")
    return folder.as_uri(), revision or "HEAD"


def home_of(library: str, metadata: PackageMetadata) -> str:
    """Return the address of a library's repository, by what its metadata call it.

    Raises `UsageError` where none of its addresses is one.
    """
    entries = [one.partition(",") for one in metadata.get_all("Project-URL") or []]
    named = {label.strip().lower(): url.strip() for label, _, url in entries}
    named.setdefault("home-page", "".join(metadata.get_all("Home-page") or []))
    found = {label: url for label, address in named.items() if (url := _repository(address))}
    for word in _LABELS:
        for label, url in found.items():
            if word in label:
                return url
    if found:
        return next(iter(found.values()))
    raise UsageError(f"{library} does not say where its repository is: write {library}@git:REPOSITORY#REF")


def _repository(address: str) -> str:
    """Return the repository that an address is in: `…/owner/name` of `…/owner/name/issues`, "" for none."""
    parts = re.match(r"https?://([^/]+)/([^?#]*)", address)
    host = parts[1].rpartition("@")[2] if parts else ""
    path = parts[2].partition("/-/")[0].strip("/").split("/") if parts else []
    if not HOSTS.fullmatch(host) or len(path) < 2 or path[0] in NO_OWNERS:
        return ""
    depth = len(path) if host.startswith("gitlab") else 2  # groups have groups there
    return f"https://{host}/{'/'.join(path[:depth])}"


def commit_of(what: str, repository: str, revision: str) -> str:
    """Return the commit that a revision is in a repository, as 40 digits.

    On this machine it may be anything git understands (`HEAD~3`), elsewhere a branch, a tag or all digits.
    Raises `UsageError`, naming `what` it is for.
    """
    if not shutil.which("git"):
        raise UsageError(f"{what}: git is not installed")
    here = repository.startswith("file://")
    if _WHOLE.fullmatch(revision) and not here:
        return revision
    if here:
        folder, wanted = unquote(urlsplit(repository).path), f"{revision}^{{commit}}"
        done = tools.run(["git", "-C", folder, "rev-parse", "--verify", "--end-of-options", wanted])
        found, known = done.output.decode().strip(), "eeded a single revision" not in done.words
    else:
        done = tools.run(["git", "ls-remote", "--", repository, revision, f"{revision}^{{}}"])
        found = _chosen(done.output.decode(errors="replace"), revision)
        known = bool(done.code or found)
    if not known:
        more = "" if here else "; of a commit, write all 40 digits"
        raise UsageError(f"{what}: {repository} has no branch or tag {revision}{more}")
    if done.code:
        raise UsageError(f"{what}: {repository} can't be read: {complaints.short(done.words)}")
    return found


def _chosen(listed: str, revision: str) -> str:
    """Return the commit of a revision among references, "" if it is none: tags win over branches, as in git.

    Behind an annotated tag's name and `^{}` stands the commit that it is of.
    """
    commits = {name: commit for commit, _, name in (line.partition("\t") for line in listed.splitlines())}
    names = ("{}", "refs/tags/{}^{{}}", "refs/tags/{}", "refs/heads/{}", "refs/{}")
    return next((commits[name] for pattern in names if (name := pattern.format(revision)) in commits), "")
