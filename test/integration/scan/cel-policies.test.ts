import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, resultsOf, untilSettled } from "./scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "./scan-cluster.ts";
import { joinScanCluster } from "./shared-cluster.ts";

/** A verdict has to be in its report so long after the change. */
const freshMs = 2_000;

const typeOf = (group: string, kind: string, resource: string, namespaced: boolean): ResourceType => ({
  ...kinds.pod,
  group,
  kind,
  resource,
  namespaced,
});
const policies = "policies.kyverno.io";
const vpol = typeOf(policies, "ValidatingPolicy", "validatingpolicies", false);
const nvpol = typeOf(policies, "NamespacedValidatingPolicy", "namespacedvalidatingpolicies", true);
const exception = typeOf(policies, "PolicyException", "policyexceptions", true);
const admission = "admissionregistration.k8s.io";
const vap = typeOf(admission, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false);
const binding = typeOf(
  admission,
  "ValidatingAdmissionPolicyBinding",
  "validatingadmissionpolicybindings",
  false,
);

const pods = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
};
const reported = { labels: { "reports.kyverno.io/enabled": "true" } };

/** Wants a label on pods of a namespace. */
const wanting = (namespace: string, label: string): object => ({
  matchConstraints: pods,
  matchConditions: [{ name: "here", expression: `object.metadata.namespace == '${namespace}'` }],
  validations: [
    {
      expression: `has(object.metadata.labels) && has(object.metadata.labels.${label})`,
      message: `${label} is missing`,
    },
  ],
});

interface PolicyStatus {
  readonly conditionStatus?: { readonly ready?: boolean };
  readonly autogen?: { readonly configs?: object };
}

