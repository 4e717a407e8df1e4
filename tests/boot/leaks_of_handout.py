# SPDX-License-Identifier: BSD-2-Clause
"""usage: leaks_of_handout.py NAME HANDOUT: prints where the handout of a lab has an answer: lines
of a function that it cuts, or debug information in an object."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, 'tools')
import cutter
import lab


def lines_of(text):
    """Returns the lines that say something, without white space."""
    lines = (''.join(line.split()) for line in text.splitlines())
    return [line for line in lines if len(line) > 8]


def pairs(lines):
    """Returns each two lines that follow one another and are long enough to be no chance; of a
    single line, that one."""
    if len(lines) == 1:
        return {(lines[0],)}
    return {pair for pair in zip(lines, lines[1:]) if len(''.join(pair)) > 35}


def answer(l, path, name, number):
    """Returns the pairs of lines of a function's body that are neither in its body in handouts nor
    in another function of its file that no lab from that number on cuts."""
    text = pathlib.Path(path).read_text()
    naive = l.dir / 'handout' / path
    naive = naive.read_text() if naive.exists() else ''

    def body(of):
        at = cutter.find(of, name)
        return of[at[3]:at[4]] if at else ''
    given = set(lines_of(body(naive)))
    rest = text
    for x in lab.all_labs(lab.ROOT):
        for other in x.cut.get(path, []) if x.number >= number else []:
            rest = rest.replace(rest[slice(*cutter.find(rest, other)[3:])], '')
    return pairs([line for line in lines_of(body(text)) if line not in given]) - \
        pairs(lines_of(rest))


def main(name, handout):
    labs = lab.all_labs(lab.ROOT)
    number = lab.Lab(lab.ROOT, name).number
    answers = [(path, f, answer(l, path, f, number)) for l in labs if l.number >= number
               for path, names in l.cut.items() for f in names]
    files = [f for f in pathlib.Path(handout).rglob('*')
             if f.is_file() and '.git' not in f.parts and 'build' not in f.parts]
    for file in files:
        where = str(file.relative_to(handout))
        content = file.read_bytes()
        if where.startswith('labs/objects/'):
            if b'.debug_' in content:
                print(f'{where} has debug information')
            continue
        lines = lines_of(content.decode(errors='replace'))
        there = pairs(lines) | {(line,) for line in lines}
        for path, f, lines in answers:
            # In the kernel's other files such lines are other functions' of their own.
            if where == path or not where.startswith(('kernel/', 'arch/')):
                for found in lines & there:
                    print(f'{where} has lines of {f}(): {found}')


main(*sys.argv[1:])
