# SPDX-License-Identifier: MIT
"""Makes a report of runs: what `refstack report` does when the runs are there.

    python3 -B FOLDER/__main__.py CONFIG.json

CONFIG.json is what the command line said: {"runs": [files], "output": folder, "baseline": file or null,
"strict": bool, "campaign": folder, "store": file or null, "json": bool, "vectors": folder or null, "version",
"commit", "argv": [words], "program": file}. The exit code is 0; 1: it fails; 2: wrong use, or a run that
cannot be read or is not whole; 3: the environment lacks something.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until main() there is nothing to clean up

import json  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import badge  # noqa: E402
import baseline  # noqa: E402
import build  # noqa: E402
import captures  # noqa: E402
import catalogue  # noqa: E402
import extras  # noqa: E402
import history  # noqa: E402
import junit  # noqa: E402
import publish  # noqa: E402
import reportjson  # noqa: E402
import run  # noqa: E402
import summary  # noqa: E402

CODES = {"pass": 0, "fail": 1, "incomplete": 2}
WRONG_USE, ENVIRONMENT = 2, 3
INSTALL = "ci/setup.sh --report, or: apt-get install python3-jinja2"
KEYS = {  # of CONFIG.json: types, and whether it is needed
    "runs": ((list,), True), "output": ((str,), True), "baseline": ((str, type(None)), False),
    "strict": ((bool,), False), "campaign": ((str, type(None)), False), "store": ((str, type(None)), False),
    "json": ((bool,), False), "vectors": ((str, type(None)), False), "version": ((str, type(None)), False),
    "commit": ((str, type(None)), False), "argv": ((list,), False), "program": ((str, type(None)), False),
}


class ConfigError(Exception):
    """Says what is wrong with CONFIG.json."""


def read_config(path):
    try:
        config = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise ConfigError(f"{path}: {e}") from None
    if type(config) is not dict:
        raise ConfigError(f"{path}: is no object")
    for key, (types, needed) in KEYS.items():
        if key in config or needed:
            if type(config.get(key)) not in types:
                raise ConfigError(f"{path}: '{key}' is not as it must be")
    for key in ("runs", "argv"):
        if not all(type(word) is str for word in config.get(key, ())):
            raise ConfigError(f"{path}: '{key}' is not as it must be")
    if not config["runs"]:
        raise ConfigError(f"{path}: there are no runs")
    return config


def make(config):
    """The report, and the runs that it is of."""
    runs = [run.read(path) for path in config["runs"]]
    report = build.make(runs, config)
    before = baseline.apply(report, config["baseline"]) if config.get("baseline") else {}
    build.decide(report)
    extras.gather(report, runs, config, before)
    history.record(report, config)
    return report, runs


def fill(report, runs, config, folder):
    """All files of the report."""
    import pages
    captures.copy_goldens(report, config.get("vectors"), folder)
    captures.capture_differences(report, runs, config, folder)
    captures.copy_runs(report, runs, folder)
    pages.render(report, folder)  # says which page is whose
    reportjson.write(report, folder / "report.json")
    junit.write(report, folder / "junit.xml")
    summary.write(report, folder / "summary.md")
    badge.write(report, folder / "badge.svg")


def tell(report, config, output, code):
    if config.get("json"):
        print(json.dumps({"report": str(output), **summary.as_object(report, code)}))
        return
    for line in summary.lines(report):
        print(line)
    print(summary.plain(f"report: {output / 'report.html'}"))
    print(summary.verdict_line(report))


def _shown(output):
    """The folder as the user would say it."""
    try:
        return pathlib.Path(output).resolve().relative_to(pathlib.Path.cwd().resolve())
    except ValueError:
        return pathlib.Path(output)


def work(path):
    config = read_config(path)
    publish.check(config["output"])  # before the work, so that nobody waits for nothing
    report, runs = make(config)
    publish.publish(config["output"], lambda folder: fill(report, runs, config, folder))
    code = CODES[report.gate]
    tell(report, config, _shown(config["output"]), code)
    sys.stdout.flush()
    return code


def _say(text):
    print(f"refstack report: {summary.plain(str(text))}", file=sys.stderr)


def _drop_output():
    """What standard output did not take is not tried again at the end."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def main(argv):
    if len(argv) != 2:
        _say("usage: __main__.py CONFIG.json")
        return WRONG_USE
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    publish.end_cleanly()
    try:
        return work(argv[1])
    except (ConfigError, run.RunError, baseline.BaselineError, publish.PublishError,
            catalogue.CatalogueError) as e:
        _say(e)
        return WRONG_USE
    except BrokenPipeError:
        _drop_output()
        return ENVIRONMENT
    except ModuleNotFoundError as e:
        if e.name != "jinja2":
            raise
        _say(f"python3 has no jinja2: {INSTALL}")
        return ENVIRONMENT
    except OSError as e:
        _drop_output()
        _say(f"{e.filename or 'cannot write'}: {e.strerror}")
        return ENVIRONMENT
    except Exception:  # a mistake of this program: the exit code must not say that a vector failed
        traceback.print_exc()
        return ENVIRONMENT


if __name__ == "__main__":
    sys.exit(main(sys.argv))
