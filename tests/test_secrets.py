"""Secrets: each kind is masked and counted, its surroundings stay, and ordinary text is left alone.

All secrets here are invented, and put together at run time, so that no scanner trips over this file.
"""

import gzip
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traces.secrets import mask, mask_column, rules

MIXED = "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW0xY" * 4
HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f9" * 4
UPPER = "A1B2C3D4E5F6G7H8J9K0" * 4
DASHES = "-" * 5


def key_block(name: str, lines: list[str], *, newline: str = "\n") -> str:
    return newline.join([f"{DASHES}BEGIN {name}{DASHES}", *lines, f"{DASHES}END {name}{DASHES}"])


KEY_LINES = [MIXED[start : start + 64] for start in range(8)] + ["Zz9="]

SECRETS = [
    ("anthropic-key", "sk-" + "ant-api03-" + MIXED[:40] + "-_" + MIXED[:40] + "AA"),
    ("atlassian-token", "ATA" + "TT3xFfGF0" + MIXED + "=1A2B3C4D"),
    ("aws-access-key", "AKI" + "A" + UPPER[:16]),
    ("aws-access-key", "ASI" + "A" + UPPER[:16]),
    ("aws-session-token", "IQoJ" + "b3JpZ2luX2Vj" + MIXED + "/+=="),
    ("databricks-token", "dap" + "i" + HEX[:32]),
    ("digitalocean-token", "dop" + "_v1_" + HEX[:64]),
    ("discord-bot-token", "MTIz" + "NDU2Nzg5MDEyMzQ1Njc4" + ".Gh1JkL." + MIXED[:38]),
    ("discord-webhook", "https://discord.com/api/" + "webhooks/123456789012345678/" + MIXED[:68]),
    ("docker-token", "dckr" + "_pat_" + MIXED[:27]),
    ("github-token", "gh" + "p_" + MIXED[:36]),
    ("github-token", "gh" + "s_" + MIXED[:90]),
    ("github-token", "github" + "_pat_" + MIXED[:22] + "_" + MIXED[:59]),
    ("gitlab-token", "glp" + "at-" + MIXED[:20]),
    ("gitlab-token", "glp" + "at-" + MIXED[:27] + ".01.0w1a2b3c4"),
    ("gitlab-token", "GR13" + "48941" + MIXED[:20]),
    ("google-api-key", "AI" + "zaSy" + MIXED[:31] + "-_"),
    ("google-oauth-token", "ya" + "29.a0Af" + MIXED[:60]),
    ("google-oauth-token", "GOC" + "SPX-" + MIXED[:28]),
    ("google-oauth-token", "1/" + "/0" + MIXED[:40]),
    ("grafana-token", "gl" + "sa_" + MIXED[:32] + "_" + HEX[:8]),
    ("hugging-face-token", "h" + "f_" + MIXED[:34]),
    ("json-web-token", "ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxIn0." + MIXED[:43]),
    ("json-web-token", "ey" + "JhbGciOiJkaXIiLCJl.." + MIXED[:16] + "." + MIXED + "." + MIXED[:22]),
    ("mailchimp-access-key", HEX[:32] + "-" + "us12"),
    ("model-api-key", "gs" + "k_" + MIXED[:52]),
    ("model-api-key", "sk-" + "or-v1-" + HEX[:64]),
    ("notion-token", "nt" + "n_" + MIXED[:46]),
    ("npm-token", "np" + "m_" + MIXED[:36]),
    ("openai-token", "sk-" + "proj-" + MIXED[:74] + "T3Blbk" + "FJ" + MIXED[:74]),
    ("openai-token", "sk-" + MIXED[:48]),
    ("pypi-token", "pypi-" + "AgEIcHlwaS5vcmc" + MIXED[:120]),
    ("sendgrid-api-key", "S" + "G." + MIXED[:22] + "." + MIXED[:43]),
    ("sentry-token", "sntr" + "ys_" + MIXED + "_" + MIXED[:43]),
    ("shopify-token", "shp" + "at_" + HEX[:32]),
    ("slack-token", "xox" + "b-123456789012-1234567890123-" + MIXED[:24]),
    ("slack-token", "xap" + "p-1-A0B1C2D3E4-1234567890123-" + HEX[:64]),
    ("slack-token", "https://hooks.slack" + ".com/services/T0A1B2C3D/B0A1B2C3D/" + MIXED[:24]),
    ("stripe-access-key", "sk_" + "live_" + MIXED[:24]),
    ("stripe-access-key", "rk_" + "live_51" + MIXED[:98]),
    ("stripe-access-key", "sk_" + "test_" + MIXED[:24]),
    ("supabase-key", "sb" + "p_" + HEX[:40]),
    ("telegram-bot-token", "1234567890" + ":AA" + MIXED[:33]),
    ("twilio-api-key", "S" + "K" + HEX[:32]),
    ("vault-token", "hv" + "s.CAES" + MIXED[:90]),
]

