import type { BrokerAnswer, BrokerRequest, BrokerScope } from "#api/broker/broker-request.ts";
import type { ImageRequest } from "#api/broker/image-request.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Logger } from "#telemetry/logger.ts";
import { ApiError, isForbidden, isNotFound, TransportError } from "../client/api-error.ts";
import type { KubeClient } from "../client/kube-client.ts";
import type { Clock } from "../clock.ts";
import { refuseApiCall, refuseConfigMap, withoutOwnSecrets } from "./access-rules.ts";
import { parseApiPath, showApiPath, type ApiPath } from "./api-path.ts";
import { createCallLanes } from "./call-lanes.ts";
import { refuseUrl, type EgressSettings } from "./egress-rules.ts";
import { createForbiddenBreaker, type Access } from "./forbidden-breaker.ts";
import { withKeptValues, type ReadKept } from "./header-values.ts";
import { paramsPath, readParams } from "./load-params.ts";
import { callService, type ServiceCallPorts } from "./service-call.ts";

/** The settings in force at this moment. */
export interface BrokerSettings extends EgressSettings {
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
}

export interface Broker {
  /** Loads what a policy asks for, under its authority. A failure is an answer; it rejects only for bugs. */
  load(request: BrokerRequest, scope: BrokerScope): Promise<BrokerAnswer>;
  /** Rights have changed: calls that were held back may be made again. */
  retryForbidden(): void;
  openBreakers(): number;
}

export interface BrokerOptions extends ServiceCallPorts {
  /** Best a client of its own, so that nothing else waits behind calls of policies. */
  readonly client: Pick<KubeClient, "get" | "rawGet" | "review">;
  /** The namespace that this process and Kyverno live in. */
  readonly ownNamespace: string;
  readonly settings: () => BrokerSettings;
  /** What the API server serves now; without it parameters of admission policies cannot be found. */
  readonly types?: () => readonly ResourceType[];
  /** What registries say; without it this process reads none. */
  readonly images?: (request: ImageRequest, scope: BrokerScope) => Promise<BrokerAnswer>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly onCall: (kind: BrokerRequest["kind"], outcome: "value" | "failed" | "refused") => void;
}

const coreType = (kind: string, resource: string): ResourceType => ({
  group: "",
  version: "v1",
  kind,
  resource,
  namespaced: true,
  preferred: true,
  verbs: ["get"],
});
const configMapType = coreType("ConfigMap", "configmaps");
const secretType = coreType("Secret", "secrets");

/** Calls that go on at once, and how many of one policy may wait: a page of objects asks for one or a few each. */
const lanes = { perPolicy: 4, total: 16, maxWaiting: 10_000 };

const value = (data: unknown): BrokerAnswer => ({ kind: "value", value: data });
const failed = (message: string, mayPass: boolean, status?: number): BrokerAnswer => ({
  kind: "failed",
  message,
  mayPass,
  ...(status === undefined ? {} : { status }),
});

/** A call that was not made. */
class Refused extends Error {}

/** A call that was not made now. */
class HeldBack extends Refused {}

