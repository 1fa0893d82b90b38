import { isIP } from "node:net";
import request from "undici/lib/api/api-request.js";
import Pool from "undici/lib/dispatcher/pool.js";
import type { Dispatcher } from "undici";
import type { BrokerRequest, BrokerScope } from "#api/broker/broker-request.ts";
import { parseJson, stringifyJson } from "../client/json.ts";
import { isOpenAddress, refuseUrl, type EgressSettings } from "./egress-rules.ts";

export interface ServiceCallPorts {
  /** All addresses of a host name. */
  readonly resolve: (hostName: string) => Promise<readonly string[]>;
  /** The proxy that the environment names for a URL; undefined where it is reached directly. */
  readonly proxyFor: (url: URL) => URL | undefined;
}

interface ServiceLimits extends EgressSettings {
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
}

export type ServiceAnswer =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string };

type ServiceRequest = BrokerRequest & { readonly kind: "service" };

interface Step {
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const maxRedirects = 5;
const maxShownBytes = 1_024;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that say how a request is sent rather than what it asks. */
const ownHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Calls a service for a policy. The host must be allowed, every address it resolves to must be open, and the connection
 * goes to the address that was checked; each redirect is checked as if the policy had asked for it. No credentials of
 * this process are sent.
 */
export async function callService(
  call: ServiceRequest,
  scope: BrokerScope,
  limits: ServiceLimits,
  ports: ServiceCallPorts,
): Promise<ServiceAnswer> {
  if (scope.policyNamespace !== undefined) return refused("a namespaced policy may not call services");
  const url = URL.parse(call.url);
  if (url === null) return refused("this is no URL");
  const signal = AbortSignal.timeout(limits.timeoutMs);
  let step: Step = { url, method: call.method, headers: headersOf(call), body: bodyOf(call) };
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const refusal = refuseUrl(step.url, limits) ?? refuseProxied(step.url, ports);
    if (refusal !== undefined) return refused(refusal);
    const addresses = await resolveHost(step.url, ports, signal);
    const closed = addresses.find((address) => !isOpenAddress(address, limits.privateNetworks));
    const [pinned] = addresses;
    if (closed !== undefined || pinned === undefined) return refused(addressProblem(step.url, closed));
    const answer = await exchange(step, { address: pinned, caBundle: call.caBundle, limits, signal });
    if (!redirects.has(answer.status)) return call.wholeResponse ? wholeResponse(answer) : judge(answer);
    const next = answer.location === undefined ? null : URL.parse(answer.location, step.url.href);
    if (next === null) return failed(`HTTP ${answer.status} without a usable Location`);
    step = follow(step, answer.status, next);
  }
  return failed(`more than ${maxRedirects} redirects`);
}

const refused = (message: string): ServiceAnswer => ({ kind: "refused", message });
const failed = (message: string): ServiceAnswer => ({ kind: "failed", message });

function refuseProxied(url: URL, { proxyFor }: ServiceCallPorts): string | undefined {
  // A proxy resolves names itself: what was checked here would not be what is called.
  return proxyFor(url) === undefined
    ? undefined
    : `${url.hostname} would be reached through a proxy, where its address cannot be checked; name it in NO_PROXY`;
}

function addressProblem(url: URL, closed: string | undefined): string {
  return closed === undefined
    ? `the host ${url.hostname} has no address`
    : `the host ${url.hostname} has the address ${closed}, which is not public; an administrator can name its network in the setting httpPrivateNetworks`;
}

async function resolveHost(
  url: URL,
  { resolve }: ServiceCallPorts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return [host];
  const expired = new Promise<never>((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
  return Promise.race([resolve(host), expired]);
}

function headersOf({ headers, body }: ServiceRequest): Record<string, string> {
  const given = Object.entries(headers).filter(
    ([name]) => !ownHeaders.has(name.toLowerCase()) && !name.toLowerCase().startsWith("proxy-"),
  );
  const lowered = Object.fromEntries(given.map(([name, text]) => [name.toLowerCase(), text]));
  return {
    accept: "application/json",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...lowered,
  };
}

function bodyOf({ method, body }: ServiceRequest): string | undefined {
  return method === "POST" && body !== undefined ? stringifyJson(body) : undefined;
}

/** The next request of a redirect, as browsers and Go make it; credentials stay with the origin they were given for. */
function follow(step: Step, status: number, url: URL): Step {
  const keepsMethod = status === 307 || status === 308 || step.method === "GET";
  const isSameOrigin = url.origin === step.url.origin;
  const kept = Object.entries(step.headers).filter(
    ([name]) => isSameOrigin || (name !== "authorization" && name !== "cookie"),
  );
  return {
    url,
    method: keepsMethod ? step.method : "GET",
    headers: Object.fromEntries(kept),
    body: keepsMethod ? step.body : undefined,
  };
}

interface Answered {
  readonly status: number;
  readonly location: string | undefined;
  /** Undefined where it is longer than allowed. */
  readonly text: string | undefined;
  readonly maxBytes: number;
}

async function exchange(
  { url, method, headers, body }: Step,
  connection: {
    readonly address: string;
    readonly caBundle: string | undefined;
    readonly limits: ServiceLimits;
    readonly signal: AbortSignal;
  },
): Promise<Answered> {
  const { address, caBundle, limits, signal } = connection;
  const family = isIP(address) === 6 ? 6 : 4;
  const dispatcher = new Pool(url.origin, {
    connections: 1,
    connect: {
      allowH2: false,
      // Until there is a connection the signal is not noticed.
      timeout: limits.timeoutMs,
      // The address that was checked, whatever the name resolves to by now.
      lookup: (_host, options, done) =>
        options.all === true ? done(null, [{ address, family }]) : done(null, address, family),
      ...(caBundle === undefined ? {} : { ca: caBundle }),
    },
  });
  try {
    const response = await request.call(dispatcher, {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
    });
    const { location } = response.headers;
    return {
      status: response.statusCode,
      location: typeof location === "string" ? location : undefined,
      text: await readText(response, limits.maxResponseBytes),
      maxBytes: limits.maxResponseBytes,
    };
  } finally {
    await dispatcher.destroy();
  }
}

async function readText(response: Dispatcher.ResponseData, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Status and body; a body that is no JSON is none. */
function wholeResponse(answer: Answered): ServiceAnswer {
  if (answer.text === undefined) return tooLong(answer);
  let body: unknown = null;
  try {
    body = parseJson(answer.text);
  } catch {
    // Told by the null.
  }
  return { kind: "value", value: { statusCode: answer.status, body } };
}

function tooLong({ maxBytes }: Answered): ServiceAnswer {
  return failed(`response length must be less than max allowed response length of ${maxBytes}`);
}

function judge(answer: Answered): ServiceAnswer {
  const { status, text } = answer;
  if (text === undefined) return tooLong(answer);
  if (status < 200 || status > 299) return failed(`HTTP ${status}: ${text.slice(0, maxShownBytes)}`);
  try {
    return { kind: "value", value: parseJson(text) };
  } catch {
    return failed("the answer is no JSON");
  }
}
