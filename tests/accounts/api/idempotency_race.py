"""Run as a program on the database in DATABASE_URL: many threads send one request at once.

Prints what happened as one JSON object. It lies beside quota_race, whose threads it borrows.
"""

from __future__ import annotations

import json
import sys

from tests.accounts.limits.quota_race import at_once, set_up


def main() -> None:
    from rest_framework.test import APIRequestFactory, force_authenticate

    from accounts.api.endpoints import KeysView
    from accounts.models import Account, ApiKey, Member, User

    user = User.objects.create_user("ada@example.com")
    Member.objects.create(account=Account.objects.create(name="Ada", plan_id="free"), user=user)
    view = KeysView.as_view()

    def send(number: int) -> str:
        request = APIRequestFactory().post(
            "/api/v1/keys", {"name": "till"}, format="json", headers={"Idempotency-Key": "order-1"}
        )
        force_authenticate(request, user)
        answer = view(request)
        if answer.status_code != 201:
            return str(answer.status_code)
        return "201 replayed" if "Idempotency-Replayed" in answer.headers else "201 made"

    answers = at_once(send)
    sys.stdout.write(json.dumps({"answers": answers, "keys": ApiKey.objects.count()}))


if __name__ == "__main__":
    set_up()
    main()
