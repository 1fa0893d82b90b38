import { kinds } from "#test/faults/world/kinds.ts";
import { eventually } from "../scan/scan-cluster.ts";
import { celCopyOnce, celCopySync, celNamespacedSync, celOnce, celSync } from "./cel-mechanisms.ts";
import { encoded } from "./matrix-cell.ts";
import type { Cell } from "./matrix-cell.ts";
import { every, gone, inPlace, made, row, untouched } from "./matrix-row.ts";
import type { Check, Row } from "./matrix-row.ts";

const all = [celSync, celOnce, celCopySync, celCopyOnce, celNamespacedSync] as const;
const noTest = (why: string) => ({ why });

const created: Row = row(
  "a trigger is created",
  (cell) => cell.established(),
  all.map((mechanism) => [mechanism, made]),
);

const updated: Row = row(
  "a trigger is updated and still matches",
  async (cell) => {
    await cell.established();
    await cell.editTrigger("two");
  },
  // Writes do not look at synchronize.
  all.map((mechanism) => [mechanism, inPlace]),
);

const leaves = [
  [celSync, gone],
  [celOnce, untouched],
  [celCopySync, gone],
  [celCopyOnce, untouched],
  [celNamespacedSync, gone],
] as const;

const unmatched: Row = row(
  "a trigger no longer matches",
  async (cell) => {
    await cell.established();
    await cell.unmatchTrigger();
  },
  leaves,
);

const sourcesStay =
  (cell: Cell): Check =>
  async () => {
    for (const name of cell.mechanism.sources(cell)) {
      if ((await cell.world.get(cell.sourcePlace(name))) === undefined) return `the source ${name} is gone`;
    }
    return undefined;
  };

const triggerDeleted: Row = row(
  "a trigger is deleted",
  async (cell) => {
    await cell.established();
    await cell.deleteTrigger();
  },
  [
    [celSync, gone],
    [celOnce, untouched],
    [celCopySync, (cell) => every(gone(cell), sourcesStay(cell))],
    [celCopyOnce, untouched],
    [celNamespacedSync, gone],
  ],
);

const oneTriggerDeleted: Row = {
  event: "one of several triggers is deleted",
  cells: [celSync, celNamespacedSync].map((mechanism) => [
    mechanism,
    async (cell: Cell): Promise<Check> => {
      const other = `${cell.id}-u`;
      await cell.established();
      await cell.createTrigger(other);
      await eventually("it has its own", async () => (await cell.whyNotMade(other)) === undefined);
      await cell.deleteTrigger();
      return every(gone(cell), () => cell.whyNotMade(other));
    },
  ]),
};

const generatesOnDelete: Row = row(
  "a trigger is deleted and the policy lists DELETE",
  async (cell) => {
    await cell.createSources();
    await cell.policy({ operations: ["DELETE"] });
    await cell.cluster.barrier();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.deleteTrigger();
  },
  all.map((mechanism) => [mechanism, made]),
);

const edited: Row = row(
  "what was made is changed by someone",
  async (cell) => {
    await cell.established();
    await cell.editDownstreams("strange");
    if (!cell.mechanism.synchronize) await cell.remember();
  },
  [
    [celSync, inPlace],
    [celOnce, untouched],
    [celCopySync, inPlace],
    [celCopyOnce, untouched],
    [celNamespacedSync, inPlace],
  ],
);

const removed: Row = row(
  "what was made is deleted by someone",
  async (cell) => {
    await cell.established();
    await cell.deleteDownstreams();
  },
  [
    [celSync, made],
    [celOnce, gone],
    [celCopySync, made],
    [celCopyOnce, gone],
    [celNamespacedSync, made],
  ],
);

const removedAgain: Row = {
  event: "what was made is deleted by someone again and again",
  cells: [
    [
      celSync,
      async (cell) => {
        await cell.established();
        for (let round = 0; round < 2; round += 1) {
          await cell.deleteDownstreams();
          await eventually("it is back", async () => (await cell.whyNotMade()) === undefined);
        }
        await cell.deleteDownstreams();
        return made(cell);
      },
    ],
  ],
};

const sourceEdited: Row = row(
  "a source is changed",
  async (cell) => {
    await cell.established();
    await cell.editSources("two");
  },
  [
    [celSync, noTest("there is nothing to copy")],
    [celCopySync, inPlace],
    [celCopyOnce, untouched],
  ],
);

const sourceDeleted: Row = row(
  "a source is deleted",
  async (cell) => {
    await cell.established();
    await cell.deleteSources();
  },
  [
    [celSync, noTest("there is nothing to copy")],
    [celCopySync, gone],
    [celCopyOnce, untouched],
  ],
);

const existing: Row = row(
  "a policy with generateExisting is created",
  async (cell) => {
    await cell.createSources();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.policy({ existing: true });
  },
  all.map((mechanism) => [mechanism, made]),
);

