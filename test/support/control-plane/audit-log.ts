import { open } from "node:fs/promises";

/** The requests that agree in everything but their moment and their object's name. */
export interface AuditRow {
  readonly user: string;
  readonly userAgent: string;
  readonly verb: string;
  /** Empty for the core group. */
  readonly apiGroup: string;
  /** Empty for paths that are no resource, as /version. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** HTTP status of the answer. */
  readonly code: number;
  readonly count: number;
}

export interface AuditCounts {
  readonly total: number;
  readonly rows: readonly AuditRow[];
}

/** All given conditions must hold. */
export interface AuditFilter {
  /** Whole user name, e.g. `system:serviceaccount:kyverno:scanner`. */
  readonly user?: string;
  /** Beginning of the user agent, e.g. `rearguard/`. */
  readonly userAgent?: string;
  readonly verb?: string | readonly string[];
  readonly apiGroup?: string;
  readonly resource?: string | readonly string[];
  readonly subresource?: string;
  readonly namespace?: string;
  /** An earlier answer to the same question; what it counted is left out. */
  readonly since?: AuditCounts;
}

/** The user agent of our own requests to settle the log; never counted. */
export const auditMarkerAgent = "audit-log-marker";

interface AuditEvent {
  readonly stage?: string;
  readonly verb?: string;
  readonly userAgent?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

const eventStart = '{"kind":"Event"';

const parseEvent = (line: string): AuditEvent => {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch (error) {
    // A killed API server may leave half a line, to which the next one appends.
    const start = line.lastIndexOf(eventStart);
    if (start <= 0)
      throw new Error(`A line of the audit log is not JSON: ${line.slice(0, 200)}`, { cause: error });
    return JSON.parse(line.slice(start)) as AuditEvent;
  }
};

/** A watch is logged when it starts and when it ends, everything else when it is answered: each request counts once. */
const isCounted = ({ stage, verb, userAgent }: AuditEvent): boolean =>
  userAgent !== auditMarkerAgent &&
  (verb === "watch" ? stage === "ResponseStarted" : stage !== "ResponseStarted");

const rowOf = (event: AuditEvent): Omit<AuditRow, "count"> => ({
  user: event.user?.username ?? "",
  userAgent: event.userAgent ?? "",
  verb: event.verb ?? "",
  apiGroup: event.objectRef?.apiGroup ?? "",
  resource: event.objectRef?.resource ?? "",
  subresource: event.objectRef?.subresource ?? "",
  namespace: event.objectRef?.namespace ?? "",
  code: event.responseStatus?.code ?? 0,
});

const keyOf = (row: Omit<AuditRow, "count">): string =>
  JSON.stringify([
    row.user,
    row.userAgent,
    row.verb,
    row.apiGroup,
    row.resource,
    row.subresource,
    row.namespace,
    row.code,
  ]);

const isOneOf = (value: string, wanted: string | readonly string[] | undefined): boolean =>
  wanted === undefined || (typeof wanted === "string" ? value === wanted : wanted.includes(value));

const matchesFilter = (row: AuditRow, filter: AuditFilter): boolean =>
  isOneOf(row.user, filter.user) &&
  row.userAgent.startsWith(filter.userAgent ?? "") &&
  isOneOf(row.verb, filter.verb) &&
  isOneOf(row.apiGroup, filter.apiGroup) &&
  isOneOf(row.resource, filter.resource) &&
  isOneOf(row.subresource, filter.subresource) &&
  isOneOf(row.namespace, filter.namespace);

const subtract = (rows: readonly AuditRow[], since: AuditCounts | undefined): readonly AuditRow[] => {
  if (since === undefined) return rows;
  const before = new Map(since.rows.map((row) => [keyOf(row), row.count]));
  return rows
    .map((row) => ({ ...row, count: row.count - (before.get(keyOf(row)) ?? 0) }))
    .filter((row) => row.count > 0);
};

/** Counts the requests in an audit log of the API server, reading each byte of it once. */
export class AuditLog {
  readonly #file: string;
  readonly #rows = new Map<string, { readonly row: Omit<AuditRow, "count">; count: number }>();
  #offset = 0;
  #rest: Buffer = Buffer.alloc(0);
  #reading: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads what was appended since the last call and answers with what the filter selects. */
  async counts(filter: AuditFilter = {}): Promise<AuditCounts> {
    // One reader at a time, or two callers would count the same bytes.
    const reading = this.#reading.then(() => this.#readOn());
    this.#reading = reading.catch(() => {});
    await reading;
    const all = [...this.#rows.values()].map(({ row, count }): AuditRow => ({ ...row, count }));
    const rows = subtract(all, filter.since).filter((row) => matchesFilter(row, filter));
    return { total: rows.reduce((sum, row) => sum + row.count, 0), rows };
  }

  async #readOn(): Promise<void> {
    const handle = await open(this.#file, "r");
    try {
      const chunk = Buffer.alloc(1 << 20);
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        this.#take(Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]));
      }
    } finally {
      await handle.close();
    }
  }

  #take(bytes: Buffer): void {
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#rest = bytes.subarray(end);
    for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
      if (line !== "") this.#count(parseEvent(line));
    }
  }

  #count(event: AuditEvent): void {
    if (!isCounted(event)) return;
    const row = rowOf(event);
    const key = keyOf(row);
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, { row, count: 1 });
    else known.count += 1;
  }
}
