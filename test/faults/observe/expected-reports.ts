import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { Budget } from "#engine/budget.ts";
import { compile } from "#engine/compile.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import type { ContextSource } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { EvaluationInput } from "#engine/input.ts";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { buildResults } from "#reports/build-results.ts";
import { judgedKinds, kinds } from "../world/kinds.ts";
import type { PersistentClient } from "../world/persistent-client.ts";

/** What the report of one object should say. */
export interface ExpectedReport {
  readonly owner: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
  };
  readonly results: readonly PolicyReportResult[];
}

const allResults: ReadonlySet<RuleStatus> = new Set(["pass", "fail", "warn", "error", "skip"]);

/** The policies of the cluster that take part in scans. */
const readPolicies = async (client: PersistentClient): Promise<readonly CompiledPolicy[]> => {
  const stored = [...(await client.list(kinds.clusterPolicy)), ...(await client.list(kinds.policy))];
  return stored.flatMap((object) => {
    const decoded = object.kind === "Policy" ? decodePolicy(object) : decodeClusterPolicy(object);
    if (!decoded.ok) return [];
    const compiled = compile(decoded.value);
    const takesPart =
      compiled.background && compiled.backgroundProblem === undefined && !compiled.disabledForReports;
    return takesPart ? [compiled] : [];
  });
};

const judge = (
  policy: CompiledPolicy,
  object: KubeObject,
  type: ResourceType,
  namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>,
  context: ContextSource,
): readonly RuleResponse[] => {
  const namespace = type.namespaced ? String(object.metadata["namespace"]) : "";
  const labels = namespaceLabels.get(namespace);
  const input: EvaluationInput = {
    resource: object as unknown as JsonObject,
    gvk: { group: type.group, version: type.version, kind: type.kind },
    subresource: "",
    operation: "CREATE",
    namespace,
    ...(labels === undefined ? {} : { namespaceLabels: labels }),
    nowMs: 0,
    seed: 0,
    numbers: "int64",
    budget: new Budget(),
    context,
  };
  const evaluation = evaluate(policy, input);
  if (evaluation.kind === "pending") throw new Error(`${policy.identity.key} waits for data`);
  return evaluation.responses;
};

/** Policies of the world ask for ConfigMaps that exist, and for nothing else. */
const contextOf = (configMaps: readonly KubeObject[]): ContextSource => ({
  lookUp(request) {
    const found =
      request.kind === "configMap"
        ? configMaps.find(
            ({ metadata }) => metadata.name === request.name && metadata["namespace"] === request.namespace,
          )
        : undefined;
    return found === undefined
      ? { kind: "failed", message: `the suite has no ${JSON.stringify(request)}` }
      : { kind: "value", value: found as unknown as JsonObject };
  },
});

const labelsOf = ({ metadata }: KubeObject): Readonly<Record<string, string>> =>
  (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;

/**
 * What an undisturbed run would have written: every object of the cluster is read and judged here, without anything of the
 * operator but the engine and the making of results. By uid; objects without results have no report.
 */
export const expectReports = async (
  client: PersistentClient,
  isServed: (type: ResourceType) => boolean = () => true,
): Promise<ReadonlyMap<string, ExpectedReport>> => {
  const policies = await readPolicies(client);
  const lists = await Promise.all(
    judgedKinds
      .filter((type) => isServed(type))
      .map(async (type) => ({ type, objects: await client.list(type) })),
  );
  const namespaces = lists.find(({ type }) => type === kinds.namespace)?.objects ?? [];
  const namespaceLabels = new Map(namespaces.map((object) => [object.metadata.name, labelsOf(object)]));
  const context = contextOf(lists.find(({ type }) => type === kinds.configMap)?.objects ?? []);
  const expected = new Map<string, ExpectedReport>();
  for (const { type, objects } of lists) {
    for (const object of objects) {
      const results = policies.flatMap((policy) => {
        const { identity, reporting } = policy;
        const reportPolicy = { ...reporting, policy: identity.key };
        const responses = judge(policy, object, type, namespaceLabels, context);
        return buildResults(reportPolicy, responses, { timestampSeconds: 0, allowedResults: allResults });
      });
      if (results.length === 0) continue;
      const { name, uid } = object.metadata;
      const { namespace } = object.metadata;
      expected.set(uid, {
        owner: {
          apiVersion: object.apiVersion,
          kind: object.kind,
          name,
          ...(typeof namespace === "string" ? { namespace } : {}),
          uid,
        },
        results,
      });
    }
  }
  return expected;
};
