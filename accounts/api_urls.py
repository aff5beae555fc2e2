"""Mounted at /api/v1/."""

from __future__ import annotations

from django.urls import path

from accounts.api import endpoints, plans, team, usage, web_origins

urlpatterns = [
    path("auth/register", endpoints.RegisterView.as_view(), name="api_register"),
    path("auth/login", endpoints.LoginView.as_view(), name="api_login"),
    path("auth/logout", endpoints.LogoutView.as_view(), name="api_logout"),
    path("auth/me", endpoints.MeView.as_view(), name="api_me"),
    path("auth/me/delete", endpoints.DeletionView.as_view(), name="api_delete_me"),
    path("auth/sessions", endpoints.SessionsView.as_view(), name="api_sessions"),
    path("auth/sessions/<str:session_id>", endpoints.SessionView.as_view(), name="api_session"),
    path("keys", endpoints.KeysView.as_view(), name="api_keys"),
    path("keys/<str:key_id>", endpoints.KeyView.as_view(), name="api_key"),
    path("origins", web_origins.OriginsView.as_view(), name="api_origins"),
    path("origins/<str:origin_id>", web_origins.OneOriginView.as_view(), name="api_origin"),
    path(
        "origins/<str:origin_id>/verify",
        web_origins.VerificationView.as_view(),
        name="api_verify_origin",
    ),
    path("account/members", team.MembersView.as_view(), name="api_members"),
    path("account/members/<str:user_id>", team.MemberView.as_view(), name="api_member"),
    path("account/invitations", team.InvitationsView.as_view(), name="api_invitations"),
    path(
        "account/invitations/<str:invitation_id>",
        team.InvitationView.as_view(),
        name="api_invitation",
    ),
    path(
        "account/invitations/<str:invitation_id>/resend",
        team.ResendView.as_view(),
        name="api_resend_invitation",
    ),
    path("invitations/accept", team.AcceptView.as_view(), name="api_accept_invitation"),
    path("accounts", team.OwnAccountsView.as_view(), name="api_accounts"),
    path("accounts/<str:account_id>/choose", team.ChooseView.as_view(), name="api_choose_account"),
    path("calls", endpoints.CallsView.as_view(), name="api_calls"),
    path("account/plan", plans.PlanView.as_view(), name="api_plan"),
    path("account/plan/request", plans.PlanRequestView.as_view(), name="api_plan_request"),
    path("usage", usage.UsageView.as_view(), name="api_usage"),
    path("usage/days", usage.UsageDaysView.as_view(), name="api_usage_days"),
    path("usage/days/csv", usage.UsageCsvView.as_view(), name="api_usage_csv"),
]