describe("CEL policies in the scan", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;

  /** Waits for results as `source policy rule=result: message`, and gives the ms that it took. */
  const untilResults = async (namespace: string, uid: string, ...wanted: readonly string[]) => {
    let last: readonly string[] = [];
    try {
      return await eventually("the report is as wanted", async () => {
        last = resultsOf(await cluster.report(namespace, uid))
          .map(
            ({ source = "", policy, rule = "", result = "", message = "" }) =>
              `${source} ${policy} ${rule}=${result}: ${message}`,
          )
          .sort();
        return JSON.stringify(last) === JSON.stringify(wanted) || undefined;
      });
    } catch (error) {
      throw new Error(`the report of ${uid} has ${JSON.stringify(last)}`, { cause: error });
    }
  };

  before(async () => {
    ({ cluster, operator } = await joinScanCluster());
    await cluster.grant("cel-inputs", [
      { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
    ]);
  });

  after(async () => {
    await cluster.stop();
  });

  test("a ValidatingPolicy and a change of it show within two seconds, compiled once for each content", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web", { team: "a" });
    const place = { type: vpol, name: "labels" };
    const compiled = (): Promise<number> => operator.metric("rearguard_policy_compilations_total");
    const compiledBefore = await compiled();
    await cluster.world.replace(place, { spec: wanting(namespace, "owner") });
    const first = await untilResults(
      namespace,
      uid,
      "KyvernoValidatingPolicy labels =fail: owner is missing",
    );
    assert.ok(first.ms < freshMs, `the first verdict took ${first.ms} ms`);
    await cluster.world.replace(place, { spec: wanting(namespace, "team") });
    const second = await untilResults(namespace, uid, "KyvernoValidatingPolicy labels =pass: success");
    assert.ok(second.ms < freshMs, `the new verdict took ${second.ms} ms`);
    // Neither labels of its own nor objects make a policy compile again.
    await cluster.world.merge(place, { metadata: { labels: { note: "a" } } });
    const other = await cluster.pod(namespace, "other");
    await untilResults(namespace, other, "KyvernoValidatingPolicy labels =fail: team is missing");
    const status = await eventually("the policy is ready", async () => {
      const stored = (await cluster.world.get(place))?.["status"] as PolicyStatus | undefined;
      return stored?.conditionStatus?.ready === true ? stored : undefined;
    });
    assert.deepEqual(Object.keys(status.value.autogen?.configs ?? {}).sort(), ["cronjobs", "defaults"]);
    // Nor does its status.
    assert.equal((await compiled()) - compiledBefore, 2);
    await cluster.world.remove(place);
    await eventually("the report is gone", async () => (await cluster.report(namespace, uid)) === undefined);
  });

  test("a NamespacedValidatingPolicy reaches its own namespace and nothing else", async () => {
    const [own, foreign] = [await cluster.namespace(), await cluster.namespace()];
    const inside = await cluster.pod(own, "web");
    const outside = await cluster.pod(foreign, "web");
    const spec = { matchConstraints: pods, validations: [{ expression: "false", message: "no" }] };
    await cluster.world.replace({ type: nvpol, namespace: own, name: "local" }, { spec });
    const rule = { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] };
    const everything = { ...spec, matchConstraints: { resourceRules: [rule] } };
    await cluster.world.replace({ type: nvpol, namespace: own, name: "wide" }, { spec: everything });
    await untilResults(
      own,
      inside,
      `KyvernoValidatingPolicy ${own}/local =fail: no`,
      `KyvernoValidatingPolicy ${own}/wide =fail: no`,
    );
    await untilSettled(operator);
    assert.equal(await cluster.report(foreign, outside), undefined);
    assert.deepEqual(await cluster.world.list(kinds.clusterReport), []);
    for (const name of ["local", "wide"]) await cluster.world.remove({ type: nvpol, namespace: own, name });
  });

  test("an exception that comes and goes shows in the report", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web");
    await cluster.world.replace({ type: vpol, name: "strict" }, { spec: wanting(namespace, "owner") });
    await untilResults(namespace, uid, "KyvernoValidatingPolicy strict =fail: owner is missing");
    const place = { type: exception, namespace, name: "legacy" };
    await cluster.world.replace(place, {
      spec: {
        policyRefs: [{ name: "strict", kind: "ValidatingPolicy" }],
        matchConditions: [{ name: "web", expression: "object.metadata.name == 'web'" }],
      },
    });
    const excepted = await untilResults(
      namespace,
      uid,
      `KyvernoValidatingPolicy strict exception=skip: rule is skipped due to policy exception: ${namespace}/legacy`,
    );
    assert.ok(excepted.ms < freshMs, `the exception took ${excepted.ms} ms`);
    await cluster.world.remove(place);
    await untilResults(namespace, uid, "KyvernoValidatingPolicy strict =fail: owner is missing");
    await cluster.world.remove({ type: vpol, name: "strict" });
  });

  test("labels of the Namespace that expressions read are followed", async () => {
    const namespace = await cluster.namespace({ tier: "gold" });
    const uid = await cluster.pod(namespace, "web");
    const spec = {
      ...wanting(namespace, "owner"),
      validations: [
        { expression: "namespaceObject.metadata.labels.tier == 'silver'", message: "not silver" },
      ],
    };
    await cluster.world.replace({ type: vpol, name: "tier" }, { spec });
    await untilResults(namespace, uid, "KyvernoValidatingPolicy tier =fail: not silver");
    await cluster.world.merge(
      { type: kinds.namespace, name: namespace },
      { metadata: { labels: { tier: "silver" } } },
    );
    const changed = await untilResults(namespace, uid, "KyvernoValidatingPolicy tier =pass: success");
    assert.ok(changed.ms < freshMs, `the new verdict took ${changed.ms} ms`);
    await cluster.world.remove({ type: vpol, name: "tier" });
  });

  test("one that does not compile is an error beside others that work", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web");
    const broken = {
      matchConstraints: {
        ...pods,
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      },
      validations: [{ expression: "object.metadata.name ==" }],
    };
    await cluster.world.replace({ type: vpol, name: "works" }, { spec: wanting(namespace, "owner") });
    await cluster.world.replace({ type: vpol, name: "broken" }, { spec: broken });
    await eventually("both have results", async () => {
      const verdicts = resultsOf(await cluster.report(namespace, uid)).map(
        ({ policy, result }) => `${policy}=${result}`,
      );
      return verdicts.sort().join() === "broken=error,works=fail";
    });
    for (const name of ["works", "broken"]) await cluster.world.remove({ type: vpol, name });
  });

  test("a ValidatingAdmissionPolicy is judged where it is labelled, under its binding and by its parameters", async () => {
    const namespace = await cluster.namespace({ judged: "yes" });
    const uid = await cluster.pod(namespace, "web");
    const limits = { type: kinds.configMap, namespace, name: "limits" };
    await cluster.world.replace(limits, { data: { name: "other" } });
    await cluster.world.replace(
      { type: vap, name: "names" },
      {
        metadata: reported,
        spec: {
          failurePolicy: "Ignore",
          paramKind: { apiVersion: "v1", kind: "ConfigMap" },
          matchConstraints: pods,
          validations: [{ expression: "object.metadata.name == params.data.name", message: "wrong name" }],
        },
      },
    );
    const spec = {
      policyName: "names",
      validationActions: ["Audit"],
      paramRef: { name: "limits", namespace, parameterNotFoundAction: "Deny" },
      matchResources: { namespaceSelector: { matchLabels: { judged: "yes" } } },
    };
    await cluster.world.replace({ type: binding, name: "names-here" }, { spec });
    await untilResults(namespace, uid, "ValidatingAdmissionPolicy names names=fail: wrong name");
    await cluster.world.merge(limits, { data: { name: "web" } });
    const changed = await untilResults(namespace, uid, "ValidatingAdmissionPolicy names names=pass: ");
    assert.ok(changed.ms < freshMs, `the new parameters took ${changed.ms} ms`);
    await cluster.world.remove(limits);
    await untilResults(namespace, uid, "ValidatingAdmissionPolicy names names=error: no params found");
    await cluster.world.merge(
      { type: vap, name: "names" },
      { metadata: { labels: { [Object.keys(reported.labels)[0] ?? ""]: null } } },
    );
    await eventually("the report is gone", async () => (await cluster.report(namespace, uid)) === undefined);
    await cluster.world.remove({ type: binding, name: "names-here" });
    await cluster.world.remove({ type: vap, name: "names" });
  });
});
