"""Settings that can't be meant are refused where they are read, by name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.setup.environment import Environment

env = Environment()
WHOLE, NUMBER = "it takes a whole number.", "it takes a number."
KEYS = "KEYS can't be read; it takes secrets with numbers that differ, like 1:old,2:new."


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (lambda: env.int("X", 1), "many", f"X=many can't be read; {WHOLE}"),
        (lambda: env.int("X", 1), "1.5", f"X=1.5 can't be read; {WHOLE}"),
        (lambda: env.int("X", 1), "0", "X=0: it must be more than 0."),
        (lambda: env.int("X", 1), "-3", "X=-3: it must be more than 0."),
        (lambda: env.float("X", 1.0), "soon", f"X=soon can't be read; {NUMBER}"),
        (lambda: env.float("X", 1.0), "nan", f"X=nan can't be read; {NUMBER}"),
        (lambda: env.float("X", 1.0), "inf", f"X=inf can't be read; {NUMBER}"),
        (lambda: env.float("X", 1.0), "0", "X=0: it must be more than 0."),
        (lambda: env.bool("X", False), "flase", "X=flase can't be read; it takes true or false."),
        (lambda: env.one_of("X", "a", "a", "b"), "c", "X=c can't be read; it takes one of a, b."),
        *[
            (
                lambda: env.rate("X", "1/h"),
                rate,
                f"X={rate} can't be read; it takes a rate like 100/h or 5/15m, with s, m, h or d.",
            )
            for rate in ("many", "100", "5/0m", "5/m15", "-5/m")
        ],
        *[
            (
                lambda: env.site("X", ""),
                address,
                f"X={address} can't be read; it takes an address like https://studio.example.com.",
            )
            for address in (
                "studio.example.com",
                "ftp://studio.example.com",
                "https://",
                "http://[",
            )
        ],
    ],
)
def test_what_is_refused(monkeypatch: pytest.MonkeyPatch, read: Any, text: str, said: str) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured) as caught:
        read()
    assert str(caught.value) == said


@pytest.mark.parametrize("text", ["foo", "1", "1:", ":secret", "1:a,1:b", "one:a", "1:a,b"])
def test_secrets_that_are_refused_are_not_repeated(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("KEYS", text)
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(KEYS)}$"):
        env.numbered("KEYS")


@pytest.mark.parametrize("address", ["foo", "foo://ada:hunter2@host", ""])
def test_nor_are_addresses_with_passwords(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("X", address)
    for read in (env.db, env.email):
        with pytest.raises(ImproperlyConfigured, match=r"^X can't be read; it takes \w+.*://"):
            read("X", "")


def test_what_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = {"N": "7", "F": "0.5", "Y": "Yes", "NO": "off", "E": "", "R": "5/15m", "K": "1:a,2:b:c"}
    for name, text in (told | {"JOB_MEMORY_MB": "0", "S": "https://a.example/"}).items():
        monkeypatch.setenv(name, text)
    assert (env.int("N", 1), env.float("F", 1.0), env.int("JOB_MEMORY_MB", 5)) == (7, 0.5, 0)
    assert [env.bool(name, True) for name in ("Y", "NO", "UNSET")] == [True, False, True]
    assert (env.rate("R", "1/h"), env.rate("UNSET", "1/h")) == ("5/15m", "1/h")
    assert (env.numbered("K"), env.numbered("UNSET")) == ({1: "a", 2: "b:c"}, {})
    assert env.site("S", "") == "https://a.example"
    assert (env.int("E", 4), env.float("E", 0.5), env.bool("E", True)) == (4, 0.5, True)
    assert (env.one_of("E", "a", "a", "b"), env.rate("E", "1/h")) == ("a", "1/h")
    assert env.site("E", "https://b.example") == "https://b.example"
    assert env.db("E", "sqlite:////a.db") == env.db("UNSET", "sqlite:////a.db")
    assert env.email("E", "consolemail://") == env.email("UNSET", "consolemail://")
    assert (env.int("UNSET", 3), env.float("UNSET", 2.5)) == (3, 2.5)
    (tmp_path / "n").write_text("12")
    monkeypatch.setenv("M_FILE", str(tmp_path / "n"))
    assert env.int("M", 1) == 12


@pytest.mark.parametrize("name", ["OPENING_SECONDS", "RATE_PHOTOROOM"])
def test_a_command_says_it_in_one_line(tmp_path: Path, name: str) -> None:
    given = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), name: "often"}
    done = subprocess.run(
        [sys.executable, "manage.py", "fetch_models", "--list"],
        cwd=settings.BASE_DIR,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{name}=often can't be read; it takes a ")
