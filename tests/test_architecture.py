"""The two laws of imports: they go down only, and each heavy library has one home."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

ROOMS: dict[str, tuple[str, ...]] = {
    "traces": (),
    "padding": ("traces",),
    "features": ("traces",),
    "models": (),
    "audit": ("traces",),
    "flows": ("traces", "padding", "features", "models", "audit"),
}
"""The rooms, and which others each may import."""

OURS = {*ROOMS, "tests"}
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "base", "config", "manager", "misc"}


class Home(NamedTuple):
    """Where libraries live: in these files and folders, and perhaps in only one file of them."""

    libraries: tuple[str, ...]
    places: tuple[str, ...]
    name: str
    one_file: bool = False


HOMES = (
    Home(("prefect", "prefect_dask"), ("flows/",), "flows/"),
    Home(("sentence_transformers",), ("features/",), "one file of features/", one_file=True),
    Home(("lightgbm",), ("models/",), "one file of models/", one_file=True),
    Home(("mlflow",), ("models/registry/",), "models/registry/"),
    Home(("optuna",), ("models/tuning.py",), "models/tuning.py"),
    Home(("fastapi", "starlette"), ("audit/",), "one file of audit/", one_file=True),
    Home(("sqlalchemy", "alembic"), ("audit/ledger.py", "audit/migrations/"), "audit/ledger.py"),
)


class Import(NamedTuple):
    """One import: the file (from the root), the line, and the top package that it brings in."""

    file: str
    line: int
    top: str


def complaints(root: Path) -> list[str]:
    """Everything under the rooms of `root` that breaks a law."""
    found = [one for room in ROOMS for path in sorted((root / room).rglob("*.py")) for one in imports(root, path)]
    return sorted({*_upward(found), *_homeless(found)})


def imports(root: Path, path: Path) -> Iterator[Import]:
    """The imports of one file, wherever in it they stand."""
    file = path.relative_to(root)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(file))
    importers = {"import_module", "__import__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "importlib":
            importers |= {name.asname for name in node.names if name.asname and name.name in importers}
    for node in ast.walk(tree):
        for target in _targets(node, importers):
            yield Import(file.as_posix(), getattr(node, "lineno", 0), _absolute(target, file))


def _targets(node: ast.AST, importers: set[str]) -> Iterator[str]:
    """What a node imports, as written: `a.b`, or `..a` where it is relative."""
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        yield from (module + name.name for name in node.names) if module.endswith(".") else (module,)
    elif isinstance(node, ast.Call) and _called(node.func) in importers:
        name = node.args[0] if node.args else next((word.value for word in node.keywords if word.arg == "name"), None)
        if isinstance(name, ast.JoinedStr):
            name = name.values[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


def _called(function: ast.expr) -> str | None:
    return getattr(function, "id", getattr(function, "attr", None))


def _absolute(target: str, file: Path) -> str:
    """The top package of an import in a file; a relative one may climb out of its room."""
    name = target.lstrip(".")
    inside = file.parent.parts[: len(file.parent.parts) + 1 - (len(target) - len(name))]
    return inside[0] if target.startswith(".") and inside else name.split(".")[0]


def _upward(found: list[Import]) -> Iterator[str]:
    for one in found:
        room = one.file.split("/")[0]
        if one.top in OURS - {room, *ROOMS[room]}:
            allowed = f"only {', '.join(ROOMS[room])}" if ROOMS[room] else "nothing of ours"
            yield f"{one.file}:{one.line}: {room} may not import {one.top}; it may import {allowed}"


def _homeless(found: list[Import]) -> Iterator[str]:
    for home in HOMES:
        users = [one for one in found if one.top in home.libraries]
        at_home = [one for one in users if one.file.startswith(home.places)]
        for one in users:
            if one not in at_home:
                yield f"{one.file}:{one.line}: the home of {one.top} is {home.name}"
            elif home.one_file and one.file != at_home[0].file:
                yield f"{one.file}:{one.line}: the home of {one.top} is {home.name}, and {at_home[0].file} is that"


def test_the_rooms_keep_both_laws() -> None:
    assert complaints(ROOT) == []


@pytest.mark.parametrize(
    ("room", "other", "allowed"),
    [
        ("traces", "padding", "nothing of ours"),
        ("traces", "features", "nothing of ours"),
        ("traces", "models", "nothing of ours"),
        ("traces", "audit", "nothing of ours"),
        ("traces", "flows", "nothing of ours"),
        ("padding", "features", "only traces"),
        ("padding", "models", "only traces"),
        ("padding", "audit", "only traces"),
        ("padding", "flows", "only traces"),
        ("features", "padding", "only traces"),
        ("features", "models", "only traces"),
        ("features", "audit", "only traces"),
        ("features", "flows", "only traces"),
        ("models", "traces", "nothing of ours"),
        ("models", "padding", "nothing of ours"),
        ("models", "features", "nothing of ours"),
        ("models", "audit", "nothing of ours"),
        ("models", "flows", "nothing of ours"),
        ("audit", "padding", "only traces"),
        ("audit", "features", "only traces"),
        ("audit", "models", "only traces"),
        ("audit", "flows", "only traces"),
        ("audit", "tests", "only traces"),
        ("flows", "tests", "only traces, padding, features, models, audit"),
    ],
)
def test_an_import_that_does_not_go_down_is_found(tmp_path: Path, room: str, other: str, allowed: str) -> None:
    planted = plant(tmp_path, {f"{room}/planted.py": f"import json\nfrom {other}.inner import thing\n"})
    assert planted == [f"{room}/planted.py:2: {room} may not import {other}; it may import {allowed}"]


@pytest.mark.parametrize(
    ("file", "line", "code"),
    [
        ("planted.py", 1, "import flows"),
        ("planted.py", 1, "import json, flows.cli as cli"),
        ("planted.py", 1, "from flows import cli"),
        ("planted.py", 2, "def read():\n    import flows"),
        ("planted.py", 3, "class Reader:\n    async def read(self):\n        from flows.cli import app"),
        ("planted.py", 2, "if TYPE_CHECKING:\n    from flows import cli"),
        ("planted.py", 2, "try:\n    import flows\nexcept ImportError:\n    flows = None"),
        ("planted.py", 1, "from .. import flows"),
        ("planted.py", 1, "from ..flows.cli import app"),
        ("__init__.py", 1, "from ..flows import cli"),
        ("readers/planted.py", 1, "from ...flows import cli"),
        ("planted.py", 2, "import importlib\nimportlib.import_module('flows.cli')"),
        ("planted.py", 2, "import importlib as later\nlater.import_module('flows')"),
        ("planted.py", 2, "from importlib import import_module\nimport_module(name='flows')"),
        ("planted.py", 2, "from importlib import import_module as load\nload('flows')"),
        ("planted.py", 1, "import_module(f'flows.{name}')"),
        ("planted.py", 1, "import_module('..flows', __package__)"),
        ("planted.py", 1, "flows = __import__('flows')"),
    ],
)
def test_every_way_of_importing_is_seen(tmp_path: Path, file: str, line: int, code: str) -> None:
    complaint = f"traces/{file}:{line}: traces may not import flows; it may import nothing of ours"
    assert plant(tmp_path, {f"traces/{file}": code}) == [complaint]


@pytest.mark.parametrize(
    ("file", "code", "complaint"),
    [
        ("traces/a.py", "import prefect", "the home of prefect is flows/"),
        ("models/a.py", "from prefect_dask import DaskTaskRunner", "the home of prefect_dask is flows/"),
        ("flows/a.py", "import sentence_transformers", "the home of sentence_transformers is one file of features/"),
        ("audit/a.py", "import lightgbm as lgb", "the home of lightgbm is one file of models/"),
        ("flows/a.py", "from mlflow.tracking import MlflowClient", "the home of mlflow is models/registry/"),
        ("models/a.py", "import_module('mlflow.lightgbm')", "the home of mlflow is models/registry/"),
        ("flows/a.py", "def serve():\n    import fastapi", "the home of fastapi is one file of audit/"),
        ("flows/a.py", "from optuna import trial", "the home of optuna is models/tuning.py"),
        ("models/a.py", "import starlette.responses", "the home of starlette is one file of audit/"),
        ("audit/queue.py", "import sqlalchemy.orm", "the home of sqlalchemy is audit/ledger.py"),
        ("flows/a.py", "from alembic import command", "the home of alembic is audit/ledger.py"),
        ("padding/a.py", "if TYPE_CHECKING:\n    import mlflow", "the home of mlflow is models/registry/"),
    ],
)
def test_a_heavy_library_away_from_home_is_found(tmp_path: Path, file: str, code: str, complaint: str) -> None:
    line = len(code.splitlines())
    assert plant(tmp_path, {file: code}) == [f"{file}:{line}: {complaint}"]


@pytest.mark.parametrize(
    ("first", "second", "complaint"),
    [
        (
            "features/language.py: import sentence_transformers",
            "features/similarity.py: from sentence_transformers import util",
            "the home of sentence_transformers is one file of features/, and features/language.py is that",
        ),
        (
            "models/detector.py: import lightgbm",
            "models/evaluation.py: import lightgbm.sklearn",
            "the home of lightgbm is one file of models/, and models/detector.py is that",
        ),
        (
            "audit/page.py: import fastapi",
            "audit/web.py: import starlette",
            "the home of starlette is one file of audit/, and audit/page.py is that",
        ),
    ],
)
def test_a_second_home_is_found(tmp_path: Path, first: str, second: str, complaint: str) -> None:
    files = dict(one.split(": ", 1) for one in (first, second))
    assert plant(tmp_path, files) == [f"{second.split(':')[0]}:1: {complaint}"]


def test_what_is_allowed_is_not_complained_of(tmp_path: Path) -> None:
    allowed = {
        "traces/__init__.py": '"""Not `import flows`."""\nfrom . import schema\nfrom .schema import Turn\n',
        "traces/readers/a.py": "import flowstone\nfrom .. import schema\nfrom ..schema import Turn\nload('flows')\n",
        "padding/a.py": "from traces.schema import Session\nfrom padding.family import other\n",
        "features/embedding.py": "import sentence_transformers\nimport traces\n",
        "models/detector.py": "import lightgbm, pandas\n",
        "models/registry/runs.py": "def log():\n    import mlflow\n",
        "models/tuning.py": "import optuna\n",
        "audit/ledger.py": "import sqlalchemy\nfrom alembic import command\nimport traces\n",
        "audit/migrations/env.py": "from alembic import context\nimport sqlalchemy\n",
        "audit/page.py": "from fastapi import FastAPI\nfrom starlette import responses\n",
        "flows/train.py": "import prefect, traces, padding, features, models, audit\n",
        "flows/scale.py": "from prefect_dask import DaskTaskRunner\nimport prefect\n",
        "tests/test_all.py": "import mlflow, sqlalchemy, flows\n",
    }
    assert plant(tmp_path, allowed) == []


def plant(root: Path, files: dict[str, str]) -> list[str]:
    """The complaints about a tree of these files."""
    for name, code in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return complaints(root)


def test_every_room_says_what_it_may_import() -> None:
    for room, allowed in ROOMS.items():
        said = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8"))) or ""
        words = {"traces": "nothing of ours", "models": "nothing of ours", "flows": "all the others"}
        expected = words.get(room) or f"{' and '.join(f'`{one}`' for one in allowed)}, and nothing else of ours"
        assert f"This room may import {expected}" in " ".join(said.split()), room


def test_the_rooms_are_all_the_packages_there_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(ROOMS)
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(ROOMS)
    assert set(project["tool"]["mypy"]["packages"]) == set(ROOMS)


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_state_folders_hold_no_python() -> None:
    data, runs = ROOT / "data", ROOT / "mlruns"
    assert [*data.glob("*.py"), *(data / "examples").rglob("*.py"), *runs.glob("*.py")] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    files = [path.relative_to(ROOT) for room in (*ROOMS, "tests") for path in (ROOT / room).rglob("*.py")]
    assert files
    named = [file.as_posix() for file in files for part in file.with_suffix("").parts if forbidden(part)]
    assert named == []


def forbidden(name: str) -> bool:
    return not FORBIDDEN_NAMES.isdisjoint(name.lower().split("_"))


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "base", "config", "manager", "misc", "time_utils"])
def test_such_names_are_told(name: str) -> None:
    assert forbidden(name)
    assert not forbidden("conftest")
    assert not forbidden("database")
