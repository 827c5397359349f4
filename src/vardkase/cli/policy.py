"""`vardkase policy …`: an organisation's MISP policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vardkase.cli.installation import DataDir, opened
from vardkase.cli.output import Json, fail, note, result, rows
from vardkase.hub.profiles import EVERY

if TYPE_CHECKING:
    from vardkase.hub.policy.models import PolicyVersion

PROFILES = EVERY

Organisation = Annotated[str, typer.Argument(help="Name, id or uuid of the organisation.")]
Number = Annotated[
    int, typer.Option("--version", help="A version. Default: the draft, or else what is in force.")
]
Language = Annotated[str, typer.Option(help="sv or en.")]
Day = Annotated[str, typer.Option(help="A day, as 2026-01-31.")]

commands = typer.Typer(no_args_is_help=True, help="MISP policies of organisations.")


@commands.command()
def show(
    organisation: Organisation,
    version: Number = 0,
    language: Language = "sv",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Print the rules of a policy."""
    with opened(data_dir):
        from vardkase.hub.policy.document import numbered_rules

        policy = _version(organisation, version)
        lines = [
            {"rule": rule.number, "title": rule.title, "says": rule.text}
            for rule in numbered_rules(policy, language)
        ]
        note(f"Version {policy.number}, {policy.get_state_display()}.")
        rows(lines, as_json=json)


@commands.command("try")
def try_out(
    organisation: Organisation,
    version: Number = 0,
    since: Day = "",
    until: Day = "",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Print which events of the last month (or a given period) each rule would have matched. Nothing is
    changed.

    Events are shown by id and uuid only: the person at the console need not be allowed to read them.
    """
    with opened(data_dir):
        from vardkase.cli.console import console
        from vardkase.hub.policy.trial import span_of, try_policy

        span = span_of(_day(since), _day(until))
        trial = try_policy(console(), _version(organisation, version), span)
        note(
            f"{trial.events} events went out {trial.span.since} to {trial.span.until}: {trial.forbidden} would have "
            f"been refused, {trial.held} would have waited for a second person."
        )
        rows(
            [
                {
                    "event": finding.event_id,
                    "uuid": str(finding.event_uuid),
                    "verdict": "refused" if finding.forbidden else "waits",
                    "rules": ", ".join(str(met.number) for met in (*finding.forbidden, *finding.held)),
                }
                for finding in trial.findings
            ],
            as_json=json,
        )


@commands.command()
def export(
    organisation: Organisation,
    file: Annotated[Path, typer.Argument(help="Where to write; its name ends in .pdf or .docx.")],
    version: Number = 0,
    language: Language = "sv",
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Export the policy as a document."""
    with opened(data_dir):
        from vardkase.hub.policy.printing import printed

        policy = _version(organisation, version)
        file.write_bytes(printed(policy, file.suffix.lstrip(".").lower(), language))
        result({"file": str(file), "version": policy.number}, as_json=json)


def _version(organisation: str, number: int) -> PolicyVersion:
    from vardkase.cli.accounts import organisation_id
    from vardkase.cli.console import console
    from vardkase.hub.policy.queries import draft_of, policy_in_force, versions

    owner = organisation_id(organisation)
    policy = draft_of(owner) or policy_in_force(owner)
    if number:
        policy = versions(console()).filter(organisation_id=owner, number=number).first()
    if policy is None:
        raise fail("the organisation has no such policy.")
    return policy


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise fail("a day is written as 2026-01-31.", 2) from None
