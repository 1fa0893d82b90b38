import { kinds } from "#test/faults/world/kinds.ts";
import { eventually } from "../scan/scan-cluster.ts";
import {
  cloneListSync,
  cloneOnce,
  cloneSync,
  dataOnce,
  dataSync,
  forEachCloneSync,
  forEachDataSync,
} from "./classic-mechanisms.ts";
import { encoded, labelsOf } from "./matrix-cell.ts";
import type { Cell } from "./matrix-cell.ts";
import { every, gone, inPlace, made, row, untouched } from "./matrix-row.ts";
import type { Check, Row } from "./matrix-row.ts";

const noTest = (why = "there is nothing to copy") => ({ why });

/** A label that every clone source carries once it was copied. */
const sourcesLabelled =
  (cell: Cell): Check =>
  async () => {
    for (const name of cell.mechanism.sources(cell)) {
      const source = await cell.world.get(cell.sourcePlace(name));
      if (labelsOf(source)["generate.kyverno.io/clone-source"] !== "")
        return `the source ${name} is not labelled`;
    }
    return undefined;
  };

const created: Row = row("a trigger is created", (cell) => cell.established(), [
  [dataSync, made],
  [dataOnce, made],
  [cloneSync, (cell) => every(made(cell), sourcesLabelled(cell))],
  [cloneOnce, made],
  [cloneListSync, made],
  [forEachDataSync, made],
  [forEachCloneSync, made],
]);

const updated: Row = row(
  "a trigger is updated and still matches",
  async (cell) => {
    await cell.established();
    await cell.editTrigger("two");
  },
  [
    [dataSync, inPlace],
    [dataOnce, untouched],
    [cloneSync, inPlace],
    [cloneOnce, untouched],
    [cloneListSync, inPlace],
    [forEachDataSync, inPlace],
    [forEachCloneSync, inPlace],
  ],
);

const remade: Row = row(
  "a trigger is updated after what was made was deleted",
  async (cell) => {
    await cell.established();
    await cell.deleteDownstreams();
    await cell.cluster.barrier();
    const { value } = cell;
    await cell.editTrigger("two");
    if (cell.mechanism.copies) cell.value = value;
  },
  [
    [dataSync, made],
    [dataOnce, made],
    [cloneSync, made],
    [cloneOnce, made],
    [cloneListSync, made],
  ],
);

const newSource: Row = {
  event: "a trigger is updated after another source was selected",
  cells: [
    [dataSync, noTest()],
    [dataOnce, noTest()],
    [cloneSync, noTest("a clone has one source")],
    [cloneOnce, noTest("a clone has one source")],
    [
      cloneListSync,
      async (cell) => {
        await cell.established();
        await cell.createSource(`${cell.id}-s3`);
        await cell.cluster.barrier();
        await cell.editTrigger("two");
        return every(made(cell), async () =>
          (await cell.downstream(`${cell.id}-s3`)) === undefined ? "the new source is not copied" : undefined,
        );
      },
    ],
  ],
};

const leaves = [
  [dataSync, gone],
  [dataOnce, untouched],
  [cloneSync, gone],
  [cloneOnce, untouched],
  [cloneListSync, gone],
  [forEachDataSync, gone],
  [forEachCloneSync, gone],
] as const;

const unmatched: Row = row(
  "a trigger no longer matches",
  async (cell) => {
    await cell.established();
    await cell.unmatchTrigger();
  },
  leaves,
);

const closed: Row = row(
  "preconditions become false",
  async (cell) => {
    await cell.established();
    await cell.closePreconditions();
  },
  leaves,
);

const neverOpen: Row = row(
  "preconditions are false before and after",
  async (cell) => {
    await cell.createSources();
    await cell.policy();
    await cell.cluster.barrier();
    await cell.createTrigger(cell.trigger, { on: "no" });
    await cell.cluster.barrier();
    await cell.editTrigger("two");
  },
  [
    [dataSync, gone],
    [dataOnce, gone],
    [cloneSync, gone],
    [cloneOnce, gone],
    [cloneListSync, gone],
  ],
);

