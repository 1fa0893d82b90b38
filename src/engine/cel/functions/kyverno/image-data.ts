import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { withDoubles } from "../double-numbers.ts";
import type { CallContext, FunctionSpec, ImageFunctions, Library } from "../function-spec.ts";

/** What a registry says of an image. */
function metadata(reference: string, context: CallContext): CelValue {
  const answer = context.ask({ kind: "imageRegistry", reference });
  if (answer.kind === "value") return withDoubles(answer.value, context);
  const reason = answer.kind === "failed" ? answer.message : "no image registry is read here";
  throw new CelError(`failed to get image data: ${reason}`);
}

const examples: FunctionSpec["examples"] = [
  ["image.GetMetadata('ghcr.io/shop/web:1').config.config.User", "'1000'"],
  [
    "image.getMetadata('ghcr.io/shop/nothing')",
    { error: "failed to get image data: there is no such image" },
  ],
];

/** Data of images. */
export const imageDataLibrary: Library = {
  name: "image data",
  functions: [
    {
      name: "image.GetMetadata",
      source: "Kyverno, imagedata library",
      overloads: ["GetMetadata", "getMetadata"].map((name) => ({
        signature: `image.${name}(string): dyn`,
        call: metadata,
      })),
      examples,
    },
  ],
};

const verification = "Kyverno, image verification";

/** What verifies images. Throws a `CelError` where the policy at hand is about none. */
function verifier(name: string, context: CallContext): ImageFunctions {
  if (context.images === undefined) throw new CelError(`${name}: no images are verified here`);
  return context.images;
}

/** What ImageValidatingPolicies ask of images. */
export const imageVerificationLibrary: Library = {
  name: "image verification",
  functions: [
    {
      name: "verifyImageSignatures",
      source: verification,
      overloads: [
        {
          signature: "verifyImageSignatures(string, list(dyn)): int",
          call: (image: string, attestors: readonly CelValue[], context: CallContext) =>
            verifier("verifyImageSignatures", context).verifySignatures(image, attestors),
        },
      ],
      examples: [
        ["verifyImageSignatures('ghcr.io/shop/web:1', ['keys', 'others'])", "1"],
        [
          "verifyImageSignatures('ghcr.io/shop/away:1', ['keys'])",
          { error: "failed to verify image ghcr.io/shop/away:1: the registry does not answer" },
        ],
      ],
    },
    {
      name: "verifyAttestationSignatures",
      source: verification,
      overloads: [
        {
          signature: "verifyAttestationSignatures(string, string, list(dyn)): int",
          call: (image: string, attestation: string, attestors: readonly CelValue[], context: CallContext) =>
            verifier("verifyAttestationSignatures", context).verifyAttestations(
              image,
              attestation,
              attestors,
            ),
        },
      ],
      examples: [
        ["verifyAttestationSignatures('ghcr.io/shop/web:1', 'sbom', ['keys'])", "1"],
        [
          "verifyAttestationSignatures('ghcr.io/shop/web:1', 'other', ['keys'])",
          { error: "attestation not found in policy: other" },
        ],
      ],
    },
    {
      name: "extractPayload",
      source: verification,
      overloads: [
        {
          signature: "extractPayload(string, string): dyn",
          call: (image: string, attestation: string, context: CallContext) =>
            withDoubles(verifier("extractPayload", context).payload(image, attestation), context),
        },
      ],
      examples: [
        ["extractPayload('ghcr.io/shop/web:1', 'sbom').name", "'web'"],
        [
          "extractPayload('ghcr.io/shop/other:1', 'sbom')",
          { error: "failed to get payload: no attestation sbom of ghcr.io/shop/other:1 was verified" },
        ],
      ],
    },
    {
      name: "getImageData",
      source: verification,
      overloads: [{ signature: "getImageData(string): dyn", call: metadata }],
      examples: [
        ["getImageData('ghcr.io/shop/web:1').config.config.User", "'1000'"],
        [
          "getImageData('ghcr.io/shop/nothing')",
          { error: "failed to get image data: there is no such image" },
        ],
      ],
    },
  ],
};
