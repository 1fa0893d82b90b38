import { traversalCost } from "../../compile/sizes.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import type { FunctionSpec, Library } from "../function-spec.ts";
import { Opaque } from "../kubernetes/opaque.ts";
import { parseRegistryReference } from "./image-reference.ts";
import type { RegistryReference } from "./image-reference.ts";

const source = "Kyverno, image library";
const typeName = "kyverno.Image";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

type ImageValue = Opaque<RegistryReference>;

function image(text: string): ImageValue {
  const reference = parseRegistryReference(text);
  if (reference === undefined) throw new CelError(`could not parse reference: ${text}`);
  return new Opaque(typeName, reference, (left, right) => left.text === right.text);
}

/** The digest where there is one, with the tag before it where that was written too; else the tag. */
function identifier({ tag, digest }: RegistryReference): string {
  if (digest === "") return tag;
  return tag === "" ? digest : `${tag}@${digest}`;
}

function part(
  name: string,
  result: string,
  read: (reference: RegistryReference) => CelValue,
  examples: FunctionSpec["examples"],
): FunctionSpec {
  return {
    name: `${name} of an image`,
    source,
    overloads: [
      { signature: `(${typeName}).${name}(): ${result}`, call: ({ value }: ImageValue) => read(value) },
    ],
    examples: [...examples, [`dyn(1).${name}()`, { error: `no such overload: ${name}(int)` }]],
  };
}

/** References to images, read without asking a registry. */
export const imageLibrary: Library = {
  name: "image",
  functions: [
    {
      name: "image",
      source,
      overloads: ["image", "parseImageReference"].map((name) => ({
        signature: `${name}(string): ${typeName}`,
        call: image,
        cost: traversalCost,
      })),
      examples: [
        ["image('nginx') == image('nginx')", "true"],
        ["parseImageReference('nginx') == image('docker.io/library/nginx')", "false"],
        ["image('Nginx x')", { error: "could not parse reference: Nginx x" }],
      ],
    },
    {
      name: "isImage",
      source,
      overloads: [
        {
          signature: "isImage(string): bool",
          call: (text: string) => parseRegistryReference(text) !== undefined,
          cost: traversalCost,
        },
      ],
      examples: [
        ["isImage('ghcr.io/shop/web:1')", "true"],
        ["isImage('Shop/Web')", "false"],
        ["isImage(dyn(1))", { error: "no such overload: isImage(int)" }],
      ],
    },
    part("registry", "string", ({ registry }) => registry, [
      ["image('nginx').registry()", "'index.docker.io'"],
      ["image('docker.io/nginx').registry()", "'index.docker.io'"],
      ["image('localhost:5000/a/b').registry()", "'localhost:5000'"],
    ]),
    part("repository", "string", ({ repository }) => repository, [
      ["image('nginx').repository()", "'library/nginx'"],
      ["image('ghcr.io/shop/web:1').repository()", "'shop/web'"],
    ]),
    part("identifier", "string", identifier, [
      ["image('nginx').identifier()", "'latest'"],
      [`image('nginx@${digest}').identifier()`, `'${digest}'`],
      [`image('nginx:1@${digest}').identifier()`, `'1@${digest}'`],
    ]),
    part(
      "identifierWithSeparator",
      "string",
      ({ tag, digest }) => (digest === "" ? `:${tag}` : `@${digest}`),
      [["image('nginx:1').identifierWithSeparator()", "':1'"]],
    ),
    part("tag", "string", ({ tag }) => tag, [
      ["image('nginx').tag()", "'latest'"],
      [`image('nginx@${digest}').tag()`, "''"],
    ]),
    part("digest", "string", (reference) => reference.digest, [
      [`image('nginx@${digest}').digest()`, `'${digest}'`],
      ["image('nginx:1').digest()", "''"],
    ]),
    part("containsDigest", "bool", (reference) => reference.digest !== "", [
      [`image('nginx@${digest}').containsDigest()`, "true"],
      ["image('nginx:1').containsDigest()", "false"],
    ]),
  ],
};
