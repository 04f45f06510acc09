"""`$filter` and `$orderby` for messages (OData 4.01 part 2, 5.1.1; Graph: "$filter").

A recursive-descent parser over the operators that work on messages. The result is a test
on a message, plus the list of properties in the order of their appearance, which the
service compares with `$orderby`.
"""

from __future__ import annotations

import calendar
import operator
import re
from dataclasses import dataclass
from typing import Any, Callable

from .errors import GraphError, bad_request, unknown_property
from .mailbox import Mailbox
from .model import WELL_KNOWN, Message
from .properties import COMPLEX, ELEMENT, TYPES, getter

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<date>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<name>[A-Za-z_@][\w.@]*(?:/[A-Za-z_][\w.]*)*)"
    r"|(?P<mark>[(),:]))")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?\Z")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge,
    "lt": operator.lt, "le": operator.le}
_KIND = {"eq": "Equal", "ne": "NotEqual", "gt": "GreaterThan", "ge": "GreaterThanOrEqual",
         "lt": "LessThan", "le": "LessThanOrEqual"}
_EDM = {"string": "Edm.String", "date": "Edm.DateTimeOffset", "bool": "Edm.Boolean",
        "number": "Edm.Int32", "null": "Edm.Null"}
#: functions of OData that the mail store does not evaluate
_UNSUPPORTED = {"endswith", "tolower", "toupper", "length", "indexof", "substring", "trim",
                "concat", "year", "month", "day", "hour", "minute", "second", "date"}
_DEPTH = 100

Test = Callable[[Any], bool]


@dataclass(frozen=True)
class Filter:
    """A compiled filter."""

    test: Callable[[Message], bool]
    properties: tuple[str, ...]


