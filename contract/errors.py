"""The tree of errors: what was found, what was expected, where, and what to do next.

ChartloomError
├── ConfigError        pipelines.yaml or a parameter is wrong; nothing has run            exit code 2
│   └── PlanError      the steps do not fit together (order, writers, the PHI gate)       exit code 2
├── InputError         a file, folder or table that was handed in cannot be used          exit code 3
│   ├── VersionError   input of a standard's version that is not read here (DSTU2, R5)    exit code 3
│   └── MappingError   a mapping names a column, a table or a type that is not there      exit code 3
├── StoreError         the lake: disk full, damaged snapshot, table without declaration   exit code 4
│   └── LockError      another run holds the lake                                         exit code 5
├── CheckFailed        a Check said no: the night is not published                        exit code 6
├── StageError         a step failed on its rows (names the step and shard, never a row)  exit code 7
└── Interrupted        somebody pressed Ctrl-C                                            exit code 130

A night that was published, but had to leave out a source that cannot be read, ends with exit code 8.
Messages never hold a cell's content: rows may be PHI. File names are PHI too: the terminal shows them,
files in the lake do not.
"""


class ChartloomError(Exception):
    """Something a person can mend; `exit_code` tells a scheduler which kind."""

    exit_code = 1


class ConfigError(ChartloomError):
    exit_code = 2


class PlanError(ConfigError):
    pass


class InputError(ChartloomError):
    exit_code = 3


class VersionError(InputError):
    pass


class MappingError(InputError):
    pass


class StoreError(ChartloomError):
    exit_code = 4


class LockError(StoreError):
    exit_code = 5


class CheckFailed(ChartloomError):
    exit_code = 6


class StageError(ChartloomError):
    exit_code = 7


class Interrupted(ChartloomError):
    exit_code = 130  # 128 and the number of the signal, as shells have it
