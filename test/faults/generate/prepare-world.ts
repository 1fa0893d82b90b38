import { kinds } from "../world/kinds.ts";
import type { PersistentClient } from "../world/persistent-client.ts";
import { targetNames } from "./acts.ts";
import { placeBystanders } from "./bystanders.ts";
import { encode, outputs, places, policiesOf, sourcePlace, stamperPlace } from "./policies.ts";

/** Namespaces, the source of all copies, objects that are changed, and objects that are nobody's business. */
export const prepareWorld = async (client: PersistentClient): Promise<void> => {
  for (const name of ["kyverno", ...Object.values(places), ...outputs]) {
    await client.ensure({ type: kinds.namespace, name }, {});
  }
  await client.ensure(sourcePlace, { data: { value: encode("first") } });
  for (const name of targetNames) {
    await client.ensure(
      { type: kinds.configMap, namespace: places.targets, name },
      { metadata: { labels: { target: "yes" } }, data: { stamp: "none" } },
    );
  }
  await client.ensure(stamperPlace, { metadata: { labels: { role: "stamper" } }, data: { stamp: "none" } });
  await placeBystanders(client);
};

export const placePolicies = async (client: PersistentClient, generateExisting: boolean): Promise<void> => {
  for (const { place, spec } of policiesOf(generateExisting)) await client.replace(place, { spec });
};
