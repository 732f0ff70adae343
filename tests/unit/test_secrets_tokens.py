"""Keys that say whose they are, and values that look drawn and are called secret."""

from __future__ import annotations

import pytest

from context.secrets.scan import Finding, find_secret
from context.secrets.tokens import is_drawn

# Put together here, so that this repository holds no text that looks like a key.
DRAWN = "q7Xb2LmZ9vKd4RtW8nHs" + "J3cYf6GpA5eUo1BiQwEz"
LONG = DRAWN + DRAWN[::-1] + DRAWN
HEX = "9f3c07a1e5d84b62" * 4


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"key = 'sk-ant-{'api03'}-{LONG[:90]}'", "Anthropic API Key"),
        (f"key = 'sk-proj-{LONG[:48]}'", "OpenAI API Key"),
        (f"google.maps('AI{'za'}{DRAWN[:35]}')", "Google API Key"),
        (f"GOC{'SPX'}-{DRAWN[:28]}", "Google OAuth Secret"),
        (f"login(h{'f_'}{DRAWN[:34]})", "Hugging Face Token"),
        (f"github{'_pat_'}{DRAWN[:22]}_{LONG[:59]}", "GitHub Token"),
        (f"npm{'_'}{DRAWN[:36]}", "NPM Token"),
        (f"dop_{'v1_'}{HEX}", "DigitalOcean Token"),
        (f"-H 'Authorization: Bearer {DRAWN}'", "Bearer Token"),
        (f'PASSWORD = "{DRAWN[:14]}"', "Assigned Secret"),
        (f'"db_password": "{DRAWN[:14]}",', "Assigned Secret"),
        (f"settings['API_KEY'] = '{DRAWN}'", "Assigned Secret"),
        (f"api_token: str = '{DRAWN}'", "Assigned Secret"),
        (f"  client-secret: {DRAWN[:20]}", "Assigned Secret"),
        (f"'secret' => '{DRAWN[:20]}'", "Assigned Secret"),
        ("postgres" + "://admin:s3cr3tPwd9@db.corp.io/x", "Basic Auth Credentials"),
    ],
)
def test_a_key_or_a_drawn_value_is_found(text: str, kind: str) -> None:
    assert find_secret(f"a = 1\n{text}\n") == Finding(kind, 2)


@pytest.mark.parametrize(
    "text",
    [
        "prefix = 'sk-ant-api03-'",
        "key = 'AIza" + "x" * 35 + "'",
        "hf_" + "a" * 34,
        "npm_config_registry_with_a_very_long_name",
        "Authorization: Bearer <token>",
        "Authorization: Bearer ${ACCESS_TOKEN_OF_THE_USER}",
        f"checksum = '{DRAWN}'",
        f"sha256: {HEX}",
        "password = 'TestPassword123'",
        "token = getTokenFromV2Api",
        "token: AccessTokenV2Provider",
        "secret = '{user}Secret{number}X9'",
        "password_file = '/etc/App1/Secrets/db'",
        "KEYS = ['Ctrl1', 'PageUp2Down']",
        "postgres" + "://user:password1@db.internal/x",
        "postgres" + "://user:mypass12@db.internal/x",
        f"password = '{DRAWN}'  # pragma: allowlist secret",
    ],
)
def test_names_templates_and_examples_are_passed(text: str) -> None:
    assert find_secret(text) is None


def test_lines_that_nearly_hold_a_value_take_no_minutes() -> None:
    for unit in ("a=", "='", ":aA1", "password ", 'token"', "Bearer ", "sk-ant-", "=aA1b"):
        assert find_secret(f"{unit}" * 20_000) is None


def test_drawn_values_are_mixed_and_no_words() -> None:
    assert is_drawn(DRAWN[:12])
    assert not is_drawn("oauth2AccessTokenV1")
    assert not is_drawn("https://Host1/a")
