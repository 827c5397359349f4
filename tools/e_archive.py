"""Validates the description and preservation metadata of a package for an e-archive against XML schemas.

    python -m tools.e_archive PACKAGE.zip [FOLDER]

FOLDER (or $VARDKASE_ARCHIVE_SCHEMAS) holds the official schemas: ERMS.xsd of the DILCIS Board, premis.xsd of the
Library of Congress, and what they import (xlink.xsd). Without it, the subset that the package carries is used. A schema
is chosen by its target namespace, whatever the file is called. Nothing is fetched.
"""

from __future__ import annotations

import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

FOLDER = "VARDKASE_ARCHIVE_SCHEMAS"
DOCUMENTS = ("metadata/descriptive/erms.xml", "metadata/preservation/premis.xml")


def official_schemas() -> Path | None:
    folder = os.environ.get(FOLDER, "")
    return Path(folder) if folder else None


def faults(package: Path, folder: Path | None = None) -> Iterator[str]:
    """What the schemas in `folder` (None: the package's own) hold against an unpacked package.

    A document for which there is no schema is a fault.
    """
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    schemas = {
        etree.parse(path, parser).getroot().get("targetNamespace"): path
        for path in sorted((folder or package / "schemas").rglob("*.xsd"))
    }
    for name in DOCUMENTS:
        document = etree.parse(package / name, parser)
        namespace = etree.QName(document.getroot()).namespace
        if namespace not in schemas:
            yield f"{name}: no schema of {namespace}"
            continue
        schema = etree.XMLSchema(etree.parse(schemas[namespace], parser))
        if not schema.validate(document):
            yield from (f"{name}:{fault.line}: {fault.message}" for fault in schema.error_log)


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else official_schemas()
    with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(arguments[0]) as packed:
        packed.extractall(unpacked)
        (package,) = Path(unpacked).iterdir()
        found = list(faults(package, folder))
    print("\n".join(found) or "valid")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
