"""What can go wrong in the engine, each kind with a code for programs and a sentence for people."""


class EngineError(Exception):
    """Base of all the engine's errors: `code` for programs, `message` for people."""

    code = "ENGINE_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnsupportedFormat(EngineError):
    """The bytes are not a picture of a kind that the engine reads."""

    code = "UNSUPPORTED_FORMAT"


class BrokenImage(EngineError):
    """The bytes begin like a picture but cannot be decoded to the end."""

    code = "BROKEN_IMAGE"


class TooManyPixels(EngineError):
    """The header claims more pixels than the caller allows; nothing was decoded."""

    code = "TOO_MANY_PIXELS"


class TooCostly(EngineError):
    """Opening the file takes more time, or more passes over its pixels, than a picture needs."""

    code = "TOO_COSTLY"


class OutOfMemory(EngineError):
    """The work needs more memory than this process may take."""

    code = "OUT_OF_MEMORY"


class NothingFound(EngineError):
    """A picture that was to be cut out shows no subject, so there is nothing to answer with."""

    code = "NOTHING_FOUND"

    def __init__(self) -> None:
        super().__init__(
            "No product was found in this picture, so there is nothing to cut out. Choose a photo "
            "in which the product is larger or stands out from its background."
        )


class UnknownModel(EngineError):
    """No model goes by that name."""

    code = "UNKNOWN_MODEL"


class ModelNotInstalled(EngineError):
    """The model is known, but its weights are missing or are not the file they should be."""

    code = "MODEL_NOT_INSTALLED"


class WeightsUnavailable(EngineError):
    """No source could deliver a model's weights; the message says how to place them by hand."""

    code = "WEIGHTS_UNAVAILABLE"


class InvalidPlan(EngineError, ValueError):
    """A plan asks for something that cannot be.

    A ValueError, too, so that pydantic reports it as the field's error. `field` is the option that
    is to blame, as JSON writes it, where it is one among several.
    """

    code = "INVALID_PLAN"
    _problem = ""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field

    @classmethod
    def of(cls, field: str, problem: str) -> "InvalidPlan":
        """Say what is wrong with an option in a sentence that begins with its name."""
        error = cls(f"{field} {problem}", field=field)
        error._problem = problem
        return error

    def told_of(self, name: str) -> str:
        """Say it of the option under the name that a caller knows it by."""
        return f"{name} {self._problem}" if self._problem else f"{name}: {self.message}"


class PictureTooLarge(EngineError):
    """The picture is larger than this kind of work takes."""

    code = "PICTURE_TOO_LARGE"


class ProviderFailed(EngineError):
    """A provider of generated pictures could not be reached, refused, or answered nonsense."""

    code = "PROVIDER_FAILED"


class BracketsDiffer(EngineError):
    """Photos that were to become one picture are not exposures of one view. `index` is the one that is to
    blame, counted from 0."""

    code = "BRACKETS_DIFFER"

    def __init__(self, message: str, *, index: int) -> None:
        super().__init__(message)
        self.index = index
