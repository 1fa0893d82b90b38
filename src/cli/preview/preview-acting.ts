import type { ActingPolicy } from "./acting-policy.ts";
import { previewGeneration } from "./preview-generation.ts";
import { previewMutation } from "./preview-mutation.ts";
import type { PreviewWorld } from "./preview-world.ts";
import type { Preview, PreviewOptions } from "./preview.ts";

/** Says what a policy that makes or changes objects would do now, and changes nothing. */
export function previewActing(
  policy: ActingPolicy,
  world: PreviewWorld,
  options: PreviewOptions,
): Promise<Preview> {
  const { act, problems, identity } = policy;
  if (problems.length > 0) {
    const name = `${identity.kind}/${identity.key}`;
    return Promise.resolve({ policy: name, outcome: "cannot run", notes: problems, scanned: 0, objects: [] });
  }
  switch (act.kind) {
    case "generate":
    case "generateByPolicy":
      return previewGeneration(policy, act, world, options);
    case "mutateExisting":
    case "mutateByPolicy":
      return previewMutation(policy, act, world, options);
    default:
      return act satisfies never;
  }
}
