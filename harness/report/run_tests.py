#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs test_*.py of this folder and says of each case what cmocka would say.

    run_tests.py [PATTERN ...]      default: test_*.py
"""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class Lines(unittest.TestResult):
    """A line a case, as it ends."""

    passed = 0

    def name(self, test):
        return f"report/{test.id()}"

    def addSuccess(self, test):
        self.passed += 1
        print(f"[       OK ] {self.name(test)}", flush=True)

    def bad(self, test, error):
        print(f"[  FAILED  ] {self.name(test)}\n{self._exc_info_to_string(error, test)}", flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.bad(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.bad(test, error)

    def addSubTest(self, test, part, error):
        super().addSubTest(test, part, error)
        if error is not None:
            self.bad(part, error)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"SKIP {self.name(test)}: {reason}", flush=True)


def main(patterns):
    sys.path.insert(0, str(HERE))
    result = Lines()
    for pattern in patterns or ("test_*.py",):
        unittest.defaultTestLoader.discover(str(HERE), pattern, str(HERE)).run(result)
    bad = len(result.failures) + len(result.errors)
    print(f"[  PASSED  ] {result.passed} test(s).")
    if bad:
        print(f"[  FAILED  ] {bad} test(s).")
    return 0 if result.passed and not bad else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
