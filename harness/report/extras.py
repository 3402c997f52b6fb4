# SPDX-License-Identifier: MIT
"""What a report has besides vectors and clauses: packets through the sixteen steps, throughput, the last
campaign, the bug zoo, which of Linux's lines were asked, and the ledger of what is expected to deviate.

gather() fills it in; from_json() reads of an earlier report.json what this one is compared with. Each has a
module of its own, and exhibits.py draws it.
"""

import json
import pathlib
import sys

import campaign
import coverage
import files
import ledger
import nic
import paths
import zoo


def warn(text):
    print(f"refstack report: {text}", file=sys.stderr)


def to_json(report):
    """The member "extras" of report.json: whole numbers, text and null."""
    return {"paths": paths.to_json(report.paths), "nic": nic.to_json(report.nic)}


def from_json(told):
    """(paths, throughput) of the "extras" of an earlier report; ValueError says what is wrong with them. A
    report without them has none."""
    told = {} if told is None else told
    if not isinstance(told, dict):
        raise ValueError("'extras' is no object")
    return paths.from_json(told.get("paths", [])), nic.from_json(told.get("nic", []))


def _carried(report, config, name, read):
    """Of a table; the report has it beside what it says of it."""
    path = files.data_file(config, name)
    try:
        found = read(path) if path else []
        if found:
            report.sources[f"lists/{name}"] = files.text(path)
        return found
    except (OSError, ValueError) as error:
        warn(f"{error}: left out")
        return []


def _zoo(report, config):
    """The zoo that was run here last, or else the one that the package carries."""
    near = pathlib.Path(config["campaign"]).parent / "zoo" if config.get("campaign") else None
    if near is not None and (near / "bugzoo.tsv").is_file():
        config = {**config, "data": near}
    return _carried(report, config, "bugzoo.tsv", zoo.read)


def _baseline(config, baseline):
    """The report.json that this one is compared with; {}: there is none."""
    if baseline is None and config.get("baseline"):
        try:
            baseline = json.loads(files.text(config["baseline"]) or "{}")
        except (OSError, ValueError, RecursionError) as error:
            warn(f"{config['baseline']}: {error}: nothing is compared with it")
    return files.mapping(baseline)


def gather(report, runs, config, baseline=None):
    """Fills in what Report has from here. baseline: the earlier report.json as a dict; None: it is read from
    config["baseline"], if that is given."""
    named = [(run, column.name) for run, column in zip(runs, report.columns)]
    report.paths = [p for run, name in named for p in paths.of_run(run, name)]
    report.nic = [r for run, name in named for r in nic.of_run(run, name)]
    try:
        old_paths, old_nic = from_json(_baseline(config, baseline).get("extras"))
        paths.compare(report.paths, old_paths)
        nic.compare(report.nic, old_nic)
    except ValueError as error:
        warn(f"{config.get('baseline') or 'the baseline'}: {error}: no times are compared with it")
    report.campaign = campaign.read(config["campaign"]) if config.get("campaign") else None
    for line in report.campaign.trouble if report.campaign else ():
        warn(line)
    report.zoo = _zoo(report, config)
    report.sources.update(campaign.sources(config["campaign"]) if report.campaign else {})
    report.coverage = _carried(report, config, "linux-coverage.tsv", coverage.read)
    report.never_run = _carried(report, config, "linux-never-run.tsv", coverage.never_run) or {}
    report.coverage_asked = _carried(report, config, "linux-coverage.tsv", coverage.asked) or ""
    report.ledger = ledger.make(report, named)
