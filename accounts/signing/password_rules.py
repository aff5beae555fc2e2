"""What a password must be like: Django's rules, told in the site's words."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.utils.translation import gettext, ngettext


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        text = ngettext(
            "Choose a longer password: at least %(count)d character.",
            "Choose a longer password: at least %(count)d characters.",
            self.min_length,
        )
        return text % {"count": self.min_length}


class Uncommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("Many people use this password, so it is easily guessed. Choose another.")


class NotDigitsAlone(password_validation.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("Digits alone are easily guessed. Add letters or other characters.")


class UnlikeThePerson(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return gettext("This is too much like your e-mail address. Choose another password.")
