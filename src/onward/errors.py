"""The refusals: each has a name, so that a caller can tell them apart, and says what to do."""


class OnwardError(Exception):
    """Anything Onward refuses; its text says what was expected, what came and what to do."""


class DataError(OnwardError):
    """A file, table or record is not what it must be."""


class SettingsError(OnwardError):
    """A settings file holds a value that is missing, unknown or out of range."""


class NotServableError(OnwardError):
    """A bundle may not be loaded or served as it stands."""
