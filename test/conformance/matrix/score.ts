import type { Digests, MatrixRecord, NestedDigests } from "./matrix-record.ts";

/** A row of one file: policy, rule, resource, result. */
export interface Row {
  readonly key: string;
  /** Null: not comparable. */
  readonly message: string | null;
}

/** A row on which both sides agree, with another text. */
export interface Wording {
  readonly key: string;
  readonly wanted: string;
  readonly got: string | undefined;
}

/** How one file compares with its record. */
export interface FileScore {
  readonly agreed: number;
  readonly union: number;
  readonly sameMessages: number;
  readonly comparableMessages: number;
  readonly objectsAgreed: number;
  readonly objects: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly wording: readonly Wording[];
  readonly sameStatus: boolean;
}

/** True where verdicts, objects and status are equal; messages are counted apart. */
export function isPerfect(score: FileScore): boolean {
  return score.agreed === score.union && score.objectsAgreed === score.objects && score.sameStatus;
}

/** Compares by exact equality, as multisets; white space of messages counts as one blank. */
export function scoreFile(wanted: MatrixRecord, got: MatrixRecord): FileScore {
  const objects = compareObjects(digestsOf(wanted), digestsOf(got));
  return {
    ...compareRows(rowsOf(wanted), rowsOf(got)),
    ...objects,
    sameStatus: wanted.status === got.status,
  };
}

/** The rows of a record; the parts of a key are joined by ` | `. */
export function rowsOf({ groups = [] }: MatrixRecord): readonly Row[] {
  return groups.flatMap(({ policy, rule, result, message, resources }) =>
    Object.entries(resources).flatMap(([prefix, names]) =>
      names.map((name) => ({ key: [policy, rule, `${prefix}/${name}`, result].join(" | "), message })),
    ),
  );
}

/** A message without what may differ: runs of white space, and the random order of pod security's reasons. */
export function comparableText(message: string): string {
  const text = message.trim().split(/\s+/).join(" ");
  const mark = "(Forbidden reason: ";
  const at = text.indexOf(mark);
  if (at < 0 || !text.endsWith(")")) return text;
  const parts = text.slice(at + mark.length, -1).split(`)${mark}`);
  return (
    text.slice(0, at) +
    parts
      .toSorted()
      .map((part) => `${mark}${part})`)
      .join("")
  );
}

type RowComparison = Omit<FileScore, "objectsAgreed" | "objects" | "sameStatus">;

/** Compares two multisets of rows. */
export function compareRows(wanted: readonly Row[], got: readonly Row[]): RowComparison {
  const left = messagesByKey(wanted);
  const right = messagesByKey(got);
  const missing: string[] = [];
  const extra: string[] = [];
  const wording: Wording[] = [];
  let [agreed, union, sameMessages, comparableMessages] = [0, 0, 0, 0];
  for (const key of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
    const a = left.get(key) ?? [];
    const b = right.get(key) ?? [];
    agreed += Math.min(a.length, b.length);
    union += Math.max(a.length, b.length);
    missing.push(...Array.from({ length: Math.max(0, a.length - b.length) }, () => key));
    extra.push(...Array.from({ length: Math.max(0, b.length - a.length) }, () => key));
    const free = [...b];
    for (const message of comparedMessages(a, b)) {
      if (message === null) continue;
      comparableMessages += 1;
      const at = free.indexOf(message);
      if (at < 0) wording.push({ key, wanted: message, got: free[0] ?? undefined });
      else {
        sameMessages += 1;
        free.splice(at, 1);
      }
    }
  }
  return { agreed, union, sameMessages, comparableMessages, missing, extra, wording };
}

/** Where we have fewer rows than recorded, those with a message of ours come first. */
function comparedMessages(
  wanted: readonly (string | null)[],
  got: readonly (string | null)[],
): readonly (string | null)[] {
  if (wanted.length <= got.length) return wanted;
  const known = wanted.filter((message) => got.includes(message));
  return [...known, ...wanted.filter((message) => !got.includes(message))].slice(0, got.length);
}

function messagesByKey(rows: readonly Row[]): ReadonlyMap<string, readonly (string | null)[]> {
  const found = new Map<string, (string | null)[]>();
  for (const { key, message } of rows) {
    const messages = found.get(key) ?? [];
    messages.push(message === null ? null : comparableText(message));
    found.set(key, messages);
  }
  return found;
}

function compareObjects(
  wanted: ReadonlySet<string>,
  got: ReadonlySet<string>,
): Pick<FileScore, "objectsAgreed" | "objects"> {
  return { objectsAgreed: wanted.intersection(got).size, objects: wanted.union(got).size };
}

function digestsOf({ mutated, targets, generated }: MatrixRecord): ReadonlySet<string> {
  return new Set([...flat(mutated), ...nested("targets", targets), ...nested("generated", generated)]);
}

function flat(digests: Digests = {}): readonly string[] {
  return Object.entries(digests).flatMap(([policy, entries]) =>
    Object.entries(entries).map(([trigger, digest]) =>
      JSON.stringify(["mutated", policy, trigger, "", digest]),
    ),
  );
}

function nested(what: string, digests: NestedDigests = {}): readonly string[] {
  return Object.entries(digests).flatMap(([policy, triggers]) =>
    Object.entries(triggers).flatMap(([trigger, made]) =>
      Object.entries(made).map(([key, digest]) => JSON.stringify([what, policy, trigger, key, digest])),
    ),
  );
}
