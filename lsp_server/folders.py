"""Where Infill keeps what it may lose: the user's cache folder."""

from __future__ import annotations

from pathlib import Path


def cache_folder() -> Path:
    """The folder for indexes and learned models; made by whoever first writes there."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("infill", appauthor=False))
