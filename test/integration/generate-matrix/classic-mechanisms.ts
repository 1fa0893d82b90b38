import { kinds } from "#test/faults/world/kinds.ts";
import { places } from "./matrix-cluster.ts";
import type { Cell, Expected, Mechanism, PolicyChange } from "./matrix-cell.ts";

/** What the body of a generate rule is for a mechanism. */
type Body = (cell: Cell, change: PolicyChange) => object;

const encode = (text: string): string => Buffer.from(text).toString("base64");

const ruleOf = (cell: Cell, change: PolicyChange, body: Body): object => {
  const kindNames = change.triggersOnSource === true ? ["Secret"] : ["ConfigMap"];
  const selected =
    change.triggersOnSource === true
      ? { namespaces: [places.sources], selector: { matchLabels: { source: cell.id } } }
      : { namespaces: [places.triggers], selector: { matchLabels: { cell: cell.id } } };
  const operations = change.operations === undefined ? {} : { operations: change.operations };
  const preconditions =
    change.triggersOnSource === true
      ? {}
      : {
          preconditions: {
            all: [{ key: "{{ request.object.data.on || 'no' }}", operator: "Equals", value: "yes" }],
          },
        };
  return {
    name: "make",
    match: { any: [{ resources: { kinds: kindNames, ...selected, ...operations } }] },
    ...preconditions,
    generate: {
      synchronize: change.synchronize,
      ...(change.existing === true ? { generateExisting: true } : {}),
      ...(change.orphan === true ? { orphanDownstreamOnPolicyDelete: true } : {}),
      ...body(cell, change),
    },
  };
};

/** Takes no trigger of any cell. */
const otherRule = {
  name: "other",
  match: { any: [{ resources: { kinds: ["ConfigMap"], names: ["nobody-has-this-name"] } }] },
  generate: {
    apiVersion: "v1",
    kind: "Secret",
    name: "nothing",
    namespace: places.downstreams,
    data: { data: { value: "eA==" } },
  },
};

const rulesOf = (cell: Cell, change: PolicyChange, body: Body): readonly object[] => {
  const rule = ruleOf(cell, change, body);
  switch (change.rules) {
    case undefined:
      return [rule];
    case "with other":
      return [rule, otherRule];
    case "only other":
      return [otherRule];
    default:
      return change.rules satisfies never;
  }
};

interface ClassicParts {
  readonly column: string;
  readonly synchronize: boolean;
  readonly copies: boolean;
  readonly body: Body;
  readonly sources?: (cell: Cell) => readonly string[];
  readonly expected: (cell: Cell, trigger: string) => readonly Expected[];
}

const classic = ({ body, sources = () => [], ...parts }: ClassicParts): Mechanism => ({
  ...parts,
  policyType: kinds.clusterPolicy,
  sources,
  spec: (cell, change) => ({
    ...(change.serverSideApply === true ? { useServerSideApply: true } : {}),
    rules: rulesOf(cell, { ...change, synchronize: change.synchronize ?? parts.synchronize }, body),
  }),
});

const secretNamed = (name: string, { namespace = places.downstreams }: PolicyChange) => ({
  apiVersion: "v1",
  kind: "Secret",
  name,
  namespace,
});

/** Names depend on the trigger, so that one policy makes one object for each. */
const triggerName = "{{ request.object.metadata.name }}";

const dataBody: Body = (_cell, change) => ({
  ...secretNamed(`${triggerName}-d${change.suffix ?? ""}`, change),
  data: {
    data: {
      value: "{{ base64_encode(request.object.data.value) }}",
      ...(change.fixed === undefined ? {} : { fixed: encode(change.fixed) }),
    },
  },
});

const dataExpected = (cell: Cell, trigger: string): readonly Expected[] => [
  { name: `${trigger}-d${cell.change.suffix ?? ""}`, value: cell.value },
];

const sourceName = (cell: Cell, number = 1): string => `${cell.id}-s${number}`;

const cloneBody: Body = (cell, change) => ({
  ...secretNamed(`${triggerName}-d${change.suffix ?? ""}`, change),
  clone: { namespace: places.sources, name: sourceName(cell) },
});

const cloneExpected = (cell: Cell, trigger: string): readonly Expected[] => [
  {
    name: `${cell.change.triggersOnSource === true ? sourceName(cell) : trigger}-d${cell.change.suffix ?? ""}`,
    value: cell.value,
  },
];

const cloneListBody: Body = (cell, change) => ({
  namespace: change.namespace ?? places.downstreams,
  cloneList: {
    namespace: places.sources,
    kinds: ["v1/Secret"],
    selector: { matchLabels: { source: cell.id } },
  },
});

const forEachDataBody: Body = (_cell, change) => ({
  foreach: [
    {
      list: "['a', 'b']",
      ...secretNamed(`${triggerName}-{{ element }}${change.suffix ?? ""}`, change),
      data: {
        data: {
          value: "{{ base64_encode(request.object.data.value) }}",
          ...(change.fixed === undefined ? {} : { fixed: encode(change.fixed) }),
        },
      },
    },
  ],
});

const forEachExpected = (cell: Cell, trigger: string): readonly Expected[] =>
  ["a", "b"].map((element) => ({
    name: `${trigger}-${element}${cell.change.suffix ?? ""}`,
    value: cell.value,
  }));

const forEachCloneBody: Body = (cell, change) => ({
  foreach: [
    {
      list: "['a', 'b']",
      ...secretNamed(`${triggerName}-{{ element }}${change.suffix ?? ""}`, change),
      clone: { namespace: places.sources, name: sourceName(cell) },
    },
  ],
});

export const dataSync = classic({
  column: "data, synchronized",
  synchronize: true,
  copies: false,
  body: dataBody,
  expected: dataExpected,
});

export const dataOnce = classic({
  column: "data",
  synchronize: false,
  copies: false,
  body: dataBody,
  expected: dataExpected,
});

export const cloneSync = classic({
  column: "clone, synchronized",
  synchronize: true,
  copies: true,
  body: cloneBody,
  sources: (cell) => [sourceName(cell)],
  expected: cloneExpected,
});

export const cloneOnce = classic({
  column: "clone",
  synchronize: false,
  copies: true,
  body: cloneBody,
  sources: (cell) => [sourceName(cell)],
  expected: cloneExpected,
});

export const cloneListSync = classic({
  column: "cloneList, synchronized",
  synchronize: true,
  copies: true,
  body: cloneListBody,
  sources: (cell) => [sourceName(cell, 1), sourceName(cell, 2)],
  expected: (cell) => [1, 2].map((number) => ({ name: sourceName(cell, number), value: cell.value })),
});

export const forEachDataSync = classic({
  column: "foreach data, synchronized",
  synchronize: true,
  copies: false,
  body: forEachDataBody,
  expected: forEachExpected,
});

export const forEachCloneSync = classic({
  column: "foreach clone, synchronized",
  synchronize: true,
  copies: true,
  body: forEachCloneBody,
  sources: (cell) => [sourceName(cell)],
  expected: forEachExpected,
});
