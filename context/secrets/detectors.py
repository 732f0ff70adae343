"""Which of the scanner's detectors are used, and what a text must hold for one to be tried.

Those for keys with a form of their own are used. Detectors of random-looking strings,
of assignments to names such as `password` and of public addresses are not: in code they
find placeholders, test data and examples, and would keep whole files from the prompt.

Loading this takes a fifth of a second, as the scanner brings an HTTP client to ask
whether a key is valid. Nothing here asks: a detector is only ever given a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from detect_secrets.plugins.artifactory import ArtifactoryDetector
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.cloudant import CloudantDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.ibm_cloud_iam import IbmCloudIamDetector
from detect_secrets.plugins.ibm_cos_hmac import IbmCosHmacDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.softlayer import SoftlayerDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from context.secrets import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from detect_secrets.plugins.base import RegexBasedDetector

PRIVATE_KEY = str(PrivateKeyDetector.secret_type)
BASIC_AUTH = str(BasicAuthDetector.secret_type)
# Letters and digits drawn at random: one of them without a digit is a word or a sentence.
RANDOM = frozenset(
    str(plugin.secret_type)
    for plugin in (
        AWSKeyDetector,
        DiscordBotTokenDetector,
        MailchimpDetector,
        TelegramBotTokenDetector,
        TwilioKeyDetector,
    )
)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a text holds wherever the detector's patterns match: any one of these.

    A hint is there to save time, and none (every field empty) is always right.

    Attributes:
        words: as they are written.
        folded: in whatever case.
        run: so many letters and digits on end.
        token_run: the same, `_` and `-` included.
    """

    words: tuple[bytes, ...] = ()
    folded: tuple[bytes, ...] = ()
    run: int = 0
    token_run: int = 0


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of secret.

    Attributes:
        kind: its name, for the user.
        patterns: the scanner's own, made to see each line of a text as one.
        secrets_in: the secrets on a line, as the scanner sees them.
    """

    kind: str
    hint: Hint
    patterns: tuple[re.Pattern[str], ...]
    secrets_in: Callable[[str], Iterable[str]]


_CHOSEN: tuple[tuple[type[RegexBasedDetector], Hint], ...] = (
    (ArtifactoryDetector, Hint(words=(b"AKC", b"AP"))),
    (AWSKeyDetector, Hint(folded=(b"aws",), run=20)),
    (AzureStorageKeyDetector, Hint()),
    (BasicAuthDetector, Hint()),
    (CloudantDetector, Hint(run=24)),
    (DiscordBotTokenDetector, Hint(token_run=27)),
    (GitHubTokenDetector, Hint()),
    (GitLabTokenDetector, Hint(token_run=25)),
    (IbmCloudIamDetector, Hint(token_run=44)),
    (IbmCosHmacDetector, Hint(run=48)),
    (JwtTokenDetector, Hint()),
    (MailchimpDetector, Hint(run=32)),
    (NpmDetector, Hint()),
    (OpenAIDetector, Hint()),
    (PrivateKeyDetector, Hint(words=(b"PRIVATE KEY", b"PuTTY-User-Key"))),
    (PypiTokenDetector, Hint()),
    (SendGridDetector, Hint()),
    (SlackDetector, Hint(folded=(b"xox", b"hooks.slack"))),
    (SoftlayerDetector, Hint(run=64)),
    (SquareOAuthDetector, Hint()),
    (StripeDetector, Hint(words=(b"k_live_",))),
    (TelegramBotTokenDetector, Hint(token_run=35)),
    (TwilioKeyDetector, Hint()),
)


def _made(plugin: type[RegexBasedDetector], hint: Hint) -> Detector:
    detector = plugin()
    listed = cast("Iterable[re.Pattern[str]]", detector.denylist)
    patterns = tuple(re.compile(one.pattern, one.flags | re.MULTILINE) for one in listed)
    return Detector(str(detector.secret_type), hint, patterns, detector.analyze_string)


def _our_own() -> Iterator[Detector]:
    for kind, begins, pattern, keys_on in tokens.KEYS:
        hint = Hint(words=tuple(begin.encode() for begin in begins))
        yield Detector(kind, hint, (pattern,), keys_on)
    bearer, values = (tokens.BEARER_PATTERN,), tokens.VALUE_PATTERNS
    yield Detector(tokens.BEARER, Hint(folded=(b"bearer ",)), bearer, tokens.bearers_on)
    yield Detector(tokens.ASSIGNED, Hint(), values, tokens.assigned_on)


DETECTORS = (*(_made(plugin, hint) for plugin, hint in _CHOSEN), *_our_own())
