"""`vardkase move-in …`: takes over a MISP instance, from a dump of its database, the live database, or its API."""

from __future__ import annotations

import json as json_text
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, note, read_json, rows
from vardkase.cli.progress import shown_progress
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.hub.move_in.running import MoveInput
    from vardkase.hub.move_in.source.api.copy import ApiCopy

PROFILES = EVERY
KEY = "VARDKASE_MISP_KEY"

commands = typer.Typer(help="Move in from MISP: take over everything, with ids and UUIDs.")

Dump = Annotated[
    Path | None,
    typer.Option(
        help="The dump of the database, by mysqldump or mariadb-dump: .sql, .sql.xz, .sql.gz or .sql.zst.",
        exists=True,
        dir_okay=False,
    ),
]
WithoutComments = Annotated[
    bool,
    typer.Option(
        "--skip-comments",
        help="The dump was written with this option of mysqldump, so its last line does not say that it is "
        "complete: look yourself whether mysqldump ended without an error.",
    ),
]
Database = Annotated[
    str,
    typer.Option(
        envvar="VARDKASE_MISP_DATABASE",
        help="Instead of a dump, MISP’s live database, which is only read: mysql://user:password@host/name. "
        "With a password, give it in the environment.",
        metavar="URL",
        show_default=False,
    ),
]
Url = Annotated[
    str,
    typer.Option(
        help="Instead of a dump or database, the address of a MISP that runs. Its API tells neither passwords "
        "nor keys.",
        metavar="URL",
        show_default=False,
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        help=f"The file with the key of a site administrator of that MISP. Default: what {KEY} holds in the "
        "environment, or else what is entered when asked.",
        exists=True,
        dir_okay=False,
    ),
]
Authority = Annotated[
    Path | None,
    typer.Option(
        help="The certificate (PEM) of that MISP, or of who signed it.", exists=True, dir_okay=False
    ),
]
Files = Annotated[
    Path | None,
    typer.Option(help="MISP’s folder app/files, or a tar archive of it.", exists=True),
]
Settings = Annotated[
    Path | None,
    typer.Option(help="MISP’s config.php as JSON.", exists=True, dir_okay=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do all of it, report, and keep nothing.")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", help="Write the whole report to this file, as JSON.", dir_okay=False),
]


@commands.callback(invoke_without_command=True)
def move_in(
    context: typer.Context,
    data_dir: DataDir = None,
    dump: Dump = None,
    skip_comments: WithoutComments = False,
    database: Database = "",
    url: Url = "",
    key_file: KeyFile = None,
    authority: Authority = None,
    files: Files = None,
    settings: Settings = None,
    dry_run: DryRun = False,
    report: ReportFile = None,
    json: Json = False,
) -> None:
    """Take over a MISP into a fresh hub; with a newer dump, what is new or changed since the last time.

    Nothing that is taken over contacts others until `vardkase move-in switch-on`. Interrupted, the same
    command goes on where it stopped.
    """
    if context.invoked_subcommand is not None:
        return
    if [dump is not None, bool(database), bool(url)].count(True) != 1:
        raise fail(
            "give one of these: the dump of MISP’s database (--dump), its address (--database), or the address of MISP "
            "(--url).",
            2,
        )
    if settings is None and not url:
        raise fail(
            "give MISP’s settings (--settings): they say which keys MISP accepts, and which MISP it is.", 2
        )
    with opened(data_dir), shown_progress() as progress:
        from vardkase.hub.move_in.readable import as_text
        from vardkase.hub.move_in.running import rehearse, run

        if url:
            copy = _copy(url, key_file, authority, with_files=files is None)
            copy.download(progress)
            given = _given_copy(copy, files, settings)
        else:
            given = _given(dump, skip_comments, database, files, settings)
        made = (rehearse if dry_run else run)(given, progress)
        if given.copy is not None and not dry_run:
            given.copy.remove()
        elif given.copy is not None:
            note(
                f"What was downloaded stays in {given.copy.folder} for the run itself. Delete it if none follows."
            )
        document = json_text.dumps(made, ensure_ascii=False, indent=2)
        if report is not None:
            report.write_text(document, encoding="utf-8")
        typer.echo(document if json else as_text(made))


