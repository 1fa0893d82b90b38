import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type {
  ContextAnswer,
  ContextRequest,
  ContextSource,
  PermissionScope,
} from "#engine/context/context-source.ts";
import type { CloneSources, SourceAnswer, SourceRequest } from "#engine/generate/clone-sources.ts";
import { compileLabelSelector } from "#engine/match/label-selector.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import type {
  TargetAnswer,
  TargetObject,
  TargetSelector,
  TargetSource,
} from "#engine/mutate/mutation-target.ts";
import { matchesWildcard } from "#engine/values/wildcard.ts";
import type { Json } from "#engine/values/json.ts";
import type { Broker } from "#kube/broker/create-broker.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";

import type { Needs } from "../judge.ts";
import { labelsOf } from "../resources/labels-of.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { clusterResource } from "./cluster-resource.ts";
import { createMemo } from "./memo.ts";

/** What policies read of a cluster beside the object at hand. One scan reads each thing once. */
export interface ClusterInputs {
  readonly context: ContextSource;
  readonly targets: TargetSource;
  readonly cloneSources: CloneSources;
  /** Loads what policies wait for; what cannot be had is an answer too. */
  load(needs: readonly Needs[]): Promise<void>;
}

export interface ClusterInputsOptions {
  readonly client: KubeClient;
  readonly broker: Broker;
  readonly served: readonly ResourceType[];
}

const maxAnswers = 2000;
/** Existing objects that one rule may name at once. */
const maxTargets = 10_000;

/** Reads the cluster on behalf of policies: calls through the broker, existing objects by lists. */
export function createClusterInputs({ client, broker, served }: ClusterInputsOptions): ClusterInputs {
  const answers = createMemo<ContextAnswer>(maxAnswers);
  const targets = createMemo<TargetAnswer>(maxAnswers);
  const sources = createMemo<SourceAnswer>(maxAnswers);

  const loadAnswer = async (request: ContextRequest, scope: PermissionScope): Promise<ContextAnswer> => {
    const answer = await broker.load(request, scope);
    return answer.kind === "value" ? { kind: "value", value: answer.value as Json } : answer;
  };

  const loadTargets = async (selector: TargetSelector): Promise<TargetAnswer> => {
    try {
      return { kind: "objects", objects: await findTargets(client, served, selector) };
    } catch (error) {
      return { kind: "failed", message: (error as Error).message };
    }
  };

  const loadSources = async (request: SourceRequest): Promise<SourceAnswer> => {
    try {
      const objects = await findSources(client, served, request);
      return { kind: "objects", objects: objects.map(({ object }) => object) };
    } catch (error) {
      return { kind: "failed", message: (error as Error).message };
    }
  };

  return {
    context: {
      lookUp: (request, scope) => answers.get(keyOf(scope, request)) ?? { kind: "pending" },
    },
    targets: { find: (selector, scope) => targets.get(keyOf(scope, selector)) ?? { kind: "pending" } },
    cloneSources: { find: (request, scope) => sources.get(keyOf(scope, request)) ?? { kind: "pending" } },
    async load(needs) {
      const loads = needs.flatMap(({ scope, requests, selectors, sources: wanted }) => [
        ...requests.map((request) => answers.ensure(keyOf(scope, request), () => loadAnswer(request, scope))),
        ...selectors.map((selector) => targets.ensure(keyOf(scope, selector), () => loadTargets(selector))),
        ...wanted.map((request) => sources.ensure(keyOf(scope, request), () => loadSources(request))),
      ]);
      await Promise.all(loads);
    },
  };
}

/** Answers are never shared between policies: what one may read is not for the other. */
function keyOf({ policyKind, policyNamespace = "", policyName }: PermissionScope, question: object): string {
  return JSON.stringify([policyKind, policyNamespace, policyName, question]);
}

async function findTargets(
  client: KubeClient,
  served: readonly ResourceType[],
  { kind, namespace, name, selector }: TargetSelector,
): Promise<readonly TargetObject[]> {
  const types = served.filter(({ group, version, kind: served, resource, preferred, verbs }) => {
    const parent = matchesKind({ ...kind, subresource: "" }, { group, version, kind: served }, "");
    return parent && !resource.includes("/") && verbs.includes("list") && (preferred || kind.version !== "*");
  });
  const selects = selector === undefined ? () => true : compileLabelSelector(selector);
  const found: TargetObject[] = [];
  for (const type of types) {
    const within = type.namespaced && namespace !== "" && !/[*?]/.test(namespace) ? { namespace } : {};
    await fetchPages(client, { type, ...within }, async (objects) => {
      for (const one of objects.map((object) => clusterResource(object, type))) {
        if (namespace !== "" && !matchesWildcard(namespace, one.namespace)) continue;
        if (name !== "" && !matchesWildcard(name, one.name)) continue;
        if (selects(labelsOf(one.object))) found.push({ object: one.object, subresource: kind.subresource });
      }
      if (found.length > maxTargets) throw new Error(`a rule names more than ${maxTargets} existing objects`);
      await Promise.resolve();
    });
  }
  return found;
}

async function findSources(
  client: KubeClient,
  served: readonly ResourceType[],
  request: SourceRequest,
): Promise<readonly ScanResource[]> {
  const type = served.find(
    (one) =>
      apiVersionOf(one) === request.apiVersion && one.kind === request.kind && !one.resource.includes("/"),
  );
  if (type === undefined) throw new Error(`the cluster does not serve ${request.apiVersion} ${request.kind}`);
  const within = type.namespaced && request.namespace !== "" ? { namespace: request.namespace } : {};
  if (request.request === "object") {
    try {
      return [clusterResource(await client.get(type, { ...within, name: request.name }), type)];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
  const { selector } = request;
  const selects = selector === undefined ? () => true : compileLabelSelector(selector);
  const found: ScanResource[] = [];
  await fetchPages(client, { type, ...within }, async (objects) => {
    const all = objects.map((object) => clusterResource(object, type));
    found.push(...all.filter(({ object }) => selects(labelsOf(object))));
    await Promise.resolve();
  });
  return found;
}