/** Another trigger of the same policy keeps what is its own. */
const others =
  (cell: Cell): Check =>
  () =>
    cell.whyNotMade(`${cell.id}-u`);

const triggerDeleted: Row = row(
  "a trigger is deleted",
  async (cell) => {
    await cell.established();
    if (cell.mechanism !== cloneListSync) {
      await cell.createTrigger(`${cell.id}-u`);
      await eventually("the other trigger has its own", async () => (await others(cell)()) === undefined);
    }
    await cell.deleteTrigger();
  },
  [
    [dataSync, (cell) => every(gone(cell), others(cell))],
    [dataOnce, (cell) => every(untouched(cell), others(cell))],
    [cloneSync, (cell) => every(gone(cell), others(cell), sourcesLabelled(cell))],
    [cloneOnce, (cell) => every(untouched(cell), others(cell))],
    [cloneListSync, (cell) => every(gone(cell), sourcesLabelled(cell))],
    [forEachDataSync, (cell) => every(gone(cell), others(cell))],
    [forEachCloneSync, (cell) => every(gone(cell), others(cell))],
  ],
);

const generatesOnDelete: Row = row(
  "a trigger is deleted and the rule lists DELETE",
  async (cell) => {
    await cell.createSources();
    await cell.policy({ operations: ["DELETE"] });
    await cell.cluster.barrier();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.deleteTrigger();
  },
  [
    [dataSync, made],
    [dataOnce, made],
    [cloneSync, made],
    [cloneOnce, made],
    [cloneListSync, made],
  ],
);

const edited: Row = row(
  "what was made is changed by someone",
  async (cell) => {
    await cell.established();
    await cell.editDownstreams("strange");
    await cell.cluster.barrier();
    if (!cell.mechanism.synchronize) await cell.remember();
  },
  [
    [dataSync, inPlace],
    [
      dataOnce,
      (cell) =>
        every(untouched(cell), async () =>
          (await cell.whyNotMade())?.includes("strange") === true ? undefined : "the change was undone",
        ),
    ],
    [cloneSync, inPlace],
    [
      cloneOnce,
      (cell) =>
        every(untouched(cell), async () =>
          (await cell.whyNotMade())?.includes("strange") === true ? undefined : "the change was undone",
        ),
    ],
    [cloneListSync, inPlace],
    [forEachDataSync, inPlace],
    [forEachCloneSync, inPlace],
  ],
);

const removed: Row = row(
  "what was made is deleted by someone",
  async (cell) => {
    await cell.established();
    await cell.deleteDownstreams();
  },
  [
    [dataSync, made],
    [dataOnce, gone],
    [cloneSync, made],
    [cloneOnce, gone],
    [cloneListSync, made],
    [forEachDataSync, made],
    [forEachCloneSync, made],
  ],
);

const sourceEdited: Row = row(
  "a source is changed",
  async (cell) => {
    await cell.established();
    await cell.editSources("two");
  },
  [
    [dataSync, noTest()],
    [dataOnce, noTest()],
    [
      cloneSync,
      (cell) =>
        every(inPlace(cell), async () => {
          const [first] = cell.expected();
          const { data = {} } = ((await cell.downstream(first?.name ?? "")) ?? {}) as {
            readonly data?: { readonly extra?: string };
          };
          return data.extra === undefined ? undefined : "a key that the source lost is still there";
        }),
    ],
    [cloneOnce, untouched],
    [cloneListSync, inPlace],
    [forEachCloneSync, inPlace],
  ],
);

