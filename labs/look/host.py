# SPDX-License-Identifier: BSD-2-Clause
"""Grades the answers of lab 0. What is right is found by a run of the story with the student's seed,
on the reference kernel and by a program that handouts do not have: in a handout only the form of an
answer is checked, so that trying all of them there is of no use."""

import hashlib
import re
import tomllib

import grader
import lab

FORMS = {'1': (r'\d+', 'a number'), '2': (r'\d+', 'a number'),
         '3': (r'(\d( \d)*)?', 'numbers from 0 to 5, as in "0 2 5"'),
         '4': (r'[a-z ]+', 'a word or two of `ist ps`'),
         '5': (r'\d+', 'the number of a call'), '6': (r'own|graft|large', 'own, graft or large')}


def handout(l, tree, reference):
    """Leaves the answers out."""
    (tree / 'labs/look/tests/answers.h').unlink()


def right(l, test, question, seed):
    """Returns the answer that the reference kernel gives."""
    seen = grader.Tree(lab.ROOT).observe(l, test, seed)
    for line in seen.text.splitlines():
        if line.startswith(f'{question} '):
            return line.removeprefix(f'{question} ')
    raise lab.Bad(f'{test["name"]}: the reference kernel has no answer for seed {seed}')


def grade(l, test, tree):
    """Returns lines that say why the answer to a question is not right; none if it is."""
    try:
        given = tomllib.loads((tree.root / 'labs/look/answers.toml').read_text())
    except (OSError, ValueError) as error:
        return [f'labs/look/answers.toml: {error}']
    name, question = str(given.get('name', '')).strip(), test['name'].removeprefix('answer')
    if not name:
        return ['labs/look/answers.toml has no name yet']
    seed = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 1000000
    answer = ' '.join(str(given.get(test['name'], '')).lower().replace(',', ' ').split())
    form, words = FORMS[question]
    if not answer:
        return [f'with your seed {seed}: no answer yet']
    if not re.fullmatch(form, answer):
        return [f'with your seed {seed}: {answer!r} is not {words}']
    if tree.root != lab.ROOT and answer != right(l, test, question, seed):
        return [f'with your seed {seed}: {answer!r} is not right']
    return []
