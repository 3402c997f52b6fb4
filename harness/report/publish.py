# SPDX-License-Identifier: MIT
"""Puts a report where it belongs, whole or not at all.

Everything is written into a folder beside the output, which takes its place in one step when it is whole:
until then the report of before stays as it is. A folder that is no report is never replaced.
"""

import contextlib
import ctypes
import fcntl
import os
import pathlib
import shutil
import signal
import tempfile

MARK = ".refstack-report"  # names what the report has at its top, a line each
NEW = ".new"  # ends the name of a folder that is being filled
AT_FDCWD, RENAME_EXCHANGE = -100, 2
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PublishError(Exception):
    """Says which folder, and why it stays as it is."""


def check(output):
    """The folder itself, where links lead; it is not there, is empty, or is a report and nothing else."""
    output = pathlib.Path(output).resolve()
    if not output.exists():
        return output
    if not output.is_dir():
        raise PublishError(f"{output}: is no folder")
    there = set(os.listdir(output))
    if there and MARK not in there:
        raise PublishError(f"{output}: has files and is no report: it is not replaced")
    ours = (output / MARK).read_text(encoding="utf-8", errors="replace").splitlines() if there else ()
    others = sorted(there - set(ours) - {MARK})
    if others:
        raise PublishError(f"{output}: has '{others[0]}', which is no part of a report: it is not replaced")
    return output


def _already(_number, _frame):
    """Not SIG_IGN: Python complains of one that came before it was said."""


def _end(number, _frame):
    for ending in ENDINGS:
        signal.signal(ending, _already)
    raise SystemExit(128 + number)


def end_cleanly():
    """The first signal that ends us does so past all that cleans up; what follows does not disturb that."""
    for ending in ENDINGS:
        signal.signal(ending, _end)


@contextlib.contextmanager
def _undisturbed():
    """Whoever wants to end us waits that long."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _locked(folder):
    """A descriptor that keeps others from taking the folder for a left one; None: somebody has it."""
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(at, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return at
    except OSError:
        os.close(at)
        return None


def _sweep(output):
    """Removes what a run that was killed has left."""
    for left in output.parent.glob(f".{output.name}.*{NEW}"):
        with contextlib.suppress(OSError):
            at = _locked(left)
            if at is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(at)


def _remove(folder, lock):
    """The old report, or what was not finished."""
    with _undisturbed():
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _exchange(a, b):
    """Both change places in one step; False: this system or file system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    return libc.renameat2(AT_FDCWD, os.fsencode(a), AT_FDCWD, os.fsencode(b), RENAME_EXCHANGE) == 0


def _swap(new, output):
    if not output.exists():
        new.rename(output)
    elif not _exchange(new, output):
        old = new.with_name(new.name.removesuffix(NEW) + ".old" + NEW)
        output.rename(old)
        new.rename(output)
        shutil.rmtree(old, ignore_errors=True)


def _take_place(new, output):
    mask = os.umask(0)
    os.umask(mask)
    (new / MARK).write_text("\n".join(sorted(os.listdir(new))) + "\n", encoding="utf-8")
    new.chmod(0o777 & ~mask)
    with _undisturbed():
        check(output)  # once more: it took a while
        _swap(new, output)


def publish(output, fill):
    """fill(folder) writes everything; only when it has come back the folder takes the output's place."""
    output = check(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    _sweep(output)
    with contextlib.ExitStack() as left:
        with _undisturbed():
            new = pathlib.Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=NEW, dir=output.parent))
            left.callback(_remove, new, _locked(new))
        fill(new)
        _take_place(new, output)
    return output
