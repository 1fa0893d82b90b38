import { isObject } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { Verdict } from "../judge.ts";

const autogen = /^autogen-(?:cronjob-)?/;
const maxNameLength = 253;

/**
 * The exception that would keep a rule from the object that violates it, for so long: a Go duration, after which Kyverno's
 * cleanup controller removes it. A rule generated for pod controllers is excepted together with the one it comes from, and
 * the pods of the object with it.
 */
export function exceptionFor({ policy, resource, response }: Verdict, ttl: string): object {
  const { rule } = response;
  const original = rule.replace(autogen, "");
  const isGenerated = original !== rule;
  const controls = podSecurityOf(response.properties["controlsJSON"]);
  const kinds = isGenerated ? podKindsOf(resource.gvk.kind) : [];
  return {
    apiVersion: "kyverno.io/v2beta1",
    kind: "PolicyException",
    metadata: {
      name: nameOf([policy.compiled.identity.name, rule, resource.namespace, resource.name]),
      labels: { "cleanup.kyverno.io/ttl": ttl },
    },
    spec: {
      exceptions: [
        {
          policyName: policy.compiled.identity.key,
          ruleNames: isGenerated ? [rule, original] : [rule],
        },
      ],
      match: {
        any: [
          {
            resources: {
              kinds: [resource.gvk.kind, ...kinds],
              names: isGenerated ? [resource.name, `${resource.name}-*`] : [resource.name],
              ...(resource.namespace === "" ? {} : { namespaces: [resource.namespace] }),
            },
          },
        ],
      },
      ...(controls.length === 0 ? {} : { podSecurity: controls }),
    },
  };
}

/** What a pod controller creates, down to its pods. */
function podKindsOf(kind: string): readonly string[] {
  switch (kind) {
    case "CronJob":
      return ["Job", "Pod"];
    case "Deployment":
      return ["ReplicaSet", "Pod"];
    default:
      return ["Pod"];
  }
}

/** A name that the API server takes. */
function nameOf(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "")
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z\d.-]+/g, "-")
    .slice(0, maxNameLength)
    .replaceAll(/^[.-]+|[.-]+$/g, "");
}

/** The controls that a pod violates, with the images that do, whatever their tag. */
function podSecurityOf(controlsJson: string | undefined): readonly object[] {
  const controls = controlsJson === undefined ? [] : (JSON.parse(controlsJson) as unknown);
  if (!Array.isArray(controls)) return [];
  return (controls as readonly unknown[]).flatMap((control) => {
    if (!isObject(control as JsonObject)) return [];
    const { Name: name, Images: images } = control as JsonObject;
    if (typeof name !== "string") return [];
    const patterns = Array.isArray(images) ? images.flatMap((image) => imagePatternOf(image)) : [];
    return [{ controlName: name, ...(patterns.length === 0 ? {} : { images: [...new Set(patterns)] }) }];
  });
}

function imagePatternOf(image: unknown): readonly string[] {
  if (typeof image !== "string") return [];
  return [`${image.replace(/@.*$/, "").replace(/:[^/:]*$/, "")}:*`];
}
