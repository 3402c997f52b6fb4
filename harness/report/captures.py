# SPDX-License-Identifier: MIT
"""captures/ and runs/ of a report: the evidence itself.

Golden captures are copied from the vectors' folder where it is at hand. What a device did where it differs is
captured anew, by the program at hand. That may be another one than made the run: a capture is taken only
if it has every frame that the run tells of; of the running kernel, whose frames are never the same again, if
it is the kernel that the run names.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

import build

AT_A_TIME = 200  # vectors of one command line
MOST_SECONDS = 60  # of all captures; the deterministic side needs milliseconds
REFERENCE, LIVE = "refstack", "live"
DEVICES = ("tap", "tun", "igb")


def _target(name, ending):
    return f"captures/{build.file_name(name.removesuffix('.pkt'))}{ending}"


def _source(vector, vectors):
    """The golden capture of a vector below the folder of vectors; None."""
    folder = pathlib.Path(vectors).resolve()
    if vector.file != vector.id or not vector.id.startswith(folder.name + "/"):
        return None
    source = folder.parent / (vector.id.removesuffix(".pkt") + ".pcapng")
    script = folder.parent / vector.id
    try:
        same = script.read_bytes() == vector.script.encode()
    except OSError:
        return None
    return source if same and source.is_file() else None


def copy_goldens(report, vectors, folder):
    for vector in report.vectors:
        source = _source(vector, vectors) if vectors else None
        if source is not None:
            to = folder / _target(vector.id, ".pcapng")
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, to)
            vector.capture = _target(vector.id, ".pcapng")


def copy_runs(report, runs, folder):
    (folder / "runs").mkdir()
    for run, column in zip(runs, report.columns):
        shutil.copyfile(run.path, folder / f"runs/{column.name}.run.jsonl")


# --- what a device did ---------------------------------------------------------------------------------

def _can_be_seen_again(run, config):
    """Is what the run is of at hand?"""
    if not config.get("program"):
        return False
    if run.name == LIVE:
        return (run.header.get("kernel") or "").split(" ")[0] == os.uname().release
    return run.name == REFERENCE


def _proves(capture, result):
    """Has it the frames that the run tells of?"""
    return all(bytes.fromhex(row.got.hex) in capture for row in result.ladder if row.got and row.got.hex)


def _command(run, config, into, names):
    device = run.header.get("device")
    return [os.path.abspath(config["program"]), "check", "--dut", run.name, "--captures", str(into),
            *(("--device", device) if device in DEVICES else ()), "--", *names]


def _ask(run, config, into, names):
    """Lets the program write captures below a folder; False: it did not come to its end."""
    try:
        subprocess.run(_command(run, config, into, names), timeout=MOST_SECONDS, check=False,
                       cwd=pathlib.Path(config["vectors"]).resolve().parent, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return True


def _take(vector, result, run, column, into, folder):
    try:
        capture = (into / (vector.id.removesuffix(".pkt") + ".pcapng")).read_bytes()
    except OSError:
        return
    if run.name == LIVE or _proves(capture, result):
        result.got_capture = _target(vector.id, f".{column.name}.pcapng")
        to = folder / result.got_capture
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(capture)


def capture_differences(report, runs, config, folder):
    """What each device did where it differs, as captures."""
    for run, column in zip(runs, report.columns):
        differ = [(v, v.results[column.name]) for v in report.vectors
                  if column.name in v.results and v.results[column.name].linux in ("differs", "explained")
                  and config.get("vectors") and _source(v, config["vectors"])]
        if not differ or not _can_be_seen_again(run, config):
            continue
        with tempfile.TemporaryDirectory(prefix="refstack-captures-") as name:
            into = pathlib.Path(name)
            for first in range(0, len(differ), AT_A_TIME):
                some = differ[first:first + AT_A_TIME]
                if not _ask(run, config, into, [vector.id for vector, _ in some]):
                    report.notes.append(f"{column.name}: not all that differs could be captured")
                    break
            for vector, result in differ:
                _take(vector, result, run, column, into, folder)
