import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Document, YAMLMap } from "yaml";

/** A place in a text and what is to be said about it. */
export interface TextNote {
  readonly offset: number;
  readonly message: string;
}

/** What a parser of YAML does not look at. */
export interface YamlInspection {
  /** Why the document must not be turned into values. */
  readonly problem?: TextNote;
  /** Keys that stand twice in one map; the last one counts. */
  readonly duplicates: readonly TextNote[];
}

/** Values of a document with its aliases written out; real manifests have some thousands. */
const maxValues = 1_000_000;
/** The parser looks for each from the beginning. */
const maxAliases = 5000;
const maxDuplicates = 20;

/**
 * Looks for what would multiply (aliases of aliases, merge keys included: each is cheap to write and dear to read), for
 * aliases that contain themselves, and for keys that stand twice. Takes a time in proportion to the text.
 */
export function inspectYaml(document: Document.Parsed): YamlInspection {
  const inspector = new Inspector();
  const size = inspector.sizeOf(document.contents);
  const { duplicates } = inspector;
  if (inspector.problem !== undefined) return { problem: inspector.problem, duplicates };
  const tooMany = inspector.aliases > maxAliases;
  if (size <= maxValues && !tooMany) return { duplicates };
  const message = tooMany
    ? `it has more than ${maxAliases} aliases`
    : `its aliases stand for more than ${maxValues} values`;
  return { problem: { offset: inspector.firstAlias ?? 0, message }, duplicates };
}

class Inspector {
  problem: TextNote | undefined;
  firstAlias: number | undefined;
  aliases = 0;
  readonly duplicates: TextNote[] = [];
  /** Sizes by anchor; undefined while the node that has it is open. */
  readonly #anchors = new Map<string, number | undefined>();
  /** Anchors of maps and lists. */
  readonly #collections = new Set<string>();

  /** How many values a node stands for. */
  sizeOf(node: unknown): number {
    if (isAlias(node)) return this.#aliasSize(node.source, node.range?.[0] ?? 0);
    if (isPair(node)) return this.sizeOf(node.key) + this.sizeOf(node.value);
    if (!isMap(node) && !isSeq(node)) {
      if (isScalar(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, 1);
      return 1;
    }
    if (node.anchor !== undefined) {
      this.#anchors.set(node.anchor, undefined);
      this.#collections.add(node.anchor);
    }
    if (isMap(node)) this.#checkKeys(node);
    let size = 1;
    for (const item of node.items) size += this.sizeOf(item);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, size);
    return size;
  }

  #aliasSize(name: string, offset: number): number {
    this.firstAlias ??= offset;
    this.aliases += 1;
    if (!this.#anchors.has(name)) return 1;
    const size = this.#anchors.get(name);
    if (size !== undefined) return size;
    this.problem ??= { offset, message: `the alias *${name} stands within what it refers to` };
    return 1;
  }

  /** JSON has only texts for keys. Templates that were not filled in look like maps for keys. */
  #checkKeys(map: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of map.items) {
      if (isMap(key) || isSeq(key) || (isAlias(key) && this.#collections.has(key.source))) {
        const message = "a map or list cannot be a key (a template that was not filled in?)";
        this.problem ??= { offset: key.range?.[0] ?? 0, message };
      }
      if (!isScalar(key) || typeof key.value === "symbol") continue;
      if (seen.has(key.value)) this.#noteDuplicate(String(key.value), key.range?.[0] ?? 0);
      seen.add(key.value);
    }
  }

  #noteDuplicate(key: string, offset: number): void {
    if (this.duplicates.length >= maxDuplicates) return;
    this.duplicates.push({ offset, message: `${key} stands there twice; the last counts` });
  }
}
