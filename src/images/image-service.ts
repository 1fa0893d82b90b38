import type { BrokerAnswer, BrokerScope } from "#api/broker/broker-request.ts";
import type {
  ImageDataRequest,
  ImageRequest,
  ImageVerification,
  ImageVerificationRequest,
  RegistryAccess,
} from "#api/broker/image-request.ts";
import type { Clock } from "#kube/clock.ts";
import { stringifyJson } from "#kube/client/json.ts";
import { registryAuthority, type AuthorityPorts } from "./access-authority.ts";
import { describeImage, readImageData } from "./image-data.ts";
import { imageKey } from "./image-key.ts";
import type { RegistryAuthority } from "./registry/registry-auth.ts";
import type { Held, RegistryClient, RepositoryReader } from "./registry/registry-client.ts";
import { RegistryError } from "./registry/registry-error.ts";
import { createReadBudget, type RegistryLimits } from "./registry/registry-limits.ts";
import { parseRegistryReference, type RegistryReference } from "./registry/registry-reference.ts";
import { createSingleFlight } from "./single-flight.ts";
import { createTimedCache } from "./timed-cache.ts";
import { createKeySource } from "./verify/key-source.ts";
import { AttestorProblem, messageOf, VerifyFailure } from "./verify/verify-failure.ts";
import { prepareVerification, type PreparedVerification } from "./verify/verify-image.ts";

export interface ImageSettings {
  /** How long a tag, a verdict and what an image holds are believed; 0 asks every time. */
  readonly lifetimeMs: number;
  readonly maxEntries: number;
}

export interface ImageServiceOptions extends AuthorityPorts {
  readonly registry: RegistryClient;
  readonly limits: RegistryLimits;
  readonly clock: Clock;
  readonly settings: () => ImageSettings;
  /** The trusted root (JSON) for policies that name none; undefined where none is configured. */
  readonly trustedRoot: () => Promise<string | undefined>;
  readonly onVerification: (outcome: "verified" | "failed" | "error") => void;
  readonly onCache: (result: "hit" | "miss") => void;
}

/** Says what registries hold and what is signed. A failure is an answer; it rejects only for bugs. */
export interface ImageService {
  answer(request: ImageRequest, scope: BrokerScope): Promise<BrokerAnswer>;
}

/** A verdict against an image may be out of date as soon as someone signs it. */
const maxFailedMs = 10 * 60_000;
const maxParties = 500;
const keptVerdictBytes = 32 * 1_048_576;

