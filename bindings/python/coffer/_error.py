"""The library's one exception."""


class CofferError(Exception):
    """A call failed: a documented code and one sentence that tells what to do.

    The codes are listed in the reference. Exceptions raised by your own handlers are not
    wrapped: they come out, as themselves, of the call that fired the event.
    """

    code: int
    message: str

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
