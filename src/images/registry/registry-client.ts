import { createHash } from "node:crypto";
import { pause, type Clock } from "#kube/clock.ts";
import { createContentCache } from "./content-cache.ts";
import { createHostPace, type HostPace } from "./host-pace.ts";
import { manifestAccept } from "./media-types.ts";
import { createRegistryAuth, type AuthPlace } from "./registry-auth.ts";
import { createRegistryConnections, type ConnectionPorts } from "./registry-connections.ts";
import { exchange, type Answer, type Exchange, type ExchangePorts } from "./registry-exchange.ts";
import { RegistryError, statusError } from "./registry-error.ts";
import type { ReadBudget, RegistryLimits } from "./registry-limits.ts";
import { isDigest } from "./registry-reference.ts";
import { createRegistryScheme } from "./registry-scheme.ts";

/** What a registry holds under a tag or a digest. */
export interface Held {
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
}

export interface HeldManifest extends Held {
  readonly body: Buffer;
}

export interface Page {
  readonly body: Buffer;
  readonly contentType: string;
  /** The path and query of the next page. */
  readonly next: string | undefined;
}

/** Reads one repository for one question. All functions throw a `RegistryError`. */
export interface RepositoryReader {
  readonly place: AuthPlace;
  readonly budget: ReadBudget;
  /** What a tag or digest stands for now. */
  head(reference: string): Promise<Held>;
  /** A manifest with its bytes; under a digest exactly the bytes that it names. */
  manifest(reference: string): Promise<HeldManifest>;
  /** Exactly the bytes that the digest names. */
  blob(digest: string, maxBytes?: number): Promise<Buffer>;
  /** One page of a listing below the repository, `referrers/sha256:…` for example. */
  page(pathAndQuery: string): Promise<Page>;
}

export interface RegistryClient {
  open(place: AuthPlace, budget: ReadBudget): RepositoryReader;
  /** How many requests wait because registries asked for time, by host. */
  backlog(): Iterable<readonly [host: string, waiting: number]>;
  close(): Promise<void>;
}

export interface RegistryClientOptions extends ConnectionPorts {
  readonly clock: Clock;
  readonly limits: RegistryLimits;
  readonly onCall: ExchangePorts["onCall"];
}

