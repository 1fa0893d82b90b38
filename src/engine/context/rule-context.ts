import { QueryError } from "../errors.ts";
import type { InjectedValue, Operation } from "../input.ts";
import { search } from "../jmespath/query.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { CompiledEntry } from "./context-entry.ts";
import type { ContextSource, PermissionScope } from "./context-source.ts";
import { inject, mergeJson, withKey } from "./document.ts";
import { entryValue } from "./entry-value.ts";
import { mentionsImages } from "./images-entry.ts";
import { ofOldObject } from "./old-object.ts";
import type { QueryCache } from "./query-cache.ts";
import type { QueryContext, QueryEnvironment } from "./query-context.ts";

/** What all rules of one evaluation share. */
export interface ContextFrame {
  readonly environment: QueryEnvironment;
  /** The document before any context entry. */
  readonly document: JsonObject;
  readonly operation: Operation;
  readonly source: ContextSource;
  readonly scope: PermissionScope;
  readonly queries: QueryCache;
  /** The variable `images`; undefined where the object has none. Throws a `QueryError`. */
  images(): JsonObject | undefined;
}

/** A declared entry and whether it was loaded. */
interface Slot {
  readonly entry: CompiledEntry;
  readonly level: number;
  state: "idle" | "loading" | "loaded";
  error?: QueryError;
}

/** One level of the document: the rule itself, then one per nesting of foreach. */
interface Level {
  readonly variables: readonly (readonly [string, Json])[];
  readonly injected: readonly InjectedValue[];
  readonly loaded: Map<string, { readonly value: Json; readonly merges: boolean }>;
}

/**
 * The document of one rule. Entries load when an expression mentions them, once, in declaration order; while one loads,
 * only those declared before it can be seen. Nothing of it outlives the rule.
 */
export class RuleContext implements QueryContext {
  readonly environment: QueryEnvironment;
  readonly #frame: ContextFrame;
  readonly #slots: Slot[] = [];
  readonly #levels: Level[] = [];
  /** How many slots, and how many levels, the expression at hand may see. */
  #visible = 0;
  #depth = 0;
  #bytes = 0;
  #base: JsonObject;
  #document: JsonObject | undefined;
  #unsupported: string | undefined;
  #images: JsonObject | undefined;
  #asksImages = true;

  constructor(frame: ContextFrame, entries: readonly CompiledEntry[], injected: readonly InjectedValue[]) {
    this.environment = frame.environment;
    this.#frame = frame;
    this.#base = frame.document;
    this.enter(entries, [], injected);
  }

  /** The name of the first feature that an expression asked for and that does not exist here. */
  get unsupported(): string | undefined {
    return this.#unsupported;
  }

  get isDelete(): boolean {
    return this.#frame.operation === "DELETE";
  }

  /** The document before any context entry. */
  get base(): JsonObject {
    return this.#base;
  }

  /** Goes on with another document below the context entries; those that are loaded keep their values. */
  rebase(document: JsonObject): void {
    this.#base = document;
    this.#document = undefined;
  }

  /** Opens a level, for one element of a foreach. `variables` come before entries and may be hidden by them. */
  enter(
    entries: readonly CompiledEntry[],
    variables: readonly (readonly [string, Json])[],
    injected: readonly InjectedValue[] = [],
  ): void {
    const level = this.#levels.length;
    this.#levels.push({ variables, injected, loaded: new Map() });
    for (const entry of entries) this.#slots.push({ entry, level, state: "idle" });
    this.#showAll();
  }

