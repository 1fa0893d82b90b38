import type { AutogenConfig } from "../compiled-policy.ts";
import { autogenTargets } from "./pod-controllers.ts";
import type { AutogenSpec } from "./pod-controllers.ts";
import { rewriteSpec } from "./rewrite-spec.ts";

/** What a policy for pods is for their controllers, by the reference that status knows it by. */
export function autogenConfigs(spec: AutogenSpec): Readonly<Record<string, AutogenConfig>> {
  return Object.fromEntries(
    autogenTargets(spec).map(({ ref, templatePath, matchConstraints, resources }) => [
      ref,
      { targets: resources, spec: { ...rewriteSpec(spec, templatePath), matchConstraints } },
    ]),
  );
}
