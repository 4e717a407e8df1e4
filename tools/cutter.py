# SPDX-License-Identifier: BSD-2-Clause
"""Finds functions in sources of this tree's style, and cuts them out: the name stands at the start
of a line, and the braces of the body in column 0."""

import re

import lab


def find(text, name):
    """Finds the definition of a function in a source of the tree's style. Returns the offsets of
    the comment above it, of its type, of its name, of its body's `{`, and of its end; or None."""
    for m in re.finditer(rf'^{name}\(', text, re.M):
        opening = text.find('\n{\n', m.end())
        if opening < 0 or ';' in text[m.end():opening]:
            continue
        end = text.index('\n}\n', opening) + 3
        start = text.rfind('\n\n', 0, m.start()) + 2  # the blank line above comment and type
        close = text.rfind('*/\n', start, m.start())
        return start, close + 3 if close >= 0 else start, m.start(), opening + 1, end
    return None


def cut_file(where, text, functions, naive):
    """Returns the text with naive bodies for the functions, or without those that have none."""
    for name in functions:
        at = find(text, name)
        if at is None:
            raise lab.Bad(f'{where} has no function {name}()')
        start, _, _, body, end = at
        new = find(naive, name)
        if new:
            text = text[:body] + naive[new[3]:new[4]] + text[end:]
        else:
            text = text[:start] + text[end:].lstrip('\n')
    return text
