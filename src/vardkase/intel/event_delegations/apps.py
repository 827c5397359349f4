from django.apps import AppConfig


class EventDelegationsConfig(AppConfig):
    name = "vardkase.intel.event_delegations"
    label = "event_delegations"

    def ready(self) -> None:
        from vardkase.identity.organisations.hooks import organisations_merged  # noqa: PLC0415 - the same
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.event_delegations import services  # noqa: PLC0415 - the same

        hooks.attributes_removed.register(services.forget_of_removed)
        organisations_merged.register(services.forget_to_oneself)