/** The one way out for everything that a policy causes. */
export function createBroker(options: BrokerOptions): Broker {
  const { client, ownNamespace, settings, log, onCall } = options;
  const breaker = createForbiddenBreaker(options);
  const callLanes = createCallLanes(lanes);
  // Lanes of their own: a registry that answers slowly must not hold up reads of the cluster.
  const imageLanes = createCallLanes(lanes);
  const limits = (): Pick<BrokerSettings, "maxResponseBytes" | "timeoutMs"> => {
    const { maxResponseBytes, timeoutMs } = settings();
    return { maxResponseBytes, timeoutMs };
  };

  /** Makes a call unless it is held back; where it is forbidden, finds out whether that is for good. */
  const guarded = async (
    scope: BrokerScope,
    access: Access,
    call: () => Promise<unknown>,
  ): Promise<unknown> => {
    const held = breaker.heldBack(scope, access);
    if (held !== undefined) throw new HeldBack(held);
    try {
      const answer = await call();
      breaker.close(scope, access);
      return answer;
    } catch (error) {
      if (isForbidden(error) && !(await isAllowed(access))) {
        breaker.open(scope, access, error.message);
        log.warn("a policy asks for what this process may not read", { ...scope, ...access });
      }
      throw error;
    }
  };

  /** What authorization says. Where it cannot be asked, the refusal may have other reasons and stays alone. */
  const isAllowed = async (access: Access): Promise<boolean> => {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: access },
    };
    try {
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const answer = (await client.review(path, review)) as { status?: { allowed?: unknown } } | null;
      return answer?.status?.allowed !== false;
    } catch (error) {
      log.debug("cannot ask for own rights", { error });
      return true;
    }
  };

  const loadConfigMap = async (
    { namespace, name }: BrokerRequest & { readonly kind: "configMap" },
    scope: BrokerScope,
  ): Promise<unknown> => {
    const refusal = refuseConfigMap(namespace, scope);
    if (refusal !== undefined) throw new Refused(refusal);
    const access = { verb: "get", group: "", resource: "configmaps", subresource: "", namespace };
    return guarded(scope, access, () => client.get(configMapType, { namespace, name }, limits()));
  };

  /** What goes into a header is sent to hosts that an administrator has allowed, and shown to nobody here. */
  const readKept =
    (scope: BrokerScope): ReadKept =>
    (kind, namespace, name) => {
      const type = kind === "Secret" ? secretType : configMapType;
      const access = { verb: "get", group: "", resource: type.resource, subresource: "", namespace };
      return guarded(scope, access, () => client.get(type, { namespace, name }, limits()));
    };

  const callApi = async (
    { method, urlPath, body }: BrokerRequest & { readonly kind: "apiCall" },
    scope: BrokerScope,
  ): Promise<unknown> => {
    const parsed = parseApiPath(urlPath);
    if (!parsed.ok) throw new Refused(`the path ${parsed.problem}`);
    const { path } = parsed;
    const refusal = refuseApiCall(path, method, scope, ownNamespace);
    if (refusal !== undefined) throw new Refused(refusal);
    const query = path.kind === "resource" ? path.query : {};
    const send = (): Promise<unknown> =>
      method === "GET"
        ? client.rawGet(showApiPath(path), { query, ...limits() })
        : client.review(showApiPath(path), body as object, { query, ...limits() });
    if (method === "POST" && (typeof body !== "object" || body === null))
      throw new Refused("a POST needs data");
    const answer =
      path.kind === "resource" ? await guarded(scope, accessOf(path, method), send) : await send();
    return withoutOwnSecrets(path, answer, ownNamespace);
  };

  const loadParams = async (
    request: BrokerRequest & { readonly kind: "params" },
    scope: BrokerScope,
  ): Promise<unknown> => {
    const found = paramsPath(request, options.types?.() ?? []);
    if (!found.ok) throw new HeldBack(found.problem);
    const { path } = found;
    const refusal = refuseApiCall(path, "GET", scope, ownNamespace);
    if (refusal !== undefined) throw new Refused(refusal);
    return readParams(request, () =>
      guarded(scope, accessOf(path, "GET"), () =>
        client.rawGet(showApiPath(path), { query: path.query, ...limits() }),
      ),
    );
  };

  const dispatch = async (request: BrokerRequest, scope: BrokerScope): Promise<unknown> => {
    switch (request.kind) {
      case "configMap":
        return loadConfigMap(request, scope);
      case "apiCall":
        return callApi(request, scope);
      case "service": {
        if (scope.policyNamespace !== undefined)
          throw new Refused("a namespaced policy may not call services");
        const url = URL.parse(request.url);
        const refusal = url === null ? "this is no URL" : refuseUrl(url, settings());
        // Before anything secret is read for it.
        if (refusal !== undefined) throw new Refused(refusal);
        const whole = await withKeptValues(request, ownNamespace, readKept(scope));
        const called = await callService(whole, scope, settings(), options);
        if (called.kind === "refused") throw new Refused(called.message);
        if (called.kind === "failed") throw new Error(called.message);
        return called.value;
      }
      case "globalReference":
        throw new Refused(`this process keeps no global context entries, so ${request.entry} has no value`);
      case "imageRegistry":
        throw new Refused(`this process reads no image registries, so ${request.reference} has no data`);
      case "imageVerification":
        throw new Refused(`this process reads no image registries, so ${request.image} cannot be verified`);
      case "params":
        return loadParams(request, scope);
      default:
        return request satisfies never;
    }
  };

  const loadCall = async (request: BrokerRequest, scope: BrokerScope): Promise<BrokerAnswer> => {
    const count = (outcome: "value" | "failed" | "refused"): void => onCall(request.kind, outcome);
    try {
      const running = callLanes.run(scope, () => dispatch(request, scope));
      if (running === undefined) throw new HeldBack("too many calls of this policy are waiting");
      const data = await running;
      count("value");
      return value(data);
    } catch (error) {
      count(error instanceof Refused ? "refused" : "failed");
      const status = error instanceof ApiError ? error.status : undefined;
      return failed(`${describe(request)}${reasonOf(request, error, settings())}`, mayPass(error), status);
    }
  };

  const loadImage = async (request: ImageRequest, scope: BrokerScope): Promise<BrokerAnswer> => {
    const { images } = options;
    if (images === undefined) return loadCall(request, scope);
    const running = imageLanes.run(scope, () => images(request, scope));
    const answer = await (running ?? failed("too many calls of this policy are waiting", true));
    onCall(request.kind, answer.kind);
    return answer;
  };

  return {
    load: (request, scope) =>
      request.kind === "imageRegistry" || request.kind === "imageVerification"
        ? loadImage(request, scope)
        : loadCall(request, scope),
    retryForbidden: () => breaker.closeAll(),
    openBreakers: () => breaker.size(),
  };
}

