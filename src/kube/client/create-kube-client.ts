import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { TransportError } from "./api-error.ts";
import { stringifyJson } from "./json.ts";
import type {
  DeleteOptions,
  KubeClient,
  KubeClientOptions,
  ListPage,
  PatchKind,
  RawOptions,
  RequestOptions,
  WriteOptions,
} from "./kube-client.ts";
import { isFields, kubeObjectOf, metadataOf } from "./kube-object.ts";
import { queryText, resourcePath } from "./request-path.ts";
import { createTransport } from "./transport.ts";
import type { Call } from "./transport.ts";
import { readWatchEvents } from "./watch-events.ts";

const defaultMaxEventBytes = 16 << 20;
const partial = ";g=meta.k8s.io;v=v1";

function acceptOf(
  metadataOnly: boolean | undefined,
  kind: "PartialObjectMetadata" | "PartialObjectMetadataList",
): string {
  return metadataOnly === true
    ? `application/json;as=${kind}${partial},application/json`
    : "application/json";
}

const patchTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const satisfies Record<PatchKind, string>;

function writeQuery(options: WriteOptions, force?: boolean): string {
  return queryText({
    fieldManager: options.fieldManager,
    dryRun: options.dryRun === true ? "All" : undefined,
    force: force === true ? true : undefined,
  });
}

function deleteBody(options: DeleteOptions): object {
  const { uid, resourceVersion, propagation, gracePeriodSeconds } = options;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(options.dryRun === true ? { dryRun: ["All"] } : {}),
  };
}

function listPageOf(answer: unknown, type: ResourceType, metadataOnly: boolean): ListPage {
  const items = isFields(answer) ? answer["items"] : undefined;
  // Go writes an empty list as null.
  if (!Array.isArray(items) && items !== null) {
    throw new TransportError("malformed", `the answer to a list of ${type.resource} has no items`);
  }
  const metadata = metadataOf(answer);
  const token = metadata["continue"];
  const version = metadata["resourceVersion"];
  const remaining = metadata["remainingItemCount"];
  return {
    items: (items ?? []).map((item: unknown) => kubeObjectOf(item, type, metadataOnly)),
    ...(typeof token === "string" && token !== "" ? { continue: token } : {}),
    resourceVersion: typeof version === "string" ? version : "",
    ...(typeof remaining === "number" ? { remaining } : {}),
  };
}

const jsonType = "application/json";

/** A client for one cluster. It connects with its first request. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const transport = createTransport(options);

  const basics = (type: ResourceType, verb: string, request: RequestOptions) => ({
    verb,
    group: type.group,
    resource: type.resource,
    signal: request.signal,
    timeoutMs: request.timeoutMs,
    maxResponseBytes: request.maxResponseBytes,
  });

  const write = async (
    type: ResourceType,
    call: Pick<Call, "method" | "path" | "verb">,
    body: Call["body"] & object,
    request: RequestOptions,
  ): Promise<KubeObject> => {
    const accept = acceptOf(request.metadataOnly, "PartialObjectMetadata");
    const answer = await transport.send({ ...basics(type, call.verb, request), ...call, accept, body });
    return kubeObjectOf(answer, type, request.metadataOnly === true);
  };

  const raw = (path: string, method: "GET" | "POST", request: RawOptions) => ({
    method,
    path: path + queryText(request.query ?? {}),
    accept: request.accept ?? jsonType,
    verb: method,
    group: "",
    resource: "",
    signal: request.signal,
    timeoutMs: request.timeoutMs,
    maxResponseBytes: request.maxResponseBytes,
  });

  return {
    server: options.config.server.href,
    defaultNamespace: options.config.namespace,

    get: async (type, key, request = {}) => {
      const answer = await transport.send({
        ...basics(type, "get", request),
        method: "GET",
        path: resourcePath(type, { ...key, subresource: request.subresource }),
        accept: acceptOf(request.metadataOnly, "PartialObjectMetadata"),
      });
      return kubeObjectOf(answer, type, request.metadataOnly === true);
    },

    listPage: async (type, query, request = {}) => {
      const { namespace, metadataOnly, ...parameters } = query;
      const answer = await transport.send({
        ...basics(type, "list", request),
        method: "GET",
        path: resourcePath(type, { namespace }) + queryText(parameters),
        accept: acceptOf(metadataOnly, "PartialObjectMetadataList"),
      });
      return listPageOf(answer, type, metadataOnly === true);
    },

    create: (type, namespace, body, request = {}) => {
      const { name, subresource } = request;
      const path = resourcePath(type, { namespace, name, subresource }) + writeQuery(request);
      const text = stringifyJson(body);
      return write(type, { method: "POST", verb: "create", path }, { type: jsonType, text }, request);
    },

    update: (type, key, body, request = {}) => {
      const path = resourcePath(type, { ...key, subresource: request.subresource }) + writeQuery(request);
      const text = stringifyJson(body);
      return write(type, { method: "PUT", verb: "update", path }, { type: jsonType, text }, request);
    },

    patch: (type, key, body, request) => {
      const query = writeQuery(request, request.force);
      const path = resourcePath(type, { ...key, subresource: request.subresource }) + query;
      const content = { type: patchTypes[request.kind], text: stringifyJson(body) };
      return write(type, { method: "PATCH", verb: "patch", path }, content, request);
    },

    delete: async (type, key, request = {}) => {
      const answer = await transport.send({
        ...basics(type, "delete", request),
        method: "DELETE",
        path: resourcePath(type, { ...key, subresource: request.subresource }),
        accept: acceptOf(request.metadataOnly, "PartialObjectMetadata"),
        body: { type: jsonType, text: stringifyJson(deleteBody(request)) },
      });
      if (isFields(answer) && answer["kind"] === "Status") return undefined;
      return kubeObjectOf(answer, type, request.metadataOnly === true);
    },

    watch: async (type, query) => {
      const { namespace, metadataOnly, signal, sendInitialEvents, ...parameters } = query;
      const text = queryText({
        ...parameters,
        watch: true,
        allowWatchBookmarks: true,
        ...(sendInitialEvents === true ? { sendInitialEvents, resourceVersionMatch: "NotOlderThan" } : {}),
      });
      const body = await transport.open({
        ...basics(type, "watch", signal === undefined ? {} : { signal }),
        method: "GET",
        path: resourcePath(type, { namespace }) + text,
        accept: acceptOf(metadataOnly, "PartialObjectMetadata"),
      });
      return readWatchEvents({
        ...body,
        type,
        metadataOnly: metadataOnly === true,
        maxEventBytes: options.maxEventBytes ?? defaultMaxEventBytes,
        signal,
      });
    },

    rawGet: (path, request = {}) => transport.send(raw(path, "GET", request)),

    review: (path, body, request = {}) =>
      transport.send({
        ...raw(path, "POST", request),
        isReview: true,
        body: { type: jsonType, text: stringifyJson(body) },
      }),

    close: () => transport.close(),
  };
}
