import { findKindVersion } from "#api/kinds.ts";
import { decodeClusterPolicy, decodePolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { DeletingPolicy, NamespacedDeletingPolicy } from "#api/policies/deleting-policy.ts";
import type { GeneratingPolicy, NamespacedGeneratingPolicy } from "#api/policies/generating-policy.ts";
import type { Decoded, Problem } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import type { SchemaNode } from "#api/schema/schema.ts";
import { compile } from "#engine/compile.ts";
import type { JudgingPolicy } from "#engine/compile.ts";
import type { CompiledPolicy } from "#engine/compiled-policy.ts";
import { compileGenerations } from "#engine/generate/compile-generations.ts";
import type { CompiledGenerations } from "#engine/generate/compiled-generations.ts";
import { compileMutations } from "#engine/mutate/compile-mutations.ts";
import type { CompiledMutations } from "#engine/mutate/compiled-mutations.ts";
import { validatePolicy } from "#engine/validation/validate-policy.ts";

import { isException } from "../exceptions/read-exceptions.ts";
import { admissionReader, bindingReader } from "./admission-policies.ts";
import type { AdmissionBinding } from "./admission-policies.ts";
import { celPolicyLoader } from "./cel-policies.ts";
import type { PolicyAction } from "./policy-action.ts";
import { findUnknownFields } from "./unknown-fields.ts";

/** A policy ready to judge, with the document that it was read from. */
export interface LoadedPolicy {
  readonly source: PolicyDocument;
  readonly compiled: CompiledPolicy;
  /** Absent where no rule mutates. */
  readonly mutations?: CompiledMutations;
  /** Absent where no rule generates. */
  readonly generations?: CompiledGenerations;
  /** What a policy does that changes, makes or deletes objects with CEL; `compiled` then judges nothing here. */
  readonly action?: PolicyAction;
}

/** The documents that the command line judges by. */
export type PolicyDocument =
  | JudgingPolicy
  | GeneratingPolicy
  | NamespacedGeneratingPolicy
  | DeletingPolicy
  | NamespacedDeletingPolicy;

/** What a document of a policy file is. */
export type DecodedPolicy =
  | { readonly kind: "policy"; readonly policy: LoadedPolicy }
  /** What makes a policy of the API server count. */
  | { readonly kind: "binding"; readonly binding: AdmissionBinding }
  /** Some other object. */
  | { readonly kind: "other"; readonly description: string }
  /** An exception to policies; what it says is not looked at. */
  | { readonly kind: "exception" }
  /** A policy that the API server would refuse. */
  | {
      readonly kind: "refused";
      readonly name: string;
      readonly message: string;
      readonly problems: readonly Problem[];
      /** By the schema of its kind, or by what Kyverno's admission checks beyond that. */
      readonly by: "schema" | "validation";
    }
  /** A policy that this version cannot judge; the features have stable names. */
  | {
      readonly kind: "unsupported";
      readonly name: string;
      readonly features: readonly string[];
      /** The field that says so, where it is one. */
      readonly field?: string;
      readonly message: string;
    };

/** The policy where it is one that is made of rules. */
export function rulePolicyOf({ source }: LoadedPolicy): ClusterPolicy | Policy | undefined {
  return source.kind === "ClusterPolicy" || source.kind === "Policy" ? source : undefined;
}

/** What rules of a policy need and this version lacks, by stable names. */
export function missingOf({ compiled, mutations, generations }: LoadedPolicy): readonly string[] {
  const problems = [...compiled.problems, ...(mutations?.problems ?? []), ...(generations?.problems ?? [])];
  return problems.flatMap(({ unsupported }) => unsupported ?? []);
}

const admissionPolicies: ReadonlySet<string> = new Set([
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
]);

/** Reads and compiles one document of a policy file. Never throws. */
export function decodePolicyDocument(content: unknown): DecodedPolicy {
  if (!isRecord(content)) return { kind: "other", description: "it is no object" };
  const { apiVersion, kind } = content;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    return { kind: "other", description: "it has no apiVersion or kind" };
  }
  if (isException(content)) return { kind: "exception" };
  const name = nameOf(content);
  const known = findKindVersion(apiVersion, kind);
  if (known?.kind.group === "kyverno.io" && (kind === "ClusterPolicy" || kind === "Policy")) {
    return decodeClassic(content, kind, name, findUnknownFields(known.version.schema.node, content));
  }
  const load = celPolicyLoader(apiVersion, kind);
  if (load !== undefined && known !== undefined) {
    const decoded = load(content);
    const problems = decoded.ok ? findUnknownFields(known.version.schema.node, content) : decoded.problems;
    if (!decoded.ok || problems.length > 0) return refuse(kind, name, problems, "schema");
    return foreignMode(decoded.value) ?? { kind: "policy", policy: decoded.value };
  }
  const reader = admissionReader(apiVersion, kind);
  if (reader !== undefined) {
    const decoded = readStrictly(reader, content);
    if (!decoded.ok) return refuse(kind, name, decoded.problems, "schema");
    return { kind: "policy", policy: decoded.value };
  }
  const bindings = bindingReader(apiVersion, kind);
  if (bindings !== undefined) {
    const decoded = readStrictly(bindings, content);
    if (!decoded.ok) return refuse(kind, name, decoded.problems, "schema");
    return { kind: "binding", binding: decoded.value };
  }
  if (isPolicyKind(apiVersion, kind)) {
    return { kind: "unsupported", name, features: [kind], message: `kind ${kind} is not supported yet` };
  }
  return { kind: "other", description: `it is of kind ${kind} (${apiVersion})` };
}

