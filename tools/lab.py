# SPDX-License-Identifier: BSD-2-Clause
"""What labs/NAME/lab.toml says, for tools/handout, tools/grade and tools/handin."""

import importlib.util
import pathlib
import re
import sys
try:
    import tomllib
except ImportError:  # before Python 3.11 it is a package of its own: Debian's python3-tomli
    import tomli as tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Bad(Exception):
    """Something is wrong with what was given; the text is the one line that says what."""


def main(run):
    """Runs a tool. What is wrong is one line on standard error and the status 2."""
    try:
        sys.exit(run())
    except Bad as bad:
        sys.exit(print(f'{pathlib.Path(sys.argv[0]).name}: {bad}', file=sys.stderr) or 2)
    except KeyboardInterrupt:
        sys.exit(130)


# The keys of a lab and of a test, each with its type. Those with a value need not be there.
LAB = {'number': int, 'title': str, 'points': int, 'hours': int, 'keep': list,
       'handout_score': int, 'test': list, 'cut': {}, 'object_in': [], 'whole': False,
       'mutants': {}, 'leader_board': []}
TEST = {'name': str, 'title': str, 'points': int, 'run': str, 'seeds': list, 'limit': int,
        'hint': str, 'options': '', 'bounds': {}, 'visibility': 'visible', 'hidden': 1,
        'host': False}
VISIBILITY = 'visible', 'after_due_date', 'after_published', 'hidden'  # Gradescope's words


def take(where, table, keys):
    """Returns the table with the values of all keys; a wrong key or type is Bad."""
    for key in table:
        if key not in keys:
            raise Bad(f'{where}: unknown key {key}')
    out = {}
    for key, kind in keys.items():
        needed = isinstance(kind, type)
        if key not in table and needed:
            raise Bad(f'{where}: {key} is missing')
        out[key] = table.get(key, None if needed else kind)
        if not isinstance(out[key], kind if needed else type(kind)):
            raise Bad(f'{where}: {key} is of the wrong type')
    return out


class Lab:
    def __init__(self, root, name):
        self.name = name
        self.dir = root / 'labs' / name
        self.file = f'labs/{name}/lab.toml'
        try:
            text = (root / self.file).read_text()
        except OSError:
            raise Bad(f'there is no lab {name!r}; the labs are {" ".join(names(root))}') from None
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Bad(f'{self.file}: {error}') from None
        vars(self).update(take(self.file, table, LAB))
        self.tests = [take(f'{self.file}, test {i}', t, TEST) for i, t in enumerate(self.test, 1)]
        if sum(t['points'] for t in self.tests) != 100:
            raise Bad(f'{self.file}: the points of the tests are not 100 together')
        for test in self.tests:
            if test['visibility'] not in VISIBILITY:
                raise Bad(f'{self.file}: {test["name"]}: no such visibility')
        for path in self.cut:
            if path not in self.keep:
                raise Bad(f'{self.file}: {path} is cut, but the student may not change it')


    def host(self):
        """Returns the lab's host.py as a module, or None."""
        if not (self.dir / 'host.py').exists():
            return None
        spec = importlib.util.spec_from_file_location(self.name, self.dir / 'host.py')
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def has_object_of(self, later):
        """Returns whether the handout has a later lab's files as objects, which are not cut."""
        return later.number > self.number and (self.whole or self.number in later.object_in)


def names(root):
    """Returns the names of all labs, by number."""
    files = root.glob('labs/*/lab.toml')
    number = {f.parent.name: int((re.search(r'^number = (\d+)', f.read_text(), re.M) or [0, 0])[1])
              for f in files}
    return sorted(number, key=number.get)


def all_labs(root):
    return [Lab(root, name) for name in names(root)]
