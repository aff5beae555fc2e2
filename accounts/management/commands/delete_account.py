"""``manage.py delete_account WHO``: removes a person or an account, with all they have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.lifecycle import closing, erasing, parts
from accounts.models import Account, User, normalised_email
from config import public_ids
from config.errors import AppError


class Command(BaseCommand):
    help = (
        "Deletes a person (by e-mail address) with the accounts that are theirs, or an account "
        "(by its id): jobs are cancelled, rows and files removed. It can't be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", help="an e-mail address, or an account's id (acct_…)")
        parser.add_argument("--no-input", action="store_true", help="don't ask first")

    def handle(self, *args: Any, **options: Any) -> None:
        user, accounts = _found(options["who"])
        for account in accounts:
            held = parts.in_words(account.pk)
            self.stdout.write(f"{account.name} ({account.public_id}): {held}")
        if not options["no_input"] and not _agreed():
            raise CommandError("Nothing was deleted. Without a terminal, add --no-input.")
        ids = [account.pk for account in accounts]
        try:
            if user is not None:
                closing.close_person(user)
            else:
                closing.close_account(accounts[0])
        except AppError as error:
            raise CommandError(error.message) from error
        _erase(ids)
        self.stdout.write(f"Deleted {options['who']}.")


def _agreed() -> bool:
    try:
        return input("Delete all this? Type yes: ") == "yes"
    except EOFError:  # nobody is there to ask
        return False


def _found(who: str) -> tuple[User | None, list[Account]]:
    if "@" not in who:
        account = Account.objects.filter(pk=_account_id(who)).first()
        if account is None:
            raise CommandError(f"There is no account {who}.")
        return None, [account]
    user = User.objects.filter(email=normalised_email(who)).first()
    if user is None:
        raise CommandError(f"There is nobody with the address {who}.")
    return user, list(closing.owned_by(user))


def _account_id(text: str) -> UUID:
    try:
        return public_ids.decode("acct", text)
    except ValueError as error:
        raise CommandError(f"{text} is neither an e-mail address nor an account's id.") from error


def _erase(account_ids: list[UUID]) -> None:
    """Do it here: whoever runs this may have stopped the site."""
    for account_id in account_ids:
        while not erasing.erase(account_id):
            pass  # a request that began before has added something
