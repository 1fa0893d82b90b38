import type {
  ImageVerification,
  ImageVerificationRequest,
  RegistryAccess,
} from "#api/broker/image-request.ts";
import type { ImageAttestation } from "#api/policies/image-attestors.ts";

import type { CelOutside } from "../cel/compile/frame.ts";
import type { ImageFunctions } from "../cel/functions/function-spec.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import type { Json } from "../values/json.ts";
import { attestorRequest } from "./policy-attestors.ts";

export interface VerifyFunctionsOptions {
  readonly outside: CelOutside;
  readonly isMeant: (image: string) => boolean;
  readonly attestations: readonly ImageAttestation[];
  readonly access: RegistryAccess | undefined;
}

/** The functions of one evaluation, and what they found. */
export interface VerifyFunctions {
  readonly functions: ImageFunctions;
  /** Images of which somebody's signature or statement was verified. */
  readonly verified: ReadonlySet<string>;
}

/**
 * What expressions of an ImageValidatingPolicy verify images by. A signature that does not hold is counted as none; that
 * nobody can say is an error, because it says nothing about the image.
 */
export function createVerifyFunctions(options: VerifyFunctionsOptions): VerifyFunctions {
  const { outside, isMeant, access } = options;
  const verified = new Set<string>();
  const payloads = new Map<string, Json>();

  const count = (
    image: string,
    subject: ImageVerificationRequest["subject"],
    attestors: readonly CelValue[],
    onVerified: (verification: ImageVerification & { readonly verdict: "verified" }) => void,
  ): number => {
    if (!isMeant(image)) return 0;
    const pending: ContextRequest[] = [];
    let holds = 0;
    for (const attestor of attestors.map(attestorRequest)) {
      const request: ImageVerificationRequest = {
        kind: "imageVerification",
        image,
        subject,
        attestor,
        ...(access === undefined ? {} : { access }),
      };
      const answer = outside.source.lookUp(request, outside.scope);
      if (answer.kind === "pending") pending.push(request);
      else if (answer.kind === "value") {
        const verification = answer.value as unknown as ImageVerification;
        if (verification.verdict !== "verified") continue;
        holds += 1;
        verified.add(image);
        onVerified(verification);
      } else {
        const reason = answer.kind === "failed" ? answer.message : "no image registry is read here";
        throw new CelError(`failed to verify image ${image}: ${reason}`);
      }
    }
    if (pending.length > 0) throw new Suspension(pending);
    return holds;
  };

  return {
    verified,
    functions: {
      verifySignatures: (image, attestors) => count(image, { kind: "signature" }, attestors, () => {}),
      verifyAttestations(image, name, attestors) {
        const attestation = options.attestations.find((one) => one.name === name);
        const type = attestation?.intoto?.type ?? attestation?.referrer?.type;
        if (type === undefined) throw new CelError(`attestation not found in policy: ${name}`);
        return count(image, { kind: "attestation", type }, attestors, ({ statements: [first] }) => {
          if (first !== undefined) payloads.set(JSON.stringify([image, name]), first.predicate as Json);
        });
      },
      payload(image, name) {
        const payload = payloads.get(JSON.stringify([image, name]));
        if (payload !== undefined) return payload;
        throw new CelError(`failed to get payload: no attestation ${name} of ${image} was verified`);
      },
    },
  };
}