const notExisting: Row = row(
  "a policy without generateExisting is created",
  async (cell) => {
    await cell.createSources();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.policy();
  },
  all.map((mechanism) => [mechanism, gone]),
);

/** `data.fixed` of what was made. */
const fixedIs =
  (cell: Cell, wanted: string): Check =>
  async () => {
    const [first] = cell.expected();
    const { data = {} } = ((await cell.downstream(first?.name ?? "")) ?? {}) as {
      readonly data?: { readonly fixed?: string };
    };
    return data.fixed === encoded(wanted) ? undefined : `data.fixed is ${data.fixed}`;
  };

const contentEdited: Row = row(
  "the content in a policy is changed",
  async (cell) => {
    await cell.established({ fixed: "old" });
    await cell.policy({ fixed: "new" });
  },
  [
    [celSync, (cell) => every(made(cell), fixedIs(cell, "new"))],
    [celOnce, (cell) => every(untouched(cell), fixedIs(cell, "old"))],
    [celCopySync, noTest("the content stands in the source")],
    [celNamespacedSync, (cell) => every(made(cell), fixedIs(cell, "new"))],
  ],
);

const renamed: Row = row(
  "the name of what a policy makes is changed",
  async (cell) => {
    await cell.established();
    await cell.policy({ suffix: "-new" });
  },
  [
    [
      celSync,
      (cell) =>
        every(made(cell), async () =>
          (await cell.downstream(`${cell.trigger}-d`)) === undefined ? undefined : "the old one is there",
        ),
    ],
    [celOnce, (cell) => every(gone(cell), untouched(cell))],
    [celCopySync, noTest("the name is that of the source")],
  ],
);

const policyDeleted: Row = row(
  "a policy is deleted",
  async (cell) => {
    await cell.established();
    await cell.deletePolicy();
  },
  [
    [celSync, gone],
    [celOnce, untouched],
    // Copies always stay.
    [celCopySync, untouched],
    [celCopyOnce, untouched],
    [celNamespacedSync, gone],
  ],
);

const policyOrphans: Row = row(
  "a policy with orphanDownstreamOnPolicyDelete is deleted",
  async (cell) => {
    await cell.established({ orphan: true });
    await cell.deletePolicy();
  },
  all.map((mechanism) => [mechanism, untouched]),
);

const switchedOff: Row = row(
  "synchronize is switched off, then everything is changed, then the policy is deleted",
  async (cell) => {
    await cell.established();
    await cell.policy({ synchronize: false });
    await cell.cluster.barrier();
    await cell.editDownstreams("strange");
    await cell.remember();
    await cell.cluster.barrier();
    await cell.deletePolicy();
  },
  [
    [celSync, untouched],
    [celCopySync, untouched],
    [celNamespacedSync, untouched],
  ],
);

const namespaceLater: Row = row(
  "the namespace of what is to be made comes later",
  async (cell) => {
    await cell.createSources();
    await cell.policy({ namespace: cell.id });
    await cell.cluster.barrier();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.world.ensure({ type: kinds.namespace, name: cell.id }, {});
  },
  [
    [celSync, made],
    [celOnce, made],
    [celCopySync, made],
    [celNamespacedSync, noTest("its own namespace is there as long as the policy is")],
  ],
);

const inTheWay = async (cell: Cell, labels: Readonly<Record<string, string>>): Promise<void> => {
  await cell.createSources();
  await cell.policy();
  for (const { name } of cell.expected()) {
    const data = { value: encoded("strange") };
    await cell.world.ensure(cell.downstreamPlace(name), { metadata: { labels }, data });
  }
  await cell.remember();
  await cell.cluster.barrier();
  await cell.createTrigger();
};

const foreign: Row = row(
  "something else is in the way",
  (cell) => inTheWay(cell, {}),
  all.map((mechanism) => [mechanism, untouched]),
);

const ofAnother: Row = row(
  "what was made for another trigger is in the way",
  (cell) =>
    inTheWay(cell, {
      "app.kubernetes.io/managed-by": "kyverno",
      "generate.kyverno.io/policy-name": cell.id,
      "generate.kyverno.io/trigger-uid": "another",
    }),
  [
    // With synchronize it belongs to a trigger that is gone, and goes; then the place is free.
    [celSync, noTest("whether the trigger that it names is known to be gone depends on the moment")],
    [celOnce, untouched],
    [celCopyOnce, untouched],
  ],
);

/** Each row of the matrix of GeneratingPolicies. */
export const celRows: readonly Row[] = [
  created,
  updated,
  unmatched,
  triggerDeleted,
  oneTriggerDeleted,
  generatesOnDelete,
  edited,
  removed,
  removedAgain,
  sourceEdited,
  sourceDeleted,
  existing,
  notExisting,
  contentEdited,
  renamed,
  policyDeleted,
  policyOrphans,
  switchedOff,
  namespaceLater,
  foreign,
  ofAnother,
];
