import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { sortedResults } from "#test/faults/observe/compare-reports.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, resultsOf, untilSettled, verdictsOf } from "../scan/scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "../scan/scan-cluster.ts";
import { joinScanCluster } from "../scan/shared-cluster.ts";
import { contextKinds, denies, podRule, readyOf } from "./context-world.ts";
import { evaluateOffline } from "./evaluate-offline.ts";

/** A verdict has to be in its report so long after the change. */
const freshMs = 2_000;

const teamNames = "[].metadata.labels.team | [?@ != null]";

const policiesFor = (
  namespace: string,
): readonly { readonly name: string; readonly rules: readonly object[] }[] => [
  {
    name: "from-config-map",
    rules: [
      podRule("team", namespace, {
        context: [{ name: "teams", configMap: { name: "teams", namespace } }],
        validate: denies(
          "{{ request.object.metadata.labels.team || '' }}",
          "AnyNotIn",
          "{{ parse_json(teams.data.allowed) }}",
          "team {{ request.object.metadata.labels.team }} is none of {{ teams.data.allowed }}",
        ),
      }),
    ],
  },
  {
    name: "from-api-call",
    rules: [
      podRule("few", namespace, {
        context: [
          {
            name: "pods",
            apiCall: {
              urlPath: "/api/v1/namespaces/{{ request.namespace }}/pods",
              jmesPath: "items[?length(spec.containers) >= `1`] | length(@)",
            },
          },
        ],
        validate: denies("{{ pods }}", "GreaterThan", 2, "there are {{ pods }} pods"),
      }),
    ],
  },
  {
    name: "from-variable",
    rules: [
      podRule("name", namespace, {
        context: [
          { name: "prefix", variable: { value: "{{ request.namespace }}-", default: "x" } },
          { name: "wanted", variable: { jmesPath: "join('', [prefix, 'web'])" } },
        ],
        validate: denies(
          "{{ request.object.metadata.name }}",
          "NotEquals",
          "{{ wanted }}",
          "not {{ wanted }}",
        ),
      }),
    ],
  },
  {
    name: "from-global-entry",
    rules: [
      podRule("known", namespace, {
        context: [{ name: "teams", globalReference: { name: `${namespace}.teams` } }],
        validate: denies(
          "{{ request.object.metadata.labels.team || '' }}",
          "AnyNotIn",
          "{{ teams }}",
          "of {{ teams }}",
        ),
      }),
      podRule("counted", namespace, {
        context: [{ name: "maps", globalReference: { name: namespace, jmesPath: "length(@)" } }],
        validate: denies("{{ maps }}", "LessThan", 2, "{{ maps }} maps"),
      }),
    ],
  },
  {
    name: "for-each-container",
    rules: [
      podRule("registry", namespace, {
        validate: {
          message: "an image of another registry",
          foreach: [
            {
              list: "request.object.spec.containers",
              deny: {
                conditions: {
                  any: [
                    { key: "{{ element.image }}", operator: "NotEquals", value: "registry.example.com/*" },
                  ],
                },
              },
            },
          ],
        },
      }),
    ],
  },
  {
    name: "pod-security",
    rules: [
      podRule("restricted", namespace, {
        validate: { podSecurity: { level: "restricted", version: "latest" } },
      }),
    ],
  },
  {
    name: "excepted",
    rules: [podRule("never", namespace, { validate: { message: "no pods", deny: {} } })],
  },
];

