# SPDX-License-Identifier: BSD-2-Clause
"""Builds a tree, runs a lab's programs on its kernel, and compares what they print with what they
print on the reference kernel. The programs print what they observe, and know no right answer."""

import dataclasses
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import threading
import time

import lab

BUILD_SECONDS = 300  # of this machine's time, to build a tree
RUN_SECONDS = 600    # the same for one run of the machine; its own limit comes first, and takes up to
                     # 10 seconds of a processor that others may use, too
OUTPUT_MAX = 1 << 20  # bytes of one stream of one run
CPU_SECONDS = 240     # of one process of a hand-in
PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'
MEMORY_MAX = 4 << 30  # bytes of address space of one such process


class BuildFailed(lab.Bad):
    """The text is what the compiler said."""


def clean_environment():
    """The environment without what an outer make has put there. (It exports what is set on its
    command line, too.)"""
    words = os.environ.get('MAKEFLAGS', '').split()
    outer = {'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'ISTHMUS_BUILD'}
    outer.update(word.partition('=')[0] for word in words if '=' in word)
    return {k: v for k, v in os.environ.items() if k not in outer}


@dataclasses.dataclass
class Seen:
    """What a run of one program with one seed showed."""
    text: str = ''    # its output; of a line `bound: NAME: NUMBER` without the number
    bounds: list = dataclasses.field(default_factory=list)  # these names and numbers
    status: int = 0   # of tools/run
    log: str = ''     # what tools/run and the kernel said
    flooded: bool = False
    late: bool = False
    seconds: float = 0


def confine():
    """Limits what one process of a hand-in may take of this machine."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 29, 1 << 29))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Tree:
    """A tree that can be built and run. One that is confined sees nothing of this machine but its
    own files and /usr: no network, no other tree, no seeds. Where there are no namespaces for that
    (in a container), it can be given to a user instead, who then must not be able to read the
    seeds."""

    def __init__(self, root, confined=False, user=None):
        self.root = pathlib.Path(root)
        self.confined = confined
        self.user = user
        build = os.environ.get('ISTHMUS_BUILD') if self.root == lab.ROOT else None
        self.build_dir = os.path.relpath(build, self.root) if build else 'build'

    def popen(self, *command):
        if not self.confined:
            env = clean_environment() if self.root != lab.ROOT else os.environ
            env = dict(env, ISTHMUS_BUILD=str(self.root / self.build_dir))
            return subprocess.Popen(command, cwd=self.root, env=env, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.user:
            return subprocess.Popen(['setpriv', f'--reuid={self.user}', '--regid=nogroup',
                                     '--clear-groups', '--no-new-privs', *command],
                                    cwd=self.root, env={'PATH': PATH, 'HOME': '/tmp'},
                                    stdin=subprocess.DEVNULL, preexec_fn=confine,
                                    start_new_session=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        box = ['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--clearenv',
               '--setenv', 'PATH', PATH,
               '--setenv', 'HOME', '/tmp', '--setenv', 'LC_ALL', 'C.UTF-8',
               '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--ro-bind', '/usr', '/usr']
        for name in ('/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32'):
            if os.path.islink(name):
                box += ['--symlink', os.readlink(name), name]
            elif os.path.isdir(name):
                box += ['--ro-bind', name, name]
        for name in ('/etc/alternatives', '/etc/ld.so.cache', '/etc/passwd'):
            box += ['--ro-bind-try', name, name]
        box += ['--bind', self.root, '/tree', '--chdir', '/tree', '--']
        try:
            return subprocess.Popen([*box, *command], stdin=subprocess.DEVNULL, preexec_fn=confine,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except FileNotFoundError:
            raise lab.Bad('a hand-in is run by bwrap only (Debian: bubblewrap)') from None

    def run(self, seconds, *command):
        """Runs a command. Ends it after so many seconds, or when it has written too much."""
        started = time.monotonic()
        process = self.popen(*command)
        seen = Seen()
        streams = {}

        def read(name, stream):
            data = bytearray()
            while part := stream.read1(1 << 16):
                data += part
                if len(data) > OUTPUT_MAX:
                    del data[OUTPUT_MAX:]
                    if not seen.flooded:
                        seen.flooded = True
                        self.end(process)
            streams[name] = data.decode(errors='replace')

        readers = [threading.Thread(target=read, args=a) for a in
                   (('text', process.stdout), ('log', process.stderr))]
        for r in readers:
            r.start()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            seen.late = True
            self.end(process)
            process.wait()
        for r in readers:
            r.join()
        seen.status = process.returncode
        seen.text, seen.log = streams['text'], streams['log']
        seen.seconds = time.monotonic() - started
        return seen

    def end(self, process):
        # bwrap takes all of its processes with it; tools/run ends its machine itself.
        if self.user:
            os.killpg(process.pid, signal.SIGKILL)
        elif self.confined:
            process.kill()
        else:
            process.terminate()

    def flags(self):
        """Returns the compiler and its options with which this tree was built last, or ''."""
        file = self.root / self.build_dir / 'flags'
        return file.read_text() if file.exists() else ''

    def as_before(self):
        """Returns make's words for the compiler and -Werror with which this tree was built last:
        with others all would be built again."""
        flags = self.flags()
        compiler = re.match(r'(.*?) (?:-m32|--target)', flags)
        return ([f'CC={compiler[1]}'] if compiler else []) + \
            (['WERROR=1'] if ' -Werror' in flags else [])

    def reuse(self, other, *kernels):
        """Takes over what a tree that is up to date has built, if nothing is built here yet. make
        then compiles only the sources that are newer: those that differ. A compiler that was
        typed is not taken over, for a hand-in is built by the default one."""
        flags = other.flags()
        if self.build_dir != other.build_dir or not flags.startswith('/usr/'):
            return
        built, mine = other.root / other.build_dir, self.root / self.build_dir
        mine.mkdir()
        for name in (*kernels, 'user', 'image'):
            if (built / name).is_dir():
                shutil.copytree(built / name, mine / name)
        # make would look for the sources of which this tree has only objects.
        objects = self.root / 'labs/objects'
        for made in objects.rglob('*.o'):
            (mine / made.relative_to(objects)).with_suffix('.d').unlink(missing_ok=True)
        for name in ('initrd.tar', 'links', 'names', 'flags'):
            shutil.copy2(built / name, mine / name)
        # A warning does not stop a student's build, and -Werror makes no other objects.
        (mine / 'flags').write_text(flags.replace('-Werror', ''))
        shutil.copystat(built / 'flags', mine / 'flags')

    def make(self, *targets):
        """Makes what is named; a name in the build folder begins with self.build_dir."""
        done = self.run(BUILD_SECONDS, 'make', '-s', f'-j{os.cpu_count()}',
                        f'BUILD={self.build_dir}', *self.as_before(), *targets)
        if done.status or done.late:
            raise BuildFailed(done.log + ('\nit takes too long' if done.late else ''))

    def build(self):
        """Builds what a lab's tests need: the kernel, the image and the lab's programs."""
        b = self.build_dir
        self.make(f'{b}/release/isthmus.elf', f'{b}/initrd.tar', 'labs')

    def observe(self, l, test, seed):
        """Runs one test's program with one seed."""
        program, *words = test['run'].split()
        seen = self.run(RUN_SECONDS, 'tools/run', '--limit', str(test['limit']),
                        '--timeout', str(RUN_SECONDS - 20), *test['options'].split(),
                        f'{self.build_dir}/labs/{l.name}/tests/{program}', *words, str(seed))
        lines = []
        for line in seen.text.splitlines():
            if m := re.fullmatch(r'bound: (.+): (-?\d+)', line):
                seen.bounds.append((m[1], int(m[2])))
                line = f'bound: {m[1]}'
            lines.append(line)
        seen.text = ''.join(line + '\n' for line in lines)
        return seen


# -- the comparison ----------------------------------------------------------------

# Lines of the log that do not help a student: the start, and registers.
NO_HELP = re.compile(r'isthmus \d|init starts|tools/run: .* is older|(e..|cr2) [0-9a-f]{8}|\s*$')


def shown(line):
    """Returns a line of a student's kernel as it may be printed."""
    line = ''.join(c if c.isprintable() else '?' for c in line)
    return line if len(line) <= 160 else line[:157] + '...'


def out_of_bounds(test, seen):
    """Returns a line for the first number that is not within its bounds, or None."""
    for name, value in seen.bounds:
        low, high = (limits if isinstance(limits := test['bounds'].get(name), list)
                     else (0, limits))
        if high is None:
            raise lab.Bad(f'{test["name"]}: lab.toml has no bounds for {name!r}')
        if not low <= value <= high:
            return f'{name}: {value}; right are {low} to {high}'
    return None


def judge(test, want, seen):
    """Returns lines that say what is wrong with what a run showed; none if nothing is."""
    if seen.flooded:
        return [f'the run was ended: it wrote more than {OUTPUT_MAX >> 20} MiB']
    if seen.late:
        return ["the run was ended: neither the kernel nor its limit of time came to an end"]
    why = []
    wanted, got = want.splitlines(), seen.text.splitlines()
    at = next((i for i, pair in enumerate(zip(wanted, got)) if pair[0] != pair[1]),
              min(len(wanted), len(got)))
    if wanted != got:
        why += [f'after    {shown(line)}' for line in got[max(0, at - 2):at]]
        why.append(f'right    {wanted[at]}' if at < len(wanted) else 'right    no more lines')
        why.append(f'yours    {shown(got[at])}' if at < len(got) else 'yours    no more lines')
    elif bad := out_of_bounds(test, seen):
        why.append(bad)
    if seen.status:
        log = [x for x in seen.log.splitlines() if not NO_HELP.match(x)]
        why.append(f'the run ended with status {seen.status}:')
        # The end of a backtrace helps less than the panic above it.
        said = [x for x in log[:-20] if x.startswith('panic: ')]
        why += [f'  {shown(line)}' for line in said + log[-20:]]
    return why
