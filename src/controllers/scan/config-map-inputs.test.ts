import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { builtIn, FakeCluster } from "./fake-cluster.fixture.ts";
import { createConfigMapInputs, namedConfigMaps } from "./config-map-inputs.ts";
import { configMap } from "./scan-world.fixture.ts";
import type { ScanPolicy } from "./scan-policy.ts";

const { configMaps } = builtIn;

const naming = (names: readonly string[], more: { namespace?: string; idle?: string } = {}): ScanPolicy =>
  ({
    ...(more.idle === undefined ? {} : { idle: more.idle }),
    compiled: {
      identity: more.namespace === undefined ? {} : { namespace: more.namespace },
      literalConfigMaps: names.map((text) => {
        const [namespace, name] = text.split("/");
        return { namespace, name };
      }),
    },
  }) as unknown as ScanPolicy;

function setUp() {
  const cluster = new FakeCluster();
  const clock = createVirtualClock();
  const changes: string[] = [];
  const inputs = createConfigMapInputs({
    open: (namespace, handlers) => cluster.openSource({ type: configMaps, namespace }, handlers),
    hash: ({ data }) => JSON.stringify(data),
    onChange: ({ namespace, name }) => changes.push(`${namespace}/${name}`),
    clock,
    signal: new AbortController().signal,
  });
  const flush = async (): Promise<void> => {
    for (await clock.settle(); cluster.waiting() > 0; await clock.settle()) cluster.step(() => 0);
  };
  return { cluster, clock, changes, inputs, flush };
}

describe("ConfigMaps that policies name", () => {
  it("are those of policies that take part, and of no namespace that a policy may not read", () => {
    const named = namedConfigMaps([
      naming(["shop/teams", "bank/teams"]),
      naming(["shop/own", "bank/foreign"], { namespace: "shop" }),
      naming(["idle/teams"], { idle: "spec.background is false" }),
    ]);
    assert.deepEqual(
      [...named].map(([namespace, names]) => [namespace, [...names]]),
      [
        ["shop", ["teams", "own"]],
        ["bank", ["teams"]],
      ],
    );
  });

  it("are listed before anything is judged by them, so that the list is no change", async () => {
    const { cluster, changes, inputs, flush } = setUp();
    cluster.set(configMaps, configMap("teams", { team: "red" }));
    let isKnown = false;
    const ensured = inputs.ensure([naming(["shop/teams"])]).finally(() => {
      isKnown = true;
    });
    assert.equal(isKnown, false);
    await flush();
    await ensured;
    assert.deepEqual(changes, []);
  });

  it("are told of when they change, appear or go, and others are not", async () => {
    const { cluster, changes, inputs, flush } = setUp();
    const ensured = inputs.ensure([naming(["shop/teams"])]);
    await flush();
    await ensured;
    for (const team of ["red", "red", "blue"]) cluster.set(configMaps, configMap("teams", { team }));
    cluster.set(configMaps, configMap("other", { team: "red" }));
    await flush();
    assert.deepEqual(changes, ["shop/teams", "shop/teams"]);
    cluster.delete(configMaps, "cm-teams");
    await flush();
    assert.equal(changes.length, 3);
  });

  it("are told of by a list where their watch was lost", async () => {
    const { cluster, changes, inputs, flush } = setUp();
    cluster.set(configMaps, configMap("teams", { team: "red" }));
    const ensured = inputs.ensure([naming(["shop/teams", "shop/gone"])]);
    cluster.set(configMaps, configMap("gone", {}));
    await flush();
    await ensured;
    cluster.set(configMaps, configMap("teams", { team: "blue" }));
    cluster.delete(configMaps, "cm-gone");
    cluster.relist(configMaps);
    await flush();
    assert.deepEqual(changes.toSorted(), ["shop/gone", "shop/teams"]);
  });

  it("hold nothing up for long, and count as changed when they are known late", async () => {
    const { cluster, clock, changes, inputs, flush } = setUp();
    cluster.set(configMaps, configMap("teams", { team: "red" }));
    const ensured = inputs.ensure([naming(["shop/teams"])]);
    await clock.advance(2_000);
    await ensured;
    assert.deepEqual(changes, []);
    await flush();
    assert.deepEqual(changes, ["shop/teams"]);
  });

  it("are watched only while a policy names them", async () => {
    const { cluster, inputs, flush } = setUp();
    const ensured = inputs.ensure([naming(["shop/teams", "bank/teams"])]);
    await flush();
    await ensured;
    assert.equal(cluster.watched().length, 2);
    await inputs.ensure([naming(["bank/teams"])]);
    assert.equal(cluster.watched().length, 1);
    await inputs.stop();
    assert.equal(cluster.watched().length, 0);
  });
});