describe("rules that read more than the object", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;
  let namespace: string;
  const policies: KubeObject[] = [];
  const uids = new Map<string, string>();

  const maps = (): Promise<readonly KubeObject[]> => cluster.world.list(kinds.configMap, { namespace });
  const offline = async (uid: string): Promise<readonly string[]> => {
    const pods = await cluster.world.list(kinds.pod, { namespace });
    const object = pods.find(({ metadata }) => metadata.uid === uid);
    assert.ok(object);
    const stored = await maps();
    return sortedResults(
      evaluateOffline(policies, object, {
        objects: [...pods, ...stored],
        entries: { [namespace]: { objects: stored, projections: { teams: teamNames } } },
        exceptions: await cluster.world.list(contextKinds.exception, { namespace }),
      }),
    );
  };
  const untilAsOffline = async (uid: string, what: string): Promise<number> => {
    let [wanted, found] = [await offline(uid), [] as readonly string[]];
    try {
      const { ms } = await eventually(what, async () => {
        wanted = await offline(uid);
        found = sortedResults(resultsOf(await cluster.report(namespace, uid)));
        return JSON.stringify(found) === JSON.stringify(wanted);
      });
      return ms;
    } catch (error) {
      assert.deepEqual(found, wanted, String(error));
      throw error;
    }
  };
  const verdicts = async (name: string): Promise<readonly string[]> =>
    verdictsOf(await cluster.report(namespace, uids.get(name) ?? ""));
  const untilVerdict = async (name: string, wanted: string): Promise<number> => {
    const { ms } = await eventually(`${name} has ${wanted}`, async () =>
      (await verdicts(name)).includes(wanted),
    );
    return ms;
  };

  before(async () => {
    ({ cluster, operator } = await joinScanCluster());
    namespace = await cluster.namespace();
    const entry = { kubernetesResource: { version: "v1", resource: "configmaps", namespace } };
    await cluster.world.ensure(
      { type: contextKinds.globalEntry, name: namespace },
      { spec: { ...entry, projections: [{ name: "teams", jmesPath: teamNames }] } },
    );
    for (const team of ["a", "b"]) {
      await cluster.world.ensure(
        { type: kinds.configMap, namespace, name: `team-${team}` },
        { metadata: { labels: { team } } },
      );
    }
    await cluster.world.ensure(
      { type: kinds.configMap, namespace, name: "teams" },
      { data: { allowed: '["a"]' } },
    );
    for (const [name, team] of [
      [`${namespace}-web`, "a"],
      ["other", "c"],
    ] as const) {
      uids.set(name, await cluster.pod(namespace, name, { team }));
    }
    for (const { name, rules } of policiesFor(namespace)) {
      await cluster.policy({ name, rules });
      const stored = await cluster.world.get({ type: kinds.clusterPolicy, name });
      assert.ok(stored);
      policies.push(stored);
    }
    await untilSettled(operator);
  });

  after(async () => {
    await cluster.stop();
  });

  test("have the results and messages that the engine gives offline", async () => {
    for (const [name, uid] of uids) {
      await untilAsOffline(uid, `${name} is judged as offline`);
      const found = await verdicts(name);
      assert.equal(found.length, 8);
      assert.equal(
        found.some((verdict) => verdict.endsWith("=error")),
        false,
        found.join(" "),
      );
    }
    const passing = (await verdicts(`${namespace}-web`)).filter((verdict) => verdict.endsWith("=pass"));
    assert.deepEqual(passing, [
      "for-each-container/registry=pass",
      "from-api-call/few=pass",
      "from-config-map/team=pass",
      "from-global-entry/counted=pass",
      "from-global-entry/known=pass",
      "from-variable/name=pass",
    ]);
  });

  test("an exception that comes is in the first report within two seconds, and one that goes, too", async () => {
    const place = { type: contextKinds.exception, namespace, name: "allow" };
    await cluster.world.ensure(place, {
      spec: {
        exceptions: [{ policyName: "excepted", ruleNames: ["never"] }],
        match: { any: [{ resources: { kinds: ["Pod"], names: ["other"] } }] },
      },
    });
    const came = await untilVerdict("other", "excepted/never=skip");
    await untilAsOffline(uids.get("other") ?? "", "the exception reads as offline");
    await cluster.world.remove(place);
    const went = await untilVerdict("other", "excepted/never=fail");
    console.log(`exception: came after ${Math.round(came)} ms, went after ${Math.round(went)} ms`);
    assert.ok(came < freshMs && went < freshMs);
  });

  test("a change of an entry's data is in the first report within two seconds", async () => {
    await cluster.world.ensure(
      { type: kinds.configMap, namespace, name: "team-c" },
      { metadata: { labels: { team: "c" } } },
    );
    const ms = await untilVerdict("other", "from-global-entry/known=pass");
    console.log(`global context entry: after ${Math.round(ms)} ms`);
    assert.ok(ms < freshMs, `it took ${ms} ms`);
    for (const uid of uids.values()) await untilAsOffline(uid, "the new data read as offline");
  });

  test("a change of a ConfigMap is in the first report within two seconds", async () => {
    await cluster.world.merge(
      { type: kinds.configMap, namespace, name: "teams" },
      { data: { allowed: '["c"]' } },
    );
    const ms = await untilVerdict("other", "from-config-map/team=pass");
    assert.ok(ms < freshMs, `it took ${ms} ms`);
  });

  test("an entry says that it is ready, and when it was read", async () => {
    const { value } = await eventually("the entry is ready", () =>
      readyOf(cluster, contextKinds.globalEntry, namespace),
    );
    assert.deepEqual([value.status, value.reason, value.message], ["True", "Succeeded", "Ready"]);
    const entry = await cluster.world.get({ type: contextKinds.globalEntry, name: namespace });
    const status = entry?.["status"] as { readonly lastRefreshTime?: string; readonly ready?: boolean };
    assert.equal(status.ready, true);
    assert.ok(Date.now() - Date.parse(status.lastRefreshTime ?? "") < 300_000);
  });

  test("an entry that goes leaves errors that name it", async () => {
    await cluster.world.remove({ type: contextKinds.globalEntry, name: namespace });
    await untilVerdict("other", "from-global-entry/known=error");
    const results = resultsOf(await cluster.report(namespace, uids.get("other") ?? ""));
    const messages = results.filter(({ result }) => result === "error").map(({ message }) => message ?? "");
    assert.equal(messages.length, 2);
    for (const message of messages)
      assert.ok(message.includes(`failed to fetch entry key=${namespace}`), message);
  });
});
