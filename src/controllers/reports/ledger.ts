import type { KindFamily } from "#reports/policy-facts.ts";
import { policyRefKey } from "#reports/policy-ref.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import type { Verdict } from "./result-hash.ts";
import { SlotTable } from "./slot-table.ts";

/** Bits of an entry. */
export const ledgerFlag = {
  /** It holds more than the scan's results: those of others, or fields that a plain replacement would take away. */
  shared: 1,
  /** Results were left out because the report is too large. */
  trimmed: 2,
  /** What is stored may not be what is known: it is read before the next write. */
  marked: 4,
  /** It holds results that must go whatever the object looks like. */
  stale: 8,
  /** Another tool has an object under the report's name. */
  foreign: 16,
  /** The object that it is about does not exist any more. */
  gone: 32,
  /** The scan does not judge the kind any more; its results are to leave. */
  unwatched: 64,
} as const;

/** Everything about one report but the verdicts. */
export interface LedgerEntry {
  /** Of the stored report; empty where none is stored. */
  readonly resourceVersion: string;
  readonly family: KindFamily;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  /** What the owner is called, as a hash of 2 units. */
  readonly ownerHash: string;
  readonly flags: number;
}

/** Places of the packed text, in units; behind them the resourceVersion and 6 units per verdict. */
const flagsAt = 0;
const familyAt = 1;
const namespaceAt = 2;
const ownerAt = 4;
const versionLengthAt = 6;
const versionAt = 7;
const verdictUnits = 6;
const failingBit = 1;

/**
 * What is known of each report: its resourceVersion and, per policy of the scan, what it says as a hash. One packed text
 * per object, so that it can hold every object of a large cluster. It reflects what was accepted for writing.
 */
export class Ledger {
  readonly #entries = new Map<string, string>();
  readonly #families = new SlotTable<KindFamily>(({ group, kind }) => `${group}/${kind}`);
  readonly #namespaces = new SlotTable<string>((namespace) => namespace);
  readonly #policies = new SlotTable<PolicyRef>(policyRefKey);

  get size(): number {
    return this.#entries.size;
  }

  uids(): IterableIterator<string> {
    return this.#entries.keys();
  }

  get(uid: string): LedgerEntry | undefined {
    const text = this.#entries.get(uid);
    if (text === undefined) return undefined;
    const namespaceSlot = slotAt(text, namespaceAt);
    const namespace = namespaceSlot === 0 ? undefined : this.#namespaces.value(namespaceSlot - 1);
    const family = this.#families.value(text.charCodeAt(familyAt));
    if (family === undefined) throw new Error(`no kind is known for the report ${uid}`);
    return {
      resourceVersion: unpackVersion(text),
      family,
      ...(namespace === undefined ? {} : { namespace }),
      ownerHash: text.slice(ownerAt, versionLengthAt),
      flags: text.charCodeAt(flagsAt),
    };
  }

  /** The bits of a report; 0 where there is none. */
  flags(uid: string): number {
    return this.#entries.get(uid)?.charCodeAt(flagsAt) ?? 0;
  }

  /** True for an entry of this kind. */
  isOf(uid: string, family: KindFamily): boolean {
    const slot = this.#families.find(family);
    return slot !== undefined && this.#entries.get(uid)?.charCodeAt(familyAt) === slot;
  }

