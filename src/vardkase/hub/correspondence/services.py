"""Services for correspondence: sends mail, and records recipients and subject matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from vardkase.audit.services import AuditActor, Target
from vardkase.core.mail.compose import Attachment
from vardkase.core.mail.hooks import MailSettled
from vardkase.core.mail.services import Mail, can_send, queue_mail
from vardkase.core.problems import CommonProblem, stored
from vardkase.hub.correspondence.kinds import LANGUAGES, Recipient, find, is_link
from vardkase.hub.correspondence.letters.wording import sender
from vardkase.hub.correspondence.models import SentMail, SentState
from vardkase.hub.correspondence.problems import MailProblem
from vardkase.hub.correspondence.rendering import as_html, as_text, filled
from vardkase.hub.correspondence.templates import TemplateText, texts
from vardkase.identity.accounts.encryption import AddressedMail, CannotBeSent, MailPolicy, addressed, has_key


@transaction.atomic
def send(
    actor: AuditActor,
    kind: str,
    recipients: Iterable[Recipient | tuple[str, str, str]],
    facts: Mapping[str, str],
    *,
    private: Mapping[str, str] | None = None,
    about: Target | None = None,
    attachments: Sequence[Attachment] = (),
) -> int:
    """Queue a mail of `kind` for each recipient, once, in their language; returns how many were queued.

    It is queued in the caller's transaction, encrypted if the recipient has a key, and recorded as about
    `about`. `facts` and `private` fill in the text; links belong in `private`, which appears in no log. Mails
    that cannot be sent (an invalid key, no mail server) are recorded too. Raises ValueError if a fact of the
    kind is missing.
    """
    writer = _Writer(actor, kind, {**facts, **(private or {})}, about, attachments)
    people = {each.email.lower(): each for each in (Recipient(*recipient) for recipient in recipients)}
    mails = [mail for person in people.values() if (mail := writer.mail_to(person)) is not None]
    return queue_mail(mails)


@transaction.atomic
def settle(settled: MailSettled) -> None:
    if number := settled.about.get("correspondence"):
        state = SentState.FAILED if settled.fault else SentState.SENT
        SentMail.objects.filter(pk=number).update(state=state, fault=settled.fault)


class _Writer:
    """Writes one kind of mail, with its facts, for any recipient."""

    def __init__(
        self,
        actor: AuditActor,
        kind: str,
        facts: Mapping[str, str],
        about: Target | None,
        attachments: Sequence[Attachment],
    ) -> None:
        known = find(kind)
        if known is None:
            raise ValueError(f"there is no kind of mail {kind}")
        if missing := known.facts.keys() - facts.keys():
            raise ValueError(f"the mail {kind} needs {', '.join(sorted(missing))}")
        self.actor, self.kind, self.facts, self.attachments = actor, kind, facts, attachments
        self.about = about or Target("")
        self.texts = texts(known)
        self.policy = MailPolicy.now()

    def mail_to(self, person: Recipient) -> Mail | None:
        language = _language(person.language)
        entry = self._log(person, self.texts[language])
        try:
            if not can_send():
                raise CannotBeSent(MailProblem.NO_MAIL_SERVER())
            return addressed(self._letter(language, entry), person, self.policy)
        except CannotBeSent as fault:
            entry.state, entry.fault = (
                SentState.FAILED,
                stored(fault.problem or CommonProblem.INVALID_INPUT()),
            )
            entry.save(update_fields=["state", "fault"])
            return None

    def _letter(self, language: str, entry: SentMail) -> AddressedMail:
        text = self.texts[language]
        with translation.override(language):
            foot = gettext("This mail was sent by %(hub)s.") % {"hub": sender()}
        return AddressedMail(
            entry.subject,
            f"{as_text(text.body, self.facts)}\n-- \n{foot}\n",
            as_html(entry.subject, text.body, self.facts, language, foot),
            attachments=self.attachments,
            about={"correspondence": entry.pk},
        )

    def _log(self, person: Recipient, text: TemplateText) -> SentMail:
        open_facts = {name: value for name, value in self.facts.items() if not is_link(name)}
        return SentMail.objects.create(
            kind=self.kind,
            language=text.language,
            version=text.version,
            recipient=person.email,
            subject=filled(text.subject, open_facts)[:255],
            is_encrypted=has_key(person),
            thing_kind=self.about.kind,
            thing_id=self.about.id,
            thing_title=self.about.title[:255],
            attachments=[each.name for each in self.attachments],
            written_by=self.actor.name,
        )


def _language(chosen: str) -> str:
    """The language of the mail: the hub's own if the recipient's is not available."""
    return chosen if chosen in LANGUAGES else settings.LANGUAGE_CODE