IN_CONTEXT = [
    ("authorization", "curl -H 'Authorization: Bearer @' https://example.com", MIXED[:32]),
    ("authorization", "GET /?header=Bearer%20@&x=1", MIXED[:32]),
    ("authorization", "Authorization: Basic @", "dXNlcjpwYXNz" + "d29yZDE="),
    ("authorization", "'Authorization': 'token @'", HEX[:40]),
    ("authorization", '{"x-api-key": "@"}', MIXED[:32]),
    ("authorization", '{"headers": "x-api-key:\\n@"}', MIXED[:32]),
    ("aws-access-key", "AWS_SECRET_ACCESS_KEY=@\n", MIXED[:38] + "/+"),
    ("aws-access-key", 'aws_secret_access_key = "@"', MIXED[:40]),
    ("aws-access-key", '{"SecretAccessKey": "@", "x": 1}', MIXED[:40]),
    ("aws-access-key", '"{\\"SecretAccessKey\\": \\"@\\"}"', MIXED[:40]),
    ("aws-access-key", "the aws key is '@'", MIXED[:40]),
    ("azure-key", "AccountName=a;AccountKey=@;EndpointSuffix=core.windows.net", MIXED[:86] + "=="),
    ("npm-token", "//registry.example.com/:_authToken=@\n", HEX[:36]),
    ("private-key", f"{DASHES}BEGIN PRIVATE KEY{DASHES}\n@\n(cut)", MIXED[:64]),
    ("private-key", "Private-Lines: 1\n@\nPrivate-MAC: 0", MIXED[:64]),
    ("telegram-bot-token", "https://api.telegram.org/@/getMe", "bot" + "123456789" + ":AA" + MIXED[:33]),
    ("url-password", "postgresql://app:@@db.example.com:5432/app", "s3cr" + "et!"),
    ("url-password", "redis://:@@localhost", "pässwort"),
    ("url-password", "git clone https://x-access-token:@@github.com/a/b", "letmein"),
]

