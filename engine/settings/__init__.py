"""Settings: everything that can be set from outside; nothing of the engine is imported here."""

from engine.settings.reading import (
    SettingRow,
    as_environment,
    child_environment,
    read_settings,
    secret_from_environment,
    setting_rows,
    unknown_variables,
)
from engine.settings.value import PREFIX, Settings, masked

__all__ = [
    "PREFIX",
    "SettingRow",
    "Settings",
    "as_environment",
    "child_environment",
    "masked",
    "read_settings",
    "secret_from_environment",
    "setting_rows",
    "unknown_variables",
]
