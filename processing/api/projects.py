"""``/projects``: the media library's, with how to add to them, and to delete one with the work in it."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import idempotent, new_id
from accounts.http import caller
from config.api.docs import endpoint, path_id
from config.api.fields import Text
from config.api.serializers import StrictSerializer
from media_library.api.examples import PROJECT
from media_library.api.projects import ListProjects, ProjectView, ReadOneProject
from media_library.api.serializers import NewProject, ProjectSerializer
from media_library.projects import MAX_PROJECTS, counted_one
from processing.api.examples import PRESET
from processing.services import deleting, projects
from processing.services.appearance import project_looks

_PATH = [path_id("project_id", "proj")]
_LOOK = {"look": PRESET["id"]}
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


class ProjectDeletion(StrictSerializer):
    images = serializers.ChoiceField(
        choices=[deleting.KEEP, deleting.TRASH],
        default=deleting.KEEP,
        help_text=(
            "`keep` moves its images to the default project, and work on them goes on. `trash` moves them "
            "and their results to the trash, and cancels jobs on them, those of batches too."
        ),
    )


class OneProject(ReadOneProject):
    @endpoint(
        "Delete a project",
        description=(
            "Shared links to it end. The default project can't be deleted (409 CONFLICT)."
        ),
        responses={200: None},
        operation_id="projects_delete",
        parameters=[*_PATH, ProjectDeletion],
    )
    def delete(self, request: Request, project_id: str) -> Response:
        asked = self.read_query(ProjectDeletion)
        deleting.delete_project(self.project(project_id), asked["images"])
        return Response(None)


class ProjectLookBody(StrictSerializer):
    look = Text(
        max_length=100,
        allow_null=True,
        help_text="A preset's id, a ready look's (`GET /presets/ready`), or null for none.",
    )


class OwnLook(ProjectView):
    @endpoint(
        "Get a project's look",
        description="The preset or ready look that its pages offer to make all its photos in.",
        responses={200: ProjectLookBody},
        example=_LOOK,
        operation_id="projects_look_read",
        parameters=_PATH,
    )
    def get(self, request: Request, project_id: str) -> Response:
        found = project_looks.of(self.project(project_id))
        return Response({"look": found.public_id if found else None})

    @endpoint(
        "Choose a project's look",
        description="404 NOT_FOUND if there is no such look.",
        request=ProjectLookBody,
        responses={200: ProjectLookBody},
        example=_LOOK,
        body_example=_LOOK,
        operation_id="projects_look_change",
        parameters=_PATH,
    )
    def put(self, request: Request, project_id: str) -> Response:
        given = self.read(ProjectLookBody)
        project_looks.choose(self.project(project_id), given["look"] or "")
        return self.get(request, project_id)