ORDINARY = {
    "git hashes": f"commit {HEX[:40]}\nindex {HEX[:7]}..{HEX[7:14]} 100644",
    "uuids": "toolu_01A 0b8a6f3e-5d0c-4b52-9a3e-1f2d3c4b5a69 call_0b8a6f3e5d0c4b529a3e1f2d3c4b5a69",
    "sha256 digests": f"sha256:{HEX[:64]} docker://alpine:3.18@sha256:{HEX[:64]} md5-{HEX[:32]}",
    "npm integrity hashes": f'"integrity": "sha512-{MIXED[:86]}==", "resolved": "https://packages.example.org/a/-/a-1.tgz"',
    "pip hashes": f"--hash=sha256:{HEX[:64]} name/file.py,sha256={MIXED[:43]},160",
    "base64 images": f'<img src="data:image/png;base64,iVBORw0KGgo{MIXED * 20}SK{HEX}AIza{MIXED}==">',
    "source maps": f"//# sourceMappingURL=data:application/json;base64,ey{'J2ZXJzaW9uIjozfQ' * 9}==",
    "the mask itself": "[masked:github-token] and Bearer [masked:authorization] and ://a:[masked:url-password]@b",
    "names of keys": "export OPENAI_API_KEY=$KEY; api_key = os.environ['ANTHROPIC_API_KEY']; password = getpass()",
    "code that builds headers": 'headers = {"Authorization": f"Bearer {token}", "x-api-key": settings.key_for_tests}',
    "shell that builds headers": "curl -H 'Authorization: Bearer $GITHUB_TOKEN' -H 'Authorization: Bearer <token-1>'",
    "prose about tokens": "Bearer authentication sends a bearer token; Authorization: Basic authentication-scheme",
    "urls with ports": "http://localhost:3000/a@b https://example.com:8080/?mail=a@example.com ssh://git@host:22/x",
    "urls with places for passwords": "postgres://${USER}:${PASS}@db postgres://{u}:{p}@db a://%s:%s@h b://u:****@h",
    "a url and a mail address": "see http://localhost:3000,mail=me@example.com or http://host:80 me@example.com",
    "css and html": '<div class="sk-container-id-1 sk-toggleable__control"> .sk-cube-grid { color: #a1b2c3 }',
    "names with prefixes": "task-"
    + HEX[:32]
    + " disk-proj-configuration-of-the-volume desk-ant-farm-simulation-v2-final",
    "test results": "--- PASS: TestWriteCommitted_AgentsArray_Deduplication (0.02s)\npass tests/a.py::test_b",
    "a header without its key": f'if "{DASHES}BEGIN RSA PRIVATE KEY{DASHES}" in text: raise ValueError("a key")',
    "an elided key": f"{DASHES}BEGIN PRIVATE KEY{DASHES}\n...\n{DASHES}END PRIVATE KEY{DASHES}",
    "a certificate": key_block("CERTIFICATE", KEY_LINES),
    "a public key": key_block("PUBLIC KEY", KEY_LINES),
    "an elided token": "eyJhbGci... ghp_... sk-ant-... AKIA... hf_xxx npm_config_registry github_pat_",
    "long names": "secret_manager_client_for_the_whole_test_suite xapp-layout-sidebar-container hvs.kv_version",
    "runs too long for a token": "dap" + f"i{HEX[:32]}xyz AI" + f"zaSy{MIXED[:40]}",
    "times and numbers": "1700000000:abcdef 2026-01-02T03:04:05.678901Z 12345678:deadbeef",
    "a class named like a secret": '_read(d, "secret_access_key", ModelProviderServiceConfigProviderSecret)',
    "python": "self.assertEqual(token.split('.')[1], expected)  # noqa: S105",
    "an empty text": "",
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS, ids=lambda value: value[:12])
def test_each_kind_is_masked_and_counted_in_prose_code_and_json(kind: str, secret: str) -> None:
    for around in (
        "@",
        "The token is @.",
        "KEY=@\n",
        "f('@', \"@\")",
        "(@)",
        "a\x1b[32m@\x1b[0m",
        '{"a": "x\\n@\\n", "b": ["@"]}',
        '"{\\"a\\": \\"\\\\n@\\u001b\\"}"',
        '{"a": "\\u001b@"}',
        "x%3D@%26",
    ):
        masked, counts = mask(around.replace("@", secret))
        assert masked == around.replace("@", f"[masked:{kind}]")
        assert counts == Counter({kind: around.count("@")})


@pytest.mark.parametrize(("kind", "around", "secret"), IN_CONTEXT)
def test_what_only_its_place_gives_away_is_masked_there(kind: str, around: str, secret: str) -> None:
    masked, counts = mask(around.replace("@", secret, 1))
    assert masked == around.replace("@", f"[masked:{kind}]", 1)
    assert counts == Counter({kind: 1})


@pytest.mark.parametrize(("_kind", "secret"), SECRETS, ids=lambda value: value[:12])
def test_a_secret_too_short_to_be_one_stays(_kind: str, secret: str) -> None:
    assert mask(f"see {secret[:14]} there") == (f"see {secret[:14]} there", Counter())


