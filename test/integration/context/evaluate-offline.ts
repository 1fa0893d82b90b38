import type { KubeObject } from "#api/meta/object-meta.ts";
import { decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import { decodePolicyException } from "#api/kyverno/exception.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { Budget } from "#engine/budget.ts";
import { compile } from "#engine/compile.ts";
import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import { createExceptionIndex } from "#engine/exceptions/exception-index.ts";
import { compileQuery, search } from "#engine/jmespath/query.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";
import { buildResults } from "#reports/build-results.ts";

/** The objects that rules may ask for. */
export interface OfflineWorld {
  readonly objects: readonly KubeObject[];
  /** Entries by name: objects, and projections of them. */
  readonly entries: Readonly<
    Record<
      string,
      { readonly objects: readonly KubeObject[]; readonly projections: Readonly<Record<string, string>> }
    >
  >;
  readonly exceptions: readonly KubeObject[];
}

const allResults = new Set(["pass", "fail", "warn", "error", "skip"] as const);
const value = (data: unknown): ContextAnswer => ({ kind: "value", value: data as Json });
const failed = (message: string): ContextAnswer => ({ kind: "failed", message });

const answer = (request: ContextRequest, { objects, entries }: OfflineWorld): ContextAnswer => {
  switch (request.kind) {
    case "configMap": {
      const found = objects.find(
        ({ kind, metadata }) =>
          kind === "ConfigMap" &&
          metadata.name === request.name &&
          metadata["namespace"] === request.namespace,
      );
      return found === undefined ? failed("not found") : value(found);
    }
    case "apiCall": {
      const namespace = /^\/api\/v1\/namespaces\/([^/]+)\/pods$/.exec(request.urlPath)?.[1];
      const items = objects.filter(
        ({ kind, metadata }) => kind === "Pod" && metadata["namespace"] === namespace,
      );
      return value({ items });
    }
    case "globalReference": {
      const entry = entries[request.entry];
      if (entry === undefined) return failed(`failed to fetch entry key=${request.entry}`);
      const list = entry.objects as unknown as Json;
      if (request.projection === undefined) return value(list);
      const environment = { numbers: "float64", budget: new Budget(), nowMs: 0, seed: 0 } as const;
      return value(
        search(compileQuery(entry.projections[request.projection] ?? "nothing"), list, environment),
      );
    }
    case "service":
    case "imageRegistry":
    case "imageVerification":
    case "params":
      return failed("not part of this test");
    default:
      return request satisfies never;
  }
};

/** What the engine alone says of an object, as results of a report. Throws where the policy cannot be read. */
export const evaluateOffline = (
  policies: readonly KubeObject[],
  object: KubeObject,
  world: OfflineWorld,
): readonly PolicyReportResult[] => {
  const exceptions = createExceptionIndex({ namespace: "*" });
  for (const one of world.exceptions) {
    const decoded = decodePolicyException(one);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
    exceptions.put(decoded.value);
  }
  return policies.flatMap((document) => {
    const decoded = decodeClusterPolicy(document);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
    const policy = compile(decoded.value);
    const namespace = object.metadata["namespace"] as string;
    const evaluation = evaluate(policy, {
      resource: object as unknown as JsonObject,
      gvk: { group: "", version: "v1", kind: "Pod" },
      subresource: "",
      operation: "CREATE",
      namespace,
      namespaceLabels: { "kubernetes.io/metadata.name": namespace },
      nowMs: Date.now(),
      seed: 0,
      numbers: "int64",
      budget: new Budget(),
      context: { lookUp: (request) => answer(request, world) },
      exceptions,
    });
    if (evaluation.kind === "pending") throw new Error(`${policy.identity.key} waits for something`);
    return buildResults({ ...policy.reporting, policy: policy.identity.key }, evaluation.responses, {
      timestampSeconds: 0,
      allowedResults: allResults,
    });
  });
};
