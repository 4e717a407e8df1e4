# SPDX-License-Identifier: BSD-2-Clause
"""Makes kernels with old defects for the handout of lab 7, and grades how many a student's tests
find. The kernels have names that tell nothing."""

import hashlib
import os
import re
import shutil
import subprocess

import grader
import lab

DEFECTS = ('B2-address-is-a-hint', 'B10-detach-keeps-lpid', 'B12-munmap-leaves-attach',
           'B13-mprotect-raises', 'B20-size-rounded', 'B21-existing-key-unchecked',
           'L9-split-counts-twice', 'P2-either-pair-grants', 'P3-sequence-unchecked',
           'P4-minus-one-is-an-owner')
DRAWN = 8  # of these for each student


def make_kernel(tree, folder, build):
    """Builds the kernel of a tree, and makes folder a build of it for tools/run."""
    done = subprocess.run(['make', '-s', f'-j{os.cpu_count()}', f'BUILD={build}',
                           f'{build}/release/isthmus.elf'], cwd=tree, capture_output=True,
                          env=grader.clean_environment())
    if done.returncode:
        raise lab.Bad(f'{folder.name}: the kernel does not build')
    (folder / 'release').mkdir(parents=True)
    shutil.copy2(build / 'release/isthmus.elf', folder / 'release/isthmus.elf')
    subprocess.run([shutil.which('i686-linux-gnu-strip') or 'strip',
                    folder / 'release/isthmus.elf'], check=True)
    (folder / 'initrd.tar').symlink_to('../../../../build/initrd.tar')


def handout(l, tree, reference):
    """Makes the kernels, in a tree in which nothing is cut yet."""
    kernels, build = tree / f'labs/{l.name}/kernels', tree / 'build'
    reference.build()
    grader.Tree(tree).reuse(reference, 'release')
    make_kernel(tree, kernels / 'right', build)
    for name in DEFECTS:
        mutate = [lab.ROOT / 'tools/mutate', lab.ROOT / 'tests/mutants' / name]
        subprocess.run(mutate, cwd=tree, check=True)
        make_kernel(tree, kernels / hashlib.sha256(name.encode()).hexdigest()[:4], build)
        subprocess.run([mutate[0], '-R', mutate[1]], cwd=tree, check=True)
    shutil.rmtree(build)


def grade(l, test, tree):
    """Returns lines that say why the student's program does not find a defect; none if it does."""
    source = (tree.root / f'labs/{l.name}/tests/mine.c').read_text(errors='replace')
    name = re.search(r'^#define NAME "(.+)"', source, re.M)
    if not name:
        return [f'labs/{l.name}/tests/mine.c has no NAME yet']
    kernels = [k.name for k in (tree.root / f'labs/{l.name}/kernels').iterdir()
               if k.name != 'right']
    mine = sorted(kernels, key=lambda k: hashlib.sha256(f'{name[1]}/{k}'.encode()).digest())
    kernel = sorted(mine[:DRAWN])[int(test['name'].removeprefix('found')) - 1]

    def run_on(kernel):
        return tree.run(grader.RUN_SECONDS, f'labs/{l.name}/on', kernel).status
    if status := run_on('right'):
        return [f'on the right kernel it ends with status {status}, not 0']
    if not 1 <= (status := run_on(kernel)) <= 123:
        return [f'on kernel {kernel}, which is wrong, it ends with status {status}']
    return []