const sourceToMany: Row = {
  event: "a source with copies for several triggers is changed",
  cells: [
    [
      cloneSync,
      async (cell) => {
        await cell.established();
        const names = [1, 2, 3].map((number) => `${cell.id}-u${number}`);
        for (const name of names) await cell.createTrigger(name);
        for (const name of names) {
          await eventually(`${name} has its copy`, async () => (await cell.whyNotMade(name)) === undefined);
        }
        await cell.editSources("two");
        return every(inPlace(cell), ...names.map((name) => () => cell.whyNotMade(name)));
      },
    ],
  ],
};

const sourceDeleted: Row = row(
  "a source is deleted",
  async (cell) => {
    await cell.established();
    await cell.deleteSources();
  },
  [
    [dataSync, noTest()],
    [dataOnce, noTest()],
    [cloneSync, gone],
    [cloneOnce, untouched],
    [cloneListSync, gone],
    [forEachCloneSync, gone],
  ],
);

const oneSourceDeleted: Row = {
  event: "one of several sources is deleted",
  cells: [
    [
      cloneListSync,
      async (cell) => {
        await cell.established();
        const [first = "", second = ""] = cell.mechanism.sources(cell);
        await cell.world.remove(cell.sourcePlace(first));
        return async () => {
          if ((await cell.downstream(first)) !== undefined) return "the copy of what is gone is there";
          return (await cell.downstream(second)) === undefined
            ? "the copy of what is there is gone"
            : undefined;
        };
      },
    ],
  ],
};

const sourceLater: Row = row(
  "a source is created after the policy and before the trigger",
  async (cell) => {
    await cell.policy();
    await cell.cluster.barrier();
    await cell.createSources();
    await cell.cluster.barrier();
    await cell.createTrigger();
  },
  [
    [cloneSync, made],
    [cloneOnce, made],
    [cloneListSync, made],
  ],
);

const sourceLast: Row = row(
  "a source is created after the trigger",
  async (cell) => {
    await cell.policy();
    await cell.cluster.barrier();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.createSources();
  },
  [
    // Kyverno loses the trigger after a few tries within seconds; nothing that a watch can tell is lost here.
    [cloneSync, made],
    [cloneOnce, made],
    [
      cloneListSync,
      noTest(
        "Kyverno waits for the next trigger, which the row on updated triggers shows; a copy at once is as good",
      ),
    ],
  ],
);

const sourceUnselected: Row = {
  event: "a source stops matching the selector",
  cells: [
    [
      cloneListSync,
      async (cell) => {
        await cell.established();
        const [first = ""] = cell.mechanism.sources(cell);
        await cell.world.merge(cell.sourcePlace(first), { metadata: { labels: { source: "nobody" } } });
        return untouched(cell);
      },
    ],
  ],
};

const ownTrigger = async (cell: Cell): Promise<void> => {
  await cell.policy({ triggersOnSource: true });
  await cell.cluster.barrier();
  await cell.createSources();
  await cell.settled();
};

const sourceTriggerEdited: Row = row(
  "a source that is the trigger, too, is changed",
  async (cell) => {
    await ownTrigger(cell);
    await cell.editSources("two");
  },
  [
    [cloneSync, inPlace],
    [cloneListSync, inPlace],
  ],
);