@commands.command("switch-on")
def switch_on(
    kinds: Annotated[
        list[str] | None, typer.Argument(help="Only these kinds, such as server or feed.", metavar="KIND…")
    ] = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Switch on what was on in MISP and arrived switched off: servers, feeds, mail. Recorded in the audit log."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.move_in.switches import switch_on as switch

        switched = switch(console(), kinds or ())
        rows([{"kind": row.kind, "id": row.thing_id, "title": row.title} for row in switched], as_json=json)


@commands.command()
def report(
    file: Annotated[
        Path | None,
        typer.Argument(help="A report to check the signature of; default: show the last one.", exists=True),
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="Also write it to this file, as PDF.", dir_okay=False)
    ] = None,
    language: Annotated[str, typer.Option(help="The language of the PDF: sv or en.")] = "sv",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show the report of the last move, or check that one was signed by this hub and not changed since."""
    with opened(data_dir):
        from vardkase.hub.move_in.queries import last_report
        from vardkase.hub.move_in.readable import as_text, comparison_as_text
        from vardkase.hub.move_in.report import is_of_this_hub

        document = last_report() if file is None else read_json(file)
        if not is_of_this_hub(document):
            raise fail("this report was not signed by this hub, or it has been changed.")
        if pdf is not None:
            from vardkase.hub.move_in.document import report_pdf

            pdf.write_bytes(report_pdf(document, language))
        text = comparison_as_text if "differences" in document else as_text
        typer.echo(json_text.dumps(document, ensure_ascii=False, indent=2) if json else text(document))


@commands.command()
def compare(
    url: Annotated[str, typer.Option(help="The address of a MISP that runs.")] = "",
    key_file: KeyFile = None,
    authority: Authority = None,
    dump: Dump = None,
    skip_comments: WithoutComments = False,
    data_dir: DataDir = None,
    report: ReportFile = None,
    json: Json = False,
) -> None:
    """Compare all events of a MISP, over its API or from a dump, with what is here. Ends with status 1 if any differs.

    The address of the MISP must be among the hub's permitted ones if it is not public.
    """
    if (dump is None) == (not url):
        raise fail("give the address of a MISP (--url) or a dump of its database (--dump).", 2)
    with opened(data_dir), shown_progress() as progress:
        from vardkase.cli.console import console
        from vardkase.hub.move_in.comparison.live import LiveMisp
        from vardkase.hub.move_in.comparison.services import compare_with_dump, compare_with_misp
        from vardkase.hub.move_in.readable import comparison_as_text
        from vardkase.hub.move_in.report import signed
        from vardkase.hub.move_in.source.dump import read_dump

        def done(number: int) -> None:
            progress("compared events", number, 0)

        if dump is not None:
            comparison = compare_with_dump(
                console(), dump.name, read_dump(dump, without_comments=skip_comments), done
            )
        else:
            misp = LiveMisp(url, _key(key_file), _pem(authority))
            comparison = compare_with_misp(console(), misp, done)
        made = signed(comparison.as_json())
        document = json_text.dumps(made, ensure_ascii=False, indent=2)
        if report is not None:
            report.write_text(document, encoding="utf-8")
        typer.echo(document if json else comparison_as_text(made))
    if comparison.differing:
        raise typer.Exit(1)


@commands.command()
def log(
    user: Annotated[str, typer.Option("--user", help="Only what this person did.", metavar="EMAIL")] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="Only about this kind of thing, as MISP names it.", metavar="Event")
    ] = "",
    number: Annotated[int | None, typer.Option("--id", help="Only about the thing with this id.")] = None,
    most: Annotated[
        int, typer.Option("--limit", help="At most so many, the newest.", min=1, max=100_000)
    ] = 100,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Show what MISP’s own log says of the time before the move. Recorded in the audit log."""
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.move_in.queries import former_log

        entries = former_log(console(), person=user, kind=kind, number=number, most=most)
        lines = [
            {
                "time": entry.created.isoformat(timespec="seconds"),
                "who": entry.actor_name,
                "organisation": entry.organisation_name,
                "address": entry.address,
                "action": entry.action,
                "kind": entry.target_kind,
                "id": entry.target_id,
                "title": entry.title,
                **({"change": entry.change} if json else {}),
            }
            for entry in entries
        ]
        rows(lines, as_json=json)


def _key(file: Path | None) -> str:
    """Not from the command line, which other users of the machine can read."""
    given = os.environ.get(KEY, "") if file is None else file.read_text(encoding="utf-8")
    return (
        given.strip()
        or str(typer.prompt("The key of a site administrator of that MISP", hide_input=True)).strip()
    )


def _pem(authority: Path | None) -> str:
    return "" if authority is None else authority.read_text(encoding="utf-8")


def _copy(url: str, key_file: Path | None, authority: Path | None, *, with_files: bool) -> ApiCopy:
    from django.conf import settings

    from vardkase.hub.move_in.queries import marks_of_last_move
    from vardkase.hub.move_in.source.api.client import RunningMisp
    from vardkase.hub.move_in.source.api.copy import ApiCopy

    misp = RunningMisp(url, _key(key_file), _pem(authority))
    return ApiCopy(misp, settings.DATA_DIR / "move-in", marks_of_last_move(), with_files=with_files)


def _given_copy(copy: ApiCopy, files: Path | None, settings: Path | None) -> MoveInput:
    from vardkase.cli.console import login_name
    from vardkase.hub.move_in.running import MoveInput
    from vardkase.hub.move_in.source.api.reading import read_copy
    from vardkase.hub.move_in.source.settings import given_settings
    from vardkase.hub.move_in.staging import known_tables

    reading = partial(read_copy, copy, known_tables())
    told = given_settings(settings)
    return MoveInput(reading, "", files or copy.files, told, login_name(), copy)


def _given(
    dump: Path | None, skip_comments: bool, database: str, files: Path | None, settings: Path | None
) -> MoveInput:
    from vardkase.cli.console import login_name
    from vardkase.hub.move_in.running import MoveInput
    from vardkase.hub.move_in.source.database import read_database
    from vardkase.hub.move_in.source.dump import read_dump
    from vardkase.hub.move_in.source.files import digest_of
    from vardkase.hub.move_in.source.settings import given_settings

    told = given_settings(settings)
    if files is None:
        note("No --files: attachments and certificates are not taken over.")
    if dump is None:
        return MoveInput(lambda: read_database(database), "", files, told, login_name())
    digest = digest_of(dump)
    reading = partial(read_dump, dump, without_comments=skip_comments, digest=digest)
    return MoveInput(reading, digest, files, told, login_name())
