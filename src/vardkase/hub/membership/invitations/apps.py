from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    name = "vardkase.hub.membership.invitations"
    label = "invitations"

    def ready(self) -> None:
        from vardkase.hub import correspondence  # noqa: PLC0415 - models load after apps
        from vardkase.hub.membership.invitations.letters import INVITATION  # noqa: PLC0415 - the same

        correspondence.register(INVITATION)
