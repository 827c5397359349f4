from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "vardkase.intel.proposals"
    label = "proposals"

    def ready(self) -> None:
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.proposals import services  # noqa: PLC0415 - the same

        hooks.attributes_changed.register(services.forget_of_deleted)
        hooks.attributes_removed.register(services.forget_of_removed)
        hooks.event_taken_over.register(services.forget_of_former_owner)
