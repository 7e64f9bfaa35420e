"""The house rules that a reader could check with a ruler, checked with a ruler."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import kervan

SOURCE = Path(kervan.__file__).parent
MODULES = {
    ".".join(("kervan", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(SOURCE.rglob("*.py"))
}

#: Part of the house to its rank; a module imports only from lower ranks, or from its own part.
RANKS = {
    "errors": 0, "edtf": 0.5, "schema": 1, "drawing": 1, "arcs": 1.5, "network": 2, "ledger": 2,
    "scenario": 3, "result": 3, "engines": 4, "indicators": 4.5, "drivers": 4.5, "formats": 5, "validation": 5.5,
    "register": 5.5, "report": 6, "cli": 7,
    "corridors": 0, "registers": 0,  # data, and nothing else
}  # fmt: skip
SAME_PART = {
    "_column": "schema", "_conform": "schema", "_toml": "schema", "_moments": "arcs", "_grounds": "arcs",
    "_files": "errors",
}  # fmt: skip
LONGEST_MODULE, LONGEST_FUNCTION, MOST_ARGUMENTS, MOST_PUBLIC_NAMES = 600, 60, 8, 20
HEAVY = {
    "numba", "scipy", "openpyxl", "jinja2", "rich", "playwright", "matplotlib", "psycopg", "cryptography", "rfc8785",
    "spacy",
}  # fmt: skip
#: What numba compiles stands with its decorator at module level, so these import it there; nobody else imports them so.
COMPILED = {
    f"kervan.engines.simulate.{name}"
    for name in (
        "deadlock",
        "events",
        "gates",
        "kernel",
        "keyed",
        "lanes",
        "layout",
        "replicate",
        "run",
        "shelf",
        "stations",
        "trace",
        "waits",
        "world",
    )
}
MUTATORS = {"append", "extend", "insert", "remove", "pop", "clear", "update", "setdefault", "add", "discard", "popitem"}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def part(module: str) -> str:
    """Return the part of the house a module belongs to: ``engines`` of ``kervan.engines.route``."""
    name = module.split(".")[1] if "." in module else ""
    return "cli" if name.startswith("_cli") else SAME_PART.get(name, name)


def functions(module: str) -> Iterator[ast.FunctionDef]:
    for found in ast.walk(tree(module)):
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            yield found


def is_type_checking(found: ast.AST) -> bool:
    return isinstance(found, ast.If) and ast.unparse(found.test) == "TYPE_CHECKING"


def imports(module: str) -> set[str]:
    """Return the kervan modules a module imports, also inside functions; not those for type checking only."""
    for_types = {id(inner) for found in ast.walk(tree(module)) if is_type_checking(found) for inner in ast.walk(found)}
    names: set[str] = set()
    for found in ast.walk(tree(module)):
        if id(found) in for_types:
            continue
        if isinstance(found, ast.Import):
            names |= {alias.name for alias in found.names}
        elif isinstance(found, ast.ImportFrom):
            assert not found.level, f"{module}, line {found.lineno}: imports are absolute"
            names |= {f"{found.module}.{alias.name}" for alias in found.names} | {str(found.module)}
    return {name for name in names if name in MODULES}


def test_every_part_of_the_house_has_a_rank() -> None:
    assert {part(module) for module in MODULES} - {""} <= set(RANKS)


@pytest.mark.parametrize("module", [name for name in MODULES if name != "kervan"])
def test_a_module_imports_only_from_lower_ranks(module: str) -> None:
    # ``import kervan`` itself is the version number.
    for name in imports(module) - {"kervan"}:
        assert part(name) == part(module) or RANKS[part(name)] < RANKS[part(module)], f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_modules_functions_and_signatures_are_short(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    for function in functions(module):
        place = f"{module}.{function.name}"
        body = function.body[1:] if ast.get_docstring(function) else function.body
        length = (function.end_lineno or 0) - body[0].lineno + 1 if body else 0
        assert length <= LONGEST_FUNCTION, f"{place} has {length} lines"
        arguments = function.args
        count = len([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs])
        is_command = any("command" in ast.unparse(decorator) for decorator in function.decorator_list)
        assert is_command or count <= MOST_ARGUMENTS, f"{place} takes {count} arguments"


@pytest.mark.parametrize("module", MODULES)
def test_whatever_is_public_says_what_it_does(module: str) -> None:
    assert ast.get_docstring(tree(module)), module
    public = [
        found
        for holder in ast.walk(tree(module))
        if isinstance(holder, ast.Module | ast.ClassDef) and not getattr(holder, "name", "").startswith("_")
        for found in holder.body
        if isinstance(found, ast.FunctionDef | ast.ClassDef) and not found.name.startswith("_")
    ]
    for found in public:
        assert ast.get_docstring(found), f"{module}.{found.name} says nothing"


@pytest.mark.parametrize("module", MODULES)
def test_nothing_at_module_level_ever_changes(module: str) -> None:
    """No ``global``, and no function that writes into a name of its module."""
    if module == "kervan":
        return  # keeps the public names it has imported; nothing else
    held = {
        target.id
        for found in tree(module).body
        if isinstance(found, ast.Assign | ast.AnnAssign)
        for target in (found.targets if isinstance(found, ast.Assign) else [found.target])
        if isinstance(target, ast.Name)
    }
    for function in functions(module):
        own = {argument.arg for argument in function.args.args} | {
            found.id for found in ast.walk(function) if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
        }
        for found in ast.walk(function):
            place = f"{module}, line {getattr(found, 'lineno', 0)}"
            assert not isinstance(found, ast.Global), place
            assert not (isinstance(found, ast.Call) and ast.unparse(found.func) == "globals"), place
            written = None
            if isinstance(found, ast.Subscript | ast.Attribute) and isinstance(found.ctx, ast.Store | ast.Del):
                written = found.value
            elif isinstance(found, ast.Call) and isinstance(found.func, ast.Attribute) and found.func.attr in MUTATORS:
                written = found.func.value
            if isinstance(written, ast.Name):
                assert written.id not in held - own, f"{place} changes {written.id}"


@pytest.mark.parametrize("module", MODULES)
def test_arrow_and_other_heavy_libraries_are_imported_where_they_are_used(module: str) -> None:
    at_top = [found for found in tree(module).body if isinstance(found, ast.Import | ast.ImportFrom)]
    for found in at_top:
        names = [alias.name for alias in found.names] if isinstance(found, ast.Import) else [str(found.module)]
        heavy = (HEAVY | {"pyarrow"}) - ({"numba"} if module in COMPILED else set())
        assert not {name.split(".")[0] for name in names} & heavy, f"{module}, line {found.lineno}"
        if module not in COMPILED:
            inner = (
                {f"{found.module}.{alias.name}" for alias in found.names}
                if isinstance(found, ast.ImportFrom)
                else set()
            )
            assert not (set(names) | inner) & COMPILED, f"{module}, line {found.lineno}"


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh Python has loaded after running ``code``."""
    show = "import sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, check=True)
    return set(ran.stdout.splitlines()[-1].split())