@pytest.mark.parametrize(
    "secret", [secret for _, secret in SECRETS if secret[0] in "bfnrt"], ids=lambda value: value[:12]
)
def test_the_letter_of_an_escape_is_not_taken_for_the_first_of_a_secret(secret: str) -> None:
    text = json.dumps(json.loads(f'"\\{secret}"'))
    assert text == f'"\\{secret}"'
    assert mask(text) == (text, Counter())


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert mask(text) == (text, Counter())
    assert mask(json.dumps(text)) == (json.dumps(text), Counter())


@pytest.mark.parametrize(
    "name", ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
)
@pytest.mark.parametrize(
    "newline", ["\n", "\r\n", "\\n", "\\\\n", "\n    ", "\n     7→", "\n7\t", "\n+", "\n-", "\\n7\\u2192", " "]
)
def test_a_whole_key_becomes_one_mask_however_its_lines_are_shown(name: str, newline: str) -> None:
    masked, counts = mask(f"before {key_block(name, KEY_LINES, newline=newline)} after")
    assert masked == "before [masked:private-key] after"
    assert counts == Counter({"private-key": 1})


def test_a_key_with_headers_becomes_one_mask() -> None:
    headers = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC," + HEX[:32], ""]
    assert mask(key_block("RSA PRIVATE KEY", headers + KEY_LINES))[0] == "[masked:private-key]"


@pytest.mark.parametrize(("before", "after"), [('    "', '\\n" +'), ("'", "',"), ("# ", ""), ("- ", "")])
def test_no_long_line_of_a_key_is_left_where_it_is_cut_or_spread_over_strings(before: str, after: str) -> None:
    lines = [f"{before}{line}{after}" for line in [f"{DASHES}BEGIN PRIVATE KEY{DASHES}", *KEY_LINES[:8]]]
    masked, counts = mask("\n".join(lines))
    assert masked == "\n".join([lines[0], *[f"{before}[masked:private-key]{after}"] * 8])
    assert counts == Counter({"private-key": 8})


def test_several_secrets_of_several_kinds_are_counted_apart() -> None:
    token, key = "gh" + "p_" + MIXED[:36], "AKI" + "A" + UPPER[:16]
    masked, counts = mask(f"https://me:{token}@github.com {key} {key}, Bearer {token}")
    assert masked == (
        "https://me:[masked:github-token]@github.com [masked:aws-access-key] [masked:aws-access-key], "
        "Bearer [masked:github-token]"
    )
    assert counts == Counter({"github-token": 2, "aws-access-key": 2})


def test_text_that_is_not_ascii_or_not_even_unicode_stays_around_a_secret() -> None:
    secret = "gh" + "p_" + MIXED[:36]
    assert mask(f"日本 {secret} \ud800 ü")[0] == "日本 [masked:github-token] \ud800 ü"


# What a text is made of: secrets whole and cut, the contexts they stand in, and what JSON and masks are made of.
SCRAPS = [secret for _, secret in SECRETS]
SCRAPS += [scrap for _, around, secret in IN_CONTEXT for scrap in (around.replace("@", secret, 1), *around.split("@"))]
SCRAPS += [key_block("PRIVATE KEY", KEY_LINES), f"{DASHES}BEGIN PRIVATE KEY{DASHES}\n", MIXED[:64], HEX[:40]]
SCRAPS += [
    "://",
    "u:",
    "@h",
    "Bearer ",
    "aws key ",
    "x-api-key",
    "k_live_",
    "pm_",
    "8_",
    "ot",
    "",
    " ",
    ".",
    "-",
    "_",
    "=",
    "%",
    "é",
]
SCRAPS += ["\\", '"', "'", "\n", "\t", "\r", "\b", "\x1b", "\x7f", "→", "[masked:private-key]", "[masked:x]"]
TEXTS = st.lists(st.sampled_from(SCRAPS) | st.text(max_size=4), max_size=8).map("".join)


@given(
    st.recursive(TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)),
    st.booleans(),
)
def test_json_stays_json_of_the_same_shape(value: object, ascii_only: bool) -> None:
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return [shape(inner) for inner in value.values()]
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value)

    once = json.dumps(value, ensure_ascii=ascii_only)
    read = json.loads(mask(once)[0], object_pairs_hook=lambda pairs: [inner for _, inner in pairs])
    assert shape(read) == shape(value)
    twice = json.dumps(once)
    assert isinstance(json.loads(mask(twice)[0]), str)


