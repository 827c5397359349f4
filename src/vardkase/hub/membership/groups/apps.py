from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "vardkase.hub.membership.groups"
    label = "organisation_groups"

    def ready(self) -> None:
        from vardkase.hub.membership.groups.letters import register_kinds  # noqa: PLC0415 - models load after apps

        register_kinds()
