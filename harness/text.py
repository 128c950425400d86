"""Names that others bound in length."""

from hashlib import sha256

_DIGEST_DIGITS = 8


def shortened(text: str, most_bytes: int) -> str:
    """Cut a text to so many bytes of UTF-8; what is cut ends in a digest of the whole, so that two stay two."""
    encoded = text.encode(errors="backslashreplace")  # the name of a file may be no text at all
    if len(encoded) <= most_bytes:
        return encoded.decode()
    ending = f"~{sha256(encoded).hexdigest()[:_DIGEST_DIGITS]}"
    return encoded[: most_bytes - len(ending)].decode(errors="ignore") + ending
