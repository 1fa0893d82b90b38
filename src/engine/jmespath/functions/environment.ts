import type { Budget } from "../../budget.ts";
import { QueryError } from "../../errors.ts";
import { functionError, textAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { imageReferenceText, parseImageReference } from "../image-reference.ts";
import { isInternalAddress, parseIpAddress } from "../ip-address.ts";
import { randomText, seededPick } from "../random-text.ts";
import { compileRegexOf } from "../regex-cache.ts";

/** Kyverno's functions whose results depend on more than their arguments: chance, configuration, the network. */
export const environmentFunctions: readonly FunctionSpec[] = [
  {
    name: "random",
    parameters: [["string"]],
    returns: "string",
    call: random,
    examples: [
      ["regex_match('^[0-9a-z]{8}$', random('[0-9a-z]{8}'))", true],
      ["regex_match('^(ab|c\\d)+-$', random('(ab|c\\d)+-'))", true],
      ["[random('[a-z]{20}')] == [random('[a-z]{20}')]", false],
    ],
    errors: [
      ["random('')", "no pattern provided"],
      ["random('(')", "error parsing regexp: missing closing ): `(`"],
    ],
  },
  {
    name: "image_normalize",
    parameters: [["string"]],
    returns: "string",
    call: imageNormalize,
    examples: [
      ["image_normalize('nginx')", "docker.io/nginx:latest"],
      ["image_normalize('ghcr.io/a/b:v1')", "ghcr.io/a/b:v1"],
      [`image_normalize('a/b@sha256:${"0".repeat(64)}')`, `docker.io/a/b@sha256:${"0".repeat(64)}`],
      ["image_normalize('localhost/a')", "localhost/a:latest"],
    ],
    errors: [
      [
        "image_normalize('A:')",
        "JMESPath function 'image_normalize': bad image: A:: invalid reference format",
      ],
      ["image_normalize('')", "JMESPath function 'image_normalize': bad image: : invalid reference format"],
    ],
  },
  {
    name: "is_external_url",
    parameters: [["string"]],
    returns: "bool",
    call: isExternalUrl,
    examples: [
      ["is_external_url('http://[::1]:8080/x')", false],
      ["is_external_url('http://245.48.83.160')", true],
      ["is_external_url('https://x.example:p@192.168.1.3/')", false],
      ["is_external_url('http://169.254.169.254/')", true],
      ["is_external_url('http://[::ffff:10.0.0.1]/')", false],
    ],
    errors: [
      [
        "is_external_url('not a url')",
        "JMESPath function 'is_external_url': not a url is no URL with a host",
      ],
      [
        "is_external_url('http://a.example/')",
        "JMESPath function 'is_external_url': looking up the host name \"a.example\" is not supported, only addresses are",
      ],
    ],
  },
];

/** How many random texts an evaluation has made; each gets its own numbers from the one seed. */
const randomCalls = new WeakMap<Budget, number>();

function random(call: Call): string {
  const pattern = textAt(call, 0);
  if (pattern === "") throw new QueryError("failed", "no pattern provided");
  const { budget, seed } = call.environment;
  const compiled = compileRegexOf(pattern, budget);
  if (compiled.kind === "failed") throw new QueryError("failed", compiled.message);
  const calls = randomCalls.get(budget) ?? 0;
  randomCalls.set(budget, calls + 1);
  return randomText(pattern, seededPick(seed ^ Math.imul(calls, 0x9e3779b1)), budget);
}

/** The registry of images that name none, as Kyverno is configured by default. */
const defaultRegistry = "docker.io";

function imageNormalize(call: Call): string {
  try {
    return imageReferenceText(parseImageReference(textAt(call, 0), defaultRegistry));
  } catch (error) {
    if (error instanceof QueryError) throw functionError(call.name, error.message);
    throw error;
  }
}

const urlForm = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/;

/** Whether the host of a URL is outside of private networks. Only addresses can tell: names are not looked up. */
function isExternalUrl(call: Call): boolean {
  const url = textAt(call, 0);
  const authority = urlForm.exec(url)?.[1];
  if (authority === undefined) throw functionError(call.name, `${url} is no URL with a host`);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const bracketed = /^\[([^\]]*)\]/.exec(host)?.[1];
  const name = bracketed ?? host.replace(/:[0-9]*$/, "");
  const address = parseIpAddress(name);
  if (address === undefined) {
    throw new QueryError(
      "unsupported",
      `JMESPath function '${call.name}': looking up the host name "${name}" is not supported, only addresses are`,
    );
  }
  return !isInternalAddress(address);
}
