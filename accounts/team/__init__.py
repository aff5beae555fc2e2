"""People of one account: their roles, who may change them, invitations."""