  /** Closes the innermost level; its entries and variables are gone. */
  leave(): void {
    this.#levels.pop();
    while ((this.#slots.at(-1)?.level ?? -1) >= this.#levels.length) this.#slots.pop();
    this.#showAll();
  }

  #showAll(): void {
    this.#visible = this.#slots.length;
    this.#depth = this.#levels.length;
    this.#document = undefined;
  }

  query(expression: string): Json {
    // Long ones hold data of the object, so that they are parsed anew for each.
    this.environment.budget.step(expression.length >> 4);
    const text = this.isDelete ? ofOldObject(expression) : expression;
    try {
      this.#loadMentioned(text);
      return this.search(text, this.#current());
    } catch (error) {
      if (error instanceof QueryError && error.code === "unsupported") {
        this.#unsupported ??= "jmespath.function";
      }
      throw error;
    }
  }

  /** The value of an expression for another document than this one. */
  search(expression: string, document: Json): Json {
    return search(this.#frame.queries.get(expression), document, this.environment);
  }

  /** The value of an expression for data from outside, whose numbers are float64 whatever the document's are. */
  searchOutside(expression: string, data: Json): Json {
    return search(this.#frame.queries.get(expression), data, { ...this.environment, numbers: "float64" });
  }

  /** What the outside says of a request; undefined where such requests are not served. May throw a `Suspension`. */
  get outside(): { readonly source: ContextSource; readonly scope: PermissionScope } {
    return this.#frame;
  }

  #loadMentioned(expression: string): void {
    if (this.#asksImages && mentionsImages(expression)) this.#loadImages();
    const visible = this.#visible;
    for (let index = 0; index < visible; index++) {
      const slot = this.#slots[index];
      if (slot === undefined || slot.state !== "idle" || !slot.entry.isMentionedIn(expression)) continue;
      this.#load(slot, index);
    }
  }

  /** `images` comes before everything that is declared. */
  #loadImages(): void {
    this.#images = this.#frame.images();
    this.#asksImages = false;
    if (this.#images !== undefined) this.#document = undefined;
  }

  #load(slot: Slot, index: number): void {
    if (slot.error !== undefined) throw slot.error;
    const visible = this.#visible;
    const depth = this.#depth;
    this.#look(index, slot.level + 1);
    slot.state = "loading";
    try {
      const value = slot.entry.load(this);
      if (value !== undefined) this.#store(slot, value);
      slot.state = "loaded";
    } catch (error) {
      slot.state = "idle";
      if (error instanceof QueryError) slot.error = error;
      throw error;
    } finally {
      this.#look(visible, depth);
    }
  }

  /** An entry sees what was declared before it, never what a foreach inside of its level overrides. */
  #look(visible: number, depth: number): void {
    this.#visible = visible;
    if (depth !== this.#depth) this.#document = undefined;
    this.#depth = depth;
  }

  #store(slot: Slot, value: Json): void {
    const admitted = entryValue(value, this.environment);
    this.#bytes += admitted.bytes;
    const limit = this.environment.budget.limits.maxContextBytes;
    if (this.#bytes > limit) {
      throw new QueryError(
        "failed",
        `context size limit exceeded: ${this.#bytes} bytes exceeds limit of ${limit} bytes`,
      );
    }
    const loaded = this.#levels[slot.level]?.loaded;
    const { name, merges } = slot.entry;
    const before = loaded?.get(name);
    loaded?.delete(name);
    loaded?.set(name, {
      value: merges && before !== undefined ? mergeJson(before.value, admitted.value) : admitted.value,
      merges: merges && before?.merges !== false,
    });
    this.#document = undefined;
  }

  #current(): JsonObject {
    const base = this.#images === undefined ? this.#base : withKey(this.#base, "images", this.#images);
    return (this.#document ??= this.#levels.slice(0, this.#depth).reduce(applyLevel, base));
  }
}

function applyLevel(document: JsonObject, level: Level): JsonObject {
  let out = document;
  for (const [name, value] of level.variables) out = withKey(out, name, value);
  out = inject(out, level.injected);
  for (const [name, { value, merges }] of level.loaded) {
    out = withKey(out, name, merges && Object.hasOwn(out, name) ? mergeJson(out[name], value) : value);
  }
  return out;
}
