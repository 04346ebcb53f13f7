"""Words `name=value` of the command line."""

from listening_log.errors import UsageError


def split_assignment(word: str, flag: str, form: str, example: str) -> tuple[str, str]:
    """Splits a word at its first `=`.

    Args:
        word: what stands after the flag.
        flag: for the message, as `--param`.
        form: what the word should look like, as `name=value`.
        example: a good word.

    Returns:
        The name, without spaces around it, and the value as it stands.

    Raises:
        UsageError: the word has no `=`, or no name before it.
    """
    name, equals, value = word.partition("=")
    name = name.strip()
    if not equals or not name:
        raise UsageError(f"{flag} {word}: expected {form}, as in {flag} {example}")
    return name, value
