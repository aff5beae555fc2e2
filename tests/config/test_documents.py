"""What the documents say is so: settings and their defaults, files, commands, addresses, plans."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import environ
import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from accounts.limits.operations import metered
from accounts.plans import default_plans
from processing.engine.networks import weights
from tests.tables import in_turn

ROOT = Path(settings.BASE_DIR)
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
API, OPERATING = ((ROOT / f"docs/{name}.md").read_text() for name in ("api", "operating"))
SETTINGS = (ROOT / "docs/settings.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
TABLE = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| (.+?) \| (.+) \|$", SETTINGS, re.MULTILINE)
APPS = ("config", "accounts", "media_library", "processing", "listings", "client")
# Written for people; generated ones and licences are not.
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("findings/*.md")]
)


def settings_read() -> Iterator[tuple[str, ast.expr | None]]:
    """Every ``env.…("NAME", default)`` and ``helper(env, "NAME", default)`` in the code."""
    of_dialects = (ROOT / "processing/compat").glob("*/dialect.py")
    launcher = (ROOT / "config/launch").glob("*.py")
    parts = [ROOT / "config/settings.py", ROOT / "config/setup/logs.py"]
    for path in [*parts, *sorted(launcher), *sorted(of_dialects)]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            arguments = list(node.args)
            if isinstance(node.func, ast.Attribute) and is_env(node.func.value):
                pass
            elif arguments and is_env(arguments[0]):
                arguments = arguments[1:]
            else:
                continue
            if arguments and isinstance(arguments[0], ast.Constant):
                keyword = [one.value for one in node.keywords if one.arg == "default"]
                yield str(arguments[0].value), ([*arguments[1:], *keyword] or [None])[0]


def is_env(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "env"


def plain_defaults() -> dict[str, Any]:
    """The defaults that stand in the source as they are; others depend on other settings."""
    found = {}
    for name, default in settings_read():
        try:
            found[name] = None if default is None else ast.literal_eval(default)
        except ValueError:
            continue
    return found


def spelled(value: Any) -> str:
    """A default as one writes it in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def example() -> dict[str, str]:
    return dict(re.findall(r"^#([A-Z][A-Z0-9_]+)=(.+)$", EXAMPLE, re.MULTILINE))


def test_the_settings_table_has_every_setting_and_no_other() -> None:
    documented = [name for name, _, _ in TABLE]
    assert sorted(documented) == sorted({name for name, _ in settings_read()})


def test_the_example_has_every_setting_and_no_other() -> None:
    assert sorted(example()) == sorted({name for name, _ in settings_read()})


def test_the_settings_table_tells_the_defaults() -> None:
    told = {name: default for name, default, _ in TABLE}
    for name, value in plain_defaults().items():
        if value not in ("", None, []):
            assert told[name] == f"`{spelled(value)}`", name
        else:
            assert not told[name].startswith("`"), name


def test_the_example_tells_the_defaults() -> None:
    told = example()
    for name, value in plain_defaults().items():
        if value not in ("", None, []):
            assert told[name] == spelled(value), name


def test_the_example_changes_nothing_until_something_is_uncommented() -> None:
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []


def test_the_example_uncommented_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#([A-Z][A-Z0-9_]+=)", r"\1", EXAMPLE, flags=re.MULTILINE))
    read: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", read)
    environ.Env.read_env(file)
    assert read == example()


@in_turn("document", DOCUMENTS)
def test_no_link_leads_nowhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", (ROOT / document).read_text()):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / document).parent / name if name else ROOT / document
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings]


def test_the_readme_is_short_and_links_each_document_once() -> None:
    assert len(README.splitlines()) <= 200
    for name in ("api", "migrating", "settings", "operating", "layout", "listings", "architecture"):
        assert f"(docs/{name}.md)" in README, name


@in_turn("document", DOCUMENTS)
def test_no_named_file_is_missing(document: str) -> None:
    text = (ROOT / document).read_text()
    rooms = "accounts|config|media_library|processing|listings|tests|docs|benchmarks"
    named = re.findall(rf"(?<![\w/.])(?:{rooms})/[\w./-]+\.(?:py|jpg|txt|md|yaml|toml)\b", text)
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_rooms_are_as_the_picture_of_the_house_shows_them() -> None:
    picture = ARCHITECTURE.split("## The rooms")[1].split("```")[1]
    folder, shown = "", []
    for line in picture.strip().splitlines():
        name = line.split()[0]
        if line.startswith(" "):
            shown.append(f"{folder}{name}")
        else:
            folder = name
            shown.append(folder)
    assert [path for path in shown if not (ROOT / path).exists()] == []
    rooms = {f"{app}/" for app in APPS}
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file()]
    inside = {f"{path.parent.relative_to(ROOT)}/" for path in files}
    drawn = {
        path for path in inside if not re.search(r"__pycache__|management|migrations|demo", path)
    }
    assert {path for path in shown if path.endswith("/")} == rooms | drawn


