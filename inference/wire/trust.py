"""Whom to trust at the other end of an encrypted connection."""

from __future__ import annotations

import os
import ssl

import httpx

from inference.errors import BackendError


def trusted(ca_file: str = "") -> ssl.SSLContext:
    """The authorities of that file, else of `SSL_CERT_FILE` or `SSL_CERT_DIR`, else the usual ones.

    The usual ones are both those that come with the HTTP library and the system's, where
    many a company adds its own. Takes 20 ms and reads files: not on the event loop.

    Raises:
        BackendError: the file can't be read or holds no certificates.
    """
    named = ca_file or os.environ.get("SSL_CERT_FILE", "")
    folder = "" if ca_file else os.environ.get("SSL_CERT_DIR", "")
    if not (named or folder):
        context = httpx.create_ssl_context(trust_env=False)
        context.load_default_certs()
        return context
    try:
        return ssl.create_default_context(cafile=named or None, capath=folder or None)
    except OSError as error:
        setting = "`server.ca_file`" if ca_file else "SSL_CERT_FILE"
        what = "isn't there" if isinstance(error, FileNotFoundError) else "holds no certificates"
        raise BackendError(
            f"the file that {setting} names {what}; it should hold the certificates of your "
            "authority as PEM text"
        ) from error