/** A policy for requests to services: it has nothing to say of objects, and must not look as if it had passed. */
function foreignMode({ compiled }: LoadedPolicy): DecodedPolicy | undefined {
  const { kind, name } = compiled.identity;
  const found = compiled.problems.find(
    ({ unsupported }) => unsupported?.startsWith("evaluation.mode.") === true,
  );
  if (found?.unsupported === undefined) return undefined;
  return {
    kind: "unsupported",
    name,
    features: [found.unsupported],
    field: "spec.evaluation.mode",
    message: `${kind} ${name}: spec.${found.message}`,
  };
}

function decodeClassic(
  content: unknown,
  kind: "ClusterPolicy" | "Policy",
  name: string,
  unknownFields: readonly Problem[],
): DecodedPolicy {
  const decoded = kind === "Policy" ? decodePolicy(content) : decodeClusterPolicy(content);
  const problems = decoded.ok ? unknownFields : decoded.problems;
  if (!decoded.ok || problems.length > 0) return refuse(kind, name, problems, "schema");
  const source = decoded.value;
  const invalid = validatePolicy(source);
  if (invalid.length > 0) return refuse(kind, name, invalid, "validation");
  const rules = source.spec.rules ?? [];
  const mutates = rules.some((rule) => rule.mutate !== undefined);
  const generates = rules.some((rule) => rule.generate !== undefined);
  return {
    kind: "policy",
    policy: {
      source,
      compiled: compile(source),
      ...(mutates ? { mutations: compileMutations(source) } : {}),
      ...(generates ? { generations: compileGenerations(source) } : {}),
    },
  };
}

/** What a reader makes of a document that has no fields besides those of its kind. */
function readStrictly<T>(
  { schema, read }: { readonly schema: SchemaNode; readonly read: (content: unknown) => Decoded<T> },
  content: unknown,
): Decoded<T> {
  const decoded = read(content);
  const unknown = decoded.ok ? findUnknownFields(schema, content) : [];
  return unknown.length > 0 ? { ok: false, problems: unknown } : decoded;
}

function refuse(
  kind: string,
  name: string,
  problems: readonly Problem[],
  by: "schema" | "validation",
): DecodedPolicy {
  const texts = problems.map(({ path, message }) => `${path}: ${message}`);
  return {
    kind: "refused",
    name,
    problems,
    by,
    message: `${kind} ${name} is not valid: ${texts.join("; ")}`,
  };
}

function isPolicyKind(apiVersion: string, kind: string): boolean {
  const group = apiVersion.split("/")[0];
  if (group === "admissionregistration.k8s.io") return admissionPolicies.has(kind);
  return (group === "kyverno.io" || group === "policies.kyverno.io") && kind.endsWith("Policy");
}

function nameOf(content: Readonly<Record<string, unknown>>): string {
  const metadata = content["metadata"];
  const name = isRecord(metadata) ? metadata["name"] : undefined;
  return typeof name === "string" ? name : "";
}
