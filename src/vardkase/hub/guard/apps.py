from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "vardkase.hub.guard"
    label = "guard"

    def ready(self) -> None:
        from vardkase.hub.guard import gate  # noqa: PLC0415 - models load after apps
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        hooks.before_publication.register(gate.check_publication)
        hooks.before_delegation.register(gate.check_delegation)
