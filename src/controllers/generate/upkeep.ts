import PQueue from "p-queue";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { TriggerFeed } from "#controllers/triggers/trigger-feed.ts";
import type { DownstreamWriter } from "./apply-downstream.ts";
import type { DownstreamIndex, KnownDownstream } from "./downstream-index.ts";
import { placeKey } from "./downstream.ts";
import { findType } from "./evaluate-trigger.ts";
import type { GenerateTask } from "./generate-task.ts";
import type { NotedTask } from "./plan-policies.ts";
import type { GenerateWorld } from "./ports.ts";

/** Removes what should not be there any more, whatever the cause was and whoever saw it. */
export interface Upkeep {
  /** A rule is gone: what it made goes, where it does not survive the rule. */
  ruleRemoved(key: string, noted: NotedTask): void;
  /** The rule is there (again). */
  ruleKept(key: string): void;
  /** Lets all that a rule made stay, and be nobody's. */
  letGo(task: GenerateTask): Promise<void>;
  /** Deletes, within limits where it follows from an evaluation. Resolves to how many are held. */
  remove(task: GenerateTask, downstreams: readonly KnownDownstream[], isInferred: boolean): Promise<number>;
  /** Looks at everything that is known: rules, triggers and sources that are gone. */
  sweep(): Promise<void>;
}

export interface UpkeepDeps {
  readonly world: Pick<GenerateWorld, "types" | "concurrency" | "log">;
  readonly feed: Pick<TriggerFeed, "isKnown" | "find">;
  readonly index: DownstreamIndex;
  readonly writer: DownstreamWriter;
  /** The task that a downstream belongs to now. */
  readonly taskOf: (downstream: KnownDownstream) => GenerateTask | undefined;
  readonly isGoneSource: (sourceUid: string) => boolean;
  readonly takeDeletions: (task: GenerateTask, wanted: number) => number;
  readonly onHeld: (task: GenerateTask, held: number) => void;
}

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { world, index, writer, feed } = deps;
  /** Rules that are gone, by where the index has what they made. */
  const removed = new Map<string, NotedTask>();
  /** Downstreams whose trigger was not there when it was looked for: once is not enough to be sure. */
  let suspects = new Set<string>();

  const deleteAll = async (
    scope: GenerateTask["scope"],
    downstreams: readonly KnownDownstream[],
  ): Promise<void> => {
    const queue = new PQueue({ concurrency: world.concurrency });
    for (const downstream of downstreams) {
      void queue.add(async () => {
        try {
          await writer.delete({ scope }, downstream);
        } catch (error) {
          const { type, namespace, name } = downstream;
          world.log.warn("what a rule made cannot be deleted, trying again", {
            kind: type.kind,
            namespace,
            name,
            error,
          });
        }
      });
    }
    await queue.onIdle();
  };

  const remove: Upkeep["remove"] = async (task, downstreams, isInferred) => {
    if (downstreams.length === 0) return 0;
    const granted = isInferred ? deps.takeDeletions(task, downstreams.length) : downstreams.length;
    if (granted === 0) {
      deps.onHeld(task, downstreams.length);
      return downstreams.length;
    }
    await deleteAll(task.scope, downstreams);
    return 0;
  };

  /** What rules that are gone left behind. */
  const sweepRules = async (): Promise<void> => {
    for (const [key, noted] of removed) {
      const left = index.ofRule(noted.index).filter((downstream) => {
        if (deps.taskOf(downstream) !== undefined) return false;
        // Copies stay where a GeneratingPolicy goes, as Kyverno leaves them.
        return noted.kind === "rule" || downstream.sourceUid === "";
      });
      await deleteAll(scopeOf(key, noted), left);
    }
  };

  const isTriggerGone = ({ trigger }: KnownDownstream): boolean => {
    if (trigger.uid === "" || trigger.version === "") return false;
    const type = findType(world.types(), apiVersionOf(trigger), trigger.kind);
    if (type === undefined) return false;
    const versions = world.types().filter(({ group, kind }) => group === type.group && kind === type.kind);
    const known = versions.filter((version) => feed.isKnown(version));
    return known.length > 0 && known.every((version) => feed.find(version, trigger.uid) === undefined);
  };

  const sweepObjects = async (): Promise<void> => {
    const orphans = new Map<GenerateTask, KnownDownstream[]>();
    const sourceless = new Map<GenerateTask, KnownDownstream[]>();
    const missing = new Set<string>();
    for (const downstream of index.all()) {
      const task = deps.taskOf(downstream);
      if (task === undefined || !task.traits.synchronize) continue;
      const key = `${placeKey(downstream.type, downstream)} ${downstream.uid} ${downstream.trigger.uid}`;
      if (!task.generatesOnDelete && isTriggerGone(downstream)) {
        missing.add(key);
        if (suspects.has(key)) push(orphans, task, downstream);
      } else if (downstream.sourceUid !== "" && deps.isGoneSource(downstream.sourceUid)) {
        push(sourceless, task, downstream);
      }
    }
    suspects = missing;
    for (const [task, downstreams] of orphans) await remove(task, downstreams, false);
    for (const [task, downstreams] of sourceless) await remove(task, downstreams, true);
  };

  return {
    ruleRemoved(key, noted) {
      if (noted.traits.synchronize && !noted.traits.survives) removed.set(key, noted);
    },
    ruleKept: (key) => void removed.delete(key),
    async letGo(task) {
      const queue = new PQueue({ concurrency: world.concurrency });
      for (const downstream of index.ofRule(task.key)) {
        void queue.add(async () => {
          try {
            await writer.letGo(task, downstream);
          } catch (error) {
            world.log.warn("what a rule made before keeps its labels", { name: downstream.name, error });
          }
        });
      }
      await queue.onIdle();
    },
    remove,
    async sweep() {
      await sweepRules();
      await sweepObjects();
    },
  };
}

function push(map: Map<GenerateTask, KnownDownstream[]>, task: GenerateTask, one: KnownDownstream): void {
  const known = map.get(task);
  if (known === undefined) map.set(task, [one]);
  else known.push(one);
}

/** The authority of a rule that is gone, from its key: `Kind/name/rule` or `Kind/namespace/name/rule`. */
function scopeOf(key: string, { policyKey }: NotedTask): GenerateTask["scope"] {
  const parts = policyKey.split("/");
  const [policyKind = "", first = "", second] = parts;
  const rule = key.slice(policyKey.length + 1);
  return {
    policyKind,
    policyName: second ?? first,
    ...(second === undefined ? {} : { policyNamespace: first }),
    ...(rule === "" ? {} : { rule }),
  };
}
