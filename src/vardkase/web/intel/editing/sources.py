"""What a person brings to an import: text, mails and files, turned into one text with values, and objects.

Nothing is stored between the steps but files (`held_files`); every step sends the rest again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext

from vardkase.core.errors import VardkaseError
from vardkase.formats.incoming import reading
from vardkase.formats.incoming.file_objects import objects_of_file, plain_objects, samples_in
from vardkase.formats.incoming.file_text import text_of_file
from vardkase.formats.incoming.reading_time import each_in_time, reading_time
from vardkase.formats.incoming.recognition import DocumentKind, kind_of_file
from vardkase.formats.incoming.services import openioc_parts, sandbox_parts
from vardkase.formats.incoming.text_heads import EARLIEST_YEAR, LONGEST_TITLE, date_of, title_of
from vardkase.misp.freetext import LONGEST_TEXT
from vardkase.web.intel.editing.forms.sources import SourceForm
from vardkase.web.intel.editing.held_files import HeldFile, drop, held_files, hold
from vardkase.web.ui.display import thin
from vardkase.web.ui.forms import posted
from vardkase.web.ui.pages import PageRequest

EMAIL = {
    "name": "email",
    "meta-category": "network",
    "description": "Email object describing an email with meta-information",
    "template_uuid": "a0c666e0-fc65-4be8-b48f-3423d788b552",
    "template_version": "19",
}
"""MISP's object of a mail: whole, since a hub may lack its template."""
EMAIL_TYPES = {
    "from": "email-src",
    "to": "email-dst",
    "cc": "email-dst",
    "reply-to": "email-reply-to",
    "return-path": "email-src",
    "subject": "email-subject",
    "message-id": "email-message-id",
    "x-mailer": "email-x-mailer",
    "user-agent": "text",
    "send-date": "datetime",
    "received-header-ip": "ip-src",
    "attachment": "email-attachment",
}
"""Relation in the object → type of the attribute."""
MOST_MAILS = 20
MOST_FIELDS = 200
READ_AS_TEXT = frozenset(
    (DocumentKind.TEXT, DocumentKind.MAIL, DocumentKind.PDF, DocumentKind.DOCX, DocumentKind.XLSX)
)

type MailFields = list[tuple[str, str]]
"""Relation in the object `email`, and value."""


@dataclass(frozen=True, slots=True)
class SourcePart:
    """A pasted text (without a name) or a file."""

    name: str
    content: bytes
    kind: DocumentKind


@dataclass(slots=True)
class Sources:
    """`reference`: where the files are kept; `title` is what a new event may be called. `unopened`: archives that
    need another password than the usual one. `unparsed`: files of archives for which there was no time."""

    text: str = ""
    title: str = ""
    mails: list[MailFields] = field(default_factory=list)
    files: list[HeldFile] = field(default_factory=list)
    reference: str = ""
    unopened: list[str] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)

    @property
    def kept_mails(self) -> str:
        return json.dumps(self.mails)

    def drop(self, request: PageRequest) -> None:
        drop(request.actor.user_id, self.reference)

    def chosen_mails(self, request: PageRequest) -> list[dict[str, Any]]:
        """The objects of the mails whose box is ticked."""
        return [
            {
                **EMAIL,
                "Attribute": [
                    {"object_relation": relation, "type": EMAIL_TYPES[relation], "value": value}
                    for relation, value in fields
                ],
            }
            for number, fields in enumerate(self.mails)
            if posted.flag(request, f"mail{number}")
        ]

    def chosen_files(self, request: PageRequest) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """What the files become as chosen (`f` and the number): attributes, and objects."""
        attributes: list[dict[str, Any]] = []
        objects: list[dict[str, Any]] = []
        for number, file in enumerate(self.files):
            wanted = posted.text(request, f"f{number}")
            if wanted == "attach" and file.content:
                attributes.append(file.attachment())
            elif wanted in ("sample", "facts") and file.objects:
                first, *rest = file.objects
                more = [file.sample()] if wanted == "sample" and file.content else []
                objects += [{**first, "Attribute": [*more, *first["Attribute"]]}, *rest]
        return attributes, objects


def parts_of(form: SourceForm, before: Sources) -> list[SourcePart]:
    """The text and the files of a valid form, and those of an attempt `before` that was refused."""
    text = form.cleaned_data["text"].encode()
    pasted = [SourcePart("", text, kind_of_file(text))] if text.strip() else []
    files = [(file.name, file.content) for file in before.files if file.unread and file.content]
    files += [(file.name or "", file.read()) for file in form.cleaned_data["file"]]
    return pasted + [SourcePart(name, content, kind_of_file(content)) for name, content in files]


