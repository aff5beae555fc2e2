"""The mails that the site sends: one layout, in plain text and HTML, in the language of whoever reads."""
