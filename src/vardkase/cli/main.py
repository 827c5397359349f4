"""The entry point of `vardkase`."""

from __future__ import annotations

import atexit
import gc
import sys

import psycopg
import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from vardkase.cli import (
    accounts,
    admission,
    applications,
    assessments,
    assurance,
    audit,
    backup,
    changes,
    check,
    checklists,
    communities,
    content,
    content_access,
    demo,
    doctor,
    enrolment,
    feed,
    files,
    init,
    jobs,
    knowledge,
    mail,
    move_in,
    policy,
    remove,
    restore,
    schema,
    sealed_links,
    secrets,
    security,
    serve,
    statements,
    support,
    upgrade,
    version,
    worker,
)
from vardkase.cli.command_groups import CommandGroup
from vardkase.cli.output import note, sentences
from vardkase.core.database import DatabaseUnavailable
from vardkase.core.errors import VardkaseError

commands = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Vårdkase: a hub for sharing threat information, MISP-compatible.",
)
commands.command()(init.init)
commands.command()(serve.serve)
commands.command()(demo.demo)
commands.command()(schema.migrate)
commands.command()(upgrade.upgrade)
commands.command()(accounts.createuser)
commands.command()(accounts.staff)
commands.command("import")(content.import_files)
commands.command()(content.export)
commands.command("enrolment-code")(enrolment.enrolment_code)
commands.command()(enrolment.enrol)
commands.add_typer(accounts.keys, name="key")
commands.add_typer(audit.commands, name="audit")
commands.add_typer(content_access.commands, name="content-access")
commands.add_typer(feed.commands, name="feed")
commands.add_typer(files.commands, name="files")
commands.add_typer(jobs.commands, name="jobs")
commands.add_typer(knowledge.commands, name="knowledge")
commands.add_typer(mail.commands, name="mail")
commands.add_typer(move_in.commands, name="move-in")
commands.add_typer(policy.commands, name="policy")
commands.add_typer(sealed_links.commands, name="sealed-link")
commands.add_typer(secrets.commands, name="secrets")
commands.add_typer(security.commands, name="security")
commands.add_typer(support.commands, name="support")
commands.add_typer(applications.commands, name="membership")
applications.commands.add_typer(admission.commands, name="phase")
applications.commands.add_typer(admission.plain)
applications.commands.add_typer(assessments.commands)
applications.commands.add_typer(checklists.commands)
applications.commands.add_typer(changes.commands, name="change")
applications.commands.add_typer(communities.commands, name="community")
applications.commands.add_typer(statements.commands, name="statement")
commands.add_typer(backup.commands, name="backup")
commands.command()(restore.restore)
commands.command()(restore.restored)
commands.command()(worker.worker)
commands.command()(check.check)
commands.command()(assurance.assurance)
commands.command()(doctor.doctor)
commands.command()(remove.remove)
commands.command()(version.version)


def app() -> None:
    """Run the command line. Exit codes: 0 done, 1 refused or failed (with one sentence), 2 usage error."""
    # Python collects the million objects of a loaded hub several times while it ends: a third of a second, for nothing.
    atexit.register(gc.freeze)
    try:
        commands()
    except (VardkaseError, DatabaseUnavailable, ImproperlyConfigured) as error:
        for line in sentences(error):
            note(f"vardkase: {line}")
        sys.exit(1)
    except (OperationalError, psycopg.OperationalError) as error:
        note(f"vardkase: the database cannot be used: {' '.join(str(error).split())}")
        sys.exit(1)


if __name__ == "__main__":
    app()
