"""Run as a program on the database in DATABASE_URL: many threads at the last units of a quota.

Prints what happened as one JSON object. It runs apart from the suite because threads need a
database that several connections share.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from uuid import UUID, uuid4

THREADS = 50


def set_up() -> None:
    import django
    from django.conf import settings

    from config import settings as served

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    settings.DATABASES = served.DATABASES  # with the very options that the site runs with
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    if not MigrationRecorder(connection).applied_migrations():
        gc.disable()
        for app in ("accounts", "processing"):
            call_command("migrate", app, verbosity=0)
        gc.enable()


def at_once(work: Callable[[int], str]) -> Counter[str]:
    from django.db import connection

    barrier, results = threading.Barrier(THREADS), Counter()
    lock = threading.Lock()

    def run(number: int) -> None:
        connection.ensure_connection()
        barrier.wait()
        try:
            result = work(number)
        except Exception as error:  # noqa: BLE001  (whatever it is, the report names it)
            result = repr(error)
        finally:
            connection.close()
        with lock:
            results[result] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def main() -> None:
    from accounts.http import Caller
    from accounts.limits import quotas
    from accounts.limits.operations import REMOVE_BACKGROUND
    from accounts.models import Account, PlanLimit, UsageMonth
    from config.errors import AppError
    from processing.engine.plans.edit import Generated
    from processing.services import jobs as jobs_service
    from processing.services.backgrounds.paint_background import order

    def numbers(account: Account) -> list[int]:
        return list(UsageMonth.objects.values_list("reserved", "settled").get(account=account))

    def take(account: Account, job_id: UUID) -> str:
        try:
            quotas.reserve(account, REMOVE_BACKGROUND, job_id=job_id)
        except AppError as error:
            return error.code
        return "taken"

    PlanLimit.objects.filter(plan="free").update(monthly=10)
    busy = Account.objects.create(name="busy", plan_id="free")
    for _ in range(3):
        job = uuid4()
        quotas.reserve(busy, REMOVE_BACKGROUND, job_id=job)
        quotas.settle(job)
    report: dict[str, object] = {}
    jobs = [uuid4() for _ in range(THREADS)]
    report["last units"] = at_once(lambda number: take(busy, jobs[number]))
    report["then"] = numbers(busy)

    fresh = Account.objects.create(name="fresh", plan_id="free")
    same = uuid4()
    report["same job"] = at_once(lambda number: take(fresh, same))
    report["same job then"] = numbers(fresh)

    def end(number: int) -> str:
        quotas.settle(same) if number % 2 else quotas.release(same)
        return "ended"

    report["ends"] = at_once(end)
    report["one end won"] = numbers(fresh) in ([0, 1], [0, 0])

    twice = Account.objects.create(name="twice", plan_id="enterprise")
    work = order(Generated("on marble", seed=1), (256, 256))
    asked = at_once(lambda number: str(jobs_service.submit(Caller(twice, None), work, source=None)))
    report["same request"] = list(asked.values())
    report["same request then"] = numbers(twice)
    report |= last_owners()
    report |= deleted_while_one_completes()
    sys.stdout.write(json.dumps(report))


def last_owners() -> dict[str, object]:
    """Have two owners leave at once, over and over."""
    from accounts.http import Caller
    from accounts.models import Account, Member, Role, User
    from accounts.team import members
    from config.errors import AppError

    team = Account.objects.create(name="team", plan_id="free")
    people = [User.objects.create_user(f"{number}@example.com") for number in range(2)]
    for user in people:
        Member.objects.create(account=team, user=user, role=Role.OWNER)

    def leave(number: int) -> str:
        user = people[number % 2]
        try:
            members.remove(Caller(team, user), user.pk)
        except AppError as error:
            return error.code
        return "left"

    left = at_once(leave)
    return {"left": left["left"], "owners left": Member.objects.filter(account=team).count()}


def deleted_while_one_completes() -> dict[str, object]:
    """Have pictures deleted while a worker completes the second of their jobs: neither waits for ever."""
    from django.db import connection, transaction

    from accounts.limits import quotas
    from accounts.models import Account, UsageMonth
    from media_library.models import Image
    from media_library.projects import default_project
    from processing.models import Job
    from processing.services import deleting
    from processing.worker import claims, transitions

    account = Account.objects.create(name="deleting", plan_id="free")
    owner = {"account": account, "project": default_project(account)}
    image = Image.objects.create(**owner, file_key="x", bytes=1, width=1, height=1)
    said = {"operation": "remove-background", "command": {}, "account": account, "source": image}
    jobs = [Job.objects.create(**said, id=UUID(int=n)) for n in (1, 2)]
    for job in jobs:
        quotas.reserve(account, job.operation, job_id=job.pk)
    claimed = transitions.claim(jobs[1].pk)
    assert claimed
    held, cancelled = threading.Event(), threading.Event()

    def complete(number: int) -> str:
        with transaction.atomic():
            assert claims.hold(claimed)
            held.set()
            cancelled.wait(0.2)  # comes only where the other one doesn't wait for this job
            transitions.complete(claimed, None, {})
        return "completed"

    def delete(number: int) -> str:
        held.wait()
        plain = transitions.cancel

        def cancel(job: Job) -> bool:
            is_cancelled = plain(job)
            cancelled.set()
            return is_cancelled

        transitions.cancel = cancel
        with transaction.atomic():
            deleting.cancel_work_on([image.pk])
        return "deleted"

    done = dict(at_once(lambda n: (complete, delete)[n](n) if n < 2 else "watched"))
    connection.close()
    numbers = UsageMonth.objects.values_list("reserved", "settled").get(account=account)
    return {"deleted": done, "deleted then": list(numbers)}


if __name__ == "__main__":
    set_up()
    main()
