"""``/projects``: the media library's list, and how to add to it."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config.api.docs import endpoint
from media_library.api.examples import PROJECT
from media_library.api.projects import ListProjects
from media_library.api.serializers import NewProject, ProjectSerializer
from media_library.projects import MAX_PROJECTS, counted_one
from processing.services import projects

_BODY = {name: PROJECT[name] for name in ("name", "description", "type")}


class Projects(ListProjects):
    def again(self, request: Request, object_id: UUID) -> Response:
        found = counted_one(caller(request).account, object_id)
        return Response(self.shown(found), status=201)

    @endpoint(
        "Create a project",
        description=(
            f"Webhooks for `project.created` are notified. An account can have at most {MAX_PROJECTS:,} "
            "projects (409 CONFLICT)."
        ),
        request=NewProject,
        responses={201: ProjectSerializer},
        example={**PROJECT, "counts": {"images": 0, "originals": 0, "derived": 0}},
        body_example=_BODY,
        operation_id="projects_create",
    )
    @idempotent("project")
    def post(self, request: Request) -> Response:
        given = self.read(NewProject)
        account = caller(request).account
        made = projects.create(account, **given, project_id=new_id(request))
        return Response(self.shown(counted_one(account, made.pk)), status=201)
