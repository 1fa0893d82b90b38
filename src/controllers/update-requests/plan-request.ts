import type { AdmissionRequest, ResourceSpec, UpdateRequest } from "#api/kyverno/update-request.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import { triggerPolicyKey, triggerRuleKey } from "#controllers/triggers/trigger-rule.ts";
import type { RequestedTrigger, TriggerRequest } from "#controllers/triggers/trigger-event.ts";
import type { Operation, RequestUser } from "#engine/input.ts";

/** Which worker a request is for. */
export type RequestKind = "mutate" | "generate";

/** One piece of work of a request; `rule` undefined stands for all rules of the policy. */
export interface RequestedWork {
  readonly rule: string | undefined;
  /** Absent where the policy is to be carried out without a trigger. */
  readonly trigger: RequestedTrigger | undefined;
  readonly wantsRemoval: boolean;
}

/** A request in the terms of those who carry it out. */
export interface PlannedRequest {
  readonly kind: RequestKind;
  readonly policyKey: string;
  readonly work: readonly RequestedWork[];
  readonly shared: Omit<TriggerRequest, "ruleKey" | "trigger" | "wantsRemoval">;
}

/** A request that nobody could carry out, with the reason. */
export interface UnusableRequest {
  readonly kind: "unusable";
  readonly message: string;
}

/** More rules than a policy can have; what is beyond is no work of Kyverno. */
const maxWork = 1_000;

/** Reads what a request asks for. Pure: what its policy and triggers are is for others to find out. */
export function planRequest({ spec }: UpdateRequest): PlannedRequest | UnusableRequest {
  if (spec === undefined) return { kind: "unusable", message: "the request has no spec" };
  const { requestType, policy } = spec;
  const isCel = requestType === "cel-generate" || requestType === "cel-mutate";
  const kind: RequestKind =
    requestType === "generate" || requestType === "cel-generate" ? "generate" : "mutate";
  if (policy === "") return { kind: "unusable", message: "the request names no policy" };
  const request = spec.context.admissionRequestInfo?.admissionRequest;
  const contexts = (spec.ruleContext ?? []).slice(0, maxWork);
  const work =
    kind === "generate"
      ? contexts.map(({ rule, trigger, deleteDownstream }) => ({
          rule: isCel ? "" : rule,
          trigger: requestedTrigger(trigger, request),
          wantsRemoval: deleteDownstream,
        }))
      : [
          {
            rule: isCel ? "" : spec.rule === "" ? undefined : spec.rule,
            trigger: requestedTrigger(spec.resource, request),
            wantsRemoval: false,
          },
        ];
  if (kind === "generate" && work.length === 0 && (spec.rule !== "" || spec.resource.kind !== undefined)) {
    // How requests were written before they could name several rules.
    work.push({
      rule: isCel ? "" : spec.rule,
      trigger: requestedTrigger(spec.resource, request),
      wantsRemoval: spec.deleteDownstream,
    });
  }
  return { kind, policyKey: policyKeyOf(kind, isCel, policy), work, shared: sharedOf(spec) };
}

const policyKinds = {
  mutate: [
    ["ClusterPolicy", "Policy"],
    ["MutatingPolicy", "NamespacedMutatingPolicy"],
  ],
  generate: [
    ["ClusterPolicy", "Policy"],
    ["GeneratingPolicy", "NamespacedGeneratingPolicy"],
  ],
} as const;

/** `name`, or `namespace/name` of a policy with a namespace. */
function policyKeyOf(kind: RequestKind, isCel: boolean, policy: string): string {
  const [wide, narrow] = policyKinds[kind][isCel ? 1 : 0];
  const slash = policy.indexOf("/");
  if (slash < 0) return triggerPolicyKey({ kind: wide, name: policy });
  return triggerPolicyKey({
    kind: narrow,
    namespace: policy.slice(0, slash),
    name: policy.slice(slash + 1),
  });
}

/** The key of one rule of a planned request. */
export function ruleKeyOf(policyKey: string, rule: string): string {
  const [kind = "", first = "", second] = policyKey.split("/");
  const policy = second === undefined ? { kind, name: first } : { kind, namespace: first, name: second };
  return triggerRuleKey(policy, rule);
}

/** The object that is named; where none is, the one that the admission request was about. */
function requestedTrigger(
  named: ResourceSpec,
  request: AdmissionRequest | undefined,
): RequestedTrigger | undefined {
  const { apiVersion = "", kind = "", namespace = "", name = "", uid = "" } = named;
  if (kind !== "" && (name !== "" || uid !== "")) {
    return {
      apiVersion: apiVersion === "" ? "v1" : apiVersion,
      kind,
      namespace,
      name,
      ...(uid === "" ? {} : { uid }),
    };
  }
  if (request === undefined || (request.name ?? "") === "") return undefined;
  const object = objectOf(request.object) ?? objectOf(request.oldObject);
  const found = object?.metadata.uid ?? "";
  return {
    apiVersion: apiVersionOf(request.kind),
    kind: request.kind.kind,
    // The API server gives a Namespace itself as its place.
    namespace:
      request.kind.group === "" && request.kind.kind === "Namespace" ? "" : (request.namespace ?? ""),
    name: request.name ?? "",
    ...(found === "" ? {} : { uid: found }),
  };
}

const operations: ReadonlySet<string> = new Set<Operation>(["CREATE", "UPDATE", "DELETE", "CONNECT"]);

function sharedOf({ context }: NonNullable<UpdateRequest["spec"]>): PlannedRequest["shared"] {
  const { admissionRequestInfo: info } = context;
  const request = info?.admissionRequest;
  const operation = request?.operation ?? info?.operation ?? "";
  const object = objectOf(request?.object);
  const oldObject = objectOf(request?.oldObject);
  const user = userOf(context);
  const subresource = request?.subResource ?? "";
  return {
    ...(operations.has(operation) ? { operation: operation as Operation } : {}),
    ...(subresource === "" ? {} : { subresource }),
    ...(object === undefined ? {} : { object }),
    ...(oldObject === undefined ? {} : { oldObject }),
    ...(user === undefined ? {} : { user }),
  };
}

function userOf(context: NonNullable<UpdateRequest["spec"]>["context"]): RequestUser | undefined {
  const { userInfo, admissionRequestInfo } = context;
  const info = userInfo?.userInfo ?? admissionRequestInfo?.admissionRequest?.userInfo;
  const username = info?.username ?? "";
  if (username === "") return undefined;
  return {
    username,
    ...(info?.uid === undefined ? {} : { uid: info.uid }),
    groups: info?.groups ?? [],
    roles: userInfo?.roles ?? [],
    clusterRoles: userInfo?.clusterRoles ?? [],
  };
}

/** Payloads of subresources may have neither name nor uid. */
function objectOf(value: unknown): KubeObject | undefined {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return undefined;
  const raw = value as Readonly<Record<string, unknown>>;
  const metadata = typeof raw["metadata"] === "object" && raw["metadata"] !== null ? raw["metadata"] : {};
  const fields = metadata as Readonly<Record<string, unknown>>;
  const text = (key: string): string => (typeof fields[key] === "string" ? fields[key] : "");
  return {
    ...raw,
    apiVersion: typeof raw["apiVersion"] === "string" ? raw["apiVersion"] : "",
    kind: typeof raw["kind"] === "string" ? raw["kind"] : "",
    metadata: { ...fields, name: text("name"), uid: text("uid"), resourceVersion: text("resourceVersion") },
  };
}
