"""What an answer can't be given for, with the code of HTTP; the message is one clear sentence."""

from typing import ClassVar


class SurfaceError(Exception):
    """Any of these errors."""

    status: ClassVar[int] = 500


class WrongRequestError(SurfaceError):
    """The request is wrong: 400."""

    status = 400


class NotThereError(SurfaceError):
    """What it names is not there: 404."""

    status = 404


class TooLargeError(SurfaceError):
    """The request has more than is taken: 413."""

    status = 413


class TooManyError(SurfaceError):
    """More requests than are answered at a time: 429."""

    status = 429


class UnavailableError(SurfaceError):
    """What the answer needs is not there now, and may be again: 503."""

    status = 503


class OvertakenError(SurfaceError):
    """Another request has changed in the meantime what this one goes on from: 503, it may be sent again."""

    status = 503
