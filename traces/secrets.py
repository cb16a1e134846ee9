"""Masks secrets in texts on their way in as `[masked:<kind>]`, and counts them by kind.

A secret is known by its form: a vendor's prefix, a key block, a header, a URL's password. What has no form (a password
in a sentence, `api_key = "…"`) stays: guessing by entropy, or by the word before, masks hashes, UUIDs and code.
Hyperscan reads a whole column's bytes once and says which rows may hold a secret; only those meet the rules.
"""

import re
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import hyperscan
import pyarrow as pa

# The plugins of detect-secrets whose rules are taken. Left out: public IP addresses, high entropy and `keyword`, which
# hit ordinary text; IBM's (`PASS: ` and 44 letters), Artifactory's (words in `AP[A-F]`), Telegram's (a time and a hash)
# and JWT's (one dot suffices); Basic Auth's, npm's and Square's, which run over JSON's quotes and backslashes; private
# keys (the header only); Azure's (takes the name along); GitHub's, GitLab's and OpenAI's, which leave the end of longer
# tokens; Discord's, which alone took a third of the scan's time.
_TAKEN = ("aws", "mailchimp", "pypi_token", "sendgrid", "slack", "stripe", "twilio")

# No secret may hold a quote or a backslash of its own, or JSON would break.
_TOKENS = (
    ("anthropic-key", r"sk-ant-[\w-]{20,}"),
    ("atlassian-token", r"ATATT3[\w=-]{50,}"),
    ("aws-session-token", r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9/+=]{80,}"),
    ("databricks-token", r"dapi[0-9a-f]{32}"),
    ("digitalocean-token", r"do[opr]_v1_[0-9a-f]{64}"),
    ("discord-bot-token", r"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){6}[\w-]{0,4}\.[\w-]{6}\.[\w-]{27,}"),  # an id in base64
    ("discord-webhook", r"https://discord(?:app)?\.com/api/webhooks/[0-9]{10,20}/[\w-]{60,}"),
    ("docker-token", r"dckr_[po]at_[\w-]{27,}"),
    ("github-token", r"(?:gh[pousr]_|github_pat_[A-Za-z0-9]{22}_)[A-Za-z0-9]{36,}"),
    ("gitlab-token", r"(?:gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|rtr|soat)-|GR1348941)[\w.-]{20,}"),
    ("google-api-key", r"AIza[\w-]{35}"),
    ("google-oauth-token", r"(?:ya29\.|GOCSPX-|1//0)[\w-]{24,}"),
    ("grafana-token", r"glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    ("hugging-face-token", r"(?:hf|api_org)_[A-Za-z0-9]{34,}"),
    ("json-web-token", r"eyJ[\w-]{14,2048}\.[\w.-]{16,}"),
    ("model-api-key", r"(?:gsk_|xai-|r8_|pplx-|csk-)[A-Za-z0-9]{36,}"),  # Groq, xAI, Replicate, Perplexity, …
    ("model-api-key", r"(?:sk-or-v1-|sk-lf-|tvly-)[A-Za-z0-9-]{24,}"),  # OpenRouter, Langfuse, Tavily
    ("notion-token", r"(?:ntn|secret)_[A-Za-z0-9]{43,}"),
    ("npm-token", r"npm_[A-Za-z0-9]{36,}"),
    ("openai-token", r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,}"),
    ("openai-token", r"sk-[A-Za-z0-9]{32,}"),
    ("sentry-token", r"sntry[su]_[\w=+/-]{40,}"),
    ("shopify-token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("slack-token", r"(?:xapp-[0-9]|xox[cde](?:\.xox[bp])?)-(?:[\w.-]|%2[BF]|%3D){16,}"),
    ("stripe-access-key", r"(?:[rs]k_test_|whsec_)[\w+/=]{24,}"),
    ("supabase-key", r"(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,})"),
    ("telegram-bot-token", r"(?:bot)?[0-9]{8,10}:AA[\w-]{33}"),
    ("vault-token", r"hv[sb]\.[\w-]{60,}"),
)

# A secret starts where no letter, digit or backslash stands before it, but for the end of an escape (\n, \u001b, %3D)
# or of a colour code; a token ends before no letter or digit, and leaves a sentence its full stop.
_START = re.compile(rb"(?<![A-Za-z0-9\\])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2})|(?<=[0-9]m)")
_END = r"(?<!\.)(?![A-Za-z0-9])"

_IS = r"(?:\\+[\"'nrt]|[\s\"':=>,]){1,12}"  # between a name and its value in code, JSON, shell and YAML
_VALUE = r"(?=[A-Za-z._~+/=-]*[0-9])"  # has a digit, unlike the words that documentation puts in a value's place
_LOGIN = r"://[^\s:/?#\[\]@\"'`<>{}\\]*:(?!%[sdv]@|[*.xX]+@)([^\s:/?#\[\]@\"'`<>{}\\$,;()|&=]{1,256})@(?!sha256:)"

# The secret is the group; what is around it stays.
_IN_CONTEXT = (
    ("url-password", _LOGIN),
    ("aws-access-key", rf"(?i:secret_?access_?key|aws_?secret(?:_?key)?){_IS}{_VALUE}([A-Za-z0-9/+]{{40}}){_END}"),
    ("azure-key", r"(?i:SharedAccessKey|AccountKey)=([A-Za-z0-9+/=]{40,})"),
    ("npm-token", r":_(?:authToken|auth|password)=([\w.+/=-]{16,})"),
    ("authorization", rf"(?i:bearer)(?: |\+|%20){{1,4}}{_VALUE}([\w.~+/=-]{{20,}})"),
    ("authorization", rf"(?i:authorization){_IS}(?i:basic|token) {{1,4}}{_VALUE}([\w+/=-]{{12,}})"),
    ("authorization", rf"(?i:x-(?:api|auth|access)-(?:key|token)){_IS}{_VALUE}([\w.~+/=-]{{20,}})"),
)

# A key is masked as a block; where it is cut, or spread over strings, line by line, each after the one before.
_KEY = r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_KEY_TEXT = r"(?:(?!-----)(?:[\w\s+/=:,.|>#*()-]|→|\\+(?:[nrt/]|u2192))){40,20000}"
_BREAK = r"(?:\\+(?:[nrt]|u2192)|[0-9]{1,6}(?:→|\\+t|[\t|:])|[^\w\\]){1,60}"
_KEY_START = r"PRIVATE KEY(?: BLOCK)?-----|Private-Lines: [0-9]+|\[masked:private-key\]"
_KEY_FORMS = (
    rf"({_KEY}{_KEY_TEXT}-?{_KEY.replace('BEGIN', 'END')})",
    rf"(?:{_KEY_START}){_BREAK}([\w+/=]{{40,}})",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of secret. Patterns are over bytes, so that both engines see the same."""

    kind: str
    """Slug; what the mask says."""
    sight: bytes
    """What Hyperscan looks for: the rule, or its beginning."""
    pattern: re.Pattern[bytes]
    """The rule itself; its first group is the secret."""

    def masked(self, data: bytes) -> tuple[bytes, int]:
        """The data with its secrets of this form masked, and their number."""
        pieces, done = [], 0
        for match in self.pattern.finditer(data):
            # Looking behind within the pattern would cost `re` its quick search for the first letters.
            if _START.match(data, match.start(1)):
                pieces += [data[done : match.start(1)], f"[masked:{self.kind}]".encode()]
                done = match.end(1)
        return b"".join([*pieces, data[done:]]), len(pieces) // 2


def _rule(kind: str, sight: str, pattern: str, flags: int = 0) -> Rule:
    # Cut at its last repetition, or Hyperscan would report every further byte as the end of a match.
    sight = re.sub(r"(?<!\\)\+$", "", re.sub(r"\{(\d+),\}(\)?)$", r"{\1}\2", sight))
    return Rule(kind, (f"(?i:{sight})" if flags else sight).encode(), re.compile(pattern.encode(), flags))


def _of_library() -> Iterator[Rule]:
    for plugin in _TAKEN:  # imported late, as they bring `requests`
        members = vars(import_module(f"detect_secrets.plugins.{plugin}")).values()
        detector = next(member for member in members if isinstance(getattr(member, "denylist", None), list | tuple))
        for known in detector.denylist:
            pattern = known.pattern if known.groups else rf"({known.pattern}[\w-]*){_END}"
            kind = detector.secret_type.lower().replace(" ", "-")
            yield _rule(kind, known.pattern, pattern, known.flags & re.IGNORECASE)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules in the order in which they are applied: what is surest first."""
    keys = (_rule("private-key", _KEY_START, form) for form in _KEY_FORMS)
    tokens = (_rule(kind, form, f"({form}){_END}") for kind, form in _TOKENS)
    return (*keys, *tokens, *_of_library(), *(_rule(kind, form, form) for kind, form in _IN_CONTEXT))


@cache
def _database() -> hyperscan.Database:
    sights = [rule.sight for rule in rules()]
    database = hyperscan.Database()
    database.compile(expressions=sights, elements=len(sights), flags=hyperscan.HS_FLAG_PREFILTER)
    return database


class _Scanner(threading.local):
    """The database, and the scratch space that each thread must have for itself."""

    def __init__(self) -> None:
        self.database = _database()
        self.scratch = hyperscan.Scratch(self.database)


_scanner = cache(_Scanner)


def _seen(data: bytes | memoryview) -> list[tuple[int, int]]:
    """Which rules may match, and where such a match ends."""
    if len(data) >= 1 << 32:
        raise ValueError(f"{len(data)} bytes are too many for one scan; hand over a smaller column")
    seen: list[tuple[int, int]] = []
    scanner = _scanner()
    scanner.database.scan(  # type: ignore[type-var]  # the stub knows bytes only; any buffer will do
        data, match_event_handler=lambda rule, _start, end, *_: seen.append((rule, end)), scratch=scanner.scratch
    )
    return seen


def mask(text: str) -> tuple[str, Counter[str]]:
    """The text with its secrets masked, and how many there were of each kind."""
    data, counts, before = text.encode("utf-8", "surrogatepass"), Counter[str](), -1
    while counts.total() > before:  # a mask can bring what stands around it closer together, and so make a new match
        before = counts.total()
        for rule in (rules()[number] for number in sorted({number for number, _ in _seen(data)})):
            data, times = rule.masked(data)
            counts += Counter({rule.kind: times})
    return (data.decode("utf-8", "surrogatepass") if counts else text), counts


def mask_column(column: pa.Array) -> tuple[pa.Array, Counter[str]]:
    """The same for all texts of a column of type `string` or `large_string`."""
    counts, pieces, done = Counter[str](), [], 0
    for row in _suspects(column):
        text, found = mask(column[row].as_py())
        if found:
            pieces += [column.slice(done, row - done), pa.array([text], column.type)]
            counts += found
            done = row + 1
    return (pa.concat_arrays([*pieces, column.slice(done)]) if pieces else column), counts


def _suspects(column: pa.Array) -> list[int]:
    """The rows in which a rule may match. What matches over the end of a row only costs a needless look."""
    if column.type not in (pa.string(), pa.large_string()):
        raise TypeError(f"a column of type {column.type} holds no texts")
    _, places, texts = column.buffers()
    if not len(column) or texts is None:
        return []
    starts = memoryview(places).cast("i" if column.type == pa.string() else "q")[column.offset :][: len(column) + 1]
    ends = (starts[0] + end for _, end in _seen(memoryview(texts)[starts[0] : starts[-1]]))
    return sorted(row for row in {bisect_right(starts, end - 1) - 1 for end in ends} if column[row].is_valid)
