"""What becomes of the API keys that somebody made when they get a lesser role, or go.

Keys belong to the account, but may no more than whoever answers for them: who made them, or the owner who
kept them. What they could do and that person can't any more ends in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.http import Caller
from accounts.models import Account, ApiKey, Role, TeamAct, User
from accounts.team import roles, trail


@dataclass(frozen=True)
class Followed:
    """How many keys ended, only read now, and were taken over by the owner who acted."""

    ended: int = 0
    reduced: int = 0
    kept: int = 0


def of(account: Account, user: User) -> list[ApiKey]:
    return list(ApiKey.objects.filter(account=account, created_by=user).order_by("pk"))


def beyond(keys: list[ApiKey], role: Role | None) -> list[ApiKey]:
    """Those that may more than somebody with this role; all of them for None, who is in the account no more."""
    if role is None:
        return keys
    return [key for key in keys if roles.scopes_for(role, key.scopes) != key.scopes]


def follow(
    account: Account, user: User, role: Role | None, *, keeper: User | None = None
) -> Followed:
    """Fit somebody's keys to their new role, None where they left; or hand them to a ``keeper``.

    Call it with the account locked.
    """
    found = beyond(of(account, user), role)
    if keeper is not None:
        ApiKey.objects.filter(pk__in=[key.pk for key in found]).update(created_by=keeper)
        return Followed(kept=len(found))
    ended = reduced = 0
    for key in found:
        key.scopes = roles.scopes_for(role, key.scopes) if role is not None else []
        if key.scopes:
            key.save(update_fields=["scopes"])
            reduced += 1
        else:
            key.delete()
            ended += 1
    return Followed(ended=ended, reduced=reduced)


def note(caller: Caller, user: User, followed: Followed) -> None:
    """Write down what became of them, below what the person who acts did."""
    for act, count in (
        (TeamAct.KEYS_ENDED, followed.ended),
        (TeamAct.KEYS_REDUCED, followed.reduced),
        (TeamAct.KEYS_KEPT, followed.kept),
    ):
        if count:
            trail.note(caller, act, user=user, keys=count)
