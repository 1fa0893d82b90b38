import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseImageEnvironment, parseNodeFlags } from "#test/bench/operator/image-flags.ts";
import { parseCpuMs, parsePeakRssMiB } from "#test/bench/operator/process-usage.ts";
import { parseMetrics, sumOf } from "#test/bench/operator/prometheus-text.ts";
import { buildPod } from "#test/bench/pods/build-pod.ts";
import { cohortEditNeeds } from "#test/bench/scan/edit-policy.ts";
import type { ScanFigures } from "#test/bench/scan/figures.ts";
import { percentile } from "#test/bench/scan/percentile.ts";
import { allCountsMet, compareWithTargets } from "#test/bench/scan/targets.ts";

const pods = Array.from({ length: 2_000 }, (_, index) => buildPod(index));

describe("the pods of the bench", () => {
  it("are the same in every run", () => {
    assert.deepEqual(buildPod(7), buildPod(7));
    assert.notDeepEqual(buildPod(7).body, buildPod(8).body);
  });

  it("have names of their own and spread evenly over a hundred namespaces", () => {
    assert.equal(new Set(pods.map(({ name }) => name)).size, pods.length);
    const sizes = Object.values(Object.groupBy(pods, ({ namespace }) => namespace)).map(
      (group) => group?.length,
    );
    assert.deepEqual(
      sizes,
      Array.from({ length: 100 }, () => 20),
    );
  });

  it("violate something in a minority of cases", () => {
    const share = pods.filter(({ violations }) => violations.size > 0).length / pods.length;
    assert.ok(share > 0.15 && share < 0.4, `${share}`);
  });

  it("say which reports an edit of the policy has to change: half of those that it matches", () => {
    assert.deepEqual(cohortEditNeeds(pods), { matching: 100, changing: 50 });
  });
});

describe("readings", () => {
  it("take CPU time behind a program's name with spaces and parentheses", () => {
    assert.equal(parseCpuMs("12 (no de) x) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20"), 2_000);
  });

  it("take the high-water mark of memory", () => {
    assert.equal(parsePeakRssMiB("VmPeak:\t 999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t 1 kB\n"), 200);
  });

  it("sum a metric over the series that fit", () => {
    const samples = parseMetrics('# HELP a x\na{x="1",y="q\\"}"} 2\na{x="2"} 3.5\na_total 7\nb 1e3\n');
    assert.equal(sumOf(samples, "a"), 5.5);
    assert.equal(sumOf(samples, "a", { x: "1" }), 2);
    assert.equal(sumOf(samples, "b"), 1_000);
    assert.equal(sumOf(samples, "c"), 0);
  });

  it("take a percentile as the nearest rank", () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    assert.equal(percentile(values, 0.5), 100);
    assert.equal(percentile(values, 0.99), 198);
    assert.equal(percentile([5], 0.99), 5);
  });

  it("take the flags that stand between node and the program of the image", () => {
    assert.deepEqual(
      parseNodeFlags(
        'ENTRYPOINT ["x"]\nENTRYPOINT ["node", "--a=1", "--b", "/app/x.js", "--c"]\nCMD ["d"]\n',
      ),
      ["--a=1", "--b"],
    );
    assert.deepEqual(parseNodeFlags('ENTRYPOINT ["node", "/app/x.js"]'), []);
    assert.deepEqual(parseNodeFlags("FROM x"), []);
  });

  it("reads the environment of the image from the Dockerfile", () => {
    assert.deepEqual(parseImageEnvironment("FROM x\nENV A=1 B=two\nENV C=3\n"), { A: "1", B: "two", C: "3" });
    assert.deepEqual(parseImageEnvironment("FROM x"), {});
  });
});

describe("the targets", () => {
  const good: ScanFigures = {
    pods: 10_000,
    policies: 9,
    first: {
      writesPerResource: 1,
      eventWritesPerResource: 0.05,
      readsPerResource: 0.01,
      cpuMsPerResource: 1,
      wallSeconds: 10,
      bareClientSeconds: 10,
      peakRssMiB: 150,
    },
    compilations: 9,
    rescan: { reportWrites: 0, eventWrites: 0 },
    restart: { reportWrites: 0, eventWrites: 0 },
    policyEdit: { evaluations: 3_000, compilations: 1, reportWrites: 250, seconds: 1 },
    edits: { count: 200, p50Ms: 10, p99Ms: 100 },
    correct: true,
  };
  const needs = { matching: 500, changing: 250 };
  const isMet = (figures: ScanFigures): boolean =>
    allCountsMet(compareWithTargets(figures, needs, { maxCpuMsPerPod: 2, namesNamespaces: true }));

  const misses: readonly [string, ScanFigures][] = [
    ["more than one write per pod", { ...good, first: { ...good.first, writesPerResource: 1.06 } }],
    ["a read per pod", { ...good, first: { ...good.first, readsPerResource: 1 } }],
    ["too much memory", { ...good, first: { ...good.first, peakRssMiB: 201 } }],
    ["a write in a rescan", { ...good, rescan: { reportWrites: 1, eventWrites: 0 } }],
    ["an event after a restart", { ...good, restart: { reportWrites: 0, eventWrites: 1 } }],
    [
      "a policy edit that judges everything",
      { ...good, policyEdit: { ...good.policyEdit, evaluations: 10_000 } },
    ],
    ["a report that should have changed", { ...good, policyEdit: { ...good.policyEdit, reportWrites: 249 } }],
    ["a policy that is compiled twice", { ...good, compilations: 10 }],
    ["an edit that compiles every policy", { ...good, policyEdit: { ...good.policyEdit, compilations: 9 } }],
    ["a wrong report", { ...good, correct: false }],
    ["a heap that grows", { ...good, heap: { restMiB: 20, bytesPerFurtherObject: 2_000 } }],
  ];

  it("are met by figures within them", () => assert.equal(isMet(good), true));
  for (const [what, figures] of misses) {
    it(`are missed by ${what}`, () => assert.equal(isMet(figures), false));
  }

  it("are not missed by a slow machine", () => {
    const first = { ...good.first, wallSeconds: 100, cpuMsPerResource: 9 };
    assert.equal(isMet({ ...good, first, edits: { count: 200, p50Ms: 3_000, p99Ms: 9_000 } }), true);
  });
});
