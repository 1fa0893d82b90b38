import type { MatchConstraints } from "#api/policies/match-constraints.ts";
import type { Problem } from "#api/schema/decode.ts";
import { checkObjectTypes } from "#engine/cel-policy/check-object-types.ts";
import type { TypeFinding } from "#engine/cel-policy/check-object-types.ts";
import { kindEnvironment } from "#engine/cel/environments/kind-environment.ts";
import type { CelKind } from "#engine/cel/environments/kind-environment.ts";

import { decodePolicyDocument } from "../policies/decode-policy.ts";
import type { PolicyDocument } from "../policies/decode-policy.ts";
import { expressionProblem } from "./expression-problem.ts";
import type { KindSchemas, NamedResource } from "./kind-schemas.ts";

/** Kinds of policies whose expressions see the objects that match constraints name. */
const celKinds: Partial<Record<PolicyDocument["kind"], readonly [kind: CelKind, isNamespaced: boolean]>> = {
  ValidatingPolicy: ["ValidatingPolicy", false],
  NamespacedValidatingPolicy: ["ValidatingPolicy", true],
  MutatingPolicy: ["MutatingPolicy", false],
  NamespacedMutatingPolicy: ["MutatingPolicy", true],
  GeneratingPolicy: ["GeneratingPolicy", false],
  NamespacedGeneratingPolicy: ["GeneratingPolicy", true],
  DeletingPolicy: ["DeletingPolicy", false],
  NamespacedDeletingPolicy: ["DeletingPolicy", true],
  ValidatingAdmissionPolicy: ["ValidatingAdmissionPolicy", false],
  MutatingAdmissionPolicy: ["MutatingAdmissionPolicy", false],
};
/** Of a policy that names more there is no end of messages. */
const maxResources = 50;

/**
 * Expressions of a policy that do not fit the objects that it is for: fields that these never have, values of another type.
 * Nothing for what is no such policy, and for resources of which no schema is known.
 */
export async function typeProblems(content: unknown, schemas: KindSchemas): Promise<readonly Problem[]> {
  const decoded = decodePolicyDocument(content);
  if (decoded.kind !== "policy") return [];
  const { source } = decoded.policy;
  const celKind = celKinds[source.kind];
  if (celKind === undefined || !("matchConstraints" in source.spec)) return [];
  const environment = kindEnvironment(...celKind);
  const { spec } = source;
  const found: (readonly TypeFinding[])[] = [];
  const kinds: string[] = [];
  for (const resource of resourcesOf(spec.matchConstraints).slice(0, maxResources)) {
    const schema = await schemas.find(resource);
    if (schema === undefined) continue;
    kinds.push(`${schema.kind} (${schema.apiVersion})`);
    found.push(checkObjectTypes(spec, environment, schema.type));
  }
  // An expression may tell the kinds apart: only what fits none of them is wrong.
  const [first, ...others] = found.map((list) => new Map(list.map((one) => [JSON.stringify(one), one])));
  return [...(first ?? [])]
    .filter(([key]) => others.every((other) => other.has(key)))
    .map(([, { field, message }]) => ({
      path: `spec.${field}`,
      message: `of ${kinds.join(", ")}: ${expressionProblem(message)}`,
    }));
}

/** The resources that rules name one by one; `*` names none. */
function resourcesOf(constraints: MatchConstraints | undefined): readonly NamedResource[] {
  const rules = constraints?.resourceRules ?? [];
  return rules.flatMap(({ apiGroups = [], apiVersions = [], resources = [] }) =>
    apiGroups.flatMap((group) =>
      apiVersions.flatMap((version) =>
        resources
          .filter((resource) => ![group, version, resource].includes("*") && !resource.includes("/"))
          .map((resource) => ({ group, version, resource })),
      ),
    ),
  );
}
