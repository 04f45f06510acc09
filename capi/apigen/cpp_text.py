"""Pieces of C and C++ text that several emitters write."""

from __future__ import annotations

BANNER = "Made by capi/apigen from capi/api; changes belong there."
CPP_TYPES = {"string": "std::string", "bytes": "core::Bytes", "bool": "bool",
             "int32": "std::int32_t", "int64": "std::int64_t"}
ENUM_TYPES = {"string": "kString", "bytes": "kBytes", "bool": "kBool", "int32": "kInt32",
              "int64": "kInt64"}
LIMITS = {"int32": (-2**31, 2**31 - 1), "int64": (-2**63, 2**63 - 1)}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "?": "\\?"}


def quoted(text: str) -> str:
    """A string literal; everything but printable ASCII as octal, which ends by itself."""
    pieces = []
    for octet in text.encode("utf-8"):
        char = chr(octet)
        if char in _ESCAPES:
            pieces.append(_ESCAPES[char])
        elif 0x20 <= octet < 0x7F:
            pieces.append(char)
        else:
            pieces.append(f"\\{octet:03o}")
    return '"' + "".join(pieces) + '"'


def truth(value: bool) -> str:
    return "true" if value else "false"


def literal(value: int) -> str:
    """An integer literal of any size; the most negative ones have none of their own."""
    if value == -2**63:
        return "INT64_MIN"
    if value == -2**31:
        return "INT32_MIN"
    return f"INT64_C({value})" if abs(value) >= 2**31 else str(value)


def comment(text: str, indent: str = "", mark: str = "//", width: int = 100) -> list[str]:
    """Text as comment lines, broken between words."""
    lines = []
    for paragraph in text.strip().split("\n"):
        line = indent + mark
        for word in paragraph.split():
            if len(line) + 1 + len(word) > width and line != indent + mark:
                lines.append(line)
                line = indent + mark
            line += " " + word
        lines.append(line)
    return lines


def block_comment(text: str, indent: str = "", width: int = 100) -> list[str]:
    """A C comment; one line where it fits."""
    text = " ".join(text.split()).replace("*/", "* /")
    if len(indent) + len(text) + 6 <= width:
        return [f"{indent}/* {text} */"]
    lines = comment(text, indent, " *", width - 3)
    lines[0] = indent + "/*" + lines[0][len(indent) + 2:]
    lines[-1] += " */"
    return lines
