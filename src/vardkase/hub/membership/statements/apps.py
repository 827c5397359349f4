from importlib import import_module

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "vardkase.hub.membership.statements"
    label = "statements"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.hub.membership.members.hooks import membership_opened  # noqa: PLC0415 - the same
        from vardkase.hub.membership.statements.letters import register_kinds  # noqa: PLC0415 - the same
        from vardkase.hub.membership.statements.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.hub.membership.statements.services import begin_from_application  # noqa: PLC0415 - the same

        membership_opened.register(begin_from_application)
        register_kinds()
        import_module("vardkase.hub.membership.statements.reviewing")  # Registers what takes two officers.
        for schedule in SCHEDULES:
            register(schedule)
