import type { Rule } from "#api/kyverno/rule.ts";
import type { ImageExtractor } from "#api/kyverno/verify-images.ts";

import { imageInfo, imagesOf, podSpecOf } from "../context/images-entry.ts";
import { pullSecretsOf } from "../context/registry-access.ts";
import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { EvaluationInput } from "../input.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** An image that an object names. */
export interface RuleImage {
  /** `registry/path:tag`, or `registry/path@digest` where there is a digest: what patterns are held against. */
  readonly reference: string;
  readonly hasDigest: boolean;
  /** Its parts, as the variable `image` shows them. */
  readonly info: JsonObject;
  /** Of the container; the place of the image where a custom extractor found it. */
  readonly name: string;
}

/** Images of an object with the pull secrets that stand beside them. */
export interface RuleImages {
  readonly images: readonly RuleImage[];
  readonly pullSecrets: readonly string[];
}

/**
 * The images of an object: where the rule's extractors name its kind what they find, else those of its containers. Throws
 * a `QueryError` where one of them is no image reference or a path leads to something of the wrong shape.
 */
export function ruleImages(
  extractors: Rule["imageExtractors"],
  { resource, gvk }: Pick<EvaluationInput, "resource" | "gvk">,
  context: RuleContext,
): RuleImages {
  const custom =
    extractors !== undefined && Object.hasOwn(extractors, gvk.kind) ? extractors[gvk.kind] : undefined;
  if (custom !== undefined) {
    return {
      images: custom.flatMap((extractor) => extracted(extractor, resource, context)),
      pullSecrets: [],
    };
  }
  const groups = Object.values(imagesOf(resource, gvk.kind) ?? {});
  const images = groups.flatMap((group) =>
    isObject(group) ? Object.entries(group).map(([name, info]) => ruleImage(info, name)) : [],
  );
  return { images, pullSecrets: pullSecretsOf(podSpecOf(resource, gvk.kind)) };
}

function ruleImage(info: Json | undefined, name: string): RuleImage {
  const parts = isObject(info) ? info : {};
  const reference = own(parts, "reference");
  return {
    reference: typeof reference === "string" ? reference : "",
    hasDigest: own(parts, "digest") !== undefined,
    info: parts,
    name,
  };
}

interface Found {
  readonly value: Json;
  readonly pointer: string;
}

/** What one custom extractor finds: `path` leads to objects, `value` names the field with the image. */
function extracted(extractor: ImageExtractor, resource: JsonObject, context: RuleContext): RuleImage[] {
  const segments = extractor.path
    .split("/")
    .map((segment) => segment.trim())
    .filter((segment) => segment !== "");
  const field = extractor.value ?? segments.at(-1) ?? "";
  const walked = extractor.value === undefined ? segments.slice(0, -1) : segments;
  let found: readonly Found[] = [{ value: resource, pointer: "" }];
  for (const segment of walked) found = found.flatMap((one) => stepInto(one, segment, context));
  return found.flatMap(({ value, pointer }) => {
    if (value === null) return [];
    if (!isObject(value)) throw new QueryError("failed", `invalid type: ${pointer || "/"} is no object`);
    const image = own(value, field);
    if (image === undefined || image === null) return [];
    const text = extractor.jmesPath === undefined ? image : context.search(extractor.jmesPath, image);
    if (typeof text !== "string") {
      throw new QueryError("failed", `invalid value: ${pointer}/${field} is no image reference`);
    }
    if (text.trim() === "") return [];
    const key = extractor.key === undefined ? undefined : own(value, extractor.key);
    const place = `${pointer}/${field}`;
    return [ruleImage(imageInfo(text, place), typeof key === "string" ? key : place)];
  });
}

function stepInto({ value, pointer }: Found, segment: string, context: RuleContext): readonly Found[] {
  if (value === null) return [];
  context.environment.budget.step(1);
  if (segment === "*") {
    if (isList(value)) return value.map((item, index) => ({ value: item, pointer: `${pointer}/${index}` }));
    if (isObject(value))
      return Object.entries(value).map(([key, item]) => ({ value: item, pointer: `${pointer}/${key}` }));
  } else if (isObject(value)) {
    return [{ value: own(value, segment) ?? null, pointer: `${pointer}/${segment}` }];
  } else if (isList(value) && /^\d{1,6}$/.test(segment)) {
    return [{ value: value[Number(segment)] ?? null, pointer: `${pointer}/${segment}` }];
  }
  throw new QueryError("failed", `invalid type: ${pointer || "/"} has no ${segment}`);
}