const sourceTriggerDeleted: Row = row(
  "a source that is the trigger, too, is deleted",
  async (cell) => {
    await ownTrigger(cell);
    await cell.deleteSources();
  },
  [
    [cloneSync, gone],
    [cloneOnce, untouched],
    [cloneListSync, gone],
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
  [
    [dataSync, made],
    [dataOnce, made],
    [cloneSync, made],
    [cloneOnce, made],
    [cloneListSync, made],
    [forEachDataSync, made],
    [forEachCloneSync, made],
  ],
);

const notExisting: Row = row(
  "a policy without generateExisting is created",
  async (cell) => {
    await cell.createSources();
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.policy();
  },
  [
    [dataSync, gone],
    [dataOnce, gone],
    [cloneSync, gone],
    [cloneOnce, gone],
    [cloneListSync, gone],
  ],
);

const reinstalled: Row = row(
  "a policy comes again, and what it made before is there",
  async (cell) => {
    await cell.established({ orphan: true });
    await cell.deletePolicy();
    await cell.cluster.barrier();
    await cell.editDownstreams("strange");
    await cell.remember();
    await cell.policy({ existing: cell.mechanism.copies });
  },
  [
    // What is labelled for a synchronized rule with data is brought back at once; copies with generateExisting.
    [dataSync, inPlace],
    [dataOnce, untouched],
    [cloneSync, inPlace],
    [cloneOnce, untouched],
    [cloneListSync, inPlace],
  ],
);

const ruleAdded: Row = row(
  "a rule with generateExisting is added",
  async (cell) => {
    await cell.createSources();
    await cell.policy({ rules: "only other" });
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.policy({ rules: "with other", existing: true });
  },
  [
    [dataSync, made],
    [dataOnce, made],
    [cloneSync, made],
    [cloneOnce, made],
    [cloneListSync, made],
  ],
);

/** `data.fixed` of what was made. */
const fixedIs =
  (cell: Cell, wanted: string | undefined): Check =>
  async () => {
    for (const { name } of cell.expected()) {
      const { data = {} } = ((await cell.downstream(name)) ?? {}) as {
        readonly data?: { readonly fixed?: string };
      };
      const encodedFixed = wanted === undefined ? undefined : encoded(wanted);
      if (data.fixed !== encodedFixed) return `data.fixed of ${name} is ${data.fixed}`;
    }
    return undefined;
  };

const contentEdited: Row = row(
  "the content in a rule is changed",
  async (cell) => {
    await cell.established({ fixed: "old" });
    await cell.policy({ fixed: "new" });
  },
  [
    [dataSync, (cell) => every(inPlace(cell), fixedIs(cell, "new"))],
    [dataOnce, (cell) => every(untouched(cell), fixedIs(cell, "old"))],
    [cloneSync, noTest("the content stands in the source")],
    [cloneOnce, noTest("the content stands in the source")],
    [cloneListSync, noTest("the content stands in the source")],
    [forEachDataSync, (cell) => every(inPlace(cell), fixedIs(cell, "new"))],
  ],
);

const contentRemoved: Row = row(
  "a field is taken out of the content of a rule",
  async (cell) => {
    await cell.established({ fixed: "old" });
    const { fixed: _fixed, ...change } = cell.change;
    cell.change = change;
    await cell.policy();
  },
  [
    [dataSync, (cell) => every(inPlace(cell), fixedIs(cell, undefined))],
    [dataOnce, (cell) => every(untouched(cell), fixedIs(cell, "old"))],
  ],
);

const unlabelled =
  (cell: Cell, name: string): Check =>
  async () => {
    const object = await cell.downstream(name);
    if (object === undefined) return `${name} is gone`;
    const left = Object.keys(labelsOf(object)).filter((key) =>
      /^generate\.kyverno\.io\/(?:policy-name|policy-namespace|rule-name)$/.test(key),
    );
    return left.length === 0 ? undefined : `${name} is still labelled ${left.join(", ")}`;
  };

const renamed: Row = row(
  "the name of what a rule makes is changed",
  async (cell) => {
    await cell.established();
    await cell.policy({ suffix: "-new" });
    await cell.cluster.barrier();
    await cell.editTrigger("two");
  },
  [
    [dataSync, (cell) => every(made(cell), unlabelled(cell, `${cell.trigger}-d`))],
    [dataOnce, (cell) => every(made(cell), unlabelled(cell, `${cell.trigger}-d`))],
    [cloneSync, (cell) => every(made(cell), unlabelled(cell, `${cell.trigger}-d`))],
    [cloneOnce, (cell) => every(made(cell), unlabelled(cell, `${cell.trigger}-d`))],
    [cloneListSync, noTest("names are those of the sources")],
    [forEachDataSync, (cell) => every(made(cell), untouchedName(cell, `${cell.trigger}-a`))],
  ],
);

const untouchedName =
  (cell: Cell, name: string): Check =>
  async () =>
    (await cell.downstream(name)) === undefined ? `${name} is gone` : undefined;

/** Copies of a single source stay where the rule goes, as documented; the code of Kyverno takes them along. */
const goes = [
  [dataSync, gone],
  [dataOnce, untouched],
  [cloneSync, untouched],
  [cloneOnce, untouched],
  [cloneListSync, gone],
  [forEachDataSync, gone],
  [forEachCloneSync, untouched],
] as const;

const ruleDeleted: Row = row(
  "a rule is deleted",
  async (cell) => {
    await cell.established({ rules: "with other" });
    await cell.policy({ rules: "only other" });
  },
  goes,
);

const policyDeleted: Row = row(
  "a policy is deleted",
  async (cell) => {
    await cell.established();
    await cell.deletePolicy();
  },
  goes,
);

const stays = [dataSync, dataOnce, cloneSync, cloneOnce, cloneListSync].map(
  (mechanism) => [mechanism, untouched] as const,
);

const ruleOrphans: Row = row(
  "a rule with orphanDownstreamOnPolicyDelete is deleted",
  async (cell) => {
    await cell.established({ rules: "with other", orphan: true });
    await cell.policy({ rules: "only other" });
  },
  stays,
);

const policyOrphans: Row = row(
  "a policy with orphanDownstreamOnPolicyDelete is deleted",
  async (cell) => {
    await cell.established({ orphan: true });
    await cell.deletePolicy();
  },
  stays,
);

const switchedOff: Row = row(
  "synchronize is switched off, then everything is changed, then the rule is deleted",
  async (cell) => {
    await cell.established({ rules: "with other" });
    await cell.policy({ synchronize: false });
    await cell.cluster.barrier();
    await cell.editDownstreams("strange");
    await cell.remember();
    const { value } = cell;
    await cell.editSources("two");
    cell.value = value;
    await cell.cluster.barrier();
    await cell.policy({ rules: "only other" });
  },
  [
    [dataSync, untouched],
    [cloneSync, untouched],
    [cloneListSync, untouched],
  ],
);

const switchedOn: Row = row(
  "synchronize is switched on",
  async (cell) => {
    await cell.established({ fixed: "old" });
    await cell.editDownstreams("strange");
    await cell.policy({ synchronize: true, fixed: "new" });
    if (cell.mechanism.copies) {
      await cell.cluster.barrier();
      await cell.editSources("two");
    }
  },
  [
    [dataOnce, (cell) => every(inPlace(cell), fixedIs(cell, "new"))],
    // Until the source or the trigger says something nothing happens.
    [cloneOnce, inPlace],
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
    [dataSync, made],
    [dataOnce, made],
    [cloneSync, made],
    [cloneOnce, made],
    [cloneListSync, made],
    [forEachDataSync, made],
  ],
);

const namespaceEnding: Row = row(
  "the namespace of what is to be made is on its way out, and comes again",
  async (cell) => {
    const namespace = { type: kinds.namespace, name: cell.id };
    const holder = { type: kinds.configMap, namespace: cell.id, name: "holder" };
    await cell.createSources();
    await cell.policy({ namespace: cell.id });
    await cell.world.ensure(namespace, {});
    await cell.world.ensure(holder, { metadata: { finalizers: ["example.com/hold"] } });
    await cell.cluster.barrier();
    await cell.world.remove(namespace);
    await cell.createTrigger();
    await cell.cluster.barrier();
    await cell.world.merge(holder, { metadata: { finalizers: null } });
    await eventually("the namespace is gone", async () => (await cell.world.get(namespace)) === undefined);
    await cell.world.ensure(namespace, {});
  },
  [
    [dataSync, made],
    [cloneSync, made],
  ],
);

/** An object in the way of the first that the cell makes. */
const inTheWay = async (cell: Cell, labels: Readonly<Record<string, string>>): Promise<void> => {
  await cell.createSources();
  await cell.policy();
  for (const { name } of cell.expected()) {
    await cell.world.ensure(cell.downstreamPlace(name), {
      metadata: { labels },
      data: { value: encoded("strange") },
    });
  }
  await cell.remember();
  await cell.cluster.barrier();
  await cell.createTrigger();
};

const foreign: Row = row("something else is in the way", (cell) => inTheWay(cell, {}), [
  [dataSync, inPlace],
  [dataOnce, untouched],
  [cloneSync, inPlace],
  [cloneOnce, untouched],
  [cloneListSync, inPlace],
]);

const ofAnother: Row = row(
  "what another policy made is in the way",
  (cell) =>
    inTheWay(cell, {
      "app.kubernetes.io/managed-by": "kyverno",
      "generate.kyverno.io/policy-name": "another",
      "generate.kyverno.io/policy-namespace": "",
      "generate.kyverno.io/rule-name": "another",
      "generate.kyverno.io/trigger-uid": "another",
    }),
  [
    [dataSync, inPlace],
    [dataOnce, untouched],
    [cloneSync, inPlace],
    [cloneOnce, untouched],
    [cloneListSync, inPlace],
  ],
);

const fieldsOfOthers: Row = {
  event: "someone adds fields to what was made",
  cells: [
    [
      dataSync,
      async (cell) => {
        await cell.established();
        const [first] = cell.expected();
        const place = cell.downstreamPlace(first?.name ?? "");
        await cell.world.merge(place, { metadata: { annotations: { note: "mine" } }, data: { own: "eA==" } });
        await cell.cluster.barrier();
        await cell.editTrigger("two");
        // Kyverno's full update takes them away.
        return every(inPlace(cell), async () => {
          const object = await cell.world.get(place);
          const { data = {} } = (object ?? {}) as { readonly data?: { readonly own?: string } };
          return data.own === "eA==" ? undefined : "the field of someone else is gone";
        });
      },
    ],
  ],
};

const recreated: Row = row(
  "a trigger is deleted and comes again under its name",
  async (cell) => {
    await cell.established();
    await cell.deleteTrigger();
    await cell.createTrigger();
    await cell.cluster.barrier();
  },
  [dataSync, cloneSync, cloneListSync, forEachDataSync].map((mechanism) => [
    mechanism,
    (cell: Cell) =>
      every(made(cell), async () => {
        const trigger = await cell.world.get(cell.triggerPlace());
        for (const { name } of cell.expected()) {
          const uid = labelsOf(await cell.downstream(name))["generate.kyverno.io/trigger-uid"];
          if (uid !== trigger?.metadata.uid) return `${name} is labelled for a trigger that is gone`;
        }
        return undefined;
      }),
  ]),
);

/** Each row of the matrix of generate rules. */
export const classicRows: readonly Row[] = [
  created,
  updated,
  remade,
  newSource,
  unmatched,
  closed,
  neverOpen,
  triggerDeleted,
  generatesOnDelete,
  edited,
  removed,
  sourceEdited,
  sourceToMany,
  sourceDeleted,
  oneSourceDeleted,
  sourceLater,
  sourceLast,
  sourceUnselected,
  sourceTriggerEdited,
  sourceTriggerDeleted,
  existing,
  notExisting,
  reinstalled,
  ruleAdded,
  contentEdited,
  contentRemoved,
  renamed,
  ruleDeleted,
  policyDeleted,
  ruleOrphans,
  policyOrphans,
  switchedOff,
  switchedOn,
  namespaceLater,
  namespaceEnding,
  foreign,
  ofAnother,
  fieldsOfOthers,
  recreated,
];
