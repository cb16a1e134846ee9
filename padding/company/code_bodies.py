"""Functions of which the invented files are made: `{e}` is a thing, `{E}` its class, `{f}` a field, `{n}` a number."""

HEADS = {
    "python": (
        "from __future__ import annotations\n\nimport logging\nfrom decimal import ROUND_HALF_UP, Decimal\n"
        'from zoneinfo import ZoneInfo\n\nCENT = Decimal("0.01")\nlog = logging.getLogger(__name__)'
    ),
    "typescript": (
        'import { randomUUID } from "node:crypto";\nimport { db } from "../db";\nimport { log } from "../log";\n'
        'import type { Page, Source } from "../types";'
    ),
}

_PYTHON = (
    "def find_{e}({e}_id: str) -> {E} | None:\n"
    '    row = db.one("select * from {e}s where id = %s", {e}_id)\n'
    "    return None if row is None else {E}.from_row(row)",
    "def open_{e}s(since, until):\n"
    "    for row in db.stream(OPEN_{e}, since, until):\n"
    "        if row.{f} is None:\n"
    '            log.warning("{e} %s has no {f}", row.id)\n'
    "            continue\n"
    "        yield {E}.from_row(row)",
    "class {E}Repository:\n"
    '    """Stores {e}s."""\n\n'
    "    def __init__(self, connection, batch={n}):\n"
    "        self._connection = connection\n"
    "        self._batch = batch\n\n"
    "    def save(self, {e}):\n"
    "        with self._connection.begin() as tx:\n"
    "            tx.upsert({e}.as_row())\n"
    "        return {e}",
    "def {f}_of({e}):\n    known = {e}.{f}\n    if known in (None, ''):\n        return DEFAULT_{f}\n    return known",
    "def notify_{e}({e}, channel):\n"
    "    message = TEMPLATES[channel].render({e}={e}, {f}={e}.{f})\n"
    "    receipt = channel.send(message, timeout={n})\n"
    '    log.info("sent %s for {e} %s", receipt.id, {e}.id)\n'
    "    return receipt",
    "def totals_by_{f}({e}s):\n"
    "    totals = defaultdict(Decimal)\n"
    "    for {e} in {e}s:\n"
    "        totals[{e}.{f}] += {e}.value\n"
    "    return dict(totals)",
    "def retry_{e}({e}, attempts={n}):\n"
    "    for attempt in range(attempts):\n"
    "        try:\n"
    "            return submit({e})\n"
    "        except Timeout:\n"
    "            sleep(backoff(attempt))\n"
    "    raise GaveUp({e}.id)",
    "def validate_{e}({e}):\n"
    "    problems = []\n"
    "    if not {e}.{f}:\n"
    '        problems.append("{f} is missing")\n'
    "    if len({e}.lines) > {n}:\n"
    '        problems.append("more than {n} lines")\n'
    "    return problems",
    "def archive_{e}s(older_than_days={n}):\n"
    "    moved = 0\n"
    "    for {e} in expired(older_than_days):\n"
    "        archive.put({e})\n"
    "        moved += 1\n"
    "    return moved",
    "@dataclass(frozen=True)\n"
    "class {E}Line:\n"
    '    """A line of a {e}."""\n\n'
    "    id: str\n"
    "    {f}: Decimal\n"
    "    note: str = ''\n\n"
    "    @property\n"
    "    def is_free(self):\n"
    "        return self.{f} == 0",
)
_TYPESCRIPT = (
    "export async function find{E}(id: string): Promise<{E} | null> {\n"
    '  const row = await db.one("select * from {e}s where id = $1", [id]);\n'
    "  return row ? to{E}(row) : null;\n}",
    "export async function list{E}s(page: number, size = {n}): Promise<Page<{E}>> {\n"
    "  const rows = await db.many(LIST_{e}, [size, (page - 1) * size]);\n"
    "  return { items: rows.map(to{E}), page, size };\n}",
    "export function to{E}(row: Row): {E} {\n"
    "  return {\n    id: row.id,\n    {f}: row.{f},\n    createdAt: new Date(row.created_at),\n  };\n}",
    "export class {E}Queue {\n"
    "  private waiting: {E}[] = [];\n\n"
    "  push({e}: {E}) {\n"
    "    if (this.waiting.length >= {n}) throw new Full(this.waiting.length);\n"
    "    this.waiting.push({e});\n  }\n\n"
    "  take(): {E} | undefined {\n    return this.waiting.shift();\n  }\n}",
    "export function sumBy{E}({e}s: {E}[]) {\n"
    "  const sums = new Map<string, number>();\n"
    "  for (const {e} of {e}s) {\n"
    "    sums.set({e}.{f}, (sums.get({e}.{f}) ?? 0) + {e}.value);\n  }\n"
    "  return sums;\n}",
    "export async function notify{E}({e}: {E}, channel: Channel) {\n"
    "  const receipt = await channel.send(render({e}), { timeout: {n} });\n"
    '  log.info({ receipt: receipt.id, {e}: {e}.id }, "sent");\n'
    "  return receipt;\n}",
    "export const validate{E} = ({e}: {E}) => {\n"
    "  const problems: string[] = [];\n"
    '  if ({e}.{f} === undefined) problems.push("{f} is missing");\n'
    '  if ({e}.lines.length > {n}) problems.push("more than {n} lines");\n'
    "  return problems;\n};",
    "export function use{E}(id: string) {\n"
    "  const [{e}, set{E}] = useState<{E} | null>(null);\n"
    "  useEffect(() => {\n    void find{E}(id).then(set{E});\n  }, [id]);\n"
    "  return {e};\n}",
)
BODIES = {"python": _PYTHON, "typescript": _TYPESCRIPT}
