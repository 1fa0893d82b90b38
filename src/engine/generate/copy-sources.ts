import type { JsonObject } from "../values/json.ts";
import type { ObjectReference, SourceRequest } from "./clone-sources.ts";
import { copyOf } from "./desired-object.ts";
import { metadataText } from "./downstream-labels.ts";
import type { GenerationPattern } from "./generation-pattern.ts";
import type { MadeObjects, ObjectsRun } from "./make-objects.ts";

type Content<K extends GenerationPattern["content"]["kind"]> = GenerationPattern["content"] & {
  readonly kind: K;
};
type Fail = (message: string) => void;

/** Copies one object; an object is never a copy of itself. */
export function copyNamed(
  target: ObjectReference,
  { namespace, name }: Content<"clone">,
  run: ObjectsRun,
  made: MadeObjects,
  fail: Fail,
): void {
  if (namespace === target.namespace && name === target.name) return;
  const { apiVersion, kind } = target;
  const request: SourceRequest = { request: "object", apiVersion, kind, namespace, name };
  const [source] = ask(request, run, made, (reason) =>
    fail(`source resource ${nameOf(target)} not found: ${reason}`),
  );
  if (source === null) fail(`source resource ${nameOf(target)} not found: there is no ${nameOf(request)}`);
  else if (source !== undefined) made.objects.push(copyOf(source, target, run.origin));
}

/** Copies all objects of some kinds from one namespace to another. */
export function copyListed(
  targetNamespace: string,
  { namespace, kinds, selector }: Content<"cloneList">,
  run: ObjectsRun,
  made: MadeObjects,
  fail: Fail,
): void {
  for (const text of kinds) {
    const slash = text.lastIndexOf("/");
    const apiVersion = text.slice(0, Math.max(slash, 0));
    const kind = text.slice(slash + 1);
    const request: SourceRequest = {
      request: "objects",
      apiVersion,
      kind,
      namespace,
      ...(selector === undefined ? {} : { selector }),
    };
    const found = ask(request, run, made, (reason) =>
      fail(`failed to list source resource for cloneList ${apiVersion} ${kind}/${namespace}. ${reason}`),
    );
    for (const source of found) {
      if (source === null || metadataText(source, "namespace") === targetNamespace) continue;
      const name = metadataText(source, "name");
      made.objects.push(copyOf(source, { apiVersion, kind, namespace: targetNamespace, name }, run.origin));
    }
  }
}

/** The objects of a request; null where one was asked for and there is none, nothing where it is not known. */
function ask(
  request: SourceRequest,
  { context, sources }: ObjectsRun,
  made: MadeObjects,
  fail: Fail,
): readonly (JsonObject | null)[] {
  const answer = sources.find(request, context.outside.scope);
  switch (answer.kind) {
    case "objects":
      return request.request === "object" && answer.objects.length === 0 ? [null] : answer.objects;
    case "failed":
      fail(answer.message);
      return [];
    case "pending":
      made.pending.push(request);
      return [];
    default:
      return answer satisfies never;
  }
}

function nameOf({ apiVersion, kind, namespace, name }: ObjectReference): string {
  return `${apiVersion}/${kind}/${namespace}/${name}`;
}
