"""The pages of a package are in `web/<layer>/<package>/`: URLs, views, forms, wording and templates together."""

from __future__ import annotations

from pathlib import Path

import vardkase.web
from vardkase.web.template_folders import TEMPLATE_FOLDERS

WEB = Path(vardkase.web.__file__).parent
LAYERS = {"analysis", "audit", "core", "exchange", "hub", "identity", "intel", "knowledge"}
OF_NO_LAYER = {"ui", "sign_in", "home", "api_docs", "static"}
JOINED = {"intel/events": "reads by intel.queries and changes by intel.services"}
"""Pages that join several packages of their layer."""

TEMPLATES_OF_ALLAUTH = {"account", "mfa"}
WITH_URLS_OF_ALLAUTH = Path("sign_in")


def packages() -> list[Path]:
    """The packages with pages, relative to `web/`."""
    return sorted(path.parent.relative_to(WEB) for path in WEB.rglob("urls.py") if path.parent != WEB)


def test_packages_mirror_those_of_their_layer() -> None:
    layers = {path.name for path in WEB.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert layers == LAYERS | OF_NO_LAYER
    mirrored = {str(package) for package in packages() if package.parts[0] not in OF_NO_LAYER}
    assert {name for name in mirrored if not (WEB.parent / name / "__init__.py").exists()} == JOINED.keys()


def test_views_and_forms_are_in_a_package_with_urls() -> None:
    """A layer's own folder may hold what its packages share, but no views or forms."""
    for path in WEB.rglob("*.py"):
        folder = path.relative_to(WEB).parent
        if {"views.py", "forms.py"} & {path.name} or "render(request" in path.read_text():
            owners = {folder, *folder.parents} & {*packages(), WITH_URLS_OF_ALLAUTH}
            assert owners, f"{path.relative_to(WEB)}has no urls.py beside or above it"


def test_templates_are_named_after_their_package() -> None:
    folders = {path.parent.relative_to(WEB): path for path in TEMPLATE_FOLDERS}
    named = {
        (str(owner), each.name)
        for owner, folder in folders.items()
        for each in folder.iterdir()
        if owner != Path("ui") and each.name not in TEMPLATES_OF_ALLAUTH
    }
    assert {(owner, name) for owner, name in named if Path(owner).name != name} == set()
    assert {
        str(path) for path in WEB.rglob("*.html") if not any(f in path.parents for f in TEMPLATE_FOLDERS)
    } == set()


def test_template_names_are_unique() -> None:
    names = [path.relative_to(folder) for folder in TEMPLATE_FOLDERS for path in folder.rglob("*.html")]
    assert len(names) == len(set(names))
