"""``manage.py demo_account --plan pro``: an account to try things with."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access.demo import create_demo
from accounts.plans import default_plans
from config.errors import AppError


class Command(BaseCommand):
    help = "Creates a signed-in account with a random password and an API key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", help=", ".join(default_plans()))
        parser.add_argument("--json", action="store_true", help="print a single JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo = create_demo(options["plan"])
        except AppError as error:
            raise CommandError(error.message) from error
        facts = {
            "email": demo.email,
            "password": demo.password,
            "plan": demo.plan,
            "sessionToken": demo.session_token,
            "apiKey": demo.api_key,
        }
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        self.stdout.write(
            f"A demo account on the {demo.plan} plan was created. Its secrets are shown only "
            "this once:"
        )
        for name, value in facts.items():
            self.stdout.write(f"  {name:<13} {value}")
