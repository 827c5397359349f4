"""No cycle between packages at any depth; import-linter's layers name only the upper packages."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import vardkase

SOURCE = Path(vardkase.__file__).parent


def modules(root: Path) -> dict[str, Path]:
    """The modules of the package `root` by dotted name."""
    paths = (path for path in root.rglob("*.py") if "migrations" not in path.parts)
    dotted = ((".".join(path.relative_to(root.parent).with_suffix("").parts), path) for path in paths)
    return {name.removesuffix(".__init__"): path for name, path in dotted}


def imports(path: Path, known: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            # What is imported from a package is a module of it, or a name in its __init__.
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in known else node.module for name in names)


def cycles(root: Path) -> list[list[str]]:
    """One entry per folder with packages that import each other in a cycle."""
    known = modules(root)
    packages = {".".join(path.parent.relative_to(root.parent).parts) for path in known.values()}
    needs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, path in known.items():
        for needed in imports(path, known):
            ours, theirs = name.split("."), needed.split(".")
            while ours and theirs and ours[0] == theirs[0]:
                ours, theirs = ours[1:], theirs[1:]
            # The two packages in the folder where their paths part; none where one contains the other.
            if ours and theirs:
                folder = name.removesuffix(".".join(ours))
                sides = folder + ours[0], folder + theirs[0]
                if packages.issuperset(sides):
                    needs[folder][sides[0]].add(sides[1])
    found = []
    for graph in needs.values():
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            found.append(list(error.args[1]))
    return found


def test_packages_have_no_cycles() -> None:
    assert cycles(SOURCE) == []


def test_planted_cycle_is_found(tmp_path: Path) -> None:
    files = {
        "house/__init__.py": "",
        "house/attic/__init__.py": "",
        "house/attic/chest/__init__.py": "from house.attic.trunk.lid import open\n",
        "house/attic/trunk/__init__.py": "",
        "house/attic/trunk/lid.py": "",
        "house/attic/trunk/lock.py": "def key():\n    from house.attic import chest\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    # A cycle of modules inside one package, or of a package with its parent, does not count.
    (tmp_path / "house/attic/trunk/lid.py").write_text("import house.attic.trunk.lock\nimport house.attic\n")
    (found,) = cycles(tmp_path / "house")
    assert set(found) == {"house.attic.chest", "house.attic.trunk"}
