"""`vardkase assurance`."""

from __future__ import annotations

import hashlib
import json as json_format
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from vardkase.cli.audit import Checkpoints, outside_checkpoints
from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, note, result
from vardkase.core.database import data_directory, uses_external_database
from vardkase.core.database.layout import Layout
from vardkase.hub.profiles import EVERY

PROFILES = EVERY
SIGNED = "assurance.json"
NOT_CHECKED = 3
"""Exit code when everything was written, but the source of advisories did not answer as expected."""


def assurance(
    out: Annotated[Path, typer.Option(help="The folder for the documents; it must not exist, or be empty.")],
    advisories: Annotated[
        str,
        typer.Option(
            help="A service that knows published vulnerabilities and speaks the interface of OSV, such as "
            "https://api.osv.dev. It learns which packages the hub runs. Without it they are not checked.",
            metavar="URL",
            show_default=False,
        ),
    ] = "",
    checkpoints: Checkpoints = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Write the evidence for an auditor: assurance.json, its PDF in Swedish and English, and the bill of materials.

    It holds nothing of what members share, but names the accounts with duties and what they did.
    """
    if advisories and not (advisories.startswith("https://") and urlsplit(advisories).hostname):
        raise fail("--advisories takes an https address.", 2)
    _require_hub(data_dir)
    _prepare(out)
    with opened(data_dir):
        from vardkase.audit.services import Target, record
        from vardkase.cli.console import console
        from vardkase.hub.assurance.as_json import BILL, document
        from vardkase.hub.assurance.components import bill_of_materials
        from vardkase.hub.assurance.document import report_pdf
        from vardkase.hub.assurance.evidence import collect
        from vardkase.hub.audit_actions import HubAction

        actor = console()
        evidence = collect(actor, advisories, outside_checkpoints(checkpoints))
        files = {
            BILL: bill_of_materials(evidence.packages).encode(),
            "assurance.sv.pdf": report_pdf(evidence, "sv"),
            "assurance.en.pdf": report_pdf(evidence, "en"),
        }
        made = document(evidence, files)
        files[SIGNED] = json_format.dumps(made, ensure_ascii=False, indent=1).encode()
        _write(out, files)
        said = {
            "files": made["files"] | {SIGNED: hashlib.sha256(files[SIGNED]).hexdigest()},
            "advisories": evidence.advisories.source,
            "checkpoints": evidence.outside,
        }
        record(actor, HubAction.ASSURANCE_WRITTEN, Target("assurance"), said)
    if not evidence.advisories.checked:
        note(f"Known vulnerabilities were not checked. {evidence.advisories.fault}".strip())
    counted = made["asvs"]["counts"]
    result({"folder": str(out), "deviations": len(evidence.deviations), **counted}, as_json=json)
    if advisories and not evidence.advisories.checked:
        raise typer.Exit(NOT_CHECKED)


def _require_hub(data_dir: Path | None) -> None:
    # Other commands prepare an installation where there is none.
    folder = data_dir or data_directory()
    if not uses_external_database() and not Layout(folder).cluster.exists():
        raise fail(f"There is no hub in {folder}.")


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise fail(f"{folder} is not empty.")
    except OSError as error:
        raise fail(f"{folder} cannot be used: {error.strerror}") from None


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """All of them or none, in this order."""
    begun: list[Path] = []
    for name, content in files.items():
        try:
            begun.append(folder / name)
            with os.fdopen(
                os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as output:
                output.write(content)
        except OSError as error:
            for file in begun:
                file.unlink(missing_ok=True)
            raise fail(f"{folder / name} cannot be written: {error.strerror}") from None
