import type { ContextAnswer } from "#engine/context/context-source.ts";
import type { Json } from "#engine/values/json.ts";
import type { EntryFeed } from "./entry-feed.ts";
import { project } from "#engine/context/entry-projections.ts";
import type { EntryValue, Projection } from "#engine/context/entry-projections.ts";

/** How an entry stands, for its status and for people. */
export type EntryStanding =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly refreshedMs: number }
  | { readonly kind: "failed"; readonly message: string };

/** One entry as rules see it. The name of the whole is the empty text, other names are those of projections. */
export interface KeptEntry {
  lookUp(projection: string): ContextAnswer;
  standing(): EntryStanding;
  /** The names whose value is not what it was when this was asked last, or all that there may be. */
  takeChanges(): ReadonlySet<string> | "all";
  retry(): void;
  stop(): Promise<void>;
}

export interface KeptEntryDeps {
  readonly feed: EntryFeed;
  readonly projections: readonly Projection[];
  readonly hash: (value: Json) => string;
  readonly now: () => number;
}

/** An answer of a call that is null says nothing; a list of objects is never null. */
const noData = "no data available";

export function createKeptEntry(
  { name: entry, isCall }: { readonly name: string; readonly isCall: boolean },
  deps: KeptEntryDeps,
): KeptEntry {
  const { feed, projections } = deps;
  const named = `global context entry ${entry}: `;
  let projected: { readonly version: number; readonly values: ReadonlyMap<string, EntryValue> } | undefined;
  let told: { readonly state: string; readonly marks: ReadonlyMap<string, string> } | undefined;

  const values = (): ReadonlyMap<string, EntryValue> => {
    const version = feed.version();
    if (projected?.version !== version) {
      const data = feed.data();
      const made = projections.map((one) => [one.name, project(one, data, deps.now())] as const);
      projected = { version, values: new Map(made) };
    }
    return projected.values;
  };
  const valueOf = (projection: string): EntryValue => {
    const value: EntryValue =
      projection === ""
        ? { ok: true, value: feed.data() }
        : (values().get(projection) ?? { ok: false, message: `projection "${projection}" not found` });
    return isCall && value.ok && value.value === null ? { ok: false, message: noData } : value;
  };
  const names = ["", ...projections.map(({ name }) => name)];
  /** What tells two values of a name apart. */
  const markOf = (name: string): string => {
    if (name === "") return `version ${feed.version()}`;
    const value = valueOf(name);
    return value.ok ? `value ${deps.hash(value.value)}` : `failed ${value.message}`;
  };
  const marks = (): ReadonlyMap<string, string> => {
    const isReady = feed.state().kind === "ready";
    return new Map(isReady ? names.map((name) => [name, markOf(name)]) : []);
  };

  return {
    lookUp(projection) {
      const state = feed.state();
      if (state.kind === "loading") return { kind: "pending" };
      if (state.kind === "failed") return { kind: "failed", message: named + state.reason };
      const value = valueOf(projection);
      return value.ok
        ? { kind: "value", value: value.value }
        : { kind: "failed", message: named + value.message };
    },
    standing() {
      const state = feed.state();
      if (state.kind === "failed") return { kind: "failed", message: state.reason };
      if (state.kind === "loading") return state;
      const failed = names.map(valueOf).find(({ ok }) => !ok);
      return failed?.ok === false ? { kind: "failed", message: failed.message } : state;
    },
    takeChanges() {
      const state = feed.state();
      const before = told;
      const now = {
        state: state.kind === "failed" ? `failed ${state.reason}` : state.kind,
        marks: marks(),
      };
      told = now;
      // A name that is not declared is told of with the rest.
      if (before?.state !== now.state) return "all";
      return new Set(names.filter((name) => before.marks.get(name) !== now.marks.get(name)));
    },
    retry: () => feed.retry(),
    stop: () => feed.stop(),
  };
}
