import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { validatePolicy } from "./validate-policy.ts";

/** A match for pods. */
export const pods = { any: [{ resources: { kinds: ["Pod"] } }] };
/** A body that is in order. */
export const deny = { validate: { deny: {} } };
/** A spec that only admission looks at. */
export const noBackground = { background: false } as const;
/** A condition that holds. */
export const always = { key: "a", operator: "Equals", value: "a" };

/** A rule that is in order, with changes. */
export function rule(more: Partial<Rule>): Partial<PolicySpec> {
  return { rules: [{ name: "r", match: pods, ...more }] };
}

/** A ClusterPolicy that is in order, with changes. */
export function cluster(
  spec: Partial<PolicySpec>,
  metadata: Partial<ClusterPolicy["metadata"]> = {},
): ClusterPolicy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p", ...metadata },
    spec: { ...rule(deny), ...spec },
  };
}

/** A Policy that is in order, with changes. */
export function namespaced(spec: Partial<PolicySpec>): Policy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "Policy",
    metadata: { name: "p", namespace: "shop" },
    spec: { ...rule(deny), ...spec },
  };
}

/** A policy that is refused for one reason, and one that differs where it matters. */
export interface Row {
  readonly title: string;
  readonly refused: ClusterPolicy | Policy;
  readonly path: string;
  readonly message: string;
  readonly accepted: ClusterPolicy | Policy;
}

/** A row whose two examples are rules of a ClusterPolicy. */
export function ruleRow(
  title: string,
  refused: Partial<Rule>,
  path: string,
  message: string,
  accepted: Partial<Rule>,
): Row {
  return {
    title,
    refused: cluster(rule(refused)),
    path: path === "" ? "spec.rules[0]" : `spec.rules[0].${path}`,
    message,
    accepted: cluster(rule(accepted)),
  };
}

/** A rule for these resources. */
export const withAny = (resources: NonNullable<Rule["match"]["resources"]>): Partial<Rule> => ({
  ...deny,
  match: { any: [{ resources }] },
});

/** A rule with this pattern. */
export const withPattern = (pattern: unknown): Partial<Rule> => ({ validate: { pattern } });

/** A rule with these context entries. */
export const withContext = (...context: NonNullable<Rule["context"]>): Partial<Rule> => ({
  ...deny,
  context,
});

/** A policy for what this subject asks for. */
export const withSubject = (kind: string, name: string, namespace?: string) =>
  cluster({
    ...noBackground,
    ...rule({
      ...deny,
      match: {
        any: [
          {
            resources: { kinds: ["Pod"] },
            subjects: [{ kind, name, ...(namespace === undefined ? {} : { namespace }) }],
          },
        ],
      },
    }),
  });

/** A rule that verifies images. */
export const withImages = (image: NonNullable<Rule["verifyImages"]>[number]): Partial<Rule> => ({
  verifyImages: [{ imageReferences: ["*"], mutateDigest: false, ...image }],
});

const decoded = (policy: ClusterPolicy | Policy) =>
  policy.kind === "Policy" ? decodePolicy(policy) : decodeClusterPolicy(policy);

/** What is wrong with a row: an example that is refused or does not fit the schema, a refusal that does not come. */
export function rowProblem(row: Row): string | undefined {
  if (!decoded(row.accepted).ok) return "the accepted example does not fit the schema";
  const wrongly = validatePolicy(row.accepted);
  if (wrongly.length > 0) return `the accepted example is refused: ${JSON.stringify(wrongly)}`;
  const problems = validatePolicy(row.refused);
  return problems.some(({ path, message }) => path === row.path && message.includes(row.message))
    ? undefined
    : `the refused example is refused for ${JSON.stringify(problems)}`;
}
