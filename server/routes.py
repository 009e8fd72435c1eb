"""All routes: method, path, view, roles."""

from starlette.routing import BaseRoute

from server import health
from server.absences import views as absences
from server.account_routes import of_accounts
from server.administration import views as administration
from server.agendas import views as agendas
from server.barring import views as barring
from server.changing import views as changing
from server.contacts import views as contacts
from server.contacts import visibility
from server.delegates import views as delegates
from server.desk import people
from server.desk import views as desk
from server.desk_routes import of_desk
from server.drafting import views as drafting
from server.events import organisers, owned, removing, tables
from server.events import people as event_people
from server.events import reviewers as event_reviewers
from server.events import texts as event_texts
from server.events import views as events
from server.files import views as files
from server.files.limits import MAX_BODY
from server.guest_routes import crew, delegations, receptions, twin_pairs
from server.imports import views as imports
from server.interpreters import views as interpreters
from server.joining import views as joining
from server.letters import views as letters
from server.models import Right
from server.needs import afterwards, confidential, reviews
from server.needs import views as needs
from server.plan_routes import exports, of_plans
from server.prefill import views as prefill
from server.privacy import views as privacy
from server.programme import views as programme
from server.recipients import organising as recipients
from server.recipients import own as own_recipients
from server.registrations import calling, departing, helps, own
from server.registrations import views as registrations
from server.roles import Role
from server.routing import on, with_pages
from server.stead import acting
from server.topics import offering
from server.topics import views as topics
from server.translations import exchanging
from server.translations import views as translations
from server.travel import views as travel
from server.unclaimed import views as unclaimed
from server.visas import views as visas
from server.visas.routes import of_invitations, of_passports
from server.wishes import organising as wish_settings
from server.wishes import previewing
from server.wishes import views as wishes

ANYONE, SIGNED_IN, CREATOR, OWNER = Role.ANYONE, Role.SIGNED_IN, Role.CREATOR, Role.OWNER
# What an organiser needs for a route: a right that an owner of the event gives, or none.
PEOPLE, PLAN, EMAILS, LIVE, REPORTS = Right.PEOPLE, Right.PLAN, Right.EMAILS, Right.LIVE, Right.REPORTS
ANY_ORGANISER = Role.ORGANISER
PARTIES = (Role.EXPERT, Role.ENTERPRISE)
HOLDERS = (*PARTIES, Role.INTERPRETER)
CONFIDANTS = (Role.EXPERT, Role.INTERPRETER)
REVIEWERS = (PEOPLE, Role.REVIEWER)
OWN_NEED = "/e/{slug}/me/needs/{need:int}"
TRANSLATORS = (PEOPLE, Role.TRANSLATOR)
# Authors translate their own texts.
TRANSLATING = (*TRANSLATORS, *PARTIES)


def _on_behalf() -> list[BaseRoute]:
    """Return the routes by which organisers act for a party."""
    party, firm = "/e/{slug}/parties/{registration:int}", "/e/{slug}/parties/{enterprise:int}"
    delegate = f"{firm}/delegates/{{delegate:int}}"
    return [
        on("GET", f"{party}/edit/{{step}}", acting(registrations.step), PEOPLE),
        on("POST", f"{party}/edit/{{step}}", acting(registrations.save_step), PEOPLE),
        on("GET", f"{party}/contact", acting(departing.contact), PEOPLE),
        on("POST", f"{party}/contact", acting(departing.save_contact, "contact"), PEOPLE),
        on("GET", f"{party}/withdraw", acting(departing.ask_to_take_out), PEOPLE),
        on("POST", f"{party}/withdraw", acting(departing.take_out, "withdrawn"), PEOPLE),
        on("POST", f"{party}/restore", acting(departing.take_back, "restored"), PEOPLE),
        on("GET", f"{firm}/delegates", acting(own.delegates), PEOPLE),
        on("POST", f"{firm}/delegates", acting(own.add_delegate, "delegate_added"), PEOPLE),
        on("GET", delegate, acting(delegates.details), PEOPLE),
        on("POST", delegate, acting(delegates.save, "delegate"), PEOPLE),
        on("GET", f"{delegate}/remove", acting(own.ask_to_remove_delegate), PEOPLE),
        on("POST", f"{delegate}/remove", acting(own.remove_delegate, "delegate_removed"), PEOPLE),
        on("GET", f"{firm}/needs", acting(needs.index), PEOPLE),
        on("GET", f"{firm}/needs/new", acting(needs.new), PEOPLE),
        on("POST", f"{firm}/needs/new", acting(needs.create, "need"), PEOPLE),
        on("GET", f"{firm}/needs/{{need:int}}", acting(needs.need), PEOPLE),
        on("POST", f"{firm}/needs/{{need:int}}", acting(needs.save, "need"), PEOPLE),
        on("POST", f"{firm}/needs/{{need:int}}/topics", acting(needs.add_topic, "need"), PEOPLE),
        on("GET", f"{firm}/needs/{{need:int}}/revisions", acting(needs.revisions), PEOPLE),
        on("GET", f"{firm}/needs/{{need:int}}/withdraw", acting(needs.withdraw), PEOPLE),
        on("POST", f"{firm}/needs/{{need:int}}/withdraw", acting(needs.do_withdraw, "need_withdrawn"), PEOPLE),
    ]


