"""Delete machine drafts of people who no longer agree that their texts are sent."""

from tortoise.expressions import Q

from server.models import Consent, Delegate, Registration, Translation, TranslationState
from server.registrations.consents import TRANSLATION


async def forget_drafts(event_id: int, person_id: int) -> None:
    """Delete the machine drafts of a person's texts, after their consent has ended. Call inside the transaction.

    The texts of an enterprise keep theirs while another of its delegates agrees. What a person has corrected is no
    machine draft any more.
    """
    own = await Delegate.filter(registration__event_id=event_id, person_id=person_id)
    parties = [row.id for row in await Registration.filter(event_id=event_id, person_id=person_id)]
    for row in own:
        others = await Delegate.filter(registration_id=row.registration_id).exclude(id=row.id)
        people = [other.person_id for other in others]
        agreeing = Consent.filter(event_id=event_id, person_id__in=people, purpose=TRANSLATION, withdrawn_at=None)
        if not await agreeing.exists():
            parties.append(row.registration_id)
    theirs = Q(registration_id__in=parties) | Q(need__registration_id__in=parties)
    theirs |= Q(delegate_id__in=[row.id for row in own])
    drafts = Translation.filter(theirs, event_id=event_id, state=TranslationState.MACHINE)
    await Translation.filter(id__in=[row.id for row in await drafts]).delete()
