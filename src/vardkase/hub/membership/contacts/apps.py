from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "vardkase.hub.membership.contacts"
    label = "contacts"

    def ready(self) -> None:
        from vardkase.hub.membership.contacts.from_members import (  # noqa: PLC0415 - models load after apps
            begin_from_membership,
            follow_change,
        )
        from vardkase.hub.membership.contacts.services import addresses  # noqa: PLC0415 - the same
        from vardkase.hub.membership.members.hooks import (  # noqa: PLC0415 - the same
            change_accepted,
            membership_opened,
        )
        from vardkase.hub.membership.members.rules import (  # noqa: PLC0415 - the same
            contact_addresses_are_told_by,
        )

        membership_opened.register(begin_from_membership)
        change_accepted.register(follow_change)
        contact_addresses_are_told_by(addresses)
