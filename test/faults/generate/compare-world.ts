import type { KubeObject } from "#api/meta/object-meta.ts";
import { kinds } from "../world/kinds.ts";
import type { PersistentClient } from "../world/persistent-client.ts";
import { targetNames } from "./acts.ts";
import { bystanders } from "./bystanders.ts";
import type { Model } from "./model.ts";
import { makers, outputs, places, secretType } from "./policies.ts";

const labelsOf = ({ metadata }: KubeObject): Readonly<Record<string, string>> =>
  (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;

const dataOf = (object: KubeObject): Readonly<Record<string, string>> =>
  (object["data"] ?? {}) as Readonly<Record<string, string>>;

const decode = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : Buffer.from(text, "base64").toString();

/** Where the world is not what the model says: lost, wrong, doubled or left over, wrongly deleted. */
export const compareWorld = async (client: PersistentClient, model: Model): Promise<readonly string[]> => {
  const differences: string[] = [];
  const triggers = await client.list(kinds.configMap, { namespace: places.triggers });
  const uids = new Map(triggers.map(({ metadata }) => [metadata.name, metadata.uid]));
  const secrets = new Map<string, KubeObject>();
  for (const namespace of outputs) {
    for (const secret of await client.list(secretType, { namespace })) {
      secrets.set(`${namespace}/${secret.metadata.name}`, secret);
    }
  }
  const expected = model.expected();
  for (const [key, { policy, trigger, value }] of expected) {
    const secret = secrets.get(key);
    if (secret === undefined) {
      differences.push(`lost: ${key} of ${policy}`);
      continue;
    }
    const found = decode(dataOf(secret)["value"]);
    if (value !== undefined && found !== value)
      differences.push(`stale: ${key} holds ${found}, not ${value}`);
    const labels = labelsOf(secret);
    if (labels["generate.kyverno.io/policy-name"] !== policy)
      differences.push(`wrong: ${key} is labelled for ${labels["generate.kyverno.io/policy-name"]}`);
    if (value !== undefined && labels["generate.kyverno.io/trigger-uid"] !== uids.get(trigger))
      differences.push(`wrong: ${key} is labelled for a trigger that is gone`);
  }
  const names: ReadonlySet<string> = new Set(makers.map(({ policy }) => policy));
  for (const [key, secret] of secrets) {
    const policy = labelsOf(secret)["generate.kyverno.io/policy-name"];
    if (policy === undefined || !names.has(policy) || expected.has(key)) continue;
    const [namespace = "", name = ""] = key.split("/");
    if (!model.mayStay(namespace, name)) differences.push(`left over: ${key} of ${policy}`);
  }
  for (const { namespace, name, value } of bystanders(model.namespaces)) {
    const found = secrets.get(`${namespace}/${name}`);
    if (found === undefined) differences.push(`wrongly deleted: ${namespace}/${name}`);
    else if (decode(dataOf(found)["value"]) !== value)
      differences.push(`wrongly changed: ${namespace}/${name}`);
  }
  differences.push(...(await compareTargets(client, model)));
  return differences;
};

const compareTargets = async (client: PersistentClient, model: Model): Promise<readonly string[]> => {
  const targets = await client.list(kinds.configMap, { namespace: places.targets });
  const byName = new Map(targets.map((target) => [target.metadata.name, dataOf(target)]));
  return targetNames.flatMap((name) => {
    const { stamp, mark } = byName.get(name) ?? {};
    const wrong: string[] = [];
    if (stamp !== model.stamp) wrong.push(`stale: ${name} is stamped ${stamp}, not ${model.stamp}`);
    if (mark !== model.marks.get(name))
      wrong.push(`lost edit: ${name} is marked ${mark}, not ${model.marks.get(name)}`);
    return wrong;
  });
};
