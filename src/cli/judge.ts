import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { Budget } from "#engine/budget.ts";
import { inject } from "#engine/context/document.ts";
import type { ContextSource } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { ExceptionSource } from "#engine/exceptions/exception-source.ts";
import type { EvaluationInput, InjectedValues, Operation, RequestUser } from "#engine/input.ts";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";
import { buildResults } from "#reports/build-results.ts";

import type { LoadedPolicy } from "./policies/decode-policy.ts";
import type { ScanResource } from "./resources/scan-resource.ts";
import type { ScanValues } from "./values/scan-values.ts";

/** What all objects of a scan are judged with. */
export interface Judgement {
  readonly policies: readonly LoadedPolicy[];
  readonly values: ScanValues;
  /** Absent where nobody said who makes the requests. */
  readonly user: RequestUser | undefined;
  readonly context: ContextSource;
  readonly nowMs: number;
  /** Exceptions in force; none where it is absent. */
  readonly exceptions?: ExceptionSource;
  /** Outranks the operation that the values say. */
  readonly operation?: Operation;
}

/** What one policy says of one object. */
export interface PolicyVerdict {
  readonly policy: LoadedPolicy;
  readonly resource: ScanResource;
  /** Empty where no rule applies. */
  readonly responses: readonly RuleResponse[];
}

/** What one rule says of one object. */
export interface Verdict {
  readonly policy: LoadedPolicy;
  readonly resource: ScanResource;
  readonly response: RuleResponse;
}

/** Judges one object by all policies, in their order. Rules that do not apply say nothing. Never throws. */
export function judgeResource(judgement: Judgement, resource: ScanResource): readonly Verdict[] {
  return judgeByPolicies(judgement, resource).flatMap(({ policy, responses }) =>
    responses.map((response) => ({ policy, resource, response })),
  );
}

/** The same with an entry for each policy, also where none of its rules applies. */
export function judgeByPolicies(judgement: Judgement, resource: ScanResource): readonly PolicyVerdict[] {
  return judgement.policies.map((policy) => {
    const values = valuesFor(judgement, policy, resource);
    const evaluation = evaluate(policy.compiled, inputOf(judgement, resource, values));
    if (evaluation.kind === "completed") return { policy, resource, responses: evaluation.responses };
    const message = "the context source of a scan from files answers at once";
    throw new Error(
      `${message}, yet ${policy.compiled.identity.key} waits for ${evaluation.requests.length} answers`,
    );
  });
}

function valuesFor(
  { values, operation }: Judgement,
  { compiled }: LoadedPolicy,
  { name }: ScanResource,
): InjectedValues {
  const found = values.find(compiled.identity.name, name);
  if (operation === undefined) return found;
  const others = found.policy.filter(([path]) => path !== "request.operation");
  return { ...found, policy: [...others, ["request.operation", operation]] };
}

function inputOf(judgement: Judgement, resource: ScanResource, injected: InjectedValues): EvaluationInput {
  const operation = operationOf(injected);
  const { object, oldObject } = objectsOf(resource.object, operation, injected);
  const labels = judgement.values.namespaceLabels(resource.namespace);
  const subresource = judgement.values.subresourceOf(resource.gvk);
  return {
    resource: object,
    ...(oldObject === undefined ? {} : { oldResource: oldObject }),
    gvk: subresource?.parent ?? resource.gvk,
    subresource: subresource?.name ?? "",
    operation,
    ...(judgement.user === undefined ? {} : { user: judgement.user }),
    namespace: resource.namespace,
    ...(labels === undefined ? {} : { namespaceLabels: labels }),
    nowMs: judgement.nowMs,
    seed: 0,
    numbers: "float64",
    budget: new Budget(),
    context: judgement.context,
    ...(judgement.exceptions === undefined ? {} : { exceptions: judgement.exceptions }),
    injected,
  };
}

/** Only these three change what is judged; anything else is no more than a value that expressions see. */
function operationOf({ policy }: InjectedValues): Operation {
  const value = policy.find(([path]) => path === "request.operation")?.[1];
  return value === "UPDATE" || value === "DELETE" ? value : "CREATE";
}

/** The object before and after the request, with what the values change in them. */
function objectsOf(
  object: JsonObject,
  operation: Operation,
  { policy }: InjectedValues,
): { readonly object: JsonObject; readonly oldObject: JsonObject | undefined } {
  const before = operation === "CREATE" ? undefined : object;
  const after = operation === "DELETE" ? {} : object;
  const changes = policy.filter(([path]) => /^request\.(?:object|oldObject)\./.test(path));
  if (changes.length === 0) return { object: after, oldObject: before };
  const request = { object: after, ...(before === undefined ? {} : { oldObject: before }) };
  const changed = own(inject({ request }, changes), "request");
  const read = (key: string): JsonObject | undefined => {
    const value = isObject(changed) ? own(changed, key) : undefined;
    return isObject(value) ? value : undefined;
  };
  return {
    object: operation === "DELETE" ? {} : (read("object") ?? {}),
    oldObject: before === undefined ? undefined : read("oldObject"),
  };
}

const allResults: ReadonlySet<RuleStatus> = new Set(["pass", "fail", "warn", "error", "skip"]);

/** A verdict as reports show it, with the object that it is about. */
export function resultOf({ policy, resource, response }: Verdict, nowMs: number): PolicyReportResult {
  const { identity, reporting } = policy.compiled;
  const [result] = buildResults({ policy: identity.key, ...reporting }, [response], {
    timestampSeconds: Math.floor(nowMs / 1000),
    allowedResults: allResults,
  });
  if (result === undefined) throw new Error("every status is reported");
  const { apiVersion, gvk, namespace, name, uid } = resource;
  return {
    ...result,
    resources: [
      {
        apiVersion,
        kind: gvk.kind,
        ...(namespace === "" ? {} : { namespace }),
        name,
        ...(uid === "" ? {} : { uid }),
      },
    ],
  };
}
