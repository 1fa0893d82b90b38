import {
  categoryAnnotation,
  reportsDisabledLabel,
  scoredAnnotation,
  severityAnnotation,
} from "#api/labels.ts";

import type {
  AutogenConfig,
  CompiledPolicy,
  PolicyIdentity,
  PolicyKind,
  PolicyReporting,
} from "../compiled-policy.ts";
import { QueryCache } from "../context/query-cache.ts";
import type { Evaluation } from "../evaluation.ts";
import type { EvaluationInput } from "../input.ts";
import { uniqueSelections } from "../match/kind-selection.ts";
import type { KindSelection } from "../match/kind-selection.ts";
import type { RuleType } from "../response.ts";
import type { CelInputs } from "./cel-inputs.ts";

/** What of a policy's metadata counts. */
export interface PolicyMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Which policy a document is; one of a namespaced kind without a namespace stands in `default`. */
export function celIdentity(
  kind: PolicyKind,
  metadata: PolicyMetadata,
  isNamespaced: boolean,
): PolicyIdentity {
  const { name = "" } = metadata;
  if (!isNamespaced) return { kind, name, key: name };
  const namespace =
    metadata.namespace === undefined || metadata.namespace === "" ? "default" : metadata.namespace;
  return { kind, name, namespace, key: `${namespace}/${name}` };
}

const severities: ReadonlySet<string> = new Set(["critical", "high", "medium", "low", "info"]);

/** What results of a policy carry besides the verdict. */
export function celReporting(
  source: PolicyReporting["source"],
  { annotations = {} }: PolicyMetadata,
  process: PolicyReporting["process"],
): PolicyReporting {
  const read = (key: string) => (Object.hasOwn(annotations, key) ? annotations[key] : undefined);
  const severity = read(severityAnnotation);
  const category = read(categoryAnnotation);
  return {
    source,
    scored: read(scoredAnnotation) !== "false",
    ...(severity !== undefined && severities.has(severity) ? { severity } : {}),
    ...(category === undefined || category === "" ? {} : { category }),
    process,
  };
}

/** The switches of `evaluation` that the background knows. */
export interface EvaluationSwitches {
  readonly admission?: { readonly enabled?: boolean | undefined } | undefined;
  readonly background?: { readonly enabled?: boolean | undefined } | undefined;
}

/** The report property `process`: what the policy is configured for. */
export function processOf(evaluation: EvaluationSwitches | undefined): PolicyReporting["process"] {
  if (evaluation?.background?.enabled !== false) return "background scan";
  return evaluation.admission?.enabled === false ? "" : "admission review";
}

/** What makes a policy of a CEL kind one that the scan, reports and the command line can handle. */
export interface CelPolicyParts {
  readonly identity: PolicyIdentity;
  readonly metadata: PolicyMetadata;
  readonly reporting: PolicyReporting;
  /** False where scans leave it out. */
  readonly background: boolean;
  readonly type: RuleType;
  readonly selections: readonly KindSelection[];
  readonly inputs: CelInputs;
  /** What cannot be compiled, or is not there yet. */
  readonly problems: CompiledPolicy["problems"];
  /** What the policy is for pod controllers, where it is for any. */
  readonly autogenConfigs?: Readonly<Record<string, AutogenConfig>>;
  readonly judge: (input: EvaluationInput) => Evaluation;
}

/** A compiled policy that judges as a whole: it has no rules, and its results no rule names of their own. */
export function celCompiledPolicy(parts: CelPolicyParts): CompiledPolicy {
  const { identity, metadata, reporting, background, type, inputs, problems, judge } = parts;
  const { autogenConfigs = {} } = parts;
  return {
    identity,
    uid: metadata.uid ?? "",
    background,
    disabledForReports: Object.hasOwn(metadata.labels ?? {}, reportsDisabledLabel),
    reporting,
    problems,
    rules: [{ name: "", type }],
    ruleNames: [],
    autogenRules: [],
    ...(Object.keys(autogenConfigs).length === 0 ? {} : { autogenConfigs }),
    ruleCount: { validate: 0, mutate: 0, generate: 0, verifyimages: 0 },
    selectors: uniqueSelections(parts.selections),
    ...inputs,
    applyOne: false,
    rulesFor: () => [],
    judge,
    queries: new QueryCache(),
  };
}
