import type {
  CosignAttestor,
  ImageVerification,
  ImageVerificationRequest,
  NotaryAttestor,
} from "#api/broker/image-request.ts";
import { imageKey } from "../image-key.ts";
import type { Held, RepositoryReader } from "../registry/registry-client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { parseRepository, type RegistryReference } from "../registry/registry-reference.ts";
import { compileAttestor, type AttestorRules, type TrustSource } from "./attestor-rules.ts";
import { identityWarnings } from "./identity-rules.ts";
import { keyBytes } from "./public-key.ts";
import { AttestorProblem, VerifyFailure } from "./verify-failure.ts";
import { verifyAttestations, verifySignature, type Verified } from "./verify-cosign.ts";
import { compileNotary, verifyNotary } from "./verify-notary.ts";

export interface VerificationInput {
  readonly reference: RegistryReference;
  /** What the reference points to; media type and size only where they are needed. */
  readonly held: Held;
  readonly subject: ImageVerificationRequest["subject"];
  readonly nowMs: number;
  readonly open: (registry: string, repository: string) => RepositoryReader;
}

/** A party that images can be checked against. */
export interface PreparedVerification {
  /** Changes with everything that the verdict depends on besides image and policy: keys in Secrets, what is trusted. */
  readonly fingerprint: string;
  readonly needsDescriptor: boolean;
  /** Throws a `RegistryError` where nobody can say. */
  verify(input: VerificationInput): Promise<ImageVerification>;
}

/** Reads a party. Throws an `AttestorProblem`, or a `RegistryError` where its key cannot be read now. */
export async function prepareVerification(
  attestor: CosignAttestor | NotaryAttestor,
  source: TrustSource,
): Promise<PreparedVerification> {
  if (attestor.kind === "notary") {
    const rules = compileNotary(attestor);
    return {
      fingerprint: "",
      needsDescriptor: true,
      verify: (input) => judged(input, [notRevoked], () => verifyNotary(rules, input)),
    };
  }
  const rules = await compileAttestor(attestor, source);
  const { repository } = attestor;
  const place = repository === undefined ? undefined : parseRepository(repository);
  if (repository !== undefined && place === undefined) {
    throw new AttestorProblem(`${repository.slice(0, 200)} is no repository`);
  }
  return {
    fingerprint: fingerprintOf(rules, source),
    needsDescriptor: false,
    verify: (input) =>
      judged(input, identityWarnings(attestor.signer), () => {
        const { reference, held, subject, nowMs, open } = input;
        const image = open(reference.registry, reference.repository);
        const signatures = place === undefined ? image : open(place.registry, place.repository);
        const check = { attestor, rules, digest: held.digest, image, signatures, nowMs };
        return subject.kind === "signature"
          ? verifySignature(check)
          : verifyAttestations(check, subject.type);
      }),
  };
}

const notRevoked = "whether the signer's certificates were revoked is not checked";

function fingerprintOf({ signer }: AttestorRules, { trustedRoot }: TrustSource): string {
  return imageKey([signer.kind === "key" ? keyBytes(signer.key).toString("base64") : "", trustedRoot]);
}

async function judged(
  { reference, held }: VerificationInput,
  warnings: readonly string[],
  verify: () => Promise<Verified>,
): Promise<ImageVerification> {
  const { digest } = held;
  try {
    const { signatures, statements } = await verify();
    const resolvedImage = `${reference.registry}/${reference.repository}@${digest}`;
    return { verdict: "verified", resolvedImage, digest, signatures, statements, warnings };
  } catch (error) {
    const isVerdict =
      error instanceof VerifyFailure || (error instanceof RegistryError && isAboutImage(error));
    if (!isVerdict) throw error;
    return { verdict: "failed", message: error.message, digest };
  }
}

/** A registry that gives something else than it was asked for has not shown a signature. */
function isAboutImage({ kind }: RegistryError): boolean {
  return kind === "untrue" || kind === "notFound";
}
