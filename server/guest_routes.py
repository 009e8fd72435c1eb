"""Routes of delegations and of the reception of guests: see `server.routes`."""

from starlette.routing import BaseRoute

from server.crew import agreeing
from server.crew import views as crews
from server.delegations import views
from server.events import removing
from server.imports import views as imports
from server.models import Right
from server.reception import views as reception
from server.roles import Role
from server.routing import on
from server.twins import views as twins

PEOPLE = Right.PEOPLE
LEADERS = (PEOPLE, Role.LEADER)


def delegations() -> list[BaseRoute]:
    """Return the routes of delegations, for organisers and for the leader of each."""
    every, one = "/e/{slug}/delegations", "/e/{slug}/delegations/{delegation:int}"
    return [
        on("GET", "/e/{slug}/delegation", views.own, Role.LEADER),
        on("GET", every, views.index, PEOPLE),
        on("GET", f"{every}/new", views.new, PEOPLE),
        on("POST", f"{every}/new", views.create, PEOPLE),
        on("GET", one, views.show, LEADERS),
        on("GET", f"{one}/edit", views.edit, PEOPLE),
        on("POST", f"{one}/edit", views.save, PEOPLE),
        on("GET", f"{one}/remove", views.ask_to_remove, PEOPLE),
        on("POST", f"{one}/remove", views.remove, PEOPLE),
        on("POST", f"{one}/leader", views.name_leader, PEOPLE, page=one),
        on("POST", f"{one}/leader/invite", views.invite_leader, PEOPLE, page=one),
        on("POST", f"{one}/members", views.add_members, PEOPLE, page=one),
        on("POST", f"{one}/members/{{member:int}}/remove", views.remove_member, PEOPLE, page=one),
        on("POST", f"{one}/invite", views.invite, LEADERS, page=one),
        on("GET", f"{one}/members.xlsx", views.export, LEADERS),
        on("GET", f"{one}/import", imports.form, LEADERS),
        on("POST", f"{one}/import", imports.take, LEADERS, max_body=imports.MAX_UPLOAD),
        on("GET", f"{one}/import/template.xlsx", imports.download, LEADERS),
        on("GET", f"{one}/import/{{batch:int}}", imports.show, LEADERS),
        on("POST", f"{one}/import/{{batch:int}}", imports.check, LEADERS, max_body=imports.MAX_CORRECTIONS),
        on("POST", f"{one}/import/{{batch:int}}/store", imports.store, LEADERS),
        on("POST", f"{one}/import/{{batch:int}}/discard", imports.discard, LEADERS),
        on("GET", f"{one}/import/{{batch:int}}/rows.xlsx", imports.faulty, LEADERS),
        on("GET", f"{one}/leave", views.ask_to_leave, Role.LEADER),
        on("POST", f"{one}/leave", views.leave, Role.LEADER),
    ]


def crew() -> list[BaseRoute]:
    """Return the routes of desk staff and escorts, and those of consents of all who help to run an event."""
    home, one = "/e/{slug}/crew", "/e/{slug}/crew/{crew:int}"
    return [
        on("GET", home, crews.index, PEOPLE),
        on("POST", home, crews.add, PEOPLE),
        on("POST", f"{one}/invite", crews.invite, PEOPLE, page=home),
        on("GET", f"{one}/remove", removing.crew, PEOPLE),
        on("POST", f"{one}/remove", crews.remove, PEOPLE),
        on("GET", "/e/{slug}/arrivals", crews.arrivals, (Right.LIVE, Role.DESK_STAFF)),
        on("GET", "/e/{slug}/escorting", crews.escorting, Role.ESCORT),
        on("GET", "/e/{slug}/working", agreeing.show, Role.HELPER),
        on("POST", "/e/{slug}/working", agreeing.save, Role.HELPER),
        on("GET", "/e/{slug}/working/{consent}/withdraw", agreeing.ask_to_withdraw, Role.HELPER),
        on("POST", "/e/{slug}/working/{consent}/withdraw", agreeing.withdraw, Role.HELPER),
    ]


def receptions() -> list[BaseRoute]:
    """Return the routes of the ledger of the reception."""
    home, guest = "/e/{slug}/reception", "/e/{slug}/reception/{registration:int}"
    escort = "/e/{slug}/reception/escorts/{escort:int}"
    return [
        on("GET", home, reception.index, PEOPLE),
        on("GET", f"{home}/sheets", reception.sheets, PEOPLE),
        on("GET", f"{home}/sheets.xlsx", reception.export, PEOPLE),
        on("GET", f"{home}/escorts", reception.escorts, PEOPLE),
        on("POST", f"{home}/escorts", reception.add_escort, PEOPLE),
        on("GET", escort, reception.escort, PEOPLE),
        on("POST", escort, reception.save_escort, PEOPLE),
        on("GET", f"{escort}/remove", reception.ask_to_remove_escort, PEOPLE),
        on("POST", f"{escort}/remove", reception.remove_escort, PEOPLE),
        on("GET", guest, reception.guest, (PEOPLE, Role.ESCORT)),
        on("POST", guest, reception.save, (PEOPLE, Role.ESCORT)),
    ]


def twin_pairs() -> list[BaseRoute]:
    """Return the routes by which organisers merge two entries of one expert."""
    home, pair = "/e/{slug}/twins", "/e/{slug}/twins/{stays:int}/{goes:int}"
    return [
        on("GET", home, twins.index, PEOPLE),
        on("GET", pair, twins.ask, PEOPLE),
        on("POST", pair, twins.merge, PEOPLE),
        on("POST", f"{pair}/apart", twins.tell_apart, PEOPLE, page=home),
        on("POST", f"{home}/merges/{{merge:int}}/undo", twins.undo, PEOPLE, page=home),
    ]