  /** Puts an entry with its verdicts in the place of what was known. */
  set(uid: string, entry: LedgerEntry, verdicts: readonly Verdict[]): void {
    const packed = verdicts.map((verdict) => ({ verdict, slot: this.#policies.acquire(verdict.policy) }));
    // Sorted, so that equal sets are equal texts.
    packed.sort((a, b) => a.slot - b.slot);
    const body = packed.map(({ verdict, slot }) => packVerdict(verdict, slot)).join("");
    const family = this.#families.acquire(entry.family);
    const namespace = entry.namespace === undefined ? 0 : this.#namespaces.acquire(entry.namespace) + 1;
    const head = String.fromCharCode(entry.flags, family, namespace & 0xffff, namespace >>> 16);
    this.#releaseSlots(uid);
    this.#entries.set(uid, flatten(`${head}${entry.ownerHash}${packVersion(entry.resourceVersion)}${body}`));
  }

  /** Changes an entry and keeps its verdicts; nothing where there is no entry. */
  update(uid: string, change: Partial<Pick<LedgerEntry, "resourceVersion" | "ownerHash" | "flags">>): void {
    const text = this.#entries.get(uid);
    if (text === undefined) return;
    const flags = String.fromCharCode(change.flags ?? text.charCodeAt(flagsAt));
    const owner = change.ownerHash ?? text.slice(ownerAt, versionLengthAt);
    const version = change.resourceVersion ?? unpackVersion(text);
    const slots = text.slice(familyAt, ownerAt);
    this.#entries.set(
      uid,
      flatten(`${flags}${slots}${owner}${packVersion(version)}${text.slice(verdictsAt(text))}`),
    );
  }

  delete(uid: string): void {
    this.#releaseSlots(uid);
    this.#entries.delete(uid);
  }

  /** What the report says of a policy. */
  verdict(uid: string, policy: PolicyRef): Omit<Verdict, "policy"> | undefined {
    const text = this.#entries.get(uid);
    const slot = this.#policies.find(policy);
    if (text === undefined || slot === undefined) return undefined;
    for (let at = verdictsAt(text); at < text.length; at += verdictUnits) {
      if (policySlotAt(text, at) === slot) return verdictAt(text, at);
    }
    return undefined;
  }

  verdicts(uid: string): readonly Verdict[] {
    const text = this.#entries.get(uid);
    if (text === undefined) return [];
    const verdicts: Verdict[] = [];
    for (let at = verdictsAt(text); at < text.length; at += verdictUnits) {
      const policy = this.#policies.value(policySlotAt(text, at));
      if (policy !== undefined) verdicts.push({ policy, ...verdictAt(text, at) });
    }
    return verdicts;
  }

  #releaseSlots(uid: string): void {
    const text = this.#entries.get(uid);
    if (text === undefined) return;
    this.#families.release(text.charCodeAt(familyAt));
    const namespace = slotAt(text, namespaceAt);
    if (namespace !== 0) this.#namespaces.release(namespace - 1);
    for (let at = verdictsAt(text); at < text.length; at += verdictUnits) {
      this.#policies.release(policySlotAt(text, at));
    }
  }
}

function slotAt(text: string, at: number): number {
  return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
}

function policySlotAt(text: string, at: number): number {
  return text.charCodeAt(at) | ((text.charCodeAt(at + 1) >>> 1) << 16);
}

function verdictAt(text: string, at: number): Omit<Verdict, "policy"> {
  const failing = (text.charCodeAt(at + 1) & failingBit) !== 0;
  return { hash: text.slice(at + 2, at + verdictUnits), failing };
}

function packVerdict({ hash, failing }: Verdict, slot: number): string {
  return `${String.fromCharCode(slot & 0xffff, ((slot >>> 16) << 1) | (failing ? failingBit : 0))}${hash}`;
}

/** Two characters per unit; a resourceVersion is opaque, but a short text of ASCII in practice. */
function packVersion(version: string): string {
  if (!/^[\x20-\x7e]*$/.test(version) || version.length > 0x3fff) {
    return String.fromCharCode(0x8000 | version.length) + version;
  }
  let packed = String.fromCharCode(version.length);
  for (let at = 0; at < version.length; at += 2) {
    // Past the end charCodeAt is NaN, which counts as 0.
    packed += String.fromCharCode(version.charCodeAt(at) | (version.charCodeAt(at + 1) << 8));
  }
  return packed;
}

function versionUnits(text: string): number {
  const length = text.charCodeAt(versionLengthAt);
  return (length & 0x8000) === 0 ? (length + 1) >> 1 : length & 0x7fff;
}

function verdictsAt(text: string): number {
  return versionAt + versionUnits(text);
}

function unpackVersion(text: string): string {
  const length = text.charCodeAt(versionLengthAt);
  const packed = text.slice(versionAt, verdictsAt(text));
  if ((length & 0x8000) !== 0) return packed;
  let version = "";
  for (const unit of packed) {
    const code = unit.charCodeAt(0);
    version += String.fromCharCode(code & 0xff, code >>> 8);
  }
  return version.slice(0, length);
}

/** A text joined from parts keeps the parts alive; this one is a copy in one piece. */
function flatten(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
