"""Pages on one's own account."""

from __future__ import annotations

from django.urls import path

from accounts.pages import (
    account,
    deleting,
    developers,
    google,
    invitation,
    passkeys,
    plan,
    team,
    usage,
    web_sites,
)

urlpatterns = [
    path("settings/", account.account, name="account"),
    path("settings/usage/", usage.usage, name="usage"),
    path("settings/usage/plan/", plan.ask, name="ask-for-plan"),
    path("settings/usage/plan/withdraw/", plan.withdraw, name="withdraw-plan-request"),
    path("settings/usage/days.csv", usage.days_csv, name="usage-csv"),
    path("settings/account/delete/", deleting.delete_account, name="delete-account"),
    path("settings/sessions/end-others/", account.end_other_sessions, name="end-other-sessions"),
    path("settings/sessions/<str:session_id>/end/", account.end_session, name="end-session"),
    path("settings/members/", team.people, name="members"),
    path("settings/members/invite/", team.invite, name="invite"),
    path("settings/members/<str:user_id>/role/", team.change_role, name="change-role"),
    path("settings/members/<str:user_id>/remove/", team.remove, name="remove-member"),
    path("settings/invitations/<str:invitation_id>/resend/", team.resend, name="resend-invitation"),
    path("settings/invitations/<str:invitation_id>/revoke/", team.revoke, name="revoke-invitation"),
    path("settings/accounts/<str:account_id>/choose/", team.choose, name="choose-account"),
    path("invitations/<str:token>/", invitation.invitation, name="invitation"),
    path("settings/keys/", developers.keys, name="keys"),
    path("developers/", developers.developers, name="developers"),
    path("developers/web-sites/", web_sites.web_sites, name="web-sites"),
    path(
        "developers/web-sites/<str:origin_id>/verify/",
        web_sites.verify_web_site,
        name="verify-web-site",
    ),
    path(
        "developers/web-sites/<str:origin_id>/remove/",
        web_sites.remove_web_site,
        name="remove-web-site",
    ),
    path("developers/calls/", developers.calls, name="calls"),
    path("developers/keys/<str:key_id>/revoke/", developers.revoke_key, name="revoke-key"),
    # Allauth's names and addresses, but for the last but one.
    path("accounts/2fa/webauthn/keys/<int:pk>/edit/", passkeys.rename, name="mfa_edit_webauthn"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/", passkeys.remove, name="mfa_remove_webauthn"
    ),
    path("accounts/google/login/", google.login, name="google_login"),
    path("accounts/google/login/callback/", google.callback, name="google_callback"),
    path("accounts/google/again/", google.again, name="google-again"),
    path("accounts/google/login/token/", google.nowhere, name="google_login_by_token"),
]
