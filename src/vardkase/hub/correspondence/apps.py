from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "vardkase.hub.correspondence"
    label = "correspondence"

    def ready(self) -> None:
        from vardkase.core.mail.hooks import mail_settled  # noqa: PLC0415 - models load after apps
        from vardkase.hub.correspondence.appeals import register_appeal  # noqa: PLC0415 - the same
        from vardkase.hub.correspondence.letters.resending import (  # noqa: PLC0415 - the same
            register_resending,
        )
        from vardkase.hub.correspondence.services import settle  # noqa: PLC0415 - the same

        mail_settled.register(settle)
        register_appeal()
        register_resending()
        from vardkase.hub.correspondence.letters import changing  # noqa: F401, PLC0415 - registers its actions
