import { isIP } from "node:net";
import { isOpenAddress } from "#kube/broker/egress-rules.ts";
import type { AuthChallenge } from "./auth-challenge.ts";
import type { RegistryCredential } from "./docker-credentials.ts";
import { exchange, type ExchangePorts } from "./registry-exchange.ts";
import { RegistryError, statusError } from "./registry-error.ts";
import type { ReadBudget } from "./registry-limits.ts";

export interface RegistryToken {
  readonly authorization: string;
  /** From when it was given. */
  readonly validMs: number;
}

export interface TokenRequest {
  readonly challenge: AuthChallenge;
  readonly credential: RegistryCredential | undefined;
  readonly registryUrl: URL;
  readonly repository: string;
  readonly isInsecure: boolean;
}

const basic = ({ username, password }: RegistryCredential & { readonly kind: "basic" }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

/**
 * Gets what a registry wants to see: Basic credentials, or a bearer token from the realm that it names (distribution
 * specification, token authentication). Undefined where it wants credentials and there are none. Throws a
 * `RegistryError`.
 */
export async function obtainToken(
  request: TokenRequest,
  budget: ReadBudget,
  ports: ExchangePorts,
): Promise<RegistryToken | undefined> {
  const { challenge, credential } = request;
  if (credential?.kind === "bearer") {
    return { authorization: `Bearer ${credential.token}`, validMs: Number.POSITIVE_INFINITY };
  }
  if (challenge.kind === "basic") {
    if (credential?.kind !== "basic") return undefined;
    return { authorization: basic(credential), validMs: Number.POSITIVE_INFINITY };
  }
  const realm = checkRealm(challenge.realm, request.registryUrl);
  const scope = challenge.scope === "" ? `repository:${request.repository}:pull` : challenge.scope;
  const common = { isInsecure: request.isInsecure, maxBytes: budget.limits.maxTokenBytes };
  const answer =
    credential?.kind === "identity"
      ? await exchange(
          {
            ...common,
            method: "POST",
            url: realm,
            headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
            body: new URLSearchParams({
              grant_type: "refresh_token",
              refresh_token: credential.token,
              service: challenge.service,
              scope,
              client_id: "rearguard",
            }).toString(),
          },
          budget,
          ports,
        )
      : await exchange(
          {
            ...common,
            method: "GET",
            url: withQuery(realm, challenge.service, scope),
            headers: {
              accept: "application/json",
              ...(credential === undefined ? {} : { authorization: basic(credential) }),
            },
          },
          budget,
          ports,
        );
  if (answer.status !== 200) {
    const error = statusError("GET", realm, answer.status, answer.body.toString("utf8"));
    // A realm that does not know someone says nothing about the image.
    throw error.kind === "notFound"
      ? new RegistryError("outage", error.message, { status: answer.status })
      : error;
  }
  return readToken(answer.body.toString("utf8"), realm);
}

/**
 * The realm that a registry names, unless it leads where the registry could not go by itself. Its addresses are checked
 * once more where the connection is made.
 */
function checkRealm(text: string, registryUrl: URL): URL {
  const realm = URL.parse(text);
  const invalid = (why: string): RegistryError =>
    new RegistryError("refused", `invalid realm in www-authenticate: ${text.slice(0, 200)} ${why}`);
  if (realm === null) throw invalid("is no URL");
  const isSameHost = realm.hostname === registryUrl.hostname;
  const host = realm.hostname.replace(/^\[|\]$/g, "");
  if (!isSameHost && isIP(host) !== 0 && !isOpenAddress(host, [])) throw invalid("is a private address");
  if (!isSameHost && (host === "localhost" || host.endsWith(".localhost"))) throw invalid("is this machine");
  const isHttpFine = registryUrl.protocol === "http:" && realm.protocol === "http:";
  if (realm.protocol !== "https:" && !isHttpFine) throw invalid("is not reached over TLS");
  return realm;
}

function withQuery(realm: URL, service: string, scope: string): URL {
  const url = new URL(realm);
  if (service !== "") url.searchParams.set("service", service);
  url.searchParams.set("scope", scope);
  return url;
}

function readToken(text: string, realm: URL): RegistryToken {
  const malformed = new RegistryError(
    "outage",
    `GET ${realm.origin}${realm.pathname}: no token in the answer`,
  );
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw malformed;
  }
  if (typeof answer !== "object" || answer === null) throw malformed;
  const field = (name: string): unknown =>
    Object.hasOwn(answer, name) ? (answer as Record<string, unknown>)[name] : undefined;
  const token = [field("token"), field("access_token")].find((one) => typeof one === "string" && one !== "");
  if (typeof token !== "string" || /[^\x21-\x7e]/.test(token)) throw malformed;
  const seconds = Number(field("expires_in") ?? 60);
  // A token is renewed a little before its end.
  const validMs = Math.max(0, (Number.isFinite(seconds) ? Math.min(seconds, 86_400) : 60) * 1_000 - 10_000);
  return { authorization: `Bearer ${token}`, validMs };
}
