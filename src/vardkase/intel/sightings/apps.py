from django.apps import AppConfig


class SightingsConfig(AppConfig):
    name = "vardkase.intel.sightings"
    label = "sightings"

    def ready(self) -> None:
        from vardkase.intel import hooks  # noqa: PLC0415 - models load after apps
        from vardkase.intel.sightings.services import anonymise_former_owner, forget_sightings  # noqa: PLC0415 - the same

        hooks.attributes_removed.register(forget_sightings)
        hooks.event_taken_over.register(anonymise_former_owner)
