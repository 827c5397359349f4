from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "vardkase.hub.guard"
    label = "guard"

    def ready(self) -> None:
        from vardkase.hub.guard import gate  # noqa: PLC0415 - models load after apps
        from vardkase.identity.access.sharing import before_sharing  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        before_sharing.register(gate.check_sharing)
        hooks.before_publication.register(gate.check_publication)
        hooks.before_delegation.register(gate.check_delegation)
