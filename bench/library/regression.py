"""The gate for tests: a service held against a stored baseline of its own, or against a given base."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Unpack

from ..errors import UsageError
from ..exits import FINE
from ..plan.metrics import METRICS, metric_title
from ..records.count import CountRun
from ..targets.catalogue import choose
from .arguments import require_types
from .baselines import Asked, held_against
from .calls import quietly
from .options import Margins, Options
from .result import Result
from .rows import Change
from .service import Service, with_last_words, word_of
from .standing import Standing, asking
from .verbs import compare

BYS = ("count", "time")
BASE = "base"
"""What a base is called that has no label."""


def assert_no_regression(  # each of them may stand in a marker, too
    target: str | Service | None = None,
    *,
    base: str | Service | None = None,
    baseline: str | Path | None = None,
    by: str | None = None,
    margin: Margins | None = None,
    strict: bool | None = None,
    **options: Unpack[Options],
) -> Result:
    """Raise `AssertionError` where a service surely does more work, or takes longer, than its margin allows.

    `target` is a word of the command line (`cmd:node server.js {port}`, a file, a name), an ASGI app as
    `module:app`, or what the fixture `ws_target` gives. It is held against `base`, measured beside it, or
    else against the baseline stored for this test; `baseline` is the folder of one, for a program without
    pytest. The first time the baseline is stored, and told; in CI (`CI` is set) that fails, for nothing would
    ever be held against it: pytest --wsbench-save stores it anew. `by` is "count", which needs valgrind, or
    "time". An open verdict is a warning, with `strict` a failure; what can't be judged fails.

    What is not said here, the test's `@pytest.mark.wsbench` may say. Raises `UsageError`.
    """
    __tracebackhide__ = True
    own = _given(target=target, base=base, baseline=baseline, by=by, margin=margin, strict=strict)
    try:
        result = _measured({**own, **options})
    except UsageError as problem:  # whoever reads it in a test wants the line, not where it was found
        raise type(problem)(str(problem)) from None
    return _judged(result)


def _measured(own: Mapping[str, Any]) -> Result:
    """Return what a service is like beside its base or its baseline. Raises `UsageError`."""
    standing = asking[-1]() if asking else None
    if standing and standing.refused:
        raise UsageError(standing.refused)
    said = {**(standing.said if standing else {}), **own}
    _require_arguments(said)
    by = choose("by", said.pop("by", "count"), BYS)
    margin, strict = said.pop("margin", None), bool(said.pop("strict", False))
    root, baseline = standing.root if standing else Path.cwd(), said.pop("baseline", None)
    word, base = _word(said.pop("target", None), root), said.pop("base", None)
    if base is not None:
        return compare(_word(base, root, BASE), word, by=by, margin=margin, strict=strict, **said)
    folder = _folder(baseline, standing, word, by)
    with quietly([word]) as told:
        return held_against(Asked(word, folder, said, margin, strict, standing), by, told)


def _require_arguments(said: Mapping[str, object]) -> None:
    """Raise `UsageError` for what is no argument of the gate, and for a value that can't be one.

    Python sees to neither in a marker.
    """
    own = [name for name in inspect.signature(assert_no_regression).parameters if name != "options"]
    for name in said:
        choose("argument", name, (*own, *Options.__annotations__))
    require_types(assert_no_regression, said)


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _word(target: str | Service | None, root: Path, label: str = "service") -> str:
    if isinstance(target, Service):
        return target.word
    if not target:
        raise UsageError(
            "no service is named: assert_no_regression('cmd:…'), @pytest.mark.wsbench(target=…), or"
            " wsbench_target in pytest's configuration"
        )
    return word_of(target, root, label)


def _folder(baseline: str | Path | None, standing: Standing | None, word: str, by: str) -> Path:
    """Return where the baseline is: of a test, one for each service and way of measuring."""
    if baseline is not None:
        return Path(baseline)
    if standing is None:
        raise UsageError(
            "nothing to hold it against: name base=… or baseline=FOLDER; a test of pytest has a baseline of"
            " its own, unless the plugin is switched off (-p no:wsbench)"
        )
    return standing.folder / f"{word.partition('=')[0]}-{by}"


def _judged(result: Result) -> Result:
    """Return what is fine; warn of what is open. Raises `AssertionError`."""
    __tracebackhide__ = True
    if result.exit_code != FINE:
        raise AssertionError("\n".join([*_sentences(result), "", result.text()]))
    if result.verdict == "INCONCLUSIVE":
        warnings.warn(f"wsbench: {result.headline}", stacklevel=3)
    return result


def _sentences(result: Result) -> Iterator[str]:
    """Yield in plain words what is wrong, a line each."""
    worse = [one for one in result.changes if one.verdict == "REGRESSED"]
    yield from map(_sentence, worse)
    if not worse:
        reasons = dict.fromkeys(one.reason for one in result.changes if one.margin and one.reason)
        why = f"the service can't be judged: {'; '.join(reasons) or result.verdict}"
        yield with_last_words(why, _last_words(result))


def _last_words(result: Result) -> tuple[str, ...]:
    """Return what a service that could not be counted printed last; of times, reasons have it already."""
    closings = [one.run.closing for one in result._shown.sources if isinstance(one.run, CountRun)]  # noqa: SLF001
    failures = [failure for closing in closings if closing for failure in closing.failures]
    return failures[0].stderr if failures else ()


def _sentence(one: Change) -> str:
    """Return what became worse: `service: instructions rose by 5.1 % (5.0 to 5.2 %); 0.5 % is allowed`."""
    higher = METRICS[one.metric].better == "higher"
    ends = "" if None in {one.low, one.high} else f" ({_range(one)})"
    fell = "fell" if higher else "rose"
    change = f"{abs(one.change or 0.0):.1%}".replace("%", " %")
    base = one.base.removeprefix(f"{one.candidate} of ")
    allowed = f"{one.margin * 100:g} %"
    return (
        f"{one.candidate}: {metric_title(one.metric)} {fell} by {change}{ends} against {base},"
        f" {one.workload}; {allowed} is allowed"
    )


def _range(one: Change) -> str:
    low, high = sorted((abs(one.low or 0.0), abs(one.high or 0.0)))
    return f"{low * 100:.1f} to {high * 100:.1f} %"
