import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from "node:http";
import { serviceAccountUser } from "../access/authenticate.ts";
import type { TokenAuthenticator } from "../access/authenticate.ts";
import type { Authorizer } from "../access/authorize.ts";
import { answerReview } from "../access/reviews.ts";
import type { RequestRecord } from "../devserver-options.ts";
import { findReview } from "../discovery/groups.ts";
import {
  ApiFailure,
  forbidden,
  methodNotAllowed,
  noSuchResource,
  unauthorized,
} from "../errors/api-failure.ts";
import type { FaultControl, FaultTarget } from "../faults/fault-control.ts";
import { readBody } from "../rest/read-object.ts";
import type { ApiRequest, ServerContext, User } from "../rest/api-request.ts";
import { negotiateForm } from "./accept.ts";
import { documentAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { readRequestBody } from "./read-body.ts";
import { parseResourcePath } from "./request-path.ts";
import type { ResourcePath } from "./request-path.ts";
import { handleResource, verbOf } from "./resource-handler.ts";
import { respond, respondFailure } from "./respond.ts";
import { listText, render, shapeObject } from "./shape.ts";
import { strikeFault } from "./strike-fault.ts";
import { streamWatch } from "./stream-watch.ts";
import type { WatchHandle } from "./stream-watch.ts";

export interface ListenerParts {
  readonly ctx: ServerContext;
  readonly authenticator: TokenAuthenticator;
  readonly authorizer: Authorizer;
  readonly faults: FaultControl;
  readonly openWatches: Set<WatchHandle>;
  /** Answers paths that are no resources: discovery, health, version, OpenAPI. */
  readonly answerPath: (path: string, accept: string | undefined) => Answer | undefined;
  readonly onRequest: (record: RequestRecord) => void;
  /** Called for an error that is a defect of this server. */
  readonly onDefect: (error: unknown, what: string) => void;
}

interface Call {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly warnings: string[];
  /** Empty as long as nobody knows. */
  user: string;
}

/** The HTTP side of the server: who asks, what for, and in which form the answer goes back. */
export function createListener(parts: ListenerParts): RequestListener {
  return (message, response) => {
    const url = new URL(message.url ?? "/", "http://devserver");
    const call: Call = { message, response, url, warnings: [], user: "" };
    answerCall(parts, call).catch((error: unknown) => {
      if (error instanceof ApiFailure) {
        respondFailure(response, error, call.warnings);
        return;
      }
      parts.onDefect(error, `${message.method ?? ""} ${url.pathname}`);
      const text = error instanceof Error ? error.message : String(error);
      const failure = new ApiFailure({
        code: 500,
        reason: "InternalError",
        message: `Internal error occurred: ${text}`,
      });
      respondFailure(response, failure, call.warnings);
    });
  };
}

const isWatchQuery = (query: URLSearchParams): boolean =>
  query.get("watch") === "true" || query.get("watch") === "1";

function targetOf({ message, url }: Call, path: ResourcePath | undefined, verb: string): FaultTarget {
  const { group = "", resource = "", subresource = "", namespace = "", name = "" } = path ?? {};
  const userAgent = message.headers["user-agent"] ?? "";
  return { verb, group, resource, subresource, namespace, name, userAgent, path: url.pathname };
}

async function answerCall(parts: ListenerParts, call: Call): Promise<void> {
  const { message, response, url } = call;
  const path = decodeURIComponent(url.pathname);
  const resourcePath = parseResourcePath(path);
  const method = message.method ?? "GET";
  const verb =
    resourcePath === undefined ? "" : verbOf(method, resourcePath.name, isWatchQuery(url.searchParams));
  const target = targetOf(call, resourcePath, verb);
  recordAnswer(parts, call, target);
  if (await strikeFault(parts.faults, target, response)) return;

  const user = actingUser(parts, message);
  call.user = user?.name ?? "";
  if (user === undefined && !/^\/(healthz|livez|readyz|version)$/.test(path)) throw unauthorized();
  const accept = message.headers.accept;
  if (resourcePath === undefined || user === undefined) {
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    if (user !== undefined) assertPathAllowed(parts, user, path);
    send(
      parts,
      call,
      parts.answerPath(path, accept) ?? { kind: "text", code: 404, text: "404 page not found\n" },
    );
    return;
  }
  const noBody = { body: "", contentType: "" };
  const sent = method === "GET" || method === "HEAD" ? noBody : await readRequestBody(message);
  answerResource(parts, call, { ...resourcePath, ...sent, verb, user, target });
}

/** Whoever may impersonate acts as the user that the headers name. */
function actingUser(
  { authenticator, authorizer }: ListenerParts,
  message: IncomingMessage,
): User | undefined {
  const user = authenticator.authenticate(message.headers.authorization);
  const name = message.headers["impersonate-user"];
  if (user === undefined || typeof name !== "string" || name === "") return user;
  const wanted = { verb: "impersonate", group: "", resource: "users", subresource: "", namespace: "", name };
  if (!authorizer.isAllowed(user, wanted)) {
    const why = `User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw forbidden({ group: "", kind: "users", name }, why);
  }
  const groups = message.headersDistinct["impersonate-group"] ?? [];
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account !== null && groups.length === 0) return serviceAccountUser(account[1] ?? "", account[2] ?? "");
  return { name, groups: [...groups, "system:authenticated"] };
}

/** Tells of the request as soon as its answer has a status. */
function recordAnswer({ onRequest }: ListenerParts, call: Call, target: FaultTarget): void {
  const { response } = call;
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((code: number, headers: OutgoingHttpHeaders) => {
    onRequest({ ...target, user: call.user, code });
    return writeHead(code, headers);
  }) as typeof response.writeHead;
}

interface ResourceCall extends ResourcePath {
  readonly verb: string;
  readonly user: User;
  readonly body: string;
  readonly contentType: string;
  readonly target: FaultTarget;
}

function answerResource(parts: ListenerParts, call: Call, asked: ResourceCall): void {
  const { group, version, resource, namespace, name, subresource, verb, user, body, contentType } = asked;
  const { ctx } = parts;
  const { message, url, response, warnings } = call;
  const review = findReview(group, version, resource);
  const served = ctx.registry.find(group, version, resource);
  if (review === undefined && served === undefined) {
    if (
      ctx.registry.groups().every((one) => one.group !== group) &&
      findReview(group, version, resource) === undefined
    ) {
      send(parts, call, { kind: "text", code: 404, text: "404 page not found\n" });
      return;
    }
    throw noSuchResource();
  }
  assertAllowed(parts, user, asked);
  if (review !== undefined) {
    if (verb !== "create") throw methodNotAllowed();
    const asking = readBody({ body, contentType });
    const { authenticator, authorizer } = parts;
    const answered = answerReview(review.kind, asking, user, { authenticator, authorizer, namespace });
    send(parts, call, documentAnswer(answered, 201));
    return;
  }
  if (served === undefined) throw noSuchResource();
  if (served.namespaced ? namespace === "" && name !== "" : namespace !== "") throw noSuchResource();
  const request: ApiRequest = {
    served,
    verb,
    namespace,
    name,
    subresource,
    user,
    body,
    warnings,
    query: url.searchParams,
    contentType,
    userAgent: message.headers["user-agent"] ?? "",
  };
  if (verb === "watch") {
    const form = negotiateForm(message.headers.accept?.replaceAll(";stream=watch", ""));
    const { faults, openWatches } = parts;
    streamWatch({ ctx, request, form, response, faults, target: asked.target, open: openWatches });
    return;
  }
  send(parts, call, handleResource(ctx, request));
}

function assertPathAllowed({ authorizer }: ListenerParts, user: User, path: string): void {
  const nothing = { group: "", resource: "", subresource: "", namespace: "", name: "" };
  if (authorizer.isAllowed(user, { ...nothing, verb: "get", path })) return;
  const message = `forbidden: User ${JSON.stringify(user.name)} cannot get path ${JSON.stringify(path)}`;
  throw new ApiFailure({ code: 403, reason: "Forbidden", message, details: {} });
}

function assertAllowed({ authorizer }: ListenerParts, user: User, asked: ResourceCall): void {
  if (authorizer.isAllowed(user, asked)) return;
  const { verb, group, resource, subresource, namespace, name } = asked;
  const full = subresource === "" ? resource : `${resource}/${subresource}`;
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  throw forbidden(
    { group, kind: resource, name },
    `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${scope}`,
  );
}

function send({ ctx }: ListenerParts, { message, response, url, warnings }: Call, answer: Answer): void {
  switch (answer.kind) {
    case "text":
      respond(response, answer.code, answer.text, { warnings });
      return;
    case "document": {
      const { code, value, contentType } = answer;
      const isYaml =
        contentType === undefined && (message.headers.accept ?? "").startsWith("application/yaml");
      const type = contentType ?? (isYaml ? "application/yaml" : "application/json");
      respond(response, code, render(value, { isYaml }), { contentType: type, warnings });
      return;
    }
    case "object":
    case "list":
      break;
  }
  const form = negotiateForm(message.headers.accept);
  const contentType = form.isYaml ? "application/yaml" : "application/json";
  const includeObject = url.searchParams.get("includeObject") ?? "Metadata";
  const shaping = { form, served: answer.served, includeObject, nowMs: ctx.now() };
  const [code, text] =
    answer.kind === "object"
      ? ([answer.code, render(shapeObject(shaping, answer.object), form)] as const)
      : ([200, listText(shaping, answer.list, answer.objects)] as const);
  respond(response, code, text, { contentType, warnings });
}
