# SPDX-License-Identifier: BSD-2-Clause
"""The mutants of a C file: its source with one small change, read with libclang."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clang import cindex
from clang.cindex import CursorKind as Kind

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What takes the place of an operator.
OPERATORS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
    "&&": ("||",), "||": ("&&",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("/",), "<<": (">>",), ">>": ("<<",),
    "&": ("|",), "|": ("&",), "^": ("&",),
    "+=": ("-=", "="), "-=": ("+=", "="), "|=": ("&=", "="), "&=": ("|=", "="), "^=": ("=",), "<<=": (">>=",), ">>=": ("<<=",),
}
# In a line that only defects or oddities need; the last words are what model/state.h says that they remember.
FOR_DEFECTS = re.compile(r"MODEL_DEFECT_|model_has\(|defective\.|oddly\.|overlays\.|_defect\(|_broken\(m|"
                         r"\b(odd_\w+|old_\w+|held_back\w*|finishing|muted|served_unready|shown_ready|kicked|deaf|may_take_beyond|enabled_once|"
                         r"reset_once|table_late|pairs_set|any_signalled|last_head|returned|sample|has_old_data)\b")
LOOPS = (Kind.WHILE_STMT, Kind.FOR_STMT, Kind.DO_STMT)
STATEMENTS = (Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.CALL_EXPR, Kind.BREAK_STMT, Kind.CONTINUE_STMT, Kind.IF_STMT, *LOOPS)
Span = tuple[int, int]          # offsets in a file


class Mutant(NamedTuple):
    """One change of a source file."""

    file: str
    function: str
    start: int
    end: int
    new: str
    line: int       # the first and last one
    last: int
    before: str     # the lines that change, joined, and what becomes of them: stable names of a mutant
    after: str

    def key(self) -> str:
        return f"{self.file} {self.function}\n- {self.before}\n+ {self.after}"


class Source:
    """A file of the model and its mutants."""

    def __init__(self, path: str, words: Sequence[str]) -> None:
        self.path = path
        with open(os.path.join(TOP, path), "rb") as file:
            self.bytes = file.read()
        flags = [word for word in words if word.startswith(("-I", "-D", "-std"))]
        unit = cindex.Index.create().parse(os.path.join(TOP, path), args=[*flags, "-ffreestanding", f"-I{TOP}", *(
            f"-I{os.path.join(TOP, word[2:])}" for word in flags if word.startswith("-I"))])
        bad = [str(found) for found in unit.diagnostics if found.severity >= cindex.Diagnostic.Error]
        if bad:
            sys.exit(f"mutants: {path}: {bad[0]}")
        self.unit = unit

    def mutants(self) -> list[Mutant]:
        found: dict[tuple[int, int, str], Mutant] = {}
        for function in self.unit.cursor.get_children():
            if function.kind == Kind.FUNCTION_DECL and function.is_definition() and self._is_here(function):
                body = list(function.get_children())[-1]
                for start, end, new in self._of_function(function, body):
                    last = function.extent.end.line if start == end else self._line(end)
                    if self.bytes[start:end] != new.encode() and not FOR_DEFECTS.search(self._text(self._whole_lines(start, end))) and \
                            "broken(" not in self._text((start, end)):
                        found.setdefault((start, end, new), self._mutant(function.spelling, start, end, new, last))
        return [found[key] for key in sorted(found)]

    def _is_here(self, cursor: cindex.Cursor) -> bool:
        return bool(cursor.location.file) and os.path.samefile(cursor.location.file.name, os.path.join(TOP, self.path))

    def _mutant(self, function: str, start: int, end: int, new: str, last: int) -> Mutant:
        left, right = self._whole_lines(start, end)

        def words(text: bytes) -> str:
            return " ".join(text.decode().split())

        return Mutant(self.path, function, start, end, new, self._line(start), last, words(self.bytes[left:right]),
                      words(self.bytes[left:start] + new.encode() + self.bytes[end:right]))

    def _whole_lines(self, start: int, end: int) -> Span:
        return self.bytes.rfind(b"\n", 0, start) + 1, self.bytes.find(b"\n", end)

    def _line(self, offset: int) -> int:
        return self.bytes.count(b"\n", 0, offset) + 1

    def _span(self, cursor: cindex.Cursor) -> Span:
        return cursor.extent.start.offset, cursor.extent.end.offset

    def _text(self, span: Span) -> str:
        return self.bytes[span[0]:span[1]].decode()

    def _of_function(self, function: cindex.Cursor, body: cindex.Cursor) -> Iterator[tuple[int, int, str]]:
        begin = body.extent.start.offset + 1
        result = function.result_type.get_canonical().kind
        if result == cindex.TypeKind.VOID:
            yield begin, begin, " return;"
        elif result in (cindex.TypeKind.BOOL, cindex.TypeKind.POINTER):
            for value in ("0", "1")[:1 if result == cindex.TypeKind.POINTER else 2]:
                yield begin, begin, f" return {value};"
        elif result != cindex.TypeKind.RECORD:
            yield begin, begin, " return 0;"
        yield from self._walk(body, body)

    def _walk(self, cursor: cindex.Cursor, parent: cindex.Cursor) -> Iterator[tuple[int, int, str]]:
        for child in cursor.get_children():
            yield from self._of_cursor(child, cursor)
            yield from self._walk(child, cursor)

    def _of_cursor(self, cursor: cindex.Cursor, parent: cindex.Cursor) -> Iterator[tuple[int, int, str]]:
        kind, span = cursor.kind, self._span(cursor)
        text = self._text(span)
        children = list(cursor.get_children())
        if kind in (Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR) and len(children) == 2:
            yield from self._operators(span, children)
        elif kind == Kind.UNARY_OPERATOR and len(children) == 1:
            yield from self._unary(span, self._span(children[0]))
        elif kind == Kind.INTEGER_LITERAL and re.fullmatch(r"\d+[uUlL]*|0x[0-9a-fA-F]+[uUlL]*", text):
            value = int(re.sub("[uUlL]", "", text), 0)
            for new in {value + 1, value - 1 if value else 1}:
                yield *span, str(new)
        elif kind == Kind.DECL_REF_EXPR and cursor.referenced and cursor.referenced.kind == Kind.ENUM_CONSTANT_DECL and text == cursor.spelling:
            yield from self._other_constant(cursor, span)
        elif kind in (Kind.IF_STMT, Kind.WHILE_STMT, Kind.CONDITIONAL_OPERATOR) and children:
            condition = self._span(children[0])
            yield *condition, "1" if kind != Kind.WHILE_STMT else "0"
            yield *condition, "0"
        elif kind == Kind.CALL_EXPR:
            yield from self._arguments(cursor)
        elif kind == Kind.RETURN_STMT and children:
            result = self._span(children[0])
            if cursor_type(children[0]) == cindex.TypeKind.BOOL or children[0].kind == Kind.BINARY_OPERATOR:
                yield *result, f"!({self._text(result)})"
            elif self._text(result) != "0":
                yield *result, "0"
        # Statements that go.
        statement = parent.kind in (Kind.COMPOUND_STMT, Kind.CASE_STMT, Kind.DEFAULT_STMT, Kind.IF_STMT, *LOOPS)
        if statement and not (parent.kind in (Kind.IF_STMT, Kind.WHILE_STMT) and list(parent.get_children())[0] == cursor) \
                and parent.kind != Kind.FOR_STMT:
            assigns = kind == Kind.BINARY_OPERATOR or (kind == Kind.UNARY_OPERATOR and ("++" in text or "--" in text))
            if kind in STATEMENTS or assigns:
                end = span[1]
                if kind in (Kind.IF_STMT, *LOOPS):
                    if self.bytes[end - 1:end] not in (b"}", b";"):
                        end += 1
                    yield span[0], end, ";"
                else:
                    yield span[0], span[1], ""

    def _operators(self, span: Span, children: list[cindex.Cursor]) -> Iterator[tuple[int, int, str]]:
        left, right = self._span(children[0]), self._span(children[1])
        between = self._text((left[1], right[0]))
        match = re.search(r"[-+*/%<>=!&|^]+", between)
        if not match or left[1] > right[0]:
            return
        at = left[1] + len(between[:match.start()].encode())
        for new in OPERATORS.get(match[0], ()):
            yield at, at + len(match[0]), new
        if match[0] in ("&&", "||", "+", "-", "&", "|"):
            yield left[0], right[1], self._text(left)
            yield left[0], right[1], self._text(right)

    def _unary(self, span: Span, operand: Span) -> Iterator[tuple[int, int, str]]:
        text = self._text(span)
        if text.startswith(("!", "~")):
            yield span[0], operand[0], ""
        for one, other in (("++", "--"), ("--", "++")):
            if text.startswith(one):
                yield span[0], span[0] + 2, other
            elif text.endswith(one):
                yield span[1] - 2, span[1], other

    def _other_constant(self, cursor: cindex.Cursor, span: Span) -> Iterator[tuple[int, int, str]]:
        """The neighbours in its enum."""
        names = [constant.spelling for constant in cursor.referenced.semantic_parent.get_children()]
        at = names.index(cursor.spelling)
        for new in names[max(at - 1, 0):at] + names[at + 1:at + 2]:
            yield *span, new

    def _arguments(self, cursor: cindex.Cursor) -> Iterator[tuple[int, int, str]]:
        arguments = list(cursor.get_arguments())
        for one, other in zip(arguments, arguments[1:]):
            if one is None or other is None or cursor_type(one) != cursor_type(other):
                continue
            first, second = self._span(one), self._span(other)
            if first[1] <= second[0] and cursor_type(one) not in (cindex.TypeKind.POINTER,):
                yield first[0], second[1], self._text(second) + self._text((first[1], second[0])) + self._text(first)


def cursor_type(cursor: cindex.Cursor) -> cindex.TypeKind:
    return cursor.type.get_canonical().kind
