"""The digest: the whole surface in lines that a reviewer can read, compared by a test."""

from __future__ import annotations

from apigen import emit_capi
from apigen.model import Class, Library, Setting


def _setting(setting: Setting) -> str:
    parts = [setting.name + ("[i]" if setting.indexed else ""), setting.type, setting.access,
             f"default={setting.default!r}"]
    if setting.range is not None:
        parts.append(f"range={setting.range[0]}..{setting.range[1]}")
    if setting.words:
        parts.append("words=" + "|".join(setting.words))
    if setting.alias is not None:
        parts.append(f"alias={setting.alias}")
    if setting.effect != "active":
        parts.append(setting.effect)
    return "setting " + " ".join(parts)


def _class(cls: Class) -> list[str]:
    lines = ["", f"class {cls.name}"]
    for prop in cls.native_properties:
        kind = prop.type + (f":{prop.enum}" if prop.enum is not None else "")
        index = f"[{prop.count}]" if prop.count is not None else ""
        note = "" if prop.effect == "active" else f" {prop.effect}"
        lines.append(f"property {prop.name}{index} {kind} {prop.access} "
                     f"default={prop.default!r}{note}")
    for event in cls.events:
        fields = ", ".join(f"{field.name} {field.type}{' inout' if field.inout else ''}"
                           for field in event.fields)
        lines.append(f"event {event.name}({fields})")
    return lines + [_setting(setting) for setting in cls.settings]


def digest(library: Library) -> str:
    lines = ["# Every symbol, signature, version node, constant, error code and setting. What was",
             "# released never changes; new lines are new surface.", ""]
    for function in emit_capi.functions(library):
        lines.append(f"{emit_capi.node(library, function.since)} "
                     f"{emit_capi.declaration(function)}")
    lines.append("")
    for cls in library.native_classes:
        for event in cls.events:
            kind = emit_capi.event_type(cls, event)
            lines.append(f"typedef int32_t (*{kind}_fn)({kind} *event, void *user_data)")
    lines.append("")
    for enum in library.enums.values():
        lines += [f"{emit_capi.constant(library, value.name)} = {value.value}"
                  for value in enum.values]
    lines.append("")
    lines += [f"error {error.code} {error.name}{' retryable' if error.retryable else ''}"
              for error in library.errors]
    for cls in library.native_classes:
        lines += _class(cls)
    return "\n".join(lines) + "\n"
