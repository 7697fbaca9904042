"""Store what is said of each bad input; look at the difference before it is committed."""

import tempfile
from pathlib import Path

from tests.hostile import CASES
from tests.hostile.case import faults_of, store_messages, told


def main() -> None:
    messages = {}
    for case in (case for cases in CASES.values() for case in cases):
        with tempfile.TemporaryDirectory() as folder:
            messages[case.name] = told(case, faults_of(case, Path(folder)), Path(folder))
    store_messages(messages)


if __name__ == "__main__":
    main()