def test_the_commands_exist() -> None:
    text = README + API + OPERATING + CONTRIBUTING
    named = set(re.findall(r"manage\.py (\w+)", text))
    assert {"plan_limit", "demo_account", "createsuperuser", "fetch_models"} <= named
    assert named <= set(get_commands())
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE)) <= targets


def test_the_addresses_exist() -> None:
    variable = r"\$[A-Z]+|\{\w+\}"
    address = rf"(?:\$SITE|`(?:GET |POST )?)(/(?:api|admin|accounts)(?:[\w/-]|{variable})+)"
    named = {re.sub(variable, "some_1", one) for one in re.findall(address, README + API)}
    assert len(named) >= 10
    for one in sorted(named):
        resolve(one)  # raises Resolver404 for what is nobody's


def test_the_plans_are_those_of_a_new_site() -> None:
    """The table's columns are operations, its cells what each plan allows of them a month."""
    [table] = re.findall(r"^\| plan \|.+\n(?:\|.+\n)+", OPERATING, re.MULTILINE)
    heading, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
    ]
    operations = [re.findall(r"`([\w-]+)`", column) for column in heading]
    assert sorted(name for column in operations for name in column) == sorted(metered())
    for cells, plan in zip(rows, default_plans().values(), strict=True):
        assert cells[0].partition(" (")[0] == plan.name
        for column, cell in zip(operations, cells, strict=True):
            assert {f"{plan.limits[name]:,}" for name in column} <= {cell}, plan.name


def test_the_models_are_those_of_the_catalogue() -> None:
    told = re.findall(
        r"^\| `([\w-]+)` \| `(\w+)` \| ([\d.]+) MB \| ([\w.-]+) \|", OPERATING, re.MULTILINE
    )
    assert told == [
        (one.name, one.aliases[0], f"{one.size / 1e6:.2g}", one.licence)
        for one in weights.catalogue()
    ]


def test_pre_commit_runs_what_ci_lints() -> None:
    hooks = re.findall(r"entry: (.+)", (ROOT / ".pre-commit-config.yaml").read_text())
    recipe = (ROOT / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]
    commands = [line.strip() for line in recipe.splitlines()[1:]]
    tools = {"$(VENV)/bin": ".venv/bin", "$(PY)": ".venv/bin/python"}
    for name, value in tools.items():
        commands = [command.replace(name, value) for command in commands]
    assert hooks == commands


def required(name: str) -> Iterator[Requirement]:
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(("#", "-")):
            yield Requirement(line.partition("#")[0])


def locked(name: str) -> dict[str, list[tuple[str, str, int]]]:
    """Each package's versions, with the condition for each and how many files have a hash."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for entry in (ROOT / name).read_text().replace("\\\n", " ").splitlines():
        if entry.startswith("#"):
            continue
        pin, *hashes = entry.split(" --hash=sha256:")
        requirement = Requirement(pin)
        [version] = requirement.specifier
        assert version.operator == "==", entry
        assert all(re.fullmatch(r"[0-9a-f]{64} *", one) for one in hashes), entry
        row = (version.version, str(requirement.marker or ""), len(hashes))
        found.setdefault(canonicalize_name(requirement.name), []).append(row)
    return found


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_required_is_locked_within_its_range(name: str) -> None:
    """After a change: `make lock`. Nothing else is installed, here and by everybody."""
    pins = locked(f"{name}.lock")
    for requirement in required(f"{name}.txt"):
        rows = pins.get(canonicalize_name(requirement.name), [])
        assert rows, requirement
        assert all(requirement.specifier.contains(version) for version, _, _ in rows), requirement
    for package, rows in pins.items():
        assert all(hashes > 0 for _, _, hashes in rows), package
        assert len(rows) == 1 or all(condition for _, condition, _ in rows), package


def test_tests_run_with_what_the_site_runs_with() -> None:
    of_tests = locked("requirements-dev.lock")
    for package, rows in locked("requirements.lock").items():
        assert of_tests[package] == rows
