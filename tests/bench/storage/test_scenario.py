"""A scenario file, and the files that it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from wsbench.errors import UsageError
from wsbench.storage.scenario import read_scenario


def test_paths_are_those_beside_the_file(tmp_path: Path) -> None:
    """Of messages, headers, authorities and certificates; other words stay as they are."""
    file = tmp_path / "s.toml"
    file.write_text(
        "message = ['@a.json', 'b@c', '@']\nfirst = '@/there'\nca = 'ca.pem'\n"
        "header = ['X: @token', 'Y: z']\n"
        "[targets.x]\nurl = 'wss://h/'\ncertificate = 'c.pem'\nkey = 'k.pem'\nheaders = {A = '@b'}\n"
    )
    found = read_scenario(file)
    assert found.options == {
        "message": [f"@{tmp_path}/a.json", "b@c", "@"],
        "first": "@/there",
        "ca": f"{tmp_path}/ca.pem",
        "header": [f"X: @{tmp_path}/token", "Y: z"],
    }
    (one,) = found.targets
    assert (one.certificate, one.key) == (f"{tmp_path}/c.pem", f"{tmp_path}/k.pem")
    assert one.headers == {"A": f"@{tmp_path}/b"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        (b"a = [1", "Unclosed array"),
        (b"a = '\xff'", "'utf-8' codec"),
        (b"a = " + b"[" * 5_000, "it is nested too deeply"),
    ],
)
def test_a_file_that_is_none_gets_one_line(tmp_path: Path, content: bytes | None, why: str) -> None:
    """With its name."""
    file = tmp_path / "s.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_scenario(file)
    assert str(caught.value).startswith(f"--scenario {file}: can't be read: {why}")