@dataclass(frozen=True)
class _Value:
    kind: str
    get: Callable[[Any], Any]
    literal: bool
    path: str = ""


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class _Parser:
    def __init__(self, text: str, box: Mailbox, well_known: str, immutable: bool) -> None:
        self._text = text
        self._box = box
        self._well_known = well_known
        self._immutable = immutable
        self._tokens: list[tuple[str, str, int]] = []
        self._at = 0
        self._depth = 0
        self._variables: dict[str, str] = {}
        self.properties: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise self._syntax(position)
            self._tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
            position = match.end()

    def _syntax(self, position: int) -> GraphError:
        return bad_request(f"Invalid filter clause: Syntax error at position {position} "
                           f"in '{self._text}'.")

    def _peek(self) -> tuple[str, str, int]:
        if self._at < len(self._tokens):
            return self._tokens[self._at]
        return ("end", "", len(self._text))

    def _take(self, text: str = "") -> tuple[str, str, int]:
        token = self._peek()
        if token[0] == "end" or (text and token[1] != text):
            raise self._syntax(token[2])
        self._at += 1
        return token

    def _word(self, *words: str) -> bool:
        kind, text, _ = self._peek()
        return kind == "name" and text in words

    def parse(self) -> Test:
        test = self._or()
        if self._peek()[0] != "end":
            raise self._syntax(self._peek()[2])
        return test

    def _or(self) -> Test:
        self._depth += 1
        if self._depth > _DEPTH:
            raise bad_request("The node count limit of '100' has been exceeded.")
        tests = [self._and()]
        while self._word("or"):
            self._take()
            tests.append(self._and())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else lambda m: any(t(m) for t in tests)

    def _and(self) -> Test:
        tests = [self._not()]
        while self._word("and"):
            self._take()
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda m: all(t(m) for t in tests)

    def _not(self) -> Test:
        if self._word("not"):
            self._take()
            test = self._not()
            return lambda m: not test(m)
        return self._primary()

    def _primary(self) -> Test:
        kind, text, position = self._peek()
        if kind == "mark" and text == "(":
            self._take()
            test = self._or()
            self._take(")")
            return test
        if kind == "name":
            following = self._tokens[self._at + 1][1] if self._at + 1 < len(self._tokens) else ""
            if following == "(" and text in ("startswith", "contains"):
                return self._function(text)
            if following == "(" and text.endswith(("/any", "/all")):
                return self._lambda(text)
            if following == "(":
                if text in _UNSUPPORTED:
                    raise GraphError(400, "ErrorInvalidUrlQueryFilter",
                                     "The query filter contains one or more invalid nodes.")
                raise bad_request(f"An unknown function with name '{text}' was found. This may "
                                  "also be a function import or a key lookup on a navigation "
                                  "property, which is not allowed.")
        return self._comparison()

    def _comparison(self) -> Test:
        left = self._operand()
        kind, text, position = self._peek()
        if kind == "name" and text in _COMPARE:
            self._take()
            return self._compare(text, left, self._operand())
        if kind == "name" and text == "in":
            self._take()
            self._take("(")
            choices = [self._operand()]
            while self._peek()[1] == ",":
                self._take()
                choices.append(self._operand())
            self._take(")")
            tests = [self._compare("eq", left, choice) for choice in choices]
            return lambda m: any(t(m) for t in tests)
        if left.kind == "bool" and not left.literal:
            return lambda m: left.get(m) is True
        if left.literal and left.kind == "bool":
            return lambda m: bool(left.get(m))
        raise self._syntax(position)

    def _compare(self, name: str, left: _Value, right: _Value) -> Test:
        if "null" not in (left.kind, right.kind) and left.kind != right.kind:
            raise bad_request("A binary operator with incompatible types was detected. Found "
                              f"operand types '{_EDM.get(left.kind, left.kind)}' and "
                              f"'{_EDM.get(right.kind, right.kind)}' for operator kind "
                              f"'{_KIND[name]}'.")
        if "parentFolderId" in (left.path, right.path) and (left.literal or right.literal):
            return self._folder(name, left, right)
        compare = _COMPARE[name]
        exact = "id" in (left.path, right.path)

        def test(message: Any) -> bool:
            a, b = left.get(message), right.get(message)
            if a is None or b is None:
                return (a is b) if name == "eq" else (a is not b) if name == "ne" else False
            return compare(a, b) if exact else compare(_fold(a), _fold(b))
        return test

    def _folder(self, name: str, left: _Value, right: _Value) -> Test:
        """Ids are compared octet by octet, so a folder's name matches nothing."""
        literal = str((left if left.literal else right).get(None))
        value = left if right.literal else right
        if literal.lower().replace(" ", "") in WELL_KNOWN:
            if self._well_known == "400":
                raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
            folder = self._box.find_folder(literal.replace(" ", ""))
            if self._well_known == "match" and folder is not None:
                literal = folder.id
        compare = _COMPARE[name]
        return lambda m: compare(value.get(m), literal)

    def _function(self, name: str) -> Test:
        self._take()
        self._take("(")
        left = self._operand()
        self._take(",")
        right = self._operand()
        self._take(")")
        if left.kind != "string" or right.kind != "string":
            raise bad_request(f"No function signature for the function with name '{name}' matches "
                              "the specified arguments.")
        if self._word("eq", "ne"):  # `contains(subject,'x') eq true`
            wanted = self._take()[1] == "eq"
            flag = self._operand()
            if flag.kind != "bool":
                raise bad_request("A binary operator with incompatible types was detected.")
        else:
            wanted, flag = True, _Value("bool", lambda m: True, True)

        def test(message: Any) -> bool:
            a, b = left.get(message), right.get(message)
            if a is None or b is None:
                return False
            a, b = a.casefold(), b.casefold()
            found = a.startswith(b) if name == "startswith" else b in a
            return bool((found == flag.get(message)) == wanted)
        return test

    def _lambda(self, text: str) -> Test:
        path, _, quantifier = text.rpartition("/")
        if TYPES.get(path) not in ("people", "strings"):
            raise unknown_property(path)
        self.properties.append(path)
        get = getter(self._box, path, self._immutable)
        self._take()
        self._take("(")
        if self._peek()[1] == ")" and quantifier == "any":
            self._take()
            return lambda m: len(get(m)) > 0
        kind, variable, position = self._take()
        if kind != "name" or "/" in variable or variable in self._variables:
            raise self._syntax(position)
        self._take(":")
        self._variables[variable] = TYPES[path]
        inner = self._or()
        del self._variables[variable]
        self._take(")")
        if quantifier == "all":
            return lambda m: all(inner(element) for element in get(m))
        return lambda m: any(inner(element) for element in get(m))

    def _operand(self) -> _Value:
        kind, text, position = self._take()
        if kind == "string":
            value: Any = text[1:-1].replace("''", "'")
            return _Value("string", lambda m: value, True)
        if kind == "date":
            return self._date(text)
        if kind == "number":
            number = float(text)
            return _Value("number", lambda m: number, True)
        if kind != "name":
            raise self._syntax(position)
        if text in ("true", "false"):
            flag = text == "true"
            return _Value("bool", lambda m: flag, True)
        if text == "null":
            return _Value("null", lambda m: None, True)
        head, _, rest = text.partition("/")
        if head in self._variables:
            return self._element(self._variables[head], rest)
        if text in _COMPARE or text in ("and", "or", "not", "in"):
            raise self._syntax(position)
        if text in TYPES:
            self.properties.append(text)
            return _Value(TYPES[text], getter(self._box, text, self._immutable), False, text)
        if text in COMPLEX:
            return _Value("microsoft.graph.complex", lambda m: None, False, text)
        for known in sorted(COMPLEX, key=len, reverse=True):
            if text.startswith(known + "/"):
                owner = "emailAddress" if known.endswith("emailAddress") else "recipient"
                raise unknown_property(text[len(known) + 1:].split("/")[0],
                                       f"microsoft.graph.{owner}")
        raise unknown_property(head)

    def _element(self, kind: str, rest: str) -> _Value:
        if kind == "strings":
            if rest:
                raise unknown_property(rest, "Edm.String")
            return _Value("string", lambda e: e, False)
        if rest not in ELEMENT:
            raise unknown_property(rest.split("/")[0] or "$it", "microsoft.graph.recipient")
        part = 1 if rest.endswith("address") else 0
        return _Value("string", lambda e: e[part], False)

    def _date(self, text: str) -> _Value:
        match = _DATE.match(text)
        if match is None or match[7] is None:
            raise bad_request(f"Invalid filter clause: The DateTimeOffset text '{text}' should be "
                              "in format 'yyyy-mm-ddThh:mm:ss('.'s+)?(zzzzzz)?' and each field "
                              "value is within valid range.")
        year, month, day, hour, minute, second = (int(p or 0) for p in match.groups()[:6])
        if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 4, month)[1]
                and hour < 24 and minute < 60 and second < 60):
            raise bad_request(f"Invalid filter clause: The DateTimeOffset text '{text}' is not "
                              "within valid range.")
        seconds = calendar.timegm((year, month, day, hour, minute, second))
        if match[7] != "Z":
            offset = int(match[7][1:3]) * 3600 + int(match[7][4:6]) * 60
            seconds += offset if match[7][0] == "-" else -offset
        return _Value("date", lambda m: seconds, True)


def parse_filter(text: str, box: Mailbox, well_known: str = "empty",
                 immutable: bool = False) -> Filter:
    """Compiles a filter; errors carry the codes Graph gives."""
    parser = _Parser(text, box, well_known, immutable)
    test = parser.parse()
    return Filter(test, tuple(dict.fromkeys(parser.properties)))


def parse_orderby(text: str) -> tuple[tuple[str, bool], ...]:
    """Property paths with a flag for descending order."""
    result: list[tuple[str, bool]] = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
            raise bad_request(f"Syntax error at position 0 in '{text}'.")
        if TYPES.get(words[0]) not in ("string", "date", "bool"):
            raise unknown_property(words[0])
        result.append((words[0], len(words) == 2 and words[1] == "desc"))
    return tuple(result)


def check_order(properties: tuple[str, ...], order: tuple[tuple[str, bool], ...]) -> None:
    """Ordered properties must lead the filter, in the same order (Graph: "$orderby")."""
    wanted = tuple(path for path, _ in order)
    if properties and wanted and properties[:len(wanted)] != wanted:
        raise GraphError(400, "InefficientFilter",
                         "The restriction or sort order is too complex for this operation.")
