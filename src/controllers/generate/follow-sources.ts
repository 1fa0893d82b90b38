import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { TriggerEvent } from "#controllers/triggers/trigger-event.ts";
import type { TriggerVerdict } from "./evaluate-trigger.ts";
import { findType } from "./evaluate-trigger.ts";
import type { GenerateTask } from "./generate-task.ts";
import type { SourceBook, SourceChange, SourcePlace } from "./source-book.ts";

/** Which rules copy what, so that a change of a source finds them without asking the cluster. */
export interface SourceFollower {
  /**
   * Remembers what a rule asked for. True where a place was not watched until now although what was copied had been read:
   * it may have changed in between.
   */
  note(task: GenerateTask, event: TriggerEvent, verdict: TriggerVerdict): Promise<boolean>;
  /** Where a source stands, by its uid. */
  learn(sourceUid: string, place: SourcePlace): void;
  isGone(sourceUid: string): boolean;
  /** Rules that ask for this object, or for all objects where it stands, with the triggers for which they applied. */
  askingFor(change: SourceChange): readonly {
    readonly ruleKey: string;
    readonly triggers: ReadonlySet<string>;
    readonly isList: boolean;
  }[];
  forgetRule(ruleKey: string): void;
}

interface Asking {
  readonly names: Set<string>;
  isList: boolean;
}

const maxLearnt = 50_000;

export function createSourceFollower(
  book: () => Pick<SourceBook, "watch" | "isGone" | "places">,
  types: () => readonly ResourceType[],
): SourceFollower {
  const asking = new Map<string, Map<string, Asking>>();
  const triggers = new Map<string, Set<string>>();
  const places = new Map<string, SourcePlace>();
  const keyOf = ({ type, namespace }: SourcePlace): string => `${resourceTypeKey(type)} ${namespace}`;

  const learn = (sourceUid: string, place: SourcePlace): void => {
    if (sourceUid === "" || (places.size >= maxLearnt && !places.has(sourceUid))) return;
    places.set(sourceUid, place);
  };

  return {
    learn,
    async note(task, event, verdict) {
      if (!task.traits.synchronize) return false;
      let isNews = false;
      for (const request of verdict.sources) {
        const type = findType(types(), request.apiVersion, request.kind);
        if (type === undefined) continue;
        const place = { type, namespace: type.namespaced ? request.namespace : "" };
        const key = keyOf(place);
        const rules = asking.get(key) ?? new Map<string, Asking>();
        asking.set(key, rules);
        const known = rules.get(task.key) ?? { names: new Set<string>(), isList: false };
        rules.set(task.key, known);
        if (request.request === "object") known.names.add(request.name);
        else known.isList = true;
        const wasWatched = book()
          .places()
          .some((one) => keyOf(one) === key);
        if (!wasWatched) {
          await book().watch(place);
          isNews = true;
        }
      }
      for (const { source } of verdict.objects) {
        const type = source === undefined ? undefined : findType(types(), source.apiVersion, source.kind);
        if (source === undefined || type === undefined) continue;
        learn(source.uid, { type, namespace: type.namespaced ? source.namespace : "" });
      }
      if (verdict.sources.length > 0) {
        const known = triggers.get(task.key) ?? new Set();
        triggers.set(task.key, known.add(event.object.metadata.uid));
      }
      if (verdict.verdict === "ended") triggers.get(task.key)?.delete(event.object.metadata.uid);
      return isNews;
    },
    isGone(sourceUid) {
      const place = places.get(sourceUid);
      return place !== undefined && book().isGone(place, sourceUid);
    },
    askingFor({ place, name }) {
      return [...(asking.get(keyOf(place)) ?? [])].flatMap(([ruleKey, { names, isList }]) =>
        isList || names.has(name) ? [{ ruleKey, triggers: triggers.get(ruleKey) ?? new Set(), isList }] : [],
      );
    },
    forgetRule(ruleKey) {
      triggers.delete(ruleKey);
      for (const rules of asking.values()) rules.delete(ruleKey);
    },
  };
}