def gathered(request: PageRequest, parts: list[SourcePart]) -> Sources:
    """The sources of a first step, with what was kept if a person came back to edit the text.

    Raises ValidationError for a file that cannot be read, with its name.
    """
    before = sent_sources(request)
    sources = Sources(mails=before.mails, files=[file for file in before.files if not file.unread])
    texts = []
    for part, end in each_in_time(parts):
        try:
            with reading_time(request.actor.user_id):
                text, title = _read(part, sources, end)
        except VardkaseError as refused:
            raise ValidationError(f"{part.name}: {refused}" if part.name else str(refused)) from refused
        texts.append(text)
        sources.title = sources.title or title
    for name in sources.unopened:
        said = gettext(
            "%(name)s could not be opened with the password “infected”. It is kept unopened, as one file."
        )
        messages.warning(request, said % {"name": name})
    if sources.unparsed:
        said = gettext(
            "There was no time to analyse these files, so only name, size and hashes are kept: %(names)s"
        )
        messages.warning(request, said % {"names": ", ".join(sources.unparsed)})
    sources.text = "\n\n".join(filter(None, texts))
    if len(sources.text) > LONGEST_TEXT:
        raise ValidationError(gettext("The text is too long. Paste it in smaller parts."))
    sources.title = (sources.title or title_of(sources.text) or _name_of_first(sources))[:LONGEST_TITLE]
    sources.reference = hold(request.actor.user_id, sources.files)
    if sources.files and not sources.reference:
        raise ValidationError(gettext("You have imported too many files today. Try again tomorrow."))
    return sources


def kept_after_refusal(request: PageRequest, parts: list[SourcePart]) -> Sources:
    """What was kept before, and the files of `parts`, so that nobody has to choose them again."""
    before = sent_sources(request)
    files = [file for file in before.files if not file.unread]
    files += [
        HeldFile(part.name, len(part.content), part.content, unread=True) for part in parts if part.name
    ]
    reference = hold(request.actor.user_id, files)
    kept = [file for file in files if file.content or not file.unread] if reference else []
    return Sources(mails=before.mails, files=kept, reference=reference)


def sent_sources(request: PageRequest) -> Sources:
    """The sources of a later step, as the form carries them."""
    reference = posted.text(request, "held")
    files = held_files(request.actor.user_id, reference)
    return Sources(posted.text(request, "text"), "", list(_sent_mails(request)), files, reference)


def analysis_parts(request: PageRequest, part: SourcePart, distribution: int | None) -> dict[str, Any]:
    """The parts of an event in a file of OpenIOC, or in the archive of a sandbox."""
    if part.kind is DocumentKind.SANDBOX:
        return sandbox_parts(part.content, distribution)
    parts, unsupported = openioc_parts(part.name, part.content, distribution)
    if unsupported:
        skipped = ngettext(
            "%(n)s condition has no counterpart in MISP and was left out.",
            "%(n)s conditions have no counterpart in MISP and were left out.",
            len(unsupported),
        )
        messages.info(request, skipped % {"n": thin(len(unsupported))})
    return parts


def check_given(form: forms.Form, sources: Sources) -> None:
    if not (sources.text or sources.mails or sources.files):
        form.add_error("text", gettext("Paste some text or choose a file."))


def check_kept(form: forms.Form, sources: Sources) -> None:
    if sources.reference and not sources.files:
        form.add_error(None, gettext("The files are no longer kept. Choose them again."))


def proposed_date(sources: Sources) -> tuple[date, str]:
    """The date of an event made of these, and words that say where it comes from."""
    today = timezone.localdate()
    for fields in sources.mails:
        sent = parse_datetime(dict(fields).get("send-date", ""))
        if sent and sent.year >= EARLIEST_YEAR and sent.date() <= today:
            return sent.date(), gettext(
                "Taken from the date of the e-mail. Change it if it happened earlier."
            )
    if day := date_of(sources.text, latest=today):
        return day, gettext("Taken from the beginning of the text. Change it if it happened earlier.")
    return today, gettext("Today: no date was found. Change it if it happened earlier.")


def _sent_mails(request: PageRequest) -> Iterator[MailFields]:
    try:
        sent = json.loads(posted.text(request, "mails", "[]"))
        for mail in sent[:MOST_MAILS]:
            yield [
                (relation, value)
                for relation, value in mail[:MOST_FIELDS]
                if relation in EMAIL_TYPES and isinstance(value, str)
            ]
    except (ValueError, TypeError, RecursionError):
        return


def _read(part: SourcePart, sources: Sources, end: float) -> tuple[str, str]:
    """The text and the title of a part; a mail and a file go into the sources.

    `end`: by `time.monotonic`, after which the files of an archive are no longer parsed.
    """
    if part.kind is DocumentKind.MAIL:
        mail = reading.mail(part.content)
        if mail.fields and len(sources.mails) < MOST_MAILS:
            sources.mails.append([(name, value) for name, value in mail.fields if name in EMAIL_TYPES])
        _keep(part, sources)
        return mail.text, mail.subject
    if part.kind in READ_AS_TEXT or part.kind is DocumentKind.ENCRYPTED:
        found = text_of_file(part.content, part.kind)
        _keep(part, sources)
        return found.text, found.title
    samples = samples_in(part.content) if part.kind is DocumentKind.SAMPLES else []
    if part.kind is DocumentKind.SAMPLES and not samples:
        sources.unopened.append(part.name)
    for name, content in samples or [(part.name, part.content)]:
        is_late = time.monotonic() > end
        objects = (plain_objects if is_late else objects_of_file)(name, content)
        sources.files.append(HeldFile(name, len(content), content, objects))
        if is_late:
            sources.unparsed.append(name)
    return "", ""


def _keep(part: SourcePart, sources: Sources) -> None:
    if part.name:
        sources.files.append(HeldFile(part.name, len(part.content), part.content))


def _name_of_first(sources: Sources) -> str:
    return next((file.name for file in sources.files), "")
