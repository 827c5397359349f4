"""Posted data is read in two ways only: by `web.ui.forms.posted`, or by a Django form."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vardkase

WEB = Path(vardkase.__file__).parent / "web"
READS = {
    "ui/forms/posted.py",
    "ui/picker_views.py",  # Keeps what was written in any form while a picker of it is searched.
}


def test_posted_data_is_read_in_two_ways() -> None:
    found = {
        f"{path.relative_to(WEB)}:{line}"
        for path in WEB.rglob("*.py")
        if str(path.relative_to(WEB)) not in READS
        for line in other_readings(ast.parse(path.read_text()))
    }

    assert found == set()


def test_check_finds_planted_reads() -> None:
    source = (
        'request.POST.get("a")\nrequest.POST["a"]\n"a" in request.POST\nservices.save(actor, request.POST)\n'
        "sent = request.POST\nfor name in request.POST: pass\n"
        "form = Form(request.POST or None, request.FILES)\n"
        'data = request.POST if request.method == "POST" else None\nform = Form(data)\n'
        "form = kind(*(request.POST,))\nform = {'x': XForm}[name](request.POST)\n"
    )

    assert sorted(other_readings(ast.parse(source))) == [1, 2, 3, 4, 5, 6]


def other_readings(module: ast.Module) -> Iterator[int]:
    """The lines on which posted data is used other than to make a form or to ask whether there is any."""
    parents = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("request.POST", "request.FILES"):
            around = parents[node]
            is_optional = isinstance(around, ast.BoolOp | ast.IfExp | ast.Tuple)
            while isinstance(around, ast.BoolOp | ast.IfExp | ast.Tuple | ast.Starred):
                around = parents[around]
            is_for_form = isinstance(around, ast.Call) and "services" not in ast.unparse(around.func)
            if not (is_for_form or (is_optional and isinstance(around, ast.Assign))):
                yield node.lineno