const maxTries = 3;
const firstRetryMs = 1_000;
const passingStatus: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 522]);
const keptBytes = 32 * 1_048_576;

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  const { clock, limits } = options;
  const connections = createRegistryConnections(options, limits);
  const ports: ExchangePorts = { connections, onCall: options.onCall };
  const pace = createHostPace(clock);
  const auth = createRegistryAuth(ports, clock);
  const scheme = createRegistryScheme(ports, clock);
  const contents = createContentCache(keptBytes);

  /** One answer, with whatever login it takes, tried again where the registry may answer soon. */
  const ask = async (
    place: AuthPlace,
    budget: ReadBudget,
    step: Pick<Exchange, "method" | "headers" | "maxBytes"> & { readonly path: string },
  ): Promise<Answer> => {
    const { allowInsecure: isInsecure } = place.authority;
    const { registry: host } = place;
    const deadlineMs = clock.monotonicMs() + budget.limits.timeoutMs;
    await pace.enter(host, budget.limits.timeoutMs, budget.signal);
    const base = await paced(pace, host, () => scheme.baseOf(host, isInsecure, budget));
    const url = new URL(`/v2/${place.repository}/${step.path}`, base);
    for (let tries = 1; ; tries++) {
      const answer = await paced(pace, host, () => authorized(place, budget, { ...step, url, isInsecure }));
      if (answer.status < 400) return answer;
      const error = statusError(step.method, url, answer.status, answer.body.toString("utf8"));
      if (!passingStatus.has(answer.status)) throw error;
      if (answer.status === 429) pace.slowDown(host, answer.header("retry-after"), error.message);
      if (tries >= maxTries || budget.signal.aborted) throw error;
      if (answer.status !== 429) await pause(clock, firstRetryMs * 3 ** (tries - 1), budget.signal);
      await pace.enter(host, deadlineMs - clock.monotonicMs(), budget.signal);
    }
  };

  const authorized = async (place: AuthPlace, budget: ReadBudget, step: Exchange): Promise<Answer> => {
    const send = (authorization: string | undefined): Promise<Answer> =>
      exchange(
        authorization === undefined ? step : { ...step, headers: { ...step.headers, authorization } },
        budget,
        ports,
      );
    const answer = await send(auth.known(place));
    if (answer.status !== 401) return answer;
    const renewed = await auth.renew(place, answer, step.isInsecure, budget);
    return renewed === undefined ? answer : send(renewed);
  };

  const readManifest = async (
    place: AuthPlace,
    budget: ReadBudget,
    reference: string,
  ): Promise<HeldManifest> => {
    const answer = await ask(place, budget, {
      method: "GET",
      path: `manifests/${reference}`,
      headers: { accept: manifestAccept },
      maxBytes: limits.maxManifestBytes,
    });
    const claimed = isDigest(reference) ? reference : answer.header("docker-content-digest");
    const digest = claimed !== undefined && isDigest(claimed) ? claimed : digestOf(answer.body, "sha256");
    checkDigest(answer.body, digest, `manifest ${reference}`);
    const mediaType = mediaTypeOf(answer);
    return { digest, mediaType, size: answer.body.length, body: answer.body };
  };

  return {
    open(place, budget) {
      const keyOf = (digest: string): string =>
        JSON.stringify([place.authority.key, place.registry, place.repository, digest]);
      const types = new Map<string, string>();
      return {
        place,
        budget,
        async head(reference) {
          const answer = await ask(place, budget, {
            method: "HEAD",
            path: `manifests/${reference}`,
            headers: { accept: manifestAccept },
            maxBytes: 0,
          }).catch((error: unknown) => {
            // The answer to a HEAD has no body that would say why.
            if (error instanceof RegistryError && isFinal(error.status)) return undefined;
            throw error;
          });
          const digest = answer?.header("docker-content-digest") ?? "";
          const size = Number(answer?.header("content-length") ?? Number.NaN);
          const fits = isDigest(digest) && (!isDigest(reference) || digest === reference);
          if (answer === undefined || !fits || !Number.isSafeInteger(size)) {
            return readManifest(place, budget, reference);
          }
          return { digest, mediaType: mediaTypeOf(answer), size };
        },
        async manifest(reference) {
          if (!isDigest(reference)) return readManifest(place, budget, reference);
          const body = await contents.get(keyOf(reference), async () => {
            const read = await readManifest(place, budget, reference);
            types.set(reference, read.mediaType);
            return read.body;
          });
          const mediaType = types.get(reference) ?? "";
          return { digest: reference, mediaType, size: body.length, body };
        },
        blob: (digest, maxBytes = limits.maxBlobBytes) =>
          contents.get(keyOf(digest), async () => {
            const { body } = await ask(place, budget, {
              method: "GET",
              path: `blobs/${digest}`,
              headers: {},
              maxBytes: Math.min(maxBytes, limits.maxBlobBytes),
            });
            checkDigest(body, digest, `blob ${digest}`);
            return body;
          }),
        async page(pathAndQuery) {
          const answer = await ask(place, budget, {
            method: "GET",
            path: pathAndQuery,
            headers: { accept: manifestAccept },
            maxBytes: limits.maxManifestBytes,
          });
          return { body: answer.body, contentType: mediaTypeOf(answer), next: nextPage(place, answer) };
        },
      };
    },
    backlog: () => pace.backlog(),
    close: () => connections.close(),
  };
}

/** Tells the pace whether a host answers. */
async function paced<T>(pace: HostPace, host: string, call: () => Promise<T>): Promise<T> {
  try {
    const answer = await call();
    pace.answered(host);
    return answer;
  } catch (error) {
    if (error instanceof RegistryError && error.kind === "outage" && error.status === undefined) {
      pace.unreachable(host, error.message);
    }
    throw error;
  }
}

/** A refusal that the same question will meet again. */
function isFinal(status: number | undefined): boolean {
  return status !== undefined && status < 500 && !passingStatus.has(status);
}

function mediaTypeOf(answer: Answer): string {
  return (answer.header("content-type") ?? "").split(";")[0]?.trim() ?? "";
}

function digestOf(body: Buffer, algorithm: "sha256" | "sha512"): string {
  return `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
}

function checkDigest(body: Buffer, digest: string, what: string): void {
  const actual = digestOf(body, digest.startsWith("sha512:") ? "sha512" : "sha256");
  if (actual !== digest) {
    throw new RegistryError(
      "untrue",
      `${what}: manifest digest: ${JSON.stringify(actual)} does not match requested digest: ${JSON.stringify(digest)}`,
    );
  }
}

/** The next page (RFC 8288), which must be one of the same listing. */
function nextPage({ repository }: AuthPlace, answer: Answer): string | undefined {
  const target = /<([^<>]{1,2048})>\s*;[^,]*\brel="?next"?/i.exec(answer.header("link") ?? "")?.[1];
  if (target === undefined) return undefined;
  const url = URL.parse(target, answer.url.href);
  const below = `/v2/${repository}/`;
  if (url === null || url.origin !== answer.url.origin || !url.pathname.startsWith(below)) {
    throw new RegistryError("refused", `a page of ${below} leads elsewhere: ${target.slice(0, 200)}`);
  }
  return `${url.pathname.slice(below.length)}${url.search}`;
}
