"""Documents as PDF, typeset by Typst from a template of ours and the data that goes into it.

Data is handed over as JSON and never as code: what somebody wrote stays text, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import typst

import vardkase

PACKAGE = Path(vardkase.__file__).parent


def pdf(template: Path, data: Mapping[str, Any], *, language: str = "sv") -> bytes:
    """`template` (a .typ file of this package; it reads `sys.inputs.data`) filled with `data`, as tagged PDF 1.7.

    Templates may import what lies in core/typeset by its path from the package: ``/core/typeset/letter.typ``.
    """
    inputs = {"data": msgspec.json.encode(data).decode(), "language": language}
    # The standard that every reader of documents for people with disabilities knows (PDF/UA-1).
    return bytes(typst.compile(template, root=PACKAGE, sys_inputs=inputs, pdf_standards=["ua-1"]))
