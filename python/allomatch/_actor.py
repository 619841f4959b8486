# SPDX-License-Identifier: Apache-2.0
"""Who changes a store."""

from __future__ import annotations

import getpass
import os

from . import option_values


def login_name() -> str:
    """Who changes a store when nobody is named: the login name, or the number of a user who has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def acting(actor: str | None) -> str:
    """The value of the option ``actor``."""
    return option_values.text("actor", actor or login_name())
