"""The native API of projects. They are created and deleted by processing.api.projects, which tells of it and
ends the work in them."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import caller
from config.api.docs import endpoint, page_example, page_schema, path_id
from config.api.ids import decoded
from config.api.pagination import page_of
from config.api.views import ApiView
from media_library import projects
from media_library.api.examples import PROJECT
from media_library.api.serializers import ProjectChange, ProjectQuery, ProjectSerializer
from media_library.models import Project

_PATH = [path_id("project_id", "proj")]


class ProjectView(ApiView):
    """What the views of projects share."""

    scope = {
        **dict.fromkeys(["GET", "HEAD"], "images:read"),
        **dict.fromkeys(["POST", "PUT", "PATCH", "DELETE"], "images:write"),
    }

    def project(self, public_id: str) -> Project:
        project_id = decoded("proj", public_id, "Project")
        return projects.counted_one(caller(self.request).account, project_id)

    def shown(self, project: Project) -> dict[str, Any]:
        return dict(ProjectSerializer(project).data)


class ListProjects(ProjectView):
    @endpoint(
        "List projects",
        responses={200: page_schema(ProjectSerializer)},
        example=page_example(PROJECT),
        operation_id="projects_list",
        parameters=[ProjectQuery],
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(ProjectQuery)
        account = caller(request).account
        projects.default_project(account)
        found = projects.find(
            account,
            search=asked["search"],
            kind=asked.get("kind"),
            status=asked.get("status"),
            sort=asked["sort"],
        )
        return Response(page_of(found, asked, serializer=ProjectSerializer))


class ReadOneProject(ProjectView):
    @endpoint(
        "Get a project",
        description="To list its images, use `/images?project=proj_…`.",
        responses={200: ProjectSerializer},
        example=PROJECT,
        operation_id="projects_read",
        parameters=_PATH,
    )
    def get(self, request: Request, project_id: str) -> Response:
        return Response(self.shown(self.project(project_id)))

    @endpoint(
        "Update a project",
        description="409 CONFLICT if the default project is to be archived.",
        request=ProjectChange,
        responses={200: ProjectSerializer},
        example={**PROJECT, "status": "archived"},
        body_example={"status": "archived"},
        operation_id="projects_change",
        parameters=_PATH,
    )
    def patch(self, request: Request, project_id: str) -> Response:
        given = self.read(ProjectChange)
        project = self.project(project_id)
        projects.change(project, **given)
        return Response(self.shown(project))
