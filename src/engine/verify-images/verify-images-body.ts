import type { Rule } from "#api/kyverno/rule.ts";
import type { ImageVerification } from "#api/kyverno/verify-images.ts";

import { compileConditionBlock } from "../compile/condition-block.ts";
import { Suspension } from "../context/context-source.ts";
import { registryAccess } from "../context/registry-access.ts";
import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { RuleBody, RuleOutcome, RuleRun } from "../validate/compiled-rule.ts";
import { isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import { PendingRequests } from "./ask-verification.ts";
import { compileImageEntry, meansImage } from "./image-entry.ts";
import { judgeImage } from "./image-verdict.ts";
import type { ImageVerdict, VerdictRun } from "./image-verdict.ts";
import { ruleImages } from "./rule-images.ts";
import type { RuleImage, RuleImages } from "./rule-images.ts";
import { runningImage } from "./running-image.ts";

/** A result's property: what a container runs, where that is not what its tag was verified as. */
const runningImageProperty = "running-image";

/**
 * Compiles `verifyImages`. The body gives one verdict for all images that the rule is about: `error` where one of them
 * cannot be judged, `fail` where one is not signed as it must be, `skip` where all are left out; none where the rule is
 * about none. Annotations of the object have no say.
 */
export function compileVerifyImagesBody(rule: Rule): RuleBody {
  const entries = (rule.verifyImages ?? []).map((entry, index) => compileEntry(entry, index, rule.name));
  return (run) => {
    const found = ruleImages(rule.imageExtractors, run.input, run.context);
    const pending = new PendingRequests();
    const verdicts = entries.flatMap((judge) => judge(run, found, pending));
    if (pending.requests.length > 0) throw new Suspension(pending.requests);
    const outcome = combine(verdicts);
    const isUnserved = pending.isUnserved && outcome?.status === "error";
    return outcome === undefined || !isUnserved ? outcome : { ...outcome, unsupported: "verifyImages" };
  };
}

interface JudgedImage {
  readonly image: RuleImage;
  readonly verdict: ImageVerdict;
  readonly properties: Readonly<Record<string, string>>;
}

type EntryJudge = (run: RuleRun, found: RuleImages, pending: PendingRequests) => readonly JudgedImage[];

function compileEntry(source: ImageVerification, index: number, rule: string): EntryJudge {
  const render = compileImageEntry(source);
  const conditions = (source.attestations ?? []).map((attestation, at) =>
    compileConditionBlock(attestation.conditions, `verifyImages[${index}].attestations[${at}].conditions`),
  );
  const validate = compileValidate(source, index, rule);
  return ({ input, context }, { images, pullSecrets }, pending) => {
    const entry = render(context);
    const access = registryAccess(entry.imageRegistryCredentials, pullSecrets, input.namespace);
    const isAnnotated = hasAnnotations(input.resource);
    const judged = new Set<string>();
    return images.flatMap((image): JudgedImage[] => {
      const meant = meansImage(entry, image.reference);
      if (meant === undefined || judged.has(image.reference)) return [];
      judged.add(image.reference);
      const verdict =
        meant === "skipped"
          ? skipped(image, context, rule)
          : judgeSafely({ entry, image, access, isAnnotated, context, pending, conditions, validate });
      if (verdict === undefined) return [];
      return [{ image, verdict, properties: runningProperties(verdict, image, images, input) }];
    });
  };
}

function hasAnnotations(object: JsonObject): boolean {
  const metadata = own(object, "metadata");
  const annotations = isObject(metadata) ? own(metadata, "annotations") : undefined;
  return isObject(annotations) && Object.keys(annotations).length > 0;
}

function runningProperties(
  { digest }: ImageVerdict,
  { reference }: RuleImage,
  images: readonly RuleImage[],
  { resource, gvk }: RuleRun["input"],
): Readonly<Record<string, string>> {
  if (digest === undefined || gvk.kind !== "Pod") return {};
  const names = images.filter((image) => image.reference === reference).map(({ name }) => name);
  const other = runningImage(resource, names, digest);
  return other === undefined ? {} : { [runningImageProperty]: other };
}

function skipped({ reference }: RuleImage, context: RuleContext, rule: string): ImageVerdict {
  const { policyName } = context.outside.scope;
  const message = `skipping image reference image ${reference}, policy ${policyName} ruleName ${rule}`;
  return { status: "skip", message };
}

/** A variable that cannot be resolved concerns the image at hand, not the others. */
function judgeSafely(verdictRun: VerdictRun): ImageVerdict | undefined {
  try {
    return judgeImage(verdictRun);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return {
      status: "error",
      message: `failed to verify image ${verdictRun.image.reference}: ${error.message}`,
    };
  }
}

function compileValidate(
  { validate }: ImageVerification,
  index: number,
  rule: string,
): VerdictRun["validate"] {
  if (validate?.deny === undefined) return undefined;
  const test = compileConditionBlock(
    validate.deny.conditions,
    `verifyImages[${index}].validate.deny.conditions`,
  );
  const message = compileTemplate(validate.message ?? "");
  return (context) => {
    const { holds, message: why } = test?.(context) ?? { holds: true, message: "" };
    if (!holds) return { status: "pass", message: `verifyImages validation is passed in ${rule} rule` };
    const rendered = message.render(context);
    const told = typeof rendered === "string" && rendered !== "" ? rendered : `validation failed: ${rule}`;
    return { status: "fail", message: [told, why].filter((text) => text !== "").join("; ") };
  };
}

const worstFirst = ["error", "fail", "pass", "skip"] as const;

/** One verdict for the rule: the worst there is, told for each image that has it. */
function combine(judged: readonly JudgedImage[]): RuleOutcome | undefined {
  for (const status of worstFirst) {
    const same = judged.filter(({ verdict }) => verdict.status === status);
    if (same.length === 0) continue;
    const messages = [...new Set(same.map(({ verdict }) => verdict.message))];
    const properties = Object.assign({}, ...judged.map((one) => one.properties)) as Record<string, string>;
    return {
      status,
      message: messages.join("; "),
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
    };
  }
  return undefined;
}
