import { it } from "node:test";

/** Mistakes that cleanup controllers are known to make; each has a test by its name. */
export const pitfalls = [
  "one failure ends a policy",
  "a schedule without a next time runs every second",
  "six fields are read with the seconds first",
  "a schedule that only one of two parsers takes is admitted and never runs",
  "weekdays with a leading zero are taken for what they look like",
  "a reversed range takes the process down",
  "context is evaluated once for all objects",
  "images of one object are seen by the next",
  "an exclude that names nothing is harmless, and a match that names nothing takes all",
  "a namespaceSelector keeps Namespaces from a cleanup policy",
  "a namespaceSelector means the same for all cluster-scoped kinds",
  "exclusions without operations exclude",
  "resource filters without a subresource have no effect",
  "ReplicaSets go although the usual filters name them",
  "a policy of a namespace trusts the list to stay inside",
  "an object that is gone already stops the run",
  "an object that came anew under its name goes",
  "objects on their way out are deleted and counted again",
  "an object held by finalizers is counted in every run",
  "a lifetime counts from the labelling",
  "an overflowing lifetime deletes at once",
  "a hiccup of discovery ends the TTL label",
  "rights in one namespace only are ignored without a word",
  "objects that expired long ago wait for an interval",
  "Jobs leave their Pods behind although the policy says how they go",
  "a status is replaced as a whole",
  "Events of success are sent unasked",
  "exceptions do nothing in a cluster",
  "nothing says that a deleting policy is ready, and old versions do not work",
  "a wildcard resource is looked through",
  "a whole collection is held in memory",
  "the zone of a schedule is that of the machine",
  "an annotation changes nothing until the spec is edited",
  "a lost Lease lets deletes go on",
] as const;

export type Pitfall = (typeof pitfalls)[number];

/** The test that a mistake is not made. */
export const pitfall = (name: Pitfall, test: () => void | Promise<void>): void =>
  void it(`not: ${name}`, test);