function accessOf(path: ApiPath & { readonly kind: "resource" }, method: "GET" | "POST"): Access {
  const { group, resource, subresource = "", namespace = "", name } = path;
  const verb = method === "POST" ? "create" : name === undefined ? "list" : "get";
  return { verb, group, resource, subresource, namespace };
}

/** Answers of the API server that depend on its state and our rights, not on the request. */
const passingStatus: ReadonlySet<number> = new Set([401, 403, 408, 409, 429]);

function mayPass(error: unknown): boolean {
  if (error instanceof Refused) return error instanceof HeldBack;
  if (error instanceof ApiError) return error.status >= 500 || passingStatus.has(error.status);
  if (error instanceof TransportError) return error.kind !== "too-large" && error.kind !== "malformed";
  // What a service failed with.
  return true;
}

/** What failed, in Kyverno's words where it has any. */
function describe(request: BrokerRequest): string {
  switch (request.kind) {
    case "configMap":
      return `failed to get configmap ${request.namespace}/${request.name} : `;
    case "service":
      return `failed to execute ${request.method} ${request.url}: `;
    case "apiCall":
    case "globalReference":
    case "imageRegistry":
    case "imageVerification":
    case "params":
      return "";
    default:
      return request satisfies never;
  }
}

function reasonOf(request: BrokerRequest, error: unknown, { maxResponseBytes }: BrokerSettings): string {
  if (error instanceof TransportError && error.kind === "too-large") {
    return `response length must be less than max allowed response length of ${maxResponseBytes}`;
  }
  // What Go's client says of an answer to a raw path, whatever the body.
  if (request.kind === "apiCall" && isNotFound(error))
    return "the server could not find the requested resource";
  return error instanceof Error ? error.message : String(error);
}
