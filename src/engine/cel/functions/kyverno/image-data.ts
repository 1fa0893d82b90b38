import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { withDoubles } from "../double-numbers.ts";
import type { CallContext, FunctionSpec, Library } from "../function-spec.ts";

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

/** A function whose answer needs signatures: it is an error, and never a number that could be taken for a check. */
function unsupported(name: string, parameters: string, result: string, call: string): FunctionSpec {
  const message = `${name} is not supported by this version: images are not verified`;
  return {
    name,
    source: verification,
    overloads: [
      {
        signature: `${name}(${parameters}): ${result}`,
        call: () => {
          throw new CelError(message);
        },
      },
    ],
    examples: [
      [`true || ${call} == dyn(1)`, "true"],
      [call, { error: message }],
    ],
  };
}

/** What ImageValidatingPolicies ask of images. */
export const imageVerificationLibrary: Library = {
  name: "image verification",
  functions: [
    unsupported(
      "verifyImageSignatures",
      "string, list(dyn)",
      "int",
      "verifyImageSignatures('ghcr.io/shop/web:1', ['keys'])",
    ),
    unsupported(
      "verifyAttestationSignatures",
      "string, string, list(dyn)",
      "int",
      "verifyAttestationSignatures('ghcr.io/shop/web:1', 'sbom', ['keys'])",
    ),
    unsupported("extractPayload", "string, string", "dyn", "extractPayload('ghcr.io/shop/web:1', 'sbom')"),
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
