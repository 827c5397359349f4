from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "vardkase.hub.guard"
    label = "guard"

    def ready(self) -> None:
        from vardkase.hub.guard import checks  # noqa: PLC0415 - models load after apps
        from vardkase.identity.access.sharing import before_sharing  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - the same

        before_sharing.register(checks.check_sharing)
        hooks.before_publication.register(checks.check_publication)
        hooks.before_delegation.register(checks.check_delegation)