def _review() -> list[BaseRoute]:
    """Return the routes of the review of needs."""
    need = "/e/{slug}/review/{need:int}"
    return [
        on("GET", "/e/{slug}/review", reviews.index, REVIEWERS),
        on("GET", need, reviews.show, REVIEWERS),
        on("POST", f"{need}/take", reviews.take, REVIEWERS, page=need),
        on("POST", f"{need}/remarks", reviews.remark, REVIEWERS, page=need),
        on("POST", f"{need}/remarks/{{remark:int}}/remove", reviews.drop_remark, REVIEWERS, page=need),
        on("POST", f"{need}/return", reviews.send_back, REVIEWERS, page=need),
        on("POST", f"{need}/approve", reviews.approve, REVIEWERS, page=need),
        on("POST", f"{need}/clear", reviews.clear, REVIEWERS, page=need),
    ]


ROUTES: list[BaseRoute] = with_pages(
    [
        *of_accounts(),
        on("GET", "/events/new", event_texts.new, CREATOR),
        on("POST", "/events/new", event_texts.create, CREATOR),
        on("GET", "/administration", administration.index, Role.ADMINISTRATOR),
        on("GET", "/administration/new", owned.new, Role.ADMINISTRATOR),
        on("POST", "/administration/new", owned.create, Role.ADMINISTRATOR),
        on("POST", "/administration/events/{event:int}/invite", administration.invite, Role.ADMINISTRATOR),
        on("GET", "/administration/events/{event:int}/enter", administration.ask_to_enter, Role.ADMINISTRATOR),
        on("POST", "/administration/events/{event:int}/enter", administration.enter, Role.ADMINISTRATOR),
        on("GET", "/e/{slug}", events.public, ANYONE),
        on("GET", "/e/{slug}/programme", programme.embedded, ANYONE),
        on("GET", "/e/{slug}/schedule.json", programme.schedule_json, ANYONE),
        on("GET", "/e/{slug}/schedule.xml", programme.schedule_xml, ANYONE),
        on("GET", "/e/{slug}/privacy", events.privacy_notice, ANYONE),
        on("GET", "/e/{slug}/settings", event_texts.texts, OWNER),
        on("POST", "/e/{slug}/settings", event_texts.save_texts, OWNER),
        on("GET", "/e/{slug}/prefill", prefill.show, OWNER),
        on("POST", "/e/{slug}/prefill", prefill.save, OWNER),
        on("GET", "/e/{slug}/privacy/record", privacy.of_event, REPORTS),
        on("GET", "/e/{slug}/privacy/record.json", privacy.record, REPORTS),
        on("GET", "/e/{slug}/recipients", recipients.index, OWNER),
        on("POST", "/e/{slug}/recipients", recipients.add, OWNER),
        on("GET", "/e/{slug}/recipients/{recipient:int}/remove", recipients.ask_to_remove, OWNER),
        on("POST", "/e/{slug}/recipients/{recipient:int}/remove", recipients.remove, OWNER),
        on("GET", "/e/{slug}/me/recipients", own_recipients.own, PARTIES),
        on("POST", "/e/{slug}/me/recipients", own_recipients.save, PARTIES),
        *of_passports(),
        *of_invitations(),
        on("GET", "/e/{slug}/visa-rules", visas.index, PEOPLE),
        on("POST", "/e/{slug}/visa-rules", visas.add, PEOPLE),
        on("POST", "/e/{slug}/visa-rules/known", visas.add_known, PEOPLE),
        on("GET", "/e/{slug}/visa-rules/{visa:int}", visas.edit, PEOPLE),
        on("POST", "/e/{slug}/visa-rules/{visa:int}", visas.save, PEOPLE),
        on("POST", "/e/{slug}/visa-rules/{visa:int}/remove", visas.remove, PEOPLE, page="/e/{slug}/visa-rules"),
        on("GET", "/e/{slug}/slots", events.slots, PLAN),
        on("POST", "/e/{slug}/slots", events.save_slots, PLAN),
        on("GET", "/e/{slug}/slots/move", events.move, PLAN),
        on("POST", "/e/{slug}/slots/move", events.do_move, PLAN),
        on("GET", "/e/{slug}/halls", events.halls, PLAN),
        on("POST", "/e/{slug}/halls", events.add_hall, PLAN),
        on("GET", "/e/{slug}/halls/{hall:int}", events.hall, PLAN),
        on("POST", "/e/{slug}/halls/{hall:int}", events.save_hall, PLAN),
        on("GET", "/e/{slug}/halls/{hall:int}/hours", tables.hours, PLAN),
        on("POST", "/e/{slug}/halls/{hall:int}/hours", tables.save, PLAN),
        on("GET", "/e/{slug}/halls/{hall:int}/remove", removing.hall, PLAN),
        on("POST", "/e/{slug}/halls/{hall:int}/remove", events.remove_hall, PLAN),
        on("GET", "/e/{slug}/plenary", events.plenary, PLAN),
        on("POST", "/e/{slug}/plenary", events.add_plenary, PLAN),
        on("GET", "/e/{slug}/plenary/{item:int}", events.item, PLAN),
        on("POST", "/e/{slug}/plenary/{item:int}", events.save_item, PLAN),
        on("GET", "/e/{slug}/plenary/{item:int}/remove", removing.plenary_item, PLAN),
        on("POST", "/e/{slug}/plenary/{item:int}/remove", events.remove_plenary, PLAN),
        on("GET", "/e/{slug}/interpreters", event_people.interpreters, PEOPLE),
        on("GET", "/e/{slug}/interpreters/new", event_people.new_interpreter, PEOPLE),
        on("POST", "/e/{slug}/interpreters/new", event_people.add_interpreter, PEOPLE),
        on("GET", "/e/{slug}/interpreters/{interpreter:int}", event_people.interpreter, PEOPLE),
        on("POST", "/e/{slug}/interpreters/{interpreter:int}", event_people.save_interpreter, PEOPLE),
        on("POST", "/e/{slug}/interpreters/{interpreter:int}/invite", event_people.invite_interpreter, PEOPLE),
        on("GET", "/e/{slug}/interpreters/{interpreter:int}/remove", removing.interpreter, PEOPLE),
        on("POST", "/e/{slug}/interpreters/{interpreter:int}/remove", event_people.remove_interpreter, PEOPLE),
        on("GET", "/e/{slug}/topics", topics.index, PEOPLE),
        on("GET", "/e/{slug}/topics/new", topics.new, PEOPLE),
        on("POST", "/e/{slug}/topics/new", topics.add, PEOPLE),
        on("GET", "/e/{slug}/topics/{topic}", topics.topic, PEOPLE),
        on("POST", "/e/{slug}/topics/{topic}", topics.save, PEOPLE),
        on("GET", "/e/{slug}/topics/{topic}/remove", topics.confirm, PEOPLE),
        on("POST", "/e/{slug}/topics/{topic}/remove", topics.remove, PEOPLE),
        on("GET", "/e/{slug}/topic-choices", offering.choices, SIGNED_IN),
        on("GET", "/e/{slug}/organisers", organisers.index, ANY_ORGANISER),
        on("POST", "/e/{slug}/organisers", organisers.add, OWNER),
        on("GET", "/e/{slug}/organisers/{organiser:int}", organisers.show, OWNER),
        on("POST", "/e/{slug}/organisers/{organiser:int}", organisers.save, OWNER),
        on("POST", "/e/{slug}/organisers/{organiser:int}/invite", organisers.invite, OWNER),
        on("GET", "/e/{slug}/organisers/{organiser:int}/hand-over", organisers.ask_to_hand_over, OWNER),
        on("POST", "/e/{slug}/organisers/{organiser:int}/hand-over", organisers.hand_over, OWNER),
        # Organisers may leave; others are removed by owners.
        on("GET", "/e/{slug}/organisers/{organiser:int}/remove", removing.organiser, ANY_ORGANISER),
        on("POST", "/e/{slug}/organisers/{organiser:int}/remove", organisers.remove, ANY_ORGANISER),
        on("GET", "/e/{slug}/translators", event_people.translators, PEOPLE),
        on("POST", "/e/{slug}/translators", event_people.add_translator, PEOPLE),
        on("POST", "/e/{slug}/translators/{translator:int}/invite", event_people.invite_translator, PEOPLE),
        on("GET", "/e/{slug}/translators/{translator:int}/remove", removing.translator, PEOPLE),
        on("POST", "/e/{slug}/translators/{translator:int}/remove", event_people.remove_translator, PEOPLE),
        on("GET", "/e/{slug}/reviewers", event_reviewers.reviewers, PEOPLE),
        on("POST", "/e/{slug}/reviewers", event_reviewers.add_reviewer, PEOPLE),
        on("POST", "/e/{slug}/reviewers/rules", event_reviewers.save_rules, PEOPLE, page="/e/{slug}/reviewers"),
        on(
            "POST",
            "/e/{slug}/reviewers/{reviewer:int}/invite",
            event_reviewers.invite_reviewer,
            PEOPLE,
            page="/e/{slug}/reviewers",
        ),
        on("GET", "/e/{slug}/reviewers/{reviewer:int}/remove", removing.reviewer, PEOPLE),
        on("POST", "/e/{slug}/reviewers/{reviewer:int}/remove", event_reviewers.remove_reviewer, PEOPLE),
        *_review(),
        *delegations(),
        *receptions(),
        *twin_pairs(),
        *crew(),
        on("GET", "/e/{slug}/translations", translations.index, TRANSLATING),
        on("GET", "/e/{slug}/translations/texts.xlsx", exchanging.download, TRANSLATORS),
        on("GET", "/e/{slug}/translations/upload", exchanging.form, TRANSLATORS),
        on("POST", "/e/{slug}/translations/upload", exchanging.take, TRANSLATORS, max_body=exchanging.MAX_UPLOAD),
        on("GET", "/e/{slug}/translations/upload/{sheet:int}", exchanging.show, TRANSLATORS),
        on("POST", "/e/{slug}/translations/upload/{sheet:int}/store", exchanging.store, TRANSLATORS),
        on("POST", "/e/{slug}/translations/upload/{sheet:int}/discard", exchanging.discard, TRANSLATORS),
        on("POST", "/e/{slug}/translations/draft", drafting.ask, TRANSLATORS),
        on("POST", "/e/{slug}/translations/drafts/{order:int}/settle", drafting.settle, PEOPLE),
        on("GET", "/e/{slug}/translations/{field}/{row:int}/{locale}", translations.show, TRANSLATING),
        on("POST", "/e/{slug}/translations/{field}/{row:int}/{locale}", translations.save, TRANSLATING),
        on("POST", "/e/{slug}/translations/{field}/{row:int}/{locale}/draft", drafting.ask_for_one, TRANSLATORS),
        on("GET", "/e/{slug}/translations/{field}/{row:int}/{locale}/remove", translations.ask_to_remove, TRANSLATING),
        on("POST", "/e/{slug}/translations/{field}/{row:int}/{locale}/remove", translations.remove, TRANSLATING),
        *of_desk(),
        on("GET", "/e/{slug}/search", desk.search, PEOPLE),
        on("GET", "/e/{slug}/experts", desk.experts, PEOPLE),
        on("GET", "/e/{slug}/enterprises", desk.enterprises, PEOPLE),
        on("GET", "/e/{slug}/needs", desk.needs, PEOPLE),
        on("GET", "/e/{slug}/participants", people.show, PEOPLE),
        on("POST", "/e/{slug}/participants/invite", desk.invite_all, EMAILS),
        on("GET", "/e/{slug}/all-wishes", desk.wishes, PLAN),
        *exports(),
        on("GET", "/e/{slug}/parties/{registration:int}", desk.party, PEOPLE),
        *_on_behalf(),
        on("GET", "/e/{slug}/registered-twice", joining.index, PEOPLE),
        on("GET", "/e/{slug}/registered-twice/{kept:int}/{joined:int}", joining.ask, PEOPLE),
        on("POST", "/e/{slug}/registered-twice/{kept:int}/{joined:int}", joining.join, PEOPLE),
        on(
            "POST",
            "/e/{slug}/registered-twice/{kept:int}/{joined:int}/apart",
            joining.tell_apart,
            PEOPLE,
            page="/e/{slug}/registered-twice",
        ),
        on("GET", "/e/{slug}/emails", letters.index, EMAILS),
        on("POST", "/e/{slug}/emails/retry", letters.retry_all, EMAILS),
        on("POST", "/e/{slug}/emails/{mail:int}/retry", letters.retry, EMAILS),
        on("POST", "/e/{slug}/emails/{mail:int}/drop", letters.drop, EMAILS),
        on("GET", "/e/{slug}/emails/{mail:int}/address", letters.address, EMAILS),
        on("POST", "/e/{slug}/emails/{mail:int}/address", letters.correct, EMAILS),
        on("POST", "/e/{slug}/parties/{registration:int}/invite", desk.invite, EMAILS),
        on("GET", "/e/{slug}/import", imports.form, PEOPLE),
        on("POST", "/e/{slug}/import", imports.take, PEOPLE, max_body=imports.MAX_UPLOAD),
        on("GET", "/e/{slug}/import/template.xlsx", imports.download, PEOPLE),
        on("GET", "/e/{slug}/import/{upload:int}", imports.show, PEOPLE),
        on("POST", "/e/{slug}/import/{upload:int}", imports.check, PEOPLE, max_body=imports.MAX_CORRECTIONS),
        on("POST", "/e/{slug}/import/{upload:int}/store", imports.store, PEOPLE),
        on("POST", "/e/{slug}/import/{upload:int}/discard", imports.discard, PEOPLE),
        on("GET", "/e/{slug}/import/{upload:int}/rows.xlsx", imports.faulty, PEOPLE),
        on("GET", "/e/{slug}/unclaimed", unclaimed.index, PEOPLE),
        on("POST", "/e/{slug}/unclaimed/{unclaimed:int}/renew", unclaimed.renew, PEOPLE),
        on("GET", "/claim/{claim}", unclaimed.show, ANYONE),
        on("POST", "/claim/{claim}/take", unclaimed.take, SIGNED_IN),
        on("GET", "/e/{slug}/register/{side}", registrations.start, ANYONE),
        on("GET", "/e/{slug}/register/{side}/{step}", registrations.step, SIGNED_IN),
        on("POST", "/e/{slug}/register/{side}/{step}", registrations.save_step, SIGNED_IN),
        on("GET", "/e/{slug}/me", own.me, PARTIES),
        on("GET", "/e/{slug}/me/withdraw", departing.withdraw, PARTIES),
        on("POST", "/e/{slug}/me/withdraw", departing.do_withdraw, PARTIES),
        on("GET", "/e/{slug}/me/withdraw-enterprise", departing.withdraw_enterprise, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/withdraw-enterprise", departing.do_withdraw_enterprise, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/consents/{purpose}/withdraw", departing.consent, PARTIES),
        on("POST", "/e/{slug}/me/consents/{purpose}/withdraw", departing.end_consent, PARTIES),
        on("GET", "/e/{slug}/changes", changing.index, PEOPLE),
        on("POST", "/e/{slug}/changes/{registration:int}", changing.decide, PEOPLE, page="/e/{slug}/changes"),
        on("POST", "/e/{slug}/me/changes/{change:int}/take-back", changing.take_back, PARTIES, page="/e/{slug}/me"),
        on("GET", "/e/{slug}/absences", absences.index, LIVE),
        on("POST", "/e/{slug}/absences/{absence:int}", absences.decide, LIVE),
        on("POST", "/e/{slug}/absences/{absence:int}/take-back", absences.take_back, HOLDERS, page="/e/{slug}"),
        on("GET", "/e/{slug}/left", departing.left, SIGNED_IN),
        on("POST", "/e/{slug}/left/{departure:int}/undo", departing.undo, SIGNED_IN, page="/e/{slug}/left"),
        on("POST", "/e/{slug}/me/name", calling.take_name, (*HOLDERS, ANY_ORGANISER), page="/e/{slug}"),
        on("POST", "/e/{slug}/me/topics", own.add_topic, Role.EXPERT),
        on("POST", "/e/{slug}/me/delegates", own.add_delegate, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/delegates/{delegate:int}", delegates.details, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/delegates/{delegate:int}", delegates.save, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/delegates/{delegate:int}/invite", delegates.invite, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/delegates/{delegate:int}/remove", own.ask_to_remove_delegate, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/delegates/{delegate:int}/remove", own.remove_delegate, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/preview", previewing.own, PARTIES),
        on("GET", "/e/{slug}/me/visibility", visibility.own, Role.EXPERT),
        on("POST", "/e/{slug}/me/visibility", visibility.save, Role.EXPERT),
        on("GET", "/e/{slug}/me/contacts", contacts.own, PARTIES),
        on("POST", "/e/{slug}/me/contacts", contacts.save, PARTIES),
        on("GET", "/e/{slug}/agenda/meeting/{entry:int}/contacts", contacts.meeting, PARTIES),
        on("POST", "/e/{slug}/agenda/meeting/{entry:int}/contacts", contacts.share, PARTIES),
        on("GET", "/e/{slug}/agenda/meeting/{entry:int}/contacts.vcf", contacts.download, PARTIES),
        on("GET", "/e/{slug}/me/travel", travel.own, Role.EXPERT),
        on("POST", "/e/{slug}/me/travel", travel.save, Role.EXPERT),
        on("GET", "/e/{slug}/travel", travel.index, PEOPLE),
        on("POST", "/e/{slug}/parties/{registration:int}/help", travel.set_help, PEOPLE),
        on("GET", "/e/{slug}/me/files", files.index, Role.EXPERT),
        on("POST", "/e/{slug}/me/files", files.add, Role.EXPERT, max_body=MAX_BODY),
        on("POST", "/e/{slug}/me/files/{file:int}", files.share, Role.EXPERT),
        on("POST", "/e/{slug}/me/files/{file:int}/remove", files.remove, Role.EXPERT),
        on("GET", "/e/{slug}/me/needs/{need:int}/files", files.of_need, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/needs/{need:int}/files", files.add_to_need, Role.ENTERPRISE, max_body=MAX_BODY),
        on("POST", "/e/{slug}/me/needs/{need:int}/files/{attachment:int}", files.share_of_need, Role.ENTERPRISE),
        on(
            "POST",
            "/e/{slug}/me/needs/{need:int}/files/{attachment:int}/remove",
            files.remove_from_need,
            Role.ENTERPRISE,
        ),
        on("GET", "/e/{slug}/files/{file:int}", files.download, (*PARTIES, *REVIEWERS)),
        on("GET", "/e/{slug}/me/needs", needs.index, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/needs/new", needs.new, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/needs/new", needs.create, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/needs/{need:int}", needs.need, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/needs/{need:int}", needs.save, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/needs/{need:int}/topics", needs.add_topic, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/needs/{need:int}/revisions", needs.revisions, Role.ENTERPRISE),
        on("GET", "/e/{slug}/me/needs/{need:int}/ending", afterwards.show, Role.ENTERPRISE),
        on("POST", f"{OWN_NEED}/renew", afterwards.renew, Role.ENTERPRISE, page=f"{OWN_NEED}/ending"),
        on("POST", f"{OWN_NEED}/close", afterwards.close, Role.ENTERPRISE, page=f"{OWN_NEED}/ending"),
        on("GET", "/e/{slug}/me/needs/{need:int}/withdraw", needs.withdraw, Role.ENTERPRISE),
        on("POST", "/e/{slug}/me/needs/{need:int}/withdraw", needs.do_withdraw, Role.ENTERPRISE),
        on("GET", "/e/{slug}/meeting-rules", barring.index, PLAN),
        on("POST", "/e/{slug}/meeting-rules", barring.add, PLAN),
        on("POST", "/e/{slug}/meeting-rules/{rule:int}/end", barring.end, PLAN),
        on("POST", "/e/{slug}/pairs/{expert:int}/{enterprise:int}/bar", barring.add_pair, PLAN),
        on("GET", "/e/{slug}/wish-settings", wish_settings.show, PLAN),
        on("POST", "/e/{slug}/wish-settings", wish_settings.save, PLAN),
        on("POST", "/e/{slug}/wish-settings/remind", wish_settings.remind, EMAILS),
        on("GET", "/e/{slug}/confidential/{secret:int}", confidential.show, CONFIDANTS),
        on("POST", "/e/{slug}/confidential/{secret:int}", confidential.accept, CONFIDANTS),
        on("POST", "/e/{slug}/wishes", wishes.save, PARTIES, page="/e/{slug}/matches"),
        on("GET", "/e/{slug}/matches", wishes.index, PARTIES),
        on("GET", "/e/{slug}/matches/{registration:int}", wishes.match, PARTIES),
        on("GET", "/e/{slug}/parties/{registration:int}/matches", wishes.ranking, PLAN),
        on("GET", "/e/{slug}/corrections", wishes.corrections, PLAN),
        on("GET", "/e/{slug}/pairs/{expert:int}/{enterprise:int}", wishes.pair, PLAN),
        on("POST", "/e/{slug}/pairs/{expert:int}/{enterprise:int}", wishes.correct, PLAN),
        on("GET", "/names/latin", helps.latin_name, ANYONE),
        on("POST", "/topics/suggest", helps.suggest_topics, ANYONE),
        *of_plans(),
        on("GET", "/e/{slug}/interpreting", interpreters.own, Role.INTERPRETER),
        on("POST", "/e/{slug}/interpreting", interpreters.save, Role.INTERPRETER),
        on("GET", "/e/{slug}/interpreting/leave", interpreters.ask, Role.INTERPRETER),
        on("POST", "/e/{slug}/interpreting/leave", interpreters.cannot_come, Role.INTERPRETER),
        on("GET", "/e/{slug}/agenda", agendas.own, HOLDERS),
        on("GET", "/e/{slug}/agenda.ics", agendas.download, HOLDERS),
        on("GET", "/e/{slug}/agenda/meeting/{entry:int}", agendas.meeting, HOLDERS),
        on("GET", "/e/{slug}/agenda/meeting/{entry:int}.ics", agendas.download_meeting, HOLDERS),
        on("POST", "/e/{slug}/agenda/feed", agendas.renew, HOLDERS),
        on("GET", "/e/{slug}/agenda/{registration:int}", agendas.of_party, PLAN),
        on("GET", "/e/{slug}/agenda/{registration:int}.ics", agendas.download_of_party, PLAN),
        on("GET", "/e/{slug}/agenda/interpreter/{interpreter:int}", agendas.of_interpreter, PLAN),
        on("GET", "/e/{slug}/agenda/interpreter/{interpreter:int}.ics", agendas.download_of_interpreter, PLAN),
        on("GET", "/cal/{feed}.ics", agendas.feed, ANYONE),
        on("GET", "/healthz", health.healthz, ANYONE),
        on("GET", "/readyz", health.readyz, ANYONE),
    ]
)