export function createImageService(options: ImageServiceOptions): ImageService {
  const { registry, limits, clock, settings } = options;
  const nowMs = (): number => clock.monotonicMs();
  const maxEntries = (): number => settings().maxEntries;
  const tags = createTimedCache<Held>({ maxEntries, maxBytes: 4 * 1_048_576, nowMs });
  const verdicts = createTimedCache<ImageVerification>({ maxEntries, maxBytes: keptVerdictBytes, nowMs });
  const resolving = createSingleFlight<Held>();
  const verifying = createSingleFlight<ImageVerification>();
  const keys = createKeySource(options);
  const parties = createTimedCache<PreparedVerification>({
    maxEntries: () => maxParties,
    maxBytes: Number.POSITIVE_INFINITY,
    nowMs,
  });
  let preparedFor: string | undefined;

  const open = (registryName: string, repository: string, authority: RegistryAuthority): RepositoryReader =>
    registry.open(
      { registry: registryName, repository, authority },
      createReadBudget(limits, AbortSignal.timeout(limits.timeoutMs)),
    );

  /** What a reference points to: asked once in a lifetime, and once for all who ask at the same time. */
  const resolve = (reference: RegistryReference, authority: RegistryAuthority): Promise<Held> => {
    const { registry: host, repository, tag, digest } = reference;
    const name = digest === "" ? tag : digest;
    const key = JSON.stringify([authority.key, host, repository, name]);
    const known = tags.get(key);
    if (known !== undefined) return Promise.resolve(known);
    return resolving(key, async () => {
      const held = await open(host, repository, authority).head(name);
      const { lifetimeMs } = settings();
      if (lifetimeMs > 0) tags.set(key, held, nowMs() + lifetimeMs, key.length + 200);
      return held;
    });
  };

  /** Parties are read once, but for those whose key may change under its name. */
  const prepare = async (
    attestor: ImageVerificationRequest["attestor"],
    trustedRoot: string | undefined,
    scope: BrokerScope,
  ): Promise<PreparedVerification> => {
    const source = { trustedRoot, key: (name: string) => keys.read(name, scope) };
    const isNamed =
      attestor.kind === "cosign" &&
      attestor.signer.kind === "key" &&
      !attestor.signer.key.trim().startsWith("-----BEGIN");
    if (isNamed) return prepareVerification(attestor, source);
    if (trustedRoot !== preparedFor) parties.clear();
    preparedFor = trustedRoot;
    const key = imageKey(attestor);
    const known = parties.get(key);
    if (known !== undefined) return known;
    const prepared = await prepareVerification(attestor, source);
    parties.set(key, prepared, Number.POSITIVE_INFINITY, 1);
    return prepared;
  };

  const loadData = async (request: ImageDataRequest, scope: BrokerScope): Promise<unknown> => {
    const { reference, authority } = understood(request.reference, request.access, scope, options);
    const held = await resolve(reference, authority);
    const descriptor = describeImage(reference, held);
    if (request.part === "descriptor") return descriptor;
    return readImageData(descriptor, open(reference.registry, reference.repository, authority));
  };

  const loadVerification = async (
    request: ImageVerificationRequest,
    scope: BrokerScope,
  ): Promise<ImageVerification> => {
    const { reference, authority } = understood(request.image, request.access, scope, options);
    const { subject, attestor } = request;
    const { lifetimeMs } = settings();
    const trustedRoot = await readTrustedRoot(options);
    const prepared = await prepare(attestor, trustedRoot, scope);
    const held =
      prepared.needsDescriptor || reference.digest === "" ? await resolve(reference, authority) : undefined;
    const digest = held?.digest ?? reference.digest;
    const key = imageKey([
      authority.key,
      reference.registry,
      reference.repository,
      digest,
      subject,
      attestor,
      prepared.fingerprint,
    ]);
    const known = verdicts.get(key);
    options.onCache(known === undefined ? "miss" : "hit");
    if (known !== undefined) return known;
    return verifying(key, async () => {
      const found = await prepared.verify({
        reference,
        held: held ?? { digest, mediaType: "", size: 0 },
        subject,
        nowMs: clock.now(),
        open: (host, repository) => open(host, repository, authority),
      });
      const lastsMs = found.verdict === "verified" ? lifetimeMs : Math.min(lifetimeMs, maxFailedMs);
      if (lastsMs > 0) verdicts.set(key, found, nowMs() + lastsMs, stringifyJson(found).length);
      options.onVerification(found.verdict);
      return found;
    });
  };

  return {
    async answer(request, scope) {
      try {
        if (request.kind === "imageRegistry") {
          return { kind: "value", value: await loadData(request, scope) };
        }
        return { kind: "value", value: await loadVerification(request, scope) };
      } catch (error) {
        return answerOf(request, error, options);
      }
    },
  };
}

async function readTrustedRoot({ trustedRoot }: ImageServiceOptions): Promise<string | undefined> {
  try {
    return await trustedRoot();
  } catch (error) {
    throw new RegistryError("outage", `cannot read the trusted root: ${messageOf(error)}`);
  }
}

function understood(
  text: string,
  access: RegistryAccess | undefined,
  scope: BrokerScope,
  ports: AuthorityPorts,
): { readonly reference: RegistryReference; readonly authority: RegistryAuthority } {
  const reference = parseRegistryReference(text);
  if (reference === undefined) {
    throw new RegistryError("refused", `could not parse reference: ${text.slice(0, 300)}`);
  }
  return { reference, authority: registryAuthority(access ?? {}, scope, ports) };
}

/** What a failure means for who asked: a verdict, or no verdict. Throws what is neither: a bug. */
function answerOf(request: ImageRequest, error: unknown, options: ImageServiceOptions): BrokerAnswer {
  const isVerification = request.kind === "imageVerification";
  const failedVerdict = (message: string): BrokerAnswer => {
    options.onVerification("failed");
    return { kind: "value", value: { verdict: "failed", message } satisfies ImageVerification };
  };
  if (error instanceof RegistryError) {
    if (isVerification && error.kind === "notFound")
      return failedVerdict(`image tag not found: ${error.message}`);
    if (isVerification && error.kind === "untrue") return failedVerdict(error.message);
    if (isVerification) options.onVerification("error");
    const isData = request.kind === "imageRegistry" && request.part !== "descriptor";
    return {
      kind: "failed",
      message: isData
        ? `failed to fetch image descriptor: ${request.reference}, error: ${error.message}`
        : error.message,
      mayPass: error.kind !== "refused",
      ...(error.status === undefined ? {} : { status: error.status }),
    };
  }
  if (isVerification && error instanceof VerifyFailure) return failedVerdict(error.message);
  if (error instanceof AttestorProblem) {
    if (isVerification) options.onVerification("error");
    return { kind: "failed", message: messageOf(error), mayPass: false };
  }
  throw error;
}
