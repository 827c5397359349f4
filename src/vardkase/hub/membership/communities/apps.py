from django.apps import AppConfig


class MemberCommunitiesConfig(AppConfig):
    name = "vardkase.hub.membership.communities"
    label = "member_communities"

    def ready(self) -> None:
        from vardkase.hub.membership.communities.services import follow  # noqa: PLC0415 - models load after apps
        from vardkase.hub.membership.members.hooks import membership_changed  # noqa: PLC0415 - the same

        membership_changed.register(follow)
