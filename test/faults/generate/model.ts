import { makers, outputs } from "./policies.ts";

/** A trigger as it is now. */
export interface TriggerState {
  readonly role: "maker" | "flood";
  readonly value: string;
  readonly namespace: (typeof outputs)[number];
  /** False for one that policies no longer take. */
  readonly matches: boolean;
}

/** An object that must be there. */
export interface ExpectedSecret {
  readonly policy: string;
  readonly trigger: string;
  /** undefined: any. */
  readonly value: string | undefined;
}

/** What has been done to the world, and what must follow from it. */
export class Model {
  readonly triggers: Map<string, TriggerState>;
  /** What the source of all copies holds; undefined where there is none. */
  source: string | undefined;
  stamp: string;
  /** Namespaces that are there. */
  readonly namespaces: Set<string>;
  /** What others wrote into the objects that are changed, by their names. */
  readonly marks: Map<string, string>;
  /** Made once and in nobody's way since: it must still be there. */
  readonly lasting: Set<string>;
  /** Triggers that there ever were: what is made once for them may have stayed. */
  readonly known: Set<string>;
  /** Objects that must have been written because of all that, once each. */
  changes: number;

  constructor(from?: Model) {
    this.triggers = new Map(from?.triggers);
    this.source = from === undefined ? "first" : from.source;
    this.stamp = from?.stamp ?? "none";
    this.namespaces = new Set(from?.namespaces ?? outputs);
    this.marks = new Map(from?.marks);
    this.lasting = new Set(from?.lasting);
    this.known = new Set(from?.known);
    this.changes = from?.changes ?? 0;
  }

  /** `namespace/name` of all that must be there. */
  expected(): ReadonlyMap<string, ExpectedSecret> {
    const expected = new Map<string, ExpectedSecret>();
    for (const [trigger, { role, value, namespace, matches }] of this.triggers) {
      if (!matches || !this.namespaces.has(namespace)) continue;
      for (const maker of makers) {
        if (maker.role !== role) continue;
        const key = `${namespace}/${trigger}-${maker.suffix}`;
        if (maker.content === "source") {
          if (this.source !== undefined)
            expected.set(key, { policy: maker.policy, trigger, value: this.source });
        } else if (maker.content === "trigger") {
          expected.set(key, { policy: maker.policy, trigger, value });
        } else if (this.lasting.has(trigger)) {
          expected.set(key, { policy: maker.policy, trigger, value: undefined });
        }
      }
    }
    return expected;
  }

  /** True for what may be there, although nothing asks for it any more: it was made once. */
  mayStay(namespace: string, name: string): boolean {
    return name.endsWith("-o") && namespace.startsWith("out-") && this.known.has(name.slice(0, -2));
  }

  /** Whatever was made once in that namespace is gone with it. */
  forgetNamespace(namespace: string): void {
    this.namespaces.delete(namespace);
    for (const [name, trigger] of this.triggers)
      if (trigger.namespace === namespace) this.lasting.delete(name);
  }
}
