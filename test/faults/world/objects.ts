import type { ResourceType } from "#api/meta/resource-type.ts";
import { parseJson } from "#kube/client/json.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { kinds } from "./kinds.ts";
import { allowedTeams } from "./policies.ts";
import { longAnnotation, malformedWidgets } from "./malformed.ts";

/** An object that is to exist. */
export interface WorldObject {
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly name: string;
  /** Without what the API server adds; labels are all in here. */
  readonly body: Readonly<Record<string, unknown>>;
}

export const worldNamespaces = ["shop", "lab", "vault", "edge"] as const;
export type WorldNamespace = (typeof worldNamespaces)[number];

const initialNamespaceLabels: Readonly<Record<WorldNamespace, Readonly<Record<string, string>>>> = {
  shop: { env: "prod" },
  lab: { env: "dev" },
  vault: { env: "prod", sealed: "yes" },
  edge: {},
};

const teams = ["red", "blue", "green", "greener", undefined] as const;

export const drawLabels = (random: SeededRandom): Readonly<Record<string, string>> => {
  const team = random.pick(teams);
  return { ...(team === undefined ? {} : { team }), ...(random.chance(0.2) ? { tier: "free" } : {}) };
};

const podSpec = (random: SeededRandom): object => ({
  containers: [
    {
      name: "main",
      image: random.chance(0.3) ? "registry.example.com/app:latest" : "registry.example.com/app:1.2.3",
      ...(random.chance(0.5)
        ? { resources: { limits: { memory: random.pick(["64Mi", "1Gi", "3Gi"]) } } }
        : {}),
    },
  ],
});

export const buildPod = (random: SeededRandom, namespace: WorldNamespace, name: string): WorldObject => ({
  type: kinds.pod,
  namespace,
  name,
  body: { metadata: { labels: drawLabels(random) }, spec: podSpec(random) },
});

export const buildConfigMap = (
  random: SeededRandom,
  namespace: WorldNamespace,
  name: string,
): WorldObject => ({
  type: kinds.configMap,
  namespace,
  name,
  body: {
    metadata: { labels: drawLabels(random) },
    data: {
      ...(random.chance(0.5) ? { owner: "somebody" } : {}),
      ...(random.chance(0.6) ? { count: random.pick(["1", "5", "many"]) } : {}),
      ...(random.chance(0.1) ? { password: "hunter2" } : {}),
    },
  },
});

export const buildWidget = (random: SeededRandom, namespace: WorldNamespace, name: string): WorldObject => ({
  type: kinds.widget,
  namespace,
  name,
  body: {
    metadata: { labels: drawLabels(random) },
    spec: {
      size: random.pick([1, 10, 500, 9_007_199_254_740_991]),
      ...(random.chance(0.5) ? { colour: "red" } : {}),
      parts: random.chance(0.5) ? [{ name: "wheel" }] : [{}],
    },
  },
});

const buildDeployment = (random: SeededRandom, namespace: WorldNamespace, name: string): WorldObject => ({
  type: kinds.deployment,
  namespace,
  name,
  body: {
    metadata: { labels: drawLabels(random) },
    spec: {
      // Its pods would come and go at the pace of controllers.
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { ...drawLabels(random), app: name } }, spec: podSpec(random) },
    },
  },
});

const buildCronJob = (random: SeededRandom, namespace: WorldNamespace, name: string): WorldObject => ({
  type: kinds.cronJob,
  namespace,
  name,
  body: {
    metadata: { labels: drawLabels(random) },
    spec: {
      schedule: "0 0 1 1 *",
      suspend: true,
      jobTemplate: {
        spec: {
          template: {
            metadata: { labels: drawLabels(random) },
            spec: { ...podSpec(random), restartPolicy: "Never" },
          },
        },
      },
    },
  },
});

const builders = [
  { build: buildPod, prefix: "pod", perNamespace: 30 },
  { build: buildConfigMap, prefix: "config", perNamespace: 20 },
  { build: buildWidget, prefix: "widget", perNamespace: 10 },
  { build: buildDeployment, prefix: "deployment", perNamespace: 4 },
  { build: buildCronJob, prefix: "cron", perNamespace: 2 },
] as const;

const malformedObjects = (): WorldObject[] => [
  ...malformedWidgets.map(({ name, body }): WorldObject => ({
    type: kinds.widget,
    namespace: "edge",
    name: `malformed-${name}`,
    body: parseJson(body) as Record<string, unknown>,
  })),
  {
    type: kinds.configMap,
    namespace: "edge",
    name: "malformed-annotation",
    body: { metadata: { annotations: { long: longAnnotation } } },
  },
];

export const namespaceObject = (
  name: WorldNamespace,
  labels: Readonly<Record<string, string>> = initialNamespaceLabels[name],
): WorldObject => ({ type: kinds.namespace, name, body: { metadata: { labels } } });

/** All objects with which a seed begins; the same for the same draws. */
export const initialObjects = (random: SeededRandom): readonly WorldObject[] => [
  ...worldNamespaces.map((name) => namespaceObject(name)),
  ...worldNamespaces.flatMap((namespace) =>
    builders.flatMap(({ build, prefix, perNamespace }) =>
      Array.from({ length: perNamespace }, (_, index) => build(random, namespace, `${prefix}-${index}`)),
    ),
  ),
  ...malformedObjects(),
  { type: kinds.configMap, ...allowedTeams, body: { data: { teams: '["red","green"]' } } },
];