@given(TEXTS)
def test_masking_twice_is_masking_once(text: str) -> None:
    masked, _ = mask(text)
    assert mask(masked) == (masked, Counter())


@given(TEXTS)
def test_hyperscan_misses_nothing_that_the_rules_would_find(text: str) -> None:
    data, counts, before = text.encode("utf-8", "surrogatepass"), Counter[str](), -1
    while counts.total() > before:
        before = counts.total()
        for rule in rules():
            data, times = rule.masked(data)
            counts += Counter({rule.kind: times})
    assert mask(text) == (data.decode("utf-8", "surrogatepass"), counts)


VALID = TEXTS.filter(lambda text: text.encode("utf-8", "ignore").decode() == text)


@given(
    st.lists(VALID | st.none(), max_size=8),
    st.integers(0, 8),
    st.integers(0, 8),
    st.sampled_from([pa.string(), pa.large_string()]),
)
def test_a_column_is_masked_row_by_row_whatever_its_slice_and_nulls(
    texts: list[str | None], start: int, length: int, kind: pa.DataType
) -> None:
    column = pa.array(texts, kind).slice(min(start, len(texts)), length)
    masked, counts = mask_column(column)
    rows = [mask(text) if text is not None else (None, Counter[str]()) for text in column.to_pylist()]
    masked.validate(full=True)
    assert masked.type == kind
    assert masked.to_pylist() == [text for text, _ in rows]
    assert counts == sum((found for _, found in rows), Counter[str]())


def test_a_column_without_secrets_comes_back_as_it_is() -> None:
    column = pa.array(["nothing", None, "", "at all"])
    masked, counts = mask_column(column)
    assert masked is column
    assert counts == Counter()


@pytest.mark.parametrize("texts", [[], [None], [None, None], [""]])
def test_a_column_without_texts_comes_back_as_it_is(texts: list[str | None]) -> None:
    assert mask_column(pa.array(texts, pa.string())) == (pa.array(texts, pa.string()), Counter())


def test_a_secret_is_not_made_of_two_rows() -> None:
    secret = "gh" + "p_" + MIXED[:36]
    column = pa.array([secret[:20], secret[20:], "x" + secret, secret])
    assert mask_column(column)[0].to_pylist() == [secret[:20], secret[20:], "x" + secret, "[masked:github-token]"]


def test_what_lies_under_a_null_is_not_looked_at() -> None:
    secret = "gh" + "p_" + MIXED[:36]
    whole = pa.array([secret, secret])
    column = pa.Array.from_buffers(pa.string(), 2, [pa.py_buffer(b"\x02"), *whole.buffers()[1:]])
    assert mask_column(column)[0].to_pylist() == [None, "[masked:github-token]"]
    assert mask_column(column)[1] == Counter({"github-token": 1})


def test_a_column_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="a column of type int64 holds no texts"):
        mask_column(pa.array([1]))


def test_threads_may_mask_at_once() -> None:
    secret = "gh" + "p_" + MIXED[:36]
    column = pa.array([f"{number} {secret} " + "text " * 200 for number in range(200)])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: mask_column(column)[1], range(32)))
    assert found == [Counter({"github-token": 200})] * 32


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "scrap", ["eyJ", "sk-", "://", "://u:", "a.", "-----BEGIN PRIVATE KEY-----", "aws", "\\", "bearer "]
)
def test_no_text_takes_long(scrap: str) -> None:
    text = scrap * (300_000 // len(scrap)) + " ey" + "JhbGciOiJIUzI1NiJ9." + MIXED + " https://u:p@h"
    assert mask(text)[0].endswith(" [masked:json-web-token] https://u:[masked:url-password]@h")


def test_in_real_sessions_only_one_invented_account_id_is_found(dev: Path) -> None:
    lines = [
        line for file in sorted(dev.glob("*.jsonl.gz")) for line in gzip.decompress(file.read_bytes()).splitlines()
    ]
    assert mask_column(pa.array([line.decode() for line in lines]))[1] == Counter({"twilio-api-key": 8})
