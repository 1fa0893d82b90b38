import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import type { Example, FunctionSpec, Library } from "../function-spec.ts";
import { Opaque } from "./opaque.ts";

const source = "Kubernetes, CEL authz library";
const prefix = "kubernetes.authorization.";
const authorizerType = `${prefix}Authorizer`;
const pathType = `${prefix}PathCheck`;
const groupType = `${prefix}GroupCheck`;
const resourceType = `${prefix}ResourceCheck`;
const decisionType = `${prefix}Decision`;

/** What checks are about makes no difference: nothing is ever decided here. */
function opaque(typeName: string): Opaque<undefined> {
  return new Opaque(typeName, undefined, () => true);
}

/**
 * `authorizer` of an evaluation that no request stands behind. What is built of it can be named, and each `check` is an
 * error: whether somebody may do something is known in admission only.
 */
export const backgroundAuthorizer: CelValue = opaque(authorizerType);
/** `authorizer.requestResource` of such an evaluation. */
export const backgroundResourceCheck: CelValue = opaque(resourceType);

const noDecision = "authorization is checked in admission only: there is no request here";
const decisionError: Example = ["authorizer.path('/healthz').check('get').allowed()", { error: noDecision }];

function builder(
  name: string,
  signatures: readonly (readonly [receiver: string, parameters: string, result: string])[],
  example: string,
): FunctionSpec {
  return {
    name: `${name} of an authorizer`,
    source,
    overloads: signatures.map(([receiver, parameters, result]) => ({
      signature: `(${receiver}).${name}(${parameters}): ${result}`,
      call: () => opaque(result),
    })),
    examples: [
      [`type(${example}) != int`, "true"],
      [`dyn(1).${name}(${example.includes("'a', 'b'") ? "'a', 'b'" : "'a'"})`, wrongReceiver(name, example)],
    ],
  };
}

function wrongReceiver(name: string, example: string): Example[1] {
  const shown = example.includes("'a', 'b'") ? "int, string, string" : "int, string";
  return { error: `no such overload: ${name}(${shown})` };
}

function accessor(name: string, result: string): FunctionSpec {
  return {
    name: `${name} of a decision`,
    source,
    overloads: [
      {
        signature: `(${decisionType}).${name}(): ${result}`,
        call: () => {
          throw new CelError(noDecision);
        },
      },
    ],
    examples: [
      [`true || dyn(1).${name}() == dyn(1)`, "true"],
      [`dyn(1).${name}()`, { error: `no such overload: ${name}(int)` }],
    ],
  };
}

/** Questions about authorization, as the API server's admission policies have them. */
export const authorizationLibrary: Library = {
  name: "authorization",
  functions: [
    builder("path", [[authorizerType, "string", pathType]], "authorizer.path('/healthz')"),
    builder("group", [[authorizerType, "string", groupType]], "authorizer.group('apps')"),
    builder(
      "serviceAccount",
      [[authorizerType, "string, string", authorizerType]],
      "authorizer.serviceAccount('a', 'b')",
    ),
    builder(
      "resource",
      [[groupType, "string", resourceType]],
      "authorizer.group('apps').resource('deployments')",
    ),
    builder(
      "subresource",
      [[resourceType, "string", resourceType]],
      "authorizer.group('').resource('pods').subresource('log')",
    ),
    builder(
      "namespace",
      [[resourceType, "string", resourceType]],
      "authorizer.group('').resource('pods').namespace('shop')",
    ),
    builder(
      "name",
      [[resourceType, "string", resourceType]],
      "authorizer.group('').resource('pods').name('web')",
    ),
    builder(
      "fieldSelector",
      [[resourceType, "string", resourceType]],
      "authorizer.group('').resource('pods').fieldSelector('a=b')",
    ),
    builder(
      "labelSelector",
      [[resourceType, "string", resourceType]],
      "authorizer.group('').resource('pods').labelSelector('a=b')",
    ),
    {
      name: "check",
      source,
      overloads: [pathType, resourceType].map((receiver) => ({
        signature: `(${receiver}).check(string): ${decisionType}`,
        call: () => {
          throw new CelError(noDecision);
        },
        cost: () => 350_000,
      })),
      examples: [["true || authorizer.path('/').check('get').allowed()", "true"], decisionError],
    },
    accessor("allowed", "bool"),
    accessor("errored", "bool"),
    accessor("error", "string"),
    accessor("reason", "string"),
  ],
};
