from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "vardkase.intel.protection"
    label = "protection"

    def ready(self) -> None:
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.protection.keys import forget_of_former_owner, forget_of_removed  # noqa: PLC0415 - the same

        hooks.attributes_removed.register(forget_of_removed)
        hooks.event_taken_over.register(forget_of_former_owner)
