#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A composite action without GitHub: its shell steps, run in the folder where this is called.

run-action.py ACTION CODE INPUT=VALUE...   runs the steps; the last one must end with CODE; writes the
                                           action's outputs into outputs.txt, on one line
run-action.py --look ACTION FILE...        the action and workflows by themselves: each input that is
                                           named is declared and the other way round, each step runs or
                                           uses something, each called action is known and gets what it takes
"""
import os
import re
import subprocess
import sys
import tempfile

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def read(path):
    with open(path, encoding="utf-8") as f:
        return yaml.safe_load(f)


def expand(text, known):
    def value(match):
        if match.group(1) not in known:
            raise SystemExit(f"run-action: nothing is known of {match.group(1)}")
        return known[match.group(1)]
    return EXPRESSION.sub(value, str(text))


def run_step(step, known):
    """One step; its exit code and what it wrote to GITHUB_OUTPUT."""
    with tempfile.NamedTemporaryFile("r", suffix=".output") as out:
        env = dict(os.environ, GITHUB_OUTPUT=out.name)
        env.update({k: expand(v, known) for k, v in step.get("env", {}).items()})
        run = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", expand(step["run"], known)]
        code = subprocess.run(run, env=env, check=False).returncode
        for line in out.read().splitlines():
            key, _, value = line.partition("=")
            known[f"steps.{step.get('id')}.outputs.{key}"] = value
    return code


def wanted_step(step, inputs):
    """Whether a step's condition holds, of the one form that there is: an input is empty, or is not."""
    condition = step.get("if")
    if not condition:
        return True
    match = re.fullmatch(r"inputs\.([\w-]+) (==|!=) ''", condition)
    if not match or match.group(1) not in inputs:
        raise SystemExit(f"run-action: nothing is known of {condition}")
    return (inputs[match.group(1)] == "") == (match.group(2) == "==")


def run_action(path, wanted, given):
    action = read(path)
    inputs = {k: str(v.get("default", "")) for k, v in action["inputs"].items()}
    for key, value in (g.split("=", 1) for g in given):
        if key not in inputs:
            raise SystemExit(f"run-action: no input {key}")
        inputs[key] = value
    known = {f"inputs.{k}": v for k, v in inputs.items()}
    known["github.action_path"] = os.path.dirname(os.path.abspath(path))
    code = 0
    for step in action["runs"]["steps"]:
        if "run" in step and code == 0 and wanted_step(step, inputs):
            code = run_step(step, known)
    outputs = {k: expand(v["value"], known) for k, v in action["outputs"].items()}
    with open("outputs.txt", "w", encoding="utf-8") as f:
        f.write(" ".join(f"{k}={v}" for k, v in outputs.items()) + "\n")
    if code != int(wanted):
        print(f"exit code {code}, wanted {wanted}")
        return 1
    return 0


class Look:
    def __init__(self, action):
        self.inputs = set(action["inputs"])
        self.errors = 0

    def error(self, path, what):
        print(f"{path}: {what}")
        self.errors += 1

    def steps(self, path, steps):
        for n, step in enumerate(steps, 1):
            if ("run" in step) == ("uses" in step):
                self.error(path, f"step {n} should either run or use something")
            if not re.search(r"/ci/action(@|$)", step.get("uses", "")):
                continue
            for name in set(step.get("with", {})) - self.inputs:
                self.error(path, f"step {n}: the action has no input {name}")

    def names(self, path, text, declared):
        """Inputs in expressions, and bare ones in conditions."""
        used = set(re.findall(r"\binputs\.([\w-]+)", text))
        for name in used - declared:
            self.error(path, f"no input {name} is declared")
        for name in declared - used:
            self.error(path, f"the input {name} is not used")

    def action(self, path, action):
        for key in ("name", "description", "inputs", "outputs", "runs"):
            if not action.get(key):
                self.error(path, f"has no {key}")
        if action["runs"]["using"] != "composite":
            self.error(path, "is not composite")
        for kind in ("inputs", "outputs"):
            for name, what in action[kind].items():
                if not what.get("description"):
                    self.error(path, f"{kind}: {name} has no description")
        ids = [s.get("id") for s in action["runs"]["steps"]]
        text = open(path, encoding="utf-8").read()
        for step in re.findall(r"\bsteps\.([\w-]+)\.", text):
            if step not in ids:
                self.error(path, f"there is no step {step}")
        for step in action["runs"]["steps"]:
            if "run" in step and step.get("shell") != "bash":
                self.error(path, "a step that runs something needs its shell")
        self.steps(path, action["runs"]["steps"])
        self.names(path, text, set(action["inputs"]))

    def workflow(self, path, flow):
        on = flow.get("on", flow.get(True))  # YAML 1.1 takes `on` for a truth value
        if not on:
            self.error(path, "does not say when it runs")
        if not flow.get("jobs"):
            self.error(path, "has no job")
        called = on.get("workflow_call", {}) if isinstance(on, dict) else {}
        for job in flow.get("jobs", {}).values():
            if "runs-on" not in job:
                self.error(path, "a job does not say where it runs")
            self.steps(path, job.get("steps", []))
        with open(path, encoding="utf-8") as f:
            self.names(path, f.read(), set(called.get("inputs", {})))

    def pipeline(self, path, jobs):
        """GitLab's."""
        jobs = {k: v for k, v in jobs.items() if isinstance(v, dict) and "script" in v}
        if not jobs:
            self.error(path, "has no job")
        for name, job in jobs.items():
            lines = job["script"] + job.get("before_script", [])
            if not any("ci/gate.sh" in line for line in lines):
                self.error(path, f"{name} does not call the gate")
            if job.get("artifacts", {}).get("when") != "always":
                self.error(path, f"{name} keeps no results of a failure")


def look(action_path, paths):
    action = read(action_path)
    seen = Look(action)
    seen.action(action_path, action)
    for path in paths:
        if os.path.basename(path) == ".gitlab-ci.yml":
            seen.pipeline(path, read(path))
        else:
            seen.workflow(path, read(path))
    return 1 if seen.errors else 0


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "--look":
        return look(sys.argv[2], sys.argv[3:])
    if len(sys.argv) > 2:
        return run_action(sys.argv[1], sys.argv[2], sys.argv[3:])
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
