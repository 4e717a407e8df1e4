# SPDX-License-Identifier: BSD-2-Clause
"""Makes a copy of a C source that holds all of its small mutants at once.

Each mutant is a change of one expression or statement. The copy asks a variable, `mutant`, which
of them is in force, so that all are compiled only once. The places are found in clang's own
tree of the source.
"""
import json
import re
import subprocess

OTHER = {'<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '==', '+': '-', '-': '+',
         '*': '+', '/': '*', '%': '/', '&': '|', '|': '&', '^': '|', '<<': '>>', '>>': '<<',
         '&&': '||', '||': '&&'}
BOUNDS = ('<', '<=', '>', '>=')
EQUAL = ('==', '!=')
EXPRESSION_STATEMENTS = ('CallExpr', 'CompoundAssignOperator', 'BinaryOperator', 'UnaryOperator')
OPAQUE = ('ConstantExpr', 'UnaryExprOrTypeTraitExpr', 'GCCAsmStmt', 'StaticAssertDecl')


class Source:
    def __init__(self, path, flags):
        self.path = path
        self.raw = path.read_bytes()
        dump = subprocess.run(['clang', '-fsyntax-only', '-Xclang', '-ast-dump=json', *flags, path],
                              stdout=subprocess.PIPE, check=True)
        self.tree = json.loads(dump.stdout)
        self.seen_file = None
        self.mutants = []  # (line, function, what)

    def text(self, begin, end):
        return self.raw[begin:end].decode()

    # ---- places in the source ----

    def in_this_file(self, node):
        """Says whether a declaration is of the file itself. clang names a file only when it is
        another than that of the place it printed before, so all of them are looked at."""
        here = None
        for place in places(node):
            self.seen_file = place.get('file', self.seen_file)
            here = here if here is not None else self.seen_file == str(self.path)
        return bool(here)

    def range(self, node):
        """Returns where a node's text begins and ends, or None if it is nowhere in the file."""
        begin, end = node['range']['begin'], node['range']['end']
        begin, end = begin.get('expansionLoc', begin), end.get('expansionLoc', end)
        if 'offset' not in begin or 'offset' not in end:
            return None
        last = end['offset'] + end['tokLen']
        if 'expansionLoc' in node['range']['end'] and self.raw[last:last + 1] == b'(':
            last = self.closing(last)
        return begin['offset'], last

    def closing(self, at):
        depth = 0
        while True:
            depth += {b'(': 1, b')': -1}.get(self.raw[at:at + 1], 0)
            at += 1
            if depth == 0:
                return at

    # ---- the mutants ----

    def number(self, at, what):
        line = self.raw.count(b'\n', 0, at) + 1
        self.mutants.append((line, self.function, what))
        return f'(mutant == {self.first + len(self.mutants) - 1}u)'

    def render(self, node):
        """Returns the text of a node, with its mutants."""
        begin, end = self.range(node)
        kind = node['kind']
        if kind in OPAQUE or kind == 'VarDecl' and node.get('storageClass') == 'static':
            return self.text(begin, end)
        if from_macro(node):
            return self.constant(node, begin, end)
        children = [c for c in node.get('inner', []) if c.get('range') and self.range(c)]
        if kind == 'CallExpr' and self.text(begin, end).startswith('__builtin'):
            return self.text(begin, end)
        if kind == 'BinaryOperator' and node['opcode'] in OTHER and len(children) == 2:
            return self.operator(node, begin, end, *children)
        if kind == 'IntegerLiteral' or kind == 'DeclRefExpr' and \
                node['referencedDecl']['kind'] == 'EnumConstantDecl':
            return self.constant(node, begin, end)
        if kind == 'ImplicitCastExpr' and node['castKind'] == 'NullToPointer':
            return self.text(begin, end)
        return self.splice(node, begin, end, children)

    def splice(self, node, begin, end, children):
        out, at = '', begin
        conditions = self.conditions(node)
        bodies = self.bodies(node)
        for child in sorted(children, key=lambda c: self.range(c)[0]):
            first, last = self.range(child)
            if first < at or last > end:
                continue
            out += self.text(at, first)
            if any(child is c for c in conditions):
                out += self.condition(child)
            elif any(child is b for b in bodies) and self.can_go(child):
                semicolon = self.raw.index(b';', last)
                drop = self.number(first, f'without {self.short(first, last)}')
                out += f'{{ if (!{drop}) {self.render(child)}; }}'
                last = semicolon + 1
            else:
                out += self.render(child)
            at = last
        return out + self.text(at, end)

    def short(self, first, last):
        return re.sub(r'\s+', ' ', self.text(first, last))

    def can_go(self, statement):
        kind = statement['kind']
        if from_macro(statement):
            return False
        if kind in ('BreakStmt', 'ContinueStmt', 'GotoStmt'):
            return True
        if kind == 'BinaryOperator':
            return statement['opcode'] in ('=', ',')
        if kind == 'UnaryOperator':
            return statement['opcode'] in ('++', '--')
        return kind in EXPRESSION_STATEMENTS

    def conditions(self, node):
        inner, kind = node.get('inner', []), node['kind']
        index = {'IfStmt': 0, 'WhileStmt': 0, 'DoStmt': 1, 'ForStmt': 2, 'ConditionalOperator': 0}
        if kind not in index:
            return []
        return inner[index[kind]:index[kind] + 1]

    def bodies(self, node):
        inner, kind = node.get('inner', []), node['kind']
        if kind == 'CompoundStmt':
            return inner
        if kind == 'IfStmt':
            return inner[1:]
        if kind in ('WhileStmt', 'ForStmt', 'CaseStmt', 'DefaultStmt', 'LabelStmt'):
            return inner[-1:]
        return []

    def condition(self, node):
        """A condition is negated, unless another mutant does the same."""
        begin, end = self.range(node)
        inner = stripped(node)
        if inner['kind'] == 'BinaryOperator' and inner['opcode'] in EQUAL and not from_macro(inner):
            return self.render(node)
        what = self.number(begin, f'not {self.short(begin, end)}')
        return f'({what} != !!({self.render(node)}))'

    def operator(self, node, begin, end, left, right):
        op, other = node['opcode'], OTHER[node['opcode']]
        if op in ('&&', '||'):
            first, second = self.operand(left), self.operand(right)
            what = self.number(self.range(left)[1], f'{op} to {other} in {self.short(begin, end)}')
            wanted = f'(!{what})' if op == '&&' else what
            x = f'x{self.first + len(self.mutants)}'
            return f'({{ _Bool {x} = !!({first}); {x} == {wanted} ? !!({second}) : {x}; }})'
        first, second = self.render(left), self.render(right)
        pointers = [pointer(left), pointer(right)]
        if (pointers, op) in (([True, True], '-'), ([False, True], '+')):
            return f'{first}{self.text(self.range(left)[1], self.range(right)[0])}{second}'
        what = self.number(self.range(left)[1], f'{op} to {other} in {self.short(begin, end)}')
        x = f'x{self.first + len(self.mutants)}'
        plus = ['' if p else '+' for p in pointers]
        return (f'({{ __auto_type {x} = {plus[0]}({first}); __auto_type y{x} = {plus[1]}({second}); '
                f'{what} ? {x} {other} y{x} : {x} {op} y{x}; }})')

    def operand(self, node):
        inner = stripped(node)
        if inner['kind'] == 'BinaryOperator' and inner['opcode'] in OTHER:
            return self.render(node)
        return self.condition(node)

    def constant(self, node, begin, end):
        """A number, or a macro's or an enumeration's name that stands for one, becomes one more."""
        text = self.text(begin, end)
        if not re.fullmatch(r'\w+', text) or pointer(node) or 'type' not in node or \
                node.get('valueCategory') != 'prvalue' and node['kind'] != 'DeclRefExpr' or \
                node['kind'] in ('CallExpr', 'CStyleCastExpr') or \
                'void' in node['type']['qualType']:
            return text
        if text in ('true', 'false'):
            what = self.number(begin, f'not {text}')
            return f'({text} != {what})'
        what = self.number(begin, f'{text} to {text} + 1')
        return f'({text} + {what})'

    def mutated(self, first):
        """Returns the source with the mutants from number first on."""
        self.first = first
        self.function = None
        out, at = '', 0
        for node in self.tree['inner']:
            mine = self.in_this_file(node)
            if not mine or node['kind'] != 'FunctionDecl' or \
                    not node.get('inner') or node['inner'][-1]['kind'] != 'CompoundStmt':
                continue
            self.function = node['name']
            body = node['inner'][-1]
            begin, end = self.range(body)
            out += self.text(at, begin) + self.render(body)
            at = end
        return 'extern unsigned mutant;\n#line 1\n' + out + self.text(at, len(self.raw))


def places(value):
    """Yields the places of a node in the order in which clang printed them."""
    if isinstance(value, list):
        for each in value:
            yield from places(each)
    elif isinstance(value, dict):
        if 'offset' in value:
            yield value
        for each in value.values():
            if isinstance(each, (dict, list)):
                yield from places(each)


def from_macro(node):
    begin, end = node['range']['begin'], node['range']['end']
    return 'expansionLoc' in begin and (
        'expansionLoc' in end and begin['expansionLoc']['offset'] == end['expansionLoc']['offset'])


def pointer(node):
    return '*' in node.get('type', {}).get('qualType', '') or \
        '[' in node.get('type', {}).get('qualType', '')


def stripped(node):
    while node['kind'] in ('ParenExpr', 'ImplicitCastExpr'):
        node = node['inner'][0]
    return node
