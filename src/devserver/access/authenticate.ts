import { randomBytes, randomUUID } from "node:crypto";
import { badRequest } from "../errors/api-failure.ts";
import { numberAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ApiRequest, User } from "../rest/api-request.ts";
import { timestamp } from "../rest/api-request.ts";
import { readBody } from "../rest/read-object.ts";

interface Credential {
  readonly user: User;
  readonly expiresMs: number;
}

const defaultTokenSeconds = 3600;
const minTokenSeconds = 600;
const maxIssued = 10_000;

/** Bearer tokens: that of the administrator, those given at start, and those issued to service accounts. */
export class TokenAuthenticator {
  readonly #tokens = new Map<string, Credential>();
  readonly #now: () => number;

  constructor(now: () => number, users: Readonly<Record<string, User>>) {
    this.#now = now;
    for (const [token, user] of Object.entries(users)) {
      this.#tokens.set(token, { user, expiresMs: Infinity });
    }
  }

  /** The user of an Authorization header, or undefined. */
  authenticate(header: string | undefined): User | undefined {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(header ?? "")?.[1];
    return token === undefined ? undefined : this.userOf(token);
  }

  userOf(token: string): User | undefined {
    const credential = this.#tokens.get(token);
    return credential === undefined || credential.expiresMs <= this.#now() ? undefined : credential.user;
  }

  /** Answers a TokenRequest for a service account. */
  issue(request: ApiRequest, account: JsonObject): JsonObject {
    const asked = readBody(request);
    const seconds = numberAt(asked, "spec", "expirationSeconds") ?? defaultTokenSeconds;
    if (seconds < minTokenSeconds) {
      throw badRequest("spec.expirationSeconds: may not specify a duration less than 10 minutes");
    }
    const token = randomBytes(32).toString("base64url");
    const expiresMs = this.#now() + seconds * 1000;
    const namespace = textAt(account, "metadata", "namespace");
    const name = textAt(account, "metadata", "name");
    if (this.#tokens.size >= maxIssued) this.#forgetExpired();
    this.#tokens.set(token, {
      user: serviceAccountUser(namespace, name, textAt(account, "metadata", "uid")),
      expiresMs,
    });
    return {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name, namespace, creationTimestamp: timestamp(this.#now()) },
      spec: {
        audiences: ["https://kubernetes.default.svc"],
        expirationSeconds: seconds,
        boundObjectRef: null,
      },
      status: { token, expirationTimestamp: timestamp(expiresMs) },
    };
  }

  #forgetExpired(): void {
    for (const [token, { expiresMs }] of this.#tokens) {
      if (expiresMs <= this.#now()) this.#tokens.delete(token);
    }
  }
}

export function serviceAccountUser(namespace: string, name: string, uid: string = randomUUID()): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
}
