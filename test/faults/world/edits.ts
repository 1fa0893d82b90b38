import type { ResourceType } from "#api/meta/resource-type.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { withMark } from "./content-mark.ts";
import { kinds } from "./kinds.ts";
import { buildConfigMap, buildPod, buildWidget, drawLabels, worldNamespaces } from "./objects.ts";
import type { WorldObject } from "./objects.ts";
import type { PersistentClient } from "./persistent-client.ts";
import { allowedTeams, initialPolicies, policyVariants } from "./policies.ts";
import { policyObject } from "./reset-world.ts";

/** One change of the world, as text and as what does it. */
export interface Edit {
  readonly what: string;
  /** The kind of what is edited. */
  readonly type: ResourceType;
  /** `touched` is told of reports that are changed by hand. */
  apply(client: PersistentClient, touched: (uid: string) => void): Promise<void>;
}

const textOf = ({ type, namespace, name }: Pick<WorldObject, "type" | "namespace" | "name">): string =>
  `${type.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

/** So much of an annotation that a reset finds out what was changed. */
const edited = { "faults.example.com/content": "edited" };

const createObject = (random: SeededRandom, index: number): Edit => {
  const namespace = random.pick(worldNamespaces);
  const build = random.pick([buildPod, buildConfigMap, buildWidget]);
  const { body, ...place } = build(random, namespace, `new-${index}`);
  return {
    what: `create ${textOf(place)}`,
    type: place.type,
    apply: (client) => client.recreate(place, withMark(body)),
  };
};

const drawPlace = (random: SeededRandom): Pick<WorldObject, "type" | "namespace" | "name"> => {
  const namespace = random.pick(worldNamespaces);
  const { type, prefix, count } = random.pick([
    { type: kinds.pod, prefix: "pod", count: 30 },
    { type: kinds.configMap, prefix: "config", count: 20 },
    { type: kinds.widget, prefix: "widget", count: 10 },
    { type: kinds.deployment, prefix: "deployment", count: 4 },
    { type: kinds.cronJob, prefix: "cron", count: 2 },
  ]);
  return { type, namespace, name: `${prefix}-${random.between(0, count - 1)}` };
};

const relabel = (random: SeededRandom): Edit => {
  const place = drawPlace(random);
  const labels = { team: null, tier: null, ...drawLabels(random) };
  return {
    what: `label ${textOf(place)} ${JSON.stringify(labels)}`,
    type: place.type,
    apply: async (client) => {
      await client.merge(place, { metadata: { labels, annotations: edited } });
    },
  };
};

const removeObject = (random: SeededRandom): Edit => {
  const place = drawPlace(random);
  return { what: `delete ${textOf(place)}`, type: place.type, apply: (client) => client.remove(place) };
};

const recreateObject = (random: SeededRandom): Edit => {
  const namespace = random.pick(worldNamespaces);
  const { body, ...place } = buildPod(random, namespace, `pod-${random.between(0, 29)}`);
  return {
    what: `recreate ${textOf(place)}`,
    type: place.type,
    apply: (client) => client.recreate(place, withMark(body)),
  };
};

const touchStatus = (random: SeededRandom): Edit => {
  const place = drawPlace(random);
  const value = String(random.between(0, 1_000_000));
  return {
    what: `annotate ${textOf(place)}`,
    type: place.type,
    apply: async (client) => {
      await client.merge(place, { metadata: { annotations: { ...edited, touched: value } } });
    },
  };
};

const labelNamespace = (random: SeededRandom): Edit => {
  const name = random.pick(worldNamespaces);
  const env = random.pick(["prod", "dev", null]);
  return {
    what: `label Namespace ${name} env=${env}`,
    type: kinds.namespace,
    apply: async (client) => {
      await client.merge({ type: kinds.namespace, name }, { metadata: { labels: { env } } });
    },
  };
};

const allowTeams = (random: SeededRandom): Edit => {
  const teams = JSON.stringify(["red", "blue", "green"].filter(() => random.chance(0.5)));
  return {
    what: `allow the teams ${teams}`,
    type: kinds.configMap,
    apply: async (client) => {
      const place = { type: kinds.configMap, ...allowedTeams };
      await client.merge(place, { metadata: { annotations: edited }, data: { teams } });
    },
  };
};

const putPolicy = (random: SeededRandom): Edit => {
  const policy = random.pick([...policyVariants, ...initialPolicies]);
  const { body, ...place } = policyObject(policy);
  return {
    what: `put ${textOf(place)} ${JSON.stringify(policy.metadata.annotations ?? {})}`,
    type: place.type,
    apply: (client) => client.replace(place, withMark(body)),
  };
};

const removePolicy = (random: SeededRandom): Edit => {
  const { body: _, ...place } = policyObject(random.pick(initialPolicies));
  return { what: `delete ${textOf(place)}`, type: place.type, apply: (client) => client.remove(place) };
};

/** A result of which our source and a policy of ours are said. */
const forged = {
  source: "kyverno",
  policy: "need-team",
  rule: "has-team",
  result: "pass",
  message: "by hand",
};

const spoilReport = (random: SeededRandom): Edit => {
  const place = drawPlace(random);
  const how = random.pick(["delete", "empty", "change"] as const);
  return {
    what: `${how} the report of ${textOf(place)}`,
    type: place.type,
    apply: async (client, touched) => {
      const owner = await client.get(place);
      if (owner === undefined) return;
      const { uid } = owner.metadata;
      touched(uid);
      const report = {
        type: kinds.report,
        name: uid,
        ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
      };
      if (how === "delete") await client.remove(report);
      else if (how === "empty") await client.merge(report, { results: [], summary: { pass: 7 } });
      else await client.merge(report, { results: [forged] });
    },
  };
};

const kindsOfEdits = [
  { share: 5, build: relabel },
  { share: 3, build: createObject },
  { share: 2, build: removeObject },
  { share: 2, build: recreateObject },
  { share: 2, build: touchStatus },
  { share: 1, build: labelNamespace },
  { share: 1, build: allowTeams },
  { share: 2, build: putPolicy },
  { share: 1, build: removePolicy },
  { share: 1, build: spoilReport },
] as const;

const deck = kindsOfEdits.flatMap(({ share, build }) => Array.from({ length: share }, () => build));

/** So many changes, the same for the same draws. */
export const drawEdits = (random: SeededRandom, count: number): readonly Edit[] =>
  Array.from({ length: count }, (_, index) => random.pick(deck)(random, index));

/** A policy edit that concerns many objects, so that a pass goes on for a while. */
export const drawPolicyEdit = (random: SeededRandom): Edit => {
  const { body, ...place } = policyObject(random.pick(policyVariants.slice(0, 2)));
  return {
    what: `put ${textOf(place)}`,
    type: place.type,
    apply: (client) => client.replace(place, withMark(body)),
  };
};
