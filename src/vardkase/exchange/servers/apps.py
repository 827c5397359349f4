from importlib import import_module

from django.apps import AppConfig


class ServersConfig(AppConfig):
    name = "vardkase.exchange.servers"
    label = "servers"

    def ready(self) -> None:
        from vardkase.core.schedules import register  # noqa: PLC0415 - models load after apps
        from vardkase.exchange.servers.caching import described  # noqa: PLC0415 - the same
        from vardkase.exchange.servers.rules import connection_scope_of_server  # noqa: PLC0415 - the same
        from vardkase.exchange.servers.schedules import SCHEDULES  # noqa: PLC0415 - the same
        from vardkase.identity.access.connection_scope import rules_are_told_by  # noqa: PLC0415 - the same
        from vardkase.knowledge.caches import kinds  # noqa: PLC0415 - the same

        import_module("vardkase.exchange.servers.confirmation")  # Registers what takes two people.
        rules_are_told_by(connection_scope_of_server)
        kinds.register(kinds.SERVER, described)
        for schedule in SCHEDULES:
            register(schedule)
