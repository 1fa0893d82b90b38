import { decodeMeta } from "#api/meta/object-meta.ts";
import { apiVersionOf, resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { startInterval } from "#controllers/runtime/schedule.ts";
import { createTtlController, mayDeleteEverywhere } from "#controllers/ttl/ttl-controller.ts";
import type { TtlObserver } from "#controllers/ttl/ttl-controller.ts";
import type { TtlEntry } from "#controllers/ttl/ttl-table.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { PolicyReference } from "#kube/events/scan-events.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { createPartRecorder } from "./event-recorder.ts";
import type { DeletingPartContext, Part, PartContext } from "./part.ts";
import { createRightsWatch } from "./rights-watch.ts";

/** Rights that nobody tells of are asked for again after this time. */
const recheckMs = 300_000;

/** As Kyverno's dashboards know it. */
const ttlControllerName = "ttl-controller";

type NamespaceMarks = Readonly<Record<"labels" | "annotations", Readonly<Record<string, string>>>>;

/** Starts the deletion of objects whose label gives them a time to live. */
export function startTtl(context: DeletingPartContext, parts: Part[], clock: Clock = systemClock): void {
  const { client, discovery, settings, startSettings, log, signal } = context;
  const { metrics } = context.metrics;
  const recorder = createPartRecorder(context);
  const namespaces = new Map<string, NamespaceMarks>();
  const namespaceType = discovery.types().find(({ group, kind }) => group === "" && kind === "Namespace");
  const namespaceSource =
    namespaceType &&
    context.openSource({ type: namespaceType, metadataOnly: true }, followNamespaces(namespaces));
  const controller = createTtlController({
    client,
    clock,
    ownNamespace: startSettings.namespace,
    namespaceOf: (name) => namespaces.get(name),
    concurrency: startSettings.cleanupConcurrency,
    signal,
    openSource: context.openSource,
    types: () => discovery.types(),
    scope: () => ({ kinds: startSettings.ttlKinds, namespaces: settings.current().ttlNamespaces }),
    mayDelete: async (type) => {
      try {
        return await mayDeleteEverywhere(client, type, signal);
      } catch (error) {
        if (!signal.aborted)
          log.warn("cannot ask for the right to delete", { kind: resourceTypeKey(type), error });
        return false;
      }
    },
    observer: createTtlObserver(context, recorder),
    ...(context.journal === undefined ? {} : { journal: context.journal }),
  });

  metrics.ttlPending.read(() => [{ labels: {}, value: controller.table.pending }]);
  metrics.ttlInvalid.read(() => [{ labels: {}, value: controller.table.invalid }]);
  metrics.ttlInfo.read(() => controller.watched().map((type) => ({ labels: typeLabels(type), value: 1 })));
  metrics.ttlKindsDegraded.read(() =>
    controller
      .degraded()
      .map(({ type, reason }) => ({ labels: { resource: resourceTypeKey(type), reason }, value: 1 })),
  );

  const rights = createRightsWatch({
    openSource: context.openSource,
    types: () => discovery.types(),
    clock,
    onChange: () => controller.kindsChanged(),
  });
  rights.begin();
  const rechecks = startInterval({
    intervalMs: recheckMs,
    run: () => Promise.resolve(controller.kindsChanged()),
    clock,
    random: Math.random,
    log,
  });
  const unsubscribe = discovery.onChange(() => controller.kindsChanged());
  parts.push({
    async stop() {
      unsubscribe();
      await Promise.all([rechecks.stop(), rights.stop(), namespaceSource?.stop()]);
      await controller.stop();
      await recorder.stop();
    },
  });
  log.info("ttl started");
}

function typeLabels({ group, version, resource }: ResourceType) {
  return { resource_group: group, resource_version: version, resource_resource: resource };
}

/** Keeps labels and annotations of the namespaces that exist. */
function followNamespaces(namespaces: Map<string, NamespaceMarks>): SourceHandlers {
  let listed = new Set<string>();
  const take = (object: unknown): void => {
    const meta = decodeMeta(object);
    if (meta === undefined) return;
    listed.add(meta.name);
    namespaces.set(meta.name, { labels: meta.labels, annotations: meta.annotations });
  };
  return {
    onListStart: () => {
      listed = new Set();
    },
    onPage: (objects) => {
      for (const object of objects) take(object);
      return Promise.resolve();
    },
    onEvent: (type, object) => {
      if (type === "DELETED") namespaces.delete(object.metadata.name);
      else take(object);
      return Promise.resolve();
    },
    onSynced: () => {
      for (const name of namespaces.keys()) if (!listed.has(name)) namespaces.delete(name);
      return Promise.resolve();
    },
    onState: () => {},
  };
}

function createTtlObserver({ metrics: page, log }: PartContext, recorder: EventRecorder): TtlObserver {
  const { metrics } = page;
  const labelsOf = (type: ResourceType, namespace: string) => ({
    ...typeLabels(type),
    resource_namespace: namespace,
  });
  const tell = (regarding: PolicyReference, note: string, budget = regarding): void =>
    recorder.record({
      policy: budget,
      namespace: regarding.namespace ?? "",
      events: [{ controller: "kyverno-cleanup", regarding, reason: "PolicyError", action: "None", note }],
    });
  return {
    deleted({ type, namespace, name }, latenessMs) {
      metrics.ttlDeleted.inc(labelsOf(type, namespace));
      metrics.controllerReconciles.inc({ controller_name: ttlControllerName });
      metrics.ttlLateness.observe({}, Math.max(0, latenessMs) / 1000);
      log.info("deleted, its time to live is over", { kind: type.kind, namespace, name });
    },
    protected({ type, namespace, name }, reason) {
      log.info("its time to live is over, but it stays", { kind: type.kind, namespace, name, reason });
    },
    failed(entry, error) {
      const { type, namespace, name } = entry;
      metrics.ttlErrors.inc(labelsOf(type, namespace));
      const what = error instanceof Error ? error.message : String(error);
      // Thousands may fail for one reason: they share one budget in each namespace.
      tell(referenceOf(entry), `its time to live is over, but it cannot be deleted: ${what}`, labelAsPolicy);
      log.warn("cannot be deleted although its time to live is over, trying again", {
        kind: type.kind,
        namespace,
        name,
        error,
      });
    },
    invalid(type, { name, namespace, uid }, problem) {
      log.warn("time to live cannot be read", { kind: type.kind, namespace, name, problem });
      tell(
        referenceOf({ type, name, namespace: namespace ?? "", uid }),
        `label cleanup.kyverno.io/ttl: ${problem}`,
      );
    },
  };
}

/** The budget of Events that all objects share; no object has this uid. */
const labelAsPolicy = { apiVersion: "v1", kind: "Label", name: "cleanup.kyverno.io/ttl", uid: "ttl" };

function referenceOf({
  type,
  namespace,
  name,
  uid,
}: Pick<TtlEntry, "type" | "namespace" | "name" | "uid">): PolicyReference {
  const within = namespace === "" ? {} : { namespace };
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...within, name, uid };
}
