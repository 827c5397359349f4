from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "vardkase.hub.membership.contacts"
    label = "contacts"

    def ready(self) -> None:
        from vardkase.hub.membership.contacts.services import begin_from_membership  # noqa: PLC0415 - models load after apps
        from vardkase.hub.membership.members.hooks import membership_opened  # noqa: PLC0415 - the same

        membership_opened.register(begin_from_membership)
