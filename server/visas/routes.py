"""The routes of what experts need for a visa: invitations and passport data."""

from starlette.routing import BaseRoute

from server.invitations import organising as invitations
from server.invitations import own as own_invitation
from server.models import Right
from server.passports import organising as passport_requests
from server.passports import own as passports
from server.roles import Role
from server.routing import on

OWNER, PEOPLE = Role.OWNER, Right.PEOPLE


def of_invitations() -> list[BaseRoute]:
    """Return the routes of invitations for visas."""
    party = "/e/{slug}/parties/{registration:int}/invitation"
    return [
        on("GET", "/e/{slug}/invitations", invitations.host, PEOPLE),
        on("POST", "/e/{slug}/invitations", invitations.save_host, PEOPLE),
        on("GET", party, invitations.draft, PEOPLE),
        on("POST", party, invitations.save, PEOPLE),
        on("POST", f"{party}/release", invitations.release, PEOPLE),
        on("POST", f"{party}/hold", invitations.hold, PEOPLE),
        on("POST", f"{party}/file", invitations.file, PEOPLE),
        on("GET", "/e/{slug}/me/invitation/{languages}/{kind}", own_invitation.download, Role.EXPERT),
    ]


def of_passports() -> list[BaseRoute]:
    """Return the routes of passport data."""
    party = "/e/{slug}/parties/{registration:int}/passport"
    return [
        on("GET", "/e/{slug}/passports", passport_requests.index, OWNER),
        on("POST", "/e/{slug}/passports", passport_requests.save, OWNER),
        on("GET", "/e/{slug}/passports/stop", passport_requests.ask_to_stop, OWNER),
        on("POST", "/e/{slug}/passports/stop", passport_requests.stop, OWNER),
        on("GET", party, passport_requests.ask_to_read, PEOPLE),
        on("POST", party, passport_requests.read, PEOPLE),
        on("GET", "/e/{slug}/me/passport", passports.own, Role.EXPERT),
        on("POST", "/e/{slug}/me/passport", passports.save, Role.EXPERT),
        on("POST", "/e/{slug}/me/passport/delete", passports.forget, Role.EXPERT),
    ]
