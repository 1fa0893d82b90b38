import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { BrokerAnswer, BrokerScope } from "#api/broker/broker-request.ts";
import type {
  CosignAttestor,
  ImageRequest,
  ImageSigner,
  ImageVerification,
  ImageVerificationRequest,
  NotaryAttestor,
} from "#api/broker/image-request.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Clock } from "#kube/clock.ts";
import type { FakeRegistry } from "#test/support/fake-registry.ts";
import { createImageService, type ImageSettings } from "./image-service.ts";
import { defaultLimits, type RegistryLimits } from "./registry/registry-limits.ts";
import { openBench } from "./registry/registry.fixture.ts";

const clusterScope: BrokerScope = { policyKind: "ClusterPolicy", policyName: "p" };

export interface ImageBench {
  readonly registry: FakeRegistry;
  readonly settings: { -readonly [K in keyof ImageSettings]: ImageSettings[K] };
  trustedRoot: string | undefined;
  readonly secrets: Map<string, Readonly<Record<string, string>>>;
  readonly counted: string[];
  readonly ask: (request: ImageRequest, scope?: BrokerScope) => Promise<BrokerAnswer>;
  /** The verdict of a request about `demo/app:v1`. Fails where there is none. */
  readonly verdict: (
    attestor: CosignAttestor | NotaryAttestor,
    more?: Partial<ImageVerificationRequest>,
  ) => Promise<ImageVerification>;
  /** The message of a verdict against the image, or `verified`. */
  readonly outcome: (
    attestor: CosignAttestor | NotaryAttestor,
    more?: Partial<ImageVerificationRequest>,
  ) => Promise<string>;
}

/** A key, and nothing else that would have to vouch for a signature. */
export const keyAttestor = (key: string, more: Partial<CosignAttestor> = {}): CosignAttestor => ({
  kind: "cosign",
  format: "tag",
  signer: { kind: "key", key },
  log: { ignore: true },
  ...more,
});

export const attestorOf = (signer: ImageSigner, more: Partial<CosignAttestor> = {}): CosignAttestor => ({
  kind: "cosign",
  format: "tag",
  signer,
  ...more,
});

export const attestationOf = (type: string): Pick<ImageVerificationRequest, "subject"> => ({
  subject: { kind: "attestation", type },
});

/** A fake registry and the service that reads it. */
export async function openImageBench(
  t: TestContext,
  options: { readonly limits?: Partial<RegistryLimits>; readonly clock?: Clock } = {},
): Promise<ImageBench> {
  const { registry, client } = await openBench(t, options);
  const settings = { lifetimeMs: 3_600_000, maxEntries: 1_000 };
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  const counted: string[] = [];
  const service = createImageService({
    registry: client,
    limits: { ...defaultLimits, ...options.limits },
    clock: options.clock ?? systemClock,
    settings: () => settings,
    trustedRoot: async () => bench.trustedRoot,
    readSecret: async (namespace, name) => secrets.get(`${namespace}/${name}`),
    dockerConfig: async () => undefined,
    ownNamespace: "kyverno",
    onVerification: (outcome) => counted.push(outcome),
    onCache: (result) => counted.push(result),
  });
  const ask: ImageBench["ask"] = (request, scope = clusterScope) => service.answer(request, scope);
  const verdict: ImageBench["verdict"] = async (attestor, more = {}) => {
    const answer = await ask({
      kind: "imageVerification",
      image: `${registry.host}/demo/app:v1`,
      subject: { kind: "signature" },
      attestor,
      ...more,
    });
    assert.ok(answer.kind === "value", JSON.stringify(answer));
    return answer.value as ImageVerification;
  };
  const bench: ImageBench = {
    registry,
    trustedRoot: undefined,
    settings,
    secrets,
    counted,
    ask,
    verdict,
    async outcome(attestor, more) {
      const found = await verdict(attestor, more);
      return found.verdict === "verified" ? "verified" : found.message;
    },
  };
  return bench;
}
