import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { eventually, resultsOf, untilSettled, verdictsOf, wantLabel } from "./scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "./scan-cluster.ts";
import { joinScanCluster } from "./shared-cluster.ts";

/** A verdict has to be in its report so long after the change. */
const freshMs = 2_000;

describe("changes show in reports", () => {
  let cluster: ScanCluster;
  let operator: ScanOperator;

  const untilVerdicts = (namespace: string | undefined, uid: string, wanted: readonly string[]) =>
    eventually(`${uid} has ${wanted.join(" ")}`, async () => {
      const report = await cluster.report(namespace, uid);
      return JSON.stringify(verdictsOf(report)) === JSON.stringify(wanted) ? (report ?? true) : false;
    });
  const untilGone = (namespace: string, uid: string) =>
    eventually(`the report ${uid} is gone`, async () => (await cluster.report(namespace, uid)) === undefined);

  before(async () => {
    ({ cluster, operator } = await joinScanCluster());
  });

  after(async () => {
    await cluster.stop();
  });

  test("a change of an object is in its report within two seconds, and costs one write", async () => {
    const namespace = await cluster.namespace();
    await cluster.policy({
      name: "team",
      rules: [wantLabel("team", ["Pod"], "team", { namespaces: [namespace] })],
    });
    await untilSettled(operator);
    const uid = await cluster.pod(namespace, "web");
    const created = await untilVerdicts(namespace, uid, ["team/team=fail"]);
    assert.ok(created.ms < freshMs, `the first verdict took ${created.ms} ms`);
    await cluster.world.merge(
      { type: kinds.pod, namespace, name: "web" },
      { metadata: { labels: { team: "a" } } },
    );
    const changed = await untilVerdicts(namespace, uid, ["team/team=pass"]);
    assert.ok(changed.ms < freshMs, `the new verdict took ${changed.ms} ms`);
    const report = await cluster.report(namespace, uid);
    assert.equal(report?.metadata["generation"], 2);
  });

  test("an object that goes takes its report with it", async () => {
    const namespace = await cluster.namespace();
    await cluster.policy({
      name: "gone",
      rules: [wantLabel("gone", ["Pod"], "x", { namespaces: [namespace] })],
    });
    const uid = await cluster.pod(namespace, "web");
    await untilVerdicts(namespace, uid, ["gone/gone=fail"]);
    await cluster.world.remove({ type: kinds.pod, namespace, name: "web" });
    await untilGone(namespace, uid);
  });

  test("an edited policy is judged anew and a deleted one leaves the reports", async () => {
    const namespace = await cluster.namespace();
    const only = { namespaces: [namespace] };
    const uid = await cluster.pod(namespace, "web", { team: "a" });
    await cluster.policy({ name: "kept", rules: [wantLabel("kept", ["Pod"], "team", only)] });
    await cluster.policy({ name: "edited", rules: [wantLabel("first", ["Pod"], "team", only)] });
    await untilVerdicts(namespace, uid, ["edited/first=pass", "kept/kept=pass"]);
    const edited = [wantLabel("second", ["Pod"], "team", { ...only, value: "b" })];
    await cluster.policy({ name: "edited", rules: edited });
    await untilVerdicts(namespace, uid, ["edited/second=fail", "kept/kept=pass"]);
    await cluster.policy({
      name: "edited",
      annotations: { "policies.kyverno.io/scored": "false" },
      rules: edited,
    });
    await untilVerdicts(namespace, uid, ["edited/second=warn", "kept/kept=pass"]);
    await cluster.policy({ name: "edited", labels: { "reports.kyverno.io/disabled": "" }, rules: edited });
    await untilVerdicts(namespace, uid, ["kept/kept=pass"]);
    await cluster.world.remove({ type: kinds.clusterPolicy, name: "kept" });
    await untilGone(namespace, uid);
  });

  test("a policy of a namespace judges that namespace only", async () => {
    const [inside, outside] = [await cluster.namespace(), await cluster.namespace()];
    const [judged, other] = [await cluster.pod(inside, "web"), await cluster.pod(outside, "web")];
    await cluster.policy({
      name: "everywhere",
      rules: [wantLabel("e", ["Pod"], "x", { namespaces: [inside, outside] })],
    });
    await cluster.policy({
      kind: "Policy",
      namespace: inside,
      name: "here",
      rules: [wantLabel("h", ["Pod"], "x")],
    });
    await untilVerdicts(inside, judged, ["everywhere/e=fail", `${inside}/here/h=fail`].sort());
    await untilVerdicts(outside, other, ["everywhere/e=fail"]);
  });

  test("labels of a namespace change what is judged in it", async () => {
    const namespace = await cluster.namespace({ tier: "test" });
    const uid = await cluster.pod(namespace, "web");
    await cluster.policy({
      name: "by-label",
      rules: [wantLabel("selected", ["Pod"], "x", { selector: { matchLabels: { tier: "gold" } } })],
    });
    await untilSettled(operator);
    assert.equal(await cluster.report(namespace, uid), undefined);
    const place = { type: kinds.namespace, name: namespace };
    await cluster.world.merge(place, { metadata: { labels: { tier: "gold" } } });
    await untilVerdicts(namespace, uid, ["by-label/selected=fail"]);
    await cluster.world.merge(place, { metadata: { labels: { tier: null } } });
    await untilGone(namespace, uid);
  });

  test("a report that was edited by hand is repaired, one that was deleted comes back", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web");
    await cluster.policy({
      name: "repaired",
      rules: [wantLabel("r", ["Pod"], "x", { namespaces: [namespace] })],
    });
    await untilVerdicts(namespace, uid, ["repaired/r=fail"]);
    const place = { type: kinds.report, namespace, name: uid };
    const forged = { source: "kyverno", policy: "repaired", rule: "r", result: "pass", message: "by hand" };
    await cluster.world.merge(place, { results: [forged], summary: { pass: 1, fail: 0 } });
    const { value } = await untilVerdicts(namespace, uid, ["repaired/r=fail"]);
    assert.deepEqual((value as { summary?: unknown }).summary, {
      pass: 0,
      fail: 1,
      warn: 0,
      error: 0,
      skip: 0,
    });
    await cluster.world.remove(place);
    await untilVerdicts(namespace, uid, ["repaired/r=fail"]);
  });

  test("a report of another tool is never touched, not even under the name of one of ours", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web");
    const beside = await cluster.pod(namespace, "beside");
    const places = [uid, "somebody-elses"].map((name) => ({ type: kinds.report, namespace, name }));
    const body = {
      results: [{ source: "kyverno", policy: "theirs", rule: "t", result: "pass" }],
      summary: { pass: 1 },
    };
    for (const place of places) await cluster.world.ensure(place, body);
    const versions = async () =>
      Promise.all(places.map(async (place) => (await cluster.world.get(place))?.metadata.resourceVersion));
    const untouched = await versions();
    await cluster.policy({
      name: "theirs",
      rules: [wantLabel("t", ["Pod"], "x", { namespaces: [namespace] })],
    });
    await untilVerdicts(namespace, beside, ["theirs/t=fail"]);
    await cluster.world.remove({ type: kinds.clusterPolicy, name: "theirs" });
    await untilGone(namespace, beside);
    assert.deepEqual(await versions(), untouched);
  });

  test("a policy that cannot be evaluated affects only itself", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web");
    const match = { any: [{ resources: { kinds: ["Pod"], namespaces: [namespace] } }] };
    const deny = (key: string): object => ({
      message: "no",
      deny: { conditions: { any: [{ key, operator: "Equals", value: "x" }] } },
    });
    await cluster.policy({
      name: "not-compiling",
      rules: [
        { name: "broken", match, validate: { message: "no", deny: { conditions: "nonsense" } } },
        { name: "unreadable", match, validate: deny("{{ request.object.[ }}") },
        { name: "sound", match, validate: deny("{{ request.object.metadata.name }}") },
      ],
    });
    await cluster.policy({
      name: "breaking",
      rules: [{ name: "b", match, validate: deny("{{ to_upper(`7`) }}") }],
    });
    await cluster.policy({
      name: "working",
      rules: [wantLabel("w", ["Pod"], "x", { namespaces: [namespace] })],
    });
    await untilVerdicts(
      namespace,
      uid,
      [
        "breaking/b=error",
        "not-compiling/broken=error",
        "not-compiling/sound=pass",
        "not-compiling/unreadable=error",
        "working/w=fail",
      ].sort(),
    );
    const { value } = await eventually("the policy says that it is not ready", async () => {
      const policy = await cluster.world.get({ type: kinds.clusterPolicy, name: "not-compiling" });
      const status = policy?.["status"] as {
        conditions?: { type: string; status: string; message: string }[];
      };
      return status?.conditions?.find(({ type, status }) => type === "Ready" && status === "False");
    });
    assert.match(value.message, /broken/);
  });

  test("cluster-scoped objects have cluster reports", async () => {
    const name = await cluster.namespace();
    const uid = (await cluster.world.get({ type: kinds.namespace, name }))?.metadata.uid ?? "";
    await cluster.policy({ name: "owned", rules: [wantLabel("o", ["Namespace"], "owner")] });
    await untilVerdicts(undefined, uid, ["owned/o=fail"]);
    await cluster.world.remove({ type: kinds.clusterPolicy, name: "owned" });
    await eventually(
      "the cluster report is gone",
      async () => (await cluster.report(undefined, uid)) === undefined,
    );
  });

  test("a report says what its object is, and counts its results", async () => {
    const namespace = await cluster.namespace();
    const uid = await cluster.pod(namespace, "web", { team: "a" });
    await cluster.policy({
      name: "shape",
      annotations: { "policies.kyverno.io/severity": "high", "policies.kyverno.io/category": "Shape" },
      rules: [wantLabel("s", ["Pod"], "team", { namespaces: [namespace] })],
    });
    const { value } = await untilVerdicts(namespace, uid, ["shape/s=pass"]);
    const report = value as Exclude<typeof value, true>;
    const reference = { apiVersion: "v1", kind: "Pod", name: "web", uid };
    assert.deepEqual(report.metadata["labels"], { "app.kubernetes.io/managed-by": "kyverno" });
    assert.deepEqual(report.metadata["ownerReferences"], [reference]);
    assert.deepEqual(report["scope"], { ...reference, namespace });
    assert.deepEqual(report["summary"], { pass: 1, fail: 0, warn: 0, error: 0, skip: 0 });
    const [{ timestamp, ...result } = assert.fail("no result")] = resultsOf(report);
    assert.equal(timestamp?.nanos, 0);
    assert.deepEqual(result, {
      source: "kyverno",
      policy: "shape",
      rule: "s",
      category: "Shape",
      severity: "high",
      result: "pass",
      scored: true,
      message: "validation rule 's' passed.",
      properties: { process: "background scan" },
    });
  });
});
