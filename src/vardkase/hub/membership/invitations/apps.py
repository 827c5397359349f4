from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    name = "vardkase.hub.membership.invitations"
    label = "invitations"
