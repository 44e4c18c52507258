"""Every error this package raises on purpose.

    VnPolicyError
    ├── InputError (also a ValueError)   what was handed in cannot be used
    │   ├── TextError                    texts that are not a list of strings
    │   ├── LabelError                   labels that do not fit the texts or the topics
    │   ├── ColumnError                  a column that is not there, or is there already
    │   └── TableError                   a file that cannot be read as a table
    │       ├── EncodingError            a file whose encoding cannot be told, or is unknown here
    │       └── ReadError                a file that the system stops reading: perhaps it goes on another time
    ├── OutputError                      a place that cannot be written to
    ├── ClusterError                     a Dask cluster that does not answer, does not fit or is lost
    └── ModelError                       a model folder that cannot be used
        ├── ModelNotFoundError           nothing there
        ├── ModelDamagedError            files missing, altered or contradicting each other
        └── ModelFormatError             written by another program, or a newer version of this one

Each message is one line that says what is wrong and what to do next; the command line prints it
as it is and ends with exit code 2.
"""


class VnPolicyError(Exception):
    """Base of all errors that this package raises on purpose."""


class InputError(VnPolicyError, ValueError):
    """What was handed in cannot be used."""


class TextError(InputError):
    """Texts that are not a list of strings."""


class LabelError(InputError):
    """Labels that do not fit the texts or the topics."""


class ColumnError(InputError):
    """A column that is not in the table, or is in it already."""


class TableError(InputError):
    """A file that cannot be read as a table."""


class EncodingError(TableError):
    """A file whose encoding cannot be told, or an encoding that is unknown here."""


class ReadError(TableError):
    """A file that the system stops reading, as a disk that fails; perhaps it goes on another time."""


class OutputError(VnPolicyError):
    """A place that cannot be written to."""


class ClusterError(VnPolicyError):
    """A Dask cluster that does not answer, has other versions or loses all its workers."""


class ModelError(VnPolicyError):
    """A model folder that cannot be used."""


class ModelNotFoundError(ModelError):
    """No model folder at the given place."""


class ModelDamagedError(ModelError):
    """A model folder whose files are missing, altered or contradict each other."""


class ModelFormatError(ModelError):
    """A model folder written by another program or by a newer version of this one."""


class SegmenterError(VnPolicyError):
    """Files of underthesea that are not what its word model should be."""
