from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vardkase.audit"
    label = "audit"

    def ready(self) -> None:
        from vardkase.audit.mails import note_mail  # noqa: PLC0415 - models load after apps
        from vardkase.core.mail.hooks import mail_ended  # noqa: PLC0415 - the same

        mail_ended.register(note_mail)
