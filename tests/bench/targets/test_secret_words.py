"""What counts as a secret in a command, a URL and a message, and what is told."""

from __future__ import annotations

import pytest
from wsbench.targets.secret_words import looks_secret, of_command, of_text, of_url, sounds_secret


@pytest.mark.parametrize(
    "name",
    [
        *("--token", "TOKEN", "--auth-token", "authToken", "API_KEY", "apikey", "db.password", "--pass"),
        *("Authorization", "Cookie", "X-Api-Key", "access_token", "TOKEN_2", "sessionid", "secrets", "sig"),
    ],
)
def test_names_of_secrets(name: str):
    """By their last word, however the words are joined."""
    assert sounds_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "--token-file",
        "--session-timeout",
        "--author",
        "--keep-alive",
        "room",
        "v",
        "",
        "--max-keys",
        "passive",
    ],
)
def test_names_of_other_things(name: str):
    """A word in the middle says what the last one is about."""
    assert not sounds_secret(name)


@pytest.mark.parametrize(
    "word",
    ["eyJhbGciOiJIUzI1NiJ9", "sk-proj-4fT9x2Qa", "0a1b2c3d4e5f60718293a4b5", "dGhpcyBpcyBhIHNlY3JldDE5="],
)
def test_words_that_look_like_tokens(word: str):
    """Letters and digits, longer than names are."""
    assert looks_secret(word)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "server.js",
            "my-server-v2",
            "python3.13",
            "uvicorn",
            "app:app",
            "127.0.0.1",
            "{port}",
            "--workers=4",
        ),
        *(
            "ghcr.io/org/image@sha256:0123456789abcdef",
            "/opt/node20/bin/node",
            "1234567890123456",
            "Server01",
        ),
    ],
)
def test_words_that_do_not(word: str):
    """Programs, paths, addresses, images, numbers."""
    assert not looks_secret(word)


@pytest.mark.parametrize(
    ("command", "text", "secrets"),
    [
        ("node s.js {port} --token abc", "node s.js {port} --token …", ["abc"]),
        ("node s.js {port} --token='a b'", "node s.js {port} --token=…", ["a b"]),
        ("TOKEN=abc N='x y' node {port}", "TOKEN=… N=… node {port}", ["abc", "x y"]),
        ("env API_KEY=abc node {port}", "env API_KEY=… node {port}", ["abc"]),
        ("docker run -e TOKEN=abc -p {port}:80 i", "docker run -e TOKEN=… -p {port}:80 i", ["abc"]),
        ("sh -c \"K=1 x --password 'a b' {port}\"", 'sh -c "K=1 x --password … {port}"', ["a b"]),
        ("x {port} -H 'Authorization: Bearer a'", "x {port} -H 'Authorization: …'", ["Bearer a"]),
        ("x {port} postgres://u:p@h/d", "x {port} postgres://…@h/d", ["u:p"]),
        ("x {port} eyJhbGciOiJIUzI1NiJ9", "x {port} …", ["eyJhbGciOiJIUzI1NiJ9"]),
        ("x {port} --verbose --token a.b.c", "x {port} --verbose --token …", ["a.b.c"]),
        ("PASSWORD=pa$word x {port}", "PASSWORD=… x {port}", ["pa$word"]),
    ],
)
def test_a_command_without_its_secrets(command: str, text: str, secrets: list[str]):
    """The rest stays as it was typed."""
    told = of_command(command)
    assert (told.text, list(told.secrets)) == (text, secrets)
    assert of_command(told.text).text == told.text


@pytest.mark.parametrize(
    "command",
    [
        "node s.js {port} --x=1 C=3",
        "x {port} --token $TOKEN",
        "x {port} --token ${TOKEN} --auth 'Bearer $T'",
        "TOKEN=${TOKEN} x {port}",
        "x --ssl-key k.pem --key /etc/tls/key --port {port}",
        "x --no-auth --port {port}",
        "x --callback-key http://127.0.0.1:{port}/x",
    ],
)
def test_a_command_that_holds_none(command: str):
    """What names a variable or a file tells nothing."""
    assert of_command(command) == (command, ())


@pytest.mark.parametrize(
    ("url", "text", "secrets"),
    [
        ("ws://h:80/p?token=abc&room=5&v=two#x", "ws://h:80/p?token=…&room=5&v=two#x", ["abc"]),
        ("wss://u:p@h/", "wss://…@h/", ["u:p"]),
        ("wss://h/?Abc9", "wss://h/?…", ["Abc9"]),
        ("wss://h/?t=a-b;k=1#id=Xy", "wss://h/?t=…;k=1#id=…", ["a-b", "Xy"]),
        ("ws+unix:///a.sock:/p?key=a%2Fb", "ws+unix:///a.sock:/p?key=…", ["a%2Fb", "a/b"]),
    ],
)
def test_a_url_without_its_secrets(url: str, text: str, secrets: list[str]):
    """Plain words and numbers of names that say nothing stay; a server may tell what it has decoded."""
    told = of_url(url)
    assert (told.text, list(told.secrets)) == (text, secrets)
    assert of_url(text).text == text


@pytest.mark.parametrize("url", ["ws://h/a?b", "wss://h/p?token=${TOKEN}&a=${B}x", "ws://[::1]:80/"])
def test_a_url_that_holds_none(url: str):
    """Nothing of it is changed."""
    assert of_url(url) == (url, ())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            '{"user": "bob", "password": "open sesame", "n": {n}}',
            '{"user": "bob", "password": "…", "n": {n}}',
        ),
        ('{"token": "${TOKEN}"}', '{"token": "${TOKEN}"}'),
        ("{'api_key': 'it\\'s'}", "{'api_key': '…'}"),
        ("Cookie: a=b; c=d", "Cookie: …"),
        ("see wss://h/?token=abc now", "see wss://h/?token=… now"),
        ("x=wss://me:you@h/", "x=wss://…@h/"),
    ],
)
def test_any_text(text: str, shown: str):
    """Messages, headers, specs."""
    assert of_text(text).text == shown


@pytest.mark.parametrize("text", ["A=" + "'" * 5_000, "-a." * 2_000, "://" + "a:" * 5_000, '"a": "' * 2_000])
def test_no_text_takes_long(text: str):
    """A command that nobody would type is read at once, not by trying every way to read it."""
    assert of_command(text).text
    assert of_url(text).text