def test_importing_kervan_loads_no_library() -> None:
    assert not loaded_after("import kervan") & {"pandas", "numpy", "typer", "pyarrow", *HEAVY}


def test_importing_every_module_loads_nothing_heavy() -> None:
    assert not loaded_after("\n".join(f"import {module}" for module in MODULES if module not in COMPILED)) & HEAVY


def test_help_loads_no_table_library() -> None:
    code = (
        "import sys; sys.argv = ['kervan', '--help']\nfrom kervan.cli import main\ntry: main()\nexcept SystemExit: pass"
    )
    assert not loaded_after(code) & {"pandas", "numpy", "pyarrow", *HEAVY}


# ── the public names ────────────────────────────────────────────────────────────────────────────────


def test_the_public_names_are_few_sorted_and_all_there() -> None:
    assert len(kervan.__all__) <= MOST_PUBLIC_NAMES
    assert set(kervan.__all__) == set(kervan._HOME)
    assert set(kervan.__all__) <= set(dir(kervan))
    for name in kervan.__all__:
        assert getattr(kervan, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        kervan.lod  # noqa: B018


@pytest.mark.parametrize("name", kervan.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    value = getattr(kervan, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)
    else:  # data: a comment #: above it in its module
        source = MODULES[kervan._HOME[name]].read_text(encoding="utf-8").splitlines()
        line = next(number for number, text in enumerate(source) if text.startswith(f"{name}:"))
        assert source[line - 1].startswith("#: ")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_lists_what_it_offers(module: str) -> None:
    """``__all__`` names things that exist; whatever other parts import from here is in it or begins with _."""
    listed = [
        found.value
        for found in tree(module).body
        if isinstance(found, ast.Assign) and ast.unparse(found.targets[0]) == "__all__"
    ]
    if not listed:
        return
    names = ast.literal_eval(listed[0])
    assert len(set(names)) == len(names)
    defined = {found.name for found in tree(module).body if isinstance(found, ast.FunctionDef | ast.ClassDef)}
    for found in ast.walk(tree(module)):
        if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store):
            defined.add(found.id)
        elif isinstance(found, ast.ImportFrom | ast.Import):
            defined |= {alias.asname or alias.name for alias in found.names}
    assert set(names) <= defined
